"""Nodes that begin together get the same empty tables; what is there is left alone."""

import sqlite3

from riik.node.base import _lay, _migrations
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate


def schema(path):
    with sqlite3.connect(path) as connection:
        return connection.execute("SELECT sql FROM sqlite_master ORDER BY name").fetchall()


def test_nodes_that_begin_together_have_what_each_would_have_made(tmp_path):
    files = [tmp_path / name / "state.db" for name in ("trust", "bank", "portal")]
    for file in files:
        file.parent.mkdir()
    _lay([f"sqlite:///{file}" for file in files], _migrations())
    alone = open_database(f"sqlite:///{tmp_path / 'alone.db'}", name="alone")
    migrate(alone, _migrations())
    alone.close()
    assert [schema(file) for file in files] == [schema(tmp_path / "alone.db")] * 3
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_database_that_is_there_keeps_what_is_in_it(tmp_path):
    kept, new = tmp_path / "kept.db", tmp_path / "new.db"
    with sqlite3.connect(kept) as connection:
        connection.execute("CREATE TABLE kept (id INTEGER)")
    before = kept.read_bytes()
    _lay([f"sqlite:///{kept}", f"sqlite:///{new}", "postgresql://server/state"], _migrations())
    assert kept.read_bytes() == before
    assert ("CREATE TABLE kept (id INTEGER)",) not in schema(new)
