"""What every page has: its guest, its language, careful headers, and words for what goes wrong."""

import json
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from bank.guests import Guest
from bank.kept import Kept
from bank.settings import Settings
from bank.web import Refused, Silent
from bank.words import LANGUAGES, Words, choose_language
from riik.core import RiikError, Unavailable

__all__ = ["SENTENCES", "Frame", "json_answer"]

YEAR = 365 * 24 * 3600
Page = Callable[[Request, Guest], Awaitable[Response]]

SENTENCES = {
    "user_cancel": "You went back. Nothing was paid.",
    "no-account": "You have no account at this bank. Nothing was paid.",
    "funds": "There is not enough money on your account. Nothing was paid.",
    "currency": "Your account is in another currency. Nothing was paid.",
    "login_required": "This card belongs to somebody else. Nothing was paid.",
    "level": "A payment needs an ID-card. Nothing was paid.",
    "silent": "The bank or the national login does not answer. Look here again in a few minutes.",
    "other": "The confirmation came too late. Nothing was paid. Confirm once more.",
}
"""What is said beside an order, by the reason that login or bank gave."""

PROBLEMS = {
    "unknown": ("There is nothing here", "Go back to the site that sent you, and start there."),
    "no-page": ("There is no such page", "Check the address, or begin at the front page."),
    "no-account": ("You have no account here", "Only customers of this bank can sign in."),
    "not-clerk": ("You do not work here", "Only clerks of this bank can open this page."),
    "no-consent": (
        "The customer has not allowed this",
        "Nothing was shown. Ask the customer to allow it on their own page.",
    ),
    "user_cancel": ("You went back", "Nobody was signed in."),
    "foreign-page": ("This page was too old", "Nothing was done. Open it again and repeat."),
    "signed": (
        "You have signed this already",
        "Nothing was changed. Open the agreement to see it.",
    ),
    "expired": ("That took too long", "This sign-in has ended or was used. Start again."),
    "silent": ("Somebody does not answer", "Nothing was lost. Try again in a few minutes."),
    "other": ("That did not work", "Nothing was done. Start again from the front page."),
    "broken": ("Something broke on our side", "Nothing was done. Try again in a few minutes."),
}
"""Title and advice of the page that says what went wrong."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong, as a page or a problem document (RFC 9457) tells it."""

    why: str
    status: int

    @classmethod
    def of(cls, error: Exception) -> "Problem":
        """What to tell of any failure; what nobody foresaw goes to the log and not to the page."""
        if isinstance(error, Refused):
            return cls(error.why, error.status)
        if isinstance(error, Silent | Unavailable):
            return cls("silent", 503)
        if isinstance(error, RiikError):
            return cls(error.why, error.status)
        logging.getLogger("bank").error("a page failed", exc_info=error)
        return cls("broken", 500)

    @property
    def told(self) -> tuple[str, str]:
        """Title and advice, in English."""
        return PROBLEMS.get(self.why, PROBLEMS["other"])

    def document(self) -> dict[str, Any]:
        """The same for the script of the card."""
        title, _ = self.told
        return {"type": "urn:bank:contract", "title": title, "status": self.status, "why": self.why}


class Frame:
    """Makes pages out of handlers and templates."""

    def __init__(self, settings: Settings, kept: Kept) -> None:
        """Read the templates that stand beside this file."""
        self._settings, self._kept = settings, kept
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).parent / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, handler: Page) -> Callable[[Request], Awaitable[Response]]:
        """A handler with its guest, careful headers, and a page for what goes wrong."""

        async def answer(request: Request) -> Response:
            wanted = request.query_params.get("lang", "")
            language = choose_language(
                wanted,
                request.cookies.get("riik-lang", ""),
                request.headers.get("accept-language", ""),
                next(iter(self._settings.names)),
            )
            words = Words(language, self._settings.zone)
            guest = Guest(request, kept=self._kept, words=words, origin=self._settings.origin)
            try:
                response = await handler(request, guest)
            except Exception as error:  # noqa: BLE001 - one place turns all of them into a page
                response = self._fail(request, guest, error)
            if wanted in LANGUAGES:
                response.set_cookie("riik-lang", wanted, max_age=YEAR, samesite="lax")
            if not request.url.path.startswith("/static/"):
                guest.remember(response)
            return self._careful(response)

        return answer

    def show(
        self, template: str, request: Request, guest: Guest, *, status: int = 200, **values: Any
    ) -> Response:
        """A template as a page."""
        # One slash in front: an address that begins with two is another site's.
        here = "/" + quote(request.scope["path"].lstrip("/\\"))
        query = {name: value for name, value in request.query_params.items() if name != "lang"}
        html = self._templates.get_template(template).render(
            _=guest.words,
            settings=self._settings,
            languages={
                code: (LANGUAGES[code], f"{here}?{urlencode({**query, 'lang': code})}")
                for code in dict.fromkeys((next(iter(self._settings.names)), "en", *LANGUAGES))
                if code in LANGUAGES
            },
            who=guest.who,
            clerk="desk" in guest.told,
            csrf=guest.csrf,
            here=here,
            **values,
        )
        return Response(html, status, media_type="text/html")

    def _fail(self, request: Request, guest: Guest, error: Exception) -> Response:
        problem = Problem.of(error)
        if "json" in request.headers.get("accept", ""):
            return json_answer(problem.document(), status=problem.status)
        return self.show("problem.html", request, guest, status=problem.status, problem=problem)

    def _careful(self, response: Response) -> Response:
        popups = "same-origin-allow-popups" if self._settings.card else "same-origin"
        careful = {
            "Cache-Control": "no-store",
            "Content-Security-Policy": (
                "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; "
                f"connect-src 'self'; form-action 'self' {self._settings.login}; "
                "base-uri 'none'; frame-ancestors 'none'"
            ),
            "Cross-Origin-Opener-Policy": popups,
            "Referrer-Policy": "same-origin",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }
        for name, value in careful.items():
            response.headers.setdefault(name, value)
        return response


def json_answer(told: dict[str, Any], *, status: int = 200) -> Response:
    """A JSON document."""
    return Response(json.dumps(told), status, media_type="application/json")
