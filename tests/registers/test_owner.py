"""The owner's answer: a signed correction or a refusal with reasons, once, never in one's own matter."""

import asyncio
import json
from datetime import date

import pytest
from tests.registers.house import INTERIOR, JAAN, MARI, PORTAL, look, person
from tests.registers.test_corrections import BODY, corrections, say  # noqa: F401 - fixtures
from tests.registers.test_http import incoming

from riik.core import PersonCode
from riik.registers.corrections.component import ANSWERED
from riik.registers.corrections.http import correction_offers
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.corrections.values import form_of, read_value, shown_value
from riik.registers.errors import (
    CorrectionAnswered,
    OfficialRefused,
    RecordRefused,
    RequestRefused,
    UnknownSubject,
)
from riik.testing.ports import ImmediateThread

EHA, REIN = PersonCode("EE49310159899"), PersonCode("EE37610159981")
KEY = "population/2026-000001"
TARTU = {"system": "ads", "code": "79", "text": "Tartu"}


@pytest.fixture
def owner(corrections):  # noqa: F811 - the fixture
    """The desk of the population register: Eha for it, Rein for another register only."""
    officials = [
        Official(person=EHA, name="Eha Lill"),
        Official(person=REIN, name="Rein Õunapuu", registers=frozenset({"land"})),
        Official(person=MARI, name="Mari Tamm"),
    ]
    return OwnersDesk(
        corrections=corrections, officials={one.person: one for one in officials}, country="ee"
    )


@pytest.fixture
def asked(say):  # noqa: F811 - the fixture
    """Mari says that her residence is wrong."""
    say()


def looks_of(house):
    return [
        (one.access.purpose, one.access.acting, one.access.action.value)
        for one in house.transparency.who_looked(house.vault.find(MARI)).looks
    ]


def residence(house):
    [record] = house.registers.read(look()).records
    return record["residence"]


def refused(action, error, **given):
    with pytest.raises(error) as caught:
        action(**given)
    return caught.value.why


def correct(owner, official=EHA, **changes):
    given = {"record": "", "typed": TARTU, "since": None} | changes
    owner.correct(official, KEY, **given)


def test_what_waits_has_number_field_and_days_but_no_person(owner, asked):
    [one] = owner.waiting(EHA)
    assert (one["number"], one["field"]["en"]) == ("2026-000001", "Residence")
    assert (one["at"][:10], one["due"][:10]) == ("2026-11-23", "2026-12-23")
    assert MARI not in str(one)


def test_opening_one_is_a_look_with_purpose_and_official(owner, asked, house):
    opened = owner.open(EHA, KEY)
    assert (opened["should_be"], opened["person"], opened["kind"]) == ("Tartu", MARI, "parts")
    assert looks_of(house)[0] == ("correction", EHA, "consult")


def test_a_correction_changes_the_record_from_its_first_day(owner, asked, house):
    correct(owner)
    assert residence(house) == TARTU
    assert house.registers.read(look(as_of=date(2020, 1, 1))).records[0]["residence"] == TARTU
    assert owner.waiting(EHA) == []


def test_a_correction_is_signed_names_the_request_and_is_the_official_s_look(owner, asked, house):
    correct(owner)
    [chain] = house.registers.history("population", MARI)
    assert chain[-1].change.kind.value == "correct"
    assert chain[-1].change.message_id == f"correction-{KEY}"
    assert ("correction", EHA, "alter") in looks_of(house)


def test_a_correction_may_begin_later_than_the_record(owner, asked, house):
    correct(owner, since=date(2026, 1, 1))
    assert house.registers.read(look(as_of=date(2025, 1, 1))).records[0]["residence"] != TARTU
    assert residence(house) == TARTU


def test_a_refusal_changes_nothing_and_has_its_reasons(owner, asked, house):
    before = residence(house)
    owner.refuse(EHA, KEY, reason="The house was pulled down in 2019.")
    assert residence(house) == before
    assert owner.waiting(EHA) == []


def told(owner, house):
    """The notice of the last answer."""
    [payload] = [event[2] for event in house.outbox.events if event[0] == ANSWERED]
    return owner.corrections.notice(payload.decode())


def test_the_person_is_told_that_it_is_corrected(owner, asked, house):
    correct(owner, reason="Your lease was enough.")
    who, notice = told(owner, house)
    assert (who, notice["legal_effect"]) == (MARI, False)
    assert notice["id"] == "correction-population-2026-000001-answer"
    assert "the data are corrected" in notice["texts"]["en"]["body"]
    assert notice["texts"]["et"]["body"].endswith("Your lease was enough.")
    assert "Tartu" not in str(notice)


