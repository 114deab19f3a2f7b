"""A case as an official sees it: what differs first, then what registers said and the person said.

Pure. Every line names its source, its time and the exchange that proves it; what a register could
not say and what the person changed stands first. Values are plain: pages write dates and names in
the reader's way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from riik.cases import Event, State
from riik.core import to_text
from riik.payments import Fee
from riik.services.desk.errors import DeskConflict, DeskRefused
from riik.services.desk.model import Decided, Official, Role
from riik.services.desk.queues import official_told
from riik.services.desk.staff import Seat
from riik.services.desk.verdicts import attested, check_decider
from riik.services.letters import person_name
from riik.services.model import ServiceDefinition, Standing
from riik.services.running import Running
from riik.services.shown.rows import Speaker, fact_rows, said_rows, unsaid_rows
from riik.services.terms.delivering import Reached

__all__ = ["Around", "case_view"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What belongs to a case besides its own file.

    Attributes:
        timeline: What happened.
        documents: Its papers: ``name``, ``media_type``, ``size``.
        fee: What is or was owed.
        proofs: By message id: ``proved``, ``signed`` or ``missing``.
        holder: The official who has the case, or None.
        colleagues: To whom it could be handed.
    """

    timeline: Sequence[Event]
    documents: Sequence[Mapping[str, Any]]
    fee: Fee | None
    proofs: Mapping[str, str]
    holder: Official | None
    colleagues: Sequence[Official]


def case_view(speaker: Speaker, *, seat: Seat, around: Around) -> dict[str, Any]:
    """One case as plain values, in the official's language and words.

    Of a ground, ``reads`` is what its person reads in a refusal, in the person's language.
    """
    running, language = speaker.running, speaker.language
    definition, dossier, case = running.definition, running.dossier, running.case
    return {
        "case": case.id,
        "version": running.version,
        "number": case.number,
        "service": definition.id,
        "title": definition.names.get(language, definition.id),
        "state": case.state.value,
        "lane": case.lane.value,
        "unit": dict(seat.unit.names),
        "person": {"code": dossier.person, **person_name(running)},
        "acting": _acting(running),
        "signers": [
            {"person": one.person, "standing": one.standing, "at": one.at or None}
            for one in dossier.signers
        ],
        "channel": dossier.channel,
        "language": dossier.language,
        "opened": to_text(case.opened_at),
        "due": to_text(case.due_at) if case.due_at else None,
        "stopped": to_text(case.asked_at) if case.asked_at else None,
        "holder": official_told(around.holder, seat) if around.holder else None,
        "fee": _fee(around.fee),
        "rows": evidence(speaker, proofs=around.proofs),
        "needs": [definition.ground(code, language) for code in case.needs],
        "trail": _trail(running, language),
        "proposal": _proposal(running),
        "colleague": _decided(dossier.colleague),
        "decided": _decided(dossier.decided),
        "delivery": _delivery(running.reached),
        "question": _question(running),
        "amendments": [
            {"message": one.question.message, "at": one.at, "document": one.document}
            for one in dossier.amendments
        ],
        "timeline": [
            {"at": to_text(e.at), "kind": e.kind, "actor": e.actor, "detail": e.detail}
            for e in around.timeline
        ],
        "documents": list(around.documents),
        "grounds": [
            {
                **definition.ground(one.code, language),
                "law": definition.text(one.law, language),
                "reads": definition.text(one.code, dossier.language),
            }
            for one in definition.grounds
            if one.refuses
        ],
        "attests": _attests(running, language),
        "alone": bool(definition.letter.encloses),
        "pages": _pages(definition, language),
        "colleagues": [official_told(one, seat) for one in around.colleagues],
        "four_eyes": definition.four_eyes,
        "may": _may(running, seat),
    }


def _attests(running: Running, language: str) -> list[dict[str, Any]]:
    """What an official ticks before they grant: in words for officials, with its law."""
    definition, codes = running.definition, attested(running)
    return [
        {
            **definition.ground(one.code, language),
            "law": definition.text(one.law, language),
            "reads": "",
        }
        for one in definition.grounds
        if one.code in codes
    ]


def _acting(running: Running) -> dict[str, str] | None:
    """Who acts for the person, as what; their name once they signed. None for one's own matter."""
    dossier = running.dossier
    if dossier.actor == dossier.person:
        return None
    return {"code": dossier.actor, "name": dossier.signed_by, "role": dossier.role}


def _delivery(reached: Reached | None) -> dict[str, Any] | None:
    """How the decision came to its person; nothing of where they are reached."""
    if reached is None:
        return None
    return {
        "sent": to_text(reached.sent_at),
        "state": reached.state,
        "channel": reached.channel,
        "delivered": to_text(reached.delivered_at) if reached.delivered_at else None,
        "how": reached.how,
    }


