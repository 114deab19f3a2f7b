"""A case as any channel shows it: where it stands, what is asked next, what is known.

Docs: ``docs/reference/portal-calls.md`` names every value. Rows, questions and knots are made
in `shown`; this module puts them together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from riik.cases import Event, State
from riik.core import to_text
from riik.payments import Fee
from riik.services.letters import application_file, grounds_of, statement_of
from riik.services.model import Page
from riik.services.process import Node, waiting
from riik.services.running import BY_COMPUTER, Running, local_day
from riik.services.shown.asked import (
    amendment_statement,
    asked_next,
    asked_pages,
    asked_told,
)
from riik.services.shown.joint import (
    file_view,
    joint_next,
    joint_state,
    joint_view,
    may_jointly,
)
from riik.services.shown.questions import answered, exit_view, page_views, question_views
from riik.services.shown.recorded import recorded_rows
from riik.services.shown.rows import Row, Speaker, fact_rows, person_of, said_rows
from riik.services.shown.timeline import is_offer, knots, waits_for_day
from riik.services.terms.appealing import appeal_begins, may_appeal

__all__ = ["may_sign", "next_page", "summary", "view"]

_STATES: Mapping[State, tuple[str, str]] = {
    State.DRAFT: ("Not handed in yet", "plain"),
    State.TO_SIGN: ("Waits for your signature", "wait"),
    State.TO_COSIGN: ("Waits for another signature", "now"),
    State.TO_PAY: ("Waits for the fee", "wait"),
    State.IN_PROGRESS: ("In progress", "now"),
    State.WITH_OFFICIAL: ("With an official", "now"),
    State.ASKED: ("Waits for your answer", "wait"),
    State.GRANTED: ("Granted", "yes"),
    State.REFUSED: ("Refused", "no"),
    State.WITHDRAWN: ("Withdrawn", "plain"),
}
"""What people read of a state, and the colour of its tag."""

_SIGNED = "signed by {name}"

_DOCUMENTS: Mapping[str, tuple[str, str, str]] = {
    "application.asice": ("Your application", _SIGNED, "signed"),
    "amendment": ("What you added", _SIGNED, "amended"),
    "decision.pdf": ("The decision", "sealed by {organisation}", "decided"),
    "appointment.ics": ("Your appointment", "for your calendar", ""),
    "receipt.pdf": ("The receipt", "sealed by {organisation}", "received"),
    "decision-signed.asice": ("The official's signature", "signed by an official", "reviewed"),
    "decision-signed.json": ("What the official signed", "readable by programs", "reviewed"),
    "proposal": ("An official's proposal", "signed by an official", "verdict-proposed"),
}
"""What people read of a document, and the event that made it; `amendment-2.asice` by its kind."""

_DOES = {"answer": ("answer",), "sign": ("answer", "sign"), "pay": ("pay",)}


def view(
    speaker: Speaker,
    *,
    timeline: Sequence[Event],
    documents: Sequence[Mapping[str, Any]],
    fee: Fee | None,
    way: Mapping[str, str] | None = None,
    signed: bytes | None = None,
    appointments: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The status of a case as plain values, in one language.

    Args:
        speaker: The case and the language it is told in.
        timeline: What happened.
        documents: What the case holds: ``name``, ``media_type``, ``size``.
        fee: What is owed, once it is written down.
        way: How it can be paid by any bank.
        signed: The file that was signed, while others are to sign it as well.
        appointments: Times that were booked for it.
    """
    running = speaker.running
    facts, said, owed = fact_rows(speaker), said_rows(speaker), _fee(speaker, fee)
    if running.dossier.appeal is not None:
        # It is about what was said then: nothing of it can be changed.
        said = [row | {"step": ""} for row in said]
    asked = running.dossier.question is not None
    open_form = asked or running.task("answer") is not None or running.task("sign") is not None
    pages = asked_pages(speaker) if asked else page_views(speaker) if open_form else []
    return {
        **summary(speaker),
        "language": speaker.language,
        "level": running.definition.level,
        "next": _next(speaker),
        "progress": _progress(running, pages),
        "pages": pages,
        "facts": facts,
        "said": said,
        "answers": dict(running.dossier.answers),
        "statement": _statement_of(speaker, (facts, said, owed), signed=signed),
        "fee": owed | {"way": dict(way)} if owed and way and owed["when"] != "desk" else owed,
        "assistant": _assistant(speaker),
        "asked": asked_told(speaker),
        "documents": [
            _document(speaker, one, timeline)
            for one in documents
            # What one official proposed is nobody's decision yet.
            if running.case.state.ended or not one["name"].startswith("proposal-")
        ],
        "events": [
            {"at": to_text(e.at), "kind": e.kind, "actor": e.actor, "detail": e.detail}
            for e in timeline
        ],
        "timeline": knots(speaker, timeline, fee=owed is not None),
        "grounds": _grounds(speaker),
        "foreseen": _foreseen(speaker),
        "why_waiting": _why_waiting(speaker),
        "decision": _decision(speaker, timeline),
        "appeal": _appeal(running),
        "appointments": list(appointments),
    }


