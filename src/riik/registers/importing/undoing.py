"""An import is taken back: every record that it opened is closed by a signed change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from riik.core import Database, Work
from riik.registers.errors import ImportRefused
from riik.registers.importing.model import UNDOING, UNDONE, ImportStore, Made, Run
from riik.registers.model import Holding, Kind
from riik.registers.rows import RecordRow
from riik.registers.writing import Draft, RegisterStore, Writer

__all__ = ["Undoing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Undoing:
    """Takes runs of one register back."""

    holding: Holding
    runs: ImportStore
    records: RegisterStore
    writer: Writer
    database: Database

    def __call__(self, run_id: str, *, told: Callable[[int], None]) -> int:
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
            self.runs.move(replace(run, state=UNDOING), after=run, work=work)
        for number, made in batches:
            with self.database.work() as work:
                for head in self._check_untouched(made, work=work):
                    self._close(head, run, work=work)
                self.runs.free_wishes(made, work=work)
                self.runs.undo_batch(run_id, number, work=work)
            closed += len(made)
            told(closed)
        with self.database.work() as work:
            undoing = replace(run, state=UNDOING)
            self.runs.move(replace(run, state=UNDONE), after=undoing, work=work)
        return closed

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
