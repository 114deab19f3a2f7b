"""Answers from a list: codes of a file in the folder, found by words; or records of a register.

A file ``lists/crops.csv`` begins with ``code`` and the service's languages; a row is one entry.
Words are compared without marks and case, in every language. A list of a register is what a need
answered: the person chooses among their own. Where it has nothing or was silent, they write the
code themselves, and the rules say what follows. Pure.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from riik.profiles.script import fold_for_search
from riik.services.errors import AnswerRefused, FolderRefused

__all__ = [
    "OPENED",
    "CodeList",
    "Found",
    "HasLists",
    "found_view",
    "is_listed_in_file",
    "list_faults",
    "listed_choices",
    "read_lists",
    "refuse_unlisted",
]

MOST_ROWS: Final = 20_000
MOST_FOUND: Final = 20
MOST_WORDS: Final = 100
KIND: Final = "listed"
FOLDER: Final = "lists/"
OPENED: Final = "@page"
"""Asked for in place of a question: a page of a long form is opened, with its questions."""

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """Entries that fit some words: code and text; whether there are more."""

    entries: tuple[tuple[str, str], ...]
    more: bool


@dataclass(frozen=True, slots=True)
class CodeList:
    """A list of a folder.

    Attributes:
        texts: By code, in the order of the file: the text in each language.
        folded: By code, everything that words are looked for in.
    """

    texts: Mapping[str, Mapping[str, str]]
    folded: Mapping[str, str]

    def text(self, code: str, language: str) -> str:
        """What a code means; the code itself where the list does not have it."""
        told = self.texts.get(code, {})
        return told.get(language) or next(iter(told.values()), code)

    def find(self, words: str, language: str) -> Found:
        """Entries with all of these words, those that begin with them first."""
        wanted = fold_for_search(words[:MOST_WORDS]).split()
        if not wanted:
            return Found((), more=False)
        fits = [code for code, text in self.folded.items() if all(w in text for w in wanted)]
        fits.sort(key=lambda code: not self.folded[code].startswith(wanted[0]))
        entries = tuple((code, self.text(code, language)) for code in fits[:MOST_FOUND])
        return Found(entries, more=len(fits) > MOST_FOUND)


class HasLists(Protocol):
    """A service's form and lists."""

    @property
    def form(self) -> Mapping[str, Any]: ...
    @property
    def lists(self) -> Mapping[str, CodeList]: ...


def read_lists(files: Mapping[str, bytes]) -> dict[str, CodeList]:
    """The lists of a folder by name.

    Raises:
        FolderRefused: For ``list``: no table, a code twice or empty, or too many rows.
    """
    return {
        name.removeprefix(FOLDER).removesuffix(".csv"): _read(name, source)
        for name, source in files.items()
        if name.startswith(FOLDER)
    }


def _read(name: str, source: bytes) -> CodeList:
    if not name.endswith(".csv"):
        raise FolderRefused(f"{name} is no .csv", why="list")
    try:
        rows = list(csv.DictReader(io.StringIO(source.decode("utf-8-sig")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise FolderRefused(f"{name} is no table in UTF-8", why="list") from error
    if not rows or "code" not in rows[0] or len(rows[0]) < 2 or len(rows) > MOST_ROWS:
        raise FolderRefused(f"{name} has columns code and languages, and rows", why="list")
    texts: dict[str, dict[str, str]] = {}
    for number, row in enumerate(rows, start=2):
        code = (row.pop("code") or "").strip()
        if not code or code in texts or None in row or not all(row.values()):
            raise FolderRefused(
                f"{name}: line {number} has no code of its own, or lacks a text", why="list"
            )
        texts[code] = {language: text.strip() for language, text in row.items()}
    folded = {
        code: fold_for_search(" ".join((*told.values(), code))) for code, told in texts.items()
    }
    return CodeList(texts, folded)


def is_listed_in_file(schema: Schema) -> bool:
    """Whether a question is answered by a code of a file's list."""
    return schema.get("x-kind") == KIND and isinstance(schema.get("x-list"), str)


def listed_choices(
    schema: Schema, facts: Mapping[str, Mapping[str, Any]]
) -> list[dict[str, str]] | None:
    """The records of a register as choices; None for a question without such a list."""
    source = schema.get("x-list")
    if schema.get("x-kind") != KIND or not isinstance(source, Mapping):
        return None
    values = facts.get(str(source["need"]), {})
    codes = _many(values.get(source["code"]))
    parts = [_many(values.get(field)) for field in source["text"]]
    return [
        {
            "const": str(code),
            "title": ", ".join(str(part[at]) for part in parts if at < len(part) and part[at])
            or str(code),
        }
        for at, code in enumerate(codes)
    ]


def found_view(definition: HasLists, field: str, words: str, *, language: str) -> dict[str, Any]:
    """What is found in a question's list by words, as any channel shows it.

    Raises:
        AnswerRefused: For ``unknown``: no list answers this question.
    """
    schema = definition.form["properties"].get(field, {})
    if not is_listed_in_file(schema):
        raise AnswerRefused("no list answers this question", why="unknown", field=field[:40])
    found = definition.lists[schema["x-list"]].find(words, language)
    return {
        "field": field,
        "words": words[:MOST_WORDS],
        "choices": [{"value": code, "title": text} for code, text in found.entries],
        "more": found.more,
    }


def refuse_unlisted(
    properties: Mapping[str, Schema], answers: Mapping[str, Any], lists: Mapping[str, CodeList]
) -> None:
    """Refuse a code that its list does not have.

    Raises:
        AnswerRefused: For ``value``; ``field`` names the question.
    """
    for field, value in answers.items():
        schema = properties[field]
        if is_listed_in_file(schema) and value not in lists[schema["x-list"]].texts:
            raise AnswerRefused("the list has no such code", why="value", field=field)


def list_faults(
    field: str,
    schema: Schema,
    *,
    lists: Mapping[str, CodeList],
    needs: Mapping[str, Sequence[str]],
    languages: Sequence[str],
) -> Iterator[tuple[str, str]]:
    """What keeps a list from being asked: what is wrong, and what to do."""
    source = schema.get("x-list")
    if schema.get("type") != "string":
        yield f"{field}: a code of a list is a text", "make its type string"
    if isinstance(source, str):
        known = lists.get(source)
        if known is None:
            yield f"{field}: there is no lists/{source}.csv", "add it, or correct x-list"
            return
        told = next(iter(known.texts.values()))
        for language in languages:
            if language not in told:
                yield f"lists/{source}.csv has no texts in {language}", f"add a column {language}"
        return
    if not isinstance(source, Mapping) or set(source) != {"need", "code", "text"}:
        yield f"{field}: x-list names a file, or need, code and text", "correct it"
        return
    asked = needs.get(str(source["need"]), ())
    for name in (source["code"], *source["text"]):
        if name not in asked:
            yield f"{field}: nobody asks {source['need']} for {name!r}", "ask it in needs.toml"


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list) else [] if value is None else [value]