def _appeal(running: Running) -> dict[str, str] | None:
    """Which decision a case is an appeal against, and why."""
    appeal = running.dossier.appeal
    return {"number": appeal.number, "reason": appeal.reason} if appeal else None


def summary(speaker: Speaker) -> dict[str, Any]:
    """A case as one line of "my cases"."""
    running = speaker.running
    case, definition = running.case, running.definition
    text, tag = joint_state(speaker) or _STATES[case.state]
    if is_offer(speaker):
        text, tag = "Offered to you", "now"
    return {
        "case": case.id,
        "number": case.number,
        "service": definition.id,
        "title": _title(speaker),
        "organisation": speaker.named(speaker.authority.names),
        "state": case.state.value,
        "channel": running.dossier.channel,
        "state_text": speaker.say(text),
        "state_tag": tag,
        "person": person_of(speaker),
        "joint": joint_view(speaker),
        "opened": to_text(case.opened_at),
        "due": to_text(case.due_at) if case.due_at else None,
        "with": _with(speaker),
        "may": _may(speaker),
        "next": {"step": _next(speaker)["step"]},
    }


def _title(speaker: Speaker) -> str:
    """What the case is about: the service; of an appeal, that it is one."""
    name = speaker.named(speaker.running.definition.names)
    appeal = speaker.running.dossier.appeal is not None
    return speaker.say("Appeal: {title}").format(title=name) if appeal else name


def next_page(running: Running) -> Page | None:
    """The first wanted page without all its answers; None when all are answered."""
    form = running.definition.form
    required = frozenset(form.get("required", ()))
    for page in running.pages():
        if page.exit is not None or not answered(
            form, page, running.dossier, required=required, today=running.today
        ):
            return page
    return None


def may_sign(running: Running) -> bool:
    """Whether everything is answered that will be handed in, and nothing is signed yet."""
    still_open = running.task("answer") is not None or running.task("sign") is not None
    return still_open and next_page(running) is None


def _next(speaker: Speaker) -> dict[str, Any]:
    running = speaker.running
    if running.dossier.question is not None:
        return asked_next(speaker)
    tasks = waiting(running.definition.process, running.state)
    for task in tasks:
        if task.kind in BY_COMPUTER:
            return {"step": "working"}
    return joint_next(speaker) or _own_next(speaker, tasks)


def _own_next(speaker: Speaker, tasks: Sequence[Node]) -> dict[str, Any]:
    """What the applicant does next."""
    running = speaker.running
    for task in tasks:
        if task.does in ("answer", "sign"):
            page = next_page(running)
            if page is None:
                return {"step": "submission"}
            if page.exit is not None:
                return {
                    "step": f"exit/{page.id}",
                    "page": page.id,
                    "exit": exit_view(speaker, page.exit),
                }
            questions = question_views(speaker, page)
            return {"step": f"answers/{page.id}", "page": page.id, "questions": questions}
        if task.does == "pay":
            return {"step": "desk-payment" if running.pays_when == "desk" else "payment"}
        return {"step": task.does}
    return {"step": "none"}


def _progress(running: Running, pages: Sequence[Mapping[str, Any]]) -> dict[str, int] | None:
    """Which question of how many; the signature counts as the last one."""
    if not pages:
        return None
    signs = "sign" in running.definition.process.user_tasks
    open_at = [number for number, page in enumerate(pages, 1) if not page["answered"]]
    of = len(pages) + signs
    return {"position": open_at[0] if open_at else of, "of": of}


