"""What a person is told some days before an appointment, in every language of the service. Pure.

A notice may lie open on a screen: it says what, where and when, nothing of the case.
"""

from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel.dates import format_date

from riik.appointments import Booking, Plan

__all__ = ["reminder"]

LOCALES = {"en": "en_GB"}
_TITLE = "You have an appointment on {day}"
_BODY = "{what}, {time}. {where}. If you can't come, write to the authority before that day."


class _Service(Protocol):
    """What of a service is spoken here."""

    @property
    def languages(self) -> tuple[str, ...]: ...
    def text(self, text_id: str, language: str) -> str: ...


def reminder(service: _Service, booking: Booking, plan: Plan, *, about: str) -> dict[str, Any]:
    """The notice of one appointment; ``about`` sets it apart from others of it."""
    return {
        "id": f"appointment-{about}",
        "case": booking.case,
        "legal_effect": False,
        "kind": "reminder",
        "texts": {lang: _text(service, booking, plan, lang) for lang in service.languages},
    }


def _text(service: _Service, booking: Booking, plan: Plan, language: str) -> dict[str, str]:
    place, kind = plan.places[booking.slot.place], plan.kinds[booking.slot.kind]
    at = booking.slot.begins.astimezone(ZoneInfo(place.zone))
    day = format_date(at, "long", locale=LOCALES.get(language, language))
    name = place.names.get(language) or next(iter(place.names.values()))
    body = service.text(_BODY, language).format(
        what=kind.names.get(language) or next(iter(kind.names.values())),
        time=f"{at:%H:%M}",
        where=f"{name}, {place.address}",
    )
    title = service.text(_TITLE, language).format(day=day)
    return {"title": title, "body": f"{body} {kind.bring.get(language, '')}".strip()}
