"""Signing with others: what somebody asks one to sign, and how one says no.

GET  /cases/<case>/joint     who asks, until when, and exactly the text that they signed
GET  /cases/<case>/decline   what a no means; POST says it
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import from_text
from riik.portal.citizen.apply.http import case_page, guide_of
from riik.portal.citizen.apply.rows import law_name, statement_rows
from riik.portal.citizen.apply.where import at, where
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import FormRefused

__all__ = ["routes"]

View = dict[str, Any]


def routes(hall: Hall) -> list[Route]:
    """The routes of who was asked to sign as well."""
    joint, case = _Joint(hall), "/cases/{case}"
    return [
        Route(f"{case}/joint", case_page(hall, joint.read), methods=["GET"]),
        Route(f"{case}/decline", case_page(hall, joint.before), methods=["GET"]),
        Route(f"{case}/decline", case_page(hall, joint.decline), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Joint:
    """The handlers."""

    hall: Hall

    async def read(self, request: Request) -> Response:
        """GET /cases/<case>/joint: exactly what the other one signed."""
        view = await self._view(request)
        if "decline" not in view["may"]:
            return self.hall.site.go(f"{where(view)}?moved=yes")
        guide = await guide_of(self.hall, request, view)
        fee = view["statement"]["fee"]
        return await self._show(
            request,
            "joint.html",
            view,
            rows=statement_rows(view["statement"]["rows"], self.hall.formats(request)),
            law=law_name((fee or {}).get("law", ""), guide),
        )

    async def before(self, request: Request) -> Response:
        """GET /cases/<case>/decline: what a no means."""
        view = await self._view(request)
        if "decline" not in view["may"]:
            return self.hall.site.go(f"{where(view)}?moved=yes")
        return await self._show(request, "decline.html", view)

    async def decline(self, request: Request) -> Response:
        """POST /cases/<case>/decline: say no; it ends with that."""
        hall, case = self.hall, request.path_params["case"]
        visitor, form = await hall.site.visitor(request), await hall.site.form(request)
        if form.fields:
            raise FormRefused("the form has fields that this page does not", why="fields")
        await hall.counter.portal.step(visitor, case, step="decline", content={})
        return hall.site.go(at(case))

    async def _view(self, request: Request) -> View:
        visitor = await self.hall.site.visitor(request)
        case, language = request.path_params["case"], self.hall.language(request)
        return await self.hall.counter.portal.status(visitor, case, language=language)

    async def _show(self, request: Request, template: str, view: View, **values: Any) -> Response:
        return await self.hall.show(
            request,
            template,
            place=view["organisation"],
            view=view,
            case=at(view["case"]),
            until=from_text(view["joint"]["until"]),
            errors=[],
            **values,
        )
