"""Every text of every room in every language, and which of them a visitor gets."""

import re
from pathlib import Path

import pytest
from markupsafe import Markup
from tests.portal.words import DESIGN, SOURCE, rooms, speaking, used

from riik.portal.design.texts import (
    LANGUAGES,
    Texts,
    choose_language,
    read_catalogue,
    read_texts,
)

OTHERS = [code for code in LANGUAGES if code != "en"]
FORMS = {"et": 2, "vi": 1}
ROOMS = [(room, language) for room in rooms() for language in OTHERS]
ids = {"ids": lambda value: value.name if isinstance(value, Path) else value}


def catalogue(room, language):
    name = ".".join(("riik", *room.relative_to(SOURCE).parts))
    return read_catalogue(name, language=language)


def owned(room):
    """What a room says and the design doesn't."""
    texts, pairs = used(room)
    if room == DESIGN:
        return texts, pairs
    shared, counted = used(DESIGN)
    return texts - shared, pairs - counted


def values(text):
    return sorted(set(re.findall(r"\{\w+\}", text)))


def tags(text):
    return sorted(re.findall(r"</?\w+", text))


def test_every_room_that_speaks_has_its_catalogues():
    assert {room for room in speaking() if room not in rooms()} == set()


@pytest.mark.parametrize(("room", "language"), ROOMS, **ids)
def test_every_text_is_translated_and_no_other(room, language):
    texts, _ = owned(room)
    have = set(catalogue(room, language).translations)
    assert (sorted(texts - have), sorted(have - texts)) == ([], [])


@pytest.mark.parametrize(("room", "language"), ROOMS, **ids)
def test_every_plural_has_the_forms_of_its_language(room, language):
    _, pairs = owned(room)
    plurals = catalogue(room, language).plurals
    assert set(plurals) == {one for one, _ in pairs}
    assert {len(forms) for forms in plurals.values()} <= {FORMS[language]}


@pytest.mark.parametrize(("room", "language"), ROOMS, **ids)
def test_a_translation_has_the_same_values_and_tags(room, language):
    for text, translated in catalogue(room, language).translations.items():
        assert (values(text), tags(text)) == (values(translated), tags(translated)), text


@pytest.mark.parametrize(("room", "language"), ROOMS, **ids)
def test_a_plural_s_last_form_has_the_same_values(room, language):
    many = dict(owned(room)[1])
    for one, forms in catalogue(room, language).plurals.items():
        assert values(many[one]) == values(forms[-1]), one


COUNTS = [
    ("en", 0, "0 looks"),
    ("en", 1, "one look"),
    ("en", 1234, "1,234 looks"),
    ("et", 1, "üks pilk"),
    ("et", 0, "0 pilku"),
    ("et", 12345, "12\N{NO-BREAK SPACE}345 pilku"),
    ("vi", 1, "1 lượt xem"),
    ("vi", 5, "5 lượt xem"),
]


@pytest.mark.parametrize(("language", "number", "said"), COUNTS)
def test_things_are_counted_as_the_language_does(language, number, said):
    forms = {"et": ("üks pilk", "{number} pilku"), "vi": ("{number} lượt xem",)}
    known = {"one look": forms[language]} if language in forms else {}
    texts = Texts(language, {}, known)
    assert texts.count("one look", "{number} looks", number) == said


def test_a_value_is_escaped_where_tags_count():
    texts = Texts("en", {})
    said = texts.html("<strong>{who}</strong> looked", who="<script>")
    assert said == Markup("<strong>&lt;script&gt;</strong> looked")


def test_a_room_s_text_wins_over_the_design_s():
    texts = read_texts("riik.portal.operator", language="et")
    assert texts("Skip to content") == "Liigu sisu juurde"
    assert texts("Members") == "Liikmed"


def test_a_text_nobody_translated_is_said_in_english():
    assert (
        read_texts(language="et")("Nobody knows this {thing}", thing="x") == "Nobody knows this x"
    )


CHOICES = [
    ("what was asked for", "vi", "et", "et", "vi"),
    ("what was kept", None, "vi", "et", "vi"),
    ("what was kept, for an unknown wish", "xx", "vi", "et", "vi"),
    ("what is accepted", None, None, "et-EE,et;q=0.9,en;q=0.8", "et"),
    ("what is accepted, when what was kept is unknown", None, "xx", "vi", "vi"),
    ("the best of what is accepted", None, None, "en;q=0.5, vi;q=0.7", "vi"),
    ("the first that we have", None, None, "de, fr;q=0.9, vi;q=0.2", "vi"),
    ("nothing of zero weight", None, None, "vi;q=0, en;q=0.1", "en"),
    ("the country's without a wish", None, None, "", "et"),
    ("the country's for an unknown wish", "xx", None, "de", "et"),
    ("the country's for nonsense", None, "", ";;q=9,,\x00", "et"),
    ("no path for a language", "../../etc/passwd", "../x", "", "et"),
]


@pytest.mark.parametrize(
    ("wanted", "cookie", "accepted", "chosen"),
    [c[1:] for c in CHOICES],
    ids=[c[0] for c in CHOICES],
)
def test_a_visitor_gets(wanted, cookie, accepted, chosen):
    assert choose_language(wanted, cookie, accepted, usual=("et", "en")) == chosen
