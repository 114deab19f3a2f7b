"""What people are told of a service before they begin, from its folder."""

from datetime import date
from pathlib import Path

import pytest

import riik
from riik.core import Refused
from riik.services import read_service
from riik.services.folder.catalogue import guide_view

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
CATALOGUE = SOURCE / "catalogue" / "services"
TODAY = date(2026, 11, 23)
NAMES = sorted(path.name for path in CATALOGUE.iterdir())
AUTHORITY = {"et": "Amet", "vi": "Cơ quan", "en": "Authority"}


def folder(name):
    root = CATALOGUE / name
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def guide(name, today=TODAY):
    definition = read_service(folder(name), standard=STANDARD)
    return guide_view(definition, authority=AUTHORITY, sources={}, today=today)


def changed(old, new, *, name="driving-licence"):
    files = folder(name)
    assert old in files["service.toml"].decode()
    return {**files, "service.toml": files["service.toml"].decode().replace(old, new).encode()}


def texts_of(value):
    """Every text by language inside a guide."""
    if isinstance(value, dict) and "en" in value and "et" in value:
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for one in inside for text in texts_of(one)]


@pytest.mark.parametrize("name", NAMES)
def test_every_text_stands_in_every_language_of_its_own(name):
    texts = [text for text in texts_of(guide(name)) if any(text.values())]
    assert len(texts) > 20
    assert all(all(text.values()) for text in texts)
    same = [t["en"] for t in texts if t["en"] == t["et"] and any(c.isalpha() for c in t["en"])]
    assert same == []


@pytest.mark.parametrize("name", NAMES)
def test_whatever_is_asked_of_registers_is_told_before(name):
    told = {row["need"] for row in guide(name)["known"] if row["labels"]}
    definition = read_service(folder(name), standard=STANDARD)
    assert told == {need.id for need in definition.needs}


def test_the_fee_is_that_of_the_day_and_of_the_channel():
    before = guide("driving-licence-vn", date(2025, 12, 31))["fees"][0]
    after = guide("driving-licence-vn", TODAY)["fees"][0]
    assert (before["online"]["minor"], before["desk"]["minor"]) == (115_000, 135_000)
    assert (after["online"]["minor"], after["desk"]["minor"]) == (135_000, 135_000)


def test_a_service_without_a_desk_has_no_price_at_the_desk():
    files = changed('channels = ["web", "desk", "api"]', 'channels = ["web"]')
    definition = read_service(files, standard=STANDARD)
    told = guide_view(definition, authority=AUTHORITY, sources={}, today=TODAY)
    assert {row["desk"] for row in told["fees"]} == {None}


def test_questions_that_only_some_are_asked_are_not_told():
    asked = [text["en"] for text in guide("driving-licence")["asked"]]
    assert len(asked) == 4
    assert "Do you have the authority's proof of the theft or fire?" not in asked


def without_guide():
    files = folder("driving-course")
    source = files["service.toml"].decode()
    return {**files, "service.toml": source[: source.index("[guide]")].encode()}


def without_law():
    files = folder("driving-course")
    source = files["service.toml"].decode()
    return {**files, "service.toml": source[: source.index("[[guide.laws]]")].encode()}


WRONG = [
    ("none at all", without_guide, "guide"),
    ("a law without a name", without_law, "guide"),
    ("a summary that nobody reads at once", lambda: changed("When your licence expires", "When " * 90 + "your licence is about"), "guide"),
    ("no summary", lambda: changed('summary = "', 'summary = ""\n# "'), "guide"),
    ("a need that isn't asked", lambda: changed('need = "training"\nlabel', 'need = "schooling"\nlabel'), "guide"),
    ("a field that isn't asked", lambda: changed('fields = ["residence_days"]', 'fields = ["email"]'), "guide"),
    ("a row without fields", lambda: changed('fields = ["residence_days"]', "fields = []"), "guide"),
    ("an answer to no question", lambda: changed('answers = { reason = "expiring", speed = "express" }', "answers = { haste = true }"), "guide"),
    ("a life event that isn't one", lambda: changed('events = ["travel"]', 'events = ["holiday"]'), "guide"),
    ("no life event", lambda: changed('events = ["travel"]', "events = []"), "guide"),
    ("no words in one language", lambda: changed("\net = [\"juhiluba\"", "\nru = [\"juhiluba\""), "guide"),
    ("fees that no rule reckons", lambda: changed('fee = "Fee"\n', ""), "guide"),
    ("an unknown key", lambda: changed("fill-minutes", "fil-minutes"), "unknown-key"),
    ("a text in one language only", lambda: changed('deliver = "within 10 working days"', 'deliver = "soon"'), "texts"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_guide_is_refused_with(files, why):
    with pytest.raises(Refused) as refused:
        read_service(files(), standard=STANDARD)
    assert refused.value.why == why
