"""Notices, own data, and "This is wrong": each in words, each only for its own person."""

import msgspec
import pytest
from tests.portal.verbs.house import (
    INBOX,
    MARI,
    POPULATION,
    PORTAL,
    RIGHTS,
    TRANSPORT,
)

from riik.core import ClientId, Refused
from riik.portal.citizen.errors import (
    AnswerUnreadable,
    CorrectionRefused,
    CorrectionsTooMany,
    CorrectionUnsure,
    PortalRefused,
)
from riik.portal.citizen.own import record_rows
from riik.portal.citizen.words import Words, read_words
from riik.portal.session import SignedOut

pytestmark = pytest.mark.anyio

NOTICE = {
    "id": "case-1-decided",
    "sender": str(TRANSPORT),
    "case": "case-1",
    "texts": {
        "et": {"title": "Otsus", "body": "Teie juhiluba on vahetatud."},
        "vi": {"title": "Quyết định", "body": "Đã đổi."},
    },
    "legal_effect": True,
    "sent_at": "2026-11-23T09:00:00Z",
    "read_at": None,
}


async def test_notices_are_in_the_visitor_s_language_with_who_sent_them(verbs, world, mari):
    world.answers[INBOX, "notices"] = (200, [NOTICE])
    found = await verbs.notices.all(mari, "vi")
    [told] = found["notices"]
    assert (told["title"], told["language"], found["unread"]) == ("Quyết định", "vi", 1)
    assert told["organisation"] == "Transport Administration"


async def test_a_notice_that_has_not_the_language_says_which_it_has(verbs, world, mari):
    world.answers[INBOX, "notices"] = (200, [NOTICE])
    [told] = (await verbs.notices.all(mari, "en"))["notices"]
    assert (told["language"], told["title"]) == ("et", "Otsus")


async def test_a_notice_is_opened_in_the_person_s_name(verbs, world, mari):
    world.answers[INBOX, "notices", "/read"] = (200, NOTICE | {"read_at": "2026-11-23T10:00:00Z"})
    told = await verbs.notices.read(mari, sender=str(TRANSPORT), notice="case-1-decided", language="et")  # fmt: skip
    assert told["read"] == "2026-11-23T10:00:00Z"
    [call] = world.calls
    assert (call.method, call.subject, call.user) == ("POST", MARI, MARI)


async def test_another_s_notice_is_not_there(verbs, world, mari):
    world.answers[INBOX, "notices", "/read"] = (400, {"why": "unknown"})
    with pytest.raises(PortalRefused) as refused:
        await verbs.notices.read(mari, sender="x", notice="y", language="et")
    assert refused.value.why == "no-notice"


@pytest.mark.parametrize("body", [b"", b"{}", b'[{"id": 1}]', b"[" * 100_000])
async def test_an_inbox_that_talks_nonsense_is_refused(verbs, world, mari, body):
    world.answers[INBOX, "notices"] = (200, body)
    with pytest.raises(AnswerUnreadable):
        await verbs.notices.all(mari, "et")


HELD = {
    "given_names": "Mari",
    "birth_date": "1980-10-15",
    "sex": "F",
    "residence": {"system": "ADS", "code": "1", "text": "Tallinn"},
    "death_date": None,
}


async def test_what_a_register_holds_is_told_in_words(verbs, world, mari):
    world.answers[POPULATION, "person"] = (200, HELD)
    world.answers[RIGHTS, "right"] = (404, {})
    population, rights = await verbs.held.all(mari, "et")
    assert [(row["label"], row["value"], row["kind"]) for row in population["rows"]] == [
        ("Eesnimed", "Mari", "text"),
        ("Sünniaeg", "1980-10-15", "day"),
        ("Sugu", "naine", "text"),
        ("Elukoht", "Tallinn", "text"),
    ]
    assert (population["name"], population["silent"]) == ("Rahvastikuregister", False)
    assert (rights["rows"], rights["silent"]) == ([], False)


async def test_a_silent_register_says_so(verbs, world, mari):
    world.silent.add(RIGHTS)
    world.answers[POPULATION, "person"] = (200, HELD)
    population, rights = await verbs.held.all(mari, "en")
    assert (rights["silent"], rights["rows"]) == (True, [])
    assert population["silent"] is False


