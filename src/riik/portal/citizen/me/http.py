"""What the state knows of me, "this is wrong", and for whom I may act.

GET  /me              everything, register by register
GET  /me/wrong        ``?register=&field=``: say what should stand there; POST sends it
GET  /me/wrong/sent   the number under which the owner answers
GET  /me/wrong/answers  what I said was wrong, and what was answered
GET  /for             for whom I may act, and what I can begin for them
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import ClientId, IdentifierRefused, RiikError, is_blank
from riik.portal.citizen.apply.permitted import may_begin
from riik.portal.citizen.apply.where import at
from riik.portal.citizen.errors import CorrectionsTooMany, PortalRefused
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.me.rows import answer_row, fields_of, register_rows
from riik.portal.citizen.own import LONGEST
from riik.portal.design.texts import later
from riik.portal.session import Form, FormRefused, SignedOut, Visitor

__all__ = ["routes"]

MOST_TEXT: Final = LONGEST
_CASE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}\Z")
SENT: Final = "/me/wrong/sent"
ANSWERS: Final = "/me/wrong/answers"

NO_FIELD: Final = later("Choose what is wrong")
NO_VALUE: Final = later("Write what should stand there")
TOO_LONG: Final = later("Say it in at most 2000 letters")
TOO_OFTEN: Final = later("This register takes no more corrections from you today. Go on tomorrow.")


def routes(hall: Hall) -> list[Route]:
    """The routes of one's own data."""
    me = _Me(hall)
    return [
        Route("/me", hall.page(me.own), methods=["GET"]),
        Route("/me/wrong", hall.page(me.wrong, refill=True), methods=["GET"]),
        Route("/me/wrong", hall.page(me.tell, refill=True), methods=["POST"]),
        Route("/me/wrong/sent", hall.page(me.sent), methods=["GET"]),
        Route("/me/wrong/answers", hall.page(me.answers), methods=["GET"]),
        Route("/for", hall.page(me.acting), methods=["GET"]),
    ]


