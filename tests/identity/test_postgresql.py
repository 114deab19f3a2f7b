"""The same people and cards on a PostgreSQL server: every table is written and read."""

import pytest
from tests.identity.conftest import AT_DESK, BY_PHONE, MARI, PERSON, order

from riik.core import MemberId
from riik.identity import KeyPurpose, Organisation, Reason, Status
from riik.runtime.database import open_database

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]
BANK = Organisation(member=MemberId("EE-DEMO", "COM", "1"), registry_code="1", name="Pank")


@pytest.fixture
def database(postgresql):
    database = open_database(postgresql.new_database(), name="test")
    yield database
    database.close()


async def test_a_card_is_bound_suspended_resumed_and_revoked(identity):
    identity.enrol([PERSON], organisations=[BANK])
    [pair] = await identity.bind_key([order()], by=AT_DESK)
    assert identity.find_holder(pair.signature)[1] is KeyPurpose.SIGNATURE
    await identity.suspend(MARI, reason=Reason.LOST, by=BY_PHONE)
    await identity.resume(MARI, number="AS0012345", reason=Reason.FOUND, by=AT_DESK)
    await identity.revoke(MARI, reason=Reason.STOLEN, by=AT_DESK)
    known = identity.find(MARI, reader=BANK.member, purpose="test", legal_basis="ITDS § 9")
    assert known.person == PERSON
    assert known.documents[0].status is Status.REVOKED
    assert len(known.events) == 4
    assert identity.find_organisation("1") == BANK