def test_the_person_is_told_why_not_and_how_to_appeal(owner, asked, house):
    owner.refuse(EHA, KEY, reason="The house was pulled down.")
    _, notice = told(owner, house)
    assert notice["legal_effect"]
    assert "The house was pulled down. Within 30 days" in notice["texts"]["en"]["body"]
    assert "vaide" in notice["texts"]["et"]["body"]


@pytest.fixture
def mine(corrections):  # noqa: F811 - the fixture
    """Somebody asks what they said and what was answered."""
    [offer] = correction_offers(corrections, in_thread=ImmediateThread())

    def asking(**others):
        given = {
            "client": PORTAL,
            "purpose": "correction",
            "legal_basis": "GDPR",
            "authority": f"{MARI} - {PORTAL.member} C1",
        } | others
        answer = asyncio.run(offer.handler(incoming(offer, **given)))
        return answer.status, json.loads(answer.body)

    return asking


def test_the_person_sees_the_answer_where_they_said_it(owner, asked, mine):
    [waits] = mine()[1]["corrections"]
    assert (waits["verdict"], waits["answered_at"], waits["appeal"]) == ("", None, {})
    owner.refuse(EHA, KEY, reason="No.")
    [answered] = mine()[1]["corrections"]
    assert (answered["verdict"], answered["reason"], answered["official"]) == (
        "refused", "No.", "Eha Lill",
    )  # fmt: skip
    assert answered["appeal"]["en"].startswith("Within 30 days")


def test_to_ask_for_one_s_answers_is_a_look_of_one_s_own(asked, mine, house):
    mine()
    assert looks_of(house)[0] == ("correction", MARI, "consult")


NOT_MINE = [
    ("nobody's word", {"authority": None}, "missing"),
    ("another's word", {"authority": f"{JAAN} - {PORTAL.member} C1", "user": JAAN}, "subject"),
    ("a word to another member", {"authority": f"{MARI} - EE-DEMO/GOV/1 C1"}, "audience"),
]


@pytest.mark.parametrize(
    ("others", "why"), [row[1:] for row in NOT_MINE], ids=[row[0] for row in NOT_MINE]
)
def test_nobody_sees_what_others_said(asked, mine, others, why):
    status, problem = mine(**others)
    assert (status, problem["why"]) == (403, why)


def test_who_is_no_official_sees_and_answers_nothing(owner, asked, house):
    before = looks_of(house)
    for action in (owner.waiting, lambda one: owner.open(one, KEY)):
        assert refused(lambda action=action: action(JAAN), OfficialRefused) == "no-official"
    assert refused(correct, OfficialRefused, owner=owner, official=JAAN) == "no-official"
    with pytest.raises(OfficialRefused):
        owner.refuse(JAAN, KEY, reason="x")
    assert looks_of(house) == before


def test_an_official_of_another_register_sees_nothing_of_this_one(owner, asked, house):
    assert owner.waiting(REIN) == []
    assert refused(lambda: owner.open(REIN, KEY), OfficialRefused) == "other-register"
    assert refused(correct, OfficialRefused, owner=owner, official=REIN) == "other-register"
    assert looks_of(house) == []


def test_nobody_answers_in_their_own_matter(owner, asked, house):
    assert refused(lambda: owner.open(MARI, KEY), OfficialRefused) == "own-case"
    assert refused(correct, OfficialRefused, owner=owner, official=MARI) == "own-case"
    with pytest.raises(OfficialRefused):
        owner.refuse(MARI, KEY, reason="x")


def test_nobody_answers_what_they_asked_for_a_child(owner, say, house):  # noqa: F811
    child = PersonCode("EE61511010002")
    house.fill(person(code=child))
    say(subject=child, user=MARI, authority=f"{MARI} {child} {PORTAL.member} C1")
    assert refused(lambda: owner.open(MARI, KEY), OfficialRefused) == "own-case"


@pytest.mark.parametrize("first", ["correct", "refuse"])
def test_it_is_answered_once(owner, asked, house, first):
    correct(owner) if first == "correct" else owner.refuse(EHA, KEY, reason="No.")
    after = residence(house)
    tallinn = TARTU | {"text": "Tallinn"}
    assert refused(correct, CorrectionAnswered, owner=owner, typed=tallinn) == "answered"
    with pytest.raises(CorrectionAnswered):
        owner.refuse(EHA, KEY, reason="No.")
    assert residence(house) == after
    assert len([event for event in house.outbox.events if event[0] == ANSWERED]) == 1


def test_what_the_register_can_not_hold_leaves_all_as_it_was(owner, asked, house):
    before = residence(house)
    long = TARTU | {"code": "x" * 41}
    assert refused(correct, RecordRefused, owner=owner, typed=long) == "schema"
    assert residence(house) == before
    assert len(owner.waiting(EHA)) == 1


