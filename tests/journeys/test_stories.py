"""Stories of the state's services, each in a small country of its own: who asks, how it ends."""

import time

import pytest
from tests.journeys.house import running

from riik.demo.storytelling import countries_of, needs_of, read_story, stories, tell_story

pytestmark = pytest.mark.anyio

OFTEN = "address"
"""The one that every run of the tests tells; the others are told when all is."""

SMALL = [name for name in stories() if needs_of(name)]


async def lived(name, folder):
    """Every variant of a story in one country, in their order; answers the country's registers."""
    profile = countries_of(name)[0]
    ended = {}
    async with running(folder, profile, members=needs_of(name), residents=30) as country:
        for variant in stories()[name]:
            service, story = read_story(name, variant)
            told = await tell_story(
                country, service, story, clock=time.monotonic, tell=lambda step: None
            )
            found = [ground["code"] for ground in told.result.status.get("grounds", ())]
            ended[variant] = (told.as_expected, told.result.outcome, found)
        return ended, {who.id: _history(country, who.code) for who in country.holders}


def _history(country, code):
    """What the population register wrote of somebody, oldest first."""
    [chain] = country.nodes["interior"].parts.registers.history("population", code)
    return [signed.change for signed in chain]


async def test_who_moves_is_registered_with_the_children_and_only_where_an_owner_agrees(
    tmp_path,
):
    ended, people = await lived(OFTEN, tmp_path)
    assert {name: one for name, one in ended.items() if not one[0]} == {}
    homes = {name: [one.values.get("residence") for one in people[name]] for name in people}
    assert homes["mari"][1] == homes["joosep"][1]
    assert homes["mari"][1]["text"].startswith("Pärna tn 7")
    assert homes["liis"][1]["text"].startswith("Tamme tn 1-9")
    assert [len(homes[name]) for name in ("liis", "peeter", "helmi")] == [2, 1, 1]


@pytest.mark.full
@pytest.mark.parametrize("name", [name for name in SMALL if name != OFTEN])
async def test_a_story_ends_as_its_data_say(name, tmp_path):
    ended, _ = await lived(name, tmp_path)
    assert {variant: one for variant, one in ended.items() if not one[0]} == {}


def test_each_state_service_is_granted_once_and_refused_twice_at_least():
    for name in SMALL:
        expected = [read_story(name, variant)[1].expect for variant in stories()[name]]
        assert expected.count("granted") >= 1
        assert len(expected) - expected.count("granted") >= 2
