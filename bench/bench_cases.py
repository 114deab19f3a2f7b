"""Steps of processes, and queues among a million cases, each beside what the engine can do at all.

``python -m bench.bench_cases`` prints one JSON object. Steps: many cases go through a process of
their own, each step one durable unit of work (WAL, ``synchronous=FULL``, group commit), beside bare
inserts of as many bytes into SQLite on the same disk, as many a commit as ours had. Queues: a
million cases of twenty units, asked as officials and people ask, beside bare reads of one row by
its primary key, in turn. ``RIIK_BENCH_CASES`` sets another number of cases.
"""

import json
import os
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median, quantiles

import msgspec
from sqlalchemy import text

import riik.cases
from riik.cases import Cases, Lane, Pick
from riik.cases.store import SqlCaseStore
from riik.core import PersonCode, SubjectId, to_text
from riik.profiles import Name
from riik.runtime.clock import SystemClock
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.migrate import migrate
from riik.runtime.vault import MIGRATIONS as VAULT
from riik.runtime.vault import SqlVault
from riik.services import DeskRole, Official, Queues, Staff, Unit
from riik.services.desk.staff import Seat
from riik.services.letters import Authority
from riik.services.process import Process, State, complete, read_process, start
from riik.services.running import Running, Stored
from riik.services.store import SqlServiceStore
from riik.testing.postgresql import postgresql_binaries, postgresql_server

MANY = int(os.environ.get("RIIK_BENCH_CASES", "1000000"))
UNITS, OFFICIALS, SERVICES, PEOPLE = 20, 400, 12, 250_000
AT_ONCE, READS = 10_000, 300
THREADS, SLICES, SLICE_SECONDS = 16, 5, 1.0
SOURCE = Path(riik.cases.__file__).parents[1]
SEALED = os.urandom(2_000)
KNOWN = {"fee": {"amount": 40}}
HEAD = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:riik="urn:riik:bpmn:1">'
)
COLUMNS = (
    *("id", "number", "service", "subject", "state", "opened_at", "due_at", "assigned_to"),
    *("unit", "lane", "queue_at", "needs", "proposal", "about", "keep_years", "ended_at"),
)


def circle() -> Process:
    """Four tasks and three gateways, round and round: a case that never ends."""
    ways = ["s-m", "m-a", "a-g", "g-b", "b-j", "j-c", "c-x", "x-d", "d-m"]
    flows = [f'<sequenceFlow id="{w}" sourceRef="{w[0]}" targetRef="{w[2]}"/>' for w in ways]
    for way, condition in (("g-j", "fee.amount &gt; 100"), ("x-e", "fee.amount &lt; 0")):
        flows.append(
            f'<sequenceFlow id="{way}" sourceRef="{way[0]}" targetRef="{way[2]}">'
            f"<conditionExpression>{condition}</conditionExpression></sequenceFlow>"
        )
    nodes = "".join(f'<userTask id="{n}" riik:task="answer"/>' for n in "abcd")
    gates = (
        '<startEvent id="s"/><endEvent id="e"/><exclusiveGateway id="m"/><exclusiveGateway id="j"/>'
        '<exclusiveGateway id="g" default="g-b"/><exclusiveGateway id="x" default="x-d"/>'
    )
    inside = "".join((gates, nodes, *flows))
    return read_process(f'{HEAD}<process id="p">{inside}</process></definitions>'.encode())


def durable_steps(folder: Path) -> dict[str, object]:
    """Steps a second of many cases, and bare inserts with as many rows a commit, in turn."""
    database = open_database(f"sqlite:///{folder}/steps.db", name="bench")
    migrate(database, {"services": SOURCE / "services" / "migrations"})
    process, store = circle(), SqlServiceStore()
    first = start(process, KNOWN)
    with database.work() as work:
        for number in range(THREADS):
            store.insert(_stored(number, first, 0), work=work)
    commits = _commits(database)

    def step(number: int) -> None:
        """What a step of a case does: load it, complete its task, write the next version."""
        with database.work() as work:
            stored = store.load(f"case-{number}", work=work)
            assert stored is not None
            state = Running.open_state(stored.state)
            after = complete(process, state, state.at[0], KNOWN)
            store.save(_stored(number, after, stored.version + 1), work=work)

    ours = bare = together = 0.0
    for _ in range(SLICES):
        before = commits()
        done, seconds = _slice(step)
        rows = done / max(1, commits() - before)
        ours, together = ours + done / seconds / SLICES, together + rows / SLICES
        bare += _bare_inserts(folder, rows=max(1, round(rows))) / SLICES
    database.close()
    return {
        "steps_per_second": round(ours),
        "steps_a_commit": round(together, 1),
        "bare_inserts_per_second": round(bare),
        "ratio": round(ours / bare, 2),
    }


