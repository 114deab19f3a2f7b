"""The status of a node and of a country, for people and for machines.

GET /status.json     of a node: `node_routes`
GET /numbers         of a country, for its minister: `number_routes`
GET /numbers/what-if of one service, with another fee or deadline: `try_routes`
GET /operator        of a node, for its operator: `operator_routes`
GET /                of a country, as a page (or where it is put); GET /status.json as JSON
GET /files/<name>    a file of the last journey, if it is one of those listed
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from riik.core import Refused, Unavailable
from riik.portal.design.http import address_of, html, language_of
from riik.portal.operator.figures import FiguresPage
from riik.portal.operator.health import Health
from riik.portal.operator.nodepage import NodePage
from riik.portal.operator.page import StatusPage
from riik.portal.operator.status import Country, NodeStatus, StatusSource
from riik.portal.operator.trying import TryPage, Wish, not_offered, read_wish

__all__ = ["country_routes", "node_routes", "number_routes", "operator_routes", "try_routes"]

KEEP_SECONDS = 10.0

Figures = Callable[[str], Awaitable[Mapping[str, Any]]]
"""Asks for figures, with names in a language."""


def node_routes(status: Callable[[], Awaitable[NodeStatus]]) -> list[BaseRoute]:
    """What every node serves of itself."""

    async def own(request: Request) -> Response:
        """GET /status.json: this node."""
        return _json(await status())

    return [Route("/status.json", own, methods=["GET"])]


def operator_routes(
    health: Callable[[], Awaitable[Health]], *, page: NodePage, usual: tuple[str, ...] = ("en",)
) -> list[BaseRoute]:
    """A node's page for its own operator; who reaches it is the node's matter."""

    async def show(request: Request) -> Response:
        """GET /operator: this node, for who runs it."""
        language = language_of(request, usual)
        shown = page.render(await health(), language=language, address=address_of(request))
        return html(shown, language)

    return [Route("/operator", show, methods=["GET"])]


def number_routes(
    services: Figures,
    looks: Figures,
    available: Figures,
    *,
    page: FiguresPage,
    usual: tuple[str, ...] = ("en",),
) -> list[BaseRoute]:
    """The country in numbers; each of the three asks for some of them in a language."""
    known = _Kept(services, looks, available)

    async def show(request: Request) -> Response:
        """GET /numbers: how services do, and how much was looked at."""
        language = language_of(request, usual)
        told, seen, answered = await known.ask(language)
        shown = page.render(told, seen, answered, language=language, address=address_of(request))
        return html(shown, language)

    return [Route("/numbers", show, methods=["GET"])]


class Provided(Protocol):
    """Asks providers what another figure would have made of their own past cases."""

    async def services(self, language: str) -> Sequence[Mapping[str, str]]: ...
    async def what_if(self, service: str, language: str, **figures: int) -> Mapping[str, Any]: ...


def try_routes(
    provided: Provided, *, page: TryPage, usual: tuple[str, ...] = ("en",)
) -> list[BaseRoute]:
    """What if? Anyone may try; one question at a time, for each makes a provider count a year."""
    turn = asyncio.Lock()

    async def ask(wish: Wish, language: str) -> Mapping[str, Any] | None:
        async with turn:
            try:
                return await provided.what_if(wish.service, language, **wish.figures)
            except Unavailable:
                return None

    async def show(request: Request) -> Response:
        """GET /numbers/what-if?service=&fee=&becomes= or &deadline=."""
        language = language_of(request, usual)
        wish = read_wish(dict(request.query_params), currency=page.profile.currency)
        try:
            told = await ask(wish, language) if wish.service else None
        except Refused:
            if "deadline" not in wish.figures:
                raise
            wish = not_offered(wish)
            told = await ask(wish, language)
        shown = page.render(
            wish,
            await provided.services(language),
            told,
            language=language,
            address=address_of(request),
        )
        return html(shown, language, 422 if wish.wrong else 200)

    return [Route("/numbers/what-if", show, methods=["GET"])]


class _Kept:
    """What was told, for a few seconds: a page that anyone may load asks nobody each time."""

    def __init__(self, *figures: Figures) -> None:
        self._ask = figures
        self._told: dict[str, tuple[float, asyncio.Future[list[Mapping[str, Any]]]]] = {}

    async def ask(self, language: str) -> Sequence[Mapping[str, Any]]:
        """All of them, in their order."""
        now = asyncio.get_running_loop().time()
        at, told = self._told.get(language, (0.0, None))
        if told is None or now - at > KEEP_SECONDS:
            told = asyncio.ensure_future(asyncio.gather(*(ask(language) for ask in self._ask)))
            self._told[language] = (now, told)
        # Whoever leaves early takes the answer from nobody else.
        return await asyncio.shield(told)


def country_routes(
    source: StatusSource,
    *,
    page: StatusPage,
    usual: tuple[str, ...] = ("en",),
    at: str = "/",
) -> list[BaseRoute]:
    """The country's page, its JSON and its files; `design.http` serves what dresses the page.

    Args:
        source: Asks the members.
        page: Renders.
        usual: The country's languages, for visitors who accept none of ours.
        at: Path of the page.
    """

    async def show(request: Request) -> Response:
        """GET / or where it is put: the country as a page."""
        language, country = language_of(request, usual), await source.country()
        return html(page.render(country, language=language, address=address_of(request)), language)

    async def tell(request: Request) -> Response:
        """GET /status.json: the country for machines."""
        return _json(_told(await source.country()))

    async def hand_out(request: Request) -> Response:
        """GET /files/<name>: a file of the last journey."""
        content = await source.file(request.path_params["name"])
        if content is None:
            return Response("There is no such file.", 404, media_type="text/plain")
        headers = {"Content-Disposition": "attachment"}
        return Response(content, media_type="application/octet-stream", headers=headers)

    return [
        Route(at, show, methods=["GET"]),
        Route("/status.json", tell, methods=["GET"]),
        Route("/files/{name:path}", hand_out, methods=["GET"]),
    ]


def _told(country: Country) -> dict[str, Any]:
    """The country with what follows from it, so that a machine needs no arithmetic."""
    return {
        "at": country.at,
        "answering": len(country.members) - len(country.silent),
        "silent": [member.listed.name for member in country.silent],
        "records": country.records,
        "looks": country.looks,
        "watched": country.watched,
        "messages": country.messages,
        "members": country.members,
        "files": country.files,
    }


def _json(value: object) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")
