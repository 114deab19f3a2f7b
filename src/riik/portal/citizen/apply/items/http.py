"""The items of a group, and the page on which an application ends.

GET  /cases/<case>/answers/<page>/<n>          one item; POST answers it, one after the last adds it
GET  /cases/<case>/answers/<page>/<n>/remove   whether it is to go; POST removes it
GET  /cases/<case>/exit/<page>                 why it can't go on, and what to do instead
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.exchange import ServiceRefused
from riik.portal.citizen.apply.answers import (
    LISTS,
    Given,
    earlier,
    question_rows,
    read_answers,
    within,
)
from riik.portal.citizen.apply.errands import answered_elsewhere, field_of
from riik.portal.citizen.apply.http import case_page, misfits
from riik.portal.citizen.apply.rows import item_title, known_groups, shown
from riik.portal.citizen.apply.where import at, is_open, open_page, unread, where
from riik.portal.citizen.hall.http import Hall
from riik.portal.session import FormRefused

__all__ = ["routes"]

View = dict[str, Any]


def routes(hall: Hall) -> list[Route]:
    """The routes of items and exits."""
    items, case = _Items(hall), "/cases/{case}"
    item = f"{case}/answers/{{page}}/{{item:int}}"
    return [
        Route(item, case_page(hall, items.ask, refill=True), methods=["GET"]),
        Route(item, case_page(hall, items.answer, refill=True), methods=["POST"]),
        Route(f"{item}/remove", case_page(hall, items.before), methods=["GET"]),
        Route(f"{item}/remove", case_page(hall, items.remove), methods=["POST"]),
        Route(f"{case}/exit/{{page}}", case_page(hall, items.leave), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Items:
    """The handlers."""

    hall: Hall

    async def ask(self, request: Request) -> Response:
        """GET …/answers/<page>/<n>: the questions of one item."""
        view = await self._view(request)
        page, group = _group(view, request)
        if group is None or request.path_params["item"] > len(group["items"]) + 1:
            return self.hall.site.go(f"{where(view)}?moved=yes")
        questions = _questions(group, request.path_params["item"])
        kept = await self.hall.site.kept(request)
        given = read_answers(questions, kept) if kept else earlier(questions)
        shown_as = Given(given.content, given.typed)
        return await self._item(request, view, page, group, shown_as)

    async def answer(self, request: Request) -> Response:
        """POST …/answers/<page>/<n>: change an item, or add one."""
        form, view = await self.hall.site.form(request), await self._view(request)
        page, group = _group(view, request)
        number = request.path_params["item"]
        if group is None or number > len(group["items"]) + 1:
            return self.hall.site.go(f"{where(view)}?moved=yes")
        questions = _questions(group, number)
        formats, texts = self.hall.formats(request), self.hall.texts(request)
        given = within(questions, read_answers(questions, form), formats, texts)
        if given.errors:
            return await self._item(request, view, page, group, given)
        visitor = await self.hall.site.visitor(request)
        content = {**given.content, "_seen": form.text("seen")}
        try:
            await self.hall.counter.portal.step(
                visitor, view["case"], step=f"answers/{page['id']}/{number}", content=content
            )
        except ServiceRefused as refused:
            elsewhere = answered_elsewhere(refused)
            errors = [] if elsewhere else misfits(questions, field_of(refused))
            if not errors and not elsewhere:
                raise
            again = Given(given.content, given.typed, errors)
            return await self._item(request, view, page, group, again, elsewhere=elsewhere)
        return self.hall.site.go(at(view["case"], "answers", page["id"]))

    async def before(self, request: Request) -> Response:
        """GET …/answers/<page>/<n>/remove: whether it is to go."""
        view = await self._view(request)
        page, group = _group(view, request, kinds=LISTS)
        number = request.path_params["item"]
        if group is None or not 1 <= number <= len(group["items"]):
            return self.hall.site.go(f"{where(view)}?moved=yes")
        formats, item = self.hall.formats(request), group["items"][number - 1]
        rows = item.get("rows", ())
        return await self._show(
            request,
            "remove.html",
            view,
            page=page,
            group=group,
            title=item["name"] if group["kind"] == "upload" else item_title(group, number),
            rows=[{"label": row["label"], "value": shown(row, formats)} for row in rows],
            back_to=at(view["case"], "answers", page["id"]),
        )

    async def remove(self, request: Request) -> Response:
        """POST …/answers/<page>/<n>/remove: it goes."""
        form, view = await self.hall.site.form(request), await self._view(request)
        if set(form.fields) - {"seen"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        page, group = _group(view, request, kinds=LISTS)
        number = request.path_params["item"]
        if group is None or not 1 <= number <= len(group["items"]):
            return self.hall.site.go(f"{where(view)}?moved=yes")
        back = at(view["case"], "answers", page["id"])
        visitor = await self.hall.site.visitor(request)
        try:
            await self.hall.counter.portal.step(
                visitor,
                view["case"],
                step=f"answers/{page['id']}/{number}/removal",
                content={"_seen": form.text("seen")},
            )
        except ServiceRefused as refused:
            # The list is another one than was shown: look at it again before anything goes.
            if not answered_elsewhere(refused):
                raise
            return self.hall.site.go(f"{back}?moved=yes")
        return self.hall.site.go(back)

    async def leave(self, request: Request) -> Response:
        """GET /cases/<case>/exit/<page>: why it can't go on."""
        view = await self._view(request)
        if view["next"]["step"] != f"exit/{request.path_params['page']}":
            return self.hall.site.go(f"{where(view)}?moved=yes")
        done = [page for page in view["pages"] if page["answered"]]
        return await self._show(
            request,
            "exit.html",
            view,
            exit=view["next"]["exit"],
            back_to=at(view["case"], "answers", done[-1]["id"]) if done else at(view["case"]),
        )

    async def _item(
        self,
        request: Request,
        view: View,
        page: Mapping[str, Any],
        group: Mapping[str, Any],
        given: Given,
        *,
        elsewhere: bool = False,
    ) -> Response:
        number, formats = request.path_params["item"], self.hall.formats(request)
        errors = list(given.errors)
        return await self._show(
            request,
            "item.html",
            view,
            status=422 if errors or elsewhere else 200,
            page=page,
            group=group,
            title=item_title(group, number),
            new=number > len(group["items"]),
            questions=question_rows(_questions(group, number), given, formats),
            known=known_groups(view, formats, self.hall.texts(request)),
            elsewhere=elsewhere,
            back_to=at(view["case"], "answers", page["id"]),
            errors=errors,
        )

    async def _view(self, request: Request) -> View:
        visitor = await self.hall.site.visitor(request)
        case, language = request.path_params["case"], self.hall.language(request)
        ask, page = self.hall.counter.portal.status, request.path_params.get("page", "")
        view = await ask(visitor, case, language=language)
        if unread(view, page):
            view = await ask(visitor, case, language=language, find=("@page", page))
        return view

    async def _show(
        self, request: Request, template: str, view: View, /, *, status: int = 200, **values: Any
    ) -> Response:
        return await self.hall.show(
            request,
            template,
            place=view.get("organisation", ""),
            status=status,
            view=view,
            case=at(view["case"]),
            **{"errors": [], **values},
        )


def _group(
    view: View, request: Request, *, kinds: frozenset[str] = frozenset({"group"})
) -> tuple[Mapping[str, Any], Mapping[str, Any] | None]:
    """The page that is asked for and its list; None when it has none that may be answered."""
    page = open_page(view, request.path_params["page"]) or {}
    questions = page.get("questions", ())
    [only, *others] = questions or ({"kind": ""},)
    fits = not others and only["kind"] in kinds and is_open(view)
    return page, only if fits and request.path_params["item"] > 0 else None


def _questions(group: Mapping[str, Any], number: int) -> list[dict[str, Any]]:
    """The questions of one item, with what was answered; of a new one with nothing."""
    known = group["items"][number - 1]["values"] if number <= len(group["items"]) else {}
    return [{**one, "value": known.get(one["field"])} for one in group["questions"]]
