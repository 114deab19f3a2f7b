"""A person at their computer: a browser with cookies and a card in the reader, without a screen.

Speaks HTTP to the same addresses as real browsers do, and APDUs to the card through the client
a real reader would use; what the Web eID application does with a card is `webeid`.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import aiohttp
import msgspec
from yarl import URL

from riik.core import Refused, Unavailable
from riik.demo.browser.pages import Page
from riik.demo.card import CardState, DemonstrationCard
from riik.demo.seeding import Holder
from riik.demo.webeid import authentication_token
from riik.node import EstEidCard
from riik.runtime.files import Disk

__all__ = ["Browser", "PageRefused"]

SECONDS = 60
MOST_STEPS = 12
LOGIN_PAGE = "/login"
FORM = "application/x-www-form-urlencoded"


class PageRefused(Refused):
    """A site said no; ``why`` is what its problem document gave."""

    code = "demo.page-refused"


class Browser:
    """One person's browser. Use it as a context."""

    def __init__(self, holder: Holder, cards: Path) -> None:
        """Put the holder's card into the reader; what changes on it is kept in its file."""
        self.holder = holder
        path = cards / f"{holder.code}.json"
        state = CardState.from_bytes(path.read_bytes())
        chip = DemonstrationCard(state, remember=lambda new: Disk().write(path, new.to_bytes()))
        self.card = EstEidCard(chip.transmit)
        self._csrf: dict[str, str] = {}
        self._http: aiohttp.ClientSession

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=SECONDS),
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def get(self, url: str) -> Any:
        """A JSON document."""
        return msgspec.json.decode(await self.fetch(url))

    async def fetch(self, url: str) -> bytes:
        """A document's bytes."""
        return await self._send("GET", url, None)

    async def post(self, url: str, content: Any) -> Any:
        """Send JSON from a page of the same site."""
        return msgspec.json.decode(await self._send("POST", url, msgspec.json.encode(content)))

    async def visit(self, url: str) -> Page:
        """Open a page; where a site sends the person to the login, sign in there and go on.

        Raises:
            PageRefused: It said no.
            Unavailable: It does not answer.
        """
        return await self._walk("GET", url)

    async def submit(self, page: Page, **fields: str) -> Page:
        """Send a page's form, with these fields filled, and go where it leads.

        Raises:
            PageRefused: There is no form (``no-form``), or the answer said no.
            Unavailable: As `visit`.
        """
        form = page.form
        if form is None:
            raise PageRefused(f"{page.url} has nothing to send", why="no-form")
        return await self._walk("POST", form.action, {**form.fields, **fields})

    async def enter(self, site: str) -> dict[str, Any]:
        """Sign in at a site: it sends the browser to the national login, which sends it back.

        Returns:
            What the site tells of its session.
        """
        page = await self.visit(f"{site}/sign-in?to=/v1/session")
        who: dict[str, Any] = msgspec.json.decode(page.content)
        self._csrf[site] = str(who["csrf"])
        return who

    async def leave(self, site: str) -> None:
        """Sign out at a site where one has entered."""
        await self._send("DELETE", f"{site}/v1/session", b"")
        self._csrf.pop(site, None)

    def cookies(self, site: str) -> dict[str, str]:
        """What the browser would send there."""
        held = self._http.cookie_jar.filter_cookies(URL(site))
        return {name: morsel.value for name, morsel in held.items()}

    async def sign_in(self, login: str, *, request: str = "") -> None:
        """Sign in at the national login with the card and PIN1, for a request that waits there."""
        nonce = str((await self.post(f"{login}/auth/challenge", {}))["nonce"])
        token = await asyncio.to_thread(
            authentication_token, self.card, origin=login, nonce=nonce, pin=self.holder.pin1
        )
        shown_for = f"?{urlencode({'request': request})}" if request else ""
        await self.post(f"{login}/auth/web-eid{shown_for}", token)

    async def signature(self, prepared: dict[str, str]) -> str:
        """Sign a digest with PIN2, as base64."""
        digest = b64decode(prepared["digest"])
        value = await asyncio.to_thread(self.card.sign, digest, pin=self.holder.pin2)
        return b64encode(value).decode()

    def certificate(self) -> str:
        """The certificate for signatures, as base64."""
        return b64encode(self.card.signature_certificate()).decode()

    async def _walk(self, method: str, url: str, form: Mapping[str, str] | None = None) -> Page:
        """Go where sites lead; through the login's own page with the card."""
        address, content = await self._led(method, url, form)
        parts = urlsplit(address)
        if parts.path == LOGIN_PAGE:
            request = parse_qs(parts.query)["request"][0]
            address, content = await self._go_on(f"{parts.scheme}://{parts.netloc}", request)
        return Page(address, content)

    async def _go_on(self, login: str, request: str) -> tuple[str, bytes]:
        """On login's page: agree when the card was shown before; show it where that won't do."""
        if await self._is_known(login):
            asked = {"request": request}
            address, content = await self._led("POST", f"{login}/oidc/continue", asked)
            if urlsplit(address).path != LOGIN_PAGE:
                return address, content
        await self.sign_in(login, request=request)
        return await self._led("GET", f"{login}/oidc/continue?{urlencode({'request': request})}")

    async def _is_known(self, login: str) -> bool:
        try:
            await self.get(f"{login}/auth/session")
        except PageRefused:
            return False
        return True

    async def _led(
        self, method: str, url: str, form: Mapping[str, str] | None = None
    ) -> tuple[str, bytes]:
        """Follow where sites lead, up to login's own page, which waits for the person."""
        body = None if form is None else urlencode(form).encode()
        for _ in range(MOST_STEPS):
            content, further = await self._exchange(method, url, body, kind=FORM)
            if not further:
                return url, content
            method, url, body = "GET", urljoin(url, further), None
            if urlsplit(url).path == LOGIN_PAGE:
                return url, b""
        raise PageRefused(f"{url} leads on and on", why="redirects")

    async def _send(self, method: str, url: str, body: bytes | None) -> bytes:
        content, _ = await self._exchange(method, url, body, kind="application/json")
        return content

    async def _exchange(
        self, method: str, url: str, body: bytes | None, *, kind: str
    ) -> tuple[bytes, str]:
        """One request, as from a page of the same site; its answer, and where it leads."""
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        headers = {"Origin": origin, "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": kind, "X-Csrf": self._csrf.get(origin, "")}
        try:
            async with self._http.request(
                method, url, data=body, headers=headers, allow_redirects=False
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"{parts.netloc} does not answer", why="network") from error
        if answer.status >= 400:
            raise _refusal(answer.status, content, url=parts.path)
        further = answer.headers.get("Location", "") if 300 <= answer.status < 400 else ""
        return content, further


def _refusal(status: int, content: bytes, *, url: str) -> Exception:
    try:
        problem = msgspec.json.decode(content)
        why, kind = str(problem.get("why", "status")), str(problem.get("type", ""))
    except (msgspec.DecodeError, AttributeError):
        why, kind = "status", ""
    if status == 503:
        return Unavailable(f"{url}: {kind}", why=why)
    return PageRefused(f"{url} answered {status}: {kind}", why=why, status=status)
