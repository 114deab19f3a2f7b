"""What every site of the portal answers with: pages with their headers, and the design's files.

GET /design/<name>   a file of the design: `design_routes`
GET /design/         the gallery: every macro in its states, where it is asked for
                     (its other frames: /design/flow, /design/desk, /design/operator)

Headers: Content Security Policy 3 without anything inline; `Referrer-Policy: same-origin`, for
with ``no-referrer`` browsers send ``Origin: null`` on form posts, and forms check their origin.
"""

import gzip
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Final
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import riik.portal.design.gallery
from riik.portal.design.gallery.samples import FRAMES, sample_shell, sample_values
from riik.portal.design.pages import ASSETS, Pages, Shell
from riik.portal.design.problems import ProblemPage
from riik.portal.design.texts import LANGUAGES, choose_language
from riik.profiles import Profile, country_profile
from riik.runtime.web import Problem

__all__ = [
    "LANGUAGE_COOKIE",
    "PAGE_HEADERS",
    "KeepsLanguage",
    "address_of",
    "design_routes",
    "html",
    "language_of",
    "problem_pages",
]

PATH_SIGNS: Final = "/:@!$&'()*+,;=~-._"
"""What stands in a path as it is (RFC 3986 §3.3)."""

LANGUAGE_COOKIE: Final = "riik-lang"
YEAR: Final = 31_536_000

# The sheet finds its cloths without a version in the address, so a day must do for them.
KEEP: Final = {"Cache-Control": "public, max-age=86400"}

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; font-src 'none'; "
    "script-src 'self'; connect-src 'self'; form-action {forms}; base-uri 'none'; "
    "frame-ancestors 'none'"
)

PAGE_HEADERS: Final = {
    "Content-Security-Policy": POLICY.format(forms="'self'"),
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Vary": "Accept-Language, Cookie",
}
"""The headers of a page; `html` fills in where its forms may lead."""


def html(
    content: str,
    language: str,
    status: int = 200,
    *,
    form_action: Sequence[str] = (),
    popups: bool = False,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page as an answer.

    Args:
        content: Of `Pages.render`.
        language: The page's.
        status: 422 for a form that is shown again with its errors.
        form_action: Origins besides our own to which its forms lead. Chromium counts redirects
            after the post too, so a site that may send people to login names login's origin.
        popups: It opens the demonstration card's window, which must find its opener.
        headers: More headers.
    """
    forms = " ".join(("'self'", *form_action))
    answer = HTMLResponse(content, status, headers=PAGE_HEADERS)
    answer.headers["Content-Security-Policy"] = POLICY.format(forms=forms)
    answer.headers["Content-Language"] = language
    if popups:
        answer.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    answer.headers.update(headers or {})
    return answer


def language_of(request: Request, usual: Sequence[str] = ("en",)) -> str:
    """The language of the answer: asked for, kept in the cookie, accepted, or the country's."""
    return choose_language(
        request.query_params.get("lang"),
        request.cookies.get(LANGUAGE_COOKIE),
        request.headers.get("accept-language", ""),
        usual=usual,
    )


def address_of(request: Request) -> str:
    """Path and query of this request, for `Shell.address`: always of this site.

    A link to ``//evil.example`` leads away, so a path that was asked for with more than one slash
    in front has one here.
    """
    path = "/" + quote(request.scope["path"].lstrip("/\\"), safe=PATH_SIGNS)
    query = request.url.query
    return f"{path}?{query}" if query else path


class KeepsLanguage:
    """Keeps the language of ``?lang=`` for a year, for all sites of this host (ASGI)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; add the cookie to the answer of one that chose a language."""
        wanted = Request(scope).query_params.get("lang") if scope["type"] == "http" else None
        if wanted not in LANGUAGES:
            await self.app(scope, receive, send)
            return
        secure = "; Secure" if scope["scheme"] == "https" else ""
        cookie = f"{LANGUAGE_COOKIE}={wanted}; Max-Age={YEAR}; Path=/; SameSite=Lax{secure}"

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).append("set-cookie", cookie)
            await send(message)

        await self.app(scope, receive, answer)


def problem_pages(
    profile: Profile,
    *,
    place: Mapping[str, str] | None = None,
    home: str = "/",
    sign_in: str = "",
    demonstration: str = "",
) -> Callable[[Request, Problem], Response]:
    """What `runtime.web.edge` takes as ``pages``: problems in the visitor's language.

    Args:
        profile: The country's.
        place: Name of the site, by language.
        home: Where one begins.
        sign_in: Where one signs in, for those who are not.
        demonstration: Address of the demonstration's front page.
    """
    page = ProblemPage()

    def show(request: Request, problem: Problem) -> Response:
        language = language_of(request, profile.languages)
        shell = Shell(
            language=language,
            profile=profile,
            # A page that was posted can't be asked for in another language.
            address=address_of(request) if request.method == "GET" else home,
            place=(place or {}).get(language, ""),
            home=home,
            sign_in=sign_in,
            demonstration=demonstration,
            posted=request.method not in ("GET", "HEAD"),
        )
        content = page.render(
            shell,
            status=problem.status,
            number=problem.request,
            changes=request.method not in ("GET", "HEAD"),
        )
        return html(content, language, problem.status)

    return show


def design_routes(*, gallery: bool = False) -> list[BaseRoute]:
    """One route a file; nothing else of the folder can be asked for.

    Args:
        gallery: Serve the page of all macros too.
    """
    routes: list[BaseRoute] = [_route(name, media_type) for name, media_type in ASSETS.items()]
    return [*routes, *_gallery_routes()] if gallery else routes


def _gallery_routes() -> list[BaseRoute]:
    pages = Pages(riik.portal.design.gallery)

    def route(name: str, template: str) -> Route:
        async def show(request: Request) -> Response:
            """GET /design/<frame>: samples in one frame; ``country=vn`` writes as Vietnam does."""
            country = "vn" if request.query_params.get("country") == "vn" else "ee"
            profile, language = country_profile(country), language_of(request)
            texts = pages.texts[language]
            shell = sample_shell(language, profile, texts, address=address_of(request))
            values = sample_values(texts, frame=name)
            return html(pages.render(template, shell, **values), language)

        return Route(f"/design/{name}", show, methods=["GET"])

    return [route(name, template) for name, template in FRAMES.items()]


def _route(name: str, media_type: str) -> Route:
    content, packed = _file(name)
    headers = {**KEEP, "Content-Type": media_type, "Vary": "Accept-Encoding"}

    async def asset(request: Request) -> Response:
        """GET /design/<name>: packed for whoever takes gzip (RFC 9110 §8.4.1.3), never a page.

        A page holds the session's token beside words from its address: its packed length would
        tell of the token.
        """
        if "gzip" in request.headers.get("accept-encoding", ""):
            return Response(packed, headers={**headers, "Content-Encoding": "gzip"})
        return Response(content, headers=headers)

    return Route(f"/design/{name}", asset, methods=["GET"])


@cache
def _file(name: str) -> tuple[bytes, bytes]:
    """A file of the design as it is, and packed: once a process, however many sites serve it."""
    content = files(__package__).joinpath(name).read_bytes()
    return content, gzip.compress(content, 9, mtime=0)
