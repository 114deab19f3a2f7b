"""A register that reads in place is a register: rights, statements, and a record of each look."""

import json
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.registers.house import BANK, PORTAL, TRANSPORT
from tests.registers.importing.conftest import estonian
from tests.registers.source.conftest import look
from tests.registers.test_http import ask as asked
from tests.registers.test_http import offered

from riik.core import PersonCode
from riik.registers import AuthorityRefused, RightMissing, UnknownSubject
from riik.registers.errors import PurposeRefused, SourceUnavailable
from riik.registers.model import Caller

INSPECTION = Caller(client=TRANSPORT, purpose="inspection", legal_basis="Permits Act")


def own(who, about=None):
    return Caller(
        client=PORTAL,
        purpose="own-data",
        legal_basis="Permits Act",
        authority=f"EE{estonian(about or who)} - {PORTAL.member} C1",
        issue="C1",
    )


def ask(house, who=None, *, caller=INSPECTION, **others):
    return house.registers.read(replace(look(who, **others), caller=caller))


def looks(house, who):
    return house.looks(PersonCode(f"EE{estonian(who)}"))


def test_a_look_is_on_record_with_its_reader_purpose_and_fields(house, plain):
    plain.put(1)
    reading = ask(house, 1)
    assert reading.records == ({"number": "K-1", "issued": "2024-04-13", "kind": "fishing"},)
    [seen] = looks(house, 1)
    assert (str(seen.access.reader), seen.access.purpose) == (str(TRANSPORT), "inspection")


def test_a_record_that_was_named_by_its_number_is_a_look_at_its_person(house, plain):
    plain.put(1)
    ask(house, key=("number", "K-1"))
    assert len(looks(house, 1)) == 1


def test_people_see_their_own_with_their_own_statement(house, plain):
    plain.put(1)
    [record] = ask(house, 1, caller=own(1)).records
    assert record["fee"] == 1250


def test_nothing_leaves_when_the_look_cannot_be_recorded(house, plain):
    plain.put(1)
    with house.database.work() as work:
        work.execute(text("DROP TABLE transparency_access"))
    with pytest.raises(Exception, match="transparency_access"):
        ask(house, 1)


REFUSED = [
    ("a client without a right", {"caller": replace(INSPECTION, client=BANK)}, RightMissing),
    ("another purpose", {"caller": replace(INSPECTION, purpose="curiosity")}, PurposeRefused),
    ("no law", {"caller": replace(INSPECTION, legal_basis="")}, PurposeRefused),
    ("the statement of somebody else", {"caller": own(1, about=2)}, AuthorityRefused),
    ("no statement", {"caller": replace(own(1), authority=None)}, AuthorityRefused),
]


@pytest.mark.parametrize(("asked", "error"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_no_right_allows_never_reaches_the_table(house, plain, asked, error):
    plain.run("DROP TABLE permits")
    with pytest.raises(error):
        ask(house, 1, **asked)


def test_a_number_does_not_open_the_record_of_another_person(house, plain):
    plain.put(2)
    with pytest.raises(AuthorityRefused):
        ask(house, key=("number", "K-2"), caller=own(1))


def test_finding_nothing_about_somebody_known_is_a_look_too(house, plain):
    plain.put(1)
    ask(house, 1)
    plain.run("DELETE FROM permits")
    with pytest.raises(UnknownSubject):
        ask(house, 1)
    with pytest.raises(UnknownSubject):
        ask(house, 2)
    assert len(looks(house, 1)) == 2


def test_a_source_that_is_gone_answers_unavailable_and_a_look_is_not_made_up(house, plain):
    plain.put(1)
    ask(house, 1)
    plain.run("DROP TABLE permits")
    with pytest.raises(SourceUnavailable) as refused:
        ask(house, 1)
    assert refused.value.why == "changed"
    assert len(looks(house, 1)) == 1


def asked_over_the_exchange(house, who):
    who = PersonCode(f"EE{estonian(who)}")
    given = {"purpose": "inspection", "legal_basis": "Permits Act", "authority": None}
    return asked(house, "permit", subject=who, user=None, **given)


def test_the_exchange_gives_the_record_and_describes_the_offer(house, plain):
    plain.put(1)
    status, answer = asked_over_the_exchange(house, 1)
    assert status == 200
    assert "K-1" in json.dumps(answer)
    assert b"number" in offered(house, "permit").openapi


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        ("DROP TABLE permits", "changed"),
        ("ALTER TABLE permits RENAME COLUMN kind TO sort", "changed"),
        ("UPDATE permits SET issued = 'soon'", "changed"),
    ],
)
def test_who_asks_over_the_exchange_is_told_why_the_source_is_silent(house, plain, statement, why):
    plain.put(1)
    plain.run(statement)
    status, problem = asked_over_the_exchange(house, 1)
    assert (status, problem["why"]) == (503, why)
    assert problem["type"] == "urn:riik:problem:registers.source-unavailable"
    assert estonian(1) not in json.dumps(problem)
