"""From "Start" to a last look at the answers: one question a page, and nothing is lost.

GET  /services/<service>/start        what happens when one begins, and for whom
POST /services/<service>/start        begin: registers are asked at once
GET  /cases/<case>/continue           to wherever the case is
GET  /cases/<case>/answers/<page>     a page of questions; POST answers them
GET  /cases/<case>/check              everything before it is handed in; POST hands it in
                                      where no signature is wanted
GET  /cases/<case>/working            while something goes on without the person
GET  /cases/<case>/receipt            what was handed in, and when an answer comes
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import PersonCode, RiikError, from_text
from riik.exchange import ServiceRefused
from riik.portal.citizen.apply.answers import (
    Given,
    blank,
    earlier,
    free_times,
    names_of,
    question_rows,
    read_answers,
    searched,
    to_find,
    week_asked,
    with_found,
    within,
)
from riik.portal.citizen.apply.errands import answered_elsewhere, field_of, moved_on, rethrown
from riik.portal.citizen.apply.permitted import BARRED, too_young, whom
from riik.portal.citizen.apply.rows import (
    asked_rows,
    begun_rows,
    fact_rows,
    for_whom,
    ground_rows,
    known_groups,
    law_name,
    new_rows,
    receipt_rows,
    said_rows,
    shown,
)
from riik.portal.citizen.apply.where import at, handed_in, is_open, open_page, signs, unread, where
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import Form, FormRefused, Visitor

__all__ = ["case_page", "guide_of", "misfits", "routes"]

REFRESH_SECONDS: Final = 3
ENOUGH: Final = frozenset({"unfinished", "often"})
"""Why a provider lets a person begin no more of one service now."""
TEMPLATES: Final = {"group": "group.html", "upload": "upload.html"}
View = dict[str, Any]
Person = Mapping[str, Any]
Handler = Callable[[Request], Awaitable[Response]]


def routes(hall: Hall) -> list[Route]:
    """The routes of applying, but for the signature and the fee."""
    begin, apply = _Begin(hall), _Apply(hall)
    start, case = "/services/{service}/start", "/cases/{case}"

    def page(handler: Handler, *, refill: bool = False) -> Handler:
        return case_page(hall, handler, refill=refill)

    return [
        Route(start, hall.page(begin.before), methods=["GET"]),
        Route(start, hall.page(begin.start), methods=["POST"]),
        Route(f"{case}/continue", page(apply.go_on), methods=["GET"]),
        Route(f"{case}/answers/{{page}}", page(apply.ask, refill=True), methods=["GET"]),
        Route(f"{case}/answers/{{page}}", page(apply.answer, refill=True), methods=["POST"]),
        Route(f"{case}/check", page(apply.check), methods=["GET"]),
        Route(f"{case}/check", page(apply.hand_in), methods=["POST"]),
        Route(f"{case}/working", page(apply.working), methods=["GET"]),
        Route(f"{case}/receipt", page(apply.receipt), methods=["GET"]),
    ]


def case_page(hall: Hall, handler: Handler, *, refill: bool = False) -> Handler:
    """A handler of a case's pages: who comes too late is led to where the case is now."""

    async def answer(request: Request) -> Response:
        try:
            return await _taken_up(hall, handler, request)
        except ServiceRefused as refused:
            if moved_on(refused):
                return hall.site.go(f"{at(request.path_params['case'], 'continue')}?moved=yes")
            raise rethrown(refused) from refused

    return hall.page(answer, refill=refill)


async def _taken_up(hall: Hall, handler: Handler, request: Request) -> Response:
    """The handler's answer; a case that was begun elsewhere is looked for at its provider once."""
    try:
        return await handler(request)
    except PortalRefused as refused:
        if refused.why != "no-case" or request.method != "GET":
            raise
        visitor = await hall.site.visitor(request)
        await hall.soon(hall.counter.cases.mine(visitor, hall.language(request)))
        return await handler(request)


def _chosen(
    request: Request, people: Sequence[Person], others: Sequence[Person], *, own: bool
) -> str:
    """For whom the page of mandates led here: by place, for addresses tell nobody's code."""
    place, may = request.query_params.get("for", ""), [one["person"] for one in others]
    numbered = {str(number): one["person"] for number, one in enumerate(people, start=1)}
    wanted = numbered.get(place, "")
    return str(wanted if wanted in may else "self" if own or not may else may[0])


