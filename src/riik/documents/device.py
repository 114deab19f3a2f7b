"""The press: typst in a process of its own, kept warm, stopped when it takes too long.

Templates come from many providers. What typst could do with one is bounded here: it sees
only the house's templates (typst refuses paths that leave its root), has an empty
environment, a limit on memory, no network (own network namespace where the kernel has
them, an unreachable proxy everywhere) and a time after which it is killed. `worker` is
the other end. One press serves one job at a time; a node may hold several.
"""

import json
import os
import re
import select
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import IO

from riik.documents.errors import LetterRefused, PressUnavailable

__all__ = ["TypstPress"]

TEMPLATES = Path(__file__).parent / "templates"
WORKER = Path(__file__).parent / "worker.py"
MOST_ANSWER = 32 << 20
CHUNK = 1 << 20
NOWHERE = "http://127.0.0.1:9"
# Few threads and memory arenas, so that the worker's limit is on what it uses.
ENVIRONMENT = {
    "HTTPS_PROXY": NOWHERE,
    "HTTP_PROXY": NOWHERE,
    "ALL_PROXY": NOWHERE,
    "MALLOC_ARENA_MAX": "2",
    "RAYON_NUM_THREADS": "2",
}

_MISSING_KEY = re.compile(r'does not contain key "([A-Za-z0-9_ -]{1,64})"')
_REASONS = (
    ("package", "package"),
    ("file not found", "file"),
    ("escape the project root", "file"),
    ("failed to load file", "file"),
    ("could not be displayed", "glyph"),
    ("not be displayed with", "glyph"),
)


@dataclass(slots=True, kw_only=True)
class TypstPress:
    """A typst process; started by `warm` or its first job, and again after it was killed.

    Attributes:
        seconds: How long one document may take.
    """

    seconds: float = 10.0
    _lock: Lock = field(default_factory=Lock)
    _process: "subprocess.Popen[bytes] | None" = None
    _closed: bool = False

    def print(self, source: str, inputs: Mapping[str, str], *, at: int) -> bytes:
        """Make the PDF; see `riik.documents.component.Press`."""
        job = json.dumps({"source": source, "inputs": dict(inputs), "at": at}).encode()
        with self._lock:
            answer = self._ask(job)
        if answer[:1] == b"+":
            return answer[1:]
        raise _refusal(answer[1:].decode(errors="replace"))

    def warm(self) -> None:
        """Start the process now, so that nobody waits for it; it is not waited for."""
        with self._lock:
            if self._process is None:
                self._start()

    def close(self) -> None:
        """End the process; a letter that is being printed fails at once and is not waited for."""
        self._closed = True
        if (process := self._process) is not None:
            process.kill()
        with self._lock:
            self._end()

    def _ask(self, job: bytes) -> bytes:
        if self._closed:
            raise PressUnavailable("the press is closed", why="broken")
        process = self._process if self._process and self._process.poll() is None else self._start()
        try:
            return _exchanged(process, job, until=monotonic() + self.seconds)
        except BaseException as error:
            # A frame that was left in a pipe would be the answer to somebody else's letter.
            self._end()
            if isinstance(error, TimeoutError):
                slow = "this letter takes too long to print"
                raise PressUnavailable(slow, why="too-long") from error
            if isinstance(error, OSError | EOFError):
                raise PressUnavailable("the press stopped", why="broken") from error
            raise

    def _start(self) -> "subprocess.Popen[bytes]":
        # Isolated mode: nothing of the environment or of the current folder is imported.
        self._process = subprocess.Popen(  # noqa: S603 - our interpreter, our script
            [sys.executable, "-I", str(WORKER), str(TEMPLATES)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env=ENVIRONMENT,
            cwd="/",
        )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()


def _exchanged(process: "subprocess.Popen[bytes]", job: bytes, *, until: float) -> bytes:
    """Send a job and take its answer, both within the time.

    Raises:
        TimeoutError: The process does not read, or does not answer, in time.
        EOFError: It ended, or answers nothing that can be.
        OSError: Its pipes are broken.
    """
    sink, source = process.stdin, process.stdout
    if sink is None or source is None:
        raise EOFError("the press has no pipes")
    frame = memoryview(len(job).to_bytes(4, "big") + job)
    os.set_blocking(sink.fileno(), False)
    while frame:
        _wait(sink, select.POLLOUT, until)
        frame = frame[os.write(sink.fileno(), frame) :]
    size = int.from_bytes(_received(source, 4, until), "big")
    if not 0 < size <= MOST_ANSWER:
        raise EOFError("no answer has this size")
    return _received(source, size, until)


def _received(source: IO[bytes], size: int, until: float) -> bytes:
    answer = bytearray()
    while len(answer) < size:
        _wait(source, select.POLLIN, until)
        chunk = os.read(source.fileno(), min(size - len(answer), CHUNK))
        if not chunk:
            raise EOFError("the press stopped in the middle")
        answer += chunk
    return bytes(answer)


def _wait(pipe: IO[bytes], event: int, until: float) -> None:
    # `poll`, for a node of many connections has descriptors that `select` can't take.
    poll = select.poll()
    poll.register(pipe, event)
    if not poll.poll(max(0.0, until - monotonic()) * 1000):
        raise TimeoutError


def _refusal(said: str) -> LetterRefused:
    if found := _MISSING_KEY.search(said):
        return LetterRefused(f"the letter needs {found[1]}", why="missing-key", key=found[1])
    for phrase, why in _REASONS:
        if phrase in said:
            return LetterRefused(f"the template can't be printed: {said[:200]}", why=why)
    return LetterRefused(f"the template can't be printed: {said[:200]}", why="template")
