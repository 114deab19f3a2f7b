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


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request):
    """The address of an empty database, on each engine in turn; nothing for SQLite's file."""
    if request.param == "sqlite":
        return ""
    return request.getfixturevalue("postgresql").emptied()


@pytest.fixture
def centre(tmp_path, url):
    """A trust centre's engines: a database, encrypted keys, a vault, a standing clock."""
    made = Centre(tmp_path, url)
    yield made
    made.close()


@pytest.fixture
def trust(centre):
    """The trust centre."""
    return centre.trust()
