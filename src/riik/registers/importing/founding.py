"""A new register's folder, from a table's columns or from nothing.

What it says of the law, of rights and of names is only a beginning, and is marked as one; but
the folder is valid, with tests of its own, so that it can be changed piece by piece. Pure.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from riik.formats.toml import write_toml
from riik.registers.errors import ImportRefused
from riik.registers.importing.guessing import Guess

__all__ = ["Founding", "found_register"]

LAW: Final = "LAW-TO-BE-NAMED"
_FROM_NOTHING: Final = Guess(
    column="number", field="number", kind="text", full=True, unique=True, longest=20,
    why="an example",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Founding:
    """A new folder.

    Attributes:
        files: Its files by path.
        guesses: What was guessed, a sentence each.
    """

    files: Mapping[str, bytes]
    guesses: tuple[str, ...]


def found_register(
    register: str,
    *,
    owner: str,
    languages: Sequence[str],
    columns: Sequence[Guess],
    table: str = "",
) -> Founding:
    """Write a register's folder.

    Args:
        register: Its id.
        owner: Role of the member that answers for it.
        languages: The first is the law's.
        columns: What the table's columns seem to be; none begins with an example.
        table: Its name, when the register is to read it in place; it then takes no changes.

    Raises:
        ImportRefused: For ``column``: a table read in place needs one with codes of persons.
    """
    subject = next((column for column in columns if column.kind == "person"), None)
    fields = [column for column in columns if column is not subject] or [_FROM_NOTHING]
    if table and subject is None:
        message = "no column holds codes of persons: a table read in place needs one"
        raise ImportRefused(message, why="column")
    indexed = next((column.field for column in fields if _names_record(column, table)), "")
    single = subject is not None and subject.unique
    said = [f"{column.column}: {_said(column)}" for column in fields]
    said.insert(0, _said_of_subject(subject))
    said.append(f"records = {'one' if single else 'many'} a subject: {_why_single(subject)}")
    said.append(f"law, purposes, rights and names are placeholders; the law is {LAW!r}")
    names = [column.field for column in fields]
    about = "person" if subject or not columns else "thing"
    files = {
        "register.toml": _register(register, owner, languages, about, single=single),
        "record.json": _record(register, fields, indexed),
        "offers.toml": _offers(languages, names, indexed, changes=not table),
        "rights.toml": _rights(owner, names, about, changes=not table),
        "cases/rights.toml": _cases(owner, names, about),
        **{f"locale/{language}.toml": _locale(fields, about) for language in languages},
    }
    if table and subject is not None:
        files["source.toml"] = _source(table, subject, fields)
    return Founding(
        files={name: text.encode() for name, text in files.items()}, guesses=tuple(said)
    )


def _names_record(column: Guess, table: str) -> bool:
    """Might records be looked up by it? In somebody else's table by text only."""
    kinds = ("text",) if table else ("text", "integer")
    return column.unique and column.full and column.kind in kinds


def _source(table: str, subject: Guess, fields: Sequence[Guess]) -> str:
    rows = []
    for column in fields:
        row = {"name": column.field, "column": column.column, "as": column.kind}
        if column.kind == "date":
            row["order"] = column.order
        if column.kind == "amount":
            row["decimal"] = column.decimal
        if column.kind == "person":
            row["country"] = column.country
        rows.append(row)
    record = {"subject": subject.column, "country": subject.country}
    tree = {"table": table, "record": record, "field": rows}
    return (
        "# GUESSED: how each column is read. Which columns have the days for which a row\n"
        "# holds? Name them in [record] as valid-from, and valid-to or last-day; without them\n"
        "# only today can be asked.\n" + write_toml(tree)
    )


def _said(column: Guess) -> str:
    needed = "needed" if column.full else "may be missing"
    return f"{column.kind} as {column.field!r}, {needed} ({column.why})"


def _said_of_subject(subject: Guess | None) -> str:
    if subject is None:
        return "no column holds codes of persons"
    return f"{subject.column}: whose record it is, and no field ({subject.why})"


def _why_single(subject: Guess | None) -> str:
    if subject is None:
        return "nothing says otherwise"
    return "no code stands twice" if subject.unique else "some codes stand twice"


