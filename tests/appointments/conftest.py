"""A plan of one organisation, and its appointments on a database of the test."""

from datetime import date
from pathlib import Path

import pytest

import riik.appointments
from riik.appointments import Appointments, read_plan
from riik.appointments.store import SqlAppointmentStore
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

PLAN = b"""
id = "town"

[[place]]
id = "hall"
names = { en = "Town hall" }
address = "Square 1, Tartu"
hours = { mon = ["09:00-12:00"], tue = ["09:00-12:00", "13:00-15:00"], sun = ["02:00-05:00"] }
[[place.exception]]
day = 2026-12-01
hours = []

[[resource]]
id = "anne"
place = "hall"
names = { en = "Anne" }
role = "official"
skills = ["marry"]

[[resource]]
id = "room"
place = "hall"
names = { en = "Room 2" }
role = "room"
skills = ["exam"]
seats = 3

[[kind]]
id = "ceremony"
names = { en = "Ceremony" }
service = "marriage"
skill = "marry"
minutes = 60
ahead-days = 180
cancel-hours = 48
remind-days = [7, 1]

[[kind]]
id = "exam"
names = { en = "Exam" }
service = "driving-exam"
skill = "exam"
minutes = 90
lead-days = 2
"""


@pytest.fixture
def plan():
    """A town hall that is open on Mondays, Tuesdays, and on Sundays by night."""
    holidays = [date(2026, 12, 8)]
    return read_plan(PLAN, name="town.toml", zone="Europe/Tallinn", holidays=holidays)


@pytest.fixture
def appointments_on(plan, tmp_path, clock, entropy):
    """Appointments of the plan, on a database; keys are in another file."""
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    migrate(keys, {"vault": Path(vault_file).parent / "migrations"})
    vault = SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)

    def make(database):
        tables = Path(riik.appointments.__file__).parent / "migrations"
        migrate(database, {"appointments": tables})
        return Appointments(
            plan=plan, store=SqlAppointmentStore(), vault=vault, clock=clock, entropy=entropy
        )

    yield make
    keys.close()


@pytest.fixture
def appointments(appointments_on, database):
    """Appointments on SQLite."""
    return appointments_on(database)
