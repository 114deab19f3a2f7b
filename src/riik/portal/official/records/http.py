"""The pages of a register's officials: records found, read and changed, each look on record.

GET  /desk/records                               search, and what waits for a second official
POST /desk/records/find                          ``by`` what, ``value``, ``purpose``, ``case``
GET  /desk/records/in/<register>/<record>        one record with its history
GET  /desk/records/in/<register>/<record>/<offer>   a change of it, to be signed
GET  /desk/records/orders/<order>                what a colleague proposes; POST refuses it
POST /desk/records/sign/prepare, …/agree, …/complete   JSON, for the card
"""

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

import riik.portal.official.records
from riik.core import Refused
from riik.portal.design.formats import Formats
from riik.portal.design.http import language_of
from riik.portal.design.pages import Pages
from riik.portal.design.shell import Tab
from riik.portal.design.texts import later
from riik.portal.official.corrections.http import guarded, owners_shell
from riik.portal.official.records.ports import Asked, Change, Records
from riik.portal.official.records.shown import EXAMPLE, OUTSIDE, REASONS, SENTENCES, Telling
from riik.portal.session import FormRefused
from riik.portal.session.http import NEVER, Handler, Site

__all__ = ["RecordsRoom", "records_routes"]

HERE: Final = "/desk/records"
MOST_BYTES: Final = 12_000
_ID = re.compile(r"[a-z][a-z0-9-]{0,63}\Z")
_RECORD = re.compile(r"[0-9a-f]{32}\Z")
_ORDER = re.compile(r"[A-Za-z0-9_-]{22,64}\Z")
_VALUE, _DAY = "value.", "day."
WHEN: Final = ("today", "day", "always")
"""From when a change holds; ``always``: what stood there was wrong since the record began."""
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "case": ("case", later("Write the number of the case that needs it")),
    "case-unknown": (
        "case",
        later("There is no such case here. Check its number, or tick that it is kept elsewhere"),
    ),
    "empty": ("value", later("Write all of it: a part finds nothing")),
    "code": ("value", later("Write the whole personal code")),
    "by": ("by", later("Choose by what to find")),
    "purpose": ("purpose", later("Choose what for")),
    "reason": ("reason", later("Say why")),
    "long": ("reason", later("Say it in at most 2000 letters")),
}
"""Beside which field of a form its refusal stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsRoom:
    """The site, as these handlers use it.

    Attributes:
        site: Who is signed in, whose form it is.
        records: What officials of registers may do.
        card: Origin of the demonstration card; empty outside the demonstration.
        cases: Whether the same site has a desk for cases.
    """

    site: Site
    records: Records
    card: str = ""
    cases: bool = False
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.official.records))

    def telling(self, request: Request) -> Telling:
        """How this visitor is told things."""
        frame = self.site.frame
        language = language_of(request, frame.profile.languages)
        return Telling(self.pages.texts[language], Formats(frame.profile, language, frame.zone))

    def page(self, handler: Handler) -> Handler:
        """Who isn't signed in goes to login; who may not reads why."""

        def told(request: Request, refused: Refused) -> str:
            if not refused.code.startswith("registers."):
                return ""
            return self.telling(request).texts(SENTENCES.get(refused.why, ""))

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
        shell = owners_shell(self.site, request, tab="records", cases=self.cases, tabs=tabs)
        shown = self.site.show(self.pages, template, shell, status=status, **values)
        if self.card:
            shown.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
        return shown


