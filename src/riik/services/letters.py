"""What a decision letter and an application say: plain values for the templates.

The templates (Typst) hold the words and the look; this module only chooses and names values,
so nothing of a case can reach a template but as data.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from typing import Any

from riik.core import Money, to_text
from riik.formats import canonical_json
from riik.services.forms.groups import is_group
from riik.services.forms.lists import is_listed_in_file, listed_choices
from riik.services.forms.uploads import is_upload
from riik.services.model import ShownFact, Standing
from riik.services.running import Running
from riik.services.shown.recorded import recorded_rows, worked_out
from riik.services.terms.model import SILENCE

__all__ = [
    "APPLICATION",
    "Authority",
    "answers",
    "application",
    "application_file",
    "decision_letter",
    "enclosed_in",
    "facts",
    "grounds_of",
    "person_name",
    "receipt_slip",
    "statement_of",
]


APPLICATION = "application.json"
"""The file that a person signs; its name in the container, and before it is signed."""


_APPEAL = "I appeal against the decision in case {number}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """Who decides: names by language, registry code, address, and how the country says names.

    Attributes:
        name_order: Parts of a person's whole name in the order of the country's letters:
            ``family``, ``middle``, ``given``.
    """

    names: Mapping[str, str]
    code: str
    address: str
    name_order: tuple[str, ...] = ("given", "middle", "family")

    def full_name(self, *, given_names: str, family_name: str, middle_names: str = "") -> str:
        """A person's whole name."""
        parts = {"given": given_names, "middle": middle_names, "family": family_name}
        return " ".join(filter(None, (parts[part] for part in self.name_order)))


