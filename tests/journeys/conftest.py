"""One demonstration country for all stories of a test process; a loop that lives as long as it."""

import pytest
from tests.journeys.house import running


@pytest.fixture(scope="session")
def anyio_backend():
    """One loop for the session: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="session")
async def country(anyio_backend, tmp_path_factory):
    """The demonstration country, small; nobody breaks it."""
    async with running(tmp_path_factory.mktemp("country")) as country:
        yield country
