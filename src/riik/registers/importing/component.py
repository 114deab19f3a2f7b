"""Imports: a table becomes records of a register, once, resumably, and can be taken back.

The verbs. A row is read by `rows`; here is decided what of it is new, and everything is
written by the register's own `Writer`: signed, sealed, with its history. A batch, how far the
run has come and what was counted are one unit of work, so that a run cut off anywhere goes on
where its last batch ended.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from typing import Any

from riik.core import Clock, Database, Entropy, PersonCode, SubjectId, Vault, Work, to_text
from riik.formats.canonical_json import encode
from riik.registers.errors import ImportRefused, RecordRefused
from riik.registers.importing.mapping import Plan
from riik.registers.importing.model import (
    DONE,
    RUNNING,
    UNDOING,
    UNDONE,
    ImportStore,
    Made,
    Rejects,
    Run,
    Source,
)
from riik.registers.importing.report import Report
from riik.registers.importing.rows import Ready, Rejected, take
from riik.registers.importing.table import Row
from riik.registers.model import Holding, Kind
from riik.registers.rows import RecordRow
from riik.registers.writing import Draft, RegisterStore, Writer

__all__ = ["Importer"]

BATCH = 1_000


@dataclass(frozen=True, slots=True)
class _Keyed:
    """A row that could be written, with the wish by which it is known again."""

    ready: Ready
    key: str
    wish: str


@dataclass(frozen=True, slots=True)
class _Decided:
    """What is to become of a batch's rows."""

    fresh: list[_Keyed]
    repeated: list[_Keyed]
    refused: list[tuple[_Keyed, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """Imports into one register of a node.

    Attributes:
        holding: The register.
        runs: What is kept of runs.
        records: The registers' own store.
        writer: How changes are signed, sealed and indexed.
        database: Units of work.
        vault: The keys of persons.
        clock: The time.
        entropy: Names of runs.
    """

    holding: Holding
    runs: ImportStore
    records: RegisterStore
    writer: Writer
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy

    def dry_run(
        self,
        plan: Plan,
        source: Source,
        *,
        rejects: Rejects,
        told: Callable[[Report], None],
    ) -> Report:
        """Read the whole table and say what would become of it; nothing is written.

        Raises:
            ImportRefused: For ``changed`` or ``reconcile``.
        """
        report = Report()
        seen: dict[str, str] = {}
        for rows in _batches(source.rows(), skip=0):
            ready = self._take(rows, plan, report, rejects)
            with self.database.read() as work:
                decided = self._decide(ready, plan, seen, work=work)
                taken = self._taken_already(decided.fresh, work=work)
            for one in decided.fresh:
                code = str(one.ready.record.subject)
                single = self.holding.definition.single
                if code in taken or (single and seen.get(f"subject {code}")):
                    _reject(one, "subject-has-record", plan, report, rejects)
                    continue
                seen |= {one.key: one.wish, f"subject {code}": "yes"}
                report.count("written", one.ready.row.cells, plan)
            _count_others(decided, plan, report, rejects)
            told(report)
        rejects.flush()
        source.check()
        report.reconcile()
        return report

    def run(
        self,
        plan: Plan,
        source: Source,
        *,
        rejects: Rejects,
        resume: bool,
        told: Callable[[Report], None],
    ) -> tuple[Run, Report]:
        """Import a table; a row that was imported before is left as it is.

        Raises:
            ImportRefused: For ``unfinished``, ``nothing-to-resume``, ``mapping-changed``,
                ``changed`` or ``reconcile``.
            Unavailable: The disk is full, or a database is out of reach; `resume` later.
        """
        run = self._begin(plan, source, resume=resume)
        report = Report.from_json(run.counts)
        rejects.cut(run.rejected_bytes)
        for rows in _batches(source.rows(), skip=run.position):
            source.check()
            ready = self._take(rows, plan, report, rejects)
            run = self._write(run, plan, ready, count=len(rows), report=report, rejects=rejects)
            told(report)
        source.check()
        report.reconcile()
        run = replace(run, state=DONE)
        with self.database.work() as work:
            self.runs.move(run, work=work)
        return run, report

    def undo(self, run_id: str, *, told: Callable[[int], None]) -> int:
        """Take a run back: each record it wrote is closed by a signed change; history stays.

        Returns:
            How many records were closed.

        Raises:
            ImportRefused: For ``run``, ``undone``, or ``changed-since``: others have changed
                records of the run, and nothing is touched.
        """
        with self.database.read() as work:
            run = self.runs.run(run_id, work=work)
            if run is None or run.register != self.holding.definition.id:
                raise ImportRefused("this register has no such run", why="run")
            if run.state == UNDONE:
                raise ImportRefused("this run is undone already", why="undone")
            batches = self.runs.batches(run_id, work=work)
            for _, made in batches:
                self._check_untouched(made, work=work)
        closed = 0
        with self.database.work() as work:
            self.runs.move(replace(run, state=UNDOING), work=work)
        for number, made in batches:
            with self.database.work() as work:
                for head in self._check_untouched(made, work=work):
                    self._close(head, run, work=work)
                self.runs.free_wishes(made, work=work)
                self.runs.undo_batch(run_id, number, work=work)
            closed += len(made)
            told(closed)
        with self.database.work() as work:
            self.runs.move(replace(run, state=UNDONE), work=work)
        return closed

    def _begin(self, plan: Plan, source: Source, *, resume: bool) -> Run:
        register = self.holding.definition.id
        with self.database.work() as work:
            found = self.runs.unfinished(register, source.digest, work=work)
            if found is not None and not resume:
                message = f"run {found.run} of this source was cut off: --resume or --undo it"
                raise ImportRefused(message, why="unfinished")
            if found is None and resume:
                message = "no run of this very source was cut off"
                raise ImportRefused(message, why="nothing-to-resume")
            if found is not None:
                if found.mapping != plan.digest:
                    raise ImportRefused("it began with another mapping", why="mapping-changed")
                return found if source.ordered else replace(found, **_from_the_first())
            run = Run(
                run=self.entropy.bytes(8).hex(),
                register=register,
                source=source.digest,
                mapping=plan.digest,
                ground=plan.ground,
                state=RUNNING,
                began_at=to_text(self.clock.now()),
                **_from_the_first(),
            )
            self.runs.begin(run, work=work)
            return run

    def _take(
        self, rows: Sequence[Row], plan: Plan, report: Report, rejects: Rejects
    ) -> list[_Keyed]:
        """Read a batch's rows; those that can't be records are rejected here."""
        schema = self.holding.definition.schema
        found = []
        for row in rows:
            report.count_read(row.cells, plan)
            taken = take(row, plan, schema)
            if isinstance(taken, Rejected):
                report.count("rejected", row.cells, plan, reason=taken.reasons[0])
                rejects.write(row, taken.reasons)
                continue
            for name in taken.ambiguous:
                report.ambiguous[name] += 1
            found.append(self._keyed(taken, plan))
        return found

    def _keyed(self, ready: Ready, plan: Plan) -> _Keyed:
        """Blind a row's key: what a register holds must not be guessed from its wishes."""
        field = f"{self.holding.definition.id}/import"
        key = f"import {self.vault.blind(ready.key, field=field)[:16].hex()}"
        if not plan.key:
            return _Keyed(ready, key, key)
        whole = repr((ready.record.subject, ready.record.valid_from, ready.record.values))
        return _Keyed(ready, key, f"{key} {self.vault.blind(whole, field=field)[:16].hex()}")

    def _decide(
        self, ready: Sequence[_Keyed], plan: Plan, seen: dict[str, str], *, work: Work
    ) -> _Decided:
        """Which rows are new, which were imported before, and which only share their key."""
        register = self.holding.definition.id
        known = self.runs.wishes(register, [one.wish for one in ready], work=work)
        decided = _Decided([], [], [])
        here: dict[str, str] = {}
        for one in ready:
            before = here.get(one.key) or seen.get(one.key)
            if one.wish in known or before == one.wish:
                decided.repeated.append(one)
            elif before or (plan.key and self.runs.any_wish(register, one.key, work=work)):
                decided.refused.append((one, "duplicate-key"))
            else:
                here[one.key] = one.wish
                decided.fresh.append(one)
        return decided

    def _taken_already(self, fresh: Sequence[_Keyed], *, work: Work) -> set[str]:
        """For a dry run: whose only record the register has already."""
        if not self.holding.definition.single:
            return set()
        codes = {one.ready.record.subject for one in fresh}
        subjects = {code: self.vault.find(code) for code in codes}
        known = [subject for subject in subjects.values() if subject is not None]
        rows = self.runs.records_of(self.holding.definition.id, known, work=work)
        taken = {row.subject for row in rows if not self._taken_back(row, work=work)}
        return {str(code) for code, subject in subjects.items() if subject in taken}

    def _write(
        self,
        run: Run,
        plan: Plan,
        ready: Sequence[_Keyed],
        *,
        count: int,
        report: Report,
        rejects: Rejects,
    ) -> Run:
        """Write a batch, and with it how far the run has come."""
        codes = [one.ready.record.subject for one in ready]
        subjects = dict(zip(codes, self.vault.subjects_of(codes), strict=True))
        with self.database.work() as work:
            decided = self._decide(ready, plan, {}, work=work)
            opening, waking = self._apart(decided, subjects, work=work)
            drafts = [_draft(one, run, self.holding) for one in opening]
            of = [subjects[one.ready.record.subject] for one in opening]
            records = self.writer.open_all(self.holding, of, drafts, tell=False, work=work)
            made = [Made(record, 0) for record in records]
            opening += self._wake(waking, run, decided, made, work=work)
            for one in opening:
                report.count("written", one.ready.row.cells, plan)
            _count_others(decided, plan, report, rejects)
            if made:
                self.runs.add_batch(run.run, made, work=work)
            moved = replace(
                run,
                position=run.position + count,
                rejected_bytes=rejects.flush(),
                counts=encode(report.to_json()),
            )
            self.runs.move(moved, work=work)
        return moved

    def _apart(
        self,
        decided: _Decided,
        subjects: Mapping[PersonCode, SubjectId],
        *,
        work: Work,
    ) -> tuple[list[_Keyed], list[tuple[_Keyed, RecordRow]]]:
        """New records, and records that an undone import left closed and this one wakes.

        Where a subject has one record, a second one is refused.
        """
        if not self.holding.definition.single:
            return list(decided.fresh), []
        register = self.holding.definition.id
        of = [subjects[one.ready.record.subject] for one in decided.fresh]
        held = {row.subject: row for row in self.runs.records_of(register, of, work=work)}
        opening: list[_Keyed] = []
        waking: list[tuple[_Keyed, RecordRow]] = []
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

    def _wake(
        self,
        waking: Sequence[tuple[_Keyed, RecordRow]],
        run: Run,
        decided: _Decided,
        made: list[Made],
        *,
        work: Work,
    ) -> list[_Keyed]:
        """Correct records that an undone import left closed; one by one, as they are few."""
        woken = []
        for one, row in waking:
            draft = _draft(one, run, self.holding)
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

    def _check_untouched(self, made: Sequence[Made], *, work: Work) -> list[RecordRow]:
        heads = {
            row.record: row for row in self.runs.heads([one.record for one in made], work=work)
        }
        touched = sum(heads[one.record].head_position != one.position for one in made)
        if touched:
            message = f"{touched} records were changed since the import; it can't be undone"
            raise ImportRefused(message, why="changed-since", records=touched)
        return [heads[one.record] for one in made]

    def _close(self, head: RecordRow, run: Run, *, work: Work) -> None:
        """Close a record from the first day that the import gave it."""
        alive = [row for row in self.records.known_versions(head.record, work=work) if row.alive]
        draft = Draft(
            kind=Kind.CLOSE,
            values={},
            valid_from=date.fromisoformat(alive[0].valid_from),
            ground=run.ground,
            actor=str(self.holding.provider),
            message_id=f"undo:{run.run}",
        )
        self.writer.change(self.holding, head, draft, work=work)


def _batches(rows: Iterator[Row], *, skip: int) -> Iterator[list[Row]]:
    rest = islice(rows, skip, None)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _from_the_first() -> dict[str, Any]:
    """Where a run begins; and where one goes on whose rows may come in another order now.

    What it wrote before is then known again, row by row.
    """
    return {"position": 0, "rejected_bytes": 0, "counts": encode(Report().to_json())}


def _draft(one: _Keyed, run: Run, holding: Holding) -> Draft:
    return Draft(
        kind=Kind.OPEN,
        values=one.ready.record.values,
        valid_from=one.ready.record.valid_from,
        ground=run.ground,
        actor=str(holding.provider),
        message_id=f"import:{run.run}",
        wish=one.wish,
    )


def _count_others(decided: _Decided, plan: Plan, report: Report, rejects: Rejects) -> None:
    for one in decided.repeated:
        report.count("repeated", one.ready.row.cells, plan)
    for one, reason in decided.refused:
        _reject(one, reason, plan, report, rejects)


def _reject(one: _Keyed, reason: str, plan: Plan, report: Report, rejects: Rejects) -> None:
    report.count("rejected", one.ready.row.cells, plan, reason=reason)
    rejects.write(one.ready.row, (reason,))
