"""What people say against their records: received, numbered, sealed, confirmed; nothing changes."""

import asyncio
import json
import tomllib
from importlib.resources import files

import pytest
from tests.registers.house import INTERIOR, MARI, PORTAL, TRANSPORT, look
from tests.registers.test_http import incoming

from riik.core import PersonCode
from riik.registers.corrections.component import LONGEST, MOST_A_DAY, RECEIVED, Corrections
from riik.registers.corrections.http import correction_offers
from riik.registers.corrections.jobs import correction_handlers
from riik.registers.corrections.store import SqlCorrectionStore
from riik.registers.errors import UnknownSubject
from riik.testing.ports import ImmediateThread

SAID = tomllib.loads(files("riik.registers.corrections").joinpath("texts.toml").read_text("utf-8"))
TEXTS = {name: SAID[name] for name in ("received", "corrected", "refused")}
APPEAL = SAID["appeal"]["ee"]
BODY = {"field": "residence", "says": "Tallinn", "should_be": "Tartu", "why": "I moved", "language": "et"}  # fmt: skip
JAAN = PersonCode("EE38001085718")


@pytest.fixture
def corrections(house):
    """The requests of the population register."""
    return Corrections(
        store=SqlCorrectionStore(),
        registers=house.registers,
        database=house.database,
        vault=house.vault,
        outbox=house.outbox,
        clock=house.clock,
        days=30,
        texts=TEXTS,
        appeal=APPEAL,
    )


@pytest.fixture
def say(corrections):
    """Somebody says something against a record."""
    [offer] = correction_offers(corrections, in_thread=ImmediateThread())

    def sending(change=None, /, *, body=None, **others):
        given = {
            "client": PORTAL,
            "method": "POST",
            "purpose": "correction",
            "legal_basis": "GDPR",
            "authority": f"{MARI} - {PORTAL.member} C1",
            "body": json.dumps(BODY | (change or {})).encode() if body is None else body,
        } | others
        answer = asyncio.run(offer.handler(incoming(offer, **given)))
        return answer.status, json.loads(answer.body)

    return sending


def test_a_request_gets_a_number_and_a_term(say, corrections):
    assert say() == (201, {"number": "2026-000001", "days": 30})
    assert say(message_id="m2")[1]["number"] == "2026-000002"
    assert [one["number"] for one in corrections.waiting()] == ["2026-000001", "2026-000002"]


def test_the_same_message_is_kept_once(say, corrections):
    assert say() == say()
    assert len(corrections.waiting()) == 1


def test_what_is_sent_again_without_an_answer_is_kept_once(say, corrections):
    first = say({"once": "wish"})
    assert say({"once": "wish"}, message_id="m2", authority=f"{MARI} - {PORTAL.member} C1") == first
    assert len(corrections.waiting()) == 1


def test_another_wish_is_another_correction(say):
    numbers = [
        say({"once": once}, message_id=once)[1]["number"] for once in ("first", "second", "")
    ]
    assert len(set(numbers)) == 3


def test_a_name_of_a_wish_is_its_person_s_own(say, house, corrections):
    child = PersonCode("EE61511010002")
    house.vault.subject_of(child)
    first = say({"once": "wish"})[1]["number"]
    _, told = say(
        {"once": "wish"},
        message_id="m2",
        subject=child,
        user=MARI,
        authority=f"{MARI} {child} {PORTAL.member} C1",
    )
    assert told["number"] != first
    assert len(corrections.waiting()) == 2


def test_enough_is_enough_for_a_day(say, corrections, house):
    for number in range(MOST_A_DAY):
        assert say(message_id=f"m{number}")[0] == 201
    status, problem = say(message_id="more")
    assert (status, problem["why"], problem["most"]) == (429, "often", MOST_A_DAY)
    assert len(corrections.waiting()) == MOST_A_DAY
    # What was kept is still told to who asks again; and tomorrow is another day.
    assert say(message_id="m0")[0] == 201
    house.clock.advance(days=1)
    assert say(message_id="tomorrow")[0] == 201


def test_one_person_s_flood_stops_nobody_else(say, house):
    child = PersonCode("EE61511010002")
    house.vault.subject_of(child)
    for number in range(MOST_A_DAY):
        say(message_id=f"m{number}")
    authority = f"{MARI} {child} {PORTAL.member} C1"
    assert say(message_id="c", subject=child, user=MARI, authority=authority)[0] == 201


def test_register_and_portal_take_the_same_length():
    from riik.portal.citizen.own import LONGEST as OF_THE_PORTAL

    assert LONGEST == OF_THE_PORTAL


def test_nothing_in_the_register_changes(say, house):
    before = house.registers.read(look()).records
    say()
    assert house.registers.read(look()).records == before


