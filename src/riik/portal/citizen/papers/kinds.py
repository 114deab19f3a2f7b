"""What a paper is: its name on somebody's disk, its media type, and what it really is inside.

Pure. Names come from providers and from strangers: a download gets a name of plain letters and a
type of this list, an upload is looked at by its first bytes (ISO 32000-1 §7.5.2, ETSI EN 319
162-1 §4.3.1, APPNOTE.TXT §4.3.7).
"""

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["OPENED", "disposition", "inside", "is_paper", "kind_of", "lies", "media_type"]

MEDIA_TYPES: Final = {
    "asice": "application/vnd.etsi.asic-e+zip",
    "ics": "text/calendar; charset=utf-8",
    "json": "application/json",
    "pdf": "application/pdf",
    "tlog-proof": "application/octet-stream",
    "txt": "text/plain; charset=utf-8",
    "xml": "application/xml",
}
OTHER: Final = "application/octet-stream"

KINDS: Final[Mapping[str, str]] = {
    "asice": "zip", "sce": "zip", "asics": "zip", "scs": "zip", "bdoc": "zip", "edoc": "zip",
    "pdf": "pdf", "p7m": "cms", "p7s": "cms", "xml": "xml", "ddoc": "xml",
}  # fmt: skip
"""What a file that ends so must be inside."""

OPENED: Final = tuple(f".{ending}" for ending in KINDS)
"""Endings that the page of checking offers to open."""

_PAPER: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}\Z")
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]+")
_BEFORE: Final = b" \t\r\n\xef\xbb\xbf"


def is_paper(name: str) -> bool:
    """Whether a name may be that of a paper; a path never is."""
    return bool(_PAPER.match(name)) and ".." not in name


def media_type(name: str) -> str:
    """The type by which a paper goes out: of this list, whatever its provider says."""
    return MEDIA_TYPES.get(name.rpartition(".")[2], OTHER)


def disposition(*parts: str) -> str:
    """``Content-Disposition`` of a download, its name of plain letters (RFC 6266 §4.3)."""
    name = "-".join(filter(None, (_UNSAFE.sub("-", part).strip("-.") for part in parts)))
    return f'attachment; filename="{name[-120:] or "file"}"'


def inside(content: bytes) -> str:
    """What a file is by its first bytes: ``zip``, ``pdf``, ``cms``, ``xml`` or nothing known."""
    if content[:4] == b"PK\x03\x04":
        return "zip"
    if b"%PDF-" in content[:1024]:
        return "pdf"
    if content[:1] == b"\x30" or content.startswith(b"-----BEGIN"):
        return "cms"
    return "xml" if content[:64].lstrip(_BEFORE)[:1] == b"<" else ""


def kind_of(name: str) -> str:
    """What a file must be by the end of its name; empty for other endings."""
    return KINDS.get(name.rpartition(".")[2].lower(), "")


def lies(name: str, content: bytes) -> bool:
    """Whether a file is something else than its name says."""
    kind = kind_of(name)
    return bool(kind) and kind != inside(content)
