"""How fast does an existing table become a register?

``python -m bench.bench_import [rows] [database folder]`` prints one JSON object: rows a second
of a whole import of a CSV file (read, mapped, checked against the schema, blinded, signed,
sealed, indexed, its position kept: a commit on disk every four thousand rows), beside the same rows
inserted bare into one table by the same library in the same run; the dry run; the same file
again, of which nothing is new; and where the time goes. Seconds of the clock and of the
processor, for a machine may have other work.
"""

import csv
import json
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from sqlalchemy import text
from tests.registers.house import House
from tests.registers.importing.conftest import HEADER, Bench, estonian

from riik.node.fillers.importing import seldom_collected
from riik.registers.importing.component import BATCH as BATCH_OF_RIIK
from riik.runtime.entropy import SystemEntropy

BATCH = BATCH_OF_RIIK


def measured(count: int, work) -> dict[str, float]:
    start, processor = time.perf_counter(), time.process_time()
    work()
    took, used = time.perf_counter() - start, time.process_time() - processor
    return {"rows_per_s": round(count / took), "rows_per_processor_s": round(count / used)}


def bare(house: House, path: Path) -> None:
    """The least that an import can be: the file's cells in a table, a commit as often."""
    with house.database.work() as work:
        columns = "code TEXT PRIMARY KEY, number TEXT, issued TEXT, fee TEXT, place TEXT"
        work.execute(text(f"CREATE TABLE bare ({columns})"))
    insert = text("INSERT INTO bare VALUES (:code, :number, :issued, :fee, :place)")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
        for start in range(0, len(rows), BATCH):
            with house.database.work() as work:
                work.execute(insert, rows[start : start + BATCH])


def imported(bench: Bench, path: Path) -> None:
    with seldom_collected():
        bench.run(path)


def table(folder: Path, count: int) -> Path:
    path = folder / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for n in range(count):
            issued = f"{1 + n % 28:02d}.{1 + n % 12:02d}.2024"
            writer.writerow([estonian(n), f"K-{n:07d}", issued, f"{n % 900},50", "Põlva vald"])
    return path


def main(count: int, folder: Path) -> None:
    pool = ThreadPoolExecutor(1)
    house = House(folder, entropy=SystemEntropy())
    bench = Bench(
        folder, house, beside=lambda action: pool.submit(action).result, batch=BATCH_OF_RIIK
    )
    path = table(folder, count)
    found = {
        "rows": count,
        "bare_insert": measured(count, lambda: bare(bench.house, path)),
        "dry_run": measured(count, lambda: bench.dry_run(path)),
        "import": measured(count, lambda: imported(bench, path)),
        "again": measured(count, lambda: bench.run(path)),
        "engine": bench.house.database.engine,
    }
    for key in ("rows_per_s", "rows_per_processor_s"):
        found[f"ratio_{key}"] = round(found["import"][key] / found["bare_insert"][key], 3)
    print(json.dumps(found))


if __name__ == "__main__":
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    if len(sys.argv) > 2:
        main(rows, Path(sys.argv[2]))
    else:
        with tempfile.TemporaryDirectory() as made:
            main(rows, Path(made))
