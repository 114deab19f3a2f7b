"""The file of a form that was sent as ``multipart/form-data`` (RFC 7578 §4.2). Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from riik.formats.multipart import Part

__all__ = ["Upload", "file_of", "text_of"]

MOST_VALUE: Final = 500
MOST_NAME: Final = 120
_NAME: Final = re.compile(r'(?i);\s*name="([^"]*)"')
_FILE: Final = re.compile(r'(?i);\s*filename="([^"]*)"')
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]")


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that somebody sent.

    Attributes:
        name: As its sender called it: the last part of a path, without signs that hide others.
        content: Its bytes.
    """

    name: str
    content: bytes


def file_of(parts: Iterable[Part], *, field: str) -> Upload | None:
    """The file of one field; None when none was chosen."""
    for part in parts:
        stated = part.header("content-disposition") or ""
        name, file = _NAME.search(stated), _FILE.search(stated)
        if name is not None and name[1] == field and file is not None and file[1]:
            return Upload(name=_tidy(file[1]), content=part.body)
    return None


def text_of(parts: Iterable[Part], *, field: str) -> str:
    """The text of a field that is no file; empty when there is none."""
    for part in parts:
        stated = part.header("content-disposition") or ""
        name = _NAME.search(stated)
        if name is not None and name[1] == field and _FILE.search(stated) is None:
            return part.body.decode(errors="replace")[:MOST_VALUE]
    return ""


def _tidy(name: str) -> str:
    last = re.split(r"[\\/]", name.replace("%22", '"'))[-1]
    return _UNSEEN.sub("", last)[-MOST_NAME:] or "file"