async def test_the_person_s_statement_is_to_the_portal_itself(verbs, world, mari):
    await verbs.held.all(mari, "en")
    for call in world.asked("person"):
        assert f"to {PORTAL.member} about {call.issue}" in call.authority


VALUES = [
    (True, "yes"),
    (["AM", "B"], "AM; B"),
    ([{"person": "EE1", "custody": True}], "EE1, yes"),
    ({"a": 1, "b": None}, "1"),
    (7, "7"),
    ("data:image/png;base64,AA==", "data:image/png;base64,AA=="),
]


@pytest.mark.parametrize(("value", "shown"), VALUES)
def test_any_value_can_be_shown(verbs, value, shown):
    [row] = record_rows({"x": value}, Words(), verbs.texts["en"])
    assert (row["label"], row["value"]) == ("x", shown)


PLACED = [
    ("category_terms", [{"category": "B", "until": "2036-12-01"}], ("B, 2036-12-01", "days")),
    ("issued_on", "2026-12-01", ("2026-12-01", "day")),
    ("categories", ["A1", "B"], ("A1; B", "text")),
    ("code", "VN001180999101", ("001180999101", "text")),
    ("parents", [{"person": "VN001180999101", "role": "mother"}], ("001180999101, mother", "text")),
    ("licence_number", "VN001180999101", ("VN001180999101", "text")),
]


@pytest.mark.parametrize(("field", "value", "shown"), PLACED)
def test_days_and_people_s_codes_are_told_apart_from_other_text(verbs, field, value, shown):
    [row] = record_rows({field: value}, Words(), verbs.texts["en"])
    assert (row["value"], row["kind"]) == shown


AMOUNTS = Words(money={"sum": "EUR", "price": "currency", "odd": "euro"})


@pytest.mark.parametrize(
    ("record", "field", "shown"),
    [
        ({"sum": 32000}, "sum", {"minor": 32000, "currency": "EUR"}),
        ({"price": 14000, "currency": "VND"}, "price", {"minor": 14000, "currency": "VND"}),
        ({"price": 14000}, "price", "14000"),
        ({"price": 14000, "currency": "<b>"}, "price", "14000"),
        ({"odd": 14000}, "odd", "14000"),
        ({"sum": "32000"}, "sum", "32000"),
        ({"sum": True}, "sum", "yes"),
        ({"other": 32000}, "other", "32000"),
    ],
)
def test_an_amount_is_told_as_money_where_its_register_says_so(verbs, record, field, shown):
    rows = record_rows(record, AMOUNTS, verbs.texts["en"])
    [row] = [one for one in rows if one["fields"] == [field]]
    assert (row["value"], row["kind"] == "money") == (shown, isinstance(shown, dict))


@pytest.mark.parametrize("value", [None, "", [], {}, [None]])
def test_what_is_empty_is_no_row(verbs, value):
    assert record_rows({"x": value}, Words(), verbs.texts["en"]) == []


async def test_this_is_wrong_goes_to_the_register_with_the_person_s_word(verbs, world, mari):
    world.answers[POPULATION, "corrections"] = (201, {"number": "2026-000003", "days": 30})
    told = await verbs.held.correct(
        mari, register=POPULATION, field="residence", says="Tallinn", should_be="Tartu", language="et"
    )  # fmt: skip
    assert told == {"number": "2026-000003", "days": 30, "organisation": "Siseministeerium"}
    [call] = world.asked("corrections")
    assert (call.subject, call.purpose, call.method) == (MARI, "correction", "POST")
    assert b'"should_be":"Tartu"' in call.body


WRONG = [
    ("an unknown register", {"register": ClientId.parse("EE-DEMO/GOV/1/x")}, "no-register"),
    ("a field that is no name", {"field": "residence; drop"}, "field"),
    ("nothing that is right", {"should_be": "  "}, "empty"),
    ("nothing that can be seen", {"should_be": "\u200b"}, "empty"),
    ("more than one can have seen", {"says": "x" * 2_001}, "long"),
    ("more than a register takes", {"should_be": "x" * 2_001}, "long"),
    ("a flood", {"why": "x" * 30_000}, "long"),
    ("a name of a wish that is none", {"once": "x" * 101}, "long"),
]


