"""A node with the population register and Mari in it."""

import pytest
from tests.registers.house import House, Keeper, person


@pytest.fixture
def house(tmp_path):
    built = House(tmp_path)
    built.fill(person(residence_days=300))
    return built


@pytest.fixture
def keeper(tmp_path):
    """Keeps histories of a record in the store, each under a record of its own."""
    return Keeper(House(tmp_path))
