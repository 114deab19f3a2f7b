"""Who is at the site: one browser, what is kept for it, and proof that its own page sent a form."""

import asyncio
from collections.abc import Mapping
from hashlib import sha256
from hmac import compare_digest
from secrets import token_urlsafe
from time import time
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from bank.kept import Kept
from bank.web import Refused
from bank.words import Words

__all__ = ["Guest", "body_of", "form_of"]

WAITING, IDLE, LONGEST = 900.0, 300.0, 3_600.0
"""Seconds: a sign-in may take a quarter of an hour; a quiet customer stays for five minutes
(Delegated Regulation (EU) 2018/389, art. 4(3)(d)), and nobody longer than an hour, whatever they
do: then the card is asked again."""
MOST_BYTES, BODY_SECONDS = 64 * 1024, 30.0


class Guest:
    """One browser for the length of one request."""

    def __init__(self, request: Request, *, kept: Kept, words: Words, origin: str) -> None:
        """Find what is kept for this browser, or greet a new one."""
        self.words, self._kept, self._origin = words, kept, origin
        self._secure = origin.startswith("https:")
        self._brought = request.cookies.get(self._cookie, "")
        self._secret = self._brought or token_urlsafe(32)

    @property
    def told(self) -> dict[str, Any]:
        """What is kept, read anew each time: another tab may have changed it."""
        return self._kept.get(self._secret)

    @property
    def who(self) -> dict[str, str] | None:
        """The signed-in customer; being asked moves the end of their five minutes."""
        told = self.told
        if "who" not in told:
            return None
        self._kept.put(self._secret, told, seconds=_left(told))
        return dict(told["who"])

    @property
    def csrf(self) -> str:
        """What a form of ours carries; another site can't compute it."""
        return sha256(f"csrf {self._secret}".encode()).hexdigest()

    def keep(self, **changes: Any) -> None:
        """Keep something more for this browser; None takes it away."""
        changed = self.told | changes
        told = {name: value for name, value in changed.items() if value is not None}
        self._kept.put(self._secret, told, seconds=_left(told) if "who" in told else WAITING)

    def take(self, name: str) -> Any:
        """Take something out: whoever comes a second time finds nothing."""
        found = self.told.get(name)
        if found is not None:
            self.keep(**{name: None})
        return found

    def begin(self, state: str, begun: dict[str, str]) -> None:
        """Remember a sign-in that goes to the login, beside the latest of other tabs."""
        earlier = list(self.told.get("begun", {}).items())[-4:]
        self.keep(begun={**dict(earlier), state: begun})

    def come_back(self, state: str) -> dict[str, str] | None:
        """The sign-in that comes back with this state; once."""
        begun = dict(self.told.get("begun", {}))
        found: dict[str, str] | None = begun.pop(state, None)
        if found is not None:
            self.keep(begun=begun)
        return found

    def enter(self, **told: Any) -> None:
        """Sign in: under a new secret, so that one who planted the old one gains nothing.

        Raises:
            Refused: The login ended this session while it was on its way (``expired``).
        """
        kept = self.told
        self._kept.drop(self._secret)
        self._secret = token_urlsafe(32)
        if self._kept.is_over(str(told.get("sid", ""))):
            raise Refused("expired", 401)
        self.keep(**{"begun": kept.get("begun"), "since": time(), **told})

    def leave(self) -> dict[str, Any]:
        """Sign out; answers what was kept."""
        told = self.told
        self._kept.drop(self._secret)
        self._secret = token_urlsafe(32)
        return told

    def check(self, request: Request, csrf: str) -> None:
        """A form counts only from a page of ours, in this browser."""
        origin = request.headers.get("origin", self._origin)
        if origin != self._origin or not compare_digest(csrf.encode(), self.csrf.encode()):
            raise Refused("foreign-page", 403)

    def remember(self, response: Response) -> None:
        """Let the browser keep its secret."""
        if self._secret != self._brought:
            response.set_cookie(
                self._cookie, self._secret, httponly=True, samesite="lax", secure=self._secure
            )

    @property
    def _cookie(self) -> str:
        return "__Host-bank-session" if self._secure else "bank-session"


def _left(told: Mapping[str, Any]) -> float:
    """How long a session that is used now may go on without being used again."""
    return min(IDLE, float(told.get("since", 0.0)) + LONGEST - time())


async def body_of(request: Request, *, seconds: float = BODY_SECONDS) -> bytes:
    """A body that is not too long and does not take too long to come."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise Refused("too-long", 413)
    except TimeoutError as error:
        raise Refused("too-slow", 408) from error
    return bytes(body)


async def form_of(request: Request) -> dict[str, str]:
    """The fields of a form."""
    try:
        return dict(parse_qsl((await body_of(request)).decode(), keep_blank_values=True))
    except UnicodeDecodeError as error:
        raise Refused("form") from error
