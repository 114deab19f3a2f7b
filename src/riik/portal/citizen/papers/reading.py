"""An application as a page: everything that stands in the file that is signed, in words.

The file is JSON of the provider's making (`riik.services.letters.application`), and is believed
nothing: what is not of the known shape is shown as it stands, and nothing of it is left out. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from riik.core import TimeRefused, from_text
from riik.portal.citizen.errors import PortalRefused
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts, later

__all__ = ["read_application"]

MOST_ROWS: Final = 2_000
TOLD: Final = frozenset({"title", "statement", "answers", "facts"})

_STANDINGS: Final = {
    "known": later("answered"),
    "nothing": later("has nothing of this"),
    "unavailable": later("did not answer"),
}
_LABELS: Final = {
    "person.code": later("Personal code"),
    "person.acting": later("Who acts"),
    "person.given_names": later("Given names"),
    "person.family_name": later("Family name"),
    "case.number": later("Case number"),
    "date": later("Day"),
    "appeal.against": later("Appeal against"),
    "appeal.reason": later("Why you do not agree"),
}

Row = dict[str, str]


def read_application(
    content: bytes, *, labels: Mapping[str, str], formats: Formats, texts: Texts
) -> dict[str, Any]:
    """A signed or unsigned application, as titles and rows of a page.

    Args:
        content: The file.
        labels: What fields of registers are called, as the case tells.
        formats: How the reader reads days.
        texts: In the reader's language.

    Raises:
        PortalRefused: It is no application that can be read (``no-paper``).
    """
    try:
        told = msgspec.json.decode(content, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as error:
        raise PortalRefused("this is no application", why="no-paper") from error
    answers = [
        {"label": str(row.get("question", "")), "value": _plain(row.get("answer"))}
        for row in _rows(told.get("answers"))
    ]
    rest = {key: value for key, value in told.items() if key not in TOLD}
    return {
        "title": _plain(told.get("title")),
        "statement": _plain(told.get("statement")),
        "answers": answers[:MOST_ROWS],
        "registers": [
            _register(row, labels, formats=formats, texts=texts)
            for row in _rows(told.get("facts"))[:MOST_ROWS]
        ],
        "rest": [
            {"label": texts(_LABELS[path]) if path in _LABELS else path, "value": value}
            for path, value in _flat(rest)
        ][:MOST_ROWS],
    }


def _register(
    fact: Mapping[str, Any], labels: Mapping[str, str], *, formats: Formats, texts: Texts
) -> dict[str, Any]:
    standing = str(fact.get("standing", ""))
    try:
        at = formats.moment(from_text(str(fact.get("at", ""))))
    except TimeRefused:
        at = _plain(fact.get("at"))
    return {
        "source": _plain(fact.get("source")),
        "standing": texts(_STANDINGS[standing]) if standing in _STANDINGS else standing,
        "at": at,
        "message": _plain(fact.get("message")),
        "rows": [
            {"label": labels.get(path.partition(".")[0], path), "value": value}
            for path, value in _flat(fact.get("values"))
        ][:MOST_ROWS],
    }


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    """The objects of a list; what is none is shown by nobody, for no page can name it."""
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _flat(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every value with the way to it; values that are missing say nothing."""
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(inner, f"{path}.{name}" if path else str(name))
    elif isinstance(value, list) and any(isinstance(one, Mapping | list) for one in value):
        for number, inner in enumerate(value, start=1):
            yield from _flat(inner, f"{path}.{number}")
    elif value not in (None, "", []):
        yield path, _plain(value)


def _plain(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(_plain, value))
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
