"""When a case is kept no longer: its key is destroyed, its content deleted, its figures stay.

The key goes first: a fall between the two leaves a case that nobody can read, and the next round
deletes the rest. A case from before keys of their own is deleted only; copies of the database keep
it until they are gone themselves (`docs/explain/who-can-see.md`).
"""

from dataclasses import dataclass
from datetime import timedelta

from riik.cases import Case, Cases
from riik.core import Clock, Database, Vault
from riik.services.running import Files

__all__ = ["Erasing"]

LATER = timedelta(days=30)
"""While an appeal goes on, the case that it is about is kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasing:
    """The end of one authority's cases; every method blocks."""

    database: Database
    files: Files
    cases: Cases
    vault: Vault
    clock: Clock

    def sweep(self) -> int:
        """Erase what is kept no longer; answers how many cases were."""
        with self.database.read() as work:
            found = self.cases.to_erase(work=work)
        return sum(self._erase(case) for case in found)

    def _erase(self, case: Case) -> bool:
        with self.database.work() as work:
            if any(not one.state.ended for one in self.cases.about(case, work=work)):
                self.cases.keep_longer(case, self.clock.now() + LATER, work=work)
                return False
        if case.sealed_by is not None:
            self.vault.forget(case.sealed_by)
        with self.database.work() as work:
            self.files.store.drop(case.id, work=work)
            self.cases.erase(case, work=work)
        return True
