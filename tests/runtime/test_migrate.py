"""Tables come up to the release: one folder at a time, whole or not at all, on both engines."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text
from sqlalchemy.exc import ProgrammingError, SQLAlchemyError

import riik
from riik.core import Refused
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate

FIRST = '''"""First."""
from alembic import op
from sqlalchemy import Column, Integer
revision, down_revision = "shop_0001", None
def upgrade():
    op.create_table("shop_ware", Column("id", Integer, primary_key=True))
'''
SECOND = '''"""Second."""
from alembic import op
from sqlalchemy import Column, Text
revision, down_revision = "shop_0002", "shop_0001"
def upgrade():
    op.add_column("shop_ware", Column("name", Text))
'''
BROKEN = SECOND + '    op.execute("INSERT INTO nowhere VALUES (1)")\n'


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "migrations"
    made.mkdir()
    (made / "0001_ware.py").write_text(FIRST)
    return made


def version(database, component="shop"):
    with database.read() as work:
        return work.execute(text(f"SELECT version_num FROM {component}_alembic")).scalar()


def test_a_new_database_gets_all_revisions(engine, folder):
    (folder / "0002_name.py").write_text(SECOND)
    migrate(engine, {"shop": folder})
    with engine.work() as work:
        work.execute(text("INSERT INTO shop_ware (id, name) VALUES (1, 'soap')"))
    assert version(engine) == "shop_0002"


def test_an_older_database_gets_what_is_new(engine, folder):
    migrate(engine, {"shop": folder})
    with engine.work() as work:
        work.execute(text("INSERT INTO shop_ware (id) VALUES (1)"))
    (folder / "0002_name.py").write_text(SECOND)
    migrate(engine, {"shop": folder})
    with engine.read() as work:
        assert work.execute(text("SELECT id, name FROM shop_ware")).all() == [(1, None)]


def test_a_failing_revision_leaves_the_tables_as_they_were(engine, folder):
    migrate(engine, {"shop": folder})
    (folder / "0002_name.py").write_text(BROKEN)
    with pytest.raises(SQLAlchemyError):
        migrate(engine, {"shop": folder})
    assert version(engine) == "shop_0001"
    with pytest.raises((ProgrammingError, SQLAlchemyError)), engine.read() as work:
        work.execute(text("SELECT name FROM shop_ware"))


def test_a_database_of_a_later_release_is_refused(engine, folder):
    (folder / "0002_name.py").write_text(SECOND)
    migrate(engine, {"shop": folder})
    (folder / "0002_name.py").unlink()
    with pytest.raises(Refused) as refused:
        migrate(engine, {"shop": folder})
    assert refused.value.why == "newer"
    assert version(engine) == "shop_0002"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("0003_gap.py", SECOND),
        ("0001_twice.py", SECOND),
        ("0002_fork.py", SECOND.replace('"shop_0001"', "None")),
        ("0002_misnamed.py", SECOND.replace("shop_0002", "shop_0007")),
    ],
)
def test_revisions_that_form_no_line_are_refused(engine, folder, name, content):
    (folder / name).write_text(content)
    with pytest.raises(Refused) as refused:
        migrate(engine, {"shop": folder})
    assert refused.value.why == "line"


def test_components_move_on_independently(engine, folder, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "0001_ware.py").write_text(FIRST.replace("shop", "school"))
    migrate(engine, {"shop": folder})
    (folder / "0002_name.py").write_text(SECOND)
    migrate(engine, {"shop": folder, "school": other})
    assert (version(engine), version(engine, "school")) == ("shop_0002", "school_0001")


def test_ten_nodes_at_their_newest_revisions_start_at_once(tmp_path):
    """The riik of today: every component's folder, ten nodes; each asks once a component."""
    folders = {}
    for first in Path(riik.__file__).parent.rglob("migrations/0001_*.py"):
        component = re.search(r'"(\w+)_0001"', first.read_text(encoding="utf-8"))[1]
        folders[component] = first.parent
    nodes = [open_database(f"sqlite:///{tmp_path}/{n}.db", name=str(n)) for n in range(10)]
    for node in nodes:
        migrate(node, folders)
    asked = []

    def hear(*sent):
        asked.append(sent[2])

    event.listen(Engine, "before_cursor_execute", hear)
    for node in nodes:
        migrate(node, folders)
    event.remove(Engine, "before_cursor_execute", hear)
    assert 0 < len(asked) <= 10 * (len(folders) + 2)
    assert {one.split()[0] for one in asked} <= {"SELECT", "PRAGMA"}
    for node in nodes:
        node.close()
