"""What is to become of a batch's rows: which are new, which were imported before, which can't be.

A row is known again by its *wish*: the blinded key of the row, which the change that it became
carries. Asked inside the unit of work that then writes, so that of two imports of the same rows
each row is written by one of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from riik.core import PersonCode, SubjectId, Vault, Work
from riik.registers.errors import RecordRefused
from riik.registers.importing.mapping import Plan
from riik.registers.importing.model import ImportStore, Made, Run
from riik.registers.importing.rows import Ready
from riik.registers.model import Holding, Kind
from riik.registers.rows import RecordRow
from riik.registers.writing import Draft, RegisterStore, Writer

__all__ = ["Decided", "Deciding", "Keyed", "draft_of"]


@dataclass(frozen=True, slots=True)
class Keyed:
    """A row that could be written, with the wish by which it is known again."""

    ready: Ready
    key: str
    wish: str


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to become of a batch's rows."""

    fresh: list[Keyed]
    repeated: list[Keyed]
    refused: list[tuple[Keyed, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deciding:
    """Decides for one register."""

    holding: Holding
    runs: ImportStore
    records: RegisterStore
    writer: Writer
    vault: Vault

    def keyed(self, ready: Ready, plan: Plan) -> Keyed:
        """Blind a row's key: what a register holds must not be guessed from its wishes."""
        field = f"{self.holding.definition.id}/import"
        key = f"import {self.vault.blind(ready.key, field=field)[:16].hex()}"
        if not plan.key:
            return Keyed(ready, key, key)
        whole = repr((ready.record.subject, ready.record.valid_from, ready.record.values))
        return Keyed(ready, key, f"{key} {self.vault.blind(whole, field=field)[:16].hex()}")

    def decide(
        self, ready: Sequence[Keyed], plan: Plan, seen: dict[str, str], *, work: Work
    ) -> Decided:
        """Which rows are new, which were imported before, and which only share their key."""
        register = self.holding.definition.id
        known = self.runs.wishes(register, [one.wish for one in ready], work=work)
        keys = [one.key for one in ready if one.wish not in known] if plan.key else []
        begun = self.runs.begun_so(register, keys, work=work)
        decided = Decided([], [], [])
        here: dict[str, str] = {}
        for one in ready:
            before = here.get(one.key) or seen.get(one.key)
            if one.wish in known or before == one.wish:
                decided.repeated.append(one)
            elif before or one.key in begun:
                decided.refused.append((one, "duplicate-key"))
            else:
                here[one.key] = one.wish
                decided.fresh.append(one)
        return decided

    def taken_already(self, fresh: Sequence[Keyed], *, work: Work) -> set[str]:
        """For a dry run: whose only record the register has already."""
        if not self.holding.definition.single:
            return set()
        codes = {one.ready.record.subject for one in fresh}
        subjects = {code: self.vault.find(code) for code in codes}
        known = [subject for subject in subjects.values() if subject is not None]
        rows = self.runs.records_of(self.holding.definition.id, known, work=work)
        taken = {row.subject for row in rows if not self._taken_back(row, work=work)}
        return {str(code) for code, subject in subjects.items() if subject in taken}

    def apart(
        self,
        decided: Decided,
        subjects: Mapping[PersonCode, SubjectId],
        *,
        work: Work,
    ) -> tuple[list[Keyed], list[tuple[Keyed, RecordRow]]]:
        """New records, and records that an undone import left closed and this one wakes.

        Where a subject has one record, a second one is refused.
        """
        if not self.holding.definition.single:
            return list(decided.fresh), []
        register = self.holding.definition.id
        of = [subjects[one.ready.record.subject] for one in decided.fresh]
        held = {row.subject: row for row in self.runs.records_of(register, of, work=work)}
        opening: list[Keyed] = []
        waking: list[tuple[Keyed, RecordRow]] = []
        met: set[SubjectId] = set()
        for one, subject in zip(decided.fresh, of, strict=True):
            row = held.get(subject)
            if subject in met or (row and not self._taken_back(row, work=work)):
                decided.refused.append((one, "subject-has-record"))
            elif row:
                waking.append((one, row))
            else:
                opening.append(one)
            met.add(subject)
        return opening, waking

    def _taken_back(self, row: RecordRow, *, work: Work) -> bool:
        """Was the record's last change the undoing of an import? Then it may be woken."""
        if row.head_position == 0:
            return False
        last = self.records.changes(row.record, work=work)[-1]
        return self.writer.open_change(row.subject, last).change.message_id.startswith("undo:")

    def wake(
        self,
        waking: Sequence[tuple[Keyed, RecordRow]],
        run: Run,
        decided: Decided,
        made: list[Made],
        *,
        work: Work,
    ) -> list[Keyed]:
        """Correct records that an undone import left closed; one by one, as they are few."""
        woken = []
        for one, row in waking:
            draft = draft_of(one, run, self.holding)
            values = dict.fromkeys(self.holding.definition.schema.fields) | dict(draft.values)
            draft = replace(draft, kind=Kind.CORRECT, values=values)
            try:
                position = self.writer.change(self.holding, row, draft, work=work)
            except RecordRefused as refused:
                decided.refused.append((one, refused.why))
                continue
            made.append(Made(row.record, position))
            woken.append(one)
        return woken


def draft_of(one: Keyed, run: Run, holding: Holding) -> Draft:
    """The change by which a row opens its record."""
    return Draft(
        kind=Kind.OPEN,
        values=one.ready.record.values,
        valid_from=one.ready.record.valid_from,
        ground=run.ground,
        actor=str(holding.provider),
        message_id=f"import:{run.run}",
        wish=one.wish,
    )
