"""Enrolling people, binding cards, and stopping them: who may, who may not."""

from dataclasses import dataclass, replace
from datetime import date

import msgspec
import pytest
from tests.identity.conftest import AT_DESK, BY_PHONE, HERSELF, MARI, OFFICER, PERSON, order

from riik.core import MemberId, PersonCode
from riik.identity import (
    Actor,
    Channel,
    CodeRefused,
    DocumentRefused,
    KeyPurpose,
    Organisation,
    PersonRefused,
    PersonUnknown,
    Reason,
    Sex,
    Status,
)

pytestmark = pytest.mark.anyio
READER = MemberId("EE-DEMO", "GOV", "70000002")


def find(identity, code=MARI):
    return identity.find(code, reader=READER, purpose="test", legal_basis="ITDS § 9")


async def refused(action, why, error=DocumentRefused):
    with pytest.raises(error) as caught:
        await action
    assert caught.value.why == why


def test_who_is_enrolled_is_found_and_the_look_is_written_down(identity, looks):
    [subject] = identity.enrol([PERSON])
    assert find(identity).person == PERSON
    assert looks.rows == [(subject, READER, "test")]


def test_enrolling_again_with_the_same_facts_changes_nothing(identity):
    assert identity.enrol([PERSON]) == identity.enrol([PERSON])


CONTRADICTIONS = [
    ({"birth_date": date(1994, 3, 14)}, "birth-date"),
    ({"sex": Sex.MALE}, "sex"),
    ({"given_names": ""}, "name"),
    ({"given_names": " Mari"}, "name"),
]


@pytest.mark.parametrize(("change", "why"), CONTRADICTIONS, ids=str)
def test_facts_that_contradict_the_code_are_refused(identity, change, why):
    with pytest.raises(PersonRefused) as caught:
        identity.enrol([replace(PERSON, **change)])
    assert caught.value.why == why
    with pytest.raises(PersonUnknown):
        find(identity)


def test_a_code_that_breaks_its_scheme_enrols_nobody_at_all(identity):
    with pytest.raises(CodeRefused):
        identity.enrol([PERSON, replace(PERSON, code=PersonCode("EE49403136527"))])
    with pytest.raises(PersonUnknown):
        find(identity)


def test_other_facts_of_an_enrolled_person_are_refused(identity):
    identity.enrol([PERSON])
    with pytest.raises(PersonRefused) as caught:
        identity.enrol([replace(PERSON, surname="Tamm")])
    assert caught.value.why == "differs"


def test_nobody_is_enrolled_twice_at_once(identity):
    with pytest.raises(PersonRefused) as caught:
        identity.enrol([PERSON, replace(PERSON, surname="Tamm")])
    assert caught.value.why == "twice"


def test_a_vietnamese_resident_is_enrolled_by_the_places_of_the_profile(identity):
    code, born = PersonCode("VN001094012345"), date(1994, 3, 13)
    person = replace(PERSON, code=code, birth_date=born, sex=Sex.MALE)
    with pytest.raises(CodeRefused):
        identity.enrol([person])
    replace(identity, places=frozenset({"001"})).enrol([person])
    assert find(identity, code).person == person


@dataclass
class Counted:
    """A database that counts the units of work."""

    database: object
    units: int = 0

    def work(self):
        self.units += 1
        return self.database.work()

    def read(self):
        return self.database.read()


def test_a_thousand_residents_are_enrolled_in_one_unit(identity):
    people, counted = [resident(number) for number in range(1000)], Counted(identity.database)
    subjects = replace(identity, database=counted).enrol(people)
    assert (len(set(subjects)), counted.units) == (1000, 1)
    assert find(identity, people[777].code).person == people[777]


def resident(number):
    """The person with that serial number, of a country that leaves codes to us."""
    return replace(PERSON, code=PersonCode(f"ZZ{number:06d}"), given_names=f"No {number}")


def test_an_organisation_is_found_by_its_code(identity):
    bank = Organisation(
        member=MemberId("EE-DEMO", "COM", "10747013"), registry_code="10747013", name="Pank"
    )
    identity.enrol([], organisations=[bank])
    identity.enrol([], organisations=[replace(bank, name="Suurpank")])
    assert identity.find_organisation("10747013").name == "Suurpank"
    with pytest.raises(PersonUnknown):
        identity.find_organisation("1")


async def test_a_bound_card_is_active_and_its_keys_lead_to_it(identity, bound):
    [document] = find(identity).documents
    assert (document.number, document.status) == ("AS0012345", Status.ACTIVE)
    holder = identity.find_holder(bound.authentication)
    assert holder == (document, KeyPurpose.AUTHENTICATION)
    assert identity.find_holder(bound.signature)[1] is KeyPurpose.SIGNATURE


async def test_a_key_that_was_never_bound_leads_nowhere(identity, bound, trust_centre):
    with pytest.raises(DocumentRefused):
        identity.find_holder(trust_centre.person().authentication.certificate)


ORDERS = [
    ({"number": "12345"}, "document-number", CodeRefused),
    ({"valid_until": date(2026, 11, 22)}, "validity", DocumentRefused),
    ({"valid_until": date(2037, 1, 1)}, "validity", DocumentRefused),
    ({"authentication_key": b"k", "signature_key": b"k"}, "keys-same", DocumentRefused),
    ({"holder": OFFICER}, "unknown", PersonUnknown),
]