def test_what_is_said_is_sealed(say, house):
    say()
    with house.database.read() as work:
        kept = SqlCorrectionStore().load("population/2026-000001", work=work)
    assert b"Tartu" not in kept.sealed
    assert MARI.encode() not in kept.sealed


def test_what_waits_names_nobody(say, corrections):
    say()
    assert set(corrections.waiting()[0]) == {"register", "number", "at"}


REFUSED = [
    ("a field that is none", {"field": "shoe_size"}, {}, 400, "field"),
    ("nothing that is right", {"should_be": " "}, {}, 400, "empty"),
    ("nothing that can be seen", {"should_be": "\u200b \u2060"}, {}, 400, "empty"),
    ("more than one can have seen", {"says": "x" * 2_001}, {}, 400, "long"),
    ("too long a name of a wish", {"once": "x" * 101}, {}, 400, "body"),
    ("a flood", {"why": "x" * 2_001}, {}, 400, "long"),
    ("a larger flood", {"why": "x" * 30_000}, {}, 400, "long"),
    ("more than is asked", {"pin": "1234"}, {}, 400, "body"),
    ("no JSON", {}, {"body": b"<x>"}, 400, "body"),
    ("nobody's word", {}, {"authority": None}, 403, "missing"),
    ("another's word", {}, {"authority": f"{JAAN} - {PORTAL.member} C1", "user": JAAN}, 403, "subject"),
    ("a word to another member", {}, {"authority": f"{MARI} - {TRANSPORT.member} C1"}, 403, "audience"),
    ("who signed in is somebody else", {}, {"user": JAAN}, 403, "asker"),
    ("nobody in particular", {}, {"subject": None}, 404, "no-subject"),
    ("whom the register doesn't know", {}, {"subject": JAAN, "user": JAAN, "authority": f"{JAAN} - {PORTAL.member} C1"}, 404, "unknown"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "others", "status", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_it_is_refused_with(say, corrections, change, others, status, why):
    found, problem = say(change, **others)
    assert (found, problem["why"]) == (status, why)
    assert corrections.waiting() == []


def test_a_parent_speaks_for_a_child(say, house, corrections):
    child = PersonCode("EE61511010002")
    house.vault.subject_of(child)
    status, _ = say(subject=child, user=MARI, authority=f"{MARI} {child} {PORTAL.member} C1")
    assert (status, len(corrections.waiting())) == (201, 1)


def test_the_person_is_told_in_every_language_with_number_and_term(say, corrections, house):
    say()
    told = []

    async def tell(person, notice, /, *, register):
        told.append((person, notice, register))

    handler = correction_handlers(corrections, tell=tell, in_thread=ImmediateThread())[RECEIVED]
    [payload] = [event[2] for event in house.outbox.events if event[0] == RECEIVED]
    asyncio.run(handler(payload))
    [(person, notice, register)] = told
    assert (person, register, notice["id"]) == (
        MARI,
        "population",
        "correction-population-2026-000001",
    )
    assert set(notice["texts"]) == {"et", "vi", "en"}
    assert notice["texts"]["et"]["body"].startswith(
        "Rahvastikuregister: teie palve number on 2026-000001"
    )
    assert "“Nơi cư trú”" in notice["texts"]["vi"]["body"]
    assert "30 days" in notice["texts"]["en"]["body"]
    assert "Tartu" not in str(notice)


def test_nobody_is_told_of_what_was_never_said(corrections):
    with pytest.raises(UnknownSubject):
        corrections.notice("population/2026-000009")


def test_every_register_of_the_node_hears_people(corrections):
    [offer] = correction_offers(corrections, in_thread=ImmediateThread())
    assert str(offer.id) == f"{INTERIOR.member}/population/corrections"


def test_officials_have_names_only_for_those_whose_data_they_saw(house):
    from riik.registers.http import usage_offers
    from riik.testing.ports import NOON

    anneli, rein = PersonCode("EE48510101239"), PersonCode("EE37610159981")
    [offer] = usage_offers(
        house.registers,
        house.transparency,
        since=NOON,
        in_thread=ImmediateThread(),
        people={anneli: "Anneli Põder", rein: "Rein Õunapuu"},
    )
    with house.database.work() as work:
        house.transparency.record_access(
            house.vault.find(MARI), reader=TRANSPORT, purpose="p", legal_basis="l", service="s",
            acting=anneli, work=work,
        )  # fmt: skip
    asked = incoming(
        offer, client=PORTAL, path="/v2/proofs", authority=f"{MARI} - {PORTAL.member} C1"
    )
    answer = json.loads(asyncio.run(offer.handler(asked)).body)
    assert answer["people"] == {anneli: "Anneli Põder"}
