"""Does a service's folder do what its own tests say? The check behind ``riik service check``.

``cases/*.toml`` hold facts and answers in, fee, proposal and grounds out. A file begins with
what holds in all of its cases; a case says what is different in it:

    today = "2026-11-23"
    answers = { reason = "expiring" }
    facts.person = { residence_days = 365 }

    [[case]]
    id = "who lives abroad is refused"
    facts.person = { residence_days = 184 }
    fee = 2300
    outcome = "refuse"
    grounds = ["not-resident"]

Pure: the folder's files go in, a row a test comes out, with the rows of the rules that no test
met. Reading the folder, which refuses what is malformed, is `definition`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

import msgspec

from riik.core import PersonCode, Refused
from riik.formats.toml import Shape, read_toml
from riik.formats.xml import parse
from riik.rules import decide, expression, to_plain
from riik.services.errors import FolderRefused
from riik.services.folder.listing import as_standard
from riik.services.forms.lists import refuse_unlisted
from riik.services.forms.pages import check_answers, wanted_pages
from riik.services.joint.model import named
from riik.services.model import RecordChange, ServiceDefinition, Standing

__all__ = ["CaseTest", "Check", "Outcome", "check", "read_cases", "rule_rows"]

SOMEBODY = "EE00000000000"
"""Whose case a test is: ``case.person``; nobody has this code."""

Row = tuple[str, int]
"""A decision table's name and one of its rules, from 1."""


class _Case(Shape):
    id: str
    outcome: str
    fee: int = 0
    grounds: tuple[str, ...] = ()
    today: str = ""
    channel: str = ""
    occasion: str = ""
    answers: dict[str, Any] = msgspec.field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    nothing: tuple[str, ...] = ()
    unavailable: tuple[str, ...] = ()
    record: dict[str, Any] = msgspec.field(default_factory=dict)
    also: tuple[dict[str, Any], ...] = ()


