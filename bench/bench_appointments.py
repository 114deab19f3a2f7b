"""Free times of a month for 200 officials; bookings a second beside bare inserts of the same rows.

``python -m bench.bench_appointments`` prints one JSON object. The office is open from nine to five,
a time lasts half an hour. A booking is a hold and its booking, in one durable unit of work (SQLite,
WAL, ``synchronous=FULL``); the limit beside it are the six seats and the booking's row inserted
bare and committed alone, in turn with ours. ``ratio`` is ours to that limit, in bookings a second.
"""

import json
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

import riik.appointments
from riik.appointments import Appointments, read_plan
from riik.appointments.store import SqlAppointmentStore
from riik.core import PersonCode
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.migrate import migrate
from riik.runtime.vault import MIGRATIONS, SqlVault
from riik.testing.ports import StandingClock

OFFICIALS, BOOKINGS = 200, 400
BARE = (
    "INSERT INTO appointments_booking (id, key, plan, kind, place, resource, seat, begins, ends,"
    " standing, subject, case_id, sealed, sequence, changed_at, reminded) VALUES (:id, :id, 'b',"
    " 'k', 'p', 'r', 0, 'x', 'x', 'booked', 's', 'c', :sealed, 0, 'x', '')"
)
SEAT = "INSERT INTO appointments_seat (resource, tick, seat, booking) VALUES (:r, :t, 0, :id)"


def office() -> bytes:
    """A plan of one place and many officials."""
    days = ", ".join(f'{day} = ["09:00-17:00"]' for day in ("mon", "tue", "wed", "thu", "fri"))
    officials = "".join(
        f'[[resource]]\nid = "o{number}"\nplace = "hall"\nnames = {{ en = "O" }}\n'
        'role = "official"\nskills = ["talk"]\n'
        for number in range(OFFICIALS)
    )
    return (
        f'id = "office"\n[[place]]\nid = "hall"\nnames = {{ en = "Hall" }}\naddress = "x"\n'
        f"hours = {{ {days} }}\n{officials}"
        '[[kind]]\nid = "talk"\nnames = { en = "Talk" }\nservice = "s"\nskill = "talk"\n'
        "minutes = 30\n"
    ).encode()


def opened(folder: Path) -> tuple[Appointments, SqlDatabase]:
    """Appointments of the office, on a new database."""
    database = open_database(f"sqlite:///{folder}/node.db", name="bench")
    keys = open_database(f"sqlite:///{folder}/vault.db", name="vault")
    migrate(database, {"appointments": Path(riik.appointments.__file__).parent / "migrations"})
    migrate(keys, {"vault": MIGRATIONS})
    entropy = SystemEntropy()
    appointments = Appointments(
        plan=read_plan(office(), name="office", zone="Europe/Tallinn"),
        store=SqlAppointmentStore(),
        vault=SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy),
        clock=StandingClock(),
        entropy=entropy,
    )
    return appointments, database


def main() -> None:
    """Measure, and print what was found."""
    with tempfile.TemporaryDirectory() as folder:
        appointments, database = opened(Path(folder))
        ours = bare = 0.0
        monday = datetime(2026, 11, 30, 7, tzinfo=UTC)
        people = [PersonCode(f"EE4900101{number:04d}") for number in range(BOOKINGS)]
        appointments.vault.subjects_of(people)
        for number, person in enumerate(people):
            begins = monday + timedelta(minutes=30 * (number % 16))
            began = time.perf_counter()
            with database.work() as work:
                key, slot = f"case-{number}/when", f"hall@{begins:%Y-%m-%dT%H:%M}Z"
                appointments.hold(person, kind="talk", slot=slot, key=key, case=key, work=work)
                appointments.book(key, work=work)
            ours += time.perf_counter() - began
            began = time.perf_counter()
            with database.work() as work:
                row = {"id": f"bare-{number}", "sealed": b"x" * 80}
                work.execute(text(BARE), row)
                for tick in range(6):
                    work.execute(text(SEAT), {"r": f"bare-{number}", "t": tick, "id": row["id"]})
            bare += time.perf_counter() - began
        began = time.perf_counter()
        with database.read() as work:
            since = monday.date()
            until = since + timedelta(days=30)
            free = appointments.free("talk", "hall", since=since, until=until, work=work)
        month = time.perf_counter() - began
        database.close()
    print(
        json.dumps(
            {
                "officials": OFFICIALS,
                "free_times_of_a_month": len(free),
                "month_ms": round(month * 1000, 1),
                "bookings_a_second": round(BOOKINGS / ours, 1),
                "bare_inserts_a_second": round(BOOKINGS / bare, 1),
                "ratio": round(bare / ours, 2),
            }
        )
    )


if __name__ == "__main__":
    main()
