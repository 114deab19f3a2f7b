"""What the checks of services' and registers' folders print alike."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, Self

import click

__all__ = ["Told", "tell"]


class Outcome(Protocol):
    """What became of one of a folder's own tests."""

    @property
    def id(self) -> str: ...
    @property
    def passed(self) -> bool: ...
    @property
    def found(self) -> str: ...
    @property
    def expected(self) -> str: ...


class Finding(Protocol):
    """What is to be corrected in a folder, or to be looked at."""

    @property
    def why(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def line(self) -> int: ...
    @property
    def place(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def remedy(self) -> str: ...
    @property
    def grave(self) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One folder's check.

    Attributes:
        kind: ``service`` or ``register``.
        id: Its catalogue id.
        version: Its owner's version.
        digest: Of its files.
        outcomes: Of its tests.
        notes: What is worth a look, and no failure.
        findings: What is to be corrected, with its place.
    """

    kind: str
    id: str
    version: str = ""
    digest: str = ""
    outcomes: Sequence[Outcome] = ()
    notes: Sequence[str] = ()
    findings: Sequence[Finding] = ()

    @property
    def grave(self) -> int:
        """How many things are to be corrected."""
        return sum(finding.grave for finding in self.findings)

    @property
    def passed(self) -> bool:
        """Nothing is to be corrected, it has tests, and all of them passed."""
        tested = bool(self.outcomes) and all(outcome.passed for outcome in self.outcomes)
        return tested and not self.grave

    def with_tests(self, outcomes: Sequence[Outcome], notes: Sequence[str]) -> Self:
        """The same with what became of the tests."""
        return replace(self, outcomes=outcomes, notes=notes)

    def with_findings(self, findings: Sequence[Finding]) -> Self:
        """The same with other findings."""
        return replace(self, findings=findings)


def tell(told: Told, *, as_json: bool) -> None:
    """Print a folder's check: a line a test, or one JSON object."""
    if as_json:
        click.echo(json.dumps(_plain(told), ensure_ascii=False))
        return
    for one in told.findings:
        line = f"{one.place}: {one.text} ({one.why}). Remedy: {one.remedy}."
        click.echo(line if one.grave else f"note: {line}", err=True)
    for outcome in told.outcomes:
        click.echo(f"{'ok' if outcome.passed else 'NO':<4}{outcome.id}")
        if not outcome.passed:
            click.echo(f"      found   {outcome.found}")
            click.echo(f"      wanted  {outcome.expected}")
    for note in told.notes:
        click.echo(f"note: {note}", err=True)
    click.echo(f"{told.kind} {f'{told.id} {told.version}'.strip()}: {_count(told)}.", err=True)


def _count(told: Told) -> str:
    failed = sum(not outcome.passed for outcome in told.outcomes)
    tests = f"{len(told.outcomes)} tests, {failed} failed" if told.outcomes else "no tests ran"
    if not told.grave:
        return tests if told.outcomes else "no tests in cases/"
    return f"{told.grave} to correct, {tests}"


def _plain(told: Told) -> dict[str, Any]:
    return {
        "kind": told.kind,
        "id": told.id,
        "version": told.version,
        "digest": told.digest,
        "passed": told.passed,
        "tests": [
            {"id": o.id, "passed": o.passed, "found": o.found, "expected": o.expected}
            for o in told.outcomes
        ],
        "notes": list(told.notes),
        "findings": [
            {
                "why": one.why,
                "file": one.file,
                "line": one.line,
                "text": one.text,
                "remedy": one.remedy,
                "grave": one.grave,
            }
            for one in told.findings
        ],
    }
