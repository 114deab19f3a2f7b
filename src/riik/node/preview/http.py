"""The preview's site: the citizens' own pages, a banner on each, and acts that pretend.

GET  /                       what is wrong with the folder; begin; who one is; what was told
GET  /preview/as/<person>    be the other made-up person
GET  /cases/<case>/sign      the statement; POST pretends to sign it
GET  /preview/pay/<case>     pretends that the fee was paid
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import Any, cast

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

import riik.portal.citizen
import riik.portal.session
from riik.core import Finding, PersonCode
from riik.node.preview.counter import PreviewCounter
from riik.node.preview.house import PEOPLE, Previewed
from riik.portal.citizen.apply.files.http import routes as files_routes
from riik.portal.citizen.apply.http import routes as apply_routes
from riik.portal.citizen.apply.items.http import routes as items_routes
from riik.portal.citizen.apply.joint.http import routes as joint_routes
from riik.portal.citizen.apply.rows import statement_rows
from riik.portal.citizen.apply.sign.http import routes as sign_routes
from riik.portal.citizen.following.http import routes as following_routes
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.hall.ports import Counter
from riik.portal.design.http import design_routes, html
from riik.portal.design.pages import Pages
from riik.portal.design.shell import Shell
from riik.portal.session import Guests, Visitor
from riik.portal.session.frame import Frame
from riik.portal.session.http import NEVER, Site
from riik.profiles import Profile

__all__ = ["Told", "preview_routes"]

Told = Callable[[], tuple[str, list[Finding]]]
"""Looks at the folder anew: its name, and what is to be corrected or looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _PreviewSite(Site):
    """A site whose visitor is made up; every page says that it is a preview.

    Attributes:
        here: The service.
        look: What is wrong with the folder now.
    """

    here: Previewed
    look: Told

    async def visitor(self, request: Request) -> Visitor:
        """The made-up person; what changes something comes from our own pages all the same."""
        if request.method not in ("GET", "HEAD"):
            self._check_origin(request)
        visitor = self.here.visitor()
        request.state.visitor = visitor
        return visitor

    def csrf(self, request: Request) -> str:
        """Nobody is signed in, so there is nothing that a token would guard."""
        return "preview"

    def _check_token(self, request: Request, token: str) -> None:
        """See `csrf`; the origin is checked."""

    def show(
        self, pages: Pages, template: str, shell: Shell, /, *, status: int = 200, **values: Any
    ) -> Response:
        """A page under its banner."""
        content = pages.render(template, replace(shell, sign_out=""), **values)
        return html(_under(content, self.banner()), shell.language, status, headers=NEVER)

    def banner(self) -> str:
        """What every page says first: that nothing is real, and what is wrong with the folder."""
        name, found = self.look()
        given, family = PEOPLE[self.here.person]
        lines = "".join(
            f"<li><code>{escape(one.place)}</code> {escape(one.text)}. {escape(one.remedy)}</li>"
            for one in found
        )
        grave = sum(one.grave for one in found)
        said = f"{grave} to correct, {len(found) - grave} to look at" if found else "check passes"
        listed = f"<details><summary>{said}</summary><ul>{lines}</ul></details>" if lines else said
        kind = "no" if grave else "wait"
        refused = f"<p>It can't run as it is: {escape(self.here.refused)}. </p>"
        return (
            f'<div class="notice {kind}" role="note"><div class="stack-s">'
            f"<p><strong>Preview of {escape(name)}.</strong> Nothing is real: you are "
            f"{escape(given)} {escape(family)}, who is made up; nothing is asked, signed or paid. "
            f'<a href="/">The preview</a></p>{refused if self.here.refused else ""}'
            f"<div>{listed}</div></div></div>"
        )


