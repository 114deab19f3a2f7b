"""A provider's guides as they come over the exchange, and one of them in one language.

Providers are strangers to the portal: what is not of the known shape is refused as a whole,
and an address that is no ``https:`` or ``mailto:`` one is left out. Pure.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from riik.portal.citizen.errors import GuidesRefused, PortalRefused

__all__ = ["Guide", "Service", "guide_of", "in_words", "named", "read_guides"]

MOST_BYTES = 2_000_000
MOST_SERVICES = 200
_EMAIL = re.compile(r"[^@\s<>]{1,64}@[^@\s<>]{1,200}\Z")

Guide = dict[str, Any]
Names = dict[str, str]


class _Amount(msgspec.Struct, frozen=True):
    minor: int
    currency: str
    law: str


class _Fee(msgspec.Struct, frozen=True):
    title: Names
    online: _Amount
    desk: _Amount | None


class _Known(msgspec.Struct, frozen=True, rename={"from_": "from"}):
    need: str
    labels: list[Names]
    source: Names
    from_: Names
    organisation: Names


class _Step(msgspec.Struct, frozen=True):
    title: Names
    text: Names
    ahead: bool


class _Law(msgspec.Struct, frozen=True):
    id: str
    name: Names
    address: str


class _Applicant(msgspec.Struct, frozen=True):
    represented_by: list[str] = []
    least_age: int = 0
    law: str = ""


class Service(msgspec.Struct, frozen=True):
    """One service's guide in all languages, as `services/catalogue` answers it."""

    id: str
    version: str
    digest: str
    changed: str
    names: Names
    summary: Names
    note: Names
    for_whom: list[Names]
    organisation: Names
    contact: dict[str, str]
    level: str
    channels: list[str]
    other_ways: list[Names]
    fees: list[_Fee]
    fill: Names
    fill_minutes: int
    decide: Names
    decide_days: int
    deliver: Names
    known: list[_Known]
    asked: list[Names]
    steps: list[_Step]
    law: list[_Law]
    assumed: list[Names]
    events: list[str]
    words: dict[str, list[str]]
    applicant: _Applicant = _Applicant()


class _Answer(msgspec.Struct, frozen=True):
    services: list[Service]


def read_guides(content: bytes) -> list[Service]:
    """The services of a provider's answer.

    Raises:
        GuidesRefused: For ``size`` or ``shape``.
    """
    if len(content) > MOST_BYTES:
        raise GuidesRefused("a provider's catalogue is too large", why="size", most=MOST_BYTES)
    try:
        services = msgspec.json.decode(content, type=_Answer).services
    except (msgspec.DecodeError, RecursionError) as error:
        raise GuidesRefused("this is no catalogue of services", why="shape") from error
    if len(services) > MOST_SERVICES:
        raise GuidesRefused("a provider's catalogue is too long", why="size", most=MOST_SERVICES)
    return services


def in_words(service: Service, language: str) -> Guide:
    """A guide in one language, as ``docs/reference/portal-calls.md`` has it."""

    def said(names: Mapping[str, str]) -> str:
        return named(names, language)

    def lines(texts: Sequence[Mapping[str, str]]) -> list[str]:
        return [said(text) for text in texts]

    fees = [
        {
            "title": said(row.title),
            "online": _amount(row.online),
            "desk": _amount(row.desk) if row.desk else None,
            "law": row.online.law,
        }
        for row in service.fees
    ]
    return {
        "id": service.id,
        "version": service.version,
        "digest": service.digest,
        "changed": service.changed,
        "name": said(service.names),
        "summary": said(service.summary),
        "note": said(service.note),
        "for_whom": lines(service.for_whom),
        "organisation": said(service.organisation),
        "contact": _contact(service.contact),
        "level": service.level,
        "applicant": msgspec.structs.asdict(service.applicant),
        "channels": service.channels,
        "other_ways": lines(service.other_ways),
        "price": fees[0]["online"] if fees else None,
        "fees": fees,
        "fill": said(service.fill),
        "fill_minutes": service.fill_minutes,
        "decide": said(service.decide),
        "decide_days": service.decide_days,
        "deliver": said(service.deliver),
        "known": [_known(row, language) for row in service.known],
        "asked": lines(service.asked),
        "steps": [
            {"title": said(step.title), "text": said(step.text), "ahead": step.ahead}
            for step in service.steps
        ],
        "law": [
            {"id": law.id, "name": said(law.name), "address": _address(law.address)}
            for law in service.law
        ],
        "assumed": lines(service.assumed),
        "events": service.events,
        "words": service.words.get(language, []),
    }


def guide_of(guides: Iterable[Guide], service: str) -> Guide:
    """The guide of one service.

    Raises:
        PortalRefused: Nobody tells of such a service (``no-service``).
    """
    found = next((guide for guide in guides if guide["id"] == service), None)
    if found is None:
        raise PortalRefused("there is no such service", why="no-service")
    return found


def named(names: Mapping[str, str], language: str) -> str:
    """Names by language: this one's, else English, else any."""
    return names.get(language) or names.get("en") or next(iter(names.values()), "")


def _known(row: _Known, language: str) -> dict[str, Any]:
    return {
        "need": row.need,
        "labels": [named(label, language) for label in row.labels],
        "source": named(row.source, language),
        "from": named(row.from_, language),
        "organisation": named(row.organisation, language),
    }


def _amount(amount: _Amount) -> dict[str, Any]:
    return {"minor": amount.minor, "currency": amount.currency}


def _contact(contact: Mapping[str, str]) -> dict[str, str]:
    email = contact.get("email", "")
    return {
        "email": email if _EMAIL.match(email) else "",
        "phone": contact.get("phone", ""),
        "web": _address(contact.get("web", "")),
    }


def _address(address: str) -> str:
    """An address that a page may link; others, such as ``javascript:``, are left out."""
    return address if address.startswith("https://") else ""
