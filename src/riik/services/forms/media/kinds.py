"""What a file is by its bytes, and whether it is safe to keep: its name is nobody's proof.

PDF (ISO 32000-1 §7.5), JPEG (ITU-T T.81 §B.1), PNG (ISO 15948 §5, §11.2.2), ASiC-E (EN 319 162-1
§4.3.1). Pure: bytes in, a kind or a refusal out.
"""

from collections.abc import Callable, Mapping
from typing import Final

from riik.services.forms.media.containers import check_container
from riik.services.forms.media.errors import MediaRefused
from riik.services.forms.media.pictures import check_jpeg, check_png
from riik.services.forms.media.portable import check_pdf, is_pdf

__all__ = ["KINDS", "MEDIA_TYPES", "kind_inside"]

MEDIA_TYPES: Final[Mapping[str, str]] = {
    "pdf": "application/pdf",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "asice": "application/vnd.etsi.asic-e+zip",
}
KINDS: Final = tuple(MEDIA_TYPES)

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_ZIP_END: Final = b"PK\x05\x06"
_ZIP_TAIL: Final = 65_557
"""Readers of ZIP look for its directory from the end, past a comment (APPNOTE §4.3.16)."""


def kind_inside(content: bytes) -> str:
    """What a file is: one of `KINDS`.

    Raises:
        MediaRefused: For ``empty``, ``unknown-kind``, ``broken``, ``locked`` (nobody could read
            it), ``acts`` (it would run or fetch something), ``attached`` and ``program`` (what
            is inside could be run), ``two-kinds`` (another program would open something else),
            ``path`` (it would unpack elsewhere), ``unsigned`` or ``bomb`` (small outside, huge
            inside).
    """
    if not content:
        raise MediaRefused("the file is empty", why="empty")
    for kind, (begins, check) in _LOOKS.items():
        if begins(content):
            if kind != "asice" and _ZIP_END in content[-_ZIP_TAIL:]:
                raise MediaRefused("the file is a ZIP as well", why="two-kinds")
            check(content)
            return kind
    raise MediaRefused("this is no kind of file that is taken", why="unknown-kind")


_Look = tuple[Callable[[bytes], bool], Callable[[bytes], None]]
_LOOKS: Final[Mapping[str, _Look]] = {
    "pdf": (is_pdf, check_pdf),
    "jpeg": (lambda content: content.startswith(b"\xff\xd8\xff"), check_jpeg),
    "png": (lambda content: content.startswith(_PNG), check_png),
    "asice": (lambda content: content.startswith(b"PK\x03\x04"), check_container),
}
