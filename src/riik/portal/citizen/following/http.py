"""My cases, and one case: where it stands and how to take it back.

GET  /cases                   all cases of all organisations, asked at once
GET  /cases/<case>            a case
GET  /cases/<case>/withdraw   what taking it back means; POST takes it back
GET  /cases/<case>/appeal     what an appeal is; POST begins one, a case of its own
"""

from collections.abc import Awaitable, Callable
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
from riik.portal.citizen.mine import WAITING
from riik.portal.citizen.pages import CASES
from riik.portal.design.texts import later
from riik.portal.session import FormRefused, Visitor
from riik.portal.session.http import Handler

__all__ = ["routes"]

MOST_REASON: Final = 500
MOST_APPEAL: Final = 2000
NO_REASON: Final = later("Say why you do not agree")
View = dict[str, Any]
Act = Callable[[Hall, Visitor, str, str], Awaitable[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A step that a person takes with a case, on a page of its own, and why.

    Attributes:
        name: Of its address, its template, and of what a case says that one may.
        act: Takes it; answers where the person goes on.
        most: How long the reason may be, in letters.
        wants_reason: Whether there must be one.
    """

    name: str
    act: Act
    most: int
    wants_reason: bool


async def _withdraw(hall: Hall, visitor: Visitor, case: str, reason: str) -> str:
    """Take an application back."""
    await hall.counter.portal.step(visitor, case, step="withdrawal", content={"reason": reason})
    return at(case)


async def _appeal(hall: Hall, visitor: Visitor, case: str, reason: str) -> str:
    """Begin an appeal and go on to sign it; sent twice it is one."""
    new = await hall.counter.portal.appeal(visitor, case, reason=reason)
    return f"{at(new)}/continue" if new else at(case)


STEPS: Final = (
    _Step(name="withdraw", act=_withdraw, most=MOST_REASON, wants_reason=False),
    _Step(name="appeal", act=_appeal, most=MOST_APPEAL, wants_reason=True),
)


def routes(hall: Hall) -> list[Route]:
    """The routes of following."""
    follow, case = _Follow(hall), "/cases/{case}"
    return [
        Route("/cases", hall.page(follow.mine), methods=["GET"]),
        Route(case, case_page(hall, follow.case), methods=["GET"]),
        *(
            Route(f"{case}/{step.name}", case_page(hall, handler(step)), methods=[method])
            for step in STEPS
            for method, handler in (("GET", follow.before), ("POST", follow.taken))
        ),
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
        lately = await self._lately(request, view)
        view["number"] = view["number"] or lately.get("number", "")
        return await hall.show(
            request,
            "case.html",
            tab=CASES,
            view=view,
            lately=lately,
            as_of=from_text(lately["as_of"]) if lately else None,
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

    def before(self, step: _Step) -> Handler:
        """GET: what the step means; where the case has moved on, its page says so."""

        async def page(request: Request) -> Response:
            view = await self._view(request)
            if step.name not in view.get("may", ()):
                return self._moved(view)
            return await self._ask(request, view, step)

        return page

    def taken(self, step: _Step) -> Handler:
        """POST: take it; a case that has moved on already stays as it is."""

        async def sent(request: Request) -> Response:
            hall = self.hall
            visitor, form = await hall.site.visitor(request), await hall.site.form(request)
            if set(form.fields) - {"reason"}:
                raise FormRefused("the form has fields that this page does not", why="fields")
            view = await self._view(request)
            if step.name not in view.get("may", ()):
                return self._moved(view)
            reason, texts = form.text("reason").strip(), hall.texts(request)
            wrong = texts(NO_REASON) if step.wants_reason and not reason else ""
            if len(reason) > step.most:
                wrong = texts("Say it in at most {most} letters", most=str(step.most))
            if wrong:
                errors = [{"field": "reason", "text": wrong}]
                return await self._ask(request, view, step, reason=reason, errors=errors)
            return hall.site.go(await step.act(hall, visitor, view["case"], reason))

        return sent

    def _moved(self, view: View) -> Response:
        return self.hall.site.go(f"{at(view['case'])}?moved=yes")

    async def _ask(
        self,
        request: Request,
        view: View,
        step: _Step,
        *,
        reason: str = "",
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        return await self.hall.show(
            request,
            f"{step.name}.html",
            place=view["organisation"],
            status=422 if errors else 200,
            view=view,
            case=at(view["case"]),
            appeal=appeal_of(view),
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
            if known["state"] != WAITING:
                await self.hall.counter.cases.told(visitor, known, language)
            request.state.case = known
        return known

    async def _lately(self, request: Request, view: View) -> dict[str, Any]:
        """Where a case of a silent organisation stood last; nothing while a step of it waits."""
        if view["state"] != WAITING or view["why"] == "waiting":
            return {}
        visitor, language = await self.hall.site.visitor(request), self.hall.language(request)
        found = await self.hall.counter.cases.lately(visitor, language)
        return found.get(view["case"], {})

    async def _guide(self, request: Request, view: View) -> dict[str, Any]:
        """What the service tells of itself; nothing if it is away."""
        try:
            return await self.hall.counter.catalogue.guide(
                view["service"], self.hall.language(request)
            )
        except RiikError:
            return {}
