"""Registers on the exchange: what a signed request asks, and what goes back."""

import asyncio
import json
from base64 import b64decode
from dataclasses import replace

import pytest
from tests.registers.house import INTERIOR, MARI, PORTAL, TRANSPORT, House, definition, look

from riik.core import PersonCode, ServerId, ServiceId
from riik.exchange import Incoming
from riik.registers import NewRecord
from riik.registers.http import offers, usage_offers
from riik.testing.ports import NOON, ImmediateThread
from riik.transparency import verify_file

SERVER = ServerId.parse("EE-DEMO/GOV/70001053/ss1")


def incoming(offer, *, client=TRANSPORT, path="", method="GET", **others):
    given = {
        "query": "",
        "headers": (),
        "body": b"",
        "purpose": "driving-licence-renewal",
        "legal_basis": "Liiklusseadus",
        "subject": MARI,
        "authority": f"{MARI} - {client.member} C1",
        "issue": "C1",
        "user": MARI,
        "message_id": "m1",
        "request_id": "r1",
        "at": NOON,
    } | others
    return Incoming(
        client=client, server=SERVER, service=offer.id, method=method, path=path, **given
    )


def offered(house, service):
    found = offers(house.registers, in_thread=ImmediateThread())
    found += usage_offers(
        house.registers, house.transparency, since=NOON, in_thread=ImmediateThread()
    )
    return next(offer for offer in found if offer.service == service)


def ask(house, service, **others):
    offer = offered(house, service)
    answer = asyncio.run(offer.handler(incoming(offer, **others)))
    return answer.status, json.loads(answer.body)


def test_every_question_and_change_of_a_folder_is_a_service(house):
    found = offers(house.registers, in_thread=ImmediateThread())
    assert [offer.service for offer in found] == [
        "person", "mandates", "contact", "residence", "temporary-residence", "birth", "children",
        "spouse", "correction",
    ]  # fmt: skip
    assert {offer.endpoints[0].method for offer in found} == {"GET", "POST"}
    assert found[0].id == ServiceId.parse("EE-DEMO/GOV/70001047/population/person")


def test_a_question_answers_the_fields_that_were_asked(house):
    status, answer = ask(house, "person", query="fields=given_names,residence_days")
    assert (status, answer) == (200, {"given_names": "Mari", "residence_days": 300})


def test_a_day_of_the_past_can_be_asked(house):
    status, answer = ask(house, "person", query="fields=given_names&asOf=2019-12-31")
    assert (status, answer["why"]) == (404, "unknown")


REFUSED = [
    ("nobody of that code", {"subject": PersonCode("EE1")}, 403, "subject"),
    ("a field too many", {"query": "fields=children"}, 403, "fields"),
    ("no purpose", {"purpose": None}, 403, "missing"),
    ("no statement", {"authority": None}, 403, "missing"),
    ("another case", {"issue": "C9"}, 403, "case"),
    ("a parameter that isn't there", {"query": "sql=1"}, 400, "parameter"),
    ("a parameter twice", {"query": "fields=a&fields=b"}, 400, "parameter"),
    ("no day", {"query": "asOf=yesterday"}, 400, "day"),
    ("a moment without a zone", {"query": "knownAt=2026-11-23T10:00:00"}, 400, "moment"),
]


