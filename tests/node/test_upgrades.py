"""A database of an earlier release is brought up to date; one of a later release is left alone."""

import shutil

import pytest
from sqlalchemy import inspect, text

from riik.node.base import _migrations
from riik.runtime.errors import MigrationRefused
from riik.runtime.migrate import migrate

NEXT = '''"""What a coming release adds."""

from alembic import op
from sqlalchemy import Column, Text

revision, down_revision = "portal_{number:04d}", "portal_{before:04d}"


def upgrade():
    op.add_column("portal_case", Column("of_the_next_release", Text, server_default="new"))
'''
CASE = "INSERT INTO portal_case (id, subject, person, provider, service, opened_at, waiting) VALUES ('c', 's', x'00', 'p', 'v', 't', x'00')"  # fmt: skip


@pytest.fixture
def this_release():
    """The folders of revisions as they are."""
    return _migrations()


@pytest.fixture
def next_release(this_release, tmp_path):
    """The same with one more revision of the portal."""
    folder = tmp_path / "portal"
    shutil.copytree(this_release["portal"], folder)
    before = len(list(folder.glob("0*.py")))
    source = NEXT.format(number=before + 1, before=before)
    (folder / f"{before + 1:04d}_next.py").write_text(source)
    return {**this_release, "portal": folder}


def test_all_components_make_their_tables_in_one_database(database, this_release):
    migrate(database, this_release)
    with database.read() as work:
        for component in this_release:
            assert work.execute(text(f"SELECT version_num FROM {component}_alembic")).scalar()


def test_an_older_database_is_upgraded_and_keeps_what_it_holds(
    database, this_release, next_release
):
    migrate(database, this_release)
    with database.work() as work:
        work.execute(text(CASE))
    migrate(database, next_release)
    with database.read() as work:
        rows = work.execute(text("SELECT id, of_the_next_release FROM portal_case")).all()
    assert [tuple(row) for row in rows] == [("c", "new")]


SESSION = "INSERT INTO portal_guest (key, subject, sealed, ends_at) VALUES (x'00', 's', x'00', 't')"


def test_sessions_of_the_first_release_end_and_cases_stay(database, this_release, tmp_path):
    folder = tmp_path / "first"
    folder.mkdir()
    shutil.copy(this_release["portal"] / "0001_portal.py", folder)
    migrate(database, {"portal": folder})
    with database.work() as work:
        work.execute(text(CASE))
        work.execute(text(SESSION))
    migrate(database, this_release)
    with database.read() as work:
        assert work.execute(text("SELECT id FROM portal_case")).scalar() == "c"
        assert work.execute(text("SELECT count(*) FROM session_guest")).scalar() == 0
        tables = set(inspect(work.connection).get_table_names())
    assert "portal_guest" not in tables


def test_upgrading_twice_is_upgrading_once(database, this_release, next_release):
    migrate(database, this_release)
    migrate(database, next_release)
    migrate(database, next_release)


def test_a_newer_database_is_refused_and_left_as_it_is(database, this_release, next_release):
    migrate(database, next_release)
    with pytest.raises(MigrationRefused) as refused:
        migrate(database, this_release)
    assert refused.value.why == "newer"
    with database.read() as work:
        work.execute(text("SELECT of_the_next_release FROM portal_case"))


def test_a_gap_between_revisions_is_refused_before_anything_is_done(database, next_release):
    [first] = next_release["portal"].glob("0001*.py")
    first.unlink()
    with pytest.raises(MigrationRefused) as refused:
        migrate(database, next_release)
    assert refused.value.why == "line"
