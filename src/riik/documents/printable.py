"""Which signs a letter can print: one rule for whoever takes a text, and for the press.

ISO 14289-1 §7.21 wants a glyph for every sign that is shown. What other machines' fonts have is
unknown, so the rule is what the fonts inside the press have everywhere: Latin with Estonian and
Vietnamese, Greek, Cyrillic, punctuation, currencies, plain arrows and signs of arithmetic. Signs
that show nothing or turn the direction of a line (controls, formats) are none of a letter. Pure.
"""

import re
import unicodedata

__all__ = ["REPLACEMENT", "printed", "unprintable"]

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_LAYOUT = "\n\t"
_KNOWN = re.compile(
    "[ -~\u00a0-\u024f\u02c6-\u02dd\u0300-\u0331\u0370-\u03ff\u0400-\u045f\u1e00-\u1eff"
    "\u2010-\u2027\u2030-\u203a\u2044\u2070-\u209c\u20a0-\u20bf\u2116\u2122\u2126"
    "\u2190-\u2199\u2200-\u2265\u25a0-\u25ff\u2713\ufffd]"
)
_SHOWS_NOTHING = frozenset(("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"))


def unprintable(text: str) -> tuple[str, ...]:
    """The signs of a text that no letter can print, each once, in their order.

    A sign that can't be shown on a screen either is told by its number: ``U+F0B7``.
    """
    found = dict.fromkeys(sign for sign in _composed(text) if not _prints(sign))
    return tuple(
        f"U+{ord(sign):04X}" if unicodedata.category(sign) in _SHOWS_NOTHING else sign
        for sign in found
    )


def printed(text: str) -> str:
    """The text as a letter prints it: U+FFFD stands where a sign can't be printed."""
    return "".join(sign if _prints(sign) else REPLACEMENT for sign in _composed(text))


def _composed(text: str) -> str:
    """One sign for a letter and its marks, where there is one: fonts have more of those."""
    return unicodedata.normalize("NFC", text)


def _prints(sign: str) -> bool:
    if sign in _LAYOUT:
        return True
    return bool(_KNOWN.match(sign)) and unicodedata.category(sign) not in _SHOWS_NOTHING