@pytest.mark.parametrize(
    ("others", "status", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_refusal_is_a_problem_document_without_a_person_in_it(house, others, status, why):
    found, problem = ask(house, "person", **others)
    assert (found, problem["status"], problem["why"]) == (status, status, why)
    assert problem["type"].startswith("urn:riik:problem:registers.")
    assert MARI not in json.dumps(problem)


MOVE = {
    "client": PORTAL,
    "method": "POST",
    "purpose": "change-of-address",
    "legal_basis": "Rahvastikuregistri seadus",
}


def body(**others):
    values = {"residence": {"system": "ADS", "code": "1", "text": "Tartu"}}
    return json.dumps({"values": values} | others).encode()


def test_a_change_is_made_and_answered(house):
    status, answer = ask(house, "residence", body=body(valid_from="2026-11-01"), **MOVE)
    assert (status, answer["position"]) == (200, 1)
    assert house.registers.read(look()).records[0]["residence"]["text"] == "Tartu"


@pytest.mark.parametrize(
    "wrong",
    [b"", b"{", b"[]", b"{}", b'{"values": 1}', body(since="2026-11-01"), body(valid_from="x")],
)
def test_a_body_that_is_no_change_is_refused(house, wrong):
    status, problem = ask(house, "residence", body=wrong, **MOVE)
    assert (status, problem["why"]) == (400, "body")


def test_a_wrong_record_is_told_by_its_place(house):
    wrong = json.dumps({"values": {"residence": {"text": 1}}}).encode()
    status, problem = ask(house, "residence", body=wrong, **MOVE)
    assert (status, problem["why"]) == (422, "schema")
    assert problem["pointer"].startswith("/residence")


def test_a_birth_opens_a_record(house):
    child = PersonCode("EE62611239907")
    values = {
        "code": child, "given_names": "Uku", "family_name": "Tamm", "birth_date": "2026-11-20",
        "sex": "M", "citizenship": "EE", "status": "alive",
    }  # fmt: skip
    status, answer = ask(
        house,
        "birth",
        client=INTERIOR,
        method="POST",
        subject=child,
        authority=None,
        purpose="birth-registration",
        legal_basis="Rahvastikuregistri seadus",
        body=json.dumps({"values": values, "valid_from": "2026-11-20"}).encode(),
    )
    assert (status, answer["position"]) == (201, 0)


def test_the_tracker_shows_the_person_who_looked(house):
    house.registers.read(look())
    status, answer = ask(house, "findUsage", path="/v2/findUsage", client=PORTAL)
    assert (status, answer["totalUsages"]) == (200, 1)
    assert answer["usages"][0]["receiverCode"] == TRANSPORT.member.code


def test_the_tracker_gives_receipts_once_the_log_has_a_head(house):
    house.registers.read(look())
    _, before = ask(house, "findUsage", path="/v2/proofs", client=PORTAL)
    house.publish()
    _, after = ask(house, "findUsage", path="/v2/proofs", client=PORTAL)
    assert before["proofs"][0]["disclosure"] is None
    receipt = b64decode(after["proofs"][0]["disclosure"])
    disclosed = verify_file(receipt, log=house.transparency.log.key)
    assert disclosed.access.reader == TRANSPORT


UNSEEN = [
    ("no statement", {"authority": None}, "missing"),
    ("a statement that doesn't verify", {"authority": "forged"}, "signature"),
    ("stated to another member", {"authority": f"{MARI} - {TRANSPORT.member} C1"}, "audience"),
    ("somebody else asks", {"user": PersonCode("EE38001019903")}, "asker"),
    ("about somebody else", {"query": "userCode=EE38001019903"}, "subject"),
]


@pytest.mark.parametrize(("others", "why"), [u[1:] for u in UNSEEN], ids=[u[0] for u in UNSEEN])
def test_the_tracker_shows_nobody_elses_looks(house, others, why):
    status, problem = ask(house, "findUsage", path="/v2/findUsage", client=PORTAL, **others)
    assert (status, problem["why"]) == (403, why)


def test_the_tracker_says_that_it_is_well_and_since_when(house):
    assert ask(house, "findUsage", path="/v2/heartbeat") == (200, {"status": "OK"})
    _, period = ask(house, "findUsage", path="/v2/usagePeriod")
    assert period == {"periodStart": "2026-11-23T12:00:00.000Z"}


@pytest.mark.parametrize("name", ["population", "driving-rights", "identity-documents"])
def test_an_openapi_description_names_every_endpoint(tmp_path, name):
    house = House(tmp_path, names=(name,))
    for offer in offers(house.registers, in_thread=ImmediateThread()):
        described = json.loads(offer.openapi)
        methods = {m.upper() for m in described["paths"]["/"]}
        assert (described["openapi"], methods) == ("3.1.0", {offer.endpoints[0].method})
        assert "x-personal" not in offer.openapi.decode()


def document(number, *, photo_date, status="valid"):
    return {
        "number": number,
        "kind": "id-card",
        "issued_on": photo_date,
        "valid_until": "2030-01-01",
        "status": status,
        "photo": "data:image/svg+xml;base64,AAAA",
        "photo_date": photo_date,
    }


@pytest.fixture
def documents(tmp_path):
    house = House(tmp_path, names=("identity-documents",))
    kept = [
        document("XD0000001", photo_date="2020-01-01"),
        document("XD0000002", photo_date="2024-01-01"),
        document("XD0000003", photo_date="2025-01-01", status="lost"),
    ]
    new = [NewRecord(subject=MARI, values=d, valid_from=NOON.date()) for d in kept]
    house.registers.open_many("identity-documents", new, ground="ITDS")
    return house


def test_the_newest_valid_record_answers_for_a_person(documents):
    status, answer = ask(documents, "image", query="fields=photo_date")
    assert (status, answer) == (200, {"photo_date": "2024-01-01"})


LOGIN = replace(TRANSPORT, member=replace(TRANSPORT.member, code="70001018"), subsystem="login")


@pytest.mark.parametrize(
    ("number", "status"), [("XD0000001", 200), ("XD0000003", 404), ("XD9999999", 404)]
)
def test_a_record_is_found_by_an_indexed_field(documents, number, status):
    found, _ = ask(
        documents,
        "document",
        client=LOGIN,
        query=f"number={number}&fields=status",
        subject=None,
        purpose="login",
        legal_basis="ITDS",
    )
    assert found == status
    assert definition("identity-documents").schema.indexed == ("number",)


LICENCE = {
    "licence_number": "XD000001",
    "categories": ["B"],
    "issued_on": "2020-01-01",
    "status": "valid",
}


@pytest.mark.parametrize(
    ("about", "status"), [(MARI, 200), (PersonCode("EE38001019903"), 403)], ids=["own", "another"]
)
def test_a_number_opens_no_record_without_its_own_persons_statement(tmp_path, about, status):
    house = House(tmp_path, names=("driving-rights",))
    kept = NewRecord(subject=MARI, values=LICENCE, valid_from=NOON.date())
    house.registers.open_many("driving-rights", [kept], ground="Liiklusseadus")
    found, _ = ask(
        house,
        "right",
        query="licence_number=XD000001&fields=status",
        subject=None,
        authority=f"{about} - {TRANSPORT.member} C1",
    )
    assert found == status
    assert len(house.looks()) == (status == 200)
