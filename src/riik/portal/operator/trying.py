"""What if? A page on which a minister changes one figure of a service and sees what follows.

Only what a service keeps as data can be changed: an amount of its fee, the days within which to
decide. The provider counts; this page asks and tells, and nothing is changed by it. Pure.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from babel.numbers import get_currency_precision

import riik.portal.operator
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import Texts, later
from riik.profiles import Profile

__all__ = ["TryPage", "Wish", "not_offered", "read_amount", "read_wish"]

MOST_DAYS = 3_660
MOST_MINOR = 10**11
_FROM_LIST = later("Choose days from the list")
_DAYS = re.compile(r"[1-9][0-9]{0,3}\Z")
_AMOUNT = re.compile(r"([0-9]{1,9})(?:[.,]([0-9]{1,2}))?\Z")
_NOT_OF_NUMBERS = re.compile(r"[\s€₫]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a visitor wants to try, as it was written, and what can be asked of it.

    Attributes:
        service: Catalogue id; empty before one is chosen.
        written: The fields of the form.
        figures: ``fee`` and ``becomes``, or ``deadline``; empty when nothing is tried.
        wrong: Field and English sentence, when what was written is no figure.
    """

    service: str
    written: Mapping[str, str]
    figures: Mapping[str, int]
    wrong: Mapping[str, str]


def read_wish(query: Mapping[str, str], *, currency: str) -> Wish:
    """What the address says."""
    figures: dict[str, int] = {}
    wrong: dict[str, str] = {}
    if "service" in query and not query["service"].strip():
        wrong["service"] = later("Choose a service first")
    elif "becomes" in query:
        amount = read_amount(query["becomes"], currency=currency)
        paid = query.get("fee", "")
        if not paid.isascii() or not paid.isdecimal() or len(paid) > 11:
            wrong["fee"] = later("Choose an amount that was paid")
        elif amount is None:
            wrong["becomes"] = later("Enter an amount in figures, like 25")
        else:
            figures = {"fee": int(paid), "becomes": amount}
    elif "deadline" in query:
        days = query["deadline"]
        if _DAYS.match(days) and int(days) <= MOST_DAYS:
            figures = {"deadline": int(days)}
        else:
            wrong["deadline"] = _FROM_LIST
    return Wish(
        service=query.get("service", "").strip(), written=query, figures=figures, wrong=wrong
    )


def read_amount(text: str, *, currency: str) -> int | None:
    """An amount as people write it, in minor units: ``25``, ``25,50``, ``1.234.567 ₫``."""
    digits = get_currency_precision(currency)
    bare = _NOT_OF_NUMBERS.sub("", text.removesuffix(currency))
    if digits == 0:
        bare = re.sub(r"[.,](?=[0-9]{3})", "", bare)
    found = _AMOUNT.match(bare)
    if found is None or (digits == 0 and found[2]):
        return None
    minor = int(found[1]) * 10**digits + int((found[2] or "").ljust(digits, "0") or 0)
    return minor if minor < MOST_MINOR else None


def not_offered(wish: Wish) -> Wish:
    """The same wish after its provider refused its deadline: it offers others."""
    return replace(wish, figures={}, wrong={"deadline": _FROM_LIST})


@dataclass(frozen=True, slots=True, kw_only=True)
class TryPage:
    """Renders it.

    Attributes:
        profile: The country's.
        place: The site's name by language.
        front: The demonstration's front page; empty in earnest.
    """

    profile: Profile
    place: Mapping[str, str]
    front: str = ""
    pages: Pages = field(default_factory=lambda: Pages(riik.portal.operator))

    def render(
        self,
        wish: Wish,
        services: Sequence[Mapping[str, str]],
        told: Mapping[str, Any] | None,
        *,
        language: str,
        address: str,
    ) -> str:
        """The page in a language.

        Args:
            wish: What is tried.
            services: What there is to choose from: ``id``, ``name``.
            told: What the provider counted; None when none is chosen or it does not answer.
            language: The visitor's.
            address: Of the page, with its query.
        """
        texts, formats = self.pages.texts[language], Formats(self.profile, language)
        shell = Shell(
            language=language,
            profile=self.profile,
            address=address,
            place=self.place.get(language, ""),
            demonstration=self.front,
        )
        answers = _Answers(texts, formats, told or {})
        return self.pages.render(
            "whatif.html",
            shell,
            wish=wish,
            services=[{"value": one["id"], "title": one["name"]} for one in services],
            told=told,
            wrong={name: texts(sentence) for name, sentence in wish.wrong.items()},
            errors=[
                {"field": name, "text": texts(sentence)} for name, sentence in wish.wrong.items()
            ],
            period=answers.period(),
            fees=answers.fees(),
            fee=answers.fee(),
            deadline=answers.deadline(),
            deadlines=answers.deadlines(),
        )


@dataclass(frozen=True, slots=True)
class _Answers:
    """What a provider counted, in one language."""

    texts: Texts
    formats: Formats
    told: Mapping[str, Any]

    def period(self) -> str:
        """Over which past."""
        if not self.told:
            return ""
        texts = self.texts
        since, until = (datetime.fromisoformat(self.told[name]) for name in ("since", "until"))
        return texts(
            "Counted over the cases begun between {since} and {until}.",
            since=self.formats.date(since),
            until=self.formats.date(until),
        )

    def fees(self) -> list[dict[str, str]]:
        """The amounts to choose from."""
        return [
            {"value": str(one["amount"]), "title": self._money(one["amount"])}
            for one in self.told.get("fees", ())
        ]

    def fee(self) -> list[str]:
        """What another amount would have brought."""
        found, texts = self.told.get("fee"), self.texts
        if not found:
            return []
        if found["paid"] is None:
            return [texts("Too few paid this amount to tell without telling of somebody.")]
        paid = texts.count(
            "At least {number} case paid {amount}: {income} in all.",
            "At least {number} cases paid {amount}: {income} in all.",
            found["paid"],
            amount=self._money(found["amount"]),
            income=self._money(found["income"]),
        )
        difference = found["difference"]
        said = texts("less") if difference < 0 else texts("more")
        would = texts(
            "At {amount} it would have been {income}: {difference} {said}.",
            amount=self._money(found["becomes"]),
            income=self._money(found["would_be"]),
            difference=self._money(abs(difference)),
            said=said,
        )
        return [paid, would, texts("Provided that everybody had applied all the same.")]

    def deadline(self) -> list[str]:
        """Who would have been late."""
        found, texts = self.told.get("deadline"), self.texts
        if not found:
            return []
        if found["decided"] is None:
            return [texts("Too few decisions to tell without telling of somebody.")]
        days = texts.count("{number} day", "{number} days", found["days"])
        number = self.formats.number
        if found["late"] is None:
            # None and a few are told in the same words: the difference would be somebody.
            late = texts(
                "With {days} to decide, fewer than {least} would have been late, or none.",
                days=days,
                least=number(self.told["least"]),
            )
        else:
            late = texts(
                "With {days} to decide, at least {late} would have been late.",
                days=days,
                late=number(found["late"]),
            )
        decided = number(found["decided"])
        return [texts("At least {decided} decisions were made.", decided=decided), late]

    def deadlines(self) -> list[dict[str, str]]:
        """The deadlines to choose from."""
        return [
            {"value": str(days), "title": self.texts.count("{number} day", "{number} days", days)}
            for days in self.told.get("deadlines", ())
        ]

    def _money(self, minor: int) -> str:
        return self.formats.money(minor, self.told["currency"])
