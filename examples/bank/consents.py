"""What customers allow the bank's clerks to see, and what clerks saw: one small SQLite file.

No consent, no look; and each look is written down before anything is shown, for the customer
to read on their own page. Looks are kept by customer, so that they stay whatever becomes of the
contract.
"""

import sqlite3
import time
from pathlib import Path

__all__ = ["DAYS", "Consents"]

DAYS = 30
"""So long a consent holds, unless the customer takes it back."""

TABLES = (
    "create table if not exists consent (contract text primary key, until real not null)",
    "create table if not exists look (contract text not null, clerk text not null, at real,"
    " customer text not null default '')",
)


class Consents:
    """Consents by contract, looks by customer.

    A contract's id is a digest of the signed file, so nobody can guess it; a customer is named
    by what their file is called, never by their code.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, isolation_level=None)
        for table in TABLES:
            self._file.execute(table)
        columns = {row[1] for row in self._file.execute("pragma table_info(look)")}
        if "customer" not in columns:
            # A file of an earlier version: its looks are found by their contract.
            self._file.execute("alter table look add column customer text not null default ''")

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

    def note(self, contract: str, clerk: str, *, customer: str) -> None:
        """A clerk is about to see it."""
        self._file.execute(
            "insert into look (contract, clerk, at, customer) values (?, ?, ?, ?)",
            (contract, clerk, time.time(), customer),
        )

    def looks(self, contract: str, *, customer: str) -> list[tuple[str, float]]:
        """Who saw what this customer signed, and when, the newest first; all of them."""
        query = (
            "select clerk, at from look"
            " where customer = ? or (customer = '' and contract = ?) order by at desc"
        )
        found = self._file.execute(query, (customer, contract))
        return [(str(clerk), float(at)) for clerk, at in found]

    def close(self) -> None:
        """Close the file."""
        self._file.close()
