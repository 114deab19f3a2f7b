"""What a granted case writes into its registers: values worked out from what is known. Pure.

The same values stand in the decision letter and on the page of the case, so that a person reads
what they now have, and not only what they had.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from riik.rules import decide, expression, to_plain
from riik.services.running import Running

__all__ = ["recorded_rows", "worked_out"]

_DAY = re.compile(r"\d{4}-\d\d-\d\d\Z")


def worked_out(running: Running, expressions: Mapping[str, str]) -> dict[str, Any]:
    """FEEL over what is known and what the rules decided, by field."""
    known: dict[str, Any] = running.known()
    rules = running.definition.rules
    if rules is not None:
        for name in rules.by_name:
            known[name] = decide(rules, name, running.known()).plain
    return {field: to_plain(expression(text).value(known)) for field, text in expressions.items()}


def recorded_rows(running: Running, *, decided: date, language: str) -> list[dict[str, str]]:
    """What the letter tells of the new record: label, value, and its kind, ``text`` or ``day``.

    Args:
        running: The case, granted.
        decided: The day of the decision: the law's terms run from it.
        language: Of the labels.
    """
    definition = running.definition
    told = {shown.record: shown.label for shown in definition.letter.facts if shown.record}
    if definition.record is None or not told:
        return []
    wanted = {field: definition.record.values[field] for field in told}
    values = worked_out(replace(running, today=decided), wanted)
    return [
        {
            "label": definition.text(told[field], language),
            "value": _said(value),
            "kind": "day" if _DAY.match(str(value)) else "text",
        }
        for field, value in values.items()
        if value is not None
    ]


def _said(value: Any) -> str:
    if isinstance(value, Mapping):
        # An address says itself in ``text``.
        return str(value.get("text") or "")
    return ", ".join(map(_said, value)) if isinstance(value, list) else str(value)
