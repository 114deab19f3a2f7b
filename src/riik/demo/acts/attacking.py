"""Five real attacks on the running sites, each with the answer it got."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from riik.core import RiikError, ServiceId
from riik.demo.acts.client import TRAVELLER, at_home, server_of, verdict
from riik.demo.acts.model import ActRefused, Line, Outcome
from riik.demo.running import Demonstration
from riik.demo.webeid import authentication_token
from riik.exchange import Call, Direction, Exchange, Role, Server
from riik.formats.zip import read_zip
from riik.portal.design.texts import later
from riik.runtime.files import Disk

__all__ = ["ATTACKER", "run_attack"]

ATTACKER = "jaan"
SECONDS = 10.0
AUTHORITY = b"Riik-Authority:"


async def run_attack(name: str, running: Demonstration, out: Path) -> Outcome:
    """Do it, and tell what it got.

    Raises:
        ActRefused: For ``no-journey``, when there is no case to attack yet.
    """
    return await _ATTACKS[name](running, out)


async def _link(running: Demonstration, out: Path) -> Outcome:
    """GET another's case, and its document, with a session of one's own."""
    case = await _case(out)
    portal = running.places["portal"].origin
    paths = (f"/v1/cases/{case}", f"/v1/cases/{case}/documents/application.asice", f"/cases/{case}")
    async with at_home(running, ATTACKER) as browser:
        await browser.enter(portal)
        cookies = browser.cookies(portal)
    said = [await _ask("GET", portal + path, cookies=cookies) for path in paths]
    return _outcome(
        running,
        later("{attacker} opened {count} addresses of {person}’s case."),
        said,
        stopped=all(one.status in (403, 404) for one in said),
        values={"count": len(paths)},
        why=later(
            "The portal answers as if there were no such case: not even its existence "
            "is told. {person}’s own session opens it."
        ),
    )


async def _replay(running: Demonstration, out: Path) -> Outcome:
    """Sign in, then send the same Web eID token again."""
    login = running.places["authority"].origin
    async with at_home(running, ATTACKER) as browser:
        nonce = str((await browser.post(f"{login}/auth/challenge", {}))["nonce"])
        token = await asyncio.to_thread(
            authentication_token,
            browser.card,
            origin=login,
            nonce=nonce,
            pin=browser.holder.pin1,
        )
        held = browser.cookies(login)
        await browser.post(f"{login}/auth/web-eid", token)
    url, content = f"{login}/auth/web-eid", msgspec.json.encode(token)
    said = [
        await _ask("POST", url, content=content, origin=login),
        await _ask("POST", url, content=content, origin=login, cookies=held),
    ]
    return _outcome(
        running,
        later(
            "The card’s answer was sent again: from another computer, and from the "
            "same one with its cookies."
        ),
        said,
        stopped=all(one.status >= 400 for one in said),
        why=later(
            "A challenge belongs to one browser and counts once. The answer to it is "
            "worth nothing the second time."
        ),
    )


async def _message(running: Demonstration, out: Path) -> Outcome:
    """Change one byte of a message after it was signed."""
    country = running.country
    call = Call(
        client=country.client("transport", "services"),
        service=ServiceId(country.client("interior", "population"), "person"),
        query="fields=residence",
        purpose="driving-licence-renewal",
        legal_basis="Liiklusseadus",
        subject=running.holder(TRAVELLER).code,
    )
    async with server_of(running, "transport") as honest:
        meddled = replace(honest, transport=_Meddler(honest.transport))
        await meddled.in_thread(meddled.recall)
        said = await _call(meddled, call)
    return _outcome(
        running,
        later("“residence” became “residenca” between the servers of {transport} and {register}."),
        [said],
        stopped=said.status != 200,
        why=later(
            "The signature is over every byte. The register answers that the message "
            "is not what was signed, and does nothing else."
        ),
    )


async def _statement(running: Demonstration, out: Path) -> Outcome:
    """The bank shows a statement that was made for another member."""
    country, case = running.country, await _case(out)
    authority = await _stolen(running, case)
    call = Call(
        client=country.client("bank", "payments"),
        service=ServiceId(country.client("interior", "population"), "person"),
        query="fields=residence",
        purpose="customer-identification",
        legal_basis="Krediidiasutuste seadus",
        subject=running.holder(TRAVELLER).code,
        authority=authority,
        issue=case,
    )
    async with server_of(running, "bank") as exchange:
        said = await _call(exchange, call)
    return _outcome(
        running,
        later(
            "{bank} asked where {person} lives, with the right purpose, and with her "
            "statement to {transport}."
        ),
        [said],
        stopped=said.status != 200,
        why=later(
            "A statement names who may use it, for which case, and until when. The "
            "register checks all three."
        ),
    )


async def _cookie(running: Demonstration, out: Path) -> Outcome:
    """Use a session's cookie after its owner has signed out."""
    portal = running.places["portal"].origin
    url = f"{portal}/v1/session"
    async with at_home(running, ATTACKER) as browser:
        await browser.enter(portal)
        copied = browser.cookies(portal)
        before = await _ask("GET", url, cookies=copied)
        await browser.leave(portal)
    after = await _ask("GET", url, cookies=copied)
    return _outcome(
        running,
        later("The copied cookie was used before {attacker} signed out, and after."),
        [before, after],
        stopped=before.status == 200 and after.status >= 400,
        why=later(
            "Before, the copy is as good as the cookie: that is why it is kept from "
            "scripts and other sites. Signing out ends the session at the server, and "
            "the copy with it."
        ),
    )


