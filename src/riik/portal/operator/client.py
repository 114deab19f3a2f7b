"""Asks every member's node for its status, all at once; who is slow or away is shown as away.

Works the same whether the nodes are in one process or each in its own: over HTTP, with limits.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import msgspec

from riik.core import Clock, InThread, RiikError
from riik.portal.operator.status import Country, JourneyFile, Listed, Member, NodeStatus
from riik.runtime.http_client import HttpReply

__all__ = ["MOST_FILES", "Asks", "PolledCountry", "listens", "read_files"]

MOST_SECONDS = 1.5
MOST_BYTES = 200_000
MOST_FILES = 200
MOST_FILE_BYTES = 20_000_000


class Asks(Protocol):
    """What this module needs of `runtime.http_client`."""

    async def request(
        self,
        method: str,
        url: str,
        *,
        timeout: float | None = ...,  # noqa: ASYNC109 - the shape of the client's own method
        max_bytes: int | None = ...,
    ) -> HttpReply: ...


async def listens(address: str) -> bool:
    """Does somebody take a connection at ``host:port``? Nothing is said there."""
    host, _, port = address.rpartition(":")
    try:
        async with asyncio.timeout(MOST_SECONDS):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, ValueError, TimeoutError):
        return False
    writer.close()
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class PolledCountry:
    """The country as its nodes tell it when asked (fills `StatusSource`).

    Attributes:
        listed: The members, in the order in which they are shown.
        http: The node's client.
        clock: For the moment of the answer.
        in_thread: Reads the files' folder.
        folder: Where the last journey left its files, or None.
        knock: Does somebody listen at this ``host:port``?
    """

    listed: Sequence[Listed]
    http: Asks
    clock: Clock
    in_thread: InThread
    folder: Path | None = None
    knock: Callable[[str], Awaitable[bool]] = listens

    async def country(self) -> Country:
        """Ask all members at the same time; takes as long as the slowest, at most 1.5 s."""
        members = await asyncio.gather(*(self._ask(listed) for listed in self.listed))
        files: Sequence[JourneyFile] = ()
        if self.folder is not None:
            files = await self.in_thread(read_files, self.folder)
        return Country(at=self.clock.now(), members=tuple(members), files=tuple(files))

    async def file(self, name: str, /) -> bytes | None:
        """A file of the folder, if it is listed; nothing else of the machine can be asked for."""
        if self.folder is None:
            return None
        return await self.in_thread(_read_listed, self.folder, name)

    async def _ask(self, listed: Listed) -> Member:
        try:
            reply = await self.http.request(
                "GET",
                f"{listed.origin}/status.json",
                timeout=MOST_SECONDS,
                max_bytes=MOST_BYTES,
            )
            if reply.status != 200:
                return Member(listed=listed, why=f"status-{reply.status}")
            status = msgspec.json.decode(reply.body, type=NodeStatus)
        except RiikError as error:
            return Member(listed=listed, why=error.why)
        except msgspec.MsgspecError:
            return Member(listed=listed, why="malformed")
        if status.member != listed.member:
            return Member(listed=listed, why="another-member")
        open_to_others = await self.knock(status.server)
        return Member(listed=listed, status=status, why="" if open_to_others else "closed")


def read_files(folder: Path) -> list[JourneyFile]:
    """The files below a folder, by name; links and hidden files are left out."""
    if not folder.is_dir():
        return []
    found = []
    for path in sorted(folder.rglob("*")):
        inside = path.relative_to(folder)
        hidden = any(part.startswith(".") for part in inside.parts)
        linked = any(folder.joinpath(*inside.parts[:n]).is_symlink() for n in range(1, 9))
        if hidden or linked or not path.is_file():
            continue
        facts = path.stat()
        at = datetime.fromtimestamp(facts.st_mtime, UTC)
        found.append(JourneyFile(name=inside.as_posix(), size=facts.st_size, at=at))
    return found[:MOST_FILES]


def _read_listed(folder: Path, name: str) -> bytes | None:
    known = {file.name: file for file in read_files(folder)}
    if name not in known or known[name].size > MOST_FILE_BYTES:
        return None
    return folder.joinpath(*name.split("/")).read_bytes()