class _Cases(Shape):
    today: str
    channel: str = "web"
    answers: dict[str, Any] = msgspec.field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = msgspec.field(default_factory=dict)
    case: tuple[_Case, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTest:
    """One test of a folder.

    Attributes:
        id: The sentence that is true when it passes.
        known: What the rules see: facts by need, answers, channel, case.
        fee: What is to be owed, in minor units.
        outcome: What is to be proposed: ``grant``, ``refuse`` or ``official``.
        grounds: What is to stand against it, in any order.
        record: Values that a granted case is to write, by field; others are not looked at.
        also: The same of each further change; ``of`` is whose records it writes.
    """

    id: str
    known: Mapping[str, Any]
    fee: int
    outcome: str
    grounds: tuple[str, ...]
    record: Mapping[str, Any]
    also: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one test.

    Attributes:
        id: The test's sentence.
        passed: Whether all came out as expected.
        found: What came out, as far as it differs; ``ok`` when nothing does.
        expected: What the test wants there.
    """

    id: str
    passed: bool
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Check:
    """All tests of a folder.

    Attributes:
        outcomes: One a test, in the order of the files.
        unmet: Rules that no test met: name of the table, number of the rule from 1.
    """

    outcomes: tuple[Outcome, ...]
    unmet: tuple[Row, ...]

    @property
    def passed(self) -> bool:
        """There are tests, and each came out as expected."""
        return bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)


def check(files: Mapping[str, bytes], *, definition: ServiceDefinition) -> Check:
    """Run every test of the folder through its form and its rules.

    Args:
        files: The folder's files by their path in it.
        definition: What `read_service` made of them.

    Raises:
        FolderRefused: For ``case``: a test speaks of what the folder doesn't have.
        TomlRefused: A file of tests with an unknown key or a wrong value.
    """
    met: set[Row] = set()
    files = as_standard(files)
    cases = read_cases(files, definition=definition)
    outcomes = tuple(_run(definition, case, met=met) for case in cases)
    unmet = [row for row in rule_rows(files.get("rules.dmn")) if row not in met]
    return Check(outcomes, tuple(unmet))


def read_cases(
    files: Mapping[str, bytes], *, definition: ServiceDefinition
) -> tuple[CaseTest, ...]:
    """The tests of a folder, in the order of the files' names.

    Raises:
        FolderRefused: For ``case``.
        TomlRefused: A file of tests with an unknown key or a wrong value.
    """
    found = []
    for name in sorted(files):
        if name.startswith("cases/") and name.endswith(".toml"):
            file = read_toml(files[name], _Cases, name=name)
            found += [_case(file, case, definition, place=name) for case in file.case]
    ids = [case.id for case in found]
    if len(set(ids)) != len(ids):
        raise FolderRefused("two tests have one id", why="case")
    return tuple(found)


def _case(file: _Cases, case: _Case, definition: ServiceDefinition, *, place: str) -> CaseTest:
    facts: dict[str, dict[str, Any]] = {
        need.id: {"standing": Standing.KNOWN.value, **file.facts.get(need.id, {})}
        for need in definition.needs
    }
    for need, values in case.facts.items():
        facts.setdefault(need, {}).update(values)
    facts |= {need: {"standing": Standing.NOTHING.value} for need in case.nothing}
    facts |= {need: {"standing": Standing.UNAVAILABLE.value} for need in case.unavailable}
    _check_facts({**file.facts, **facts}, definition, place=f"{place}, {case.id!r}")
    today = case.today or file.today
    answers = {**file.answers, **case.answers}
    known = {
        **facts,
        "answers": answers,
        "joint": _joint(definition, answers),
        "channel": case.channel or file.channel,
        "case": {
            "id": "check",
            "number": f"{today[:4]}-000001",
            "today": today,
            "person": SOMEBODY,
            "occasion": case.occasion or None,
        },
        "offered": bool(case.occasion),
    }
    return CaseTest(
        id=case.id,
        known=known,
        fee=case.fee,
        outcome=case.outcome,
        grounds=case.grounds,
        record=case.record,
        also=case.also,
    )


def _joint(definition: ServiceDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The others of a joint application, who all signed when rules decide."""
    who = PersonCode(SOMEBODY)
    others = named(definition.joint, answers, by=who, actor=who)
    return {"wanted": bool(others), "signed": len(others), "others": list(others)}


def _check_facts(
    facts: Mapping[str, Mapping[str, Any]], definition: ServiceDefinition, *, place: str
) -> None:
    """A test may only know what the once-only list asks."""
    fields = {need.id: set(need.fields) for need in definition.needs}
    for need, values in facts.items():
        if need not in fields:
            raise FolderRefused(f"{place}: needs.toml has no need {need!r}", why="case")
        unknown = sorted(set(values) - fields[need] - {"standing", "records"})
        if unknown:
            raise FolderRefused(f"{place}: {need} isn't asked for {unknown[0]!r}", why="case")


def _run(definition: ServiceDefinition, case: CaseTest, *, met: set[Row]) -> Outcome:
    try:
        differences = list(_differences(definition, case, met=met))
    except Refused as refused:
        return Outcome(case.id, passed=False, found=f"{refused} ({refused.why})", expected="ok")
    found = "; ".join(f"{what} {found}" for what, found, _ in differences)
    expected = "; ".join(f"{what} {wanted}" for what, _, wanted in differences)
    return Outcome(case.id, not differences, found or "ok", expected or "ok")


def _differences(
    definition: ServiceDefinition, case: CaseTest, *, met: set[Row]
) -> Iterator[tuple[str, Any, Any]]:
    """What came out otherwise: its name, what was found, what was wanted."""
    answers = case.known["answers"]
    pages = wanted_pages(definition.pages, known=case.known, exits=True)
    ends = next((at for at, page in enumerate(pages) if page.exit), None)
    pages = pages[:ends]
    check_answers(definition.form, pages, answers)
    asked = definition.form["properties"]
    given = {field: value for field, value in answers.items() if field in asked}
    refuse_unlisted(asked, given, definition.lists)
    if set(answers) - {field for page in pages for field in page.fields}:
        raise FolderRefused("the test answers what nobody asks", why="case")
    if ends is not None:
        yield from _unlike("outcome", "exit", case.outcome)
        # Who came past the exit, such as by an earlier version of the form, meets the rules.
        said = _decided(definition, definition.proposal_decision, case.known, met=met) or {}
        if case.grounds:
            stated = sorted(str(ground) for ground in said.get("grounds") or ())
            yield from _unlike("grounds", stated, sorted(case.grounds))
        return

    fee = _decided(definition, definition.fee_decision, case.known, met=met) or {}
    proposal = _decided(definition, definition.proposal_decision, case.known, met=met) or {}
    outcome = proposal.get("outcome", "official")
    grounds = [str(ground) for ground in proposal.get("grounds") or ()]
    yield from _unlike("fee", int(fee.get("amount", 0)), case.fee)
    yield from _unlike("outcome", outcome, case.outcome)
    yield from _unlike("grounds", sorted(grounds), sorted(case.grounds))
    if outcome != "grant":
        return
    changes = [*filter(None, [definition.record]), *definition.also]
    expected = [case.record, *case.also] if definition.record else [*case.also]
    for change, fields in zip_longest(changes, expected, fillvalue=None):
        if change is None:
            raise FolderRefused("the test expects a change that there is not", why="case")
        values = _record(definition, change, case.known, met=met)
        for field, wanted in (fields or {}).items():
            yield from _unlike(field, values.get(field), wanted)


def _unlike(what: str, found: Any, wanted: Any) -> Iterator[tuple[str, Any, Any]]:
    if found != wanted:
        yield what, found, wanted


def _record(
    definition: ServiceDefinition, change: RecordChange, known: Mapping[str, Any], *, met: set[Row]
) -> dict[str, Any]:
    """What a granted case writes: FEEL over what is known and what the rules decided."""
    rules = definition.rules.by_name if definition.rules else ()
    made = {name: _decided(definition, name, known, met=met) for name in rules}
    values = {**change.values, **change.key, **({"of": change.of} if change.of else {})}
    return {
        field: to_plain(expression(text).value({**known, **made})) for field, text in values.items()
    }


def _decided(
    definition: ServiceDefinition, name: str, known: Mapping[str, Any], *, met: set[Row]
) -> Any:
    if definition.rules is None or not name:
        return None
    decision = decide(definition.rules, name, known)
    met.update((applied.table, applied.rule) for applied in decision.explanation)
    return decision.plain


def rule_rows(source: bytes | None) -> Iterator[Row]:
    """Every rule of every decision table of a DMN file (DMN 1.5 §8)."""
    if source is None:
        return
    for decision in parse(source).iterfind("{*}decision"):
        for table in decision.iterfind("{*}decisionTable"):
            for number, _ in enumerate(table.iterfind("{*}rule"), start=1):
                yield decision.get("name", ""), number
