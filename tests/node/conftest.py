"""One country that was founded and stopped, for all tests of nodes in this process."""

import pytest
from tests.journeys.house import running


@pytest.fixture(scope="session")
def anyio_backend():
    """One loop for the session: the founded country is made in it."""
    return "asyncio"


@pytest.fixture(scope="session")
async def founded(anyio_backend, tmp_path_factory):
    """The folders of its nodes; tests take copies, or leave one as they found it."""
    folder = tmp_path_factory.mktemp("founded") / "ee"
    async with running(folder):
        pass
    return folder
