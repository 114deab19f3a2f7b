"""Who tried to look at somebody's data and got nothing stands in their log as well."""

import asyncio
import json
from base64 import b64decode

import pytest
from tests.registers.house import MARI, PORTAL
from tests.registers.test_http import ask, incoming, offered

from riik.core import ClientId, PersonCode
from riik.transparency import verify_file

BANK = ClientId.parse("EE-DEMO/COM/10001011/payments")


def refusals(house):
    return [look.access for look in house.looks() if look.access.refused]


TRIED = [
    ("a field too many", {"query": "fields=children"}, "fields", ("children",)),
    ("another purpose", {"purpose": "marketing"}, "purpose", ()),
    ("another law", {"legal_basis": "GDPR"}, "legal-basis", ()),
    ("no purpose", {"purpose": None}, "missing", ()),
    ("no statement", {"authority": None}, "missing", ()),
    ("a statement for another case", {"issue": "C9"}, "case", ()),
    ("somebody without any right", {"client": BANK}, "client", ()),
]


@pytest.mark.parametrize(
    ("others", "why", "fields"), [t[1:] for t in TRIED], ids=[t[0] for t in TRIED]
)
def test_an_attempt_is_written_down_with_its_reason(house, others, why, fields):
    before = len(house.looks())
    status, _ = ask(house, "person", **others)
    [tried] = refusals(house)
    assert (status, tried.refused, tried.fields) == (403, why, fields)
    assert len(house.looks()) == before + 1


def test_who_acted_is_not_believed_to_who_was_refused(house):
    ask(house, "person", purpose="marketing")
    assert refusals(house)[0].acting is None


def test_what_was_not_said_is_called_so(house):
    ask(house, "person", purpose=None, legal_basis=None, issue=None)
    tried = refusals(house)[0]
    assert (tried.purpose, tried.legal_basis, tried.case) == ("unstated", "unstated", None)


def test_a_change_that_was_refused_is_an_attempt_too(house):
    ask(house, "residence", method="POST", body=b'{"values": {}}', purpose="marketing")
    assert [one.refused for one in refusals(house)] == ["client"]


def test_what_the_exchange_refused_is_written_down_by_the_register(house):
    offer = offered(house, "person")
    asyncio.run(offer.on_refusal(incoming(offer, client=BANK), "no-right"))
    assert [(one.reader, one.refused) for one in refusals(house)] == [(BANK, "no-right")]


NO_ATTEMPT = [
    ("a person whom nobody knows", {"subject": PersonCode("EE1"), "purpose": "marketing"}),
    ("nobody in particular", {"subject": None, "purpose": "marketing"}),
    ("a question that can't be read", {"query": "sql=1"}),
    ("a question that was answered", {}),
]


@pytest.mark.parametrize("others", [n[1] for n in NO_ATTEMPT], ids=[n[0] for n in NO_ATTEMPT])
def test_no_attempt_is_written_down_for(house, others):
    ask(house, "person", **others)
    assert refusals(house) == []


def test_a_flood_of_words_is_cut_off(house):
    ask(
        house, "person", purpose="x" * 5_000, query="fields=" + ",".join(f"f{n}" for n in range(90))
    )
    tried = refusals(house)[0]
    assert (len(tried.purpose), len(tried.fields)) == (200, 50)


def test_an_attempt_can_be_proved_like_any_look(house):
    ask(house, "person", purpose="marketing")
    house.publish()
    status, answer = ask(
        house,
        "findUsage",
        client=PORTAL,
        path="/v2/proofs",
        authority=f"{MARI} - {PORTAL.member} C1",
    )
    [proof] = [one for one in answer["proofs"] if one["access"].get("refused")]
    log = house.transparency.log
    disclosed = verify_file(b64decode(proof["disclosure"]), log=log.key)
    assert (status, disclosed.access.to_json()) == (200, proof["access"])


def test_the_tracker_s_protocol_tells_attempts_apart(house):
    ask(house, "person", purpose="marketing")
    _, answer = ask(house, "findUsage", client=PORTAL, path="/v2/findUsage", authority=f"{MARI} - {PORTAL.member} C1")  # fmt: skip
    assert answer["usages"][0]["action"] == "marketing (refused)"


def test_the_words_of_a_register_are_the_same_for_all(house):
    status, words = ask(house, "findUsage", path="/v2/words", subject=None, authority=None)
    assert status == 200
    assert words["names"]["vi"] == "Sổ đăng ký dân cư"
    assert words["fields"]["birth_date"] == {
        "et": "Sünniaeg",
        "vi": "Ngày sinh",
        "en": "Date of birth",
    }
    assert words["purposes"]["own-data"]["et"] == "Enda andmete vaatamine ja muutmine"
    assert words["laws"]["Liiklusseadus"]["en"] == "Traffic Act"
    assert words["values"]["sex.F"]["et"] == "naine"
    assert MARI not in json.dumps(words)
