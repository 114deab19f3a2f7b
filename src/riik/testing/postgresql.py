"""A PostgreSQL server for tests: made from the machine's binaries, thrown away afterwards.

PostgreSQL refuses to run as root; started by root it runs as the user ``postgres``, which
Debian's package brings. It listens on a socket in its own folder only.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

__all__ = ["PostgresqlServer", "postgresql_binaries", "postgresql_server"]

START_SECONDS = 30.0
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off")
SMALL = ("-c", "shared_buffers=32MB", "-c", "max_connections=80")


@dataclass(frozen=True, slots=True)
class PostgresqlServer:
    """A running server; its databases go with it."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """Make an empty database and answer its address for `open_database`."""
        name = f"node{next(self._numbers)}"
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self._address(name)

    def emptied(self) -> str:
        """The address of one and the same database, emptied: ten times quicker than a new one.

        Whoever got it before must have closed its connections.
        """
        with psycopg.connect(self._dsn("postgres"), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return self._address("postgres")

    def is_ready(self) -> bool:
        """Does it take connections yet?"""
        try:
            psycopg.connect(self._dsn("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True

    def _address(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def _dsn(self, name: str) -> str:
        return f"host={self.folder} user=postgres dbname={name} connect_timeout=5"


def postgresql_binaries() -> Path | None:
    """The folder of the newest server's programs; None when there is none to run."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not found or (os.getuid() == 0 and _postgres_user() is None):
        return None
    return found[-1].parent


@contextmanager
def postgresql_server(*, durable: bool = False) -> Iterator[PostgresqlServer]:
    """Start a server in a new folder and remove both afterwards.

    Args:
        durable: Flush as in earnest, for measurements; tests don't need it.

    Raises:
        FileNotFoundError: When `postgresql_binaries` finds none.
    """
    binaries = postgresql_binaries()
    if binaries is None:
        raise FileNotFoundError("no PostgreSQL server on this machine")
    # Not in pytest's folder: that is its owner's alone, and postgres couldn't enter.
    folder = Path(tempfile.mkdtemp(prefix="riik-postgresql-"))
    as_user = _lower_rights(folder)
    program, state = str(binaries / "postgres"), str(folder / "state")
    make = [str(binaries / "initdb"), "-D", state, "-U", "postgres", "-A", "trust", "--no-sync"]
    try:
        subprocess.run(  # noqa: S603 - the machine's own program, fixed words
            [*make, "-E", "UTF8"], check=True, stdout=subprocess.DEVNULL, **as_user
        )
        options = (*SMALL, *(() if durable else FAST), "-c", "listen_addresses=")
        process = subprocess.Popen(  # noqa: S603 - the machine's own program, fixed words
            [program, "-D", state, "-k", str(folder), *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            **as_user,
        )
        try:
            server = PostgresqlServer(folder)
            _wait_until_ready(server, process)
            yield server
        finally:
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: PostgresqlServer, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if process.poll() is not None or time.monotonic() > end:
            raise RuntimeError("the PostgreSQL server did not start")
        time.sleep(0.05)


def _postgres_user() -> pwd.struct_passwd | None:
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return None


def _lower_rights(folder: Path) -> dict[str, Any]:
    """How to start a program that must not be root, in a folder that is then its own."""
    user = _postgres_user()
    if os.getuid() != 0 or user is None:
        return {"cwd": folder}
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"cwd": folder, "user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