def _register(
    register: str, owner: str, languages: Sequence[str], about: str, *, single: bool
) -> str:
    name = register.replace("-", " ").capitalize()
    tree = {
        "id": register,
        "version": "0.1",
        "owner": owner,
        "subject": about,
        "records": "one" if single else "many",
        "languages": list(languages),
        "names": dict.fromkeys(languages, name),
        "retention": {"years-after-close": 10, "ground": LAW, "assumed": True},
        "law": [{"id": LAW, "names": dict.fromkeys(languages, LAW), "assumed": True}],
    }
    return "# GUESSED: owner, subject, records, names, law and retention. Correct each.\n" + (
        write_toml(tree)
    )


def _record(register: str, fields: Sequence[Guess], indexed: str) -> str:
    tree = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A record of {register}",
        "type": "object",
        "properties": {
            column.field: {
                "description": f"GUESSED from the column {column.column!r}: {column.why}",
                **_schema(column),
                **({"x-index": True} if column.field == indexed else {}),
            }
            for column in fields
        },
        "required": [column.field for column in fields if column.full],
        "additionalProperties": False,
    }
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def _schema(column: Guess) -> dict[str, Any]:
    match column.kind:
        case "integer" | "amount":
            return {"type": "integer"}
        case "boolean":
            return {"type": "boolean"}
        case "date":
            return {"type": "string", "format": "date"}
        case "person":
            return {"type": "string", "maxLength": 34, "x-person": True}
    return {"type": "string", "maxLength": max(20, -(-column.longest * 2 // 10) * 10)}


def _offers(languages: Sequence[str], names: Sequence[str], indexed: str, *, changes: bool) -> str:
    def called(name: str) -> dict[str, str]:
        return dict.fromkeys(languages, name)

    read: dict[str, Any] = {"id": "record", "names": called("Record"), "fields": list(names)}
    read["records"] = "all"
    if indexed:
        read["look-up"] = [indexed]
    if not changes:
        return "# GUESSED: one question with every field.\n" + write_toml({"read": [read]})
    taken = [("enter", "open"), ("change", "change"), ("correction", "correct")]
    tree = {
        "read": [read],
        "change": [
            {"id": one, "kind": kind, "names": called(one.capitalize()), "fields": list(names)}
            for one, kind in taken
        ],
    }
    return "# GUESSED: one question with every field, and three changes.\n" + write_toml(tree)


def _rights(owner: str, names: Sequence[str], about: str, *, changes: bool) -> str:
    rights = [
        _right(owner, action, offers, names)
        for action, offers in (
            ("read", ["record"]), ("change", ["enter", "change"]), ("correct", ["correction"])
        )
        if changes or action == "read"
    ]  # fmt: skip
    if about == "person":
        own = _right("portal", "read", ["record"], names)
        rights.append({**own, "purpose": "own-data", "statement": "required"})
    return (
        "# GUESSED: the owner may do all, people may see their own; nobody else anything.\n"
        + write_toml({"right": rights})
    )


def _right(role: str, action: str, offers: list[str], names: Sequence[str]) -> dict[str, Any]:
    return {
        "client": {"role": role},
        "action": action,
        "offers": offers,
        "purpose": "register-keeping",
        "legal-basis": LAW,
        "fields": list(names),
        "statement": "not-needed",
    }


def _cases(owner: str, names: Sequence[str], about: str) -> str:
    asked = {"offer": "record", "purpose": "register-keeping", "legal-basis": LAW}
    cases: list[dict[str, Any]] = [
        {"id": "The owner reads every field.", "client": {"role": owner}, **asked,
         "given": list(names), "expect": "ok"},
        {"id": "Another purpose is refused.", "client": {"role": owner}, **asked,
         "purpose": "curiosity", "expect": "purpose"},
        {"id": "A stranger is refused.", "client": {"role": "stranger"}, **asked,
         "expect": "client"},
    ]  # fmt: skip
    if about == "person":
        own = {**asked, "purpose": "own-data", "statement": True}
        cases.append(
            {"id": "People see their own data.", "client": {"role": "portal"}, **own,
             "given": list(names), "expect": "ok"}
        )  # fmt: skip
    return write_toml({"case": cases})


def _locale(fields: Sequence[Guess], about: str) -> str:
    purposes = {"register-keeping": "Keeping the register"}
    if about == "person":
        purposes["own-data"] = "Seeing one's own data"
    tree = {"fields": {column.field: column.column for column in fields}, "purposes": purposes}
    return "# GUESSED: the columns' names stand for the fields'. Translate each.\n" + (
        write_toml(tree)
    )
