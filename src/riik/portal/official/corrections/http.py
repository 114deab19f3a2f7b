"""The pages of a register's owner: what people say is wrong, and the owner's answer.

GET  /desk/corrections                        what waits, the oldest first; names nobody
GET  /desk/corrections/<register>/<number>    one request: a look at that person's data
POST the same                                 ``act``: ``correct`` or ``refuse``
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import riik.portal.official.corrections
from riik.core import Clock, Refused, from_text
from riik.portal.design.formats import Formats
from riik.portal.design.http import language_of
from riik.portal.design.pages import Pages
from riik.portal.design.shell import Shell, Tab
from riik.portal.design.texts import Texts, later
from riik.portal.official.corrections.ports import Owner
from riik.portal.session.http import Handler, Site

__all__ = ["OwnerRoom", "guarded", "owner_routes", "owners_shell"]

HERE: Final = "/desk/corrections"
_DONE: Final = ("refused", "corrected")
_REGISTER = re.compile(r"[a-z][a-z0-9-]{0,63}\Z")
_NUMBER = re.compile(r"[0-9]{4}-[0-9]{6,9}\Z")
_SENTENCES: Final[Mapping[str, str]] = {
    "own-case": later("This is about yourself, or you asked for it: somebody else answers."),
    "other-register": later("Another official answers for this register."),
    "level": later("Sign in with the ID-card: this desk wants the surest way."),
    "answered": later("Somebody has answered this already."),
    "unknown": later("There is no such request."),
    "raced": later("The record was changed a moment ago. Open the request again."),
}
_PARTS: Final[Mapping[str, str]] = {
    "text": later("in words"),
    "code": later("its code"),
    "system": later("in which list the code stands"),
}
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "value": ("value", later("Write what should stand there")),
    "schema": ("value", later("The register can't hold this: write it as its other records do")),
    "reason": ("reason", later("Say why: the person is told in these words")),
    "long": ("reason", later("Say it in at most 2000 letters")),
    "since": ("since", later("This is no day of the calendar. Write it like {day}")),
    "day": ("day", later("This is no day of the calendar. Write it like {day}")),
    "when": ("from", later("Choose from when it is so")),
    "before-record": ("since", later("The record begins later than that")),
    "period": ("since", later("This is no day of the calendar. Write it like {day}")),
    "record": ("record", later("Choose the record")),
    "several": ("record", later("Choose the record")),
}

_WHEN: Final[Mapping[str, str]] = {
    "always": later("It was always wrong: since the record began"),
    "day": later("From the day written below"),
    "today": later("From today"),
}
EXAMPLE: Final = date(2026, 11, 30)
"""A day, to show how days are typed."""

_PAGES: Final = Pages(riik.portal.official.corrections)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerRoom:
    """The site, as these handlers use it.

    Attributes:
        site: Who is signed in, whose form it is.
        owner: What officials of registers may do.
        clock: For what is late.
        cases: Whether the same site has a desk for cases.
    """

    site: Site
    owner: Owner
    clock: Clock
    cases: bool = False
    pages: Pages = _PAGES

    def texts(self, request: Request) -> Texts:
        """This room's texts in the visitor's language."""
        return self.pages.texts[language_of(request, self.site.frame.profile.languages)]

    def formats(self, request: Request) -> Formats:
        """How days are written for this visitor."""
        frame = self.site.frame
        return Formats(frame.profile, self.texts(request).language, frame.zone)

    def since(self, request: Request, typed: Mapping[str, str]) -> date | None:
        """From which day a correction holds, which somebody has to say; None: it always did."""
        formats = self.formats(request)
        match typed.get("from"):
            case "today":
                return formats.here(self.clock.now()).date()
            case "day":
                return _day(typed.get("since", ""), formats, why="since")
            case "always":
                return None
        raise _told("when")

    def page(self, handler: Handler) -> Handler:
        """Who isn't signed in goes to login; who may not reads why."""

        def told(request: Request, refused: Refused) -> str:
            return self.texts(request)(_SENTENCES.get(refused.why, ""))

        return self.site.page(guarded(handler, show=self.show, told=told))

    def show(
        self,
        request: Request,
        template: str,
        /,
        *,
        status: int = 200,
        tabs: Sequence[Tab] | None = None,
        **values: Any,
    ) -> Response:
        """A page in the officials' frame."""
        shell = owners_shell(self.site, request, tab="corrections", cases=self.cases, tabs=tabs)
        return self.site.show(self.pages, template, shell, status=status, **values)


