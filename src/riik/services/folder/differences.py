"""What changes for people between two versions of a service: in words, row by row.

Pure. Two folders' files and definitions go in, sentences come out under six headings: the service
itself, its questions, what is asked of registers, fees, rules, texts. A row of a decision table is
told with its conditions, so that nobody must open the file to know whom it is about.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import SequenceMatcher
from typing import Any

from lxml.etree import _Element

from riik.formats.xml import parse
from riik.services.folder.catalogue import guide_view
from riik.services.folder.listing import as_standard
from riik.services.model import ServiceDefinition

__all__ = ["Difference", "differences"]

Files = Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: under which heading, and in words."""

    heading: str
    text: str


def differences(
    old: ServiceDefinition,
    old_files: Files,
    new: ServiceDefinition,
    new_files: Files,
    *,
    today: date,
) -> list[Difference]:
    """Everything that changes, in the order of the headings.

    Args:
        old: The version before.
        old_files: Its files.
        new: The version after.
        new_files: Its files.
        today: The day for which fees are reckoned.
    """
    told = [
        *(Difference("service", text) for text in _service(old, new)),
        *(Difference("questions", text) for text in _questions(old, new)),
        *(Difference("registers", text) for text in _needs(old, new)),
        *(Difference("fees", text) for text in _fees(old, new, today)),
        *(Difference("rules", text) for text in _rules(old_files, new_files)),
        *(Difference("texts", text) for text in _texts(old, new)),
    ]
    if not told and old.digest != new.digest:
        told.append(Difference("service", "files differ, and nothing that people meet"))
    return told


def _service(old: ServiceDefinition, new: ServiceDefinition) -> Iterator[str]:
    words = {
        "id": "id",
        "version": "version",
        "owner": "owner",
        "level": "least level of sign-in",
        "deadline_days": "days to decide",
        "four_eyes": "two officials decide",
        "clock_stops": "the clock stops while the person is asked",
    }
    for name, said in words.items():
        yield from _from_to(said, getattr(old, name), getattr(new, name))
    for said, one, other in (
        ("law", old.law, new.law),
        ("language", old.languages, new.languages),
        ("channel", old.channels, new.channels),
    ):
        yield from _set(said, one, other)
    for language in sorted({*old.names, *new.names}):
        yield from _from_to(f"name in {language}", old.names.get(language), new.names.get(language))
    steps = _process(old), _process(new)
    yield from _set("step of the process", *steps)


def _process(definition: ServiceDefinition) -> list[str]:
    return [f"{node.id} ({node.does})" for node in definition.process.nodes.values() if node.does]


def _questions(old: ServiceDefinition, new: ServiceDefinition) -> Iterator[str]:
    was, now = old.form["properties"], new.form["properties"]
    yield from _set("question", [_title(was, f) for f in was if f not in now], [])
    yield from _set("question", [], [_title(now, f) for f in now if f not in was])
    for field in [field for field in now if field in was]:
        one, other = was[field], now[field]
        yield from _from_to(f"question {field}", one.get("title"), other.get("title"))
        yield from _set(f"choice of {field}", _choices(one), _choices(other))
        rest = [
            {k: v for k, v in each.items() if k not in ("title", "oneOf")} for each in (one, other)
        ]
        for key in sorted({*rest[0], *rest[1]}):
            yield from _from_to(f"{key} of {field}", rest[0].get(key), rest[1].get(key))
    for field in sorted({*old.form.get("required", ())} ^ {*new.form.get("required", ())}):
        if field in was and field in now:
            must = field in new.form.get("required", ())
            yield f"question {field}: {'must now' if must else 'need no longer'} be answered"
    pages = {page.id: page.when for page in old.pages}
    for page in new.pages:
        if page.id in pages:
            yield from _from_to(f"page {page.id}: asked when", pages[page.id], page.when)
    kept = [
        [f for page in each.pages for f in page.fields if f in was and f in now]
        for each in (old, new)
    ]
    if kept[0] != kept[1]:
        yield f"questions are asked in another order: {', '.join(kept[1])}"


def _title(properties: Mapping[str, Any], field: str) -> str:
    return f"{field}: {properties[field].get('title', field)}"


def _choices(schema: Mapping[str, Any]) -> list[str]:
    return [f"{one.get('const')}: {one.get('title')}" for one in schema.get("oneOf", ())]


def _needs(old: ServiceDefinition, new: ServiceDefinition) -> Iterator[str]:
    was = {need.id: need for need in old.needs}
    now = {need.id: need for need in new.needs}
    for name in sorted({*was, *now}):
        one, other = was.get(name), now.get(name)
        if one is None or other is None:
            need = one or other
            if need is not None:
                verb = "is asked" if other else "is no longer asked"
                yield f"{need.provider}/{need.service} {verb} for {', '.join(need.fields)}"
            continue
        yield from _set(f"field asked of {other.provider}", one.fields, other.fields)
        for key in ("provider", "service", "purpose", "legal_basis"):
            yield from _from_to(f"{name}: {key}", getattr(one, key), getattr(other, key))


