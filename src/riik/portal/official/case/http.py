"""One case and its signature.

GET  /desk/cases/<case>                     the case; ``queue`` and ``service`` say what is next
GET  /desk/cases/<case>/documents/<name>    a paper of it
POST /desk/cases/<case>/take                make it one's own
POST /desk/cases/<case>/ask                 ask the person: ``page``, ``message``
POST /desk/cases/<case>/withdraw-question   take the question back
POST /desk/cases/<case>/ask-again           ask silent registers once more
POST /desk/cases/<case>/hand-over           to a colleague: ``to``
POST /desk/cases/<case>/letter              the letter as it would go out, a PDF
POST /desk/cases/<case>/aside               put the verdict aside, to be signed with others
GET  /desk/sign                             verdicts that were put aside
POST /desk/sign/take-back                   forget some of them: ``case``
POST /desk/sign/prepare                     JSON: what the card signs, for one case or for ``ready``
POST /desk/sign/complete                    JSON: the card's signature; where the queue is
"""

import base64
import re
from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from riik.core import Refused
from riik.portal.official.ports import ANOTHER, PARTNER, Choice, Reader
from riik.portal.official.room.http import Room
from riik.portal.official.shown import address
from riik.portal.official.words import choice_text, refusal_text, signing_sentences
from riik.portal.session import Form, FormRefused
from riik.portal.session.http import NEVER

__all__ = ["case_routes"]

MOST_BYTES: Final = 12_000
_SAFE = re.compile(r"[a-z0-9-]{16,64}\Z")
_NAME = re.compile(r"[a-z0-9.-]{1,60}\Z")
_COUNTED = re.compile(r"[0-9]{1,9}\Z")
_GROUND, _SEEN = "ground-", "seen-"
_FIELDS: Final = {
    "outcome": "outcome",
    "grounds": "grounds",
    "another": "reason",
    "rests": "reason",
    "no-ground": "grounds",
    "compared": "attests",
    "reason": "reason",
    "signs": "reason",
    "no-letter": "outcome",
}
"""Beside which field of a verdict its refusal stands."""
_INLINE: Final = frozenset({"application/pdf"})
# A paper shows itself, and nothing in it runs or asks for anything.
_PAPER: Final = {
    **NEVER,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
}


def case_routes(room: Room) -> list[Route]:
    """The routes of cases and signatures."""
    calls, script = _Calls(room), room.site.script
    pages = {
        "take": calls.take,
        "ask": calls.ask,
        "withdraw-question": calls.withdraw_question,
        "ask-again": calls.ask_again,
        "hand-over": calls.hand_over,
        "letter": calls.letter,
        "aside": calls.aside,
    }
    return [
        Route("/desk/cases/{case}", room.page(calls.show), methods=["GET"]),
        Route("/desk/cases/{case}/documents/{name}", room.page(calls.document), methods=["GET"]),
        *(
            Route(f"/desk/cases/{{case}}/{name}", room.page(handler), methods=["POST"])
            for name, handler in pages.items()
        ),
        Route("/desk/sign", room.page(calls.ready), methods=["GET"]),
        Route("/desk/sign/take-back", room.page(calls.take_back), methods=["POST"]),
        Route("/desk/sign/prepare", script(calls.prepare), methods=["POST"]),
        Route("/desk/sign/complete", script(calls.complete), methods=["POST"]),
    ]


