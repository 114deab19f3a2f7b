"""A portal's verbs with other members that are simulated."""

from pathlib import Path

import pytest
from tests.portal.verbs.house import (
    INBOX,
    JAAN,
    MARI,
    POPULATION,
    RIGHTS,
    SCHOOL,
    TRANSPORT,
    WORDS,
    States,
    Verbs,
    World,
    visitor_of,
)
from tests.tables import lay_tables

import riik.portal.citizen
from riik.runtime.database import open_database
from riik.runtime.vault import __file__ as vault_file


@pytest.fixture
def world():
    """The other members."""
    world = World()
    world.answers[POPULATION, "findUsage", "/v2/words"] = (200, WORDS)
    world.answers[RIGHTS, "findUsage", "/v2/words"] = (200, {})
    world.answers[TRANSPORT, "cases"] = world.answers[SCHOOL, "cases"] = (200, [])
    world.answers[TRANSPORT, "catalogue"] = world.answers[SCHOOL, "catalogue"] = (
        200,
        {"services": []},
    )
    world.answers[INBOX, "notices"] = (200, [])
    return world


@pytest.fixture
def states():
    """The national login."""
    return States()


@pytest.fixture
def mari():
    """Mari, signed in."""
    return visitor_of(MARI)


@pytest.fixture
def jaan():
    """Jaan, signed in."""
    return visitor_of(JAAN)


@pytest.fixture
def verbs(database, tmp_path, clock, entropy, in_thread, world, states):
    """A portal's verbs."""
    folder = Path(riik.portal.citizen.__file__).parent / "migrations"
    lay_tables(database, {"portal": folder})
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    yield Verbs(database, keys, clock, entropy, in_thread, world, states)
    keys.close()
