"""What follows from a guide is drawn once a content, and knows nothing of who reads it."""

from datetime import date

import msgspec
import pytest
from jinja2 import UndefinedError, meta
from tests.portal.citizen.house import AUTHORITY, SOURCES, definition_of

import riik.portal.citizen
from riik.core import Memo
from riik.portal.citizen.front.leaflets import Leaflets
from riik.portal.citizen.guides import in_words, read_guides
from riik.portal.design.formats import Formats
from riik.portal.design.pages import Pages
from riik.portal.design.texts import LANGUAGES
from riik.profiles import country_profile
from riik.services.folder.catalogue import guide_view

BAD = "\"'><script>alert(1)</script>"
PAGES = Pages(riik.portal.citizen)


@pytest.fixture
def leaflets():
    """A site that has drawn nothing yet."""
    return Leaflets(pages=PAGES, drawn=Memo(4))


def guide(language="en", *, service="driving-licence", **change):
    """A guide as the catalogue tells it."""
    view = guide_view(
        definition_of(service), authority=AUTHORITY, sources=SOURCES, today=date(2026, 11, 23)
    )
    [told] = read_guides(msgspec.json.encode({"services": [view]}))
    return {**in_words(told, language), "as_of": "2026-11-23T09:00:00Z"} | change


def formats(language="en"):
    return Formats(country_profile("ee"), language)


def test_the_same_guide_is_drawn_once(leaflets):
    first, again = (leaflets.of(guide(), formats()) for _ in range(2))
    assert first is again


def test_when_a_guide_was_heard_changes_nothing(leaflets):
    first = leaflets.of(guide(), formats())
    assert leaflets.of(guide(as_of="2026-11-23T09:01:00Z"), formats()) is first


CHANGED = [
    ("whom it is for", "body", {"for_whom": ["Whoever asks."]}, "Whoever asks."),
    ("its price", "terms", {"price": {"minor": 9_900, "currency": "EUR"}}, "99"),
    ("its day", "margin", {"changed": "2026-12-24"}, "24\N{NO-BREAK SPACE}December"),
    ("who answers", "margin", {"organisation": "Another house"}, "Another house"),
    ("a law's address", "margin", {"law": [{"id": "L", "name": "L", "address": "https://law.example/"}]}, "https://law.example/"),
]  # fmt: skip


@pytest.mark.parametrize(("part", "change", "said"), [c[1:] for c in CHANGED], ids=[c[0] for c in CHANGED])  # fmt: skip
def test_a_guide_that_changed_is_drawn_anew(leaflets, part, change, said):
    before = getattr(leaflets.of(guide(), formats()), part)
    after = getattr(leaflets.of(guide(**change), formats()), part)
    assert (said in before, said in after) == (False, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_has_its_own(leaflets, language):
    drawn = {code: leaflets.of(guide(code), formats(code)) for code in LANGUAGES}
    others = [drawn[code].body for code in LANGUAGES if code != language]
    assert PAGES.texts[language]("How it goes") in drawn[language].body
    assert drawn[language].body not in others


def test_words_of_one_language_with_the_figures_of_another_are_no_mix_up(leaflets):
    english = leaflets.of(guide("en"), formats("en"))
    assert leaflets.of(guide("en"), formats("et")).margin != english.margin


def test_leaflets_do_not_pile_up(leaflets):
    for number in range(20):
        leaflets.of(guide(summary=f"Summary {number}"), formats())
    assert len(leaflets.drawn) == 4


@pytest.mark.parametrize("part", ["organisation", "fill", "for_whom", "asked", "other_ways", "assumed", "version"])  # fmt: skip
def test_what_a_provider_tells_stays_text(leaflets, part):
    lines = part in ("for_whom", "asked", "other_ways", "assumed")
    drawn = leaflets.of(guide(**{part: [BAD] if lines else BAD}), formats())
    whole = drawn.terms + drawn.body + drawn.margin
    assert ("<script>" in whole, "&lt;script&gt;" in whole) == (False, True)


def strangers(source):
    """Names that macros use and are not given: what a page would have to tell them."""
    return meta.find_undeclared_variables(PAGES._environments["en"].parse(source))


def test_nothing_of_a_visitor_can_get_into_a_leaflet():
    environment = PAGES._environments["en"]
    source, _, _ = environment.loader.get_source(environment, "leaflet.html")
    assert (strangers(source), "csrf" in source) == (set(), False)


def test_a_planted_visitor_is_seen_and_could_not_be_drawn():
    source = "{% macro body(guide) %}{{ shell.who }}{% endmacro %}"
    assert strangers(source) == {"shell"}
    with pytest.raises(UndefinedError):
        PAGES._environments["en"].from_string(source).module.body(guide())
