"""Imports: a table becomes records of a register, once, resumably, and can be taken back.

The verbs. A row is read by `rows`; what of it is new is `deciding`; everything is written by the
register's own `Writer`: signed, sealed, with its history. A batch, how far the run has come and
what was counted are one unit of work, so that a run cut off anywhere goes on where its last batch
ended. While one batch is written, the next is read, signed and sealed: a batch is told of when
its commit is on disk.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar

from riik.core import (
    Clock,
    Database,
    Entropy,
    PersonCode,
    RiikError,
    SubjectId,
    Vault,
    Work,
    to_text,
)
from riik.formats.canonical_json import encode
from riik.registers.errors import ImportRefused
from riik.registers.importing.deciding import Decided, Deciding, Keyed, draft_of
from riik.registers.importing.mapping import Plan
from riik.registers.importing.model import DONE, RUNNING, ImportStore, Made, Rejects, Run, Source
from riik.registers.importing.report import Report
from riik.registers.importing.rows import Rejected, take
from riik.registers.importing.table import Row
from riik.registers.importing.undoing import Undoing
from riik.registers.model import Holding
from riik.registers.writing import Opening, RegisterStore, Writer

__all__ = ["Beside", "Importer"]

T = TypeVar("T")

BATCH, TRIES = 4_000, 5


class Beside(Protocol):
    """Begins an action in a thread beside this one; what it answers waits for its end."""

    def __call__(self, action: Callable[[], Any], /) -> Callable[[], Any]: ...


@dataclass(frozen=True, slots=True)
class _Taken:
    """Rows as they were read.

    Attributes:
        rows: All of them.
        ready: Those that may become records.
        rejected: Those that can't, with their reasons.
    """

    rows: Sequence[Row]
    ready: Sequence[Keyed]
    rejected: Sequence[tuple[Row, tuple[str, ...]]]

    def count(self, plan: Plan, report: Report, rejects: Rejects) -> None:
        """Count what was read, and keep what can't be taken."""
        report.count("read", self.rows, plan)
        for one in self.ready:
            for name in one.ready.ambiguous:
                report.ambiguous[name] += 1
        for row, reasons in self.rejected:
            report.count("rejected", [row], plan, reason=reasons[0])
            rejects.write(row, reasons)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Rows that are written together, made ready before their unit of work.

    Attributes:
        taken: The rows.
        subjects: Whose records.
        openings: By wish: what was signed and sealed in advance.
    """

    taken: _Taken
    subjects: dict[PersonCode, SubjectId]
    openings: dict[str, Opening]


@dataclass(slots=True)
class _Progress:
    """How far a run has come: whoever writes a batch moves it on, the others wait for that."""

    run: Run
    report: Report
    fresh: bool = True


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
        beside: Where a batch is written while the next is made ready.
        batch: How many rows one unit of work writes.
    """

    holding: Holding
    runs: ImportStore
    records: RegisterStore
    writer: Writer
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    beside: Beside
    batch: int = BATCH

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
        for rows in self._batches(source, skip=0):
            taken_rows = self._take(rows, plan)
            taken_rows.count(plan, report, rejects)
            with self.database.read() as work:
                decided = self._deciding.decide(taken_rows.ready, plan, seen, work=work)
                taken = self._deciding.taken_already(decided.fresh, work=work)
            for one in decided.fresh:
                code = str(one.ready.record.subject)
                single = self.holding.definition.single
                if code in taken or (single and seen.get(f"subject {code}")):
                    _reject(one, "subject-has-record", plan, report, rejects)
                    continue
                seen |= {one.key: one.wish, f"subject {code}": "yes"}
                report.count("written", [one.ready.row], plan)
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
                ``changed``, ``raced`` or ``reconcile``.
            Unavailable: The disk is full, or a database is out of reach; `resume` later.
        """
        run = _tried(partial(self._begin, plan, source, resume=resume))
        so_far = _Progress(run, Report.from_json(run.counts))
        rejects.cut(run.rejected_bytes)
        wait: Callable[[], Any] | None = None
        try:
            for rows in self._batches(source, skip=run.position):
                batch = self._ready(rows, plan, run, ahead=so_far.fresh)
                if wait is not None:
                    wait()
                    wait = None
                    told(so_far.report)
                source.check()
                wait = self.beside(partial(self._written, batch, plan, so_far, rejects))
        finally:
            # What was begun is ended, whatever happened here meanwhile.
            if wait is not None:
                wait()
        if so_far.report.read:
            told(so_far.report)
        source.check()
        so_far.report.reconcile()
        return _tried(partial(self._end, so_far.run)), so_far.report

    def _end(self, run: Run) -> Run:
        done = replace(run, state=DONE)
        with self.database.work() as work:
            self._move(run, done, work=work)
        return done

    def undo(self, run_id: str, *, told: Callable[[int], None]) -> int:
        """Take a run back: each record it wrote is closed by a signed change; history stays.

        Returns:
            How many records were closed.

        Raises:
            ImportRefused: For ``run``, ``undone``, or ``changed-since``: others have changed
                records of the run, and nothing is touched.
        """
        undoing = Undoing(
            holding=self.holding,
            runs=self.runs,
            records=self.records,
            writer=self.writer,
            database=self.database,
        )
        return undoing(run_id, told=told)

    @property
    def _deciding(self) -> Deciding:
        return Deciding(
            holding=self.holding,
            runs=self.runs,
            records=self.records,
            writer=self.writer,
            vault=self.vault,
        )

    def _batches(self, source: Source, *, skip: int) -> Iterator[list[Row]]:
        rest = islice(source.rows(), skip, None)
        while batch := list(islice(rest, self.batch)):
            yield batch

    def _begin(self, plan: Plan, source: Source, *, resume: bool) -> Run:
        register = self.holding.definition.id
        with self.database.work() as work:
            found = self.runs.unfinished(register, source.digest, work=work)
            if found is not None and not resume:
                message = f"run {found.run} of this source is not at its end: where it was cut off"
                raise ImportRefused(f"{message}, --resume or --undo it", why="unfinished")
            if found is None and resume:
                message = "no run of this very source was cut off; with other columns it is another"
                raise ImportRefused(message, why="nothing-to-resume")
            if found is not None:
                if found.mapping != plan.digest:
                    raise ImportRefused("it began with another mapping", why="mapping-changed")
                if source.ordered:
                    return found
                anew = replace(found, **_from_the_first())
                self._move(found, anew, work=work)
                return anew
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

    def _take(self, rows: Sequence[Row], plan: Plan) -> _Taken:
        """Read a batch's rows, and tell those that can't be records."""
        schema, deciding = self.holding.definition.schema, self._deciding
        ready: list[Keyed] = []
        rejected: list[tuple[Row, tuple[str, ...]]] = []
        for row in rows:
            taken = take(row, plan, schema)
            if isinstance(taken, Rejected):
                rejected.append((row, taken.reasons))
            else:
                ready.append(deciding.keyed(taken, plan))
        return _Taken(rows, ready, rejected)

    def _ready(self, rows: Sequence[Row], plan: Plan, run: Run, *, ahead: bool) -> _Batch:
        """Read, sign and seal a batch: all that needs no unit of work.

        Args:
            rows: The batch.
            plan: How they are read.
            run: The run.
            ahead: Most rows are new, as far as can be told: sign and seal them now.
        """
        taken = self._take(rows, plan)
        codes = [one.ready.record.subject for one in taken.ready]
        subjects = dict(zip(codes, _tried(partial(self.vault.subjects_of, codes)), strict=True))
        openings = self._prepare(taken.ready, subjects, run) if ahead else {}
        return _Batch(taken, subjects, openings)

    def _prepare(
        self, wanted: Sequence[Keyed], subjects: dict[PersonCode, SubjectId], run: Run
    ) -> dict[str, Opening]:
        one_each = {one.wish: one for one in wanted}
        of = [subjects[one.ready.record.subject] for one in one_each.values()]
        drafts = [draft_of(one, run, self.holding) for one in one_each.values()]
        openings = self.writer.prepare(self.holding, of, drafts)
        return dict(zip(one_each, openings, strict=True))

    def _written(self, batch: _Batch, plan: Plan, so_far: _Progress, rejects: Rejects) -> None:
        """Write a batch, and with it how far the run has come.

        Another import may write the same rows at the same time: then one of both tries again,
        and finds them written.
        """

        def anew() -> None:
            so_far.report = Report.from_json(so_far.run.counts)
            rejects.cut(so_far.run.rejected_bytes)

        _tried(partial(self._write, batch, plan, so_far, rejects), anew=anew)

    def _write(self, batch: _Batch, plan: Plan, so_far: _Progress, rejects: Rejects) -> None:
        run, report = so_far.run, so_far.report
        batch.taken.count(plan, report, rejects)
        with self.database.work() as work:
            decided = self._deciding.decide(batch.taken.ready, plan, {}, work=work)
            opening, waking = self._deciding.apart(decided, batch.subjects, work=work)
            made = self._open(opening, batch, run, work=work)
            opening += self._deciding.wake(waking, run, decided, made, work=work)
            report.count("written", [one.ready.row for one in opening], plan)
            _count_others(decided, plan, report, rejects)
            if made:
                self.runs.add_batch(run.run, made, work=work)
            moved = replace(
                run,
                position=run.position + len(batch.taken.rows),
                rejected_bytes=rejects.flush(),
                counts=encode(report.to_json()),
            )
            self._move(run, moved, work=work)
        so_far.run, so_far.fresh = moved, 2 * len(opening) >= len(batch.taken.ready)

    def _open(self, opening: Sequence[Keyed], batch: _Batch, run: Run, *, work: Work) -> list[Made]:
        known = batch.openings
        missing = [one for one in opening if one.wish not in known]
        if missing:
            known = known | self._prepare(missing, batch.subjects, run)
        openings = [known[one.wish] for one in opening]
        self.writer.insert(openings, work=work)
        return [Made(one.head.record, 0) for one in openings]

    def _move(self, run: Run, moved: Run, *, work: Work) -> None:
        if not self.runs.move(moved, after=run, work=work):
            message = f"run {run.run} goes on in another process as well: leave it to one"
            raise ImportRefused(message, why="raced")


def _tried(action: Callable[[], T], *, anew: Callable[[], None] = lambda: None) -> T:
    """Do it, and again where another import was quicker, but not for ever.

    Args:
        action: What is done.
        anew: What makes it possible to do it again.

    Raises:
        ImportRefused: For ``raced``, at the last try; and what ``action`` raises.
    """
    for _ in range(TRIES):
        try:
            return action()
        except RiikError as error:
            why = getattr(error, "why", "")
            if isinstance(error, ImportRefused) or why not in ("raced", "conflict"):
                raise
        anew()
    message = "another import writes the same rows: this batch was not written; --resume later"
    raise ImportRefused(message, why="raced")


def _from_the_first() -> dict[str, Any]:
    """Where a run begins; and where one goes on whose rows may come in another order now.

    What it wrote before is then known again, row by row.
    """
    return {"position": 0, "rejected_bytes": 0, "counts": encode(Report().to_json())}


def _count_others(decided: Decided, plan: Plan, report: Report, rejects: Rejects) -> None:
    report.count("repeated", [one.ready.row for one in decided.repeated], plan)
    for one, reason in decided.refused:
        _reject(one, reason, plan, report, rejects)


def _reject(one: Keyed, reason: str, plan: Plan, report: Report, rejects: Rejects) -> None:
    report.count("rejected", [one.ready.row], plan, reason=reason)
    rejects.write(one.ready.row, (reason,))
