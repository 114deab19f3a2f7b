"""A MariaDB server for tests: made from the machine's programs, thrown away afterwards.

It listens on a socket in its own folder only, and anybody who reaches that is root in it. Started
by root it runs as the user ``mysql``, which Debian's package brings.
"""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

__all__ = ["MariadbServer", "mariadb_program", "mariadb_server"]

START_SECONDS: Final = 60.0
SERVER: Final = "/usr/sbin/mariadbd"
SMALL: Final = (
    "--innodb-buffer-pool-size=16M", "--innodb-flush-log-at-trx-commit=0", "--skip-networking",
    "--innodb-log-file-size=8M", "--skip-name-resolve",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MariadbServer:
    """A running server; its databases go with it."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """Make an empty database and answer its address."""
        name = f"source{next(self._numbers)}"
        engine = create_engine(self._address("mysql"))
        with engine.begin() as connection:
            connection.execute(text(f"CREATE DATABASE {name} CHARACTER SET utf8mb4"))
        engine.dispose()
        return self._address(name)

    def is_ready(self) -> bool:
        """Does it take connections yet?"""
        engine = create_engine(self._address("mysql"))
        try:
            engine.connect().close()
        except SQLAlchemyError:
            return False
        finally:
            engine.dispose()
        return True

    def _address(self, name: str) -> str:
        return f"mysql+pymysql://root@localhost/{name}?unix_socket={self.folder}/socket"


def mariadb_program() -> Path | None:
    """The server's program; None when there is none, or no Python driver for it."""
    program = Path(SERVER)
    complete = program.exists() and shutil.which("mariadb-install-db") and find_spec("pymysql")
    return program if complete else None


@contextmanager
def mariadb_server() -> Iterator[MariadbServer]:
    """Start a server in a new folder and remove both afterwards.

    Raises:
        FileNotFoundError: When `mariadb_program` finds none, or it doesn't start.
    """
    program, install = mariadb_program(), shutil.which("mariadb-install-db")
    if program is None or install is None:
        raise FileNotFoundError("no MariaDB server on this machine")
    folder = Path(tempfile.mkdtemp(prefix="riik-mariadb-"))
    user = _lower_rights(folder)
    state = f"--datadir={folder}/state"
    made = [install, "--no-defaults", state, "--auth-root-authentication-method=normal"]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    try:
        subprocess.run([*made, "--skip-test-db", *user], check=True, **quiet)  # type: ignore[call-overload]  # noqa: S603
        options = [state, f"--socket={folder}/socket", f"--pid-file={folder}/pid", *SMALL, *user]
        process = subprocess.Popen([program, "--no-defaults", *options], **quiet)  # type: ignore[call-overload]  # noqa: S603
        try:
            server = MariadbServer(folder, process)
            _wait_until_ready(server)
            yield server
        finally:
            process.kill()
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_until_ready(server: MariadbServer) -> None:
    end = time.monotonic() + START_SECONDS
    while not server.is_ready():
        if server.process.poll() is not None or time.monotonic() > end:
            raise FileNotFoundError("MariaDB did not start")
        time.sleep(0.1)


def _lower_rights(folder: Path) -> list[str]:
    """Root lends its folder to the user ``mysql``; others run it themselves."""
    if os.getuid() != 0:
        return []
    owner = pwd.getpwnam("mysql")
    os.chown(folder, owner.pw_uid, owner.pw_gid)
    return ["--user=mysql"]