@pytest.mark.parametrize(("change", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
async def test_nothing_is_sent_for(verbs, world, mari, change, why):
    asked = {"register": POPULATION, "field": "residence", "says": "", "should_be": "Tartu"}
    with pytest.raises((PortalRefused, CorrectionRefused)) as refused:
        await verbs.held.correct(mari, **(asked | change))
    assert (refused.value.why, world.asked("corrections")) == (why, [])
    assert refused.value.status == (404 if why == "no-register" else 422)


SAID = {"register": POPULATION, "field": "residence", "says": "Tallinn", "should_be": "Tartu"}


@pytest.mark.parametrize("how", ["slow", "silent"])
async def test_what_may_have_arrived_is_not_told_as_failed(verbs, world, mari, how):
    getattr(world, how).add(POPULATION)
    with pytest.raises(CorrectionUnsure):
        await verbs.held.correct(mari, **SAID, once="wish")
    getattr(world, how).clear()
    world.answers[POPULATION, "corrections"] = (201, {"number": "2026-000003", "days": 30})
    await verbs.held.correct(mari, **SAID, once="wish")
    sent = [msgspec.json.decode(call.body)["once"] for call in world.asked("corrections")]
    assert sent == ["wish"] * len(sent)


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"number": "<b>", "days": 1}', b'{"number": "1", "days": 0}']
)
async def test_a_number_that_is_none_may_have_arrived(verbs, world, mari, body):
    world.answers[POPULATION, "corrections"] = (201, body)
    with pytest.raises(CorrectionUnsure):
        await verbs.held.correct(mari, **SAID)


@pytest.mark.parametrize(
    ("status", "why", "error"),
    [
        (400, "field", CorrectionRefused),
        (400, "long", CorrectionRefused),
        (429, "often", CorrectionsTooMany),
        (403, "missing", Refused),
        (500, "broken", CorrectionUnsure),
    ],
)
async def test_a_register_s_no_is_told_as_what_it_is(verbs, world, mari, status, why, error):
    world.answers[POPULATION, "corrections"] = (status, {"why": why})
    with pytest.raises(error):
        await verbs.held.correct(mari, **SAID)


async def test_whose_session_ended_has_to_sign_in_again(verbs, states, mari):
    states.over = True
    for ask in (verbs.held.all, verbs.notices.all):
        with pytest.raises(SignedOut):
            await ask(mari, "en")


async def test_a_register_that_never_told_its_words_is_shown_by_its_codes(verbs, world, mari):
    world.answers[POPULATION, "findUsage", "/v2/words"] = (200, b"nonsense")
    world.answers[POPULATION, "person"] = (200, {"sex": "F"})
    [population, _] = await verbs.held.all(mari, "et")
    assert [(row["label"], row["value"]) for row in population["rows"]] == [("sex", "F")]
    assert population["name"] == "population"


@pytest.mark.parametrize("body", [b"", b"[]", b'{"names": 1}', b" " * 500_001 + b"{}"])
def test_words_that_are_none_are_refused(body):
    with pytest.raises(AnswerUnreadable):
        read_words(body)


ANSWERED = {
    "number": "2026-000001", "field": "residence", "says": "Tallinn", "should_be": "Tartu",
    "at": "2026-11-20T10:00:00.000000Z", "due": "2026-12-20T10:00:00.000000Z",
    "answered_at": "2026-11-22T10:00:00.000000Z", "verdict": "refused", "reason": "No.",
    "official": "Eha Lill", "appeal": {"et": "Vaie.", "en": "A challenge."},
}  # fmt: skip


async def test_what_was_said_comes_with_its_answer_in_words(verbs, world, mari):
    world.answers[POPULATION, "corrections"] = (200, {"corrections": [ANSWERED]})
    world.answers[RIGHTS, "corrections"] = (404, {})
    told = await verbs.held.corrections(mari, "en")
    [one] = told["rows"]
    assert (one["register"], one["label"], one["appeal"]) == (
        "Population register", "Residence", "A challenge.",
    )  # fmt: skip
    assert told["silent"] == []
    assert {call.method for call in world.asked("corrections")} == {"GET"}


@pytest.mark.parametrize("body", [b"", b"[]", b'{"corrections": [{}]}', b"[" * 100_000])
async def test_a_register_that_talks_nonsense_is_named_as_silent(verbs, world, mari, body):
    world.answers[POPULATION, "corrections"] = (200, body)
    world.silent.add(RIGHTS)
    told = await verbs.held.corrections(mari, "en")
    assert (told["rows"], told["silent"]) == ([], ["Population register", "driving-rights"])
