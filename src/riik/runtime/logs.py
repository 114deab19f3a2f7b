"""What a node tells its operator: one JSON object a line, and nothing about people.

A field is written only if it stands in `FIELDS`, and only if its value has the shape given
there: words of our own code, routes as they are declared, small numbers. Free text, paths
as they were asked, and whatever looks like a personal code are left out, and the line says
how many were. Libraries' own messages are reduced to who complained and where.
"""

import json
import logging
import os
import re
import stat
import sys
import threading
from collections.abc import Mapping
from contextvars import ContextVar
from pathlib import Path
from traceback import extract_tb
from typing import Final, TextIO

from riik.core import Clock, RiikError, to_text

__all__ = ["FIELDS", "REQUEST_ID", "JsonLog", "LibraryHandler", "describe", "open_log"]

REQUEST_ID: Final[ContextVar[str]] = ContextVar("riik_request_id", default="")
"""The id of the request that is being answered; threads of the pool inherit it."""

WORD = re.compile(r"[a-z][a-z0-9_.-]{0,79}\Z")
TYPE = re.compile(r"[A-Za-z_][A-Za-z0-9_.]{0,79}\Z")
ROUTE = re.compile(r"/[A-Za-z0-9_{}/.:*-]{0,199}\Z")
PLACES = re.compile(r"[A-Za-z0-9_./]+:\d{1,6}(?: < [A-Za-z0-9_./]+:\d{1,6})*\Z")
IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
MEMBER = re.compile(r"[A-Z-]{2,20}/[A-Z]{2,10}/[A-Za-z0-9-]{1,20}(?:/[A-Za-z0-9-]{1,64})*\Z")
ADDRESS = re.compile(r"[a-z0-9.:-]{1,100}\Z")

FIELDS: Final[Mapping[str, re.Pattern[str] | type[int] | type[float]]] = {
    "address": ADDRESS,
    "attempts": int,
    "bytes": int,
    "code": WORD,
    "component": WORD,
    "count": int,
    "error": TYPE,
    "job": WORD,
    "method": TYPE,
    "ms": float,
    "peer": MEMBER,
    "port": int,
    "request": IDENTIFIER,
    "route": ROUTE,
    "seconds": float,
    "status": int,
    "topic": WORD,
    "version": IDENTIFIER,
    "where": PLACES,
    "why": WORD,
}

# Estonian codes have 11 digits, Vietnamese 12; organisations' codes have at most 10.
PERSONAL_DIGITS = re.compile(r"\d(?:[ ._-]?\d){10,}")
LARGEST = 10**9

SHOWN_FRAMES = 6


class JsonLog:
    """Writes lines of one node."""

    def __init__(self, stream: TextIO, *, clock: Clock, node: str = "") -> None:
        """Write to an open stream; ``node`` stands in every line."""
        self._stream = stream
        self._clock = clock
        self._node = node
        self._lock = threading.Lock()

    def write(self, event: str, /, *, level: str = "info", **fields: str | float) -> None:
        """Write one line.

        Args:
            event: What happened, a word of our code, such as ``job-failed``.
            level: ``debug``, ``info``, ``warning`` or ``error``.
            fields: See `FIELDS`; what isn't there, or has another shape, is left out.
        """
        if "request" not in fields and (request := REQUEST_ID.get()):
            fields["request"] = request
        kept = {name: value for name, value in fields.items() if _fits(name, value)}
        line: dict[str, str | float] = {
            "at": to_text(self._clock.now()),
            "level": level if WORD.match(level) else "info",
            "event": event if WORD.match(event) and not PERSONAL_DIGITS.search(event) else "?",
            **({"node": self._node} if self._node else {}),
            **kept,
        }
        if len(kept) < len(fields):
            line["left_out"] = len(fields) - len(kept)
        text = json.dumps(line, ensure_ascii=True, separators=(",", ":"))
        with self._lock:
            self._stream.write(text + "\n")
            self._stream.flush()

    def close(self) -> None:
        """Close the stream, unless it is the process's own."""
        if self._stream not in {sys.stderr, sys.stdout}:
            self._stream.close()

    def failure(self, event: str, error: BaseException, /, **fields: str | float) -> None:
        """Write that something failed: its class and place, or its code; never its text."""
        self.write(event, level="error", **describe(error), **fields)


class LibraryHandler(logging.Handler):
    """Takes what libraries log: their name, the level and the place; never the message."""

    def __init__(self, log: JsonLog) -> None:
        """Write to a node's log; installed by the command line, for it is process-wide."""
        super().__init__(level=logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line for a library's record."""
        error = record.exc_info[1] if record.exc_info else None
        told = describe(error) if error else {"where": f"{record.module}:{record.lineno}"}
        level, component = record.levelname.lower(), record.name.lower()
        self._log.write("library", level=level, component=component, **told)


def describe(error: BaseException) -> dict[str, str]:
    """What may be told of a failure: the code and why of ours; class and place of a bug."""
    if isinstance(error, RiikError):
        return {"code": error.code, "why": error.why}
    frames = extract_tb(error.__traceback__)[-SHOWN_FRAMES:]
    places = [f"{'/'.join(Path(f.filename).parts[-2:])}:{f.lineno}" for f in reversed(frames)]
    told = {"error": type(error).__name__}
    return told | {"where": " < ".join(places)} if places else told


def open_log(path: Path | None, *, clock: Clock, node: str = "") -> JsonLog:
    """A log that appends to a file of its owner's alone, or writes to standard error.

    A file that is there may be its group's too, for who collects logs; others' it never is.
    What is no file (a terminal, a pipe, the null device) is the machine's and stays as it is.
    """
    if path is None:
        return JsonLog(sys.stderr, clock=clock, node=node)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    mode = os.fstat(handle).st_mode
    if stat.S_ISREG(mode) and mode & 0o007:
        os.fchmod(handle, stat.S_IMODE(mode) & 0o640)
    return JsonLog(os.fdopen(handle, "a", encoding="utf-8"), clock=clock, node=node)


def _fits(name: str, value: object) -> bool:
    shape = FIELDS.get(name)
    if shape is None or isinstance(value, bool):
        return False
    if isinstance(shape, re.Pattern):
        text = value if isinstance(value, str) else ""
        return shape.match(text) is not None and not PERSONAL_DIGITS.search(text)
    return isinstance(value, int | float) and abs(value) < LARGEST
