"""My cases, and one case: where it stands and how to take it back.

GET  /cases                   all cases of all organisations, asked at once
GET  /cases/<case>            a case
GET  /cases/<case>/withdraw   what taking it back means; POST takes it back
GET  /cases/<case>/appeal     what an appeal is; POST begins one, a case of its own
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import RiikError, from_text
from riik.portal.citizen.apply.http import case_page
from riik.portal.citizen.apply.rows import appointment_rows, law_name, new_rows, said_rows
from riik.portal.citizen.apply.where import asked_to_sign, at
from riik.portal.citizen.following.rows import (
    ENDED,
    appeal_of,
    case_rows,
    deed,
    joint_parts,
    paper_rows,
    thread_rows,
    until_of,
    whole,
)
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.pages import CASES
from riik.portal.design.texts import later
from riik.portal.session import FormRefused

__all__ = ["routes"]

MOST_REASON: Final = 500
MOST_APPEAL: Final = 2000
NO_REASON: Final = later("Say why you do not agree")
View = dict[str, Any]


def routes(hall: Hall) -> list[Route]:
    """The routes of following."""
    follow, case = _Follow(hall), "/cases/{case}"
    return [
        Route("/cases", hall.page(follow.mine), methods=["GET"]),
        Route(case, case_page(hall, follow.case), methods=["GET"]),
        Route(f"{case}/withdraw", case_page(hall, follow.before), methods=["GET"]),
        Route(f"{case}/withdraw", case_page(hall, follow.withdraw), methods=["POST"]),
        Route(f"{case}/appeal", case_page(hall, follow.before_appeal), methods=["GET"]),
        Route(f"{case}/appeal", case_page(hall, follow.appeal), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Follow:
    """The handlers."""

    hall: Hall

    async def mine(self, request: Request) -> Response:
        """GET /cases: what waits for the person first, then what is under way, then the rest."""
        hall, language = self.hall, self.hall.language(request)
        visitor = await hall.site.visitor(request)
        found = await hall.counter.cases.mine(visitor, language)
        rows = case_rows(found["cases"], hall.formats(request), hall.texts(request))
        return await hall.show(
            request, "cases.html", tab=CASES, rows=rows, silent=found["silent"], now=hall.now()
        )

    async def case(self, request: Request) -> Response:
        """GET /cases/<case>: where it stands, who has it, until when."""
        hall, view = self.hall, whole(await self._view(request))
        guide = await self._guide(request, view)
        view["title"] = view["title"] or guide.get("name", "")
        view["organisation"] = view["organisation"] or guide.get("organisation", "")
        formats, texts = hall.formats(request), hall.texts(request)
        return await hall.show(
            request,
            "case.html",
            tab=CASES,
            view=view,
            case=at(view["case"]),
            knots=thread_rows(view, formats),
            papers=paper_rows(view, formats, texts),
            said=()
            if asked_to_sign(view)
            else said_rows(view.get("said", ()), formats, texts, at(view["case"])),
            due=from_text(view["due"]) if view.get("due") else None,
            deed=texts(deed(view)) if deed(view) else "",
            appeal=appeal_of(view),
            law=partial(law_name, guide=guide),
            new=new_rows(view, formats),
            appointments=appointment_rows(view, formats),
            until=until_of(view),
            **joint_parts(view, formats, texts),
            contact=guide.get("contact", {}) if view["state"] not in ENDED else {},
            moved=request.query_params.get("moved") == "yes",
        )

    async def before(self, request: Request) -> Response:
        """GET /cases/<case>/withdraw: what it means to take an application back."""
        view = await self._view(request)
        if "withdraw" not in view.get("may", ()):
            return self.hall.site.go(f"{at(view['case'])}?moved=yes")
        return await self._ask(request, view)

    async def withdraw(self, request: Request) -> Response:
        """POST /cases/<case>/withdraw: take it back; one that is over already stays as it is."""
        hall, case = self.hall, request.path_params["case"]
        visitor, form = await hall.site.visitor(request), await hall.site.form(request)
        if set(form.fields) - {"reason"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        view = await self._view(request)
        if "withdraw" not in view.get("may", ()):
            return hall.site.go(f"{at(case)}?moved=yes")
        reason = form.text("reason")
        if len(reason) > MOST_REASON:
            text = hall.texts(request)("Say it in at most {most} letters", most=str(MOST_REASON))
            errors = [{"field": "reason", "text": text}]
            return await self._ask(request, view, reason=reason, errors=errors)
        await hall.counter.portal.step(visitor, case, step="withdrawal", content={"reason": reason})
        return hall.site.go(at(case))

    async def before_appeal(self, request: Request) -> Response:
        """GET /cases/<case>/appeal: what an appeal is, and until when one may."""
        view = await self._view(request)
        if "appeal" not in view.get("may", ()):
            return self.hall.site.go(f"{at(view['case'])}?moved=yes")
        return await self._ask_appeal(request, view)

    async def appeal(self, request: Request) -> Response:
        """POST /cases/<case>/appeal: begin one and go on to sign it; sent twice it is one."""
        hall, case = self.hall, request.path_params["case"]
        visitor, form = await hall.site.visitor(request), await hall.site.form(request)
        if set(form.fields) - {"reason"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        view = await self._view(request)
        if "appeal" not in view.get("may", ()):
            return hall.site.go(f"{at(case)}?moved=yes")
        reason = form.text("reason").strip()
        wrong = "" if reason else hall.texts(request)(NO_REASON)
        if len(reason) > MOST_APPEAL:
            most = str(MOST_APPEAL)
            wrong = hall.texts(request)("Say it in at most {most} letters", most=most)
        if wrong:
            errors = [{"field": "reason", "text": wrong}]
            return await self._ask_appeal(request, view, reason=reason, errors=errors)
        new = await hall.counter.portal.appeal(visitor, case, reason=reason)
        return hall.site.go(f"{at(new)}/continue" if new else at(case))

    async def _ask_appeal(
        self,
        request: Request,
        view: View,
        *,
        reason: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        return await self.hall.show(
            request,
            "appeal.html",
            place=view["organisation"],
            status=422 if errors else 200,
            view=view,
            case=at(view["case"]),
            appeal=appeal_of(view),
            reason=reason,
            errors=errors or [],
        )

    async def _ask(
        self,
        request: Request,
        view: View,
        *,
        reason: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        return await self.hall.show(
            request,
            "withdraw.html",
            place=view["organisation"],
            status=422 if errors else 200,
            view=view,
            case=at(view["case"]),
            reason=reason,
            errors=errors or [],
        )

    async def _view(self, request: Request) -> View:
        """The case as its provider tells it in the language of the page, asked once."""
        known: View | None = getattr(request.state, "case", None)
        if known is None:
            visitor = await self.hall.site.visitor(request)
            case, language = request.path_params["case"], self.hall.language(request)
            known = await self.hall.counter.portal.status(visitor, case, language=language)
            request.state.case = known
        return known

    async def _guide(self, request: Request, view: View) -> dict[str, Any]:
        """What the service tells of itself; nothing if it is away."""
        try:
            return await self.hall.counter.catalogue.guide(
                view["service"], self.hall.language(request)
            )
        except RiikError:
            return {}
