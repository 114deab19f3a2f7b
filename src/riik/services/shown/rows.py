"""What is known and what was said, as rows ready to show: label, value, source, standing.

Pure: a case and the words of its folder go in, plain values come out. Every value comes with
its kind (``text``, ``day``, ``image``, ``none``), so that no page has to guess; days are left
to the page, which writes them as its country does.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from riik.core import PersonCode, to_text
from riik.services.folder.guide import KnownRow
from riik.services.forms.groups import is_group
from riik.services.forms.timing import Times, is_appointment
from riik.services.forms.uploads import is_upload, paper_name
from riik.services.joint.model import Signer
from riik.services.letters import Authority, listed_text
from riik.services.model import Fact, Need, Standing
from riik.services.running import Running

__all__ = ["Row", "Speaker", "choice_facts", "fact_rows", "person_of", "said_rows", "unsaid"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")
_NAMES = ("given_names", "middle_names", "family_name")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """A case told in one language.

    Attributes:
        running: The case.
        language: In which language.
        authority: Who answers for it, and how the country says names.
        sources: Names of the organisations that play each role, by language.
        zone: Where the law's days begin.
        names: How the authority's officials are called.
        viewer: Who is told: the person, or one of those who sign as well; None tells officials.
        holder: Names of the unit of officials that has it, by language, and the official's name.
        opened: The page that somebody opens, whose questions are told also in a long form.
        scanner: What looks files over; empty while nothing does.
        official: Told to an official: labels are in words for them. What the person chose stays in
            the words that they signed.
    """

    running: Running
    language: str
    authority: Authority
    sources: Mapping[str, Mapping[str, str]]
    zone: str
    holder: tuple[Mapping[str, str], str] = ({}, "")
    names: Mapping[PersonCode, str] = field(default_factory=dict)
    viewer: PersonCode | None = None
    official: bool = False
    scanner: str = ""
    opened: str = ""
    times: Times | None = None

    @property
    def other(self) -> Signer | None:
        """Who is told, where that is one of those who sign as well; else None."""
        return self.running.dossier.signer(self.viewer) if self.viewer else None

    def sees(self, need: str) -> bool:
        """What a register says of one of two who sign, it says to them and to officials."""
        whose = next((one.of for one in self.running.definition.needs if one.id == need), "")
        if self.viewer is None:
            return True
        return (whose == "other") is (self.other is not None) or whose == "applicant"

    @property
    def say(self) -> Callable[[str], str]:
        """A text of the folder or of the house in this language."""
        return lambda text: self.running.definition.text(text, self.language) if text else ""

    def label(self, text: str) -> str:
        """What a value is called, to whoever is told."""
        definition = self.running.definition
        if self.official and text:
            return definition.official_text(text, self.language)
        return self.say(text)

    def ground(self, code: str) -> str:
        """A ground; who acts for another reads it of them, as officials do, not of themselves."""
        dossier, definition = self.running.dossier, self.running.definition
        if dossier.person != dossier.actor:
            return definition.official_text(code, self.language)
        return self.say(code)

    def named(self, names: Mapping[str, str]) -> str:
        """Names by language: this one's, else English, else any."""
        return names.get(self.language) or names.get("en") or next(iter(names.values()), "")

    def source(self, need: Need) -> tuple[str, str, str]:
        """The register, "from the register", and the organisation that keeps it."""
        organisation = self.named(self.sources.get(need.provider, {})) or need.provider
        source = self.say(need.source) or organisation
        return source, self.say(need.from_source) or source, organisation


def fact_rows(speaker: Speaker) -> list[Row]:
    """Everything that registers said, a row a label of the guide, in the guide's order."""
    definition, facts = speaker.running.definition, speaker.running.dossier.facts
    rows: list[Row] = []
    silent: set[str] = set()
    for known in definition.guide.known:
        fact = facts.get(known.need)
        if fact is None or not speaker.sees(known.need):
            continue
        if fact.standing is Standing.KNOWN:
            rows += _known(speaker, known, fact)
        elif known.need not in silent:
            silent.add(known.need)
            rows.append(_missing(speaker, fact))
    return rows


def unsaid_rows(speaker: Speaker) -> list[Row]:
    """Fields that a register left empty though rules asked for them: an official finds them out."""
    return [
        _row(speaker, fact, fields=known.fields, label=known.label, value="", kind="unsaid")
        for known, fact in unsaid(speaker.running)
    ]


def unsaid(running: Running) -> list[tuple[KnownRow, Fact]]:
    """What a register left empty though the rules that applied asked for it."""
    facts, rules = running.dossier.facts, _looked_at(running)
    found = []
    for known in running.definition.guide.known:
        fact = facts.get(known.need)
        if fact is None or fact.standing is not Standing.KNOWN:
            continue
        empty = all(fact.values.get(field) is None for field in known.fields)
        if empty and any(f"{known.need}.{field}" in rules for field in known.fields):
            found.append((known, fact))
    return found


