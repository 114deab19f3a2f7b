"""What drawn residents own: their home, and for many of them a car or a motorcycle."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

from riik.demo.population.dice import Dice

__all__ = ["Belongings"]

YEAR: Final = timedelta(days=365)
MAKES: Final = (("Volta", "Laps"), ("Volta", "Tuul"), ("Sinine", "Rand"), ("Sinine", "Mets"))
"""Makes and models that nobody builds."""

LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
Records = dict[str, list[tuple[dict[str, Any], date]]]


class Belongings:
    """Draws homes and vehicles for one country's residents; each home has one owner at most."""

    def __init__(self, country: str, *, dice: Dice, today: date) -> None:
        """Begin with the first plate."""
        self._country = country
        self._dice = dice
        self._today = today
        self._number = 0
        self._owned: set[str] = set()

    def of(self, *, home: Mapping[str, str], age: int) -> Records:
        """The belongings of one person, by register, each with the day from which it holds."""
        if age < 18:
            return {}
        records: Records = {}
        if home["code"] not in self._owned and self._dice.chance(70):
            self._owned.add(home["code"])
            records["dwellings"] = [self._dwelling(home)]
        if self._dice.chance(45):
            records["vehicles"] = [self._vehicle()]
        return records

    def _dwelling(self, home: Mapping[str, str]) -> tuple[dict[str, Any], date]:
        since = self._today - timedelta(days=self._dice.between(30, 9000))
        values = {
            "code": home["code"],
            "address": dict(home),
            "use": "dwelling",
            "share": "sole" if self._dice.chance(80) else "joint",
            "area": self._dice.between(28, 180),
            "since": since.isoformat(),
            "status": "habitable",
        }
        return values, since

    def _vehicle(self) -> tuple[dict[str, Any], date]:
        self._number += 1
        made = self._today - timedelta(days=self._dice.between(200, 6000))
        since = made + timedelta(days=self._dice.below((self._today - made).days))
        rides = self._country == "vn" and self._dice.chance(80)
        make, model = self._dice.one_of(MAKES)
        values = {
            "plate": self._plate(),
            "vin": f"XX0RK00ZZ0{self._number:07d}",
            "category": "L3e" if rides else self._dice.weighted((("M1", 88), ("N1", 12))),
            "make": make,
            "model": model,
            "power": self._dice.between(6, 12) if rides else self._dice.between(45, 160),
            "first_registered": made.isoformat(),
            "owner_since": since.isoformat(),
            "inspection_until": self._day(-90, 700),
            "tax_paid_until": self._day(-20, 300),
            "lock": self._dice.weighted((("none", 96), ("bailiff", 2), ("pledge", 2))),
            "status": "in-use",
        }
        return values, since

    def _day(self, least: int, most: int) -> str:
        return (self._today + timedelta(days=self._dice.between(least, most))).isoformat()

    def _plate(self) -> str:
        """A number of a series that no country gives out."""
        if self._country == "vn":
            return f"00-X9{self._number:05d}"
        first, rest = divmod(self._number, 900)
        return f"{100 + rest}X{LETTERS[first % len(LETTERS)]}Q"