class _Calls:
    """The handlers."""

    def __init__(self, room: Room) -> None:
        self.room = room

    async def show(self, request: Request) -> Response:
        """GET /desk/cases/<case>: the case with everything that belongs to it."""
        return await self._case(request)

    async def document(self, request: Request) -> Response:
        """GET /desk/cases/<case>/documents/<name>: a paper of the case."""
        room, name = self.room, request.path_params["name"]
        reader = await room.reader(request)
        if not _NAME.match(name):
            raise FormRefused("this names no paper", why="name")
        content, kind = await room.desk.document(reader, _case_of(request), name)
        # What people sent is nobody's word here: it is saved, and never shown by the browser.
        own = not name.startswith("upload-")
        shown = "inline" if kind in _INLINE and own else "attachment"
        headers = {**_PAPER, "Content-Disposition": f'{shown}; filename="{name}"'}
        return Response(content, headers=headers, media_type=kind)

    async def take(self, request: Request) -> Response:
        """POST /desk/cases/<case>/take: make the case one's own."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        await room.desk.take(reader, case)
        return room.site.go(_back(form, case))

    async def ask(self, request: Request) -> Response:
        """POST /desk/cases/<case>/ask: ask the person to answer something anew."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        try:
            await room.desk.ask(
                reader, case, pages=form.texts("page"), message=form.text("message")
            )
        except Refused as refused:
            field = {"pages": "page", "message": "message", "signs": "message"}.get(refused.why)
            if field is None:
                raise
            text = refusal_text(room.texts(reader), refused.why, refused.facts)
            return await self._case(request, form=form, errors=[{"field": field, "text": text}])
        told = await room.tell(request, "asked", form.text("number"))
        return room.site.go(_queue(form, done=told))

    async def withdraw_question(self, request: Request) -> Response:
        """POST /desk/cases/<case>/withdraw-question: nothing is wanted any more."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        await room.desk.withdraw_question(reader, case)
        return room.site.go(_back(form, case))

    async def ask_again(self, request: Request) -> Response:
        """POST /desk/cases/<case>/ask-again: registers that were silent."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        await room.desk.ask_again(reader, case)
        return room.site.go(_back(form, case))

    async def hand_over(self, request: Request) -> Response:
        """POST /desk/cases/<case>/hand-over: to a colleague, or back to all of the unit."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        await room.desk.hand_over(reader, [case], to=form.text("to"))
        return room.site.go(_queue(form, done=await room.tell(request, "handed", "1")))

    async def letter(self, request: Request) -> Response:
        """POST /desk/cases/<case>/letter: what the person would read, before it is signed."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        try:
            content = await room.desk.letter(reader, _choice_in(form, case))
        except Refused as refused:
            return await self._refused(request, reader, form, refused)
        shown = {**_PAPER, "Content-Disposition": 'inline; filename="draft.pdf"'}
        return Response(content, headers=shown, media_type="application/pdf")

    async def aside(self, request: Request) -> Response:
        """POST /desk/cases/<case>/aside: keep the verdict, to be signed with others."""
        room, case = self.room, _case_of(request)
        reader, form = await room.reader(request), await room.site.form(request)
        try:
            await room.desk.put_aside(reader, _choice_in(form, case))
        except Refused as refused:
            return await self._refused(request, reader, form, refused)
        told = await room.tell(request, "aside", form.text("number"))
        return room.site.go(_queue(form, done=told))

    async def _refused(
        self, request: Request, reader: Reader, form: Form, refused: Refused
    ) -> Response:
        """The case again, and beside its field what is wrong with the verdict."""
        field = _FIELDS.get(refused.why)
        if field is None:
            raise refused
        text = refusal_text(self.room.texts(reader), refused.why, refused.facts)
        return await self._case(request, form=form, errors=[{"field": field, "text": text}])

    async def ready(self, request: Request) -> Response:
        """GET /desk/sign: the verdicts that were put aside."""
        room = self.room
        reader = await room.reader(request)
        _ = room.texts(reader)
        rows = [
            {**row, "outcome_text": choice_text(_, row["outcome"])}
            for row in await room.desk.ready(reader)
        ]
        return await room.show(
            request,
            "sign.html",
            reader,
            tab="sign",
            popups=bool(room.card),
            rows=[row for row in rows if row["same"]][:50],
            changed=[row for row in rows if not row["same"]],
            ticket=room.site.ticket(),
            card=room.card,
            sentences=signing_sentences(_),
        )

    async def take_back(self, request: Request) -> Response:
        """POST /desk/sign/take-back: forget verdicts that were put aside."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        await room.desk.take_back(reader, form.texts("case"))
        return room.site.go("/desk/sign")

    async def prepare(self, request: Request) -> Response:
        """POST /desk/sign/prepare: lay out what the card signs.

        ``{"certificate", "ticket", "case", "version", "outcome", "reason", "ground-<code>",
        "seen-<code>"}``, or instead of a case ``ready``: ``<case>:<mark>``, blanks between, as the
        list showed them.
        """
        room, sent = self.room, await self.room.site.json(request)
        reader = await room.reader(request)
        certificate, ticket = _bytes(sent, "certificate"), str(sent.get("ticket", ""))
        ready = _shown(str(sent.get("ready", "")))
        try:
            if ready:
                laid = await room.desk.prepare_ready(
                    reader, ready, certificate=certificate, ticket=ticket
                )
            else:
                choice = _choice(sent, case=_checked(str(sent.get("case", ""))))
                laid = await room.desk.prepare(
                    reader, choice, certificate=certificate, ticket=ticket
                )
        except Refused as refused:
            if refused.why != "signed":
                raise
            return JSONResponse({"location": "/desk"}, headers=NEVER)
        answer = {"digest": base64.b64encode(laid["digest"]).decode(), "hash": laid["hash"]}
        return JSONResponse(answer, headers=NEVER)

    async def complete(self, request: Request) -> Response:
        """POST /desk/sign/complete: ``{"value", "ticket"}``; answers where the queue is.

        The next case is one key away there: opened by itself, it would be a look nobody made.
        """
        room, sent = self.room, await self.room.site.json(request)
        reader = await room.reader(request)
        which, service = str(sent.get("queue", "")) or "team", str(sent.get("service", ""))
        done = await room.desk.complete(reader, str(sent.get("ticket", "")), _bytes(sent, "value"))
        count, number = len(done["done"]), str(sent.get("number", ""))
        told = await room.tell(request, "decided", number if number and count == 1 else str(count))
        path = "/desk/sign" if done["refused"] else "/desk"
        location = address(path, queue=which, service=service, done=told)
        return JSONResponse(
            {"location": location, "done": done["done"], "refused": done["refused"]},
            headers=NEVER,
        )

    async def _case(
        self,
        request: Request,
        *,
        form: Form | None = None,
        errors: list[dict[str, str]] | None = None,
    ) -> Response:
        room, case, query = self.room, _case_of(request), request.query_params
        reader = await room.reader(request)
        view = await room.desk.open(reader, case)
        which = (form.text("queue") if form else query.get("queue", "")) or "team"
        service = form.text("service") if form else query.get("service", "")
        page = await room.desk.queue(reader, which=which, service=service, after=None)
        telling = room.telling(reader)
        return await room.show(
            request,
            "case.html",
            reader,
            tab="queue",
            status=422 if errors else 200,
            popups=bool(room.card),
            view=view,
            which=which,
            service=service,
            rail=telling.rail(page["rows"][:12], case, which=which, service=service),
            acting=telling.acting(view),
            rows=telling.evidence(view),
            trail=telling.trail(view),
            clear=telling.clear(view),
            grounds=telling.grounds(view["grounds"]),
            attests=telling.grounds(view["attests"]),
            another=ANOTHER,
            unsaid=any(row["kind"] == "unsaid" for row in view["rows"]),
            needs=telling.needs(view),
            papers=telling.papers(view),
            so_far=telling.so_far(view),
            due=telling.due(view),
            opened=telling.day(view["opened"]),
            holder=telling.official(view["holder"]),
            colleague=telling.decided(view["colleague"]),
            decided=telling.decided(view["decided"]),
            delivery=telling.delivery(view.get("delivery")),
            question=telling.question(view["question"]),
            colleagues=[
                *(
                    {"value": one["code"], "title": telling.official(one)}
                    for one in view["colleagues"]
                ),
                # Whoever is not competent hands the case to another organisation.
                *(
                    {
                        "value": f"{PARTNER}{one['id']}",
                        "title": one["names"].get(reader.language) or one["id"],
                    }
                    for one in room.desk.seat(reader).get("partners", ())
                ),
            ],
            chosen=_chosen(view, form),
            told=await room.told(request),
            sentences=signing_sentences(room.texts(reader)),
            ticket=room.site.ticket(),
            card=room.card,
            errors=errors or [],
        )


def _chosen(view: Mapping[str, Any], form: Form | None) -> dict[str, Any]:
    """What the form shows as chosen: what was sent, else a colleague's or the rules' proposal."""
    if form is not None:
        return {
            "outcome": form.text("outcome"),
            "grounds": _ticked(form.fields, _GROUND),
            "seen": _ticked(form.fields, _SEEN),
            "reason": form.text("reason"),
            "pages": list(form.texts("page")),
            "message": form.text("message"),
        }
    earlier = view["colleague"] or view["proposal"] or {"outcome": "", "grounds": []}
    return {
        "outcome": earlier["outcome"],
        "grounds": list(earlier["grounds"]) if earlier["outcome"] == "refuse" else [],
        # What somebody did themselves nobody says for them.
        "seen": [],
        "reason": "",
        "pages": [],
        "message": "",
    }


def _choice_in(form: Form, case: str) -> Choice:
    return _choice({name: form.text(name) for name in form.fields}, case=case)


def _choice(fields: Mapping[str, Any], *, case: str) -> Choice:
    outcome = str(fields.get("outcome", ""))
    return Choice(
        case=case,
        version=_version(fields.get("version", "")),
        outcome=outcome,
        # Grounds stand against an application; with a grant, what the official did themselves.
        grounds=_ticked(fields, _GROUND if outcome == "refuse" else _SEEN),
        reason=_reason(fields.get("reason", "")),
    )


def _version(value: object) -> int:
    """The version of the case that the page showed; none that any case has if it shows none."""
    return int(value) if isinstance(value, str) and _COUNTED.match(value) else -1


def _shown(ready: str) -> dict[str, str]:
    """What the list showed: by case, the mark of its verdict."""
    pairs = (one.partition(":") for one in ready.split())
    return {case: mark for case, _, mark in pairs}


def _reason(value: object) -> str:
    """The reason as a form would send it, whichever way it came."""
    if not isinstance(value, str):
        raise FormRefused("a reason is a text", why="reason")
    return value.replace("\r\n", "\n").replace("\r", "\n").strip()


def _ticked(fields: Mapping[str, Any], kind: str) -> tuple[str, ...]:
    """Codes of what is ticked: fields ``ground-<code>`` or ``seen-<code>``."""
    return tuple(name.removeprefix(kind) for name in fields if name.startswith(kind))


def _case_of(request: Request) -> str:
    return _checked(request.path_params["case"])


def _checked(case: str) -> str:
    if not _SAFE.match(case):
        raise FormRefused("this names no case", why="case")
    return case


def _bytes(sent: Mapping[str, Any], name: str) -> bytes:
    try:
        value = base64.b64decode(str(sent.get(name, "")), validate=True)
    except ValueError as error:
        raise FormRefused(f"{name} is not base64", why=name) from error
    if not 0 < len(value) <= MOST_BYTES:
        raise FormRefused(f"{name} is missing or too long", why=name)
    return value


def _back(form: Form, case: str) -> str:
    return address(f"/desk/cases/{case}", queue=form.text("queue"), service=form.text("service"))


def _queue(form: Form, *, done: str) -> str:
    return address(
        "/desk",
        queue=form.text("queue"),
        service=form.text("service"),
        done=done,
    )
