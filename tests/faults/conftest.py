"""One demonstration country for all faults of a test process; what a test closes, it opens again."""

import pytest
from tests.journeys.house import running

ENOUGH = 10_000
"""All faults of a run befall the same few people: their beginnings are not counted."""


@pytest.fixture(scope="session")
def anyio_backend():
    """One loop for the session: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="session")
async def country(anyio_backend, tmp_path_factory):
    """The demonstration country, small."""
    async with running(tmp_path_factory.mktemp("faults"), beginnings=ENOUGH) as country:
        yield country
