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
    "case.id": later("Case"),
    "date": later("Day"),
    "fee.amount": later("Fee"),
    "fee.law": later("By which law"),
    "service.id": later("Service"),
    "service.version": later("Version of the service"),
    "service.digest": later("Digest of the service’s folder"),
    "appeal.against": later("Appeal against"),
    "appeal.reason": later("Why you do not agree"),
}

Row = dict[str, str]


def read_application(
    content: bytes,
    *,
    labels: Mapping[tuple[str, str], str],
    sources: Mapping[str, str],
    formats: Formats,
    texts: Texts,
) -> dict[str, Any]:
    """A signed or unsigned application, as titles and rows of a page.

    Args:
        content: The file.
        labels: What fields of registers are called, by need and field, as the case tells.
        sources: What registers are called, by need.
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
    rest = _money({key: value for key, value in told.items() if key not in TOLD}, formats)
    return {
        "title": _plain(told.get("title")),
        "statement": _plain(told.get("statement")),
        "answers": answers[:MOST_ROWS],
        "registers": [
            _register(row, labels, sources=sources, formats=formats, texts=texts)
            for row in _rows(told.get("facts"))[:MOST_ROWS]
        ],
        "rest": [
            {
                "label": texts(_LABELS[path]) if path in _LABELS else path,
                "value": _days(value, formats),
            }
            for path, value in _flat(rest)
        ][:MOST_ROWS],
    }


def _register(
    fact: Mapping[str, Any],
    labels: Mapping[tuple[str, str], str],
    *,
    sources: Mapping[str, str],
    formats: Formats,
    texts: Texts,
) -> dict[str, Any]:
    need = str(fact.get("need", ""))
    standing = str(fact.get("standing", ""))
    try:
        at = formats.moment(from_text(str(fact.get("at", ""))))
    except TimeRefused:
        at = _plain(fact.get("at"))
    return {
        "name": sources.get(need, ""),
        "source": _plain(fact.get("source")),
        "standing": texts(_STANDINGS[standing]) if standing in _STANDINGS else standing,
        "at": at,
        "message": _plain(fact.get("message")),
        "rows": [
            {"label": _label(need, path, labels), "value": _days(value, formats)}
            for path, value in _flat(fact.get("values"))
        ][:MOST_ROWS],
    }


def _label(need: str, path: str, labels: Mapping[tuple[str, str], str]) -> str:
    """What a field is called; a part of it, or one that nobody has a name for, by its own name."""
    field, _, part = path.partition(".")
    label = labels.get((need, field), "")
    if not label:
        return path
    return label if not part or part == "text" else f"{label} ({part})"


def _days(text: str, formats: Formats) -> str:
    """A text with its days as people write them; a day that is none stays as it stands."""
    try:
        return formats.days_in(text)
    except ValueError:
        return text


def _money(rest: dict[str, Any], formats: Formats) -> dict[str, Any]:
    """The fee with its amount as people write it; what is no fee stays as it is."""
    match rest.get("fee"):
        case {"amount": int(minor), "currency": str(currency), **others}:
            return {**rest, "fee": {"amount": formats.money(minor, currency), **others}}
    return rest


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
