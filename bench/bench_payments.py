"""A day's file from the bank: read and reconciled, beside what the XML parser alone takes.

``python -m bench.bench_payments`` prints one JSON object: 10,000 entries of camt.054, each with a
fee that is owed, are parsed and checked, then taken in one unit of work (SQLite, WAL,
``synchronous=FULL``). The limit is lxml's bare parse of the same bytes, in the same run, in turn.
``RIIK_BENCH_ENTRIES`` sets another number.
"""

import json
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from lxml import etree
from sqlalchemy import text

import riik.payments
from riik.core import Money, Work
from riik.formats.payments.camt054 import Movement, Told, read_camt054, write_camt054
from riik.payments import Fees
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.references import creditor_reference
from riik.payments.store import SqlFeeStore
from riik.runtime.clock import SystemClock
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate

MANY = int(os.environ.get("RIIK_BENCH_ENTRIES", "10000"))
ROUNDS = 3
OURS, THEIRS = "EE471000001020145685", "EE382200221020145685"


class Nowhere:
    """An outbox that keeps nothing: what cases do with it is measured elsewhere."""

    def put(self, topic: str, key: str, payload: bytes, /, *, work: Work) -> None:
        """Take an event."""


def seconds(act: Callable[[], object]) -> float:
    """How long one run takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def file_of(count: int) -> bytes:
    """The bank's file."""
    at = datetime(2026, 11, 30, tzinfo=UTC)
    movements = [
        Movement(
            id=f"b{number}",
            amount=Money("EUR", 2300 + (number % 50 == 0)),
            day=at.date(),
            reference=creditor_reference(f"2026-{number:06d}"),
            other=THEIRS,
        )
        for number in range(count)
    ]
    return write_camt054(Told(id="n1", at=at, account=OURS, movements=movements))


def main() -> None:
    """Print the figures."""
    content = file_of(MANY)
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/node.db", name="node")
        migrate(database, {"payments": Path(riik.payments.__file__).parent / "migrations"})
        fees = Fees(store=SqlFeeStore(), outbox=Nowhere(), clock=SystemClock())
        receipts = Receipts(store=SqlReceiptStore(), fees=fees, clock=SystemClock(), account=OURS)
        with database.work() as work:
            for number in range(MANY):
                owed = Money("EUR", 2300)
                fees.owe(f"c{number}", number=f"2026-{number:06d}", amount=owed, law="", work=work)

        def take() -> None:
            with database.work() as work:
                receipts.take(told, work=work)

        def forget() -> None:
            with database.work() as work:
                work.execute(text("DELETE FROM payments_receipt"))
                work.execute(text("UPDATE payments_fee SET paid_at = NULL"))

        bare, read, taken = [], [], []
        for _ in range(ROUNDS):
            bare.append(seconds(lambda: etree.fromstring(content)))
            read.append(seconds(lambda: read_camt054(content)))
            told = read_camt054(content)
            taken.append(seconds(take))
            again = seconds(take)
            forget()
        database.close()
    print(
        json.dumps(
            {
                "entries": MANY,
                "megabytes": round(len(content) / 1e6, 1),
                "bare_parse_s": round(median(bare), 3),
                "read_and_checked_s": round(median(read), 3),
                "read_to_bare": round(median(read) / median(bare), 1),
                "reconciled_s": round(median(taken), 3),
                "entries_a_second": round(MANY / (median(read) + median(taken))),
                "all_to_bare": round((median(read) + median(taken)) / median(bare), 1),
                "same_file_again_s": round(again, 3),
            }
        )
    )


if __name__ == "__main__":
    main()
