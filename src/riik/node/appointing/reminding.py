"""Reminding people of their appointments, through their inbox: once each, some days before."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.appointments import Appointments, Booking, Standing
from riik.core import Database, InThread, Outbox, PersonCode
from riik.services import ServiceDefinition, reminder

__all__ = ["REMIND", "Reminding"]

REMIND = "appointments.remind"
"""Outbox topic: somebody has an appointment soon; nothing personal is in it."""

Tell = Callable[[PersonCode, Mapping[str, Any], str], Awaitable[None]]
"""Puts a notice into a person's inbox, by a law."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """One organisation's reminders."""

    appointments: Appointments
    services: Mapping[str, ServiceDefinition]
    database: Database
    outbox: Outbox
    in_thread: InThread
    tell: Tell

    async def look(self) -> None:
        """Write down whom to remind, and let the outbox tell them: a silent inbox loses nobody."""
        await self.in_thread(self._look)

    def _look(self) -> None:
        with self.database.work() as work:
            for booking, days in self.appointments.to_remind(work=work):
                key = f"{booking.id}-{booking.sequence}-{days}"
                payload = msgspec.json.encode([booking.case, booking.id, key])
                self.outbox.put(REMIND, key, payload, work=work)

    async def remind(self, payload: bytes) -> None:
        """Tell one of them, if the appointment still stands.

        Raises:
            Unavailable: The inbox is silent; the outbox repeats it.
        """
        case, booking_id, key = msgspec.json.decode(payload, type=tuple[str, str, str])
        booking = await self.in_thread(self._load, case, booking_id)
        kind = self.appointments.plan.kinds.get(booking.slot.kind) if booking else None
        service = self.services.get(kind.service) if kind else None
        if booking is None or service is None or booking.person is None:
            return
        notice = reminder(service, booking, self.appointments.plan, about=key)
        await self.tell(booking.person, notice, service.law[0])

    def _load(self, case: str, booking_id: str) -> Booking | None:
        with self.database.read() as work:
            found = self.appointments.of_case(case, work=work)
        booked = (one for one in found if one.standing is Standing.BOOKED)
        return next((one for one in booked if one.id == booking_id), None)