def guarded(
    handler: Handler, *, show: Callable[..., Response], told: Callable[[Request, Refused], str]
) -> Handler:
    """A handler of an owner's desk: who may not do it reads why.

    Args:
        handler: Answers when nothing stands against it.
        show: Makes a page of the room.
        told: The sentence of a refusal that the room tells itself; empty for one that it does not.
    """

    async def answer(request: Request) -> Response:
        try:
            return await handler(request)
        except Refused as refused:
            if refused.why == "no-official":
                return show(request, "stranger.html", status=403, tabs=())
            sentence = told(request, refused)
            if not sentence:
                raise
            status = refused.status if refused.status != 400 else 404
            return show(request, "told.html", status=status, sentence=sentence)

    return answer


def owners_shell(
    site: Site, request: Request, *, tab: str, cases: bool, tabs: Sequence[Tab] | None = None
) -> Shell:
    """The frame of every page at a register owner's desk.

    Args:
        site: Whose desk it is.
        request: Whose page.
        tab: Where one is: ``corrections`` or ``records``.
        cases: Whether the same site has a desk for cases.
        tabs: Instead of the usual ones; none for who may not enter.
    """
    _ = _PAGES.texts[language_of(request, site.frame.profile.languages)]
    places = {"corrections": HERE, "records": "/desk/records"}
    usual = [
        *([Tab("queue", "/desk", _("Queue"), "inbox")] if cases else []),
        Tab("corrections", places["corrections"], _("Corrections"), "pen"),
        Tab("records", places["records"], _("Records"), "search"),
    ]
    return site.shell(
        request,
        home=places[tab],
        role=_("register's owner"),
        tabs=usual if tabs is None else tabs,
        tab=tab,
    )


