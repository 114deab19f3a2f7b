"""Houses for tests: a node with its log, and an independent witness."""

import pytest
from tests.transparency.house import build


@pytest.fixture
def house(tmp_path):
    return build(tmp_path)


@pytest.fixture
def houses(tmp_path_factory):
    """Houses as many as wanted, each in a folder of its own."""
    return lambda: build(tmp_path_factory.mktemp("node"))
