"""The papers that drawn residents have: identity card, certificate, course, licence."""

from datetime import date, timedelta
from typing import Any, Final

from riik.core import years_between
from riik.demo.population.dice import Dice
from riik.demo.population.portraits import as_data_uri, portrait, signature

__all__ = ["Papers"]

YEAR: Final = timedelta(days=365)
Records = dict[str, list[tuple[dict[str, Any], date]]]


class Papers:
    """Draws papers for one country's residents, numbers without a gap."""

    def __init__(self, country: str, *, dice: Dice, today: date) -> None:
        """Begin with the first numbers."""
        self._country = country
        self._dice = dice
        self._today = today
        self._number = 0

    def of(self, *, name: str, sex: str, birth_date: date, code: str) -> Records:
        """The papers of one person, by register, each with the day from which it holds."""
        self._number += 1
        age = years_between(birth_date, self._today)
        photo_date = max(birth_date, self._today - timedelta(days=self._dice.between(30, 2500)))
        photo = as_data_uri(
            portrait(
                code,
                sex=sex,
                age=years_between(birth_date, photo_date),
                country=self._country,
                year=photo_date.year,
            )
        )
        records: Records = {"identity-documents": [self._card(name, code, age, photo, photo_date)]}
        if age >= 18 and self._dice.chance(66 if age < 75 else 38):
            self._drive(records, birth_date, age, photo=photo, photo_date=photo_date)
        elif 17 <= age < 30 and self._dice.chance(30):
            records["driving-training"] = [
                self._course(self._today - timedelta(days=90), learnt=False)
            ]
        return records

    def _card(
        self, name: str, code: str, age: int, photo: str, photo_date: date
    ) -> tuple[dict[str, Any], date]:
        issued = photo_date
        until = issued + (10 if self._country == "vn" and age > 24 else 5) * YEAR
        values = {
            "number": f"XD{self._number:07d}",
            "kind": "id-card",
            "issued_on": issued.isoformat(),
            "valid_until": until.isoformat(),
            "status": "valid" if until > self._today else "expired",
            "photo": photo,
            "photo_date": photo_date.isoformat(),
            "signature": self._signature(name, code) if age > 6 else None,
        }
        return values, issued

    def _signature(self, name: str, code: str) -> str | None:
        """A sample of the signature; a Vietnamese card bears none (Law on Identity 26/2023)."""
        return None if self._country == "vn" else as_data_uri(signature(name, seed=code))

    def _drive(
        self, records: Records, birth_date: date, age: int, *, photo: str, photo_date: date
    ) -> None:
        """Certificate, licence and, for the young, the course they came from."""
        categories = ["B"]
        if self._dice.chance(12):
            categories = ["A", *categories]
        heavy = age >= 25 and self._dice.chance(9)
        if heavy:
            categories += ["C"] if self._dice.chance(70) else ["C", "D"]
        years = 5 if heavy or age >= 65 else 10
        came_of_age = birth_date + 18 * YEAR + timedelta(days=5)
        since = min(max(came_of_age, self._today - years * YEAR), self._today)
        issued = since + timedelta(days=self._dice.below(max(1, (self._today - since).days)))
        if self._dice.chance(10):
            # Many run out in the next months: for them the state has an offer.
            soon = self._today - years * YEAR + timedelta(days=self._dice.between(3, 90))
            issued = max(since, soon)
        records["driving-rights"] = [
            (self._licence(categories, issued, issued + years * YEAR, photo, photo_date), issued)
        ]
        if self._dice.chance(82):
            records["medical-certificates"] = [self._certificate(age, heavy=heavy)]
        if (self._today - issued).days < 900 and age < 30:
            records["driving-training"] = [self._course(issued - timedelta(days=200), learnt=True)]

    def _licence(
        self, categories: list[str], issued: date, until: date, photo: str, photo_date: date
    ) -> dict[str, Any]:
        status = self._dice.weighted((("valid", 965), ("suspended", 20), ("lost", 15)))
        if until <= self._today:
            status = "expired"
        values: dict[str, Any] = {
            "licence_number": self._licence_number(),
            "categories": categories,
            "category_terms": [
                {"category": name, "from": issued.isoformat(), "until": until.isoformat()}
                for name in categories
            ],
            "restrictions": ["01"] if self._dice.chance(22) else [],
            "issued_on": issued.isoformat(),
            "valid_until": until.isoformat(),
            "status": status,
            "photo": photo,
            "photo_date": photo_date.isoformat(),
        }
        if status == "suspended":
            began = max(issued, self._today - timedelta(days=self._dice.between(1, 80)))
            values["suspended_from"] = began.isoformat()
            values["suspended_until"] = (began + timedelta(days=180)).isoformat()
        return values

    def _licence_number(self) -> str:
        """Letters and digits; in Vietnam twelve digits, of a province that there is not."""
        if self._country == "vn":
            return f"99{self._number:010d}"
        return f"XD{self._number:06d}"

    def _certificate(self, age: int, *, heavy: bool) -> tuple[dict[str, Any], date]:
        issued = self._today - timedelta(days=self._dice.between(5, 1600))
        years = 5 if heavy or age >= 65 else 10
        values = {
            "number": f"TT-{self._number:06d}",
            "group": 2 if heavy else 1,
            "issued_on": issued.isoformat(),
            "valid_until": (issued + years * YEAR).isoformat(),
            "restrictions": ["01"] if self._dice.chance(24) else [],
            "fit": True,
            "doctor": f"D{self._dice.between(90001, 90040)}",
        }
        return values, issued

    def _course(self, began: date, *, learnt: bool) -> tuple[dict[str, Any], date]:
        values: dict[str, Any] = {
            "course": f"B-{began.year}-{self._number:05d}",
            "category": "B",
            "started_on": began.isoformat(),
            "theory_hours": 28 if learnt else self._dice.between(4, 28),
            "driving_hours": self._dice.between(28, 44) if learnt else self._dice.between(0, 20),
        }
        if learnt:
            values |= {
                "finished_on": (began + timedelta(days=150)).isoformat(),
                "theory_exam": "passed",
                "theory_exam_on": (began + timedelta(days=160)).isoformat(),
                "driving_exam": "passed",
                "driving_exam_on": (began + timedelta(days=185)).isoformat(),
            }
        return values, began
