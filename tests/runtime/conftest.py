"""What the engines' tests share: a database on each engine, and small logs and metrics."""

import io

import pytest

from riik.runtime.database import open_database
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request, tmp_path):
    """The address of an empty database, on each engine in turn."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/engine.db"
    return request.getfixturevalue("postgresql").emptied()


@pytest.fixture
def engine(url):
    """An empty database, on each engine in turn."""
    database = open_database(url, name="engine")
    yield database
    database.close()


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def lines():
    """What a log has written."""
    return io.StringIO()


@pytest.fixture
def log(lines, clock):
    return JsonLog(lines, clock=clock, node="test")