def _with(speaker: Speaker) -> dict[str, str]:
    """Who has the case now."""
    state, organisation = speaker.running.case.state, speaker.named(speaker.authority.names)
    kind = "time" if waits_for_day(speaker.running) else "computer"
    if state.ended:
        kind, organisation = "nobody", ""
    elif state in (State.DRAFT, State.TO_SIGN, State.TO_COSIGN, State.TO_PAY, State.ASKED):
        kind, organisation = "person", ""
    elif state is State.WITH_OFFICIAL:
        unit, name = speaker.holder
        return {
            "kind": "official",
            "organisation": organisation,
            "unit": speaker.named(unit),
            "name": name,
        }
    return {"kind": kind, "organisation": organisation, "unit": "", "name": ""}


def _assistant(speaker: Speaker) -> dict[str, str] | None:
    """The official who filled in with the person present."""
    assistant = speaker.running.dossier.assistant
    if assistant is None:
        return None
    organisation = speaker.named(speaker.authority.names)
    return {"name": speaker.names.get(assistant, ""), "organisation": organisation}


def _may(speaker: Speaker) -> list[str]:
    running = speaker.running
    if running.case.state.ended:
        return ["appeal"] if may_appeal(running) else []
    jointly = may_jointly(speaker) if running.dossier.signers else None
    if jointly is not None:
        return jointly
    if running.dossier.question is not None:
        return ["amend", "withdraw"]
    may = [act for does, acts in _DOES.items() if running.task(does) for act in acts]
    return may if running.busy else [*may, "withdraw"]


def _fee(speaker: Speaker, fee: Fee | None) -> dict[str, Any] | None:
    label = _fee_label(speaker)
    if fee is not None:
        return {
            "amount": fee.amount.minor,
            "currency": fee.amount.currency,
            "label": label,
            "law": speaker.say(fee.law),
            "reference": fee.reference,
            "paid": to_text(fee.paid_at) if fee.paid_at else None,
            "when": speaker.running.pays_when,
        }
    running = speaker.running
    quoted = running.known()["fee"]
    if quoted["amount"] == 0:
        return None
    currency = running.definition.currency
    return {**quoted, "currency": currency, "label": label, "reference": "", "paid": None}


def _fee_label(speaker: Speaker) -> str:
    """The row of the table of fees that these answers lead to."""
    given = speaker.running.dossier.answers
    for row in speaker.running.definition.guide.fees:
        if all(given.get(field) == value for field, value in row.answers.items()):
            return speaker.say(row.title)
    return ""


def _statement_of(
    speaker: Speaker,
    parts: tuple[Sequence[Row], Sequence[Row], Mapping[str, Any] | None],
    *,
    signed: bytes | None,
) -> dict[str, Any] | None:
    """What is signed next, by whom it is told to; None where nothing is."""
    running = speaker.running
    if running.dossier.question is not None:
        return amendment_statement(speaker)
    if signed is not None:
        # The others read what the first one signed, in its own words.
        first = replace(speaker, language=running.dossier.language, viewer=running.dossier.person)
        told = _statement(first, fact_rows(first), said_rows(first), _fee(first, None))
        return {**told, "file": file_view(signed)}
    if running.task("answer") is not None or running.task("sign") is not None:
        return _statement(speaker, *parts)
    return None


