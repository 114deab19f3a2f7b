"""Text messages out of the house: one HTTP call to the gateway for each.

    POST <address>
    Authorization: Bearer <token>
    {"id": "…", "to": "+37251234567", "from": "Riik", "text": "…", "language": "et"}

A 2xx answer took it. 400, 404, 410 and 422 say that this number takes none, for good. 401 and 403
are our own fault, everything else passing: it comes again with the same ``id``.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

import msgspec

from riik.core import Unavailable
from riik.inbox.errors import WordsRefused
from riik.inbox.outside.model import Fate, Gone, Leaving
from riik.inbox.outside.wording import Words, text_message
from riik.runtime.http_client import HttpClient

__all__ = ["Gateway", "TextChannel"]

AT_ONCE = 8
MOST_ANSWER = 65_536
_NUMBER = re.compile(r"[+][1-9][0-9]{6,14}", re.ASCII)
_NEVER = frozenset({400, 404, 410, 422})


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The operator's gateway; anywhere but on this machine it is spoken to over TLS."""

    address: str
    token: str = field(default="", repr=False)
    sender: str = "Riik"

    def __post_init__(self) -> None:
        """Refuse an address in plain text that is not this machine's (``plain``)."""
        parts = urlsplit(self.address)
        if parts.scheme != "https" and not (parts.scheme == "http" and _is_here(parts.hostname)):
            raise WordsRefused("a gateway for text messages is called by https", why="plain")


@dataclass(frozen=True, slots=True, kw_only=True)
class TextChannel:
    """Sends text messages."""

    gateway: Gateway
    http: HttpClient
    words: Mapping[str, Words]
    link: str

    async def __call__(self, leaving: Sequence[Leaving], /) -> list[Gone]:
        """Send a batch, some at a time."""
        narrow = asyncio.Semaphore(AT_ONCE)
        return list(await asyncio.gather(*(self._one(each, narrow) for each in leaving)))

    async def _one(self, leaving: Leaving, narrow: asyncio.Semaphore) -> Gone:
        number = leaving.contact.phone.replace(" ", "")
        if not _NUMBER.fullmatch(number):
            return Gone(Fate.BOUNCED, "number")
        text = text_message(
            self.words[leaving.language],
            leaving.kind,
            organisation=leaving.organisation,
            link=self.link,
        )
        content = {
            "id": leaving.id,
            "to": number,
            "from": self.gateway.sender,
            "text": text,
            "language": leaving.language,
        }
        try:
            async with narrow:
                answer = await self.http.request(
                    "POST",
                    self.gateway.address,
                    headers={
                        "Content-Type": "application/json",
                        "Authorization": f"Bearer {self.gateway.token}",
                    },
                    body=msgspec.json.encode(content),
                    max_bytes=MOST_ANSWER,
                )
        except Unavailable as error:
            return Gone(Fate.LATER, error.why)
        if 200 <= answer.status < 300:
            return Gone(Fate.SENT)
        return Gone(Fate.BOUNCED if answer.status in _NEVER else Fate.LATER, str(answer.status))


def _is_here(host: str | None) -> bool:
    try:
        return host == "localhost" or ip_address(host or "").is_loopback
    except ValueError:
        return False
