"""What a home page tells a signed-in person: what waits for them, and what the state offers.

Pure: the counter's answers go in, rows of the page come out. Only what the person has to do, or
wants to know today, is there; everything else has a place of its own.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Final

from riik.core import from_text

__all__ = [
    "CERTIFICATES",
    "DRIVING_RIGHTS",
    "Offer",
    "Waiting",
    "fitting",
    "offer_of",
    "waiting_of",
]

DRIVING_RIGHTS: Final = "driving-rights"
CERTIFICATES: Final = "medical-certificates"
SOON: Final = timedelta(days=60)
MOST_ROWS: Final = 5
YOURS: Final = frozenset({"amend", "answer", "sign", "pay"})
ENDED: Final = frozenset({"granted", "refused", "withdrawn"})

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of what waits: a case or a notice.

    Attributes:
        at: Since when, UTC.
        title: What it is.
        href: Where it leads.
        word: Where a case stands; empty for a notice.
        tag: Colour of that word.
        yours: The person has to do something.
        whose: For whom, when not for oneself.
    """

    at: datetime
    title: str
    href: str
    word: str
    tag: str
    yours: bool
    whose: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What the state offers by itself.

    Attributes:
        service: Its catalogue id.
        name: Its name.
        until: The last day of what the person has.
        over: That day has passed.
        source: From which register it is known.
        fill: How long filling in takes.
        decide: How soon it is decided.
        price: What it costs usually, as the guide has it.
        lacks: What a renewal needs and no register has: then that is offered first. ``unknown``
            when who would know is silent; empty when nothing is lacking.
    """

    service: str
    name: str
    until: date
    over: bool
    source: str
    fill: str
    decide: str
    price: Row | None
    lacks: str = ""


def waiting_of(cases: Iterable[Row], notices: Iterable[Row]) -> list[Waiting]:
    """Open cases and unread notices, what the person has to do first, then the newest."""
    found = [_case(row) for row in cases if row["state"] not in ENDED]
    found += [_notice(row) for row in notices if not row.get("read")]
    ordered = sorted(found, key=lambda one: one.at, reverse=True)
    return sorted(ordered, key=lambda one: not one.yours)[:MOST_ROWS]


def offer_of(
    registers: Iterable[Row], guides: Sequence[Row], cases: Iterable[Row], *, today: date
) -> Offer | None:
    """The licence that ends soon, if the person's own data say so and nothing was begun.

    Args:
        registers: What registers hold of the person.
        guides: What services there are.
        cases: The person's own cases.
        today: By the country's calendar.
    """
    told = list(registers)
    ends = _last_day(told, DRIVING_RIGHTS)
    taken = _last_day(told, DRIVING_RIGHTS, field="suspended_until")
    renewal = next((one for one in guides if str(one["id"]).startswith("driving-licence")), None)
    if ends is None or renewal is None or ends[0] - today > SOON:
        return None
    if taken and taken[0] >= today:
        # Who may not drive is not offered a licence that would be refused.
        return None
    if any(one["service"] == renewal["id"] and one["state"] not in ENDED for one in cases):
        return None
    return Offer(
        service=str(renewal["id"]),
        name=str(renewal["name"]),
        until=ends[0],
        over=ends[0] < today,
        source=ends[1],
        fill=str(renewal["fill"]),
        decide=str(renewal["decide"]),
        price=renewal["price"],
    )


def _case(row: Row) -> Waiting:
    yours = bool(YOURS & set(row.get("may", ())))
    person, tag = row.get("person") or {}, str(row.get("state_tag", ""))
    return Waiting(
        at=from_text(row["opened"]),
        title=str(row.get("title") or row["service"]),
        href=f"/cases/{row['case']}{'/continue' if yours else ''}",
        word=str(row.get("state_text", "")),
        tag="" if tag == "plain" else tag,
        yours=yours,
        whose="" if person.get("self", True) else str(person.get("name", "")),
    )


def _notice(row: Row) -> Waiting:
    return Waiting(
        at=from_text(row["sent"]),
        title=str(row["title"]),
        href=f"/inbox/{row['sender']}/{row['id']}",
        word="",
        tag="now",
        yours=False,
    )


def fitting(
    offer: Offer,
    certificates: Sequence[Row] | None,
    guides: Sequence[Row],
    cases: Iterable[Row],
    *,
    today: date,
) -> Offer | None:
    """The offer, if what the registers have is enough for it; otherwise what comes first.

    Args:
        offer: The renewal.
        certificates: What the register of medical certificates holds of the person; None when
            it is silent.
        guides: What services there are.
        cases: The person's own cases.
        today: By the country's calendar.
    """
    if certificates is None or any(register["silent"] for register in certificates):
        return replace(offer, lacks="unknown")
    holds = _last_day(certificates, CERTIFICATES)
    if holds and holds[0] >= today:
        return offer
    first = next((one for one in guides if str(one["id"]).startswith("medical-cert")), None)
    if first is None:
        return replace(offer, lacks="certificate")
    if any(one["service"] == first["id"] and one["state"] not in ENDED for one in cases):
        return None
    return replace(offer, service=str(first["id"]), name=str(first["name"]), lacks="certificate")


def _last_day(
    registers: Iterable[Row], of: str, field: str = "valid_until"
) -> tuple[date, str] | None:
    """The last of the days that a register has in a field, and who says so."""
    found = [
        (date.fromisoformat(row["value"]), str(row.get("from") or register["name"]))
        for register in registers
        if str(register["register"]).endswith(f"/{of}")
        for row in register["rows"]
        if row["kind"] == "day" and field in row.get("fields", ())
    ]
    return max(found, default=None)