def decision_letter(
    running: Running, *, authority: Authority, sources: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """The values of a decision letter, as the house's template wants them.

    Args:
        running: The case, with its proposal or decision.
        authority: Who decides.
        sources: Names of the organisations that play each role, by language.
    """
    letter, language = running.definition.letter, running.dossier.language
    proposal = running.dossier.proposal
    granted = proposal is not None and proposal.outcome == "grant"
    text = partial(running.definition.text, language=language)
    return {
        "title": running.definition.names.get(language, running.definition.id),
        "organisation": {
            "name": _in(authority.names, language),
            "code": authority.code,
            "address": authority.address,
        },
        "reference": running.case.number,
        "date": running.today.isoformat(),
        "recipient": {"name": authority.full_name(**person_name(running))},
        "outcome": "granted" if granted else "refused",
        "decision": text(letter.granted if granted else letter.refused),
        "facts": [
            *(_new(running, sources, language) if granted else ()),
            *(
                {
                    "label": text(shown.label),
                    "value": _shown(running, shown),
                    "source": _source(running, shown, sources, language),
                }
                for shown in letter.facts
                if not shown.record and _is_told(running, shown)
            ),
        ],
        **({"enclosed": enclosed} if granted and (enclosed := enclosed_in(running)) else {}),
        "grounds": _grounds(running, granted=granted),
        "next": [text(line) for line in (letter.next_granted if granted else letter.next_refused)],
        "appeal": {
            "text": text(letter.appeal),
            "until": (running.today + timedelta(days=letter.appeal_days)).isoformat(),
        },
        "signature": _signature(running, authority, language),
    }


def _new(
    running: Running, sources: Mapping[str, Mapping[str, str]], language: str
) -> list[dict[str, str]]:
    """What the person now has, before what they had."""
    record = running.definition.record
    source = _in(sources.get(record.provider, {}), language) if record else ""
    return [
        {"label": row["label"], "value": row["value"], "source": source}
        for row in recorded_rows(running, decided=running.today, language=language)
    ]


def receipt_slip(
    running: Running,
    *,
    authority: Authority,
    sources: Mapping[str, Mapping[str, str]],
    due: date,
    fee: str,
) -> dict[str, Any]:
    """The values of the slip that says what was received and when the answer comes.

    Args:
        running: The case, handed in and paid for.
        authority: Who answers.
        sources: Names of the organisations that play each role, by language.
        due: The last day to decide.
        fee: What was paid, written out; empty where nothing is owed.
    """
    letter, language = running.definition.letter, running.dossier.language
    text = partial(running.definition.text, language=language)
    asked = [
        {"label": one["question"], "value": str(one["answer"]), "source": ""}
        for one in answers(running)
    ]
    return {
        "title": text(letter.receipt_title),
        "organisation": {
            "name": _in(authority.names, language),
            "code": authority.code,
            "address": authority.address,
        },
        "reference": running.case.number,
        "date": running.today.isoformat(),
        "recipient": {
            "name": authority.full_name(**person_name(running)),
            "code": running.dossier.person[2:],
        },
        "statement": text(letter.received),
        "answer-by": due.isoformat(),
        **({"fee": fee} if fee else {}),
        "facts": asked,
        "next": [],
        "signature": {"automatic": False, "name": _in(authority.names, language)},
    }


def _signature(running: Running, authority: Authority, language: str) -> dict[str, Any]:
    """Who answers for the decision: the official who signed it, or the rules of the authority."""
    decided, proposal = running.dossier.decided, running.dossier.proposal
    if decided is not None:
        role = ", ".join(
            filter(None, (_in(decided.unit, language), _in(authority.names, language)))
        )
        return {"automatic": False, "name": decided.name, "role": role}
    by_computer = proposal is None or proposal.by == "computer"
    return {"automatic": by_computer, "name": _in(authority.names, language)}


def application(running: Running) -> dict[str, Any]:
    """What the person signs: their answers, what registers said, and what they ask for."""
    definition, dossier = running.definition, running.dossier
    return {
        "service": {
            "id": definition.id,
            "version": definition.version,
            "digest": definition.digest,
        },
        "title": definition.names.get(dossier.language, definition.id),
        "case": {"id": running.case.id, "number": running.case.number},
        "date": running.today.isoformat(),
        "statement": statement_of(running, dossier.language),
        **({"appeal": appeal_of(running)} if dossier.appeal else {}),
        "person": {"code": dossier.person, "acting": dossier.actor, **person_name(running)},
        "answers": answers(running),
        "facts": facts(running),
        "fee": {**running.fee(running.known()), "currency": definition.currency},
    }


def statement_of(running: Running, language: str) -> str:
    """What the person says by signing."""
    appeal = running.dossier.appeal
    if appeal is None:
        return running.definition.text(running.definition.guide.statement, language)
    return running.definition.text(_APPEAL, language).format(number=appeal.number)


def appeal_of(running: Running) -> dict[str, str]:
    """What an appeal is against and why, as it is signed."""
    appeal = running.dossier.appeal
    return {"against": appeal.number, "reason": appeal.reason} if appeal else {}


def application_file(running: Running, *, language: str) -> bytes:
    """The very bytes that are signed when the application is laid out in this language."""
    told = replace(running, dossier=replace(running.dossier, language=language))
    return canonical_json.encode(application(told))


def answers(running: Running) -> list[dict[str, Any]]:
    """Question and answer as the person read them, in the order of the pages."""
    definition, dossier = running.definition, running.dossier
    rows = []
    for page in definition.pages:
        for field in page.fields:
            if field not in dossier.answers:
                continue
            schema = definition.form["properties"][field]
            say = partial(definition.text, language=dossier.language)
            row = _told(say, field, schema, dossier.answers[field])
            listed = listed_text(running, schema, row["value"], language=dossier.language)
            rows.append(row if listed is None else {**row, "answer": listed})
    return rows


def listed_text(
    running: Running, schema: Mapping[str, Any], value: Any, *, language: str
) -> str | None:
    """What a code of a list means; None for a question without a list, or without an answer."""
    if schema.get("x-kind") != "listed" or value is None:
        return None
    if is_listed_in_file(schema):
        return running.definition.lists[schema["x-list"]].text(str(value), language)
    known = {need: fact.values for need, fact in running.dossier.facts.items()}
    for choice in listed_choices(schema, known) or ():
        if choice["const"] == value:
            return choice["title"]
    return str(value)


def _told(say: Callable[[str], str], field: str, schema: Mapping[str, Any], value: Any) -> Any:
    """A question and its answer in words; of a group each item's."""
    row = {"field": field, "question": say(schema.get("title", field)), "value": value}
    if is_upload(schema):
        return {**row, "answer": ", ".join(file["name"] for file in value)}
    if is_group(schema):
        inner = schema["items"]["properties"]
        items = [
            [_told(say, name, inner[name], item[name]) for name in inner if name in item]
            for item in value
        ]
        item = say(schema["items"].get("title", ""))
        told = [", ".join(f"{one['question']} {one['answer']}" for one in cells) for cells in items]
        return {**row, "answer": "; ".join(told), "item": item, "items": items}
    return {**row, "answer": _in_words(say, schema, value)}


def _in_words(say: Callable[[str], str], schema: Mapping[str, Any], value: Any) -> str:
    """An answer as the person read it: what they typed themselves is nobody's to translate."""
    for choice in schema.get("oneOf", ()):
        if choice["const"] == value:
            return say(choice["title"])
    return say("yes" if value else "no") if isinstance(value, bool) else str(value)


def facts(running: Running) -> list[dict[str, Any]]:
    """What each register said, with its source, time and the exchange that proves it."""
    return [
        {
            "need": fact.need,
            "source": str(fact.source),
            "standing": fact.standing.value,
            "at": to_text(fact.at),
            "message": fact.message_id,
            "values": {k: v for k, v in fact.values.items() if not _is_image(v)},
        }
        for fact in running.dossier.facts.values()
    ]


def _is_image(value: object) -> bool:
    """Pictures are shown, not printed as text."""
    return isinstance(value, str) and value.lstrip().startswith(("<svg", "data:image/"))


def person_name(running: Running) -> dict[str, str]:
    """The name as the population register has it; empty when it was silent."""
    for fact in running.dossier.facts.values():
        if fact.standing is Standing.KNOWN and "family_name" in fact.values:
            names = ("given_names", "middle_names", "family_name")
            return {name: str(fact.values.get(name) or "") for name in names}
    return {"given_names": "", "family_name": ""}


def _in(names: Mapping[str, str], language: str) -> str:
    return names.get(language, names.get("en", ""))


def enclosed_in(running: Running) -> list[dict[str, Any]]:
    """The files that lie inside a granted decision, as they were looked over and signed."""
    asked = running.definition.letter.encloses
    return list(running.dossier.answers.get(asked) or ()) if asked else []


def _is_told(running: Running, shown: ShownFact) -> bool:
    if shown.answer and shown.answer not in running.dossier.answers:
        return False
    return not shown.when or worked_out(running, {"when": shown.when})["when"] is True


def _shown(running: Running, shown: ShownFact) -> str:
    if shown.answer:
        told = {row["field"]: row["answer"] for row in answers(running)}
        return str(told[shown.answer])
    fact = running.dossier.facts.get(shown.need)
    if fact is None or fact.standing is not Standing.KNOWN:
        return "–"
    value = fact.values.get(shown.field)
    if isinstance(value, list):
        return ", ".join(_said(item) for item in value if item is not None) or "–"
    if isinstance(value, Mapping):
        return _said(value)
    return "–" if value is None else str(value)


def _source(
    running: Running, shown: ShownFact, sources: Mapping[str, Mapping[str, str]], language: str
) -> str:
    for need in running.definition.needs:
        if need.id == shown.need:
            return _in(sources.get(need.provider, {}), language) or need.provider
    return ""


def _grounds(running: Running, *, granted: bool) -> list[dict[str, str]]:
    """Why, each with its article; what a granted case rests on is the service's law."""
    definition, language = running.definition, running.dossier.language
    law = _laws(running)
    proposal, decided = running.dossier.proposal, running.dossier.decided
    own = [{"text": decided.reason, "law": law}] if decided and decided.reason else []
    if proposal is not None and SILENCE in proposal.grounds:
        return [{"text": definition.text(SILENCE, language), "law": definition.terms.silence_law}]
    if granted or proposal is None:
        return [{"text": definition.text(definition.letter.because, language), "law": law}, *own]
    whole = "; ".join(definition.law)
    stated = [
        {
            "text": definition.text(ground, language),
            "law": law if article == whole else definition.text(article, language),
        }
        for ground, article in grounds_of(running)
    ]
    return stated + own


def _laws(running: Running) -> str:
    """The service's laws as people call them; what the guide does not name stays as it is."""
    definition = running.definition
    names = {law.id: law.name for law in definition.guide.laws}
    language = running.dossier.language
    return "; ".join(definition.text(names.get(law, law), language) for law in definition.law)


def grounds_of(running: Running) -> list[tuple[str, str]]:
    """What stands against it, each ground with its article, or with the service's law."""
    law, proposal = "; ".join(running.definition.law), running.dossier.proposal
    if proposal is None:
        return []
    laws = {ground.code: ground.law or law for ground in running.definition.grounds} | {
        str(row["outputs"].get("code", "")): str(row.get("law") or law)
        for row in proposal.explanation
    }
    laws |= {SILENCE: running.definition.terms.silence_law}
    return [(ground, laws.get(ground, law)) for ground in proposal.grounds]


def _said(value: object) -> str:
    """One value of a list, or an object that has a text or a name."""
    if isinstance(value, Mapping):
        return str(value.get("text") or value.get("name") or "–")
    return str(value)


def written(fee: Money) -> str:
    """An amount as a slip says it: ``30.00 EUR``; đồng have no decimals and are said as such."""
    if fee.currency == "VND":
        return f"{fee.minor:,} đồng".replace(",", ".")
    return f"{fee.decimal()} {fee.currency}"