def _stored(number: int, state: State, version: int) -> Stored:
    return Stored(
        case=f"case-{number}",
        service="bench",
        digest="0" * 64,
        state=msgspec.json.encode(state),
        sealed=SEALED,
        version=version,
    )


def _commits(database: SqlDatabase) -> Callable[[], int]:
    """Counts COMMITs of the writer, as the driver sees them."""
    told = [0]
    raw = database._writer._raw  # type: ignore[attr-defined]
    raw.set_trace_callback(lambda said: told.__setitem__(0, told[0] + (said == "COMMIT")))
    return lambda: told[0]


def _slice(step: Callable[[int], None]) -> tuple[int, float]:
    done, begun = [0] * THREADS, time.perf_counter()

    def go_on(thread: int) -> None:
        while time.perf_counter() - begun < SLICE_SECONDS:
            step(thread)
            done[thread] += 1

    threads = [threading.Thread(target=go_on, args=[n]) for n in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done), time.perf_counter() - begun


def _bare_inserts(folder: Path, *, rows: int) -> float:
    path = folder / "bare.db"
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        for said in ("PRAGMA journal_mode=WAL", "PRAGMA synchronous=FULL"):
            raw.execute(said)
        raw.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, sealed BLOB)")
        done, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < SLICE_SECONDS:
            raw.execute("BEGIN IMMEDIATE")
            for _ in range(rows):
                raw.execute("INSERT INTO bare (sealed) VALUES (?)", (SEALED,))
            raw.execute("COMMIT")
            done += rows
        return done / (time.perf_counter() - begun)


