"""Between which days an answer may lie, counted from the day on which it is given. Pure.

A question of ``format`` ``date`` says so with ``x-earliest`` and ``x-latest``: durations of ISO
8601 (§5.5.2.3) from today on, ``P0D`` for today itself, ``-P120Y`` for what lies behind. Months
and years go by the calendar: a month after 31 January is the last of February.
"""

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from riik.services.errors import AnswerRefused, FolderRefused
from riik.services.forms.groups import is_group

__all__ = ["EARLIEST", "LATEST", "bounds_of", "check_days", "day_faults", "days_fit", "is_day"]

EARLIEST, LATEST = "x-earliest", "x-latest"

Schema = Mapping[str, Any]
_SPAN = re.compile(r"(-?)P(?:(?:([0-9]{1,3})Y)?(?:([0-9]{1,4})M)?|([0-9]{1,5})D)\Z")
_ANY_DAY = date(2024, 2, 29)
"""From which bounds are compared with each other: the day on which months clip most."""


def is_day(schema: Schema) -> bool:
    """Whether a day answers this question."""
    return schema.get("format") == "date"


def bounds_of(schema: Schema, *, today: date) -> tuple[date | None, date | None]:
    """The first and the last day that fit; None where the folder sets none."""
    first, last = schema.get(EARLIEST), schema.get(LATEST)
    return (
        None if first is None else _after(today, first),
        None if last is None else _after(today, last),
    )


def check_days(properties: Schema, answers: Mapping[str, Any], *, today: date) -> None:
    """Refuse a day that is too early or too late, in answers and in what lists hold.

    Raises:
        AnswerRefused: For ``early`` or ``late``; ``field`` says which question.
    """
    for field, schema, value in _days(properties, answers):
        first, last = bounds_of(schema, today=today)
        if first is not None and value < first:
            told = first.isoformat()
            raise AnswerRefused("this day is too early", why="early", field=field, earliest=told)
        if last is not None and value > last:
            told = last.isoformat()
            raise AnswerRefused("this day is too late", why="late", field=field, latest=told)


def days_fit(
    properties: Schema, answers: Mapping[str, Any], fields: Iterable[str], *, today: date
) -> bool:
    """Whether what was answered earlier still fits today."""
    given = {field: answers[field] for field in fields if field in answers}
    try:
        check_days(properties, given, today=today)
    except AnswerRefused:
        return False
    return True


def day_faults(field: str, schema: Schema) -> Iterator[tuple[str, str]]:
    """What is wrong with the bounds of a question, each with what to do."""
    named = [name for name in (EARLIEST, LATEST) if name in schema]
    if named and not is_day(schema):
        yield f"{field}: {named[0]} of what is no day", 'add "format": "date", or leave it out'
        return
    wrong = [name for name in named if not _is_span(schema[name])]
    for name in wrong:
        yield f"{field}: {name} is no duration: {schema[name]!r}", "write P30D, P6M, P1Y or -P120Y"
    if len(named) == 2 and not wrong:
        first, last = bounds_of(schema, today=_ANY_DAY)
        if first is not None and last is not None and first > last:
            yield f"{field}: no day is between {EARLIEST} and {LATEST}", "exchange them"


def _days(properties: Schema, answers: Mapping[str, Any]) -> Iterator[tuple[str, Schema, date]]:
    for field, value in answers.items():
        schema = properties.get(field, {})
        if is_group(schema) and isinstance(value, list):
            for item in value:
                yield from _days(schema["items"]["properties"], item)
        elif is_day(schema) and isinstance(value, str):
            yield field, schema, date.fromisoformat(value)


def _is_span(text: object) -> bool:
    found = _SPAN.match(text) if isinstance(text, str) else None
    return found is not None and any(found.groups()[1:])


def _after(day: date, span: str) -> date:
    found = _SPAN.match(span)
    if found is None:
        raise FolderRefused(f"{span!r} is no span of days", why="form")
    sign, years, months, days = found.groups()
    way = -1 if sign else 1
    if days is not None:
        return day + way * timedelta(days=int(days))
    month = day.year * 12 + day.month - 1 + way * (12 * int(years or 0) + int(months or 0))
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
