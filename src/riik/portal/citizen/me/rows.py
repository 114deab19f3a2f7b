"""What registers hold of a person, as rows of facts with the way to say that one is wrong.

Pure: the counter's answer goes in. A field is named to the register's owner by its own name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from riik.core import from_text
from riik.portal.citizen.apply.rows import picture, shown
from riik.portal.design.formats import Formats

__all__ = ["answer_row", "fields_of", "register_rows"]

Held = Mapping[str, Any]
NAMED: Final = {"given": "given_names", "middle": "middle_names", "family": "family_name"}


def register_rows(held: Iterable[Held], formats: Formats, *, now: datetime) -> list[dict[str, Any]]:
    """Registers that answered, in their order; each record is a list of facts."""
    return [_register(one, formats, now) for one in held if not one["silent"]]


def fields_of(one: Held, formats: Formats) -> list[dict[str, str]]:
    """What a register holds, as choices of "what is wrong": each field once, with its value."""
    found: dict[str, dict[str, str]] = {}
    for row in one["rows"]:
        field = row["fields"][0]
        said = {"value": field, "title": row["label"], "says": shown(row, formats)}
        found.setdefault(field, said)
    return list(found.values())


def answer_row(one: Held, formats: Formats, *, now: datetime) -> dict[str, Any]:
    """What was said against a record, with its answer or the day by which it comes."""
    answered, due = one["answered_at"], from_text(one["due"])
    return {
        **one,
        "at": formats.date(formats.here(from_text(one["at"]))),
        "due": formats.by(formats.here(due), year=True),
        "late": not answered and due < now,
        "answered": formats.date(formats.here(from_text(answered))) if answered else "",
    }


def _register(one: Held, formats: Formats, now: datetime) -> dict[str, Any]:
    rows = sorted(one["rows"], key=lambda row: (row["record"], _place(row, formats)))
    records = groupby(rows, key=lambda row: row["record"])
    return {
        "name": one["name"],
        "organisation": one["organisation"],
        "law": one["law"],
        "at": now,
        "records": [[_fact(row, formats) for row in rows] for _, rows in records],
    }


def _place(row: Held, formats: Formats) -> int:
    """Who it is stands first, the name in the country's order; the rest as the register has it."""
    first = [*(NAMED[part] for part in formats.profile.formal), "code", "birth_date", "sex"]
    field = row["fields"][0]
    return first.index(field) if field in first else len(first)


def _fact(row: Held, formats: Formats) -> dict[str, Any]:
    value: str = shown(row, formats)
    address = picture(row)
    if address:
        value = Markup('<img class="portrait" src="{}" alt="{}">').format(address, row["label"])
    asked = urlencode({"register": row["register"], "field": row["fields"][0]})
    return {"label": row["label"], "value": value, "act_href": f"/me/wrong?{asked}"}