def rows_of_cases(officials: list[SubjectId]) -> Iterator[tuple[object, ...]]:
    """A million cases of some years: one in fifty waits, the others have ended."""
    dice, now = Random(4), datetime(2026, 11, 30, 8, tzinfo=UTC)
    for number in range(MANY):
        opened = now - timedelta(minutes=number)
        waits = number % 50 == 0
        unit = dice.randrange(UNITS)
        due = to_text(opened + timedelta(days=30))
        ended = None if waits else to_text(opened + timedelta(days=dice.randrange(1, 30)))
        mine = officials[unit + UNITS * dice.randrange(OFFICIALS // UNITS)]
        lane = "waiting" if waits else "ended"
        yield (
            f"case-{number:012d}", f"{opened.year}-{number:07d}", f"service-{number % SERVICES}",
            f"person-{dice.randrange(PEOPLE)}", "with-official" if waits else "granted",
            to_text(opened), due, mine if dice.random() < 0.5 else None, f"unit-{unit}", lane,
            due if waits else ended, "not-resident", "official", "", 0, ended,
        )  # fmt: skip


def queues(url: str, folder: Path) -> dict[str, object]:
    """Pages of queues and of "my cases", and a bare read by primary key, in turn."""
    database = open_database(url, name="bench")
    migrate(database, {"cases": SOURCE / "cases" / "migrations"})
    keys = open_database(f"sqlite:///{folder}/vault-{database.engine}.db", name="vault")
    migrate(keys, {"vault": VAULT})
    vault = SqlVault(keys, vault_key=bytes(32), entropy=SystemEntropy())
    people = [PersonCode(f"EE{number:011d}") for number in range(OFFICIALS)]
    subjects = vault.subjects_of(people)
    filled = _fill(database, subjects)
    staff = _staff(people)
    cases = Cases(store=SqlCaseStore(), vault=vault, clock=SystemClock())
    asked = Queues(
        database=database,
        cases=cases,
        vault=vault,
        clock=SystemClock(),
        staff=staff,
        authority=Authority(names={"en": "Office"}, code="1", address=""),
        definitions={},
    )
    regular, lead = (_seat(staff, people, subjects, number) for number in (1, 0))
    found = _measured(asked, cases, database, regular, lead)
    keys.close()
    database.close()
    return {"rows": MANY, "filled_seconds": filled, **found}


def _measured(
    asked: Queues, cases: Cases, database: SqlDatabase, regular: Seat, lead: Seat
) -> dict[str, object]:
    dice = Random(5)

    def page(seat: Seat, which: str, service: str = "") -> Callable[[], object]:
        return lambda: asked.page(seat, which, service=service, after=None, language="en")

    def mine() -> object:
        person = SubjectId(f"person-{dice.randrange(PEOPLE)}")
        with database.read() as work:
            return cases.of_person(person, work=work)

    def deep() -> object:
        place = (f"20{dice.randrange(24, 27)}-0{dice.randrange(1, 9)}", "")
        pick = Pick(lane=Lane.ENDED, units=("unit-1",), after=place, limit=51)
        with database.read() as work:
            return cases.queue(pick, work=work)

    def bare() -> object:
        case = f"case-{dice.randrange(MANY):012d}"
        with database.read() as work:
            said = text("SELECT * FROM cases_case WHERE id = :id").bindparams(id=case)
            return work.execute(said).first()

    actions: dict[str, Callable[[], object]] = {
        "queue_of_an_official": page(regular, "mine"),
        "queue_of_the_unit": page(regular, "team"),
        "queue_of_one_service": page(regular, "team", "service-3"),
        "queue_of_what_ended": page(regular, "ended"),
        "queue_of_a_lead_all_units": page(lead, "all"),
        "queue_of_a_lead_own_unit": page(lead, "team"),
        "page_deep_in_what_ended": deep,
        "my_cases": mine,
        "bare_primary_key": bare,
    }
    times: dict[str, list[float]] = {name: [] for name in actions}
    for _ in range(READS):
        for name, action in actions.items():
            begun = time.perf_counter()
            action()
            times[name].append((time.perf_counter() - begun) * 1000)
    limit = median(times["bare_primary_key"])
    return {
        name: {
            "median_ms": round(median(taken), 2),
            "p95_ms": round(quantiles(taken, n=20)[-1], 2),
            "ratio": round(median(taken) / limit, 1),
        }
        for name, taken in times.items()
    }


def _fill(database: SqlDatabase, subjects: list[SubjectId]) -> float:
    """Write the rows, then make the indices anew: into full ones each row would take long."""
    begun, rows = time.perf_counter(), []
    indices = _indices(database)
    with database.work() as work:
        for name in indices:
            work.execute(text(f"DROP INDEX {name}"))
    for row in rows_of_cases(subjects):
        rows.append(row)
        if len(rows) == AT_ONCE:
            with database.work() as work:
                work.insert_many("cases_case", COLUMNS, rows)
            rows = []
    with database.work_loosely() as work:
        for said in (*indices.values(), "ANALYZE cases_case"):
            work.execute(text(said))
    return round(time.perf_counter() - begun, 1)


def _indices(database: SqlDatabase) -> dict[str, str]:
    """The indices of the table, as the engine says them."""
    told = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index'",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes",
    }[database.engine]
    with database.read() as work:
        found = {str(name): str(said) for name, said in work.execute(text(told))}
    return {name: said for name, said in found.items() if name.startswith("cases_case_of_")}


def _staff(people: list[PersonCode]) -> Staff:
    units = {f"unit-{n}": Unit(code=f"unit-{n}", names={"en": f"Unit {n}"}) for n in range(UNITS)}
    officials = {
        code: Official(
            person=code,
            name=Name(given="Mari", family=f"Maasikas {number}"),
            unit=f"unit-{number % UNITS}",
            roles=frozenset({DeskRole.DECIDE, *([DeskRole.LEAD] if number == 0 else [])}),
        )
        for number, code in enumerate(people)
    }
    return Staff(officials=officials, units=units)


def _seat(staff: Staff, people: list[PersonCode], subjects: list[SubjectId], number: int) -> Seat:
    official = staff.official(people[number])
    return Seat(
        official=official,
        unit=staff.unit(official.unit),
        me=subjects[number],
        owners=(subjects[number],),
        units=staff.seen_units(official),
    )


def main() -> None:
    """Measure, and print one JSON object."""
    found: dict[str, object] = {}
    with tempfile.TemporaryDirectory(prefix="riik-bench-") as name:
        folder = Path(name)
        found["steps"] = durable_steps(folder)
        found["sqlite"] = queues(f"sqlite:///{folder}/cases.db", folder)
        if postgresql_binaries() is not None:
            with postgresql_server(durable=True) as server:
                found["postgresql"] = queues(server.new_database(), folder)
    print(json.dumps({"bench": "cases", "figures": found}, indent=1))


if __name__ == "__main__":
    main()
