"""What a register's offers say of themselves is what they answer: every verb, against its schema."""

import asyncio
import json

import pytest
from jsonschema_rs import Draft202012Validator
from tests.registers.folder.house import boats, draft
from tests.registers.following.house import INSURER, OWNER, RIGHT, SKIPPER, Quay
from tests.registers.house import House
from tests.registers.test_corrections import APPEAL, TEXTS
from tests.registers.test_http import incoming

from riik.registers.corrections.component import Corrections
from riik.registers.corrections.http import correction_offers
from riik.registers.corrections.store import SqlCorrectionStore
from riik.registers.following.http import subscription_offers
from riik.registers.http import offers, usage_offers
from riik.testing.ports import NOON, ImmediateThread

THREAD = ImmediateThread()
KEEPING = {"purpose": "register-keeping", "legal_basis": "Ships Act", "client": OWNER}
FOLLOWS = {"purpose": "insurance", "legal_basis": "Ships Act", "client": INSURER}


@pytest.fixture
def quay(tmp_path):
    house = House(tmp_path, names=())
    yield Quay(house)
    house.closed()


def offered(quay):
    registers, house = quay.registers, quay.house
    corrections = Corrections(
        store=SqlCorrectionStore(), registers=registers, database=house.database,
        vault=house.vault, outbox=house.outbox, clock=house.clock, days=30, texts=TEXTS,
        appeal=APPEAL)  # fmt: skip
    found = [
        *offers(registers, in_thread=THREAD),
        *usage_offers(registers, house.transparency, since=NOON, in_thread=THREAD),
        *correction_offers(corrections, in_thread=THREAD),
        *subscription_offers(quay.following, in_thread=THREAD),
    ]
    return {offer.service: offer for offer in found}


def ask(quay, service, **others):
    """An answer's status and body, checked against what the offer says of it."""
    offer = offered(quay)[service]
    asked = incoming(offer, **{"subject": SKIPPER, "user": SKIPPER, "authority": None} | others)
    answer = asyncio.run(offer.handler(asked))
    operation = json.loads(offer.openapi)["paths"][asked.path or "/"][asked.method.lower()]
    responses = operation["responses"]
    told = responses.get(str(answer.status)) or responses["default"]
    [content] = told["content"].values()
    body = json.loads(answer.body)
    Draft202012Validator(content["schema"]).validate(body)
    if answer.status >= 400:
        assert told is responses["default"]
    return answer.status, body


def own(quay, **others):
    client = INSURER
    return {"client": client, "authority": f"{SKIPPER} - {client.member} C1", "purpose": "own-data",
            "legal_basis": "Ships Act"} | others  # fmt: skip


def sent(value):
    return {"method": "POST", "body": json.dumps(value).encode()}


BOAT = {"number": "CD 2", "state": "afloat"}
SAID = {"field": "state", "says": "afloat", "should_be": "sunk"}
ANSWERS = [
    ("boat", lambda quay: KEEPING, 200),
    ("boat", lambda quay: KEEPING | {"query": "fields=state&asOf=2021-01-01"}, 200),
    ("enter", lambda quay: KEEPING | sent({"values": BOAT}), 201),
    ("correction", lambda quay: KEEPING | sent({"values": {"state": "sunk"}}), 200),
    ("corrections", lambda quay: own(quay) | sent(SAID), 201),
    ("corrections", own, 200),
    ("findUsage", lambda quay: own(quay, path="/v2/findUsage"), 200),
    ("findUsage", lambda quay: own(quay, path="/v2/usagePeriod"), 200),
    ("findUsage", lambda quay: own(quay, path="/v2/heartbeat"), 200),
    ("findUsage", lambda quay: own(quay, path="/v2/proofs"), 200),
    ("findUsage", lambda quay: own(quay, path="/v2/head"), 200),
    ("findUsage", lambda quay: own(quay, path="/v2/words"), 200),
    ("subscriptions", lambda quay: FOLLOWS | sent({"offer": "boat", "after": None}), 201),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/events", "query": "offer=boat&after=0"}, 200),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/record", "query": "offer=boat&number=1"}, 200),
    ("subscriptions", lambda quay: FOLLOWS | {"method": "DELETE", "query": "offer=boat"}, 200),
]  # fmt: skip


@pytest.mark.parametrize(("service", "asked", "status"), ANSWERS)
def test_every_answer_is_as_the_offer_describes_it(quay, service, asked, status):
    quay.subscribe(service="")
    quay.change(state="sunk")
    found, body = ask(quay, service, **asked(quay))
    assert found == status, body


REFUSED = [
    ("boat", lambda quay: KEEPING | {"purpose": "curiosity"}, 403),
    ("boat", lambda quay: KEEPING | {"query": "depth=9"}, 400),
    ("boat", lambda quay: KEEPING | {"query": "number=ZZ"}, 404),
    ("boat", lambda quay: KEEPING | {"query": "asOf=yesterday"}, 400),
    ("enter", lambda quay: KEEPING | sent({"values": {"number": "X"}}), 422),
    ("enter", lambda quay: KEEPING | sent({"value": {}}), 400),
    ("correction", lambda quay: KEEPING | sent({"values": {"note": "x"}}), 403),
    ("corrections", lambda quay: own(quay) | sent({"field": "depth", "says": "", "should_be": "1"}), 400),
    ("corrections", lambda quay: own(quay, authority=None) | sent(SAID), 403),
    ("findUsage", lambda quay: own(quay, path="/v2/findUsage", authority=None), 403),
    ("subscriptions", lambda quay: FOLLOWS | sent({"offer": "boats"}), 403),
    ("subscriptions", lambda quay: FOLLOWS | sent({"offer": "boat", "more": 1}), 400),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/events", "query": "offer=boat&after=x"}, 400),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/events", "query": "after=0"}, 403),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/record", "query": "offer=boat"}, 400),
    ("subscriptions", lambda quay: FOLLOWS | {"path": "/record", "query": "offer=boat&number=9"}, 404),
    ("subscriptions", lambda quay: KEEPING | {"method": "DELETE", "query": "offer=boat"}, 404),
]  # fmt: skip


@pytest.mark.parametrize(("service", "asked", "status"), REFUSED)
def test_every_refusal_is_the_problem_that_the_offer_describes(quay, service, asked, status):
    quay.subscribe(service="")
    quay.change(state="sunk")
    found, body = ask(quay, service, **asked(quay))
    assert (found, body["status"]) == (status, status)
    assert "EE49001019904" not in json.dumps(body)


def test_every_offer_describes_each_of_its_endpoints(quay):
    for service, offer in offered(quay).items():
        paths = json.loads(offer.openapi)["paths"]
        described = {(verb.upper(), path) for path, verbs in paths.items() for verb in verbs}
        assert described == {(one.method, one.path) for one in offer.endpoints}, service


def test_a_description_names_every_field_of_the_schema_that_an_offer_has(quay):
    definition = draft(boats(rights_toml=RIGHT))
    for name, read in definition.reads.items():
        content = json.loads(offered(quay)[name].openapi)["paths"]["/"]["get"]["responses"]["200"]
        [told] = content["content"].values()
        one = told["schema"]["properties"]["records"]["items"]
        assert set(one["properties"]) == set(read.fields)
