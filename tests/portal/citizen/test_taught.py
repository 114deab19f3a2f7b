"""What a page says of a day or a code that was written otherwise than it can be."""

import pytest

from riik.portal.citizen.apply.answers import Given, within
from riik.portal.design.formats import Formats
from riik.portal.design.texts import read_texts
from riik.profiles import country_profile

TEXTS = read_texts("riik.portal.citizen", language="en")
EE, VN = (Formats(country_profile(one), "en") for one in ("ee", "vn"))
GENERIC = "Enter your partner's personal code"


def day(day, month, year):
    typed = {"day-day": day, "day-month": month, "day-year": year}
    question = {"field": "day", "kind": "day"}
    said = Given({}, typed, [{"field": "day", "text": "Enter a day"}])
    [error] = within([question], said, EE, TEXTS).errors
    return error["text"]


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("31", "2", "2026"), "There is no such day in the calendar. Write a day like 5, 11, 2026"),
        (("29", "2", "2027"), "There is no such day in the calendar. Write a day like 5, 11, 2026"),
        (("0", "1", "2026"), "There is no such day in the calendar. Write a day like 5, 11, 2026"),
        (("1", "1", "26"), "Write the year with four figures, like 2026"),
        (("1", "May", "2026"), "Write the day, the month and the year in figures, like 5, 11, 2026"),
        (("1", "", ""), "Write the day, the month and the year in figures, like 5, 11, 2026"),
        (("١", "1", "2026"), "Write the day, the month and the year in figures, like 5, 11, 2026"),
        (("", "", ""), "Enter a day"),
    ],
)  # fmt: skip
def test_what_is_no_day_is_told_why_and_how_it_is_written(parts, told):
    assert day(*parts) == told


def partner(code, formats=EE):
    question = {"field": "partner", "kind": "person", "error": GENERIC}
    content = {"partner": code} if code else {}
    return [one["text"] for one in within([question], Given(content, {}), formats, TEXTS).errors]


@pytest.mark.parametrize(
    ("code", "formats", "told"),
    [
        ("4900", EE, "A personal code is 11 digits, like 38001019903"),
        ("Liis Kask", EE, "A personal code is 11 digits, like 38001019903"),
        ("380010199033", EE, "A personal code is 11 digits, like 38001019903"),
        ("EE3800101990", EE, "A personal code is 11 digits, like 38001019903"),
        ("38001019904", EE, "These digits make no personal code"),
        ("98001019903", EE, "These digits make no personal code"),
        ("38002319903", EE, "These digits make no personal code"),
        ("38001019903", VN, "A personal code is 12 digits, like 001190999001"),
        ("901190999001", VN, "These digits make no personal code"),
    ],
)
def test_what_is_no_personal_code_is_told_why_and_how_it_is_written(code, formats, told):
    [text] = partner(code, formats)
    assert text.startswith(told)


@pytest.mark.parametrize(
    "code", ["38001085718", "EE38001085718", "380 0108 5718", "LV320010199033", ""]
)
def test_what_may_be_a_code_is_left_to_the_provider(code):
    assert partner(code) == []
