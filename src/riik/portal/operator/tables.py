"""Three tables of a minister's page: by which way, how available, and who looked for what. Pure.

A count that its owner hides is shown as hidden; what nobody measured is said not to be measured.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

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
_NOTHING: Final = {"text": "–", "kind": "soft"}
Rows = Sequence[Mapping[str, Any]]


def channel_rows(rows: Rows, texts: Texts, formats: Formats) -> list[list[Any]]:
    """Cases begun on the web, at a desk and by other programs; shares online and by rules."""

    def shown(count: int | None) -> Any:
        return _hidden(texts) if count is None else formats.number(count)

    def share(row: Mapping[str, Any], name: str) -> Any:
        if row[name] is None:
            return _hidden(texts)
        return share_said(row[name], texts, formats)

    return [
        [
            row["name"],
            *(shown(row["channels"].get(channel)) for channel in CHANNELS),
            share(row, "online"),
            share(row, "automatic"),
        ]
        for row in rows
    ]


def share_said(share: float, texts: Texts, formats: Formats) -> str:
    """A share in words; none and all may be a few, whom their provider does not tell of."""
    if share == 0:
        return texts("under 5 %")
    if share == 1:
        return texts("over 95 %")
    return f"{formats.number(round(share * 100))}{NBSP}%"


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
            _NOTHING,
            {"text": texts("not yet measured"), "kind": "soft"},
        ]
        for row in unmeasured
    ]


def availability_figure(rows: Rows, texts: Texts, formats: Formats) -> dict[str, str]:
    """The sixth figure: of all questions, how many were answered; and who answered least."""
    title = texts("Answered when asked")
    measured = [row for row in rows if row["asked"]]
    if not measured:
        text = texts("Not yet measured: this portal asks everybody once a minute.")
        return {"title": title, "value": texts("no figure"), "text": text}
    whole = {name: sum(row[name] for row in measured) for name in ("asked", "answered")}
    worst = min(measured, key=lambda row: share_answered(row["asked"], row["answered"]))
    if whole["asked"] == whole["answered"]:
        text = texts("by everybody, each minute this portal asked")
    else:
        name = worst["register"] or worst["organisation"]
        text = texts("least by: {name}, {share}", name=name, share=_percent(worst, formats))
    return {"title": title, "value": _percent(whole, formats), "text": text}


def look_rows(registers: Rows, texts: Texts, formats: Formats) -> list[list[Any]]:
    """Register, who looked, for what, how often; the largest first."""
    told = [(group, one) for one in registers for group in one["groups"]]
    told.sort(key=lambda found: -found[0]["looks"])
    return [
        [
            one["register"],
            group["reader"],
            group["purpose"] or {"text": texts("refused: nothing was given"), "kind": "soft"},
            formats.number(group["looks"]),
        ]
        for group, one in told[:MOST_LOOKS]
    ]


def _percent(row: Mapping[str, Any], formats: Formats) -> str:
    return f"{formats.number(share_answered(row['asked'], row['answered']))}{NBSP}%"


def _hidden(texts: Texts) -> dict[str, str]:
    return {"text": texts("hidden: too few"), "kind": "soft"}
