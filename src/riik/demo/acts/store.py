"""The clinic's database as its administrator has it, and what is kept to put an entry back."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from riik.node import read_config
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.files import Disk
from riik.testing.forging import Kept, mend_log, rewrite_log

__all__ = ["KEEPER", "forget", "mend", "rewrite", "rewritten"]

KEEPER = "clinic"
FILE = "rewritten.json"


def rewritten(folder: Path) -> Kept | None:
    """What was rewritten and not put back, if anything."""
    content = Disk().read(folder / FILE)
    return None if content is None else msgspec.json.decode(content, type=Kept)


def rewrite(folder: Path, position: int) -> Kept:
    """Rewrite an entry of the clinic's log; what was there is on disk before anything changes."""
    with _database(folder) as database:
        return rewrite_log(
            database,
            position,
            keep=lambda kept: Disk().write(folder / FILE, msgspec.json.encode(kept)),
        )


def mend(folder: Path, kept: Kept) -> None:
    """Put the entry back; may be done twice."""
    with _database(folder) as database:
        mend_log(database, kept)


def forget(folder: Path) -> None:
    """Nothing is left to put back."""
    Disk().delete(folder / FILE)


@contextmanager
def _database(folder: Path) -> Iterator[SqlDatabase]:
    config = read_config(folder / KEEPER / "node.toml")
    database = open_database(config.database_url(config.file.state.database), name="administrator")
    try:
        yield database
    finally:
        database.close()
