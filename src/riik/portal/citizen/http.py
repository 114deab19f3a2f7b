"""The portal's calls for a browser, as JSON: what its pages will be made of.

GET  /v1/services             the catalogue; no sign-in
GET  /v1/cases                POST: {"service", "language", "for", "once"}
GET  /v1/cases/<case>         POST /v1/cases/<case>/<step>
GET  /v1/cases/<case>/documents/<name>
GET  /v1/notices
GET  /v1/registers            whose looks are told here; /v1/registers/<n>/own: one's own data
GET  /v1/looks/<register>     GET /v1/looks/<register>/proofs: with their receipts
GET  /v1/mine/cases           their cases at all providers, ``?language=``
GET  /v1/mine/mandates        for whom they may act
GET  /v1/mine/notices         what they were told
GET  /v1/mine/data            what each register holds of them
POST /v1/mine/corrections      {"register", "field", "says", "should_be", "why", "once"}: this is
                              wrong; ``once`` makes it safe to send it again
GET  /v1/mine/looks           who looked, grouped and proved, ``?days=``
GET  /v1/catalogue            guides in ``?language=``; with ``?words=`` what fits them; no sign-in
GET  /v1/catalogue/<service>  one guide
GET  /v1/numbers              how services do, ``?days=``; no sign-in
"""

import re
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.core import ClientId, person_code
from riik.portal.citizen.component import Portal
from riik.portal.citizen.counter import CitizenCounter
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.model import Register
from riik.portal.design.texts import choose_language
from riik.portal.session import Visitor
from riik.portal.session.http import Handler, Site
from riik.runtime.web import whole_number

__all__ = ["mine_routes", "open_routes", "routes"]

_STEP = re.compile(r"[A-Za-z0-9_-]{1,64}(/[A-Za-z0-9_-]{1,64}){0,3}\Z")


def routes(portal: Portal, *, site: Site) -> list[Route]:
    """The routes; ``site`` knows who is signed in, and whose page asks."""
    calls, script = _Calls(portal, site), site.script
    return [
        Route("/v1/services", calls.services, methods=["GET"]),
        Route("/v1/cases", script(calls.cases), methods=["GET"]),
        Route("/v1/cases", script(calls.start), methods=["POST"]),
        Route("/v1/cases/{case}", script(calls.status), methods=["GET"]),
        Route("/v1/cases/{case}/documents/{name}", script(calls.document), methods=["GET"]),
        Route("/v1/cases/{case}/{step:path}", script(calls.step), methods=["POST"]),
        Route("/v1/notices", script(calls.notices), methods=["GET"]),
        Route("/v1/looks/{register}", script(calls.looks), methods=["GET"]),
        Route("/v1/looks/{register}/proofs", script(calls.proofs), methods=["GET"]),
        Route("/v1/registers", calls.registers, methods=["GET"]),
        Route("/v1/registers/{register}/own", script(calls.own_data), methods=["GET"]),
    ]


def open_routes(counter: CitizenCounter) -> list[Route]:
    """What anybody may ask without signing in."""
    catalogue = counter.catalogue

    async def guides(request: Request) -> Response:
        """GET /v1/catalogue: all guides, or those that fit some words."""
        words, language = request.query_params.get("words"), _language(request)
        if words is None:
            return JSONResponse(await catalogue.services(language))
        return JSONResponse({"services": await catalogue.search(words, language)})

    async def guide(request: Request) -> Response:
        """GET /v1/catalogue/<service>: one guide."""
        service = request.path_params["service"]
        return JSONResponse(await catalogue.guide(service, _language(request)))

    async def numbers(request: Request) -> Response:
        """GET /v1/numbers: how services do."""
        days = whole_number(request.query_params, "days", default=30, least=1, most=365)
        return JSONResponse(await counter.numbers.all(_language(request), days=days))

    return [
        Route("/v1/numbers", numbers, methods=["GET"]),
        Route("/v1/catalogue", guides, methods=["GET"]),
        Route("/v1/catalogue/{service}", guide, methods=["GET"]),
    ]


def mine_routes(counter: CitizenCounter, *, site: Site) -> list[Route]:
    """What the pages know of who is signed in, for programs; the pages themselves ask the same."""

    def answering(ask: Callable[[Visitor, str, Request], Awaitable[object]]) -> Handler:
        async def answer(request: Request) -> Response:
            visitor = await site.visitor(request)
            return JSONResponse(await ask(visitor, _language(request), request))

        return site.script(answer)

    def looks(visitor: Visitor, language: str, request: Request) -> Awaitable[object]:
        days = whole_number(request.query_params, "days", default=30, most=36_500)
        return counter.looks(visitor, language, days=days)

    async def correct(request: Request) -> Response:
        """POST /v1/mine/corrections: this is wrong."""
        visitor, content = await site.visitor(request), await site.json(request)
        names = ("field", "says", "should_be", "why", "once")
        parts = {name: str(content.get(name, "")) for name in names}
        told = await counter.correct(
            visitor,
            register=ClientId.parse(str(content.get("register", ""))),
            language=_language(request),
            **parts,
        )
        return JSONResponse(told, status_code=201)

    return [
        Route("/v1/mine/corrections", site.script(correct), methods=["POST"]),
    ] + [
        Route(f"/v1/mine/{name}", answering(ask), methods=["GET"])
        for name, ask in (
            ("cases", lambda visitor, language, _: counter.cases.mine(visitor, language)),
            ("mandates", lambda visitor, language, _: counter.mandates(visitor, language)),
            ("notices", lambda visitor, language, _: counter.notices(visitor, language)),
            ("data", lambda visitor, language, _: counter.own(visitor, language)),
            ("looks", looks),
        )
    ]