def records_routes(room: RecordsRoom) -> list[Route]:
    """The routes of records."""
    calls, script = _Calls(room), room.site.script
    one = f"{HERE}/in/{{register}}/{{record}}"
    return [
        Route(HERE, room.page(calls.search), methods=["GET"]),
        Route(f"{HERE}/find", room.page(calls.find), methods=["POST"]),
        Route(one, room.page(calls.open), methods=["GET"]),
        Route(f"{one}/{{offer}}", room.page(calls.change), methods=["GET"]),
        Route(f"{HERE}/orders/{{order}}", room.page(calls.order), methods=["GET"]),
        Route(f"{HERE}/orders/{{order}}", room.page(calls.refuse), methods=["POST"]),
        Route(f"{HERE}/sign/prepare", script(calls.prepare), methods=["POST"]),
        Route(f"{HERE}/sign/agree", script(calls.agree), methods=["POST"]),
        Route(f"{HERE}/sign/complete", script(calls.complete), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers."""

    room: RecordsRoom

    async def search(self, request: Request) -> Response:
        """GET /desk/records: the form, and what waits."""
        query = request.query_params
        typed = {name: query.get(name, "") for name in ("register", "purpose", "case")}
        typed |= {"by": "", "value": "", "outside": ""}
        return await self._search(request, typed)

    async def find(self, request: Request) -> Response:
        """POST /desk/records/find: the look is on record before this is answered."""
        room = self.room
        visitor, form = await room.site.visitor(request), await room.site.form(request)
        names = ("register", "by", "value", "purpose", "case", "outside")
        typed = {name: form.text(name).strip() for name in names}
        number = typed["case"]
        if typed["outside"] == "yes":
            number = f"{OUTSIDE}{number}"
        asked = Asked(register=typed["register"], purpose=typed["purpose"], case=number)
        try:
            found = await room.records.search(visitor, asked, by=typed["by"], value=typed["value"])
        except Refused as refused:
            if refused.why not in _FIELDS or not refused.code.startswith("registers."):
                raise
            place, sentence = _FIELDS[refused.why]
            text = room.telling(request).texts(sentence)
            return await self._search(request, typed, errors=[{"field": place, "text": text}])
        if len(found) == 1:
            return room.site.go(_address(asked, found[0]["record"]))
        return await self._search(request, typed, found=found, asked=asked)

    async def open(self, request: Request) -> Response:
        """GET /desk/records/in/<register>/<record>: the look is on record before this is sent."""
        room, asked = self.room, _asked(request)
        visitor, record = await room.site.visitor(request), _record(request)
        told = await room.records.open(visitor, asked, record)
        telling = room.telling(request)
        offers = [
            {
                **one,
                "title": telling.name(one["names"]),
                "href": _address(asked, record, one["offer"]),
            }
            for one in told["offers"]
        ]
        return room.show(
            request,
            "record.html",
            one=told,
            asked=asked,
            case=telling.case(asked.case),
            register=telling.name(told["names"]),
            purpose=telling.name(told["purpose"]),
            fields=telling.fields(told["fields"]),
            history=telling.history(told["history"]),
            offers=offers,
            told=request.query_params.get("told", ""),
        )

    async def change(self, request: Request) -> Response:
        """GET …/<offer>: what can be typed; the look is on record before this is sent."""
        room, asked = self.room, _asked(request)
        visitor, record = await room.site.visitor(request), _record(request)
        offer, telling = request.path_params["offer"], room.telling(request)
        if not _ID.match(offer):
            raise _Told("there is no such change", why="offer")
        told = await room.records.form(visitor, asked, record=record, offer=offer)
        rows = telling.fields(told["fields"])
        return room.show(
            request,
            "change.html",
            one=told,
            asked=asked,
            case=telling.case(asked.case),
            record=record,
            offer=offer,
            correction=request.query_params.get("correction", "")[:20],
            register=telling.name(told["names"]),
            title=telling.name(told["offer"]),
            fields=[
                {**row, "choices": _choices(row, telling), "typed": telling.typed(row)}
                for row in rows
            ],
            example=telling.formats.typed(EXAMPLE),
            when=telling.when(correction=told["kind"] == "correct"),
            back_to=_address(asked, record),
            ticket=room.site.ticket(),
            card=room.card,
            sentences=_sentences(telling),
        )

    async def order(self, request: Request) -> Response:
        """GET /desk/records/orders/<order>: what a colleague proposes."""
        return await self._order(request)

    async def refuse(self, request: Request) -> Response:
        """POST /desk/records/orders/<order>: the record stays as it is."""
        room = self.room
        visitor, form = await room.site.visitor(request), await room.site.form(request)
        try:
            await room.records.refuse(visitor, _order(request), reason=form.text("reason"))
        except Refused as refused:
            if refused.why not in ("reason", "long"):
                raise
            text = room.telling(request).texts(_FIELDS[refused.why][1])
            return await self._order(request, errors=[{"field": "reason", "text": text}])
        return room.site.go(f"{HERE}?told=refused")

    async def prepare(self, request: Request) -> Response:
        """POST /desk/records/sign/prepare: lay a change out for the card."""
        room, sent = self.room, await self.room.site.json(request)
        visitor = await room.site.visitor(request)
        asked = Asked(**{name: _text(sent, name) for name in ("register", "purpose", "case")})
        formats = room.telling(request).formats
        change = Change(
            record=_text(sent, "record"),
            offer=_text(sent, "offer"),
            typed=_typed(sent, formats),
            since=_since(sent, formats),
            always=_text(sent, "from") == "always",
            reason=_text(sent, "reason").replace("\r\n", "\n"),
            correction=_text(sent, "correction"),
        )
        laid = await room.records.prepare(
            visitor,
            asked,
            change,
            certificate=_bytes(sent, "certificate"),
            ticket=_text(sent, "ticket"),
        )
        return _to_sign(laid)

    async def agree(self, request: Request) -> Response:
        """POST /desk/records/sign/agree: lay a colleague's paper out for a second signature."""
        room, sent = self.room, await self.room.site.json(request)
        visitor = await room.site.visitor(request)
        laid = await room.records.agree(
            visitor, _text(sent, "ticket"), certificate=_bytes(sent, "certificate")
        )
        return _to_sign(laid)

    async def complete(self, request: Request) -> Response:
        """POST /desk/records/sign/complete: ``{"value", "ticket"}``; answers where to go on."""
        room, sent = self.room, await self.room.site.json(request)
        visitor = await room.site.visitor(request)
        done = await room.records.complete(visitor, _text(sent, "ticket"), _bytes(sent, "value"))
        if done["state"] == "made":
            asked = Asked(register=done["register"], purpose=done["purpose"], case=done["case"])
            location = f"{_address(asked, done['record'])}&told=made"
        else:
            location = f"{HERE}?told=proposed"
        return JSONResponse({"location": location}, headers=NEVER)

    async def _search(
        self,
        request: Request,
        typed: Mapping[str, str],
        *,
        errors: Sequence[Mapping[str, str]] = (),
        found: Sequence[Mapping[str, Any]] | None = None,
        asked: Asked | None = None,
    ) -> Response:
        room, telling = self.room, self.room.telling(request)
        visitor = await room.site.visitor(request)
        seat = await room.records.seat(visitor)
        registers = seat["registers"]
        here = next((one for one in registers if one["register"] == typed["register"]), None)
        here = here or (registers[0] if registers else None)
        return room.show(
            request,
            "search.html",
            status=422 if errors else 200,
            here=here,
            registers=[
                {
                    "href": f"{HERE}?register={one['register']}",
                    "text": telling.name(one["names"]),
                    "current": one is here,
                }
                for one in registers
            ],
            options=_keys(here, telling) if here else [],
            purposes=[
                {"value": one["purpose"], "title": telling.name(one["names"])}
                for one in (here["purposes"] if here else ())
            ],
            waiting=[
                {
                    **one,
                    "register": telling.name(one["names"]),
                    "title": telling.name(one["offer"]),
                    "when": telling.moment(one["at"]),
                }
                for one in await room.records.waiting(visitor)
            ],
            found=None if found is None or asked is None else _found(found, asked, telling),
            typed=typed,
            wrong={one["field"]: one["text"] for one in errors},
            errors=errors,
            told=request.query_params.get("told", ""),
        )

    async def _order(
        self, request: Request, *, errors: Sequence[Mapping[str, str]] = ()
    ) -> Response:
        room, telling = self.room, self.room.telling(request)
        visitor = await room.site.visitor(request)
        told = await room.records.order(visitor, _order(request))
        rows = [
            {
                "label": telling.name(one["after"]["names"]),
                "before": telling.value(one["before"]),
                "after": telling.value(one["after"]),
            }
            for one in told["rows"]
        ]
        return room.show(
            request,
            "order.html",
            status=422 if errors else 200,
            one=told,
            case=telling.case(told["case"]),
            rows=rows,
            register=telling.name(told["names"]),
            title=telling.name(told["offer"]),
            purpose=telling.name(told["purpose_names"]),
            since=telling.day(told["from"]),
            when=telling.moment(told["at"]),
            card=room.card,
            sentences=_sentences(telling),
            wrong={one["field"]: one["text"] for one in errors},
            errors=errors,
        )


class _Told(Refused):
    """What these pages refuse themselves, told as registers' own refusals are."""

    code = "registers.request-refused"


def _keys(here: Mapping[str, Any], telling: Telling) -> list[dict[str, str]]:
    _ = telling.texts
    own = [{"value": "person", "title": _("Personal code")}] if here["persons"] else []
    return own + [
        {"value": one["field"], "title": telling.name(one["names"])} for one in here["keys"]
    ]


def _found(
    found: Sequence[Mapping[str, Any]], asked: Asked, telling: Telling
) -> list[dict[str, Any]]:
    _ = telling.texts
    return [
        {
            "href": _address(asked, one["record"]),
            "title": ", ".join(
                row["shown"] for row in telling.fields(one["fields"]) if row["shown"]
            )
            or _("A record"),
            "when": telling.moment(one["since"]),
        }
        for one in found
    ]


def _choices(row: Mapping[str, Any], telling: Telling) -> list[dict[str, str]]:
    _ = telling.texts
    if row["kind"] == "yes-no":
        return [{"value": "yes", "title": _("yes")}, {"value": "no", "title": _("no")}]
    return [{"value": one["value"], "title": telling.name(one["names"])} for one in row["options"]]


def _sentences(telling: Telling) -> list[dict[str, str]]:
    day = telling.formats.typed(EXAMPLE)
    return [{"key": key, "text": telling.texts(text, day=day)} for key, text in REASONS.items()]


def _address(asked: Asked, record: str, offer: str = "") -> str:
    path = "/".join(filter(None, [f"{HERE}/in/{asked.register}/{record}", offer]))
    return f"{path}?{urlencode({'purpose': asked.purpose, 'case': asked.case})}"


def _asked(request: Request) -> Asked:
    register, query = request.path_params["register"], request.query_params
    if not _ID.match(register):
        raise _Told("there is no such register", why="register")
    return Asked(register=register, purpose=query.get("purpose", ""), case=query.get("case", ""))


def _record(request: Request) -> str:
    record: str = request.path_params["record"]
    if not _RECORD.match(record):
        raise _Told("there is no such record", why="unknown")
    return record


def _order(request: Request) -> str:
    order: str = request.path_params["order"]
    if not _ORDER.match(order):
        raise _Told("this waits no more", why="order")
    return order


def _typed(sent: Mapping[str, Any], formats: Formats) -> dict[str, dict[str, str]]:
    """What was typed: ``value.<field>``, ``value.<field>.<part>``, or a day: ``day.<field>``."""
    typed: dict[str, dict[str, str]] = {}
    for name in sent:
        if name.startswith(_VALUE):
            key, _, part = name.removeprefix(_VALUE).partition(".")
            typed.setdefault(key, {})[part or "value"] = _text(sent, name)
        elif name.startswith(_DAY):
            day = _day(_text(sent, name), formats, why="day")
            typed[name.removeprefix(_DAY)] = {"value": day.isoformat() if day else ""}
    return typed


def _since(sent: Mapping[str, Any], formats: Formats) -> date | None:
    """From which day the change holds, which somebody has to say; None: today, or always."""
    when = _text(sent, "from")
    if when not in WHEN:
        raise _Told("from when it is so has to be said", why="when")
    day = _day(_text(sent, "since"), formats, why="since") if when == "day" else None
    if when == "day" and day is None:
        raise _Told("a day has to be said", why="since")
    return day


def _text(sent: Mapping[str, Any], name: str) -> str:
    value = sent.get(name, "")
    if not isinstance(value, str):
        raise FormRefused(f"{name} is a text", why=name)
    return value


def _day(text: str, formats: Formats, *, why: str) -> date | None:
    try:
        return formats.read_day(text) if text.strip() else None
    except ValueError as error:
        raise _Told("this is no day of the calendar", why=why) from error


def _bytes(sent: Mapping[str, Any], name: str) -> bytes:
    try:
        value = base64.b64decode(_text(sent, name), validate=True)
    except ValueError as error:
        raise FormRefused(f"{name} is not base64", why=name) from error
    if not 0 < len(value) <= MOST_BYTES:
        raise FormRefused(f"{name} is missing or too long", why=name)
    return value


def _to_sign(laid: Mapping[str, Any]) -> Response:
    answer = {"digest": base64.b64encode(laid["digest"]).decode(), "hash": laid["hash"]}
    return JSONResponse(answer, headers=NEVER)
