"""Go's sumdb packages, which share no line with ours, believe our log and catch a changed one."""

import asyncio
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.transparency.house import Ed25519Signer, build, served

from riik.transparency import verifier_key

GOPATH = Path("/usr/share/gocode")
PACKAGE = GOPATH / "src" / "golang.org" / "x" / "mod" / "sumdb" / "tlog"

pytestmark = pytest.mark.skipif(
    not (shutil.which("go") and PACKAGE.is_dir()),
    reason="needs Debian's golang-go and golang-golang-x-mod-dev",
)


@pytest.fixture(scope="module")
def verifier(tmp_path_factory):
    """Our program of Go's packages, built without any network."""
    folder = tmp_path_factory.mktemp("go")
    environment = os.environ | {
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOCACHE": str(folder / "cache"),
        "CGO_ENABLED": "0",
    }
    source = Path(__file__).parent / "go" / "verify.go"
    command = ["go", "build", "-o", str(folder / "verify"), str(source)]
    subprocess.run(command, env=environment, check=True, timeout=100)
    return folder / "verify"


@pytest.fixture
def grown(tmp_path):
    """A log of 700 entries, and its tree head from when it had 300."""
    house = build(tmp_path)
    house.append(300)
    house.sequence()
    (tmp_path / "old").write_bytes(house.log.checkpoint())
    house.append(400, prefix="later")
    house.sequence()
    return house


def verify(house, program, *, key=None, old=None):
    """Serve the log and let the program look at it."""
    arguments = [str(key or house.log.key), *([str(old)] if old else [])]

    async def look():
        async with served(house) as session:
            prefix = str(session._base_url).rstrip("/")
            return await asyncio.to_thread(
                subprocess.run,
                [str(program), prefix, *arguments],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )

    return asyncio.run(look())


def test_every_entry_and_the_growth_are_believed(grown, verifier, tmp_path):
    done = verify(grown, verifier, old=tmp_path / "old")
    assert done.stdout == "consistent 300 -> 700\nincluded 700 of 700\n", done.stderr


@pytest.mark.parametrize(("level", "number"), [(-1, 2), (0, 1), (1, 0)])
def test_one_changed_byte_is_caught(grown, verifier, level, number):
    with grown.database.work() as work:
        content = grown.log.store.tile(level, number, work=work)
        changed = content[:40] + bytes([content[40] ^ 1]) + content[41:]
        grown.log.store.write_tiles({(level, number): changed}, work=work)
    done = verify(grown, verifier)
    assert done.returncode == 1
    assert "inclusion" in done.stderr


def test_another_history_is_caught(grown, verifier, tmp_path):
    (tmp_path / "other").mkdir()
    other = build(tmp_path / "other")
    other.append(300, prefix="other")
    other.sequence()
    (tmp_path / "forked").write_bytes(other.log.checkpoint())
    done = verify(grown, verifier, old=tmp_path / "forked")
    assert (done.returncode, "consistency" in done.stderr) == (1, True)


def test_another_key_is_caught(grown, verifier):
    key = verifier_key(Ed25519Signer("another"), name=grown.log.origin)
    done = verify(grown, verifier, key=key)
    assert (done.returncode, "signature" in done.stderr) == (1, True)
