"""Letters and decisions as accessible PDF: PDF/UA-1 and PDF/A-3a in one file.

ISO 14289-1 (PDF/UA-1), ISO 19005-3 level A (PDF/A-3a) with what a letter says as data
inside it. A template is typst source; data reach it as values, never as source, so no
name or address can be read as an instruction. The engine is a port: `device` fills it.
What a document says about itself (title, language, date) comes from the caller.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from riik.documents.cloth import belt, weave
from riik.documents.errors import LetterRefused
from riik.documents.papers import Check, check_svg
from riik.documents.printable import printed

__all__ = ["Attachment", "Documents", "Press"]

MOST_DATA = 500_000
MOST_ATTACHED = 2_000_000
MOST_SOURCE = 100_000
LANGUAGES = frozenset(("en", "et", "vi"))

_PRELUDE = '#import "/house.typ": begin\n#show: begin\n'


class Press(Protocol):
    """Typesets one document; the house's templates are all that it can read."""

    def print(self, source: str, inputs: Mapping[str, str], *, at: int) -> bytes:
        """Make the PDF.

        Args:
            source: typst source; ``/house.typ`` and its neighbours may be imported.
            inputs: What the source sees as ``sys.inputs``.
            at: What the source takes for now, in seconds since 1970.

        Raises:
            LetterRefused: For what is wrong with source or data.
            PressUnavailable: When it takes too long or too much memory.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file inside the document.

    Attributes:
        name: Its file name, without folders.
        media_type: Such as ``application/json``.
        content: Its bytes.
        description: What it is, in the letter's language.
        relationship: ``data``, ``source``, ``alternative`` or ``supplement`` (ISO 19005-3 §6.8).
    """

    name: str
    media_type: str
    content: bytes
    description: str
    relationship: str = "data"


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """One node's letters."""

    press: Press

    def render(
        self,
        template: bytes | str,
        data: Mapping[str, Any],
        *,
        language: str,
        title: str,
        author: str,
        at: datetime,
        attachments: Sequence[Attachment] = (),
        digest: bytes | None = None,
        check: Check | None = None,
    ) -> bytes:
        """Print one letter.

        A sign that no font here has (a name from a register, an old case) is printed as U+FFFD:
        a letter never waits for ever because of one. What is attached stays byte for byte.

        Args:
            template: typst source; it finds its values in ``data`` of ``/house.typ``.
            data: JSON values. Whole numbers, text, truth, lists, mappings; money and
                dates as the text that should be read, but for ISO dates that the house writes.
            language: ``et``, ``en`` or ``vi``.
            title: The document's title.
            author: The organisation that issues it.
            at: Its date, with a zone: its day there is the document's day.
            attachments: Files to put inside; 2 MB together at most.
            digest: What the woven band is drawn from; of the data when it isn't given.
            check: How anybody checks the paper: a QR code, and the same to type; None for neither.

        Raises:
            LetterRefused: For ``language``, ``zone``, ``data``, ``too-large``,
                ``attachment``, ``missing-key`` (fact ``key``), ``package``, ``file``,
                ``glyph`` or ``template``.
            PressUnavailable: For ``too-long`` or ``broken``.
        """
        if language not in LANGUAGES:
            raise LetterRefused(f"no letters in {language}", why="language")
        if at.tzinfo is None:
            raise LetterRefused("the date of a letter needs a zone", why="zone")
        # The band is drawn from the data themselves, whatever of them can be printed.
        exact, told = _json(data), _json(_printed(data))
        about = {
            "language": language,
            "title": printed(title),
            "author": printed(author),
            "date": at.date().isoformat(),
            "attachments": [_attached(each) for each in _checked(attachments)],
        }
        inputs = {
            "data": told,
            "about": _json(about, most=8 * MOST_ATTACHED),
            "weave": weave(digest or sha256(exact.encode()).digest()),
            "belt": belt(),
        }
        if check is not None:
            picture = check_svg(check.address)
            inputs["check"] = _json({"svg": picture, "place": check.place, "code": check.code})
        return self.press.print(_PRELUDE + _source(template), inputs, at=int(at.timestamp()))


def _source(template: bytes | str) -> str:
    if len(template) > MOST_SOURCE:
        raise LetterRefused("this template is too large", why="too-large", most=MOST_SOURCE)
    try:
        return template.decode() if isinstance(template, bytes) else template
    except UnicodeDecodeError as error:
        raise LetterRefused("this template isn't UTF-8", why="template") from error


def _printed(value: Any) -> Any:
    """The same with every text as it can be printed; names of values stay."""
    if isinstance(value, str):
        return printed(value)
    if isinstance(value, Mapping):
        return {name: _printed(one) for name, one in value.items()}
    return [_printed(one) for one in value] if isinstance(value, list | tuple) else value


def _json(value: Mapping[str, Any], *, most: int = MOST_DATA) -> str:
    try:
        text = json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise LetterRefused("these data are not JSON", why="data") from error
    if len(text) > most:
        raise LetterRefused("these data are too large for a letter", why="too-large", most=most)
    return text


def _checked(attachments: Sequence[Attachment]) -> Sequence[Attachment]:
    if sum(len(each.content) for each in attachments) > MOST_ATTACHED:
        raise LetterRefused("too much is attached", why="too-large", most=MOST_ATTACHED)
    names = [each.name for each in attachments]
    plain = all(name and not set(name) & set("/\\\0") and name != ".." for name in names)
    if not plain or len(set(names)) < len(names):
        raise LetterRefused("attachments need names of their own", why="attachment")
    return attachments


def _attached(attachment: Attachment) -> dict[str, Any]:
    return {
        "name": attachment.name,
        "media-type": attachment.media_type,
        "description": printed(attachment.description),
        "relationship": attachment.relationship,
        "bytes": list(attachment.content),
    }
