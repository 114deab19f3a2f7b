"""People at real browsers: their cards, their sign-ins, and a stranger's Web eID for tests.

The script knows nothing of our pages: it hears window messages and answers them, as the real
extension does (Web eID 1.0). The program holds a demonstration card and types the right PIN.
"""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from playwright.async_api import BrowserContext, Error, Page
from playwright.async_api import TimeoutError as PatienceEnded
from tests.demo.stage import front_site
from tests.journeys.house import running

from riik.demo.card import DemonstrationCard
from riik.demo.front import FrontSite
from riik.demo.running import Demonstration
from riik.demo.webeid import authentication_token
from riik.identity.device import EstEidCard
from riik.testing.cards import PINS

CONTENT_SCRIPT = """
addEventListener("message", async ({ source, data }) => {
  const action = data && data.action;
  if (source !== window || !/^web-eid:/.test(action) || /-(ack|success|failure)$/.test(action)) return;
  const reply = (kind, content) => window.postMessage({ action: action + "-" + kind, ...content }, location.origin);
  reply("ack");
  const answer = await window.webEidProgram({ ...data, origin: location.origin });
  if (answer) reply(answer.error ? "failure" : "success", answer);
});
"""

ALGORITHM = {"cryptoAlgorithm": "ECC", "hashFunction": "SHA-384", "paddingScheme": "NONE"}


@dataclass
class Program:
    """The program that the extension calls.

    Attributes:
        card: In its reader.
        fails: Error codes that it answers with, by action.
        silent: Actions that it never answers.
        wait: Set it to let an answer go, when a test holds them back.
        asked: What it was asked, in order.
    """

    card: DemonstrationCard
    fails: dict[str, str] = field(default_factory=dict)
    silent: set[str] = field(default_factory=set)
    wait: asyncio.Event | None = None
    asked: list[str] = field(default_factory=list)

    async def answer(self, request: dict[str, Any]) -> dict[str, Any] | None:
        """Answer one request of a page."""
        action = request["action"].removeprefix("web-eid:")
        self.asked.append(action)
        if action in self.silent:
            return None
        if action in self.fails:
            return {"error": {"code": self.fails[action], "message": "in other words"}}
        if self.wait is not None and action != "status":
            await self.wait.wait()
        return self._answer(action, request)

    def _answer(self, action: str, request: dict[str, Any]) -> dict[str, Any]:
        card = EstEidCard(self.card.transmit)
        if action == "authenticate":
            origin, nonce = request["origin"], request["challengeNonce"]
            return dict(authentication_token(card, origin=origin, nonce=nonce, pin=PINS[0]))
        if action == "get-signing-certificate":
            certificate = b64encode(card.signature_certificate()).decode()
            return {"certificate": certificate, "supportedSignatureAlgorithms": [ALGORITHM]}
        if action == "sign":
            value = card.sign(b64decode(request["hash"]), pin=PINS[1])
            return {
                "signature": b64encode(value).decode(),
                "signatureAlgorithm": ALGORITHM,
            }
        return {"library": "2.1.0", "extension": "2.4.0", "nativeApp": "2.9.0"}


async def install_extension(context: BrowserContext, program: Program) -> None:
    """Give a browser the extension; pages that it loads from now on have it."""
    await context.expose_function("webEidProgram", program.answer)
    await context.add_init_script(CONTENT_SCRIPT)


CARD_BUTTON = "button[data-with=card]"


async def put_card(context: BrowserContext, country: Demonstration, who: str) -> None:
    """Put somebody's card into this browser's reader, as the front page does."""
    cookie = {"name": "riik-card", "value": who, "url": country.places["card"].origin}
    await context.add_cookies([cookie])


@asynccontextmanager
async def shuts(window: Page) -> AsyncIterator[None]:
    """What is done in here shuts the window, perhaps before its driver hears that it is done."""
    async with window.expect_event("close"):
        try:
            yield
        except Error:
            if not window.is_closed():
                raise


async def show_card(page: Page, country: Demonstration, who: str) -> None:
    """At the national login: the card, and PIN1 in its own window."""
    async with page.expect_popup() as popup:
        await page.click(CARD_BUTTON)
    window = await popup.value
    await window.fill("input[name=pin]", country.holder(who).pin1)
    async with shuts(window):
        await window.keyboard.press("Enter")


async def sign_with_card(page: Page, country: Demonstration, who: str) -> None:
    """On a page that asks for a signature: the card, and PIN2 in its own window."""
    async with page.expect_popup() as popup:
        await page.click(CARD_BUTTON)
    window = await popup.value
    await window.fill("input[name=pin]", country.holder(who).pin2)
    async with shuts(window):
        await window.keyboard.press("Enter")


async def enter(page: Page, country: Demonstration, role: str, who: str, to: str = "/") -> None:
    """Sign in at a member's site, on the way to a page of it.

    A machine whose disk stands still for half a minute leaves a sign-in half done, for its time is
    short: then once more, as anybody would.
    """
    try:
        await _enter(page, country, role, who, to)
    except PatienceEnded:
        await _enter(page, country, role, who, to)


async def _enter(page: Page, country: Demonstration, role: str, who: str, to: str) -> None:
    site = country.places[role].origin
    await page.goto(f"{site}/sign-in?{urlencode({'to': to})}")
    if await page.locator(CARD_BUTTON).count():
        await show_card(page, country, who)
    elif page.url.startswith(country.places["authority"].origin):
        await page.get_by_role("main").locator("form[method=post] button").first.click()
    await page.wait_for_url(lambda url: url.startswith(site) and "/sign-in" not in url)


@asynccontextmanager
async def demonstration(
    folder: Path, profile: str = "ee"
) -> AsyncIterator[tuple[FrontSite, Demonstration]]:
    """A small country with its front page, which listens before the country does."""
    site = front_site(profile, folder / "out")
    port = await site.start(0)
    try:
        async with running(folder / "state", profile, front=port) as country:
            site.let_in(country)
            yield site, country
    finally:
        await site.stop()
