"""Signing in and out at a site, for browsers, for scripts of ours, and for login itself.

GET  /sign-in?to=<path>       to the national login (``fresh=yes``: with the card again)
GET  /sign-in/back            from there, to <path>
GET  /sign-in/kept            what was kept of a form, to be sent again
POST /sign-out                leave, here and at login
POST /sign-out/back-channel   login says that a session is over
GET  /v1/session              who is signed in, and the token for X-Csrf; DELETE leaves
"""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from riik.core import RiikError, to_text
from riik.portal.design.http import language_of
from riik.portal.session.errors import (
    FormRefused,
    LoginSilent,
    SignedOut,
    SignInRefused,
    TokenRefused,
)
from riik.portal.session.forms import local_path, read_form
from riik.portal.session.http import KEPT, NEVER, SIGN_IN, Site, body_of
from riik.portal.session.model import Visitor
from riik.portal.session.oidc import read_answer

__all__ = ["door_routes"]

FORM: Final = "application/x-www-form-urlencoded"
GUARDS: Final = frozenset({"csrf"})
LATE: Final = frozenset({"unknown", "expired", "code", "over", "state"})


def door_routes(site: Site) -> list[Route]:
    """The routes of one site."""
    calls = _Calls(site)
    return [
        Route(SIGN_IN, calls.begin, methods=["GET"]),
        Route(f"{SIGN_IN}/back", calls.back, methods=["GET"]),
        Route(KEPT, site.page(calls.kept), methods=["GET"]),
        Route("/sign-out", calls.leave, methods=["POST"]),
        Route("/sign-out/back-channel", calls.hear, methods=["POST"]),
        Route("/v1/session", calls.told, methods=["GET"]),
        Route("/v1/session", calls.leave_by_script, methods=["DELETE"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers."""

    site: Site

    async def begin(self, request: Request) -> Response:
        """GET /sign-in: to the national login, unless somebody is signed in."""
        site, to = self.site, local_path(request.query_params.get("to", "/"))
        fresh = request.query_params.get("fresh") == "yes"
        if not fresh and await site.who(request) is not None:
            return site.go(to)
        browser = site.cookies.read(request, "visit") or site.guests.secret()
        language = language_of(request, site.frame.profile.languages)
        try:
            address = await site.guests.begin(
                browser=browser, to=to, language=language, fresh=fresh
            )
        except LoginSilent as silent:
            return self._failed(request, silent, to=to)
        response = RedirectResponse(address, 303, headers=NEVER)
        site.cookies.put(response, "visit", browser)
        return response

    async def back(self, request: Request) -> Response:
        """GET /sign-in/back: from the national login."""
        site, browser = self.site, self.site.cookies.read(request, "visit")
        try:
            answer = read_answer(request.query_params, issuer=site.guests.client.issuer)
            earlier = site.cookies.read(request, "guest")
            entered = await site.guests.enter(answer, browser=browser, earlier=earlier)
        except (SignInRefused, TokenRefused, LoginSilent) as error:
            # The back button leads here again: who is signed in needs no explanation.
            if await site.who(request) is not None:
                return site.go("/")
            to = await site.guests.abandon(request.query_params.get("state", ""), browser=browser)
            return self._failed(request, error, to=to)
        response = site.go(entered.to)
        site.cookies.put(response, "guest", entered.secret)
        return response

    async def kept(self, request: Request) -> Response:
        """GET /sign-in/kept: what was kept of a form, to be sent again."""
        visitor = await self.site.visitor(request)
        key = self.site.cookies.read(request, "kept")
        kept = await self.site.forms.kept(key, person=visitor.person) if key else None
        if kept is None:
            return self.site.go("/")
        form = read_form(kept.body, media_type=FORM).without(GUARDS)
        fields = [(name, value) for name, values in form.fields.items() for value in values]
        answers = len(form.without({"once"}).fields)
        shell = self.site.shell(request)
        return self.site.show(
            self.site.pages, "kept.html", shell, path=kept.path, fields=fields, answers=answers
        )

    async def leave(self, request: Request) -> Response:
        """POST /sign-out: leave, here and at login."""
        try:
            await self.site.form(request)
        except SignedOut:
            return self.site.go("/")
        return self._left(RedirectResponse(await self._leave(request), 303, headers=NEVER))

    async def leave_by_script(self, request: Request) -> Response:
        """DELETE /v1/session: leave here; answers where to leave login too."""
        await self.site.guard(request)
        location = await self._leave(request)
        return self._left(JSONResponse({"location": location}, headers=NEVER))

    async def hear(self, request: Request) -> Response:
        """POST /sign-out/back-channel: login says that a session is over."""
        try:
            kind = request.headers.get("content-type", "")
            form = read_form(await body_of(request), media_type=kind)
            await self.site.guests.hear_logout(form.text("logout_token"))
        except (FormRefused, TokenRefused) as refused:
            told = {"error": "invalid_request", "error_description": refused.why}
            return JSONResponse(told, 400, headers=NEVER)
        return Response(status_code=200, headers=NEVER)

    async def told(self, request: Request) -> Response:
        """GET /v1/session: who is signed in, and the token for X-Csrf."""
        visitor = await self.site.visitor(request)
        return JSONResponse(_shown(visitor) | {"csrf": self.site.csrf(request)}, headers=NEVER)

    async def _leave(self, request: Request) -> str:
        kept = self.site.cookies.read(request, "kept")
        if kept:
            await self.site.forms.forget(kept)
        return await self.site.guests.leave(self.site.cookies.read(request, "guest"))

    def _left(self, response: Response) -> Response:
        self.site.cookies.drop(response, "guest")
        self.site.cookies.drop(response, "kept")
        return response

    def _failed(self, request: Request, error: RiikError, *, to: str) -> Response:
        """Why nobody was let in, for people; scripts get the problem document."""
        if "text/html" not in request.headers.get("accept", ""):
            raise error
        shell = self.site.shell(request, sign_in="")
        number = getattr(request.state, "request_id", "")
        again = self.site.sign_in(to)
        response = self.site.show(
            self.site.pages,
            "failed.html",
            shell,
            status=error.status,
            kind=_kind(error),
            again=again,
            number=number,
        )
        if error.status == LoginSilent.status:
            response.headers["Retry-After"] = "5"
        return response


def _kind(error: RiikError) -> str:
    """Which of the four things that can happen: each has its own words."""
    if isinstance(error, LoginSilent):
        return "silent"
    if error.why == "cancelled":
        return "cancelled"
    return "late" if error.why in LATE else "wrong"


def _shown(visitor: Visitor) -> dict[str, Any]:
    return {
        "given_names": visitor.given_names,
        "surname": visitor.surname,
        "birth_date": visitor.birth_date,
        "level": visitor.level.value,
        "method": visitor.method,
        "began_at": to_text(visitor.began_at),
    }
