"""What customers allow the bank's clerks to see, and what clerks saw: one small SQLite file.

No consent, no look; and each look is written down before anything is shown, for the customer
to read on their own page.
"""

import sqlite3
import time
from pathlib import Path

__all__ = ["DAYS", "Consents"]

DAYS = 30
"""So long a consent holds, unless the customer takes it back."""

TABLES = (
    "create table if not exists consent (contract text primary key, until real not null)",
    "create table if not exists look (contract text not null, clerk text not null, at real)",
)


class Consents:
    """By contract; a contract's id is a digest of the signed file, so nobody can guess it."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        self._file = sqlite3.connect(path, isolation_level=None)
        for table in TABLES:
            self._file.execute(table)

    def allow(self, contract: str) -> None:
        """The customer allows it, from now on."""
        until = time.time() + DAYS * 24 * 3600
        self._file.execute("insert or replace into consent values (?, ?)", (contract, until))

    def withdraw(self, contract: str) -> None:
        """The customer takes it back; it ends at once."""
        self._file.execute("delete from consent where contract = ?", (contract,))

    def until(self, contract: str) -> float | None:
        """Until when it is allowed, in seconds since 1970; None where it is not."""
        row = self._file.execute(
            "select until from consent where contract = ? and until > ?", (contract, time.time())
        ).fetchone()
        return None if row is None else float(row[0])

    def note(self, contract: str, clerk: str) -> None:
        """A clerk is about to see it."""
        self._file.execute("insert into look values (?, ?, ?)", (contract, clerk, time.time()))

    def looks(self, contract: str) -> list[tuple[str, float]]:
        """Who saw it and when, the newest first."""
        query = "select clerk, at from look where contract = ? order by at desc limit 50"
        return [(str(clerk), float(at)) for clerk, at in self._file.execute(query, (contract,))]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
