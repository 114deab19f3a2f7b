"""What a choice says of itself: a warning where it would be refused, and the fee it leads to. Pure.

``x-warn`` of a choice is ``{"when": FEEL, "text": …}`` over what is known; ``"x-fee": true`` of a
question says that its choices decide the fee, so that each can tell its own.
"""

from collections.abc import Mapping
from typing import Any

from riik.core import Refused
from riik.rules import expression
from riik.services.errors import FolderRefused

__all__ = ["FEE", "WARN", "check_choices", "warning_of"]

WARN, FEE = "x-warn", "x-fee"
_KEYS = {"when", "text"}


def check_choices(schema: Mapping[str, Any], *, field: str) -> None:
    """Refuse a warning of another shape, and a fee of what is no choice.

    Raises:
        FolderRefused: For ``schema``.
    """
    if FEE in schema and not (schema[FEE] is True and "oneOf" in schema):
        raise FolderRefused(f"{field}: {FEE} is true, and of choices", why="schema")
    for choice in schema.get("oneOf", ()):
        warn = choice.get(WARN)
        if warn is None:
            continue
        plain = isinstance(warn, Mapping) and set(warn) == _KEYS
        if not plain or not all(isinstance(warn[key], str) and warn[key] for key in _KEYS):
            raise FolderRefused(f"{field}: {WARN} has when and text", why="schema")
        try:
            expression(warn["when"])
        except Refused as refused:
            raise FolderRefused(f"{field}: {WARN}: {refused}", why="schema") from refused


def warning_of(choice: Mapping[str, Any], *, known: Mapping[str, Any]) -> str:
    """The text that warns of a choice by what is known, or nothing."""
    warn = choice.get(WARN)
    if warn is None or expression(warn["when"]).value(known) is not True:
        return ""
    return str(warn["text"])
