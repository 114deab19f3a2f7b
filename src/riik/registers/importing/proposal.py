"""A mapping, proposed: each field of the register with the column that seems to be its own.

It is text to be read and corrected, and says of every line why it stands there. Pure.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from riik.formats.toml import write_toml
from riik.registers.importing.guessing import Guess
from riik.registers.model import RegisterDefinition

__all__ = ["propose"]


def propose(
    definition: RegisterDefinition,
    guesses: Sequence[Guess],
    *,
    encoding: str,
    delimiter: str,
    sheet: str = "",
    country: str,
    today: date,
) -> str:
    """Write a mapping for this register and this table, with a comment on every guess."""
    subject = _subject(guesses)
    if sheet:
        source = {"source": {"sheet": sheet}}
        said = "# The sheet that was named."
    else:
        source = {"source": {"encoding": encoding, "delimiter": delimiter}}
        said = "# Recognised from the file's first bytes."
    lines = [
        f"# Proposed for the register {definition.id}. Every line is a guess: read, correct, then",
        "# try it with --dry-run.",
        "",
    ]
    if delimiter or sheet:
        lines += [said, _table(source)]
    record: dict[str, Any] = {
        "subject": subject.column if subject else "",
        "country": (subject.country if subject else "") or country,
        "ground": next(iter(definition.laws)).id if definition.laws else "",
        "valid-from": today.isoformat(),
        "totals": [guess.column for guess in guesses if guess.kind == "amount"],
        "decimal": next((g.decimal for g in guesses if g.kind == "amount"), "."),
    }
    if subject is None:
        lines.append("# NO COLUMN holds codes of persons: name the one that says whose a row is.")
    else:
        lines.append(f"# {subject.column}: {subject.why}.")
    lines += [
        "# valid-from: a day for all rows, or the column that has it.",
        _table({"record": record}),
    ]
    by_field = _pairs(definition, guesses)
    for field in definition.schema.fields:
        lines += _field(field, by_field.get(field), definition.schema.document["properties"][field])
    used = {guess.column for guess in by_field.values()} | {record["subject"]}
    lines += [
        f"# not imported: the column {guess.column!r}"
        for guess in guesses
        if guess.column not in used
    ]
    return "\n".join(lines).rstrip() + "\n"


def _subject(guesses: Sequence[Guess]) -> Guess | None:
    return next((guess for guess in guesses if guess.kind == "person"), None)


def _pairs(definition: RegisterDefinition, guesses: Sequence[Guess]) -> dict[str, Guess]:
    """Fields and the columns whose names fit: equal first, then near, each column once."""
    free = {guess.field: guess for guess in guesses}
    found = {field: free.pop(field) for field in definition.schema.fields if field in free}
    for field in definition.schema.fields:
        near = get_close_matches(field, free, n=1, cutoff=0.75) if field not in found else []
        if near:
            found[field] = free.pop(near[0])
    return found


def _field(field: str, guess: Guess | None, schema: Mapping[str, Any]) -> list[str]:
    if guess is None:
        return [f"# {field}: no column's name fits; name one, or give a fixed value.", ""]
    kind = _kind(guess, schema)
    row: dict[str, Any] = {"name": field, "column": guess.column, "as": kind}
    if kind == "date":
        row["order"] = guess.order
    if kind == "amount":
        row["decimal"] = guess.decimal
    if kind == "person":
        row["country"] = guess.country
    return [f"# {guess.column}: {guess.why}.", _table({"field": [row]})]


def _kind(guess: Guess, schema: Mapping[str, Any]) -> str:
    """What the register wants decides; the guess only says how it is written."""
    match schema:
        case {"type": "boolean"}:
            return "boolean"
        case {"type": "integer"}:
            return "amount" if guess.kind == "amount" else "integer"
        case {"type": "array"}:
            return "list"
        case {"format": "date"}:
            return "date"
        case {"x-person": True}:
            return "person"
    return "text"


def _table(tree: dict[str, Any]) -> str:
    return write_toml(tree)