def test_an_answer_that_came_in_between_takes_the_correction_back(owner, asked, house):
    """Two officials at once: whoever is later writes nothing, also not into the record."""
    before = residence(house)
    slow = owner._opened(owner.official(EHA), KEY)
    owner.refuse(EHA, KEY, reason="No.")
    store = house.registers

    def also(work):
        owner._answer(owner.official(EHA), slow, "corrected", "", work=work)

    from riik.registers import Caller, ChangeRequest

    request = ChangeRequest(
        register="population",
        offer="correction",
        caller=Caller(
            client=INTERIOR,
            purpose="correction",
            legal_basis="Rahvastikuregistri seadus",
            message_id="m-late",
        ),
        subject=MARI,
        values={"residence": TARTU},
    )
    assert refused(lambda: store.correct(request, also=also), CorrectionAnswered) == "answered"
    assert residence(house) == before


@pytest.mark.parametrize("reason", ["", "   ", "\n"])
def test_a_refusal_without_reasons_is_none(owner, asked, reason):
    assert refused(lambda: owner.refuse(EHA, KEY, reason=reason), RequestRefused) == "reason"
    assert len(owner.waiting(EHA)) == 1


def test_a_flood_is_no_reason(owner, asked):
    assert refused(lambda: owner.refuse(EHA, KEY, reason="x" * 2_001), RequestRefused) == "long"


@pytest.mark.parametrize("typed", [{}, {"text": " "}, {"value": "Tartu"}])
def test_nothing_typed_corrects_nothing(owner, asked, typed):
    assert refused(correct, RequestRefused, owner=owner, typed=typed) == "value"


def test_another_person_s_record_is_not_corrected(owner, asked, house):
    house.fill(person(code=JAAN))
    with house.database.read() as work:
        [row] = house.store.records_of("population", house.vault.find(JAAN), work=work)
    assert refused(correct, RequestRefused, owner=owner, record=row.record) == "record"
    since = date(2020, 1, 1)
    with pytest.raises(UnknownSubject):
        correct(owner, record=row.record, since=since)


@pytest.mark.parametrize("key", ["population/2026-000009", "population/x", "land/2026-000001", ""])
def test_a_request_that_is_none_is_not_opened(owner, asked, key):
    assert refused(lambda: owner.open(EHA, key), UnknownSubject) == "unknown"


FORMS = [
    ({"type": "string", "maxLength": 40}, "text"),
    ({"type": "string", "format": "date"}, "day"),
    ({"type": "string", "pattern": "^data:image/png"}, "none"),
    ({"type": "integer"}, "number"),
    ({"type": "boolean"}, "yes-no"),
    ({"enum": ["F", "M"]}, "choice"),
    ({"type": "array", "items": {"type": "string"}}, "list"),
    ({"type": "array", "items": {"type": "object"}}, "none"),
    ({"type": "object", "properties": {"text": {"type": "string"}}}, "parts"),
    ({"type": "object", "properties": {"person": {"type": "object"}}}, "none"),
    ({}, "none"),
]


@pytest.mark.parametrize(("schema", "kind"), FORMS)
def test_a_value_is_typed_as_its_schema_is(schema, kind):
    assert form_of(schema).kind == kind


READ = [
    ({"type": "integer"}, "12", 12),
    ({"type": "boolean"}, "no", False),
    ({"type": "array", "items": {"type": "string"}}, "AM, B,", ["AM", "B"]),
    ({"enum": ["F", "M"]}, "M", "M"),
]


@pytest.mark.parametrize(("schema", "text", "value"), READ)
def test_what_was_typed_is_a_value(schema, text, value):
    assert read_value(schema, {"value": text}) == value


BAD = [
    ({"type": "integer"}, "12.5", "value"),
    ({"type": "integer"}, "²", "value"),
    ({"type": "integer"}, "-1", "value"),
    ({"enum": ["F", "M"]}, "X", "value"),
    ({"type": "string"}, "  ", "value"),
    ({"type": "array", "items": {"type": "object"}}, "x", "by-hand"),
]


@pytest.mark.parametrize(("schema", "text", "why"), BAD)
def test_what_was_typed_is_none(schema, text, why):
    typed = {"value": text}
    assert refused(lambda: read_value(schema, typed), RequestRefused) == why


def test_a_picture_is_not_shown_as_text():
    assert shown_value("data:image/png;base64,AAAA") == ""
    assert shown_value({"text": "Tartu", "code": "79"}) == "Tartu"
    assert BODY["should_be"] == "Tartu"
