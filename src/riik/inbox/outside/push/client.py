"""Web push out of the house (RFC 8030 §5): one sealed message to each of a person's browsers.

A name that leads into a private network is not called: it is resolved here, each address is looked
at, and the connection goes to that very address (no second resolution that could say otherwise).
"""

import asyncio
import socket
import ssl as tls
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import msgspec
from aiohttp.abc import AbstractResolver, ResolveResult

from riik.core import Clock, Entropy, Signer
from riik.inbox.errors import PushRefused
from riik.inbox.outside.choice import SECURITY
from riik.inbox.outside.model import Fate, Gone, Leaving
from riik.inbox.outside.push.sealing import key_from, sealed, vapid
from riik.inbox.outside.push.subscription import Browser, is_public, read_browser
from riik.inbox.outside.wording import Words, said

__all__ = ["PushChannel"]

KEPT_SECONDS = 86_400
SECONDS = 10.0
AT_ONCE = 16


class _PublicOnly(AbstractResolver):
    """Resolves names to public addresses alone."""

    def __init__(self, inner: AbstractResolver, allowed: Callable[[str], bool]) -> None:
        self._inner, self._allowed = inner, allowed

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        kept = [one for one in found if self._allowed(one["host"])]
        if len(kept) < len(found) or not kept:
            raise OSError("the name leads into a private network")
        return kept

    async def close(self) -> None:
        await self._inner.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class PushChannel:
    """Sends to browsers.

    Attributes:
        contact: ``mailto:`` or ``https:``: whom a push service may write to.
        forget: Called with the address of a browser that is gone.
        words: By language.
        link: Where the portal's inbox is.
        allowed: Which addresses may be called.
        ssl: Trust of the connection; the machine's when None.
        names: Who resolves names; the machine when None.
    """

    signer: Signer
    contact: str
    clock: Clock
    entropy: Entropy
    forget: Callable[[str], Awaitable[None]]
    words: Mapping[str, Words]
    link: str
    allowed: Callable[[str], bool] = is_public
    ssl: tls.SSLContext | None = None
    names: AbstractResolver | None = None

    async def __call__(self, leaving: Sequence[Leaving], /) -> list[Gone]:
        """Send a batch: a person is told when one of their browsers was."""
        narrow = asyncio.Semaphore(AT_ONCE)
        async with self._session() as session:
            told = (self._person(one, session, narrow) for one in leaving)
            return list(await asyncio.gather(*told))

    async def _person(
        self, leaving: Leaving, session: aiohttp.ClientSession, narrow: asyncio.Semaphore
    ) -> Gone:
        words = self.words[leaving.language].push
        shown = {
            "title": words.title,
            "body": said(words.body.of(leaving.kind), organisation=leaving.organisation),
            "language": leaving.language,
            "link": self.link,
        }
        plain = msgspec.json.encode(shown)
        fates = []
        for one in leaving.contact.browsers:
            async with narrow:
                fates.append(await self._browser(leaving, one, plain, session))
        for fate in (Fate.SENT, Fate.LATER):
            for gone in fates:
                if gone.fate is fate:
                    return gone
        return fates[-1] if fates else Gone(Fate.BOUNCED, "none")

    async def _browser(
        self, leaving: Leaving, content: str, plain: bytes, session: aiohttp.ClientSession
    ) -> Gone:
        try:
            browser = read_browser(content.encode())
            body = sealed(
                plain,
                browser=browser,
                key=key_from(self.entropy.bytes(48)),
                salt=self.entropy.bytes(16),
            )
        except PushRefused as refused:
            return Gone(Fate.BOUNCED, refused.why)
        headers = {
            "Authorization": vapid(
                browser.endpoint, signer=self.signer, contact=self.contact, at=self.clock.now()
            ),
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/octet-stream",
            "TTL": str(KEPT_SECONDS),
            "Urgency": "high" if leaving.kind == SECURITY else "normal",
            # A repetition takes the place of the first (RFC 8030 §5.4).
            "Topic": leaving.id,
        }
        return await self._post(session, browser, headers, body)

    async def _post(
        self,
        session: aiohttp.ClientSession,
        browser: Browser,
        headers: Mapping[str, str],
        body: bytes,
    ) -> Gone:
        try:
            async with session.post(
                browser.endpoint, data=body, headers=headers, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Gone(Fate.LATER, "no-answer")
        if status in (404, 410):
            await self.forget(browser.endpoint)
            return Gone(Fate.BOUNCED, "gone")
        if 200 <= status < 300:
            return Gone(Fate.SENT)
        later = status in (408, 429) or status >= 500
        return Gone(Fate.LATER if later else Fate.BOUNCED, str(status))

    def _session(self) -> aiohttp.ClientSession:
        names = self.names or aiohttp.ThreadedResolver()
        how: dict[str, Any] = {"ssl": self.ssl} if self.ssl is not None else {}
        connector = aiohttp.TCPConnector(
            resolver=_PublicOnly(names, self.allowed), use_dns_cache=False, limit=32, **how
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
            trust_env=False,
        )
