"""A node whose state is not whole is refused at its start, and what is left stays as it is."""

import shutil
import sqlite3
from contextlib import closing

import pytest
from click.testing import CliRunner

from riik.cli import main
from riik.node import ConfigRefused, build, read_config
from riik.runtime.errors import DatabaseUnavailable, KeyRefused, VaultRefused
from riik.runtime.files import Disk

pytestmark = pytest.mark.anyio


@pytest.fixture
def interior(founded, tmp_path):
    """The folder of a node that knows people."""
    return shutil.copytree(founded / "interior", tmp_path / "interior")


async def opened(folder):
    """Put the node together and take it apart again; answers whether its vault is a new one."""
    node = build(read_config(folder / "node.toml"))
    try:
        return node.base.vault.is_new()
    finally:
        await node.stop()


def change(path, *statements):
    """Change a database behind the node's back."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def without_rows(path):
    """Empty the vault's table, as a wrong statement of an operator would."""
    change(path, "DELETE FROM vault_subject")


def truncated(path):
    """No byte is left."""
    path.write_bytes(b"")


def gone(path):
    """No file is left."""
    path.unlink()


def nonsense(path):
    """Something else is there."""
    path.write_bytes(b"no database " * 1_000)


async def test_a_whole_node_opens_as_often_as_it_likes(interior):
    assert [await opened(interior) for _ in range(3)] == [False] * 3


@pytest.mark.parametrize("lose", [gone, truncated, without_rows], ids=lambda lose: lose.__name__)
async def test_a_vault_that_lost_its_keys_is_refused_at_every_start(interior, lose):
    lose(interior / "vault.db")
    before = (interior / "state.db").read_bytes()
    for _ in range(2):
        with pytest.raises(VaultRefused) as refused:
            await opened(interior)
        assert refused.value.why == "empty"
    assert (interior / "state.db").read_bytes() == before


async def test_another_node_s_vault_is_refused(founded, interior):
    shutil.copy(founded / "transport" / "vault.db", interior / "vault.db")
    with pytest.raises(VaultRefused) as refused:
        await opened(interior)
    assert refused.value.why == "other"


async def test_a_vault_whose_own_key_was_lost_is_refused(interior):
    [key] = (interior / "keys").glob("*vault*")
    key.unlink()
    with pytest.raises(VaultRefused) as refused:
        await opened(interior)
    assert refused.value.why == "other"


@pytest.mark.parametrize("lose", [gone, truncated], ids=lambda lose: lose.__name__)
async def test_a_database_that_was_lost_is_not_begun_anew_beside_the_old_vault(interior, lose):
    lose(interior / "state.db")
    with pytest.raises(VaultRefused) as refused:
        await opened(interior)
    assert refused.value.why == "database"


async def test_what_was_put_back_opens_again(interior, founded):
    gone(interior / "vault.db")
    with pytest.raises(VaultRefused):
        await opened(interior)
    for path in interior.glob("vault.db*"):
        path.unlink()
    shutil.copy(founded / "interior" / "vault.db", interior / "vault.db")
    assert await opened(interior) is False


async def test_a_node_of_an_earlier_release_takes_its_vault_and_knows_it_from_then_on(
    interior, founded
):
    for name, component, table in (
        ("state.db", "runtime", "runtime_vault"),
        ("vault.db", "vault", "vault_id"),
    ):
        change(
            interior / name,
            f"DROP TABLE {table}",
            f"UPDATE {component}_alembic SET version_num = '{component}_0001'",
        )
    assert await opened(interior) is False
    shutil.copy(founded / "transport" / "vault.db", interior / "vault.db")
    with pytest.raises(VaultRefused) as refused:
        await opened(interior)
    assert refused.value.why == "other"


@pytest.mark.parametrize(
    ("name", "called"), [("state.db", "interior"), ("vault.db", "interior-vault")]
)
async def test_a_damaged_database_is_named(interior, name, called):
    nonsense(interior / name)
    with pytest.raises(DatabaseUnavailable, match=f"the database {called} ") as refused:
        await opened(interior)
    assert refused.value.why == "damaged"


@pytest.mark.parametrize("name", ["anchor.xml", "certificates/exchange-tls.der"])
async def test_a_file_that_others_brought_is_missed_by_its_name(interior, name):
    (interior / name).unlink()
    with pytest.raises(ConfigRefused, match=name) as refused:
        await opened(interior)
    assert refused.value.why == "missing"


async def test_a_key_folder_with_another_passphrase_is_refused(interior):
    Disk().write(interior / "passphrase", b"another one")
    with pytest.raises(KeyRefused) as refused:
        await opened(interior)
    assert refused.value.why == "passphrase"


TOLD = [
    ("vault.db", gone, "put vault.db back from a backup of this node"),
    ("state.db", gone, "put state.db back from a backup of this node"),
    ("vault.db", nonsense, "put the file back from its backup: it is no database any more"),
    ("keys/master.json", nonsense, "put keys back from the node's backup"),
    ("anchor.xml", gone, "put the node's folder back from its backup"),
]


@pytest.mark.parametrize(("name", "lose", "remedy"), TOLD, ids=lambda part: str(part)[:20])
def test_the_command_tells_in_one_line_what_to_do(interior, name, lose, remedy):
    lose(interior / name)
    words = ["node", "serve", str(interior / "node.toml"), "--demonstration"]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    [line] = done.stderr.splitlines()
    assert f"Remedy: {remedy}" in line
