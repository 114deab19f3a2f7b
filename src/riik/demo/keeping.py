"""What a country keeps on disk: is it being founded, is it whole, or was something of it lost?

Only a country that says itself that it is being founded is ever begun anew; a state from which
something was lost is refused before anything of it is opened, and nothing is deleted.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from riik.core import Refused, TimeRefused, from_text, to_text
from riik.runtime.clock import SystemClock
from riik.runtime.errors import DiskUnavailable
from riik.runtime.files import Disk

__all__ = [
    "FolderRefused",
    "StateLost",
    "begin",
    "check_room",
    "check_whole",
    "finish_founding",
    "forget",
    "is_founding",
]

FOUNDING = "founding"
BEGAN = "began"
MARK = b"Nobody lives here yet: the next start begins anew.\n"
KEPT = ("passphrase", "keys/master.json", "state.db", "vault.db")
"""What of a node's folder no start can make again."""
DATABASE = b"SQLite format 3\x00"
"""How a database begins (SQLite file format, §1.2)."""
PROBE_BYTES = 65_536


class StateLost(Refused):
    """The country's state lacks something that no start can make again."""

    code = "demo.state-lost"


class FolderRefused(Refused):
    """Nothing can be written into a folder that the command was given."""

    code = "demo.folder-refused"


def check_room(folder: Path, *, of: str) -> None:
    """Make a folder, and check that it takes files, before anything else is done.

    Args:
        folder: As the command was given it.
        of: ``state`` or ``out``: which of the two it is.

    Raises:
        FolderRefused: For ``of``.
    """
    probe = folder / ".room"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        Disk().write(probe, bytes(PROBE_BYTES))
        Disk().delete(probe)
    except OSError as error:
        raise FolderRefused(f"{folder} could not be made: {error.strerror}", why=of) from error
    except DiskUnavailable as error:
        raise FolderRefused(f"nothing can be written into {folder}: {error}", why=of) from error


def begin(folder: Path) -> str:
    """When the country was founded, RFC 3339; written, with the marker, at the first start.

    Raises:
        StateLost: For ``began``, when something is there but not when it was founded.
    """
    disk, path = Disk(), Disk().folder(folder) / BEGAN
    kept = disk.read(path)
    if kept is not None:
        return _time(path, kept)
    if set(folder.iterdir()) - {folder / FOUNDING}:
        raise StateLost(f"{folder} holds something, but not {BEGAN}", why="began")
    began = to_text(SystemClock().now())
    disk.write(folder / FOUNDING, MARK)
    disk.write(path, began.encode())
    return began


def is_founding(folder: Path) -> bool:
    """Does the country say that its founding has not ended?"""
    return (folder / FOUNDING).exists()


def finish_founding(folder: Path) -> None:
    """From now on people live there."""
    Disk().delete(folder / FOUNDING)


def forget(folder: Path) -> None:
    """Delete what a country keeps; one that is half deleted still says that it is to begin anew.

    Raises:
        StateLost: For ``began``, when what is there doesn't say that it is a country's.
    """
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not is_founding(folder) and not (folder / BEGAN).exists():
        raise StateLost(f"{folder} holds something, but not {BEGAN}", why="began")
    Disk().write(folder / FOUNDING, MARK)
    for path in set(folder.iterdir()) - {folder / FOUNDING}:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)


def check_whole(folder: Path, roles: Iterable[str]) -> None:
    """Check that every node of a founded country has what no start can make again.

    Raises:
        StateLost: For ``node``, with the first file that is missing, empty or something else.
    """
    for path in (folder / role / name for role in roles for name in KEPT):
        if not path.is_file() or not path.stat().st_size:
            raise StateLost(f"{path} is missing or empty", why="node")
        with path.open("rb") as file:
            if path.suffix == ".db" and file.read(len(DATABASE)) != DATABASE:
                raise StateLost(f"{path} is no database any more", why="node")


def _time(path: Path, kept: bytes) -> str:
    try:
        from_text(kept.decode())
    except (TimeRefused, UnicodeDecodeError) as error:
        raise StateLost(f"{path} holds no time", why="began") from error
    return kept.decode()