def _statement(
    speaker: Speaker,
    facts: Sequence[Mapping[str, Any]],
    said: Sequence[Mapping[str, Any]],
    fee: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Exactly what is going to be signed: the sentence, the answers, what registers say."""
    return {
        "sentence": statement_of(speaker.running, speaker.language),
        "rows": [
            *_appeal_rows(speaker),
            *said,
            *(row for row in facts if row["kind"] not in ("image", "none")),
        ],
        "fee": fee,
        "file": _file(speaker) if may_sign(speaker.running) else None,
    }


def _appeal_rows(speaker: Speaker) -> list[dict[str, str]]:
    appeal = speaker.running.dossier.appeal
    if appeal is None:
        return []
    label = speaker.say("Why you do not agree")
    return [{"field": "reason", "label": label, "value": appeal.reason, "kind": "text"}]


def _file(speaker: Speaker) -> dict[str, Any]:
    """The file that a signature would be put to, so that a person can read it before."""
    return file_view(application_file(speaker.running, language=speaker.language))


def _document(
    speaker: Speaker, document: Mapping[str, Any], timeline: Sequence[Event]
) -> dict[str, Any]:
    name = str(document["name"])
    if name.startswith("upload-"):
        file = next((row for row in said_rows(speaker) if row.get("document") == name), None)
        told = file["value"] if file else speaker.say("A file that you added")
        return {**document, "title": told, "about": speaker.say("added by you"), "at": None}
    title, about, made = _DOCUMENTS.get(name) or _DOCUMENTS.get(
        name.partition("-")[0], (name, "", "")
    )
    at = next((event.at for event in reversed(timeline) if event.kind == made), None)
    organisation = speaker.named(speaker.authority.names)
    return {
        **document,
        "title": speaker.say(title),
        "about": _about(speaker, about).format(organisation=organisation),
        "at": to_text(at) if at else None,
    }


def _about(speaker: Speaker, about: str) -> str:
    """What stands beside a document's name: of one that was signed, who signed and for whom."""
    if about != _SIGNED:
        return speaker.say(about)
    dossier, whose = speaker.running.dossier, person_of(speaker)["name"]
    if dossier.person == dossier.actor:
        return speaker.say(_SIGNED).format(name=whose or speaker.say("you"))
    text = "signed by {signer} for {name}" if dossier.signed_by else "signed for {name}"
    return speaker.say(text).format(signer=dossier.signed_by, name=whose or dossier.person)


def _grounds(speaker: Speaker) -> list[dict[str, str]]:
    """Why the decision is no, each with its article."""
    return [
        {"code": ground, "text": speaker.ground(ground), "law": speaker.say(law)}
        for ground, law in grounds_of(speaker.running)
    ]


def _foreseen(speaker: Speaker) -> dict[str, Any] | None:
    """The refusal that the rules already see before anything is signed; None when they see none.

    Who asks is told before they pay; they may ask for the decision all the same, and appeal.
    """
    running = speaker.running
    if running.dossier.question is not None or not may_sign(running):
        return None
    proposal = running.proposed()
    if proposal.outcome != "refuse":
        return None
    after = replace(running, dossier=replace(running.dossier, proposal=proposal))
    return {
        "outcome": "refused",
        "grounds": _grounds(replace(speaker, running=after)),
        "next": [speaker.say(line) for line in running.definition.letter.next_refused],
    }


def _why_waiting(speaker: Speaker) -> list[str]:
    """Why a computer did not decide: what an official has to look at."""
    proposal = speaker.running.dossier.proposal
    if proposal is None or speaker.running.case.state is not State.WITH_OFFICIAL:
        return []
    return [speaker.ground(ground) for ground in proposal.grounds]


def _decision(speaker: Speaker, timeline: Sequence[Event]) -> dict[str, Any] | None:
    running, say = speaker.running, speaker.say
    decided = next((event for event in reversed(timeline) if event.kind == "decided"), None)
    if decided is None or running.case.state not in (State.GRANTED, State.REFUSED):
        return None
    letter, granted = running.definition.letter, running.case.state is State.GRANTED
    day = local_day(decided.at, speaker.zone)
    begins = local_day(appeal_begins(running, decided=decided.at), speaker.zone)
    until = begins + timedelta(days=letter.appeal_days)
    new = recorded_rows(running, decided=day, language=speaker.language) if granted else []
    return {
        "outcome": running.case.state.value,
        "text": say(letter.granted if granted else letter.refused) or say(_sentence(granted)),
        "at": to_text(decided.at),
        "by": decided.actor,
        "document": "decision.pdf" if letter.template else "",
        "new": new,
        "next": [say(line) for line in (letter.next_granted if granted else letter.next_refused)],
        "appeal": {"text": say(letter.appeal), "until": until.isoformat()}
        if letter.appeal
        else None,
    }


def _sentence(granted: bool) -> str:
    return "The decision is yes" if granted else "The decision is no"