class _Calls:
    """The handlers of one portal."""

    def __init__(self, portal: Portal, site: Site) -> None:
        self.portal, self.site = portal, site

    async def services(self, request: Request) -> Response:
        """GET /v1/services: the catalogue."""
        return JSONResponse(
            [
                {"id": entry.id, "names": dict(entry.names), "by": dict(entry.organisation)}
                for entry in self.portal.catalogue
            ]
        )

    async def cases(self, request: Request) -> Response:
        """GET /v1/cases: the person's cases."""
        return JSONResponse(await self.portal.cases(await self.site.visitor(request)))

    async def start(self, request: Request) -> Response:
        """POST /v1/cases: begin a case."""
        visitor, content = await self.site.visitor(request), await self.site.json(request)
        status = await self.portal.start(
            visitor,
            service=str(content.get("service", "")),
            language=str(content.get("language", "et")),
            person=person_code(str(content["for"])) if "for" in content else None,
            once=str(content.get("once", ""))[:200],
        )
        return JSONResponse(status, status_code=201)

    async def status(self, request: Request) -> Response:
        """GET /v1/cases/<case>: where it stands."""
        visitor = await self.site.visitor(request)
        language = request.query_params.get("language", "")
        case = request.path_params["case"]
        field = request.query_params.get("find", "")[:64]
        find = (field, request.query_params.get("words", "")[:100]) if field else None
        return JSONResponse(await self.portal.status(visitor, case, language=language, find=find))

    async def step(self, request: Request) -> Response:
        """POST /v1/cases/<case>/<step>: the next step."""
        visitor, content = await self.site.visitor(request), await self.site.json(request)
        step = request.path_params["step"]
        # That a register took a correction, the portal itself tells a case: no word is believed.
        if not _STEP.match(step) or step.partition("/")[0] == "dispute":
            raise PortalRefused("there is no such step", why="no-step")
        status = await self.portal.step(
            visitor,
            request.path_params["case"],
            step=step,
            content=content,
        )
        return JSONResponse(status)

    async def document(self, request: Request) -> Response:
        """GET /v1/cases/<case>/documents/<name>: a paper of the case."""
        visitor, name = await self.site.visitor(request), request.path_params["name"]
        content = await self.portal.document(visitor, request.path_params["case"], name)
        headers = {"Content-Disposition": f'attachment; filename="{name}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)

    async def notices(self, request: Request) -> Response:
        """GET /v1/notices: what the state told the person."""
        return JSONResponse(await self.portal.notices(await self.site.visitor(request)))

    async def looks(self, request: Request) -> Response:
        """GET /v1/looks/<register>: who looked, by one register."""
        visitor = await self.site.visitor(request)
        register = self._register(request).client
        answer = await self.portal.looks(visitor, register, query=request.url.query)
        return Response(answer.accepted().body, media_type="application/json")

    async def proofs(self, request: Request) -> Response:
        """GET /v1/looks/<register>/proofs: looks with their receipts."""
        visitor = await self.site.visitor(request)
        register = self._register(request).client
        answer = await self.portal.proofs(visitor, register, query=request.url.query)
        return Response(answer.accepted().body, media_type="application/json")

    async def own_data(self, request: Request) -> Response:
        """GET /v1/registers/<register>/own: what the register holds of the person."""
        visitor = await self.site.visitor(request)
        answer = await self.portal.own_data(visitor, self._register(request))
        return Response(answer.accepted().body, media_type="application/json")

    async def registers(self, request: Request) -> Response:
        """GET /v1/registers: the registers whose looks are told here."""
        return JSONResponse(
            [
                {"client": str(register.client), "organisation": dict(register.organisation)}
                for register in self.portal.registers
            ]
        )

    def _register(self, request: Request) -> Register:
        known = {str(position): one for position, one in enumerate(self.portal.registers)}
        register = known.get(request.path_params["register"])
        if register is None:
            raise PortalRefused("there is no such register", why="no-register")
        return register


def _language(request: Request) -> str:
    asked = request.query_params.get("language")
    return choose_language(asked, None, request.headers.get("accept-language", ""))
