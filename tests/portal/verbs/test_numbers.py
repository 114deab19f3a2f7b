"""How services do, by all providers, whoever is silent."""

from datetime import date
from pathlib import Path

import pytest
from tests.portal.verbs.house import (
    ORGANISATIONS,
    POPULATION,
    PORTAL,
    RIGHTS,
    SCHOOL,
    TRANSPORT,
)

import riik
from riik.core import Unavailable
from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.numbers import Availability, Numbers, Tries
from riik.services.folder.catalogue import guide_view
from riik.services.folder.definition import read_service

pytestmark = pytest.mark.anyio

ROW = {
    "service": "driving-licence", "names": {"et": "Luba", "en": "Licence"}, "opened": 30,
    "decided": 20, "with_person": None, "with_official": 0,
    "outcomes": {"granted": 20, "refused": 0, "withdrawn": 0}, "channels": {"web": 30},
    "automatic": 1.0, "online": 1.0, "median_seconds": 90, "p95_seconds": 900,
    "waiting_over_days": None,
}  # fmt: skip
TOLD = {"since": "2026-10-24", "until": "2026-11-23", "least": 10, "step": 5,
    "services": [ROW]}  # fmt: skip


@pytest.fixture
def numbers(world):
    """A portal that knows two providers."""
    world.answers[TRANSPORT, "measures"] = (200, TOLD)
    world.answers[SCHOOL, "measures"] = (200, TOLD | {"services": []})
    providers = [
        Provider(client=one, names=ORGANISATIONS[str(one.member)], services={})
        for one in (TRANSPORT, SCHOOL)
    ]
    return Numbers(exchange=world, client=PORTAL, providers=providers)


async def test_each_row_says_who_answers_for_it(numbers, world):
    found = await numbers.all("et", days=90)
    [row] = found["services"]
    assert (row["name"], row["organisation"], row["least"]) == ("Luba", "Transpordiamet", 10)
    assert (found["silent"], world.calls[0].query) == ([], "days=90")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"services": []}', b"[" * 100_000])
async def test_who_talks_nonsense_counts_as_silent(numbers, world, body):
    world.answers[TRANSPORT, "measures"] = (200, body)
    assert (await numbers.all("en"))["silent"] == ["Transport Administration"]


@pytest.mark.parametrize("days", [0, 1, 29, 31, 366])
async def test_only_the_periods_that_differ_by_many_are_asked_for(numbers, world, days):
    with pytest.raises(PortalRefused):
        await numbers.all("en", days=days)
    assert world.calls == []


async def test_a_silent_provider_is_named(numbers, world):
    world.silent.add(SCHOOL)
    found = await numbers.all("en")
    assert (found["silent"], len(found["services"])) == (["Driving School"], 1)


@pytest.fixture
def available(verbs):
    """What the portal counts of two providers and two registers."""
    catalogue = verbs.cases.catalogue
    return Availability(
        shelf=catalogue.shelf,
        providers=catalogue.providers,
        registers=verbs.registers,
        words=verbs.words,
    )


async def of(available, organisation, register=""):
    rows = (await available.all("en"))["rows"]
    [found] = [
        row for row in rows if (row["organisation"], row["register"]) == (organisation, register)
    ]
    return found["asked"], found["answered"]


async def test_before_the_first_round_nothing_is_measured(available):
    rows = (await available.all("en"))["rows"]
    assert [(row["asked"], row["since"]) for row in rows] == [(0, None)] * 4


async def test_every_round_counts_who_answered_and_who_did_not(available, verbs, world):
    catalogue = verbs.cases.catalogue
    await catalogue.refresh()
    world.silent.add(SCHOOL)
    await catalogue.refresh()
    assert await of(available, "Driving School") == (2, 1)
    assert await of(available, "Transport Administration") == (2, 2)


async def test_who_talks_nonsense_did_not_answer(available, verbs, world):
    world.answers[POPULATION, "findUsage", "/v2/words"] = (200, b"[]")
    await verbs.words.refresh()
    assert await of(available, "Interior", POPULATION.subsystem) == (1, 0)
    assert await of(available, "Transport Administration", RIGHTS.subsystem) == (1, 1)


async def test_visitors_who_ask_do_not_change_how_available_somebody_was(available, verbs, world):
    world.silent.add(SCHOOL)
    for _ in range(5):
        await verbs.cases.catalogue.services("en")
    assert await of(available, "Driving School") == (0, 0)


async def test_days_of_more_than_a_month_ago_are_not_shown(available, verbs, clock):
    await verbs.words.refresh()
    assert await of(available, "Interior", "Population register") == (1, 1)
    clock.advance(days=30)
    assert await of(available, "Interior", "Population register") == (0, 0)


@pytest.fixture
def tries(verbs, world):
    """What if? at a provider that has one service."""
    world.answers[TRANSPORT, "measures", "/what-if"] = (200, TRIED)
    return Tries(exchange=world, client=PORTAL, catalogue=verbs.cases.catalogue)


TRIED = {
    "since": "2025-11-30", "until": "2026-11-30", "least": 10, "step": 5,
    "deadlines": [1, 3], "service": "driving-licence",
    "names": {}, "currency": "EUR", "deadline_days": 14, "fees": [], "fee": None,
    "deadline": None,
}  # fmt: skip


@pytest.fixture
def licence(world):
    """A provider that tells of one service."""
    definition = Path(riik.__file__).parent / "catalogue" / "services" / "driving-licence"
    files = {
        path.relative_to(definition).as_posix(): path.read_bytes()
        for path in definition.rglob("*")
        if path.is_file()
    }
    standard = (Path(riik.__file__).parent / "services" / "standard.bpmn").read_bytes()
    guide = guide_view(
        read_service(files, standard=standard),
        authority=ORGANISATIONS[str(TRANSPORT.member)],
        sources={},
        today=date(2026, 11, 23),
    )
    world.answers[TRANSPORT, "catalogue"] = (200, {"services": [guide]})


@pytest.mark.usefixtures("licence")
async def test_the_provider_of_the_service_is_asked_with_the_figure(tries, world):
    found = await tries.what_if("driving-licence", "et", deadline=3)
    [call] = world.asked("measures")
    assert (call.service.provider, call.query) == (TRANSPORT, "service=driving-licence&deadline=3")
    assert (found["deadline_days"], found["name"]) == (14, "Juhiloa vahetamine")


@pytest.mark.usefixtures("licence")
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"[" * 100_000])
async def test_nonsense_is_no_answer_to_a_try(tries, world, body):
    world.answers[TRANSPORT, "measures", "/what-if"] = (200, body)
    with pytest.raises(PortalRefused):
        await tries.what_if("driving-licence", "en", deadline=3)


@pytest.mark.usefixtures("licence")
async def test_a_silent_provider_is_no_zero(tries, world):
    await tries.services("en")
    world.silent.add(TRANSPORT)
    with pytest.raises(Unavailable):
        await tries.what_if("driving-licence", "en", deadline=3)


async def test_a_service_that_nobody_has_is_not_tried(tries, world):
    with pytest.raises(PortalRefused):
        await tries.what_if("building-permit", "en", deadline=3)
    assert world.asked("measures") == []
