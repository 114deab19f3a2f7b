"""A node with the population register and Mari in it; and nodes on each engine."""

import pytest
from tests.registers.house import House, Keeper, person

ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


@pytest.fixture
def house(tmp_path):
    built = House(tmp_path)
    built.fill(person(residence_days=300))
    yield built
    built.closed()


@pytest.fixture(params=ENGINES)
def either(request, tmp_path):
    """A node without records, on each engine."""
    urls = ()
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        urls = (server.new_database(), server.new_database())
    built = House(tmp_path, urls=urls)
    yield built
    built.closed()


@pytest.fixture
def keeper(either):
    """Keeps histories of a record in the store, each under a record of its own."""
    return Keeper(either)
