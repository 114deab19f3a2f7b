"""A clerk's pages: what was ordered today, and the contracts whose customers allow a look.

Who is a clerk stands in the site's settings, and once more in those of the bank's API, which does
not take this site's word for it. A clerk sees no account, no balance, and not who paid.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bank.consents import Consents
from bank.contracts import Contracts, text_of
from bank.counter import Counter
from bank.frame import Frame, Page
from bank.guests import Guest
from bank.settings import Settings
from bank.web import Refused

__all__ = ["Desk", "moment_of"]

CONTRACT = re.compile(r"[0-9a-f]{32}\Z")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Desk:
    """The pages under ``/desk``."""

    def __init__(
        self,
        *,
        settings: Settings,
        counter: Counter,
        contracts: Contracts,
        consents: Consents,
        frame: Frame,
    ) -> None:
        self.settings, self.counter, self.contracts = settings, counter, contracts
        self.consents, self.show = consents, frame.show
        self.pages: list[tuple[str, Page, str]] = [
            ("/desk", self.day, "GET"),
            ("/desk/contract/{contract}", self.contract, "GET"),
            ("/desk/contract/{contract}/file", self.file, "GET"),
        ]

    async def day(self, request: Request, guest: Guest) -> Response:
        """GET /desk: the orders of a day, and the contracts."""
        if self._clerk(guest) is None:
            return RedirectResponse("/sign-in?to=/desk", 303)
        zone = ZoneInfo(self.settings.zone)
        today = datetime.now(zone).date()
        day = _day(request.query_params.get("day", ""), today)
        bounds = (datetime.combine(one, time(), zone) for one in (day, day + timedelta(days=1)))
        try:
            orders = await self.counter.orders(guest.told["desk"], *map(_text, bounds))
        except Refused:
            # The bank ended the visit earlier than we did.
            guest.leave()
            return RedirectResponse("/sign-in?to=/desk", 303)
        return self.show(
            "desk.html",
            request,
            guest,
            orders=orders,
            contracts=self._listed(),
            day=_text(datetime.combine(day, time(12), zone)),
            before=(day - timedelta(days=1)).isoformat(),
            after=(day + timedelta(days=1)).isoformat() if day < today else "",
        )

    async def contract(self, request: Request, guest: Guest) -> Response:
        """GET /desk/contract/<id>: who signed, whether it holds, and its text."""
        found, signed = self._allowed(request, guest)
        report = await self.contracts.judge(signed)
        return self.show(
            "opened.html", request, guest, contract=found, text=text_of(signed), report=report
        )

    async def file(self, request: Request, guest: Guest) -> Response:
        """GET /desk/contract/<id>/file: the signed container."""
        _, signed = self._allowed(request, guest)
        named = {"Content-Disposition": 'attachment; filename="savings-agreement.asice"'}
        return Response(signed, headers=named, media_type="application/vnd.etsi.asic-e+zip")

    def _clerk(self, guest: Guest) -> dict[str, str] | None:
        """The clerk who is signed in here as one; whoever left the bank's list is none any more."""
        who = guest.who
        if who is None or "desk" not in guest.told:
            return None
        if who["sub"] not in self.settings.clerks:
            raise Refused("not-clerk", 403)
        return who

    def _allowed(self, request: Request, guest: Guest) -> tuple[str, bytes]:
        """A contract that its customer lets clerks open; the look is noted before it is shown."""
        clerk = self._clerk(guest)
        if clerk is None:
            raise Refused("expired", 401)
        name = str(request.path_params["contract"])
        found = self.contracts.filed().get(name) if CONTRACT.match(name) else None
        if found is None:
            raise Refused("unknown", 404)
        customer, signed = found
        if self.consents.until(name) is None:
            raise Refused("no-consent", 403)
        self.consents.note(name, clerk["name"], customer=customer)
        return name, signed

    def _listed(self) -> list[dict[str, Any]]:
        """The contracts; of those that are not allowed nothing but that they are there."""
        known = [(name, self.consents.until(name)) for name in self.contracts.filed()]
        known.sort(key=lambda one: (one[1] is None, one[0]))
        return [{"id": name, "until": until and moment_of(until)} for name, until in known]


def _day(text: str, today: date) -> date:
    if not text:
        return today
    try:
        found = date.fromisoformat(text) if DAY.match(text) else None
    except ValueError:
        found = None
    if found is None or not today - timedelta(days=3_660) <= found <= today:
        raise Refused("no-page", 404)
    return found


def moment_of(seconds: float) -> str:
    """Seconds since 1970 as the bank's API writes moments."""
    return _text(datetime.fromtimestamp(seconds, UTC))


def _text(moment: datetime) -> str:
    """As the bank's API writes moments (RFC 3339)."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