def evidence(speaker: Speaker, *, proofs: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows of evidence, ready to show; what needs a human first, each with its source.

    ``side`` says who speaks: ``register`` or ``person``. What the person changed since an
    official asked has ``before``; a register's answer has its exchange and what that proves.
    """
    said = list(_said(speaker))
    facts = [
        {
            **row,
            "side": "register",
            "proof": proofs.get(str(row["message"]), "missing"),
            # A silent register needs a human; one that holds nothing has answered.
            # So does a field that is empty although what applied looked at it.
            "differs": row["standing"] == Standing.UNAVAILABLE.value
            or row["kind"] == "unsaid"
            or bool(row["disputed"]),
        }
        for row in (*unsaid_rows(speaker), *fact_rows(speaker))
    ]
    rows = [*said, *facts]
    first = [row for row in rows if row["differs"]]
    return [*first, *(row for row in (*facts, *said) if not row["differs"])]


def _said(speaker: Speaker) -> Iterator[dict[str, Any]]:
    """What the person said; of what they changed, what they had said first."""
    dossier = speaker.running.dossier
    first: dict[str, Any] = {}
    for amendment in dossier.amendments:
        first = {**amendment.before, **first}
    changed = {field: value for field, value in first.items() if value is not None}
    earlier = replace(
        speaker, running=replace(speaker.running, dossier=replace(dossier, answers=changed))
    )
    before = {(row["field"], row.get("item")): row["value"] for row in said_rows(earlier)}
    for row in said_rows(speaker):
        said = before.get((row["field"], row.get("item")), "")
        yield {
            **row,
            "side": "person",
            "before": said,
            "differs": row["field"] in first and said != row["value"],
        }


def _trail(running: Running, language: str) -> dict[str, Any]:
    """What the rules found: what applied with its law and what it saw; what was looked into."""
    definition, proposal = running.definition, running.dossier.proposal
    explanation = proposal.explanation if proposal else ()
    applied = [row for row in explanation if row["outputs"].get("code")]
    codes = {row["outputs"]["code"] for row in applied}
    return {
        "applied": [
            {
                **definition.ground(row["outputs"]["code"], language),
                "law": definition.text(row.get("law") or "", language),
                "saw": [
                    {"question": saw["question"], "value": saw["value"]}
                    for saw in row["saw"]
                    if saw["test"] != "-"
                ],
            }
            for row in applied
        ],
        "clear": [
            {**definition.ground(one.code, language), "law": definition.text(one.law, language)}
            for one in definition.grounds
            if one.code not in codes and proposal is not None
        ],
    }


def _proposal(running: Running) -> dict[str, Any] | None:
    proposal = running.dossier.proposal
    if proposal is None:
        return None
    return {
        "outcome": proposal.outcome,
        "grounds": list(proposal.grounds),
        "by": proposal.by,
    }


def _decided(decided: Decided | None) -> dict[str, Any] | None:
    if decided is None:
        return None
    return {
        "act": decided.act.value,
        "name": decided.name,
        "unit": dict(decided.unit),
        "outcome": decided.outcome,
        "grounds": list(decided.grounds),
        "reason": decided.reason,
        "at": decided.at,
        "document": decided.document,
    }


def _question(running: Running) -> dict[str, Any] | None:
    question = running.dossier.question
    if question is None:
        return None
    return {
        "pages": list(question.pages),
        "message": question.message,
        "name": question.name,
        "at": question.at,
    }


def _pages(definition: ServiceDefinition, language: str) -> list[dict[str, str]]:
    """The pages that can be asked anew, by their questions."""
    properties = definition.form["properties"]
    return [
        {
            "id": page.id,
            "title": "; ".join(
                definition.official_text(properties[field].get("title", field), language)
                for field in page.fields
            ),
        }
        for page in definition.pages
        if page.exit is None
    ]


def _fee(fee: Fee | None) -> dict[str, Any] | None:
    if fee is None:
        return None
    return {
        "amount": fee.amount.minor,
        "currency": fee.amount.currency,
        "paid": to_text(fee.paid_at) if fee.paid_at else None,
    }


def _may(running: Running, seat: Seat) -> list[str]:
    """What the official can do with the case now, in one word each."""
    case, dossier = running.case, running.dossier
    waiting = case.state is State.WITH_OFFICIAL and running.task("review") is not None
    mine, lead = seat.works_on(case), Role.LEAD in seat.official.roles
    may = []
    if waiting and mine:
        if case.assigned_to != seat.me:
            may.append("take")
        if _decides(running, seat):
            may.append("confirm" if dossier.colleague else "decide")
        may.append("ask")
        if any(fact.standing is Standing.UNAVAILABLE for fact in dossier.facts.values()):
            may.append("ask-again")
    if case.state is State.ASKED and mine:
        may.append("withdraw-question")
    if not case.state.ended and case.lane.value and (mine or lead):
        may.append("hand-over")
    return may


def _decides(running: Running, seat: Seat) -> bool:
    try:
        check_decider(running, seat=seat)
    except (DeskConflict, DeskRefused):
        return False
    return True