def _looked_at(running: Running) -> str:
    """What the rules that applied asked, in their words: ``person.residence_days``."""
    proposal = running.dossier.proposal
    applied = [
        row for row in (proposal.explanation if proposal else ()) if row["outputs"].get("code")
    ]
    return " ".join(saw["question"] for row in applied for saw in row["saw"] if saw["test"] != "-")


def said_rows(speaker: Speaker) -> list[Row]:
    """What the person answered, in the order of the pages, with the step that changes it."""
    running = speaker.running
    rows: list[Row] = []
    for page in running.definition.pages:
        for asked in page.fields:
            if asked not in running.dossier.answers:
                continue
            schema = running.definition.form["properties"][asked]
            value = running.dossier.answers[asked]
            if is_upload(schema):
                rows += _file_rows(speaker, schema, page.id, asked, value)
                continue
            if is_group(schema):
                rows += _group_rows(speaker, schema, page.id, asked, value)
                continue
            text, kind = _answer(speaker, schema, value, name=f"answers.{asked}")
            rows.append(
                {
                    "page": page.id,
                    "step": f"answers/{page.id}",
                    "field": asked,
                    "label": speaker.label(schema.get("title", asked)),
                    "value": text,
                    "kind": kind,
                }
            )
    return rows


def item_rows(speaker: Speaker, schema: Mapping[str, Any], item: Mapping[str, Any]) -> list[Row]:
    """One item of a group, a row a question."""
    rows = []
    for name, inner in schema["items"]["properties"].items():
        if name in item:
            text, kind = _answer(speaker, inner, item[name], name=f"answers.{name}")
            label = speaker.label(inner.get("title", name))
            rows.append({"label": label, "value": text, "kind": kind})
    return rows


def _group_rows(
    speaker: Speaker, schema: Mapping[str, Any], page: str, field: str, items: Sequence[Any]
) -> Iterator[Row]:
    """The items of a group, each in one row; one row where there is none."""
    base = {"page": page, "field": field}
    if not items:
        label = speaker.label(schema.get("title", field))
        value = speaker.say("none")
        yield {**base, "step": f"answers/{page}", "label": label, "value": value, "kind": "text"}
    for number, item in enumerate(items, start=1):
        told = item_rows(speaker, schema, item)
        yield {
            **base,
            "item": number,
            "step": f"answers/{page}/{number}",
            "label": f"{speaker.label(schema['items'].get('title', field))} {number}",
            "value": "; ".join(map(_beside, told)),
            "kind": "days",
        }


def _file_rows(
    speaker: Speaker, schema: Mapping[str, Any], page: str, field: str, files: Sequence[Any]
) -> Iterator[Row]:
    """The files of an answer, each in one row with its size; one row where there is none."""
    base = {
        "page": page,
        "field": field,
        "step": f"answers/{page}",
        "label": speaker.label(schema.get("title", field)),
        "kind": "text",
    }
    if not files:
        yield {**base, "value": speaker.say("none")}
    for number, file in enumerate(files, start=1):
        document = paper_name(file)
        yield {**base, "item": number, "value": file["name"], "document": document, "file": file}


def in_list(speaker: Speaker, schema: Mapping[str, Any], value: Any) -> str | None:
    """What a code of a list means; None for a question without a list, or without an answer."""
    if is_appointment(schema) and speaker.times is not None and value:
        return speaker.times.text(str(value), speaker.language)
    return listed_text(speaker.running, schema, value, language=speaker.language)


def _beside(row: Row) -> str:
    """A question of an item with its answer, in one line."""
    mark = "" if row["label"].endswith("?") else ":"
    return f"{row['label']}{mark} {row['value']}"


def _answer(
    speaker: Speaker, schema: Mapping[str, Any], value: Any, *, name: str
) -> tuple[str, str]:
    """What was answered, in words: a choice by its title, all else as it is."""
    for choice in schema.get("oneOf", ()):
        if choice["const"] == value:
            return speaker.say(choice["title"]), "text"
    listed = in_list(speaker, schema, value)
    if listed is not None:
        return listed, "days" if is_appointment(schema) else "text"
    return _shown(speaker, value, name=name)


def choice_facts(speaker: Speaker, names: Sequence[str]) -> list[Row]:
    """The rows of single fields, such as ``person.residence``, for a choice or a question."""
    rows: list[Row] = []
    for name in names:
        need, _, field = name.partition(".")
        fact = speaker.running.dossier.facts.get(need)
        if fact is None:
            continue
        if fact.standing is not Standing.KNOWN:
            # Once a register, however many of its fields the choice names.
            if all(row["need"] != need for row in rows):
                rows.append(_missing(speaker, fact))
            continue
        label = next(
            (
                row.label
                for row in speaker.running.definition.guide.known
                if row.need == need and field in row.fields
            ),
            "",
        )
        rows += _known(speaker, KnownRow(need=need, label=label, fields=(field,)), fact)
    return rows


