"""What does reading a table in place cost over the question to the table itself?

``python -m bench.bench_source [rows]`` prints one JSON object, for SQLite and, where there is a
server, PostgreSQL and MariaDB: milliseconds of the bare question through the same library, of the
whole verb (right, question, record checked, access record, commit on disk), and what the verb adds,
median and 95th percentile; beside it the bare question with one durable INSERT in the node's own
database: that is the least that a recorded look can cost. One after another, both kinds in turn.
"""

import json
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import text
from tests.registers.house import House
from tests.registers.importing.conftest import estonian
from tests.registers.source.conftest import INSERT, Table, folder, look
from tests.registers.source.test_looks import INSPECTION

from riik.core import ClientId
from riik.registers import load_register
from riik.testing.mariadb import mariadb_program, mariadb_server
from riik.testing.postgresql import postgresql_binaries, postgresql_server

ASKED = 400


def fill(table: Table, rows: int) -> None:
    row = {"issued": date(2024, 4, 13), "expires": None, "fee": "12.50", "e": None, "r": None}
    with table.engine.begin() as connection:
        for start in range(0, rows, 5000):
            many = [
                row | {"id": n, "holder": estonian(n), "no": f"K-{n}", "kind": "K"}
                for n in range(start, min(rows, start + 5000))
            ]
            connection.execute(INSERT, many)
        connection.execute(text("CREATE INDEX permits_holder ON permits (holder)"))


def house(place: Path, table: Table) -> House:
    made = House(place)
    [kept] = made.registers.holdings.values()
    holding = replace(
        kept,
        definition=load_register(folder()),
        provider=ClientId(kept.provider.member, "permits"),
        source=table.place(),
    )
    made.registers = replace(made.registers, holdings={"permits": holding})
    return made


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def figures(sorted_ms: list[float]) -> dict[str, float]:
    return {
        "median_ms": round(sorted_ms[len(sorted_ms) // 2], 3),
        "p95_ms": round(sorted_ms[int(0.95 * len(sorted_ms))], 3),
    }


def measured(place: Path, url: str, rows: int) -> dict[str, object]:
    table = Table(url)
    fill(table, rows)
    node = house(place, table)
    least = text("INSERT INTO registers_index VALUES ('bench', :n, :b, 'r')")
    kinds: dict[str, list[float]] = {"bare": [], "bare_and_insert": [], "in_place": []}

    def insert(n: int, number: int) -> None:
        table.source(0, [estonian(number)])
        with node.database.work() as work:
            work.execute(least, {"n": str(n), "b": b"0"})

    for n in range(-20, ASKED):
        number = (n * 7919) % rows
        asked = replace(look(number), caller=INSPECTION)
        took = {
            "bare": timed(lambda m=number: table.source(0, [estonian(m)])),
            "bare_and_insert": timed(lambda m=number, i=n: insert(i, m)),
            "in_place": timed(lambda a=asked: node.registers.read(a)),
        }
        if n >= 0:
            for kind, ms in took.items():
                kinds[kind].append(ms)
    adds = sorted(a - b for a, b in zip(kinds["in_place"], kinds["bare"], strict=True))
    found: dict[str, object] = {kind: figures(sorted(ms)) for kind, ms in kinds.items()}
    found["adds"] = figures(adds)
    found["ratio_to_bare_and_insert"] = round(
        found["in_place"]["median_ms"] / found["bare_and_insert"]["median_ms"], 2
    )
    table.closed()
    node.closed()
    return found


def main(rows: int) -> None:
    found: dict[str, object] = {"rows": rows, "questions": ASKED, "limit_adds_ms": 2}
    with ExitStack() as open_:
        folders = {
            kind: Path(open_.enter_context(tempfile.TemporaryDirectory()))
            for kind in ("sqlite", "postgresql", "mariadb")
        }
        urls = {"sqlite": f"sqlite:///{folders['sqlite']}/others.db"}
        if postgresql_binaries():
            server = open_.enter_context(postgresql_server())
            urls["postgresql"] = server.new_database()
        if mariadb_program():
            urls["mariadb"] = open_.enter_context(mariadb_server()).new_database()
        for kind, url in urls.items():
            found[kind] = measured(folders[kind], url, rows)
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
