"""One demonstration country whose bank's website is tried as its customers and others do."""

import pytest
from tests.journeys.house import running


@pytest.fixture(scope="session")
def anyio_backend():
    """One loop for the session: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="session")
async def country(anyio_backend, tmp_path_factory):
    """The demonstration country, small."""
    async with running(tmp_path_factory.mktemp("examples")) as country:
        yield country


@pytest.fixture
def bank(country):
    """The website's address."""
    return country.places["bank-site"].origin
