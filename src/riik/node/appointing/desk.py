"""The day of a place, for the desk's page: numbers of cases, no names."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from zoneinfo import ZoneInfo

from riik.appointments import AppointmentRefused, Appointments, Booking, Standing
from riik.core import Database, InThread, Work, to_text
from riik.services import Files

__all__ = ["PlaceDay"]

MAY: Final[Mapping[Standing, tuple[str, ...]]] = {
    Standing.BOOKED: ("arrived", "no-show"),
    Standing.ARRIVED: ("done",),
}
"""What may be said of an appointment, by where it stands; of a missed one once its time came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDay:
    """Fills the page's port (`riik.portal.official.times.http.DayDesk`)."""

    appointments: Appointments
    files: Files
    database: Database
    in_thread: InThread

    async def day(self, place: str, day: date | None, /, *, language: str) -> Mapping[str, Any]:
        """The day of one place; without a choice today, at the first."""
        return await self.in_thread(self._day, place, day, language)

    async def mark(self, booking: str, standing: str, /) -> None:
        """Write down what became of one.

        Raises:
            AppointmentRefused: For ``unknown``, ``over`` or ``early``.
        """
        if standing not in {act for acts in MAY.values() for act in acts}:
            raise AppointmentRefused("that can't be said of it", why="unknown")
        await self.in_thread(self._mark, booking, Standing(standing))

    def _mark(self, booking: str, standing: Standing) -> None:
        with self.database.work() as work:
            self.appointments.mark(booking, standing, work=work)

    def _day(self, place_id: str, day: date | None, language: str) -> dict[str, Any]:
        plan, now = self.appointments.plan, self.appointments.clock.now()
        place = plan.places.get(place_id) or next(iter(plan.places.values()))
        meant = day or now.astimezone(ZoneInfo(place.zone)).date()
        with self.database.read() as work:
            booked = self.appointments.of_day(place.id, meant, work=work)
            rows = [self._row(one, language, work=work) for one in booked]
        return {
            "places": [
                {"id": one.id, "name": _in(one.names, language)} for one in plan.places.values()
            ],
            "place": place.id,
            "day": meant,
            "rows": rows,
        }

    def _row(self, one: Booking, language: str, *, work: Work) -> dict[str, Any]:
        plan, now = self.appointments.plan, self.appointments.clock.now()
        kind, resource = plan.kinds.get(one.slot.kind), plan.resources.get(one.resource)
        ahead = one.slot.begins > now
        return {
            "id": one.id,
            "begins": to_text(one.slot.begins),
            "case": one.case,
            "number": self.files.load(one.case, work=work).case.number,
            "what": _in(kind.names, language) if kind else one.slot.kind,
            "with": _in(resource.names, language) if resource else one.resource,
            "standing": str(one.standing),
            "may": [act for act in MAY.get(one.standing, ()) if act != "no-show" or not ahead],
        }


def _in(names: Mapping[str, str], language: str) -> str:
    return names.get(language) or names.get("en") or next(iter(names.values()), "")