@dataclass(frozen=True, slots=True)
class _Begin:
    """The handlers of beginning."""

    hall: Hall

    async def before(self, request: Request) -> Response:
        """GET /services/<service>/start: who will be asked, and for whom this is."""
        return await self._shown(request)

    async def _shown(self, request: Request, *, enough: str = "", barred: str = "") -> Response:
        """The page before one begins.

        Args:
            request: The request.
            enough: Why the provider would have no more of them.
            barred: Why it begins none for this person, or by this one.
        """
        visitor = await self.hall.site.visitor(request)
        hall, language = self.hall, self.hall.language(request)
        guide = await hall.counter.catalogue.guide(request.path_params["service"], language)
        if guide.get("suspended"):
            return hall.site.go(f"/services/{guide['id']}")
        # Whoever knows of mandates or cases may be silent: one can begin all the same.
        mandates, mine = await asyncio.gather(
            hall.soon(hall.counter.mandates(visitor, language)),
            hall.soon(hall.counter.cases.mine(visitor, language)),
        )
        people, own_name = mandates.get("people", ()), hall.name_of(request, visitor)
        day = hall.formats(request).here(hall.now()).date()
        others, young = whom(guide, people, day=day), too_young(guide, visitor.person, day=day)
        return await hall.show(
            request,
            "start.html",
            place=guide["organisation"],
            guide=guide,
            status=429 if enough else 403 if barred else 200,
            enough=enough,
            refused=bool(barred),
            barred=barred or ("age" if young else "represented" if people and not others else ""),
            barred_law=law_name(guide["applicant"]["law"], guide),
            may=bool(others) or not young,
            people=for_whom(others, "" if young else own_name, hall.texts(request))
            if others
            else (),
            chosen=_chosen(request, people, others, own=not young),
            begun=begun_rows(mine.get("cases", ()), service=guide["id"]),
            once=hall.site.ticket(),
            errors=[],
        )

    async def start(self, request: Request) -> Response:
        """POST /services/<service>/start: begin; the same form sent twice begins one case."""
        hall, service = self.hall, request.path_params["service"]
        visitor, form = await hall.site.visitor(request), await hall.site.form(request)
        if set(form.fields) - {"once", "for"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        guide = await hall.counter.catalogue.guide(service, hall.language(request))
        if guide.get("suspended"):
            return hall.site.go(f"/services/{guide['id']}")
        once = await hall.site.once(request)
        if once.done:
            return hall.site.go(once.location)
        person = await self._for(request, visitor, form)
        try:
            view = await hall.counter.portal.start(
                visitor,
                service=guide["id"],
                language=hall.language(request),
                person=person,
                once=once.key,
            )
        except ServiceRefused as refused:
            if refused.why in BARRED:
                return await self._shown(request, barred=refused.why)
            if refused.why not in ENOUGH:
                raise
            return await self._shown(request, enough=refused.why)
        return await hall.site.done(once, where(view))

    async def _for(self, request: Request, visitor: Visitor, form: Form) -> PersonCode | None:
        """Whose matter it is: oneself, or somebody whom one represents right now."""
        wanted = form.text("for")
        if wanted in ("", "self"):
            return None
        language = self.hall.language(request)
        people = (await self.hall.counter.mandates(visitor, language))["people"]
        found = next((one["person"] for one in people if one["person"] == wanted), None)
        if found is None:
            raise PortalRefused("this person is not represented by the visitor", why="no-mandate")
        return PersonCode(found)


@dataclass(frozen=True, slots=True)
class _Apply:
    """The handlers of a case that is being filled in."""

    hall: Hall

    async def go_on(self, request: Request) -> Response:
        """GET /cases/<case>/continue: to wherever the case is."""
        view = await self._view(request)
        moved = "?moved=yes" if request.query_params.get("moved") else ""
        return self.hall.site.go(f"{where(view)}{moved}")

    async def ask(self, request: Request) -> Response:
        """GET /cases/<case>/answers/<page>: one page of questions."""
        view = await self._view(request)
        page = open_page(view, request.path_params["page"])
        if page is None or not is_open(view):
            return self.hall.site.go(f"{where(view)}?moved=yes")
        kept = await self.hall.site.kept(request)
        given = read_answers(page["questions"], kept) if kept else earlier(page["questions"])
        shown = Given(given.content, given.typed)
        return await self._question(request, view, page, shown, kept=kept is not None)

    async def answer(self, request: Request) -> Response:
        """POST /cases/<case>/answers/<page>: take the answers of a page, or say what misfits."""
        form, view = await self.hall.site.form(request), await self._view(request)
        page = open_page(view, request.path_params["page"])
        if page is None or not is_open(view):
            return self.hall.site.go(f"{where(view)}?moved=yes")
        given = read_answers(page["questions"], form)
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        given = within(page["questions"], given, formats, texts)
        later = form.text("later") == "yes"
        # A list is complete when one says so; to leave it is not to say so.
        if later and (blank(given) or not names_of(page["questions"])):
            return self.hall.site.go("/cases")
        looked_for = searched(page["questions"], given, form.text("find"))
        if looked_for is not None:
            return await self._search(request, page, given, looked_for, form.text("find"))
        if given.errors:
            return await self._question(request, view, page, given)
        return await self._take(request, view, page, given, form)

    async def _take(
        self, request: Request, view: View, page: Mapping[str, Any], given: Given, form: Form
    ) -> Response:
        """Send the answers of a page, and go on from it."""
        visitor, step = await self.hall.site.visitor(request), f"answers/{page['id']}"
        later = form.text("later") == "yes"
        try:
            content = {**given.content, "_seen": form.text("seen")}
            after = await self.hall.counter.portal.step(
                visitor, view["case"], step=step, content=content
            )
        except ServiceRefused as refused:
            if answered_elsewhere(refused):
                fresh = await self.hall.counter.portal.status(
                    visitor,
                    view["case"],
                    language=self.hall.language(request),
                    find=("@page", page["id"]),
                )
                now = open_page(fresh, page["id"]) or page
                return await self._question(request, fresh, now, given, elsewhere=True)
            errors = misfits(page["questions"], field_of(refused))
            if not errors:
                raise
            refit = Given(given.content, given.typed, errors)
            return await self._question(request, view, page, refit)
        return self.hall.site.go("/cases" if later else where(after))

    async def _search(
        self, request: Request, page: Mapping[str, Any], given: Given, field: str, asked: str
    ) -> Response:
        """The page again, with what is in the list of one of its questions."""
        visitor, language = await self.hall.site.visitor(request), self.hall.language(request)
        words = week_asked(asked, given.typed.get(f"{field}-words", ""))
        view = await self.hall.counter.portal.status(
            visitor, request.path_params["case"], language=language, find=(field, words)
        )
        now = open_page(view, page["id"]) or page
        shown_as = Given(given.content, given.typed)
        return await self._question(request, view, now, shown_as)

    async def check(self, request: Request) -> Response:
        """GET /cases/<case>/check: everything that will be handed in."""
        view = await self._view(request)
        if view["next"]["step"] != "submission":
            return self.hall.site.go(f"{where(view)}?moved=yes")
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        guide = await guide_of(self.hall, request, view)
        foreseen = view.get("foreseen") or {"grounds": (), "next": ()}
        return await self._flow(
            request,
            "check.html",
            view,
            # What goes to an official who asked are the new answers, and nothing else.
            said=said_rows(
                view["statement"]["rows"] if view["asked"] else view["said"],
                formats,
                texts,
                at(view["case"]),
            ),
            known=() if view["asked"] else fact_rows(view, formats, texts),
            law=law_name((view["fee"] or {}).get("law", ""), guide),
            against=ground_rows(foreseen["grounds"], guide),
            next_refused=foreseen["next"],
            signs=signs(view),
            errors=[],
        )

    async def hand_in(self, request: Request) -> Response:
        """POST /cases/<case>/check: hand in what needs no signature."""
        hall, case = self.hall, request.path_params["case"]
        visitor, form = await hall.site.visitor(request), await hall.site.form(request)
        if form.fields:
            raise FormRefused("the form has fields that this page does not", why="fields")
        view = await self._view(request)
        if view["next"]["step"] != "submission" or signs(view):
            return hall.site.go(f"{where(view)}?moved=yes")
        content = {"language": hall.language(request)}
        after = await hall.counter.portal.step(visitor, case, step="submission", content=content)
        working = after["next"]["step"] in ("working", "waiting")
        return hall.site.go(where(after) if working else at(case, "receipt"))

    async def working(self, request: Request) -> Response:
        """GET /cases/<case>/working: what goes on without the person; loads itself anew."""
        view = await self._view(request)
        step = view["next"]["step"]
        if step not in ("working", "waiting"):
            over = handed_in(view) and step != "payment"
            return self.hall.site.go(at(view["case"], "receipt") if over else where(view))
        still = request.query_params.get("still") == "yes"
        guide = await guide_of(self.hall, request, view)
        response = await self._flow(
            request,
            "working.html",
            {"organisation": (guide or {}).get("organisation", ""), **view},
            asked=asked_rows(view, guide),
            still=still,
        )
        if not still:
            response.headers["Refresh"] = str(REFRESH_SECONDS)
        return response

    async def receipt(self, request: Request) -> Response:
        """GET /cases/<case>/receipt: what was handed in, and when an answer comes."""
        view = await self._view(request)
        step, bank = view["next"]["step"], request.query_params.get("bank", "")
        if step in ("working", "waiting") or not handed_in(view):
            return self.hall.site.go(where(view))
        if step == "payment" and not bank:
            return self.hall.site.go(where(view))
        due = from_text(view["due"]) if view["due"] else None
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        guide = await guide_of(self.hall, request, view)
        response = await self._flow(
            request,
            "receipt.html",
            view,
            due=due,
            signers_until=from_text(view["joint"]["until"]) if view.get("joint") else None,
            now=self.hall.now(),
            unpaid=step == "payment",
            rows=receipt_rows(view, formats, texts, guide=guide),
            new=new_rows(view, formats),
            grounds=ground_rows(view["grounds"], guide),
            errors=[],
        )
        if step == "payment" and bank == "back":
            # The bank's word comes over the exchange, perhaps after the person.
            response.headers["Refresh"] = f"{REFRESH_SECONDS}; url=?bank=slow"
        return response

    async def _view(self, request: Request) -> View:
        """The case as its provider tells it in the language of the page, asked once."""
        known: View | None = getattr(request.state, "case", None)
        if known is None:
            visitor = await self.hall.site.visitor(request)
            case, language = request.path_params["case"], self.hall.language(request)
            ask = self.hall.counter.portal.status
            known = await ask(visitor, case, language=language)
            page = request.path_params.get("page", "")
            if unread(known, page):
                known = await ask(visitor, case, language=language, find=("@page", page))
            request.state.case = known
        return known

    async def _question(
        self,
        request: Request,
        view: View,
        page: Mapping[str, Any],
        given: Given,
        *,
        kept: bool = False,
        elsewhere: bool = False,
    ) -> Response:
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        find = to_find(page["questions"]) if view.get("found") is None else None
        if find is not None:
            visitor, language = await self.hall.site.visitor(request), self.hall.language(request)
            ask = self.hall.counter.portal.status
            view = await ask(visitor, view["case"], language=language, find=find)
        places = [one["id"] for one in view["pages"]]
        position = places.index(page["id"])
        before = at(view["case"], "answers", places[position - 1]) if position else ""
        errors = list(given.errors)
        return await self._flow(
            request,
            TEMPLATES.get(page["questions"][0]["kind"], "question.html"),
            view,
            status=422 if errors or elsewhere else 200,
            here=at(view["case"], "answers", page["id"]),
            elsewhere=elsewhere,
            saved=", ".join(
                shown(row, formats) for row in view["said"] if row["page"] == page["id"]
            ),
            page=page,
            position=position + 1,
            back_to=before
            or (at(view["case"]) if view["asked"] else f"/services/{view['service']}"),
            questions=with_found(
                question_rows(page["questions"], given, formats),
                free_times(view.get("found"), formats),
            ),
            known=known_groups(view, formats, texts),
            kept=kept,
            errors=errors,
        )

    async def _flow(
        self, request: Request, template: str, view: View, /, *, status: int = 200, **values: Any
    ) -> Response:
        """A page of the flow: the provider's name beside the brand, what was told on the way."""
        return await self.hall.show(
            request,
            template,
            place=view.get("organisation", ""),
            status=status,
            view=view,
            case=at(view["case"]),
            moved=request.query_params.get("moved") == "yes",
            **values,
        )


async def guide_of(hall: Hall, request: Request, view: View) -> View | None:
    """The guide of a case's service; None when nobody tells of it any more."""
    try:
        return await hall.counter.catalogue.guide(view["service"], hall.language(request))
    except RiikError:
        return None


def misfits(questions: Sequence[Mapping[str, Any]], field: str | None) -> list[dict[str, str]]:
    """The question that the provider named; the first one when it named none of them."""
    if field is None:
        return []
    named = [one for one in questions if one["field"] == field] or questions[:1]
    return [{"field": one["field"], "text": one["error"]} for one in named]