@pytest.mark.parametrize(("change", "why", "error"), ORDERS, ids=lambda value: str(value)[:40])
async def test_an_order_that_can_t_be_is_refused(identity, change, why, error):
    identity.enrol([PERSON])
    await refused(identity.bind_key([order(**change)], by=AT_DESK), why, error)


@pytest.mark.parametrize("by", [BY_PHONE, HERSELF], ids=["phone", "herself"])
async def test_cards_are_bound_by_an_officer_in_person(identity, by):
    identity.enrol([PERSON])
    await refused(identity.bind_key([order()], by=by), "actor")


async def test_no_number_is_given_twice(identity, bound):
    await refused(identity.bind_key([order()], by=AT_DESK), "number-taken")


async def test_an_authority_that_certifies_another_key_is_not_believed(identity, authority):
    identity.enrol([PERSON])
    authority.other_key = True
    await refused(identity.bind_key([order()], by=AT_DESK), "certificate")
    assert find(identity).documents[0].status is Status.PREPARED


async def test_many_cards_are_bound_in_one_unit(identity):
    people = [resident(number) for number in range(20)]
    identity.enrol(people)
    orders = [order(f"AS{number:07d}", holder=person.code) for number, person in enumerate(people)]
    pairs = await identity.bind_key(orders, by=AT_DESK)
    held = [identity.find_holder(pair.authentication)[0].number for pair in pairs]
    assert held == [each.number for each in orders]


async def test_two_cards_of_one_order_have_two_numbers(identity):
    identity.enrol([PERSON])
    await refused(identity.bind_key([order(), order()], by=AT_DESK), "number-taken")


async def test_an_order_that_was_cut_off_may_be_repeated(identity, authority):
    identity.enrol([PERSON])
    ordered = order()
    authority.other_key = True
    await refused(identity.bind_key([ordered], by=AT_DESK), "certificate")
    authority.other_key = False
    await identity.bind_key([ordered], by=AT_DESK)
    assert [each.status for each in find(identity).documents] == [Status.ACTIVE]


@pytest.mark.parametrize("by", [BY_PHONE, HERSELF, AT_DESK], ids=["phone", "herself", "desk"])
async def test_a_lost_card_is_suspended_at_once_by_anyone_who_may(
    identity, bound, authority, outbox, by
):
    [document] = await identity.suspend(MARI, reason=Reason.LOST, by=by)
    assert document.status is Status.SUSPENDED
    assert {certificate for _, certificate in authority.asked} == {
        bound.authentication,
        bound.signature,
    }
    topic, _, payload = outbox.rows[-1]
    assert topic == "identity.document-changed"
    assert msgspec.json.decode(payload)["action"] == "suspended"


async def test_a_stranger_may_suspend_nothing(identity, bound):
    stranger = Actor(person=PersonCode("EE61709210125"), channel=Channel.STRONG_LOGIN)
    await refused(identity.suspend(MARI, reason=Reason.LOST, by=stranger), "actor")


@pytest.mark.parametrize("verb", ["resume", "revoke"])
async def test_a_voice_on_the_phone_unlocks_and_destroys_nothing(identity, bound, verb):
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE)
    act = getattr(identity, verb)
    await refused(act(MARI, number="AS0012345", reason=Reason.FOUND, by=BY_PHONE), "channel")


async def test_a_found_card_works_again(identity, bound):
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE)
    [document] = await identity.resume(MARI, number="AS0012345", reason=Reason.FOUND, by=AT_DESK)
    assert document.status is Status.ACTIVE


async def test_nothing_leads_back_from_revoked(identity, bound):
    await identity.revoke(MARI, reason=Reason.STOLEN, by=AT_DESK)
    await refused(
        identity.resume(MARI, number="AS0012345", reason=Reason.FOUND, by=AT_DESK), "status"
    )
    assert await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE) == []


async def test_an_expired_card_is_not_resumed(identity, bound, clock):
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE)
    clock.advance(days=6 * 365)
    await refused(
        identity.resume(MARI, number="AS0012345", reason=Reason.FOUND, by=AT_DESK), "expired"
    )


async def test_suspending_twice_asks_and_tells_once(identity, bound, authority, outbox):
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE, number="AS0012345")
    before = (len(authority.asked), len(outbox.rows))
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE, number="AS0012345")
    assert (len(authority.asked), len(outbox.rows)) == before


async def test_another_person_s_card_is_unknown(identity, bound):
    identity.enrol([replace(PERSON, code=PersonCode("ZZ1"))])
    await refused(
        identity.suspend(PersonCode("ZZ1"), number="AS0012345", reason=Reason.LOST, by=AT_DESK),
        "unknown",
    )


async def test_what_was_done_is_written_down_without_names(identity, bound, clock):
    clock.advance(seconds=1)
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE)
    events = find(identity).events
    assert [(number, event.action, event.reason) for number, event in events] == [
        ("AS0012345", "bound", None),
        ("AS0012345", "suspended", Reason.LOST),
    ]
    assert OFFICER not in repr(events)


async def test_nothing_in_the_database_names_the_person(identity, bound, tmp_path):
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("*.db*"))
    for secret in (MARI[2:], "Männik", "MÄNNIK", "AS0012345"):
        assert secret.encode() not in kept
