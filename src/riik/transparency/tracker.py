"""The Estonian data tracker's answers: what the state portal asks every register.

Shapes of the data tracker's protocol 1.6 (OpenAPI 2.1.0): ``/v2/findUsage``,
``/v2/usagePeriod`` and ``/v2/heartbeat`` of the X-Road service ``findUsage``. Pure: whether
the asker may see this person's looks, and asking for them, is the component's that offers it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from riik.core import ClientId, IdentifierRefused, PersonCode, TimeRefused, from_text, person_code
from riik.transparency.access import Access
from riik.transparency.errors import AccessRefused

__all__ = ["UsageQuery", "find_usage", "heartbeat", "read_query", "usage_period"]

DEFAULT_LIMIT = 1000
MOST = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageQuery:
    """What ``findUsage`` is asked.

    Attributes:
        asker: Who asks (header ``X-Road-UserId``).
        person: Whose data (``userCode``); another than the asker when acting for somebody.
        start: The first moment of the period, or None.
        end: The moment after the period, or None.
        offset: How many of the newest to pass over.
        limit: How many to show.
    """

    asker: PersonCode
    person: PersonCode
    start: datetime | None = None
    end: datetime | None = None
    offset: int = 0
    limit: int = DEFAULT_LIMIT


def read_query(
    parameters: Mapping[str, str], *, user_id: str | None, country: str = "EE"
) -> UsageQuery:
    """Read the query of ``/v2/findUsage``.

    Args:
        parameters: Query parameters, each once.
        user_id: The header ``X-Road-UserId``, which is mandatory here.
        country: Which country a ``userCode`` without one is of.

    Raises:
        AccessRefused: For ``user-id``, ``user-code``, ``period`` or ``paging``.
    """
    start, end = (_moment(parameters.get(name)) for name in ("periodStart", "periodEnd"))
    if start and end and end < start:
        raise AccessRefused("this period ends before it starts", why="period")
    offset = _whole(parameters.get("offset", "0"), least=0)
    limit = _whole(parameters.get("limit", str(DEFAULT_LIMIT)), least=1)
    asker = _person(user_id, country=country, why="user-id")
    code = parameters.get("userCode")
    person = _person(code, country=country, why="user-code") if code else asker
    return UsageQuery(
        asker=asker, person=person, start=start, end=end, offset=offset, limit=min(limit, MOST)
    )


def find_usage(
    looks: Iterable[Access], *, total: int, names: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The answer of ``/v2/findUsage``.

    Args:
        looks: One page of looks, newest first.
        total: How many there are in the period, whatever the page.
        names: Names of organisations by member (``EE/GOV/70000001``), where known.
    """
    return {
        "totalUsages": total,
        "usages": [_usage(access, (names or {}).get(str(access.member))) for access in looks],
    }


def usage_period(start: datetime, end: datetime | None = None) -> dict[str, str]:
    """The answer of ``/v2/usagePeriod``: since when, and until when, looks are known."""
    period = {"periodStart": _text(start)}
    return period | {"periodEnd": _text(end)} if end else period


def heartbeat(failure: str | None = None) -> dict[str, str]:
    """The answer of ``/v2/heartbeat``; a failure is told without personal data."""
    return {"status": "FAIL", "message": failure} if failure else {"status": "OK"}


def _usage(access: Access, name: str | None) -> dict[str, str]:
    system = access.reader.subsystem if isinstance(access.reader, ClientId) else ""
    usage = {
        "logtime": _text(access.at),
        "action": f"{access.purpose} (refused)" if access.refused else access.purpose,
        "receiverCode": access.member.code,
        "receiverSystem": system or access.member.code,
    }
    return usage | {"receiverName": name} if name else usage


def _text(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _moment(text: str | None) -> datetime | None:
    try:
        return from_text(text) if text else None
    except TimeRefused as error:
        raise AccessRefused("a period is given in RFC 3339 with a zone", why="period") from error


def _whole(text: str, *, least: int) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < least:
        raise AccessRefused("pages are counted in whole numbers", why="paging")
    return int(text)


def _person(text: str | None, *, country: str, why: str) -> PersonCode:
    code = text or ""
    try:
        return person_code(code if code[:2].isalpha() else country + code)
    except IdentifierRefused as error:
        raise AccessRefused("no person is named", why=why) from error