def person_of(speaker: Speaker) -> Row:
    """Whose matter it is: the name as the population register has it; empty when silent."""
    dossier = speaker.running.dossier
    names = dict.fromkeys(_NAMES, "")
    for fact in dossier.facts.values():
        if fact.standing is Standing.KNOWN and "family_name" in fact.values:
            names = {name: str(fact.values.get(name) or "") for name in _NAMES}
            break
    return {
        "name": speaker.authority.full_name(**names),
        "given_names": names["given_names"],
        "self": dossier.person == dossier.actor and speaker.other is None,
    }


def _known(speaker: Speaker, known: KnownRow, fact: Fact) -> Iterator[Row]:
    """The row of a label; none where the register has nothing in these fields."""
    if "family_name" in known.fields:
        names = {name: str(fact.values.get(name) or "") for name in _NAMES}
        value, kind = speaker.authority.full_name(**names), "text"
    elif known.money:
        yield from _amounts(speaker, known, fact)
        return
    else:
        shown = [
            _shown(speaker, fact.values[field], name=f"{known.need}.{field}")
            for field in known.fields
            if fact.values.get(field) is not None
        ]
        value = ", ".join(text for text, _ in shown)
        kind = shown[0][1] if len(shown) == 1 else "text"
    if value:
        yield _row(speaker, fact, fields=known.fields, label=known.label, value=value, kind=kind)


def _amounts(speaker: Speaker, known: KnownRow, fact: Fact) -> Iterator[Row]:
    """The row of an amount, or of as many as the register has records."""
    told = [fact.values.get(field) for field in known.fields]
    every = [one for value in told for one in (value if isinstance(value, list) else [value])]
    amounts = [
        {"minor": one, "currency": known.money}
        for one in every
        if isinstance(one, int) and not isinstance(one, bool)
    ]
    if amounts:
        row = _row(speaker, fact, fields=known.fields, label=known.label, value="", kind="money")
        yield {**row, "value": amounts[0] if len(amounts) == 1 else amounts}


def _missing(speaker: Speaker, fact: Fact) -> Row:
    """The one row of a register that had nothing, or did not answer."""
    dossier = speaker.running.dossier
    own = dossier.person == dossier.actor
    note = "It does not answer now. We go on; an official will ask it later."
    if fact.standing is Standing.NOTHING:
        note = "It has nothing about you." if own else "It has nothing about this person."
    row = _row(speaker, fact, fields=(), label="", value="", kind="none")
    return {**row, "id": fact.need, "label": row["source"], "note": speaker.say(note)}


def _row(
    speaker: Speaker, fact: Fact, *, fields: Sequence[str], label: str, value: str, kind: str
) -> Row:
    need = next(one for one in speaker.running.definition.needs if one.id == fact.need)
    source, from_source, organisation = speaker.source(need)
    return {
        "id": f"{fact.need}.{fields[0]}" if fields else fact.need,
        "need": fact.need,
        "fields": list(fields),
        "label": speaker.label(label),
        "value": value,
        "kind": kind,
        "standing": fact.standing.value,
        "note": "",
        # Under which number the person told the register that it is wrong.
        "disputed": next(
            (
                number
                for name in fields
                if (number := speaker.running.dossier.disputed.get(f"{fact.need}.{name}"))
            ),
            "",
        ),
        "source": source,
        "from": from_source,
        "organisation": organisation,
        "register": str(fact.source.provider),
        "at": to_text(fact.at),
        "message": fact.message_id,
    }


def _shown(speaker: Speaker, value: Any, *, name: str) -> tuple[str, str]:
    """A value as text with its kind; codes are said in words where the folder has them."""
    if isinstance(value, bool):
        return speaker.say("yes" if value else "no"), "text"
    if isinstance(value, Mapping):
        whole = value.get("text") or value.get("name")
        return (str(whole), "text") if whole else _shown_parts(speaker, value, name=name)
    if isinstance(value, list):
        parts = [_shown(speaker, item, name=name) for item in value if item is not None]
        kind = "days" if any(kind != "text" for _, kind in parts) else "text"
        between = "; " if kind == "days" else ", "
        return between.join(filter(None, (text for text, _ in parts))) or speaker.say("none"), kind
    text = str(value)
    if text.startswith("data:image/"):
        return text, "image"
    if _DAY.match(text):
        return text, "day"
    said = speaker.say(f"{name}.{text}")
    return (text if said == f"{name}.{text}" else said), "text"


def _shown_parts(speaker: Speaker, value: Mapping[str, Any], *, name: str) -> tuple[str, str]:
    """A value of several parts, each under its own word where the folder has one."""
    parts = []
    for key, part in value.items():
        text, _ = _shown(speaker, part, name=f"{name}.{key}") if part is not None else ("", "")
        word = speaker.say(f"{name}.{key}")
        parts.append(f"{word} {text}" if text and word != f"{name}.{key}" else text)
    return ", ".join(filter(None, parts)), "days"
