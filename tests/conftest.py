"""The ports for every test: a standing clock, seeded entropy, no threads, a small database."""

import resource

import pytest
from hypothesis import settings

from riik.runtime.database import open_database
from riik.testing.mariadb import mariadb_program, mariadb_server
from riik.testing.ports import ImmediateThread, SeededEntropy, StandingClock
from riik.testing.postgresql import postgresql_binaries, postgresql_server

# No test judges a time: a busy machine would fail what is right. The short suite tries the same
# examples each time, so that it says something of the change; the long one searches on.
settings.register_profile("riik", deadline=None, derandomize=True)
settings.register_profile("search", deadline=None, max_examples=1000)
settings.load_profile("riik")

# Several countries of a dozen nodes live in one process here; many a system begins with 1,024.
_soft, _hard = resource.getrlimit(resource.RLIMIT_NOFILE)
_wanted = 8_192 if _hard == resource.RLIM_INFINITY else min(8_192, _hard)
resource.setrlimit(resource.RLIMIT_NOFILE, (max(_soft, _wanted), _hard))


@pytest.fixture
def clock():
    """A clock that stands at noon of 23 November 2026, UTC, until the test moves it."""
    return StandingClock()


@pytest.fixture
def entropy():
    """Bytes from a seed: the same in every run."""
    return SeededEntropy()


@pytest.fixture
def in_thread():
    """Runs in the caller's own thread, at once."""
    return ImmediateThread()


@pytest.fixture
def database(tmp_path):
    """A new SQLite database without tables; `riik.runtime.migrate.migrate` makes them."""
    database = open_database(f"sqlite:///{tmp_path}/node.db", name="test")
    yield database
    database.close()


@pytest.fixture(scope="session")
def mariadb():
    """A MariaDB server of this test run; `new_database()` answers an address."""
    if mariadb_program() is None:
        pytest.skip("no MariaDB server program (Debian: mariadb-server) or driver on this machine")
    with mariadb_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql():
    """A PostgreSQL server of this test run; `new_database()` answers an address."""
    if postgresql_binaries() is None:
        pytest.skip("no PostgreSQL server program (Debian: postgresql) on this machine")
    with postgresql_server() as server:
        yield server
