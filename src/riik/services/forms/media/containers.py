"""Is a ZIP a signed container, and would nothing in it harm who unpacks it?

ASiC-E (EN 319 162-1 §4.3.1, §A.1). Whether its signatures hold is no matter here; that there is
one is. Programs are known by their names, which decide what a double click does, and by how they
begin. Pure.
"""

import re
import unicodedata
from typing import Final

from riik.formats.zip import Entry, Limits, ZipRefused, read_zip
from riik.services.forms.media.errors import MediaRefused

__all__ = ["check_container"]

MEDIA_TYPE: Final = b"application/vnd.etsi.asic-e+zip"
_LIMITS: Final = Limits(entries=200, content=50_000_000, ratio=50, ratio_from=2_000_000)
_LARGE: Final = frozenset({"content", "ratio", "entries", "large", "overlap"})
_SIGNATURE: Final = re.compile(r"META-INF/[^/]*signature[^/]*\.(xml|p7s)", re.IGNORECASE)
_AWAY: Final = re.compile(r"[\\:*?\"<>|]|(^|/)\.{1,2}(/|$)|^/|//")
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_BEGINS: Final = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"L\0\0\0\x01\x14\x02\0",
)
"""PE, ELF, scripts, Java, Mach-O and Windows' links."""

_PROGRAMS: Final = frozenset(
    re.split(
        r"\s+",
        "ade adp apk app appx bas bat chm cmd com command cpl deb dll dmg docm dotm exe "
        "gadget hlp hta htm html img inf ins iso jar jnlp js jse lib lnk mht mhtml msc msh "
        "msi msix msp mst one osd pif potm ppam ppsm pptm ps1 psd1 psm1 py rb reg rpm scf "
        "scr sct sh shb shs svg swf sys url vb vbe vbs vhd vhdx vxd wsc wsf wsh xhtml xlam "
        "xll xlsm xltm",
    )
)


def check_container(content: bytes) -> None:
    """Look at a signed container's files.

    Raises:
        MediaRefused: For ``broken``, ``bomb``, ``unknown-kind``, ``path``, ``program`` or
            ``unsigned``.
    """
    try:
        entries = read_zip(content, limits=_LIMITS)
    except ZipRefused as refused:
        why = "bomb" if refused.why in _LARGE else "broken"
        raise MediaRefused(str(refused), why=why) from refused
    first = entries[0]
    if first.name != "mimetype" or first.content != MEDIA_TYPE:
        raise MediaRefused("a ZIP that is no signed container", why="unknown-kind")
    for entry in entries:
        _check_name(entry.name)
        if _is_program(entry):
            raise MediaRefused("a program is in the container", why="program")
    if len({entry.name.casefold() for entry in entries}) != len(entries):
        raise MediaRefused("two files would become one", why="path")
    if not any(_SIGNATURE.fullmatch(entry.name) for entry in entries):
        raise MediaRefused("nobody signed the container", why="unsigned")


def _check_name(name: str) -> None:
    if _AWAY.search(name) or any(unicodedata.category(one) in _INVISIBLE for one in name):
        raise MediaRefused("a file would be unpacked elsewhere, or under another name", why="path")


def _is_program(entry: Entry) -> bool:
    ending = entry.name.rstrip(". ").rpartition(".")[2].lower()
    return ending in _PROGRAMS or entry.content.startswith(_BEGINS)
