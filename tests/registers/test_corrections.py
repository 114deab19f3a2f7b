"""What people say against their records: received, numbered, sealed, confirmed; nothing changes."""

import asyncio
import json
import tomllib
from importlib.resources import files

import pytest
from tests.registers.house import INTERIOR, MARI, PORTAL, TRANSPORT, look
from tests.registers.test_http import incoming

from riik.core import PersonCode
from riik.registers.corrections.component import RECEIVED, Corrections
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
