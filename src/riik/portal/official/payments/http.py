"""The pages of money at the desk.

GET  /desk/payments          what waits, refunds, and what it all comes to; nobody is named
GET  /desk/payments/<id>     one movement: a look at that person's data
POST /desk/payments          a fee that was paid at the desk: ``number`` of the case, ``amount``
POST /desk/payments/<id>     ``act``: ``refund``, ``resolve``, ``approve`` or ``decline``
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from riik.core import Refused, from_text
from riik.portal.design.formats import Formats
from riik.portal.design.texts import later
from riik.portal.official.payments.ports import Money
from riik.portal.official.ports import Reader
from riik.portal.official.room.http import Room

__all__ = ["money_routes"]

HERE: Final = "/desk/payments"
_ID = re.compile(r"[A-Za-z0-9.:_-]{1,64}\Z", re.ASCII)

STANDINGS: Final[Mapping[str, str]] = {
    "settled": later("settles the fee"),
    "over": later("paid too much"),
    "short": later("paid too little"),
    "double": later("paid twice"),
    "cash": later("taken at the desk"),
    "no-account": later("to be given back, no account known"),
    "late": later("paid after the case ended"),
    "unknown": later("unknown reference"),
    "currency": later("another currency"),
    "reversed": later("taken back by the bank"),
    "refund": later("our refund"),
    "stray": later("went without our word"),
}
STATES: Final[Mapping[str, tuple[str, str]]] = {
    "proposed": ("wait", later("waits for another official")),
    "approved": ("wait", later("at the bank")),
    "paid": ("yes", later("paid back")),
    "rejected": ("no", later("rejected by the bank")),
    "declined": ("", later("declined")),
}
_FIELDS: Final[Mapping[str, tuple[str, str]]] = {
    "amount": ("amount", later("Write an amount of more than nothing, like 2.00")),
    "currency": ("amount", later("Write the amount in the currency in which it came")),
    "more": ("amount", later("That is more than is left of what came")),
    "law": ("law", later("Name the article that says so")),
    "reason": ("reason", later("Say why, in at most 500 letters")),
    "account": ("account", later("Nobody knows the account that it came from: write one")),
    "four-eyes": ("", later("Somebody else approves what you proposed")),
    "own-case": ("", later("This is your own money: somebody else decides about it")),
    "decided": ("", later("Somebody has decided this already")),
    "resolved": ("", later("Somebody has ended this already")),
}
_TAKEN: Final[Mapping[str, tuple[str, str]]] = {
    "number": ("number", later("No case with this number owes a fee here")),
    "not-here": ("number", later("This fee is paid at the bank, not at the desk")),
    "ended": ("number", later("This case has ended: no fee is taken for it")),
    "paid": ("number", later("This fee is paid already")),
    "unit": ("number", later("This case belongs to another unit")),
    "own-case": ("number", later("This is your own case: somebody else takes the money")),
    "amount": ("amount", later("Write an amount of more than nothing, like 2.00")),
    "short": ("amount", later("That is less than the fee")),
    "over": ("amount", later("That is more than the fee")),
}
_TOOK: Final = later("Taken. The case goes on by itself.")
_DONE: Final[Mapping[str, str]] = {
    "refund": later("Proposed. Another official approves it."),
    "resolve": later("Ended, with your reason."),
    "approve": later("Approved. The bank has the instruction; its word comes by itself."),
    "decline": later("Declined. No money goes."),
}


def money_routes(room: Room, money: Money) -> list[Route]:
    """The routes of money."""
    calls = _Calls(room, money)
    return [
        Route(HERE, room.page(calls.overview), methods=["GET"]),
        Route(HERE, room.page(calls.take), methods=["POST"]),
        Route(f"{HERE}/{{receipt}}", room.page(calls.open), methods=["GET"]),
        Route(f"{HERE}/{{receipt}}", room.page(calls.act), methods=["POST"]),
    ]


@dataclass(frozen=True, slots=True)
class _Calls:
    """The handlers."""

    room: Room
    money: Money

    async def overview(self, request: Request) -> Response:
        """GET /desk/payments: what waits for somebody, and the sums."""
        return await self._overview(request, {}, [])

    async def take(self, request: Request) -> Response:
        """POST /desk/payments: the whole fee of a case was paid here, once."""
        room = self.room
        reader, form = await room.reader(request), await room.site.form(request)
        once = await room.site.once(request)
        if once.done:
            return room.site.go(once.location)
        typed = {name: form.text(name) for name in ("number", "amount")}
        try:
            await self.money.take(reader, typed["number"], amount=typed["amount"])
        except Refused as refused:
            if refused.why not in _TAKEN:
                raise
            place, sentence = _TAKEN[refused.why]
            error = {"field": place, "text": room.texts(reader)(sentence)}
            return await self._overview(request, typed, [error])
        told = await room.site.tell(request, "take")
        return await room.site.done(once, f"{HERE}?done={told}")

    async def _overview(
        self, request: Request, typed: Mapping[str, str], errors: list[dict[str, str]]
    ) -> Response:
        room = self.room
        reader = await room.reader(request)
        found = await self.money.overview(reader)
        telling = room.telling(reader)
        formats, texts = telling.formats, room.texts(reader)
        led = await room.site.led(request, request.query_params.get("done", ""))
        return await room.show(
            request,
            "payments.html",
            reader,
            status=422 if errors else 200,
            typed=typed,
            wrong={one["field"]: one["text"] for one in errors},
            errors=errors,
            done=texts(_TOOK) if led == "take" else "",
            once=room.site.ticket,
            account=found["account"],
            rows=[self._row(one, reader, formats) for one in found["waiting"]],
            refunds=[self._refund(one, reader, formats) for one in found["refunds"]],
            sums=[
                {
                    name: formats.money(one[name], one["currency"])
                    for name in ("came", "settled", "surplus", "went", "refunded", "difference")
                }
                | {"off": one["difference"] != 0, "currency": one["currency"]}
                for one in found["sums"]
            ],
        )

    async def open(self, request: Request) -> Response:
        """GET /desk/payments/<id>: the look is on record before this is sent."""
        return await self._shown(request, {}, [])

    async def act(self, request: Request) -> Response:
        """POST: one act, once."""
        room, receipt = self.room, _receipt(request)
        reader, form = await room.reader(request), await room.site.form(request)
        act = form.text("act")
        if act not in _DONE:
            return room.site.go(f"{HERE}/{receipt}")
        once = await room.site.once(request)
        if once.done:
            return room.site.go(once.location)
        typed = {name: form.text(name) for name in ("amount", "law", "reason", "account")}
        try:
            await self._done(reader, receipt, act, typed, refund=form.text("refund"))
        except Refused as refused:
            if refused.why not in _FIELDS:
                raise
            place, sentence = _FIELDS[refused.why]
            error = {"field": place or "main", "text": room.texts(reader)(sentence)}
            return await self._shown(request, typed | {"act": act}, [error])
        told = await room.site.tell(request, act)
        return await room.site.done(once, f"{HERE}/{receipt}?done={told}")

    async def _done(
        self, reader: Reader, receipt: str, act: str, typed: Mapping[str, str], *, refund: str
    ) -> None:
        if act == "refund":
            await self.money.propose(reader, receipt, **typed)
        elif act == "resolve":
            await self.money.resolve(reader, receipt, reason=typed["reason"])
        elif act == "approve":
            await self.money.approve(reader, receipt, refund)
        else:
            await self.money.decline(reader, receipt, refund, reason=typed["reason"])

    async def _shown(
        self, request: Request, typed: Mapping[str, str], errors: list[dict[str, str]]
    ) -> Response:
        room, receipt = self.room, _receipt(request)
        reader = await room.reader(request)
        found = await self.money.open(reader, receipt)
        formats, texts = room.telling(reader).formats, room.texts(reader)
        led = await room.site.led(request, request.query_params.get("done", ""))
        return await room.show(
            request,
            "payment.html",
            reader,
            status=422 if errors else 200,
            one=self._row(found, reader, formats)
            | {
                "other": grouped(found["other"]),
                "left": formats.money(found["left"], found["currency"]),
                "may_refund": found["left"] > 0,
                "usual": found["usual"],
                "law": found["law"],
                "resolution": found["resolution"],
                "case": found["case"],
            },
            refunds=[self._refund(one, reader, formats) for one in found["refunds"]],
            typed=typed,
            wrong={one["field"]: one["text"] for one in errors},
            errors=errors,
            done=texts(_DONE[led]) if led in _DONE else "",
            once=room.site.ticket,
        )

    def _row(self, one: Mapping[str, Any], reader: Reader, formats: Formats) -> dict[str, Any]:
        texts = self.room.texts(reader)
        return {
            "href": f"{HERE}/{one['id']}",
            "day": formats.short(date.fromisoformat(one["day"])),
            "amount": formats.money(one["minor"], one["currency"]),
            "surplus": formats.money(one["surplus"], one["currency"]) if one["surplus"] else "",
            "reference": one["reference"] or texts("none"),
            "number": one["number"],
            "came": one["came"],
            "standing": texts(STANDINGS[one["standing"]]),
            "waits": one["waits"],
        }

    def _refund(self, one: Mapping[str, Any], reader: Reader, formats: Formats) -> dict[str, Any]:
        kind, word = STATES[one["state"]]
        texts = self.room.texts(reader)
        return {
            "id": one["id"],
            "href": f"{HERE}/{one['receipt']}",
            "amount": formats.money(one["minor"], one["currency"]),
            "number": one["number"],
            "law": one["law"],
            "reason": texts(_RULES.get(one["reason"], one["reason"])),
            "by": one["by"] or texts("the service’s own rule"),
            "at": formats.short(formats.here(from_text(one["at"]))),
            "kind": kind,
            "state": texts(word),
            "answer": one["answer"],
            "open": one["state"] == "proposed",
            "mine": one["mine"],
        }


_RULES: Final[Mapping[str, str]] = {
    "withdrawn": later("the application was withdrawn"),
    "refused": later("the application was refused"),
}


def grouped(account: str) -> str:
    """An account number in groups of four, as banks print it."""
    return " ".join(account[at : at + 4] for at in range(0, len(account), 4))


def _receipt(request: Request) -> str:
    receipt = str(request.path_params["receipt"])
    if not _ID.match(receipt):
        raise _Unknown("no such movement", why="unknown")
    return receipt


class _Unknown(Refused):
    """There is no such page."""

    code = "portal.payments"
    status = 404
