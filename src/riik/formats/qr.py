"""QR codes (ISO/IEC 18004): text in, dark and light modules out.

The encoder is `segno`; what this adds is one way of asking for it, and a clear no to what is too
long for people's telephones.
"""

from typing import Final, Literal

import segno

from riik.core import Refused

__all__ = ["MOST_BYTES", "QrRefused", "qr_modules"]

MOST_BYTES: Final = 1_200
"""Such a code has 117 to 173 modules a side: as fine as a printed page carries."""


class QrRefused(Refused):
    """This can't be put into a QR code: ``empty``, or ``long``."""

    code = "formats.qr-refused"


def qr_modules(
    text: str, *, correction: Literal["L", "M", "Q", "H"] = "M", mask: int | None = None
) -> tuple[str, ...]:
    """The rows of a QR code, ``1`` for a dark module and ``0`` for a light one, without margin.

    Args:
        text: What the code says, as UTF-8.
        correction: How much of the code may be damaged: 7, 15, 25 or 30 in a hundred. Screens need
            ``M``, paper that is folded ``Q``.
        mask: Number of the pattern to lay over it, 0 to 7; the best of all (§7.8.3) when not given,
            which takes five times as long.

    Raises:
        QrRefused: Nothing to say (``empty``), or more than 1,200 bytes (``long``).
    """
    if not text:
        raise QrRefused("a QR code has to say something", why="empty")
    if len(text.encode()) > MOST_BYTES:
        raise QrRefused(f"more than {MOST_BYTES} bytes don't fit a readable QR code", why="long")
    code = segno.make_qr(text, error=correction, boost_error=False, encoding="utf-8", mask=mask)
    return tuple("".join("1" if module & 1 else "0" for module in row) for row in code.matrix)
