"""A conversation with a program, as a page that works without script.

GET  /chat                     ``?words=`` finds services, ``?service=`` tells of one; no sign-in
POST /chat/<service>           begins it for oneself
GET  /chat/cases/<case>        what was said so far, and the next question
POST /chat/cases/<case>        answers it
POST /v1/chat                  the same for programs (`calls`)
"""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.exchange import ServiceRefused
from riik.portal.citizen.apply.answers import Given, question_rows, read_answers, within
from riik.portal.citizen.apply.errands import answered_elsewhere, field_of
from riik.portal.citizen.apply.http import case_page, misfits
from riik.portal.citizen.apply.rows import said_rows
from riik.portal.citizen.chat.calls.http import ChatCalls
from riik.portal.citizen.chat.dialogue import MOST_FOUND, Turn, turn
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import FormRefused

__all__ = ["routes"]

MOST_WORDS = 200
OWN = frozenset({"page", "at"})
View = dict[str, Any]


def routes(hall: Hall) -> list[Route]:
    """The routes of the conversation."""
    chat = _Chat(hall)
    case = "/chat/cases/{case}"
    return [
        Route("/v1/chat", hall.site.script(ChatCalls(hall).say), methods=["POST"]),
        Route("/chat", hall.page(chat.begin), methods=["GET"]),
        Route("/chat/{service}", hall.page(chat.start), methods=["POST"]),
        Route(case, case_page(hall, chat.ask), methods=["GET"]),
        Route(case, case_page(hall, chat.answer), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Chat:
    """The handlers of the page."""

    hall: Hall

    async def begin(self, request: Request) -> Response:
        """GET /chat: the first words find a service."""
        hall, language = self.hall, self.hall.language(request)
        words = request.query_params.get("words", "").strip()[:MOST_WORDS]
        service = request.query_params.get("service", "")[:64]
        guide = await hall.counter.catalogue.guide(service, language) if service else None
        found = await hall.counter.catalogue.search(words, language) if words else []
        return await hall.show(
            request,
            "chat.html",
            words=words,
            found=found[:MOST_FOUND],
            guide=guide,
            once=hall.site.ticket(),
            sign_in=hall.site.sign_in(f"/chat?service={guide['id']}" if guide else "/chat"),
            errors=[],
        )

    async def start(self, request: Request) -> Response:
        """POST /chat/<service>: begin it; who can't is told why on the page where one begins."""
        hall, form = self.hall, await self.hall.site.form(request)
        if set(form.fields) - {"once"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        visitor, language = await hall.site.visitor(request), hall.language(request)
        guide = await hall.counter.catalogue.guide(request.path_params["service"], language)
        once = await hall.site.once(request)
        if once.done:
            return hall.site.go(once.location)
        try:
            view = await hall.counter.portal.start(
                visitor, service=guide["id"], language=language, once=once.key
            )
        except ServiceRefused:
            return hall.site.go(f"/services/{guide['id']}/start")
        return await hall.site.done(once, f"/chat/cases/{view['case']}")

    async def ask(self, request: Request) -> Response:
        """GET /chat/cases/<case>: the next question."""
        view = await self._view(request)
        return await self._said(request, view, turn(view), Given({}, {}))

    async def answer(self, request: Request) -> Response:
        """POST /chat/cases/<case>: one answer; the last of a page is sent with those before."""
        form, view = await self.hall.site.form(request), await self._view(request)
        now, here = turn(view), f"/chat/cases/{view['case']}"
        at = form.text("at")
        if now.page is None or form.text("page") != now.page["id"]:
            return self.hall.site.go(here)
        if not at.isdecimal() or not at.isascii() or int(at) >= len(now.questions):
            raise FormRefused("the page has no such question", why="fields")
        asked = now.questions[: int(at) + 1]
        given = read_answers(asked, form.without(OWN))
        given = within(asked, given, self.hall.formats(request), self.hall.texts(request))
        if given.errors:
            return await self._said(request, view, _at_error(now, given), given)
        if len(asked) < len(now.questions):
            after = Turn(page=now.page, position=len(asked), go=now.go)
            return await self._said(request, view, after, given)
        return await self._sent(
            request, view, now, given, page=form.text("page"), seen=form.text("seen")
        )

    async def _sent(
        self, request: Request, view: View, now: Turn, given: Given, *, page: str, seen: str
    ) -> Response:
        visitor, step = await self.hall.site.visitor(request), f"answers/{page}"
        try:
            await self.hall.counter.portal.step(
                visitor, view["case"], step=step, content={**given.content, "_seen": seen}
            )
        except ServiceRefused as refused:
            if not answered_elsewhere(refused):
                errors = misfits(now.questions, field_of(refused))
                if not errors:
                    raise
                refit = Given(given.content, given.typed, errors)
                return await self._said(request, view, _at_error(now, refit), refit)
        return self.hall.site.go(f"/chat/cases/{view['case']}")

    async def _view(self, request: Request) -> View:
        visitor, language = await self.hall.site.visitor(request), self.hall.language(request)
        case = request.path_params["case"]
        return await self.hall.counter.portal.status(visitor, case, language=language)

    async def _said(self, request: Request, view: View, now: Turn, given: Given) -> Response:
        """The conversation so far, and what is asked now."""
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        rows = question_rows(now.questions, given, formats)
        current = rows[now.position] if rows else None
        fields = {one["field"] for one in now.questions[: now.position]}
        before = [(name, text) for name, text in given.typed.items() if _field(name) in fields]
        errors = [one for one in given.errors if current and one["field"] == current["field"]]
        return await self.hall.show(
            request,
            "chat-case.html",
            place=view.get("organisation", ""),
            status=422 if errors else 200,
            view=view,
            said=said_rows(view.get("said", ()), formats, texts, f"/cases/{view['case']}"),
            turn=now,
            one=current,
            before=before,
            errors=errors,
        )


def _at_error(now: Turn, given: Given) -> Turn:
    """The first question whose answer does not fit."""
    wrong = {one["field"] for one in given.errors}
    position = next(at for at, one in enumerate(now.questions) if one["field"] in wrong)
    return Turn(page=now.page, position=position, go=now.go)


def _field(name: str) -> str:
    """Of which question a field of the form is: a day has three."""
    return name.partition("-")[0]
