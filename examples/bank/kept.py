"""What the site remembers between two requests, in one small SQLite file.

The browser holds a random text and nothing else; the file holds its SHA-256, so whoever reads
the file can't be anybody.
"""

import json
import sqlite3
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

__all__ = ["Kept"]

PERSONAL = {"who", "visit", "desk", "id_token", "sid", "prepared", "since"}
OVER_SECONDS = 24 * 3600
"""So long it is remembered that the login ended a session: longer than any sign-in is on its way
and any session of ours lasts."""

TABLES = (
    "create table if not exists session"
    " (key blob primary key, sid text not null, until real not null, told text not null)",
    "create table if not exists over (sid text primary key, until real not null)",
)


class Kept:
    """Sessions: small JSON values that end by themselves."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it."""
        path.touch(mode=0o600)
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.execute("pragma journal_mode = wal")
        for table in TABLES:
            self._file.execute(table)

    def get(self, secret: str) -> dict[str, Any]:
        """What is kept under a browser's secret; an empty value where nothing is, or no longer."""
        row = self._file.execute(
            "select told from session where key = ? and until > ?", (_key(secret), time.time())
        ).fetchone()
        return {} if row is None else dict(json.loads(row[0]))

    def put(self, secret: str, told: dict[str, Any], *, seconds: float) -> None:
        """Keep a value for some seconds from now; what ended meanwhile is swept."""
        now = time.time()
        self._file.execute("delete from session where until <= ?", (now,))
        self._file.execute(
            "insert or replace into session values (?, ?, ?, ?)",
            (_key(secret), told.get("sid", ""), now + seconds, json.dumps(told)),
        )

    def drop(self, secret: str) -> None:
        """Forget what is kept under a secret."""
        self._file.execute("delete from session where key = ?", (_key(secret),))

    def end(self, sid: str) -> list[dict[str, Any]]:
        """Sign out whoever belongs to a session at the login; answers what was kept of them.

        What is not theirs stays: a sign-in that is under way still comes back. One that belongs
        to the ended session comes back to nothing: `is_over` remembers.
        """
        now = time.time()
        self._file.execute("delete from over where until <= ?", (now,))
        self._file.execute("insert or replace into over values (?, ?)", (sid, now + OVER_SECONDS))
        found = self._file.execute("select key, told from session where sid = ?", (sid,)).fetchall()
        ended = [(key, dict(json.loads(told))) for key, told in found]
        for key, told in ended:
            left = {name: value for name, value in told.items() if name not in PERSONAL}
            self._file.execute(
                "update session set sid = '', told = ? where key = ?", (json.dumps(left), key)
            )
        return [told for _, told in ended]

    def is_over(self, sid: str) -> bool:
        """Did the login end this session, perhaps before we had let anybody in by it?"""
        found = self._file.execute(
            "select 1 from over where sid = ? and until > ?", (sid, time.time())
        )
        return found.fetchone() is not None

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _key(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
