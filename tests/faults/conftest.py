"""One demonstration country for all faults of a test process; what a test closes, it opens again."""

import pytest
from tests.journeys.house import running

from riik.services.terms.beginnings import Beginnings


@pytest.fixture(scope="session")
def anyio_backend():
    """One loop for the session: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="session")
async def country(anyio_backend, tmp_path_factory):
    """The demonstration country, small."""
    async with running(tmp_path_factory.mktemp("faults")) as country:
        for node in country.nodes.values():
            if node.parts.services is not None:
                # All faults of a run befall the same few people: their beginnings are not counted.
                many = Beginnings(unfinished=10_000, a_day=10_000)
                object.__setattr__(node.parts.services, "beginnings", many)
        yield country