def _fees(old: ServiceDefinition, new: ServiceDefinition, today: date) -> Iterator[str]:
    was, now = _amounts(old, today), _amounts(new, today)
    for name in dict.fromkeys([*was, *now]):
        yield from _from_to(name, was.get(name), now.get(name))


def _amounts(definition: ServiceDefinition, today: date) -> dict[str, str]:
    view = guide_view(definition, authority={}, sources={}, today=today)
    found = {}
    for row, shown in zip(definition.guide.fees, view["fees"], strict=True):
        for channel in ("online", "desk"):
            amount = shown[channel]
            if amount is not None:
                major, minor = divmod(amount["minor"], 100)
                told = f"{major}.{minor:02d} {amount['currency']}"
                if amount["currency"] in ("VND", "JPY"):
                    told = f"{amount['minor']} {amount['currency']}"
                found[f"{row.title}, {channel}"] = told
    return found


def _rules(old: Files, new: Files) -> Iterator[str]:
    was, now = (_decisions(as_standard(one).get("rules.dmn")) for one in (old, new))
    for name in dict.fromkeys([*was, *now]):
        if name not in now:
            yield f"{name}: is no longer decided"
        elif name not in was:
            yield f"{name}: is decided now ({len(now[name])} rows)"
        else:
            yield from _rows(name, was[name], now[name])


def _rows(name: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    for change, from_, to, at, until in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if change == "equal":
            continue
        gone, come = list(old[from_:to]), list(new[at:until])
        for place in range(max(len(gone), len(come))):
            if place < len(gone) and place < len(come):
                yield f"{name}, row {at + place + 1}: was {gone[place]}; is {come[place]}"
            elif place < len(gone):
                yield f"{name}, row {from_ + place + 1} is gone: {gone[place]}"
            else:
                yield f"{name}, row {at + place + 1} is new: {come[place]}"


def _decisions(source: bytes | None) -> dict[str, list[str]]:
    """The rows of each decision in words; of one without table, what it reckons."""
    found = {}
    for decision in parse(source).iterfind("{*}decision") if source else ():
        table = decision.find("{*}decisionTable")
        if table is None:
            reckoned = [" ".join(str(text).split()) for text in decision.itertext()]
            found[decision.get("name", "")] = [" ".join(filter(None, reckoned))]
            continue
        columns = [_text(each.find("{*}inputExpression")) for each in table.iterfind("{*}input")]
        rows = [_row(rule, columns) for rule in table.iterfind("{*}rule")]
        policy = f"hit policy {table.get('hitPolicy', 'UNIQUE')}"
        found[decision.get("name", "")] = [*rows, policy]
    return found


def _row(rule: _Element, columns: Sequence[str]) -> str:
    cells = [_text(cell) for cell in rule.iterfind("{*}inputEntry")]
    tests = [
        f"{column} {cell}" for column, cell in zip(columns, cells, strict=False) if cell != "-"
    ]
    outputs = ", ".join(_text(cell) for cell in rule.iterfind("{*}outputEntry"))
    law = ", ".join(_text(note) for note in rule.iterfind("{*}annotationEntry"))
    return f"{' and '.join(tests) or 'otherwise'} → {outputs} [{law}]"


def _text(element: _Element | None) -> str:
    found = element.findtext("{*}text") if element is not None else ""
    return " ".join((found or "").split())


def _texts(old: ServiceDefinition, new: ServiceDefinition) -> Iterator[str]:
    yield from _set("text", sorted(old.guide.texts()), sorted(new.guide.texts()))
    for reader, one, other in (
        ("", old.texts, new.texts),
        (" for officials", old.official_texts, new.official_texts),
    ):
        for language in sorted({*one, *other}):
            was, now = one.get(language, {}), other.get(language, {})
            for text in sorted({*was, *now}):
                yield from _from_to(f"{language}{reader}, {text!r}", was.get(text), now.get(text))


def _from_to(what: str, old: object, new: object) -> Iterator[str]:
    if old == new:
        return
    if old in (None, ""):
        yield f"{what}: new, {new}"
    elif new in (None, ""):
        yield f"{what}: gone (was {old})"
    else:
        yield f"{what}: was {old}, is {new}"


def _set(what: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    yield from (f"{what} is gone: {one}" for one in old if one not in new)
    yield from (f"{what} is new: {one}" for one in new if one not in old)