_ATTACKS: Final[Mapping[str, Callable[[Demonstration, Path], Awaitable[Outcome]]]] = {
    "link": _link,
    "replay": _replay,
    "message": _message,
    "statement": _statement,
    "cookie": _cookie,
}


@dataclass(frozen=True, slots=True)
class Said:
    """What was answered to one request of the attacker.

    Attributes:
        request: Method and path, or the service.
        status: HTTP status, or that of the exchange.
        problem: The refusal's code.
    """

    request: str
    status: int
    problem: str


@dataclass(frozen=True, slots=True)
class _Meddler:
    """The network between two servers, where somebody changes a byte (fills `Transport`)."""

    network: Any

    async def send(
        self, server: Server, *, content_type: str, content: bytes, **how: Any
    ) -> tuple[str, bytes]:
        changed = content.replace(b"fields=residence", b"fields=residenca", 1)
        sent: tuple[str, bytes] = await self.network.send(
            server, content_type=content_type, content=changed, **how
        )
        return sent

    async def statuses(self, server: Server, hashes: Any) -> list[bytes]:
        found: list[bytes] = await self.network.statuses(server, hashes)
        return found


def _outcome(
    running: Demonstration,
    did: str,
    said: list[Said],
    *,
    stopped: bool,
    why: str,
    values: Mapping[str, Any] | None = None,
) -> Outcome:
    """One attack's result; ``did`` and ``why`` are marked where they stand."""
    members = running.country.members
    known = {
        "attacker": running.holder(ATTACKER).name,
        "person": running.holder(TRAVELLER).name,
        "transport": members["transport"].names,
        "register": members["interior"].names,
        "bank": members["bank"].names,
        **(values or {}),
    }
    answers = [
        Line(
            later("{request}: {status} {problem}"),
            "answer",
            {"request": one.request, "status": str(one.status), "problem": one.problem},
        )
        for one in said
    ]
    return Outcome(
        did=[Line(did, values=known)],
        state=[*answers, Line(why, "yes" if stopped else "no", known)],
        held=stopped,
    )


async def _ask(
    method: str,
    url: str,
    *,
    content: bytes | None = None,
    origin: str = "",
    cookies: Mapping[str, str] | None = None,
) -> Said:
    """One request as an attacker's program sends it."""
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    headers |= {"Origin": origin} if origin else {}
    if cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
    limit = aiohttp.ClientTimeout(total=SECONDS)
    path = "/" + url.split("/", 3)[3]
    shown = f"{method} {path if len(path) < 50 else path[:24] + '…' + path[-16:]}"
    async with (
        aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as http,
        http.request(method, url, data=content, headers=headers, allow_redirects=False) as answer,
    ):
        body = await answer.read()
        return Said(shown, answer.status, _problem(body) if answer.status >= 400 else "")


def _problem(body: bytes) -> str:
    try:
        told = msgspec.json.decode(body)
        return f"{str(told['type']).rpartition(':')[2]}: {told.get('why', '')}"
    except (msgspec.DecodeError, KeyError, TypeError, AttributeError):
        return ""


async def _call(exchange: Exchange, call: Call) -> Said:
    """One question over the exchange, and how it ended."""
    request = f"{call.method} {call.service.service}"
    try:
        (await exchange.call(call)).accepted()
    except RiikError as error:
        status = error.facts.get("status", getattr(error, "status", 400))
        return Said(request, int(status), verdict(error))
    return Said(request, 200, "")


async def _case(out: Path) -> str:
    """The number of the case of the last journey."""
    content = await asyncio.to_thread(Disk().read, out / "journey.json")
    if content is None:
        raise ActRefused("there is no case yet", why="no-journey")
    return str(msgspec.json.decode(content)["case"]["case"])


async def _stolen(running: Demonstration, case: str) -> str:
    """The statement in a question of the case, out of the Transport Administration's own log."""
    async with server_of(running, "transport") as exchange:
        return await exchange.in_thread(_statement_in, exchange, case)


def _statement_in(exchange: Exchange, case: str) -> str:
    for record in exchange.records(message_id=f"{case}-person"):
        asked = record.direction is Direction.REQUEST and record.role is Role.CONSUMER
        if asked and record.time_stamped:
            container = exchange.evidence(
                record.message_id, direction=Direction.REQUEST, role=Role.CONSUMER
            )
            return _authority(container)
    raise ActRefused("the log has no such question any more", why="no-journey")


def _authority(container: bytes) -> str:
    [message] = [one.content for one in read_zip(container) if one.name == "message.xml"]
    at = message.index(AUTHORITY) + len(AUTHORITY)
    return message[at:].split(b"\n")[0].decode().strip()