def owner_routes(room: OwnerRoom) -> list[Route]:
    """The routes; where there is no desk for cases, the site's root leads here."""
    calls = _Calls(room)
    one = f"{HERE}/{{register}}/{{number}}"

    async def lead(request: Request) -> Response:
        """GET / and /desk: the only pages of this site."""
        return room.site.go(HERE)

    return [
        Route(HERE, room.page(calls.waiting), methods=["GET"]),
        Route(one, room.page(calls.open), methods=["GET"]),
        Route(one, room.page(calls.answer), methods=["POST"]),
        *(Route(path, lead, methods=["GET"]) for path in ("/", "/desk") if not room.cases),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers."""

    room: OwnerRoom

    async def waiting(self, request: Request) -> Response:
        """GET /desk/corrections: what waits."""
        room = self.room
        visitor = await room.site.visitor(request)
        found, formats = await room.owner.waiting(visitor), room.formats(request)
        now, language = room.clock.now(), room.texts(request).language
        rows = [
            {
                "href": f"{HERE}/{one['register']}/{one['number']}",
                "number": one["number"],
                "register": _named(one["names"], language),
                "field": _named(one["field"], language),
                "at": formats.short(formats.here(from_text(one["at"]))),
                "due": formats.short(formats.here(from_text(one["due"]))),
                "late": from_text(one["due"]) < now,
            }
            for one in found
        ]
        # What an address says of itself anybody can write: only what this official did is told.
        told = await room.site.led(request, request.query_params.get("done", ""))
        done = told if told in _DONE else ""
        return room.show(request, "waiting.html", rows=rows, done=done)

    async def open(self, request: Request) -> Response:
        """GET /desk/corrections/<register>/<number>: the look is on record before this is sent."""
        return await self._shown(request, {}, [])

    async def answer(self, request: Request) -> Response:
        """POST: the owner's answer, once."""
        room = self.room
        visitor, form = await room.site.visitor(request), await room.site.form(request)
        key = _key(request)
        typed = {name: form.text(name) for name in form.fields}
        act = form.text("act")
        once = await room.site.once(request)
        if once.done:
            return room.site.go(once.location)
        try:
            if act == "correct":
                await room.owner.correct(
                    visitor,
                    key,
                    record=form.text("record"),
                    typed=_values(typed, room.formats(request)),
                    since=room.since(request, typed),
                    reason=form.text("note"),
                )
            else:
                await room.owner.refuse(visitor, key, reason=form.text("reason"))
        except Refused as refused:
            if refused.why not in _FIELDS:
                raise
            place, sentence = _FIELDS[refused.why]
            if refused.why == "long" and act == "correct":
                place = "note"
            day = room.formats(request).typed(EXAMPLE)
            errors = [{"field": place, "text": room.texts(request)(sentence, day=day)}]
            return await self._shown(request, typed, errors)
        told = await room.site.tell(request, _DONE[act == "correct"])
        return await room.site.done(once, f"{HERE}?done={told}")

    async def _shown(
        self, request: Request, typed: Mapping[str, str], errors: list[dict[str, str]]
    ) -> Response:
        room = self.room
        visitor = await room.site.visitor(request)
        found, language = (
            await room.owner.open(visitor, _key(request)),
            room.texts(request).language,
        )
        if found["answered"]:
            raise _told("answered")
        formats = room.formats(request)
        return room.show(
            request,
            "request.html",
            status=422 if errors else 200,
            one=found,
            register=_named(found["names"], language),
            field_name=_named(found["field"], language),
            at=formats.moment(from_text(found["at"])),
            due=formats.by(formats.here(from_text(found["due"]))),
            options=[
                {"value": one["value"], "title": _named(one["names"], language)}
                for one in found["options"]
            ],
            parts=[
                {"id": part, "title": room.texts(request)(_PARTS.get(part, part))}
                for part in found["parts"]
            ],
            records=[
                {
                    "value": one["record"],
                    "title": one["value"] or "–",
                    "hint": formats.since(date.fromisoformat(one["since"]), year=True),
                }
                for one in found["records"]
            ],
            typed=typed,
            example=formats.typed(EXAMPLE),
            when=[
                {"value": key, "title": room.texts(request)(text)} for key, text in _WHEN.items()
            ],
            wrong={one["field"]: one["text"] for one in errors},
            errors=errors,
            once=room.site.ticket(),
        )


class _Told(Refused):
    """What these pages say themselves."""

    code = "portal.corrections"
    status = 409


def _told(why: str) -> Refused:
    return _Told("these pages say why", why=why)


def _key(request: Request) -> str:
    register, number = request.path_params["register"], request.path_params["number"]
    if not _REGISTER.match(register) or not _NUMBER.match(number):
        raise _told("unknown")
    return f"{register}/{number}"


def _values(typed: Mapping[str, str], formats: Formats) -> dict[str, str]:
    """What should stand there: ``value``, its parts under ``value-<part>``, or a typed day."""
    values = {
        name.removeprefix("value-"): text
        for name, text in typed.items()
        if name == "value" or name.startswith("value-")
    }
    if "day" in typed:
        values["value"] = _day(typed["day"], formats, why="day").isoformat()
    return values


def _day(text: str, formats: Formats, *, why: str) -> date:
    try:
        return formats.read_day(text)
    except ValueError as error:
        raise _told(why) from error


def _named(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or next(iter(names.values()), "")
