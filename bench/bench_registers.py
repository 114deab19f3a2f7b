"""How fast are registers read and changed, with every look on record?

``python -m bench.bench_registers [database folder]`` prints one JSON object: reads a second
through the whole verb (right, statement, two times, unsealing, access record, commit on
disk) beside a bare SELECT, and beside a bare SELECT with one durable INSERT, by the same
library in the same run; changes a second; and how long a thousand residents take to draw
and to record.
"""

import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import text
from tests.registers.house import CATALOGUE, PORTAL, House, asks, look, person

from riik.demo.population.residents import residents
from riik.registers import ChangeRequest, NewRecord

TODAY = date(2026, 11, 23)
READS, CHANGES, THREADS = 600, 300, 8


def rate(count: int, work, *, threads: int = 1) -> float:
    """Calls a second of ``work(number)``."""
    start = time.perf_counter()
    if threads == 1:
        for number in range(count):
            work(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(count)))
    return round(count / (time.perf_counter() - start), 1)


def seed(house: House) -> tuple[float, float, int]:
    """Seconds to draw a thousand residents, to record them, and the records written."""
    start = time.perf_counter()
    people = residents("ee", seed="bench", count=1000, today=TODAY)
    drawn = time.perf_counter() - start
    start, records = time.perf_counter(), 0
    for register in house.names:
        new = [
            NewRecord(subject=resident.code, values=entry.values, valid_from=entry.valid_from)
            for resident in people
            for entry in resident.records.get(register, ())
        ]
        house.registers.open_many(register, new, ground="law")
        records += len(new)
    return drawn, time.perf_counter() - start, records


def read_bare(house: House, record: str) -> None:
    with house.database.read() as work:
        found = text("SELECT sealed FROM registers_version WHERE record = :r AND known_to = '9'")
        work.execute(found, {"r": record}).first()


def read_and_write_bare(house: House, record: str, number: int) -> None:
    """The least that a recorded look can cost: one row read, one row durably written."""
    with house.database.work() as work:
        found = text("SELECT sealed FROM registers_version WHERE record = :r AND known_to = '9'")
        work.execute(found, {"r": record}).first()
        kept = text("INSERT INTO registers_index VALUES ('bench', :n, :b, :r)")
        work.execute(kept, {"n": str(number), "b": b"0", "r": record})


def main(folder: Path) -> None:
    names = tuple(sorted(path.name for path in CATALOGUE.iterdir()))
    house = House(folder, names=names)
    drawn, recorded, records = seed(house)
    [record] = house.fill(person(residence_days=300))

    def move(number: int) -> None:
        caller = asks(PORTAL, purpose="change-of-address",
                      legal_basis="Rahvastikuregistri seadus", message_id=f"m{number}")  # fmt: skip
        home = {"system": "ADS", "code": str(number), "text": f"Kase tn {number}"}
        asked = look(caller=caller)
        house.registers.change(
            ChangeRequest(
                register=asked.register,
                offer="residence",
                caller=caller,
                subject=asked.subject,
                values={"residence": home},
                valid_from=TODAY,
            )
        )

    asked = look()
    measured = {
        "residents_drawn_s": round(drawn, 3),
        "records_written": records,
        "records_written_s": round(recorded, 3),
        "reads_per_s_bare_select": rate(READS, lambda _: read_bare(house, record)),
        "reads_per_s_bare_select_and_insert": rate(
            READS, lambda number: read_and_write_bare(house, record, number)
        ),
        "reads_per_s_1_thread": rate(READS, lambda _: house.registers.read(asked)),
        "reads_per_s_8_threads": rate(
            READS, lambda _: house.registers.read(replace(asked)), threads=THREADS
        ),
        "changes_per_s": rate(CHANGES, move),
        "looks_on_record": len(house.looks()),
        "engine": house.database.engine,
    }
    print(json.dumps(measured))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(Path(made))
