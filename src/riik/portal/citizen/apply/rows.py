"""What is known and what was said, as rows of a page: values as the country writes them.

Pure. A value comes with its kind, so nothing is guessed; a picture is shown as one only when it
is a picture of a known kind inside the page itself.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode

from markupsafe import Markup

from riik.core import from_text
from riik.portal.citizen.apply.where import at
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts

__all__ = [
    "fact_rows",
    "for_whom",
    "picture",
    "receipt_rows",
    "said_rows",
    "shown",
    "source_of",
    "statement_rows",
]

Row = Mapping[str, Any]

STANDINGS: Final = {"known": "register", "nothing": "missing", "unavailable": "silent"}
_PICTURE: Final = re.compile(
    r"data:image/(?:jpeg|png|webp);base64,[A-Za-z0-9+/]{16,400000}={0,2}\Z"
)


def shown(row: Row, formats: Formats) -> str:
    """A value of any kind as text; a picture has none."""
    kind, value = row["kind"], row["value"]
    if kind == "day":
        return formats.date(date.fromisoformat(value))
    if kind == "money":
        return formats.money(value["minor"], value["currency"])
    return "" if kind in ("image", "none") else str(value)


def picture(row: Row) -> str:
    """The address of a picture, or nothing for what is none."""
    value = str(row["value"])
    return value if row["kind"] == "image" and _PICTURE.match(value) else ""


def source_of(fact: Row, formats: Formats) -> str:
    """Who says so, and since when: ``from the population register, 3 Nov 2026``."""
    said = str(fact.get("from") or fact.get("source") or "")
    return f"{said}, {formats.short(from_text(fact['at']))}" if fact.get("at") else said


def fact_rows(facts: Iterable[Row], formats: Formats, texts: Texts) -> list[dict[str, Any]]:
    """Rows of the macro `fact`, each with the way to say that it is wrong."""
    return [_fact(fact, formats, texts) for fact in facts]


def said_rows(said: Iterable[Row], formats: Formats, texts: Texts, case: str) -> list[Any]:
    """What the person answered, each with the way to change it."""
    return [
        {
            "label": row["label"],
            "value": shown(row, formats),
            "act_href": f"{case}/{row['step']}" if row.get("step") else "",
            "act_text": texts("Change"),
        }
        for row in said
    ]


def statement_rows(rows: Iterable[Row], formats: Formats) -> list[dict[str, str]]:
    """The lines of what is going to be signed; what has no words is in the file."""
    told = ({"label": str(row["label"]), "value": shown(row, formats)} for row in rows)
    return [row for row in told if row["value"]]


def for_whom(people: Iterable[Row], own_name: str, texts: Texts) -> list[dict[str, str]]:
    """The choice of whose matter it is: oneself first."""
    hints = {"parent": texts("You are the parent")}
    other = texts("You represent this person")
    return [
        {"value": "self", "title": texts("For myself"), "hint": own_name},
        *(
            {"value": one["person"], "title": one["name"], "hint": hints.get(one["role"], other)}
            for one in people
        ),
    ]


def receipt_rows(view: Row, formats: Formats, texts: Texts) -> list[dict[str, Any]]:
    """What the person has in hand now: papers and the fee."""
    rows = [
        {
            "label": paper["title"],
            "value": f"{paper['name']}, {formats.size(paper['size'])}",
            "source": _about_paper(paper, formats),
            "act_href": f"{at(view['case'], 'documents', paper['name'])}",
            "act_text": texts("Download"),
        }
        for paper in view["documents"]
    ]
    fee = view["fee"]
    if fee and fee["paid"]:
        amount = formats.money(fee["amount"], fee["currency"])
        rows.append(
            {
                "label": fee["label"] or texts("State fee"),
                "value": texts("{amount} paid", amount=amount),
                "note": texts("Reference {reference}", reference=fee["reference"]),
                "source": f"{fee['law']}, {formats.short(from_text(fee['paid']))}",
            }
        )
    return rows


def _about_paper(paper: Row, formats: Formats) -> str:
    day = formats.short(from_text(paper["at"])) if paper["at"] else ""
    return ", ".join(filter(None, (str(paper["about"]), day)))


def _fact(fact: Row, formats: Formats, texts: Texts) -> dict[str, Any]:
    standing = STANDINGS.get(fact["standing"], "missing")
    value: str = shown(fact, formats)
    address = picture(fact)
    if address:
        value = Markup('<img class="portrait" src="{}" alt="{}">').format(address, fact["label"])
    row = {
        "label": fact["label"],
        "value": value or (texts("not known yet") if standing == "silent" else ""),
        "note": fact.get("note", ""),
        "source": source_of(fact, formats),
        "standing": standing,
    }
    if standing == "register" and fact.get("register"):
        asked = {"register": fact["register"], "field": ",".join(fact["fields"])}
        row["act_href"] = f"/me/wrong?{urlencode(asked)}"
    return row
