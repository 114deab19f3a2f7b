"""A guide as the page of a service shows it: the thread of its steps, the table of its fees.

Pure.
"""

from collections.abc import Mapping
from typing import Any

from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, in_sentence

__all__ = ["fee_table", "knots_of", "known_rows", "price_of"]

Guide = Mapping[str, Any]


def price_of(amount: Mapping[str, Any] | None, formats: Formats, texts: Texts) -> str:
    """An amount as it is written, or that there is none."""
    if not amount or not amount["minor"]:
        return texts("free of charge")
    return formats.price(amount["minor"], amount["currency"])


def knots_of(guide: Guide) -> list[dict[str, str]]:
    """How it goes, as a thread: before one begins, nothing of it has happened."""
    return [
        {"title": step["title"], "detail": step["text"], "state": "ahead"}
        for step in guide["steps"]
    ]


def known_rows(guide: Guide) -> list[dict[str, str]]:
    """What is not asked: register by register, as rows of facts."""
    return [
        {
            "label": _capital(row["source"]),
            "value": _capital(", ".join(map(in_sentence, row["labels"]))),
            "source": row["organisation"] if row["organisation"] != row["source"] else "",
        }
        for row in guide["known"]
    ]


def fee_table(guide: Guide, formats: Formats, texts: Texts) -> dict[str, Any]:
    """Columns and rows of the fees; a column for the desk only where a desk does it."""
    fees, desk = guide["fees"], any(row["desk"] for row in guide["fees"])
    head = [{"text": texts("What for")}, {"text": texts("Here"), "n": True}]
    rows = [[row["title"], price_of(row["online"], formats, texts)] for row in fees]
    if desk:
        head.append({"text": texts("At a desk"), "n": True})
        for cells, row in zip(rows, fees, strict=True):
            cells.append(price_of(row["desk"], formats, texts) if row["desk"] else "–")
    return {"head": head, "rows": rows}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
