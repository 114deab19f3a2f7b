"""Reminders: once each, in every language of the service, and only while the appointment stands."""

from types import SimpleNamespace

import pytest
from tests.appointments import conftest as town

from riik.core import Unavailable, person_code
from riik.node.appointing.reminding import REMIND, Reminding

pytestmark = pytest.mark.anyio

plan, appointments_on, appointments = town.plan, town.appointments_on, town.appointments
MARI = person_code("EE49001010001")


class Kept:
    """An outbox that keeps what it is given, once a key."""

    def __init__(self):
        self.events = {}

    def put(self, topic, key, payload, /, *, work):
        self.events.setdefault((topic, key), payload)


@pytest.fixture
def told():
    return []


@pytest.fixture
def reminding(appointments, database, in_thread, told):
    service = SimpleNamespace(
        languages=("et", "en"), law=("Perekonnaseadus",), text=lambda text, language: text
    )

    async def tell(person, notice, law):
        if not told:
            told.append("silent")
            raise Unavailable("the inbox is silent", why="silent")
        told.append((person, notice, law))

    with database.work() as work:
        appointments.hold(
            MARI, kind="ceremony", slot="hall@2026-11-30T08:00Z", key="c/w", case="c", work=work
        )
        appointments.book("c/w", work=work)
    return Reminding(
        appointments=appointments,
        services={"marriage": service},
        database=database,
        outbox=Kept(),
        in_thread=in_thread,
        tell=tell,
    )


async def test_a_silent_inbox_loses_no_reminder_and_nobody_is_told_twice(reminding, told):
    await reminding.look()
    await reminding.look()
    [((topic, _), payload)] = reminding.outbox.events.items()
    assert topic == REMIND
    assert b"49001010001" not in payload
    with pytest.raises(Unavailable):
        await reminding.remind(payload)
    await reminding.remind(payload)
    [_, (person, notice, law)] = told
    assert (person, law) == (MARI, "Perekonnaseadus")
    assert notice["texts"]["en"]["title"] == "You have an appointment on 30 November 2026"
    assert "10:00. Town hall, Square 1, Tartu" in notice["texts"]["et"]["body"]


async def test_who_was_cancelled_meanwhile_is_not_reminded(reminding, appointments, database, told):
    await reminding.look()
    [payload] = reminding.outbox.events.values()
    with database.work() as work:
        [booking] = appointments.of_case("c", work=work)
        appointments.cancel(booking.id, why="Water in the hall", work=work)
    await reminding.remind(payload)
    assert told == []
    await reminding.look()
    assert len(reminding.outbox.events) == 1
