"""Amounts of money: a whole number of minor units and its currency; never a float."""

from dataclasses import dataclass
from decimal import Decimal

from riik.core.errors import Refused

__all__ = ["Money", "MoneyRefused"]

_DECIMALS = {
    "EUR": 2,
    "VND": 0,
    # What may come by mistake, and is shown as what it is.
    **dict.fromkeys(("USD", "GBP", "SEK", "NOK", "DKK", "PLN", "CHF"), 2),
    **dict.fromkeys(("JPY", "KRW"), 0),
}
MOST_FIGURES = 18


class MoneyRefused(Refused):
    """An amount or a currency that can't be reckoned with."""

    code = "core.money-refused"


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """``Money("EUR", 2300)`` is 23 euros: minor units by ISO 4217."""

    currency: str
    minor: int

    def __post_init__(self) -> None:
        if self.currency not in _DECIMALS:
            raise MoneyRefused(f"no currency {self.currency} here", why="currency")

    @classmethod
    def parse(cls, text: str, currency: str) -> "Money":
        """Read an amount as `decimal` writes it: no sign, no more and no fewer places.

        Raises:
            MoneyRefused: For ``currency`` or ``amount``.
        """
        places = _DECIMALS.get(currency)
        if places is None:
            raise MoneyRefused("no such currency here", why="currency")
        whole, point, rest = text.partition(".")
        figures = whole + rest
        number = figures.isascii() and figures.isdecimal() and len(figures) <= MOST_FIGURES
        if not number or len(rest) != places or bool(point) != bool(places):
            raise MoneyRefused(f"an amount in {currency} has {places} places", why="amount")
        if not whole or (len(whole) > 1 and whole.startswith("0")):
            raise MoneyRefused("an amount begins with its first figure", why="amount")
        return cls(currency, int(figures))

    @classmethod
    def of(cls, number: Decimal, currency: str) -> "Money":
        """An exact amount from a decimal number; zeros behind may be missing or too many.

        Raises:
            MoneyRefused: For ``currency``, or ``amount``: a part of a minor unit, or no number.
        """
        places = _DECIMALS.get(currency)
        if places is None:
            raise MoneyRefused("no such currency here", why="currency")
        if not number.is_finite() or number.adjusted() >= MOST_FIGURES - places:
            raise MoneyRefused("this is no amount", why="amount")
        minor = number.scaleb(places)
        if minor != minor.to_integral_value():
            raise MoneyRefused(f"an amount in {currency} has {places} places", why="amount")
        return cls(currency, int(minor))

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise MoneyRefused("amounts of two currencies don't add", why="currencies-differ")
        return Money(self.currency, self.minor + other.minor)

    def decimal(self) -> str:
        """The amount as ISO 20022 writes it: ``23.00``, or ``115000`` for VND."""
        places = _DECIMALS[self.currency]
        if places == 0:
            return str(self.minor)
        sign, whole = ("-" if self.minor < 0 else ""), abs(self.minor)
        return f"{sign}{whole // 10**places}.{whole % 10**places:0{places}d}"
