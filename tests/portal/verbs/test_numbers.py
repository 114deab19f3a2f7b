"""How services do, by all providers, whoever is silent."""

import pytest
from tests.portal.verbs.house import ORGANISATIONS, PORTAL, SCHOOL, TRANSPORT

from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.numbers import Numbers

pytestmark = pytest.mark.anyio

ROW = {
    "service": "driving-licence", "names": {"et": "Luba", "en": "Licence"}, "opened": 30,
    "decided": 20, "with_person": None, "with_official": 0,
    "outcomes": {"granted": 20, "refused": 0, "withdrawn": 0}, "channels": {"web": 30},
    "automatic": 1.0, "online": 1.0, "median_seconds": 90, "p95_seconds": 900,
    "longest_wait_seconds": None,
}  # fmt: skip
TOLD = {"since": "2026-10-24", "until": "2026-11-23", "least": 10, "services": [ROW]}


@pytest.fixture
def numbers(world):
    """A portal that knows two providers."""
    world.answers[TRANSPORT, "measures"] = (200, TOLD)
    world.answers[SCHOOL, "measures"] = (200, TOLD | {"services": []})
    providers = [
        Provider(client=one, names=ORGANISATIONS[str(one.member)]) for one in (TRANSPORT, SCHOOL)
    ]
    return Numbers(exchange=world, client=PORTAL, providers=providers)


async def test_each_row_says_who_answers_for_it(numbers, world):
    found = await numbers.all("et", days=7)
    [row] = found["services"]
    assert (row["name"], row["organisation"], row["least"]) == ("Luba", "Transpordiamet", 10)
    assert (found["silent"], world.calls[0].query) == ([], "days=7")


@pytest.mark.parametrize("body", [b"", b"[]", b'{"services": []}', b"[" * 100_000])
async def test_who_talks_nonsense_counts_as_silent(numbers, world, body):
    world.answers[TRANSPORT, "measures"] = (200, body)
    assert (await numbers.all("en"))["silent"] == ["Transport Administration"]


async def test_a_silent_provider_is_named(numbers, world):
    world.silent.add(SCHOOL)
    found = await numbers.all("en")
    assert (found["silent"], len(found["services"])) == (["Driving School"], 1)
