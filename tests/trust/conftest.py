"""One PKI in a box for all, and a trust centre of its own for a test that changes it."""

import pytest
from tests.trust.house import Centre

from riik.testing.pki import make_pki


@pytest.fixture(scope="session")
def anyio_backend():
    return "asyncio"


@pytest.fixture
def pki():
    """A country's trust services at a standing time."""
    return make_pki()


@pytest.fixture
def centre(tmp_path):
    """A trust centre's engines: SQLite files, encrypted keys, a vault, a standing clock."""
    made = Centre(tmp_path)
    yield made
    made.close()


@pytest.fixture
def trust(centre):
    """The trust centre."""
    return centre.trust()
