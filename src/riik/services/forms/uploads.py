"""Questions that files answer: which kinds, how large, how many; what is kept and signed of each.

Pure. An answer is a list of files with name, kind, size and digest; the bytes lie among the papers
of the case, sealed under the person's key. The name is only what its sender called it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from riik.services.errors import AnswerRefused
from riik.services.forms.media import KINDS, MEDIA_TYPES, MediaRefused, kind_inside

__all__ = ["MOST_BYTES", "check_uploads", "file_of", "is_upload", "paper_name", "upload_faults"]

MOST_BYTES: Final = 5_000_000
MOST_FILES: Final = 20
MOST_NAME: Final = 120
_UNSEEN: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f]")

Schema = Mapping[str, Any]


def is_upload(schema: Schema) -> bool:
    """Whether a question is answered by files."""
    return bool(schema.get("x-kind") == "upload")


def file_of(schema: Schema, name: str, content: bytes, *, field: str) -> dict[str, Any]:
    """What is kept and signed of a file.

    Raises:
        AnswerRefused: For ``large``, ``kind`` (another than is asked for), or as `kind_inside`.
    """
    most = schema.get("x-bytes", MOST_BYTES)
    if len(content) > most:
        raise AnswerRefused("the file is too large", why="large", field=field, most=most)
    try:
        kind = kind_inside(content)
    except MediaRefused as refused:
        raise AnswerRefused(str(refused), why=refused.why, field=field) from refused
    if kind not in schema.get("x-accept", KINDS):
        raise AnswerRefused("this kind is not asked for", why="kind", field=field, found=kind)
    return {
        "name": _tidy(name, kind),
        "type": MEDIA_TYPES[kind],
        "size": len(content),
        "sha256": sha256(content).hexdigest(),
    }


def paper_name(file: Mapping[str, Any]) -> str:
    """Under which name the case keeps a file's bytes."""
    ending = next((kind for kind, media in MEDIA_TYPES.items() if media == file["type"]), "bin")
    return f"upload-{file['sha256'][:24]}.{ending}"


def check_uploads(schema: Schema, files: Sequence[Any], *, field: str) -> None:
    """Refuse too few or too many.

    Raises:
        AnswerRefused: For ``few`` or ``many``.
    """
    least, most = schema.get("minItems", 0), schema.get("maxItems", MOST_FILES)
    if len(files) < least:
        raise AnswerRefused("there are too few files", why="few", field=field, least=least)
    if len(files) > most:
        raise AnswerRefused("there are too many files", why="many", field=field, most=most)


def upload_faults(field: str, schema: Schema, *, alone: bool) -> Iterator[tuple[str, str]]:
    """What keeps files from being asked for: what is wrong, and what to do."""
    if not alone:
        yield f"{field}: files share their page", "give them a page of their own"
    if schema.get("type") != "array" or "items" in schema:
        yield f"{field}: files are an array without items", "make its type array"
    unknown = sorted(set(schema.get("x-accept", ())) - set(KINDS))
    if unknown or not schema.get("x-accept"):
        yield f"{field}: x-accept names kinds of files", f"name some of: {', '.join(KINDS)}"
    if not 1 <= schema.get("maxItems", 0) <= MOST_FILES:
        yield f"{field}: how many files at most?", f"add maxItems, 1 to {MOST_FILES}"
    if not 1 <= schema.get("x-bytes", MOST_BYTES) <= MOST_BYTES:
        yield f"{field}: x-bytes is 1 to {MOST_BYTES}", "say how large one file may be"


def _tidy(name: str, kind: str) -> str:
    """The last part of a path, without signs that hide others, ending as the file is inside."""
    last = _UNSEEN.sub("", re.split(r"[\\/]", name)[-1]).strip()[-MOST_NAME:] or "file"
    stem, _, ending = last.rpartition(".")
    known = {"pdf": ("pdf",), "jpeg": ("jpg", "jpeg"), "png": ("png",), "asice": ("asice", "bdoc")}
    return last if stem and ending.lower() in known[kind] else f"{last}.{kind}"