def preview_routes(
    here: Previewed, *, look: Told, profile: Profile, origin: str
) -> list[BaseRoute]:
    """All pages of a preview.

    Args:
        here: The service.
        look: Looks at the folder anew; called for every page.
        profile: The country's.
        origin: As browsers write it.
    """
    site = _PreviewSite(
        guests=cast("Guests", None),
        forms=here.kept,
        origin=origin,
        node="preview",
        frame=Frame(profile=profile, names={"en": "Preview"}, leads_to=(origin,)),
        pages=Pages(riik.portal.session),
        here=here,
        look=look,
    )
    hall = Hall(
        site=site,
        counter=cast("Counter", PreviewCounter(here)),
        pages=Pages(riik.portal.citizen),
        clock=here.place.clock,
    )
    acts = _Acts(here, hall, site)
    return [
        Route("/", hall.page(acts.front), methods=["GET"]),
        Route("/preview/as/{person}", acts.become, methods=["GET"]),
        Route("/preview/pay/{case}", acts.pay, methods=["GET"]),
        Route("/cases/{case}/sign", hall.page(acts.before), methods=["GET"]),
        Route("/cases/{case}/sign", hall.page(acts.sign), methods=["POST"]),
        Route("/cases/{case}/documents/{name}", hall.page(acts.paper), methods=["GET"]),
        *apply_routes(hall),
        *items_routes(hall),
        *files_routes(hall),
        *joint_routes(hall),
        *sign_routes(hall),
        *following_routes(hall),
        *design_routes(),
    ]


@dataclass(frozen=True)
class _Acts:
    """The preview's own handlers."""

    here: Previewed
    hall: Hall
    site: _PreviewSite

    async def front(self, request: Request) -> Response:
        """GET /: begin, and what happened."""
        self.site.look()
        language, definition = self.hall.language(request), self.here.definition
        names = {code: " ".join(name) for code, name in PEOPLE.items()}
        return await self.hall.show(
            request,
            "preview.html",
            service=definition
            and {
                "id": definition.id,
                "name": definition.names.get(language, definition.id),
                "version": definition.version,
            },
            people=[
                {"code": code, "name": name, "here": code == self.here.person}
                for code, name in names.items()
            ],
            told=[
                {"name": names.get(person, person), "title": _title(notice, language)}
                for person, notice in self.here.outside.told
            ],
            errors=[],
        )

    async def become(self, request: Request) -> Response:
        """GET /preview/as/<person>: be somebody else."""
        if request.path_params["person"] in PEOPLE:
            self.here.person = PersonCode(request.path_params["person"])
        return RedirectResponse("/cases", 303, headers=NEVER)

    async def pay(self, request: Request) -> Response:
        """GET /preview/pay/<case>: as if it was paid."""
        case = request.path_params["case"]
        self.here.pay(case)
        await self.here.rest()
        return RedirectResponse(f"/cases/{case}/receipt?bank=back", 303, headers=NEVER)

    async def before(self, request: Request) -> Response:
        """GET /cases/<case>/sign: exactly what would be signed."""
        case, language = request.path_params["case"], self.hall.language(request)
        visitor = await self.site.visitor(request)
        view = await self.hall.counter.portal.status(visitor, case, language=language)
        if view["next"]["step"] != "submission":
            return self.site.go(f"/cases/{case}/continue?moved=yes")
        rows = statement_rows(view["statement"]["rows"], self.hall.formats(request))
        return await self.hall.show(
            request,
            "preview-sign.html",
            place=view["organisation"],
            view=view,
            case=f"/cases/{case}",
            rows=rows,
            errors=[],
        )

    async def sign(self, request: Request) -> Response:
        """POST /cases/<case>/sign: pretend to sign."""
        case, portal = request.path_params["case"], self.hall.counter.portal
        visitor = await self.site.visitor(request)
        words = {"certificate": "AAAA", "language": self.hall.language(request)}
        await portal.step(visitor, case, step="submission", content=words)
        await portal.step(visitor, case, step="signature", content={"value": "AAAA"})
        return self.site.go(f"/cases/{case}/continue")

    async def paper(self, request: Request) -> Response:
        """GET /cases/<case>/documents/<name>: a paper, to keep."""
        case, name = request.path_params["case"], request.path_params["name"]
        visitor, language = await self.site.visitor(request), self.hall.language(request)
        content = await self.hall.counter.portal.document(visitor, case, name, language=language)
        plain = "".join(sign if sign.isalnum() or sign in ".-" else "-" for sign in name)
        headers = {**NEVER, "Content-Disposition": f'attachment; filename="{plain}"'}
        return Response(content, media_type="application/octet-stream", headers=headers)


def _under(page: str, banner: str) -> str:
    """A page with its banner before everything else."""
    head, _, rest = page.partition("<body")
    opening, _, body = rest.partition(">")
    return f"{head}<body{opening}>{banner}{body}"


def _title(notice: Mapping[str, Any], language: str) -> str:
    texts: Mapping[str, Mapping[str, str]] = notice.get("texts", {})
    told = texts.get(language) or next(iter(texts.values()), {})
    return str(told.get("title", ""))
