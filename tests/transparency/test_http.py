"""Log and witness over real HTTP: the protocols' own codes, headers and bodies."""

from dataclasses import replace

import pytest
from tests.transparency.house import in_thread, served

from riik.core import Unavailable
from riik.runtime.http_client import HttpClient
from riik.transparency import AddCheckpoint, LogUnavailable, WitnessRefused
from riik.transparency.client import WitnessClient
from riik.transparency.jobs import Sequencer

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
async def network():
    """A node's own HTTP client."""
    client = HttpClient()
    yield client
    await client.close()


def client(house, network, session):
    prefix = str(session._base_url).rstrip("/")
    return WitnessClient(key=house.near.key, prefix=prefix, http=network)


async def get(session, path):
    async with session.get(path) as answer:
        return answer.status, answer.headers, await answer.read()


async def test_tiles_and_head_are_served_as_the_specification_says(house):
    house.append(300)
    await house.sequencer.run()
    async with served(house) as session:
        status, headers, note = await get(session, "/checkpoint")
        assert (status, note) == (200, house.log.checkpoint())
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
        status, headers, tile = await get(session, "/tile/0/001.p/44")
        assert (status, len(tile)) == (200, 44 * 32)
        assert headers["Content-Type"] == "application/octet-stream"
        assert "immutable" in headers["Cache-Control"]


@pytest.mark.parametrize(
    "path", ["/tile/0/001", "/tile/0/002", "/tile/0/x", "/tile/entries/001.p/45", "/checkpoint"]
)
async def test_what_is_not_published_is_not_found(house, path):
    if path != "/checkpoint":
        house.append(300)
        await house.sequencer.run()
    async with served(house) as session:
        status, headers, _ = await get(session, path)
    assert (status, headers["Cache-Control"]) == (404, "no-store")


async def test_a_sequencer_publishes_over_the_network(house, network):
    async with served(house) as session:
        sequencer = Sequencer(
            log=house.log, witnesses=[client(house, network, session)], in_thread=in_thread
        )
        house.append(5)
        assert (await sequencer.run()).published
        house.append(5)
        await house.near.add_checkpoint(grown(house))
        assert (await sequencer.run()).published
        await sequencer.check_memory()


def grown(house):
    """The witness is told of the next head before the sequencer asks: a lost answer."""
    house.log.integrate()
    note = house.log.sign()
    return AddCheckpoint(5, tuple(house.log.growth(5, 10)), bytes(note))


async def test_refusals_have_the_codes_of_the_protocol(house):
    house.append(5)
    await house.sequencer.run()
    note = house.log.checkpoint()
    stranger = note.replace(b"log.example/population\n5", b"log.example/stranger\n5")
    forged = note.replace(b"\n5\n", b"\n6\n")
    bodies = {
        b"nonsense": 400,
        bytes(AddCheckpoint(9, (), note)): 400,
        bytes(AddCheckpoint(0, (), forged)): 403,
        bytes(AddCheckpoint(0, (), stranger)): 404,
        bytes(AddCheckpoint(0, (), note)): 409,
        bytes(AddCheckpoint(5, (bytes(32),), note)): 422,
        b"x" * 100_001: 413,
    }
    async with served(house) as session:
        for body, status in bodies.items():
            async with session.post("/add-checkpoint", data=body) as answer:
                assert answer.status == status, body[:40]


async def test_a_conflict_tells_the_known_size(house, network):
    house.append(5)
    await house.sequencer.run()
    request = AddCheckpoint(0, (), house.log.checkpoint())
    async with served(house) as session:
        async with session.post("/add-checkpoint", data=bytes(request)) as answer:
            assert answer.headers["Content-Type"] == "text/x.tlog.size"
            assert await answer.read() == b"5\n"
        with pytest.raises(WitnessRefused) as refused:
            await client(house, network, session).add_checkpoint(request)
    assert refused.value.facts == {"size": 5}


async def test_a_witness_that_is_not_there_is_away(house, network):
    away = WitnessClient(key=house.near.key, prefix="http://127.0.0.1:9", http=network)
    with pytest.raises(Unavailable):
        await away.add_checkpoint(AddCheckpoint(0, (), b""))
    sequencer = Sequencer(log=house.log, witnesses=[away], in_thread=in_thread)
    house.append(1)
    with pytest.raises(LogUnavailable, match="too few"):
        await sequencer.go()


async def test_a_witness_that_answers_nonsense_is_away(house, network):
    async with served(house) as session:
        near = client(house, network, session)
        lost = replace(near, prefix=f"{near.prefix}/tile")
        with pytest.raises((LogUnavailable, WitnessRefused)):
            await lost.add_checkpoint(AddCheckpoint(0, (), b""))
