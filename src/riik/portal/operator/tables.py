"""Three tables of a minister's page: by which way, how available, and who looked for what. Pure.

A count that its owner hides is shown as hidden; what nobody measured is said not to be measured.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from riik.portal.design.formats import NBSP, Formats
from riik.portal.design.texts import Texts

__all__ = [
    "availability_figure",
    "availability_rows",
    "channel_rows",
    "look_rows",
    "share_answered",
]

CHANNELS = ("web", "desk", "api")
MOST_LOOKS = 12
Rows = Sequence[Mapping[str, Any]]


def channel_rows(rows: Rows, texts: Texts, formats: Formats) -> list[list[Any]]:
    """Service, cases begun on the web, at a desk and by another program, and the share online."""

    def shown(count: int | None) -> Any:
        return _hidden(texts) if count is None else formats.number(count)

    def online(share: float | None) -> Any:
        return _hidden(texts) if share is None else f"{formats.number(round(share * 100))}{NBSP}%"

    return [
        [
            row["name"],
            *(shown(row["channels"].get(channel, 0)) for channel in CHANNELS),
            online(row["online"]) if row["opened"] != 0 else {"text": "–", "kind": "soft"},
        ]
        for row in rows
    ]


def share_answered(asked: int, answered: int) -> Decimal:
    """A share in tenths of a percent, never rounded up: one silence is not a hundred."""
    return Decimal(answered * 1000 // asked) / 10


def availability_rows(rows: Rows, texts: Texts, formats: Formats) -> list[list[Any]]:
    """Organisation, what was asked, how often, and the share answered; the worst first."""
    measured = sorted(
        (row for row in rows if row["asked"]),
        key=lambda row: (share_answered(row["asked"], row["answered"]), row["organisation"]),
    )
    unmeasured = [row for row in rows if not row["asked"]]
    return [
        [
            row["organisation"],
            row["register"] or texts("its services"),
            formats.number(row["asked"]),
            formats.short(row["since"]),
            _percent(row, formats),
        ]
        for row in measured
    ] + [
        [
            row["organisation"],
            row["register"] or texts("its services"),
            formats.number(0),
            {"text": "–", "kind": "soft"},
            {"text": texts("not yet measured"), "kind": "soft"},
        ]
        for row in unmeasured
    ]


def availability_figure(rows: Rows, texts: Texts, formats: Formats) -> dict[str, str]:
    """The sixth figure: of all questions, how many were answered; and who answered least."""
    title = texts("Answered when asked")
    measured = [row for row in rows if row["asked"]]
    if not measured:
        return {"title": title, "value": "–", "text": texts("not yet measured")}
    whole = {name: sum(row[name] for row in measured) for name in ("asked", "answered")}
    worst = min(measured, key=lambda row: share_answered(row["asked"], row["answered"]))
    if whole["asked"] == whole["answered"]:
        text = texts("by everybody, each minute this portal asked")
    else:
        name = worst["register"] or worst["organisation"]
        text = texts("least by: {name}, {share}", name=name, share=_percent(worst, formats))
    return {"title": title, "value": _percent(whole, formats), "text": text}


def look_rows(registers: Rows, texts: Texts, formats: Formats) -> list[list[Any]]:
    """Register, who looked, for what, how often: the largest groups, then what is hidden."""
    told = [(group, one) for one in registers for group in one["groups"]]
    told.sort(key=lambda found: -found[0]["looks"])
    rows: list[list[Any]] = [
        [
            one["register"],
            group["reader"],
            group["purpose"] or {"text": texts("refused: nothing was given"), "kind": "soft"},
            formats.number(group["looks"]),
        ]
        for group, one in told[:MOST_LOOKS]
    ]
    rows += [
        [one["register"], texts("others"), texts("other purposes"), _hidden(texts)]
        for one in registers
        if one["hidden"]
    ]
    return rows


def _percent(row: Mapping[str, Any], formats: Formats) -> str:
    return f"{formats.number(share_answered(row['asked'], row['answered']))}{NBSP}%"


def _hidden(texts: Texts) -> dict[str, str]:
    return {"text": texts("hidden: too few"), "kind": "soft"}
