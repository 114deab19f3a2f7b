"""What keeps a country's state whole before anything of it is opened."""

import shutil
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.journeys.house import running

from riik.cli import main
from riik.demo.keeping import StateLost, begin, forget, is_founding
from riik.demo.running import DemonstrationRefused, open_demonstration, start_process
from riik.demo.seeding import HoldersLost
from riik.runtime.files import Disk

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def anyio_backend():
    """One loop for the module: the founded country is made in it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def founded(anyio_backend, tmp_path_factory):
    """The state of a small country that was founded and stopped; tests take copies."""
    folder = tmp_path_factory.mktemp("founded") / "ee"
    async with running(folder):
        pass
    return folder


@pytest.fixture
def state(founded, tmp_path):
    """A copy of it; answers the country's own folder."""
    return Path(shutil.copytree(founded, tmp_path / "ee"))


def contents(folder):
    """Every file of a folder with what is in it."""
    return {path: path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


async def test_two_commands_never_run_one_country(tmp_path):
    held = Disk().hold(tmp_path / ".ee.lock")
    with pytest.raises(DemonstrationRefused) as refused:
        await open_demonstration("ee", tmp_path / "ee", tell=print)
    assert refused.value.why == "busy"
    assert not (tmp_path / "ee").exists()
    Disk().release(held)


def test_a_lock_that_was_given_back_is_free(tmp_path):
    disk, path = Disk(), tmp_path / "lock"
    first = disk.hold(path)
    assert disk.hold(path) is None
    disk.release(first)
    again = disk.hold(path)
    assert again is not None
    disk.release(again)


async def test_a_country_that_was_founded_is_not_being_founded(founded):
    assert not is_founding(founded)


async def test_an_interrupted_founding_begins_anew(state):
    (state / "founding").write_bytes(b"")
    (state / "bank" / "vault.db").unlink()
    (state / "left-behind").write_bytes(b"")
    async with running(state) as country:
        assert country.holder("mari").name
    assert not is_founding(state)
    assert not (state / "left-behind").exists()


async def test_without_the_list_of_holders_nothing_is_opened_and_nothing_deleted(state):
    (state / "holders.json").unlink()
    before = contents(state)
    with pytest.raises(HoldersLost) as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "lost"
    assert contents(state) == before


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b'[{"id": "mari"}]'])
async def test_a_damaged_list_of_holders_is_a_lost_one(state, content):
    (state / "holders.json").write_bytes(content)
    with pytest.raises(HoldersLost):
        await open_demonstration("ee", state, tell=print)


@pytest.mark.parametrize("content", [None, b"", b"long ago", b"\xff"])
async def test_a_state_that_lost_when_it_began_is_not_founded_a_second_time(state, content):
    (state / "began").unlink()
    if content is not None:
        (state / "began").write_bytes(content)
    before = contents(state)
    with pytest.raises(StateLost) as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "began"
    assert contents(state) == before


@pytest.mark.parametrize(
    "lost",
    ["bank/state.db", "transport/vault.db", "authority/passphrase", "trust/keys/master.json"],
)
async def test_what_no_start_can_make_again_is_missed(state, lost):
    (state / lost).unlink()
    before = contents(state)
    with pytest.raises(StateLost, match=lost) as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "node"
    assert contents(state) == before


@pytest.mark.parametrize("damaged", ["bank/state.db", "transport/vault.db"])
async def test_a_file_that_is_no_database_any_more_is_missed(state, damaged):
    (state / damaged).write_bytes(b"garbage" * 1_000)
    before = contents(state)
    with pytest.raises(StateLost, match=damaged) as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "node"
    assert contents(state) == before


@pytest.mark.parametrize("file", ["bank/passphrase", "bank/keys/master.json"])
async def test_keys_that_do_not_open_are_lost_and_the_folder_is_named(state, file):
    (state / file).write_bytes(b"something else")
    with pytest.raises(StateLost, match="bank/keys") as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "node"


@pytest.mark.parametrize("content", [None, b"", b"{}"])
async def test_a_card_that_is_gone_or_damaged_is_missed(state, content):
    [card, *_] = sorted((state / "cards").iterdir())
    if content is None:
        shutil.rmtree(card.parent)
    else:
        card.write_bytes(content)
    before = contents(state)
    with pytest.raises(HoldersLost, match="cards/") as refused:
        await open_demonstration("ee", state, tell=print)
    assert refused.value.why == "lost"
    assert contents(state) == before


@pytest.mark.parametrize("option", ["state", "out"])
def test_a_folder_that_takes_no_files_is_refused_before_anything_is_founded(tmp_path, option):
    (tmp_path / "file").write_bytes(b"")
    places = {"state": tmp_path / "state", "out": tmp_path / "out"}
    places[option] = tmp_path / "file" / "inside"
    words = ["demo", "--once", "--state", str(places["state"]), "--out", str(places["out"])]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith(f"riik: {places[option]} could not be made: Not a directory")
    assert f"Remedy: name a folder that you may write to and that has room: --{option}" in line
    assert not list(tmp_path.rglob("began"))


async def test_a_node_s_folder_that_is_gone_is_missed(state):
    shutil.rmtree(state / "interior")
    with pytest.raises(StateLost, match="interior"):
        await open_demonstration("ee", state, tell=print)
    assert not (state / "interior").exists()


async def test_fresh_begins_anew_whatever_was_lost(state):
    shutil.rmtree(state / "interior")
    async with running(state, fresh=True) as country:
        assert country.holder("mari").name


def test_fresh_deletes_no_folder_that_is_not_a_country_s(tmp_path):
    (tmp_path / "letters").write_bytes(b"dear")
    with pytest.raises(StateLost):
        forget(tmp_path)
    assert (tmp_path / "letters").read_bytes() == b"dear"


def test_a_country_that_was_half_deleted_begins_anew(tmp_path):
    begin(tmp_path)
    (tmp_path / "founding").unlink()
    forget(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["founding"]


@pytest.mark.parametrize(
    ("lost", "remedy"),
    [
        ("holders.json", "put the file back, or begin anew with --fresh"),
        ("bank/vault.db", "put the node's folder back from a copy, or begin anew with --fresh"),
        ("began", "put the file back, or name another folder: --state FOLDER"),
        ("cards/EE48010159911.json", "put the file back, or begin anew with --fresh"),
    ],
)
def test_the_command_tells_in_one_line_what_to_do(state, lost, remedy):
    (state / lost).unlink()
    words = ["demo", "--once", "--state", str(state.parent), "--out", str(state.parent / "out")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 1
    [line] = [line for line in done.stderr.splitlines() if line.startswith("riik: ")]
    assert f"Remedy: {remedy}" in line
    assert done.stdout == ""


async def test_what_a_killed_command_started_stops_and_keeps_the_lock_until_then(tmp_path):
    """kill -9 of `riik demo --processes`: no node serves on, nor twice on one state."""
    disk, path = Disk(), tmp_path / "lock"
    lock = disk.hold(path)
    program = "import sys; print('here', flush=True); sys.stdin.read(); print('over', flush=True)"
    child = await start_process([sys.executable, "-c", program], lock=lock)
    assert await child.stdout.readline() == b"here\n"
    # What the kernel does with the files of whoever is killed.
    disk.release(lock)
    assert disk.hold(path) is None
    child.stdin.close()
    assert await child.stdout.readline() == b"over\n"
    assert await child.wait() == 0
    again = disk.hold(path)
    assert again is not None
    disk.release(again)