@dataclass(frozen=True, slots=True)
class _Me:
    """The handlers."""

    hall: Hall

    async def own(self, request: Request) -> Response:
        """GET /me: what every register holds, asked just now."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        held = await hall.counter.own(visitor, hall.language(request))
        registers = register_rows(held, hall.formats(request), now=hall.now())
        return await hall.show(
            request,
            "me.html",
            registers=registers,
            silent=[one["name"] for one in held if one["silent"]],
            sessions=f"{hall.site.guests.client.issuer}/sessions",
        )

    async def wrong(self, request: Request) -> Response:
        """GET /me/wrong: what stands there, and what should."""
        visitor = await self.hall.site.visitor(request)
        kept = await self.hall.site.kept(request)
        query = request.query_params
        register, fields = await self._known(request, visitor, query.get("register", ""))
        wanted = query.get("field", "").split(",")
        chosen = next((one["value"] for one in fields if one["value"] in wanted), "")
        typed = kept or Form({"field": (chosen,), "case": (query.get("case", ""),)})
        return await self._ask(request, register, fields, typed)

    async def tell(self, request: Request) -> Response:
        """POST /me/wrong: the person's word goes to the register's owner, once."""
        hall, site = self.hall, self.hall.site
        visitor, form = await site.visitor(request), await site.form(request)
        if set(form.fields) - {"register", "field", "should_be", "why", "once", "case"}:
            raise FormRefused("the form has fields that this page does not", why="fields")
        register, fields = await self._known(request, visitor, form.text("register"))
        errors = self._errors(request, form, fields)
        if errors:
            return await self._ask(request, register, fields, form, errors=errors)
        once = await site.once(request)
        if once.done:
            return site.go(once.location)
        field = next(one for one in fields if one["value"] == form.text("field"))
        try:
            told = await hall.counter.correct(
                visitor,
                register=ClientId.parse(register["register"]),
                field=field["value"],
                says=_whole(field["says"]),
                should_be=form.text("should_be"),
                why=form.text("why"),
                language=hall.language(request),
                once=once.key,
            )
        except CorrectionsTooMany:
            often = [{"field": "should_be", "text": hall.texts(request)(TOO_OFTEN)}]
            return await self._ask(request, register, fields, form, errors=often)
        ticket = form.text("once")
        case = _case_of(form)
        if case:
            await self._note(visitor, case, form, told["number"])
        number = {"once": ticket, "number": told["number"], "days": told["days"], "case": case}
        return await site.done(once, f"{SENT}?{urlencode(number)}" if ticket else ANSWERS)

    async def sent(self, request: Request) -> Response:
        """GET /me/wrong/sent: the number, and how long an answer may take.

        Both are those that were kept when this person's own form was sent: whatever else the
        address says, nobody is told of a correction that they never sent.
        """
        led = await self.hall.site.led(request, request.query_params.get("once", ""))
        path, _, query = led.partition("?")
        if path != SENT:
            raise PortalRefused("this person sent nothing under this number", why="no-number")
        kept = dict(parse_qsl(query))
        return await self.hall.show(
            request,
            "wrong-sent.html",
            number=kept["number"],
            days=int(kept["days"]),
            back_to=at(kept["case"], "continue") if kept.get("case") else "",
        )

    async def answers(self, request: Request) -> Response:
        """GET /me/wrong/answers: what the person said, and what the owners answered."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        told = await hall.counter.corrections(visitor, hall.language(request))
        formats = hall.formats(request)
        return await hall.show(
            request,
            "wrong-answers.html",
            rows=[answer_row(one, formats, now=hall.now()) for one in told["rows"]],
            silent=told["silent"],
        )

    async def acting(self, request: Request) -> Response:
        """GET /for: whom the person represents today, and what can be begun for them."""
        hall = self.hall
        visitor = await hall.site.visitor(request)
        found = await hall.counter.mandates(visitor, hall.language(request))
        try:
            known = await hall.counter.catalogue.services(hall.language(request))
        except SignedOut:
            raise
        except RiikError:
            known = {"services": []}
        day = hall.formats(request).here(hall.now()).date()
        people = [
            {
                **one,
                "begins": [
                    guide
                    for guide in known["services"]
                    if may_begin(guide, one["person"], role=one["role"], day=day)
                ],
            }
            for one in found["people"]
        ]
        return await hall.show(
            request,
            "for.html",
            people=people,
            silent=found["silent"],
        )

    async def _known(
        self, request: Request, visitor: Visitor, register: str
    ) -> tuple[dict[str, Any], list[dict[str, str]]]:
        """A register that holds something of this person, and what it holds."""
        try:
            wanted = str(ClientId.parse(register))
        except IdentifierRefused as error:
            raise PortalRefused("this is no register", why="no-register") from error
        held = await self.hall.counter.own(visitor, self.hall.language(request))
        one = next((one for one in held if one["register"] == wanted), None)
        if one is None or not one["rows"]:
            raise PortalRefused("this register holds nothing of the person", why="no-register")
        return one, fields_of(one, self.hall.formats(request))

    def _errors(
        self, request: Request, form: Form, fields: list[dict[str, str]]
    ) -> list[dict[str, str]]:
        texts, errors = self.hall.texts(request), []
        if form.text("field") not in {one["value"] for one in fields}:
            errors.append({"field": "field", "text": texts(NO_FIELD)})
        if is_blank(form.text("should_be")):
            errors.append({"field": "should_be", "text": texts(NO_VALUE)})
        errors += [
            {"field": name, "text": texts(TOO_LONG)}
            for name in ("should_be", "why")
            if len(form.text(name)) > MOST_TEXT
        ]
        return errors

    async def _ask(
        self,
        request: Request,
        register: dict[str, Any],
        fields: list[dict[str, str]],
        typed: Form,
        *,
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        chosen = typed.text("field")
        return await self.hall.show(
            request,
            "wrong.html",
            place=register["organisation"],
            status=422 if errors else 200,
            register=register,
            access=self.hall.access(request),
            options=[
                {"value": one["value"], "title": f"{one['title']}: {one['says']}".rstrip(": ")}
                for one in fields
            ],
            field=next((one for one in fields if one["value"] == chosen), None),
            should_be=typed.text("should_be"),
            why=typed.text("why"),
            case=_case_of(typed),
            back_to=at(_case_of(typed), "continue") if _case_of(typed) else "",
            once=self.hall.site.ticket(),
            errors=errors or [],
        )

    async def _note(self, visitor: Visitor, case: str, form: Form, number: str) -> None:
        """Tell the case on whose page it was said; the register has it whatever comes of that."""
        said = {"register": form.text("register"), "field": form.text("field"), "number": number}
        with suppress(RiikError):
            await self.hall.counter.portal.step(visitor, case, step="dispute", content=said)


def _case_of(form: Form) -> str:
    """The case from whose pages the person came; empty for whatever names none."""
    case = form.text("case")
    return case if _CASE.match(case) else ""


def _whole(says: str) -> str:
    """What a register says, as a correction quotes it: a picture not at all, a long text marked."""
    if says.startswith("data:"):
        return ""
    return says if len(says) <= MOST_TEXT else f"{says[: MOST_TEXT - 1]}…"
