"""How names, days, amounts and sizes are written for one visitor, as LOOK's tables say.

Words and numerals follow the visitor's language, names and the clock follow the country's
profile: an Estonian date in Vietnamese is ``03/11/2026``, but the name keeps its order.
No-break spaces hold together what belongs together. Pure; data of CLDR come from Babel.
"""

import re
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812 - `date` is a method here
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_currency, format_decimal, get_currency_precision

from riik.portal.design.texts import LOCALES
from riik.profiles import Name, Profile, in_small_letters

__all__ = ["Formats"]

NBSP: Final = "\N{NO-BREAK SPACE}"

# Patterns of CLDR, but no-break spaces hold a day to its month, and Vietnamese months are figures.
LONG: Final = {
    "et": f"d.{NBSP}MMMM y",
    # As forms and registers write it; it also stands after the word "ngày" in a sentence.
    "vi": "dd/MM/y",
    "en": f"d{NBSP}MMMM y",
}
SHORT: Final = {"et": f"d.{NBSP}MMM y", "vi": "dd/MM/y", "en": f"d{NBSP}MMM y"}
DAY: Final = {"et": f"d.{NBSP}MMMM", "vi": f"d{NBSP}'tháng'{NBSP}M", "en": f"d{NBSP}MMMM"}
# Genitives, to which the endings of the other cases are added.
MONTHS: Final = (
    "jaanuari", "veebruari", "märtsi", "aprilli", "mai", "juuni",
    "juuli", "augusti", "septembri", "oktoobri", "novembri", "detsembri",
)  # fmt: skip
CLOCK: Final = {"et": "{0:%H}.{0:%M}", "vi": "{0:%H}:{0:%M}", "en": "{0:%H}:{0:%M}"}
TODAY: Final = {"et": "Täna", "vi": "Hôm nay", "en": "Today"}
YESTERDAY: Final = {"et": "Eile", "vi": "Hôm qua", "en": "Yesterday"}
ISO_DAY: Final = re.compile(r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b")
VI_SUNDAY, SUNDAY = "Chủ nhật", 6
TYPED_DAY: Final = re.compile(r"([0-9]{1,2})[./-]\s?([0-9]{1,2})[./-]\s?([0-9]{4})")
UNITS: Final = ("kB", "MB", "GB")
MORNING, NOON, EVENING = 5, 12, 18


@dataclass(frozen=True)
class Formats:
    """What a template knows as ``fmt``.

    Attributes:
        profile: The country's.
        language: The visitor's.
        zone: The time zone; the country's when empty.
    """

    profile: Profile
    language: str
    zone: str = ""

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone or self.profile.dates["zone"])

    @property
    def _locale(self) -> Locale:
        return LOCALES[self.language]

    def date(self, day: Day) -> str:
        """A day with its year: ``3. november 2026``."""
        return self._dated(day, LONG)

    def short(self, day: Day) -> str:
        """A day with its year, for narrow places: ``3 Nov 2026``."""
        return self._dated(day, SHORT)

    def typed(self, day: Day) -> str:
        """A day as people of the country type it: ``30.11.2026``, ``30/11/2026``."""
        return format_date(day, self.profile.dates["short"], locale=self._locale)

    def read_day(self, text: str) -> Day:
        """A typed day, the day first as the country writes it, or the year first.

        Raises:
            ValueError: It is no day of the calendar.
        """
        found = TYPED_DAY.fullmatch(text.strip())
        if found is None:
            return Day.fromisoformat(text.strip())
        day, month, year = (int(part) for part in found.groups())
        return Day(year, month, day)

    def law(self, law: str) -> str:
        """A law of the country, or an article of one, by its name in the visitor's language."""
        for known in sorted(self.profile.laws.values(), key=lambda one: -len(one.id)):
            if law == known.id or law.startswith(f"{known.id} "):
                return known.names.get(self.language, known.id) + law.removeprefix(known.id)
        return law

    def days_in(self, text: str) -> str:
        """A text in which days stand as registers write them: ``B, 2036-12-01``."""
        return ISO_DAY.sub(lambda found: self.short(Day.fromisoformat(found[0])), text)

    def day(self, day: Day) -> str:
        """A day without its year: ``3 November``."""
        return self._dated(day, DAY)

    def weekday(self, day: Day) -> str:
        """A day with its weekday, for the middle of a sentence: ``Wednesday, 11 November``."""
        here = self.here(day).date() if isinstance(day, datetime) else day
        name: str = format_date(here, "EEEE", locale=self._locale)
        # Vietnamese weekdays are small in a sentence: "thứ Tư", but "Chủ nhật".
        if self.language == "vi":
            name = VI_SUNDAY if here.weekday() == SUNDAY else name[0].lower() + name[1:]
        return f"{name}, {self.day(here)}"

    def on(self, day: Day, *, weekday: bool = False, year: bool = False) -> str:
        """A day on which something happens, in the form that a sentence wants: ``3. novembril``."""
        return self._declined(day, "l", weekday=weekday, year=year)

    def by(self, day: Day, *, weekday: bool = False, year: bool = False) -> str:
        """A day by which something is done: ``11. novembriks``; English adds its own ``by``."""
        return self._declined(day, "ks", weekday=weekday, year=year)

    def until(self, day: Day, *, weekday: bool = False, year: bool = False) -> str:
        """The last day of something: ``30. novembrini``."""
        return self._declined(day, "ni", weekday=weekday, year=year)

    def since(self, day: Day, *, weekday: bool = False, year: bool = False) -> str:
        """The first day of something: ``3. novembrist``."""
        return self._declined(day, "st", weekday=weekday, year=year)

    def at(self, moment: datetime) -> str:
        """Day and time within a sentence: ``3. novembril kell 10.44``, ``10:44 on 3 November``."""
        pattern = {
            "et": "{on} kell" + NBSP + "{time}",
            "vi": "{time} ngày" + NBSP + "{on}",
            "en": "{time} on {on}",
        }[self.language]
        return pattern.format(on=self.on(moment), time=self.time(moment))

    def time(self, moment: datetime) -> str:
        """Hours and minutes in the country's zone: ``10.44`` in Estonian."""
        return CLOCK[self.language].format(self.here(moment))

    def clock(self, moment: datetime) -> str:
        """Hours, minutes and seconds, for logs and tables: ``10:44:07``."""
        return f"{self.here(moment):%H:%M:%S}"

    def moment(self, moment: datetime) -> str:
        """Day and time, the year only by `date`: ``3 November, 10:44``."""
        return f"{self.day(moment)}, {self.time(moment)}"

    def recent(self, moment: datetime, *, now: datetime) -> str:
        """``Today, 11:20``, ``Yesterday, 09:05``, a day and time, or a day of another year."""
        then, today = self.here(moment).date(), self.here(now).date()
        if then == today:
            return f"{TODAY[self.language]}, {self.time(moment)}"
        if then == today - timedelta(days=1):
            return f"{YESTERDAY[self.language]}, {self.time(moment)}"
        return self.moment(moment) if then.year == today.year else self.short(moment)

    def iso(self, moment: Day) -> str:
        """For ``<time datetime>``: a date, or a moment in the country's zone, to the second."""
        if isinstance(moment, datetime):
            return self.here(moment).isoformat(timespec="seconds")
        return moment.isoformat()

    def money(self, minor: int, currency: str = "") -> str:
        """An amount in minor units: ``23,00 €``, ``23.00 €``, ``1.234.567 ₫``."""
        code = currency or self.profile.currency
        digits = get_currency_precision(code)
        pattern = f"#,##0{'.' if digits else ''}{'0' * digits}{NBSP}¤"
        return format_currency(
            Decimal(minor).scaleb(-digits), code, format=pattern, locale=self._locale
        )

    def price(self, minor: int, currency: str = "") -> str:
        """An amount in a price list: without cents where there are none, ``23 €``."""
        code = currency or self.profile.currency
        whole, rest = divmod(minor, 10 ** get_currency_precision(code))
        if rest:
            return self.money(minor, code)
        pattern = f"#,##0{NBSP}¤"
        return format_currency(
            Decimal(whole), code, format=pattern, locale=self._locale, currency_digits=False
        )

    def number(self, number: float | Decimal) -> str:
        """A number with the language's separators."""
        return format_decimal(number, locale=self._locale)

    def size(self, size: int) -> str:
        """Bytes as people read them: ``84 kB``."""
        if size < 1000:
            return f"{self.number(size)}{NBSP}B"
        value = float(size)
        for unit in UNITS:
            value /= 1000
            if value < 1000 or unit == UNITS[-1]:
                break
        digits = "#,##0.0" if value < 10 else "#,##0"
        return f"{format_decimal(value, format=digits, locale=self._locale)}{NBSP}{unit}"

    def name(self, given: str, family: str, middle: str = "") -> str:
        """A person's name in the country's order, as people write it."""
        shown = self.profile.display_name(Name(family=family, given=given, middle=middle))
        return in_small_letters(shown)

    def called(self, given: str, family: str = "", middle: str = "") -> str:
        """The part of a name by which the country speaks to people."""
        parts = {"given": given, "family": family, "middle": middle}
        return in_small_letters(parts[self.profile.called])

    def initials(self, name: str) -> str:
        """At most two letters of a shown name: those that tell people apart."""
        words = name.split()
        if len(words) < 2:
            return name[:1].upper()
        # Where the family stands first, nearly everyone shares its first letter.
        first = words[-2] if self.profile.display[0] == "family" else words[0]
        return f"{first[0]}{words[-1][0]}".upper()

    def greeting(
        self, given: str, family: str = "", middle: str = "", *, sex: str = "", hour: int = -1
    ) -> str:
        """A greeting by name: ``Good morning, Liis``, ``Tere, Liis``, ``Chào chị Tuyết``.

        Args:
            given: Given name.
            family: Family name.
            middle: Middle name, where the country has one.
            sex: ``F`` or ``M`` as a register says; Vietnamese says ``bạn`` without it.
            hour: Of the country's clock; English says ``Hello`` without it.
        """
        called = self.called(given, family, middle)
        if self.language == "et":
            return f"Tere, {called}"
        if self.language == "vi":
            word = {"F": "chị", "M": "anh"}.get(sex, "bạn")
            return f"Chào {word}{NBSP}{called}"
        return f"{_time_of_day(hour)}, {called}"

    def here(self, moment: datetime) -> datetime:
        """The moment on the country's clock."""
        return moment.astimezone(self._zone)

    def _declined(self, day: Day, ending: str, *, weekday: bool, year: bool) -> str:
        """A day as a sentence needs it: Estonian endings say what English says with a word."""
        here = self.here(day).date() if isinstance(day, datetime) else day
        if self.language != "et":
            shown = self.weekday(here) if weekday else self.day(here)
            return (
                f"{shown}{' năm ' if self.language == 'vi' else ' '}{here.year}" if year else shown
            )
        shown = f"{here.day}.{NBSP}{MONTHS[here.month - 1]}{ending}"
        if weekday:
            name: str = format_date(here, "EEEE", locale="et")
            # Six days are a "päev", whose genitive ends in a; Friday is "reede" in both.
            shown = f"{name}{'a' if name.endswith('päev') else ''}{ending}, {shown}"
        return f"{shown} {here.year}" if year else shown

    def _dated(self, day: Day, patterns: dict[str, str]) -> str:
        if isinstance(day, datetime):
            day = self.here(day).date()
        shown: str = format_date(day, patterns[self.language], locale=self._locale)
        return shown


def _time_of_day(hour: int) -> str:
    if hour < MORNING:  # not known, or night: neither evening nor morning to everybody
        return "Hello"
    if hour < NOON:
        return "Good morning"
    return "Good afternoon" if hour < EVENING else "Good evening"
