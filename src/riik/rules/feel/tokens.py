"""Tokens of FEEL, and names made of several of them.

DMN 1.5 §10.3.1.2 grammar rules 26–33 (names), 33–37 (literals), 62–66 (white space and
comments). A name may hold spaces and operators (``date and time``, ``a-b``): which words
belong together is known only from the names in scope, so `Names` finds the longest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from riik.rules.errors import SyntaxRefused

__all__ = ["Names", "Token", "split_name", "tokenize"]

MOST_CHARACTERS = 60_000

_SPACE = "\\s\u1680\u180e\u200b\ufeff"
_PART = "\\w?\u00b7\u0300-\u036f\u203f-\u2040\u2190-\u2bff\U00010000-\U000effff"
_TOKEN = re.compile(
    rf"(?P<skip>[{_SPACE}]+|//[^\n]*|/\*(?:[^*]|\*(?!/))*\*/)"
    r"|(?P<number>(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)"
    r'|(?P<string>@?"(?:[^"\\]|\\.)*")'
    rf"|(?P<word>(?!\d)[{_PART}]+)"
    r"|(?P<symbol>\.\.|\*\*|<=|>=|!=|->|[-+*/.,:;(){}\[\]<>='])",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_PLAIN = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}
_SURROGATES = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Token(NamedTuple):
    """One token; ``start`` and ``end`` are characters of the source, from 0."""

    kind: str
    text: str
    start: int
    end: int


def tokenize(source: str) -> list[Token]:
    """Cut an expression into tokens; the last one is of the kind ``end``.

    Raises:
        SyntaxRefused: For ``too-long`` or ``character``.
    """
    if len(source) > MOST_CHARACTERS:
        raise SyntaxRefused("this expression is too long", why="too-long", most=MOST_CHARACTERS)
    tokens, position = [], 0
    while position < len(source):
        found = _TOKEN.match(source, position)
        if found is None:
            raise SyntaxRefused(
                f"FEEL has no use for {source[position]!r} here", why="character", at=position
            )
        if found.lastgroup != "skip":
            tokens.append(Token(str(found.lastgroup), found[0], position, found.end()))
        position = found.end()
    tokens.append(Token("end", "", position, position))
    return tokens


def unescape(literal: str) -> str:
    """The text between the quotes of a string literal (grammar rule 35 and 64).

    Raises:
        SyntaxRefused: For ``escape``.
    """

    def character(found: re.Match[str]) -> str:
        short, long, plain = found.groups()
        if plain is None:
            code = int(short or long, 16)
            if code > 0x10FFFF:
                raise SyntaxRefused("there is no such character", why="escape")
            return chr(code)
        # Patterns are written with single backslashes: "\s" stays what it is.
        return _PLAIN.get(plain, found[0])

    text = _ESCAPE.sub(character, literal[1:-1])
    return _SURROGATES.sub(
        lambda pair: pair[0].encode("utf-16", "surrogatepass").decode("utf-16"), text
    )


def split_name(name: str) -> tuple[str, ...]:
    """The tokens of a declared name; white space in it doesn't count."""
    return tuple(token.text for token in tokenize(name)[:-1])


@dataclass(frozen=True, slots=True)
class Names:
    """Names that may be meant at a place in the source, with those around it."""

    by_first: dict[str, list[tuple[tuple[str, ...], str]]]
    around: "Names | None" = None

    @classmethod
    def of(cls, names: Iterable[str], around: "Names | None" = None) -> "Names":
        """Names of one scope, in front of the scope ``around`` it."""
        made = cls({}, around)
        for name in names:
            made.add(name)
        return made

    def add(self, name: str) -> None:
        """One more name, while a scope is being read; one that no token can begin is left."""
        try:
            parts = split_name(name)
        except SyntaxRefused:
            return
        if parts:
            known = self.by_first.setdefault(parts[0], [])
            if (parts, name) not in known:
                known.append((parts, name))

    def longest(self, tokens: Sequence[Token], position: int) -> tuple[str, int] | None:
        """The longest name that begins at ``position`` and its number of tokens."""
        found: tuple[str, int] | None = None
        scope: Names | None = self
        while scope is not None:
            for parts, name in scope.by_first.get(tokens[position].text, ()):
                longer = found is None or len(parts) > found[1]
                if longer and _begins(tokens, position, parts):
                    found = (name, len(parts))
            scope = scope.around
        return found


def _begins(tokens: Sequence[Token], position: int, parts: tuple[str, ...]) -> bool:
    if position + len(parts) > len(tokens):
        return False
    return all(
        tokens[position + step].text == part and tokens[position + step].kind != "string"
        for step, part in enumerate(parts)
    )
