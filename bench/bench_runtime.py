"""Durable steps a second: a unit of work with one 400-byte row, beside the engine's own limit.

``python -m bench.bench_runtime`` prints one JSON object. The raw driver runs on the same
disk, in slices between ours, for the machine's own speed changes from minute to minute: the
ratio is what counts. Raw SQLite is one connection with one row a commit; raw PostgreSQL is
a connection a thread with one row a serialisable transaction. The vault is measured as well.
"""

import json
import os
import platform
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy import Column, Index, Integer, MetaData, Table, Text, insert

from riik.core import PersonCode
from riik.runtime import vault
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.errors import DatabaseUnavailable
from riik.runtime.migrate import migrate
from riik.testing.postgresql import postgresql_binaries, postgresql_server

SLICES, SLICE_SECONDS = 5, 0.5
THREADS = (1, 8, 32)
ROW = "x" * 400

METADATA = MetaData()
STEP = Table(
    "step",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("key", Integer),
    Column("content", Text),
)
Index("step_key", STEP.c.key)
TABLE = "CREATE TABLE raw (id INTEGER PRIMARY KEY, key INTEGER, content TEXT)"
INDEX = "CREATE INDEX raw_key ON raw (key)"

Step = Callable[[int, int], None]


def slice_of(step: Step, numbers: "count[int]", *, threads: int) -> float:
    """How often a second ``step`` ends, with ever new numbers, by so many threads."""
    begun = time.perf_counter()
    done = [0] * threads

    def go_on(thread: int) -> None:
        while time.perf_counter() - begun < SLICE_SECONDS:
            step(thread, next(numbers))
            done[thread] += 1

    workers = [threading.Thread(target=go_on, args=[n]) for n in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - begun)


def beside(ours: Step, raw: Step, *, threads: int, raw_threads: int) -> dict[str, object]:
    """Rates of both, slice by slice in turn, and their ratio."""
    numbers, mine, limit = count(), 0.0, 0.0
    for _ in range(SLICES):
        limit += slice_of(raw, numbers, threads=raw_threads) / SLICES
        mine += slice_of(ours, numbers, threads=threads) / SLICES
    figures = {"per_second": round(mine), "raw_per_second": round(limit)}
    return {"threads": threads, **figures, "ratio": round(mine / limit, 2)}


def unit_step(database: SqlDatabase) -> Step:
    """One unit of work; one that lost against another is done again, and counts once."""
    with database.work() as work:
        METADATA.create_all(work.connection)

    def step(_thread: int, number: int) -> None:
        values = {"id": number, "key": number, "content": ROW}
        while True:
            try:
                with database.work() as work:
                    work.execute(insert(STEP), values)
            except DatabaseUnavailable as error:
                if error.why != "conflict":
                    raise
            else:
                return

    return step


def on_sqlite(folder: Path, threads: int) -> dict[str, object]:
    database = open_database(f"sqlite:///{folder}/ours{threads}.db", name="bench")
    path = folder / f"raw{threads}.db"
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as raw:
        for statement in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL", TABLE, INDEX):
            raw.execute(statement)

        def step(_thread: int, number: int) -> None:
            raw.execute("INSERT INTO raw VALUES (?, ?, ?)", (number, number, ROW))

        found = beside(unit_step(database), step, threads=threads, raw_threads=1)
    database.close()
    return found


def on_postgresql(url: str, threads: int) -> dict[str, object]:
    database = open_database(url, name="bench")
    dsn = url.replace("+psycopg", "")
    connections = [psycopg.connect(dsn, autocommit=True) for _ in range(threads)]
    connections[0].execute(TABLE)
    connections[0].execute(INDEX)
    for connection in connections:
        connection.isolation_level = psycopg.IsolationLevel.SERIALIZABLE

    def step(thread: int, number: int) -> None:
        while True:
            try:
                with connections[thread].transaction():
                    row = (number, number, ROW)
                    connections[thread].execute("INSERT INTO raw VALUES (%s, %s, %s)", row)
            except psycopg.errors.SerializationFailure:
                continue
            return

    found = beside(unit_step(database), step, threads=threads, raw_threads=threads)
    for connection in connections:
        connection.close()
    database.close()
    return found


def on_vault(folder: Path) -> dict[str, int]:
    """New subjects in one commit; values of 400 bytes sealed and opened; each a second."""
    database = open_database(f"sqlite:///{folder}/vault.db", name="vault")
    migrate(database, {"vault": vault.MIGRATIONS})
    safe = vault.SqlVault(database, vault_key=bytes(32), entropy=SystemEntropy())
    codes = [PersonCode(f"EE{number:011d}") for number in range(1000)]
    begun = time.perf_counter()
    subjects = safe.subjects_of(codes)
    made = len(codes) / (time.perf_counter() - begun)
    sealed = safe.seal(subjects[0], ROW.encode(), context="bench")

    def seal(_thread: int, number: int) -> None:
        safe.seal(subjects[number % 1000], ROW.encode(), context="bench")

    def unseal(_thread: int, _number: int) -> None:
        safe.open(subjects[0], sealed, context="bench")

    rates = {
        "seal": slice_of(seal, count(), threads=1),
        "open": slice_of(unseal, count(), threads=1),
    }
    database.close()
    return {"new_subjects": round(made), **{name: round(rate) for name, rate in rates.items()}}


def main() -> None:
    """Measure, and print one JSON object."""
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="riik-bench-") as name:
        found["sqlite"] = [on_sqlite(Path(name), threads) for threads in THREADS]
        found["vault_per_second"] = on_vault(Path(name))
    if postgresql_binaries() is not None:
        with postgresql_server(durable=True) as server:
            databases = [(server.new_database(), threads) for threads in THREADS[:2]]
            found["postgresql"] = [on_postgresql(url, threads) for url, threads in databases]
    machine = f"{os.cpu_count()} cores ({platform.machine()}), Python {platform.python_version()}"
    today = date.today().isoformat()
    told = {"bench": "runtime", "date": today, "machine": machine, "figures": found}
    print(json.dumps(told, indent=1))


if __name__ == "__main__":
    main()
