"""The conversation for programs: one call, strict JSON in, one turn out.

POST /v1/chat    {"text"}                                   finds services; no sign-in
                 {"service", "once"}                        begins one
                 {"case"}                                   the question that is next
                 {"case", "page", "seen", "answers"}        answers; the next question
"""

from typing import Annotated, Any, Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from riik.exchange import ServiceRefused
from riik.portal.citizen.apply.errands import answered_elsewhere, field_of, rethrown
from riik.portal.citizen.apply.http import misfits
from riik.portal.citizen.apply.where import unread
from riik.portal.citizen.chat.dialogue import MOST_FOUND, Turn, answer_to, turn
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import FormRefused
from riik.portal.session.http import body_of

__all__ = ["ChatCalls"]

MOST_BYTES: Final = 8_000
Word = Annotated[str, msgspec.Meta(max_length=64)]


class _Said(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    text: Annotated[str, msgspec.Meta(max_length=200)] = ""
    service: Word = ""
    once: Annotated[str, msgspec.Meta(max_length=200)] = ""
    case: Word = ""
    page: Word = ""
    seen: Annotated[str, msgspec.Meta(max_length=200)] = ""
    answers: dict[Word, str | int | float | bool | None] = {}


class ChatCalls:
    """The handler of ``/v1/chat``."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall

    async def say(self, request: Request) -> Response:
        """POST /v1/chat: one turn of the conversation."""
        said = await _said(request)
        if said.text:
            return JSONResponse(await self._found(request, said.text))
        visitor, language = await self.hall.site.guard(request), self.hall.language(request)
        ask = self.hall.counter.portal
        try:
            if said.service:
                view = await ask.start(
                    visitor, service=said.service, language=language, once=said.once
                )
                return JSONResponse(self._turn(request, view, turn(view)), status_code=201)
            view = await ask.status(visitor, said.case, language=language)
            if unread(view, said.page):
                opened = ("@page", said.page)
                view = await ask.status(visitor, said.case, language=language, find=opened)
            return JSONResponse(await self._answered(request, said, view))
        except ServiceRefused as refused:
            raise rethrown(refused) from refused

    async def _answered(self, request: Request, said: _Said, view: dict[str, Any]) -> Any:
        now = turn(view, answered=said.answers, page=said.page)
        if not said.page or now.page is None:
            return self._turn(request, view, turn(view))
        try:
            content = answer_to(now.questions, said.answers)
        except KeyError as error:
            raise FormRefused("this page has no such question", why="fields") from error
        if any(one["field"] not in said.answers for one in now.questions):
            return self._turn(request, view, now, answers=dict(said.answers))
        visitor = await self.hall.site.visitor(request)
        try:
            after = await self.hall.counter.portal.step(
                visitor,
                view["case"],
                step=f"answers/{said.page}",
                content={**content, "_seen": said.seen},
            )
        except ServiceRefused as refused:
            errors = misfits(now.questions, field_of(refused))
            if answered_elsewhere(refused) or not errors:
                raise
            kept = {name: value for name, value in said.answers.items() if name not in _of(errors)}
            again = turn(view, answered=kept, page=said.page)
            return self._turn(request, view, again, answers=kept, error=errors[0]["text"])
        return self._turn(request, after, turn(after))

    async def _found(self, request: Request, text: str) -> dict[str, Any]:
        language, texts = self.hall.language(request), self.hall.texts(request)
        found = (await self.hall.counter.catalogue.search(text, language))[:MOST_FOUND]
        say = texts("Which of these is it?") if found else texts("I found no service for that.")
        return {
            "by": "computer",
            "say": say,
            "services": [
                {
                    "service": one["id"],
                    "name": one["name"],
                    "summary": one["summary"],
                    "page": f"/services/{one['id']}",
                }
                for one in found
            ],
        }

    def _turn(
        self,
        request: Request,
        view: dict[str, Any],
        now: Turn,
        *,
        answers: dict[str, Any] | None = None,
        error: str = "",
    ) -> dict[str, Any]:
        """One turn as it is told."""
        texts, told = self.hall.texts(request), {"by": "computer", "case": view["case"]}
        if now.page is None or now.question is None:
            say = texts("The next step is on a page of its own.")
            return {**told, "say": say, "step": view["next"]["step"], "go": now.go}
        asked = now.question
        kept = ("field", "title", "hint", "kind", "required", "choices", "earliest", "latest")
        return {
            **told,
            "say": error or asked["title"],
            "error": error,
            "page": now.page["id"],
            "seen": now.page.get("seen", ""),
            "answers": answers or {},
            "question": {name: asked[name] for name in kept if name in asked},
        }


def _of(errors: list[dict[str, str]]) -> set[str]:
    return {one["field"] for one in errors}


async def _said(request: Request) -> _Said:
    """What was said, strictly.

    Raises:
        FormRefused: For ``media-type``, ``size`` or ``json``.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise FormRefused("the content is JSON here", why="media-type")
    body = await body_of(request)
    if len(body) > MOST_BYTES:
        raise FormRefused("what was said is too long", why="size", most=MOST_BYTES)
    try:
        said = msgspec.json.decode(body, type=_Said)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise FormRefused("this says nothing that is known here", why="json") from error
    if [bool(said.text.strip()), bool(said.service), bool(said.case)].count(True) != 1:
        raise FormRefused("one of text, service and case is said", why="json")
    return said
