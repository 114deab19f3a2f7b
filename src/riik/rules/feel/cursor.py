"""A place in the tokens of an expression, and the ways to move on from it."""

from typing import NoReturn

from riik.rules.errors import SyntaxRefused
from riik.rules.feel.tokens import Token, tokenize

__all__ = ["Cursor"]


class Cursor:
    """Reads tokens in order; what doesn't fit is refused with its place."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.tokens = tokenize(source)
        self.position = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self.tokens[self.position]

    def next(self) -> Token:
        """Read it."""
        token = self.tokens[self.position]
        if token.kind != "end":
            self.position += 1
        return token

    def sees(self, *texts: str) -> bool:
        """Is it one of these words or signs?"""
        token = self.tokens[self.position]
        return token.text in texts and token.kind in ("symbol", "word")

    def take(self, text: str) -> bool:
        """Read it if it is this."""
        found = self.sees(text)
        self.position += found
        return found

    def need(self, text: str) -> None:
        """Read it; it must be this."""
        if not self.take(text):
            self.refuse(f"{text!r} is missing")

    def refuse(self, message: str) -> NoReturn:
        """Say what is wrong here."""
        raise SyntaxRefused(
            f"{message}: {self.source.strip()[:80]}", why="grammar", at=self.token.start
        )

    def finish(self) -> None:
        """Nothing more may follow."""
        if self.token.kind != "end":
            self.refuse(f"{self.token.text!r} is too much")
