"""The verbs: right, purpose and statement first; then the look on record; then the answer."""

from dataclasses import replace
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.registers.house import (
    BANK,
    INTERIOR,
    JAAN,
    MARI,
    PORTAL,
    TRANSPORT,
    asks,
    look,
    person,
)

from riik.core import ClientId, Refused
from riik.formats.canonical_json import decode
from riik.registers import AuthorityRefused, ChangeRequest, NewRecord, RecordRefused, UnknownSubject
from riik.transparency import Action

OWN = {"purpose": "own-data", "legal_basis": "Rahvastikuregistri seadus"}


def move(to="Tartu", *, start=None, caller=None, **others):
    """Mari tells through the portal where she lives now."""
    caller = caller or asks(PORTAL, **(OWN | {"purpose": "change-of-address"}), message_id="m1")
    return ChangeRequest(
        register="population",
        offer="residence",
        caller=caller,
        subject=MARI,
        values={"residence": {"system": "ADS", "code": "1", "text": to}},
        valid_from=start,
        **others,
    )


def correction(values, *, start=date(2020, 1, 1), subject=MARI):
    return ChangeRequest(
        register="population",
        offer="correction",
        caller=asks(
            INTERIOR,
            authority=None,
            purpose="correction",
            legal_basis="Rahvastikuregistri seadus",
        ),
        subject=subject,
        values=values,
        valid_from=start,
    )


def test_a_right_with_a_statement_reads_its_fields_and_no_other(house):
    [values] = house.registers.read(look()).records
    assert set(values) == {
        "given_names",
        "family_name",
        "birth_date",
        "residence",
        "residence_days",
    }
    assert (values["given_names"], values["residence"]) == ("Mari", None)


def test_who_asks_for_no_field_gets_all_that_the_right_allows(house):
    assert "middle_names" in house.registers.read(look(fields=None)).fields


def test_a_look_is_on_record_with_who_why_and_what(house):
    house.registers.read(look(caller=asks(message_id="m7", user=MARI)))
    access = house.looks()[0].access
    assert (access.reader, access.purpose) == (TRANSPORT, "driving-licence-renewal")
    assert (access.case, access.message_id, access.acting) == ("C1", "m7", MARI)
    assert access.fields == (
        "given_names",
        "family_name",
        "birth_date",
        "residence",
        "residence_days",
    )
    assert access.service == "EE-DEMO/GOV/70001047/population/person"


def test_a_look_names_nobody_as_acting_who_did_not_sign_in(house):
    with pytest.raises(AuthorityRefused) as refused:
        house.registers.read(look(caller=asks(user=JAAN)))
    assert (refused.value.why, house.looks()) == ("asker", ())


def test_a_look_that_cannot_be_recorded_answers_nothing(house):
    def refuse(*args, **kwargs):
        raise RuntimeError("the disk is full")

    broken = replace(house.registers, record_access=refuse)
    with pytest.raises(RuntimeError):
        broken.read(look())
    assert house.looks() == ()


def test_finding_nothing_about_somebody_known_is_a_look(house):
    house.vault.subject_of(JAAN)
    with pytest.raises(UnknownSubject):
        house.registers.read(look(JAAN, caller=asks(about=JAAN)))
    assert len(house.looks(JAAN)) == 1


def test_asking_for_somebody_unknown_makes_nobody_known(house):
    with pytest.raises(UnknownSubject):
        house.registers.read(look(JAAN, caller=asks(about=JAAN)))
    assert house.vault.find(JAAN) is None


def test_other_persons_in_an_answer_see_the_look_too(house):
    child = {"person": JAAN, "name": "Jaan Tamm", "birth_date": "2015-01-01", "custody": True}
    house.registers.correct(correction({"children": [child]}))
    house.registers.read(look(caller=asks(PORTAL, **OWN), fields=("children",)))
    assert [found.access.reader for found in house.looks(JAAN)] == [PORTAL]


REFUSED = [
    ("a right for another purpose only", asks(BANK), "purpose"),
    ("another subsystem", asks(ClientId(TRANSPORT.member, "x")), "client"),
    ("no purpose", asks(purpose=""), "missing"),
    ("another purpose", asks(purpose="curiosity"), "purpose"),
    ("another law", asks(legal_basis="Perekonnaseadus"), "legal-basis"),
    ("no statement", asks(authority=None), "missing"),
    ("a statement that doesn't verify", asks(authority="forged"), "signature"),
    ("another person's statement", asks(about=JAAN), "subject"),
    ("stated to another member", asks(authority=f"{MARI} - {PORTAL.member} C1"), "audience"),
    ("another case", asks(issue="C2"), "case"),
    ("no case", asks(issue=None), "case"),
]


@pytest.mark.parametrize(("caller", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_no_right_allows_is_refused_and_reads_nothing(house, caller, why):
    with pytest.raises(Refused) as refused:
        house.registers.read(look(caller=caller))
    assert refused.value.why == why
    assert house.looks() == ()


def test_a_field_too_many_refuses_the_whole(house):
    with pytest.raises(Refused) as refused:
        house.registers.read(look(fields=("given_names", "children")))
    assert refused.value.why == "fields"


def test_who_represents_a_person_reads_what_the_person_may(house):
    caller = asks(authority=f"{JAAN} {MARI} {TRANSPORT.member} C1")
    assert house.registers.read(look(caller=caller)).records


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (look(offer="people"), "offer"),
        (replace(look(), register="weapons"), "register"),
        (look(None), "no-subject"),
        (look(None, key=("phone", "1")), "key"),
    ],
    ids=["no offer", "no register", "nobody", "not indexed"],
)
def test_a_question_that_isnt_offered_is_refused(house, asked, why):
    with pytest.raises(Refused) as refused:
        house.registers.read(asked)
    assert refused.value.why == why


def test_a_change_holds_from_its_day_and_the_past_stays(house):
    house.registers.change(move("Tartu", start=date(2026, 11, 1)))
    texts = [
        (house.registers.read(look(as_of=day)).records[0]["residence"] or {}).get("text")
        for day in (date(2026, 10, 31), date(2026, 11, 1))
    ]
    assert texts == [None, "Tartu"]


def test_what_was_known_at_a_moment_can_be_asked(house):
    before = house.clock.now()
    house.clock.advance(hours=1)
    house.registers.correct(correction({"given_names": "Marie"}))
    names = [
        house.registers.read(look(known_at=moment)).records[0]["given_names"]
        for moment in (before, house.clock.now())
    ]
    assert names == ["Mari", "Marie"]


def test_the_same_message_makes_a_change_once(house):
    first = house.registers.change(move())
    assert house.registers.change(move()) == first
    assert len(house.registers.history("population", MARI)[0]) == 2


def test_a_change_is_a_look_as_well(house):
    house.registers.change(move())
    assert house.looks()[0].access.action is Action.ALTER


def test_subscribers_are_told_what_changed_and_never_to_what(house):
    house.registers.change(move("Kasepuu tee 4"))
    [(topic, key, payload)] = house.outbox.events
    event = decode(payload)
    assert (topic, event["fields"], event["kind"]) == ("registers.changed", ["residence"], "change")
    assert key == f"{event['record']}/1"
    assert b"Kasepuu" not in payload
    assert MARI.encode() not in payload


def test_a_history_is_signed_from_its_first_change(house):
    house.registers.change(move())
    [chain] = house.registers.history("population", MARI)
    assert [signed.change.kind for signed in chain] == ["open", "change"]
    assert chain[1].change.previous == chain[0].digest
    assert chain[1].change.actor == str(PORTAL)


def test_a_wrong_value_changes_nothing(house):
    wrong = replace(move(), values={"residence": {"text": 3}})
    with pytest.raises(RecordRefused) as refused:
        house.registers.change(wrong)
    assert refused.value.facts["pointer"].startswith("/residence")
    assert len(house.registers.history("population", MARI)[0]) == 1
    assert house.looks() == ()


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (replace(move(), values={"sex": "M"}), "fields"),
        (replace(move(), offer="correction"), "offer"),
        (replace(move(), subject=JAAN), "subject"),
        (replace(move(), record="00"), "unknown"),
        (move(caller=asks(BANK)), "client"),
        (replace(move(), valid_to=date(2020, 1, 1)), "period"),
        (move(start=date(2019, 1, 1)), "before-record"),
    ],
)
def test_a_change_that_isnt_allowed_is_refused(house, request_, why):
    with pytest.raises(Refused) as refused:
        house.registers.change(request_)
    assert refused.value.why == why


def test_a_person_has_one_record_in_a_register_of_single_records(house):
    with pytest.raises(RecordRefused) as refused:
        house.fill(person())
    assert refused.value.why == "opened"


def test_a_wrong_record_among_many_opens_none(house):
    wrong = [NewRecord(subject=JAAN, values={"code": JAAN}, valid_from=date(2020, 1, 1))]
    with pytest.raises(RecordRefused):
        house.registers.open_many("population", wrong, ground="law")
    assert house.vault.find(JAAN) is None


def test_the_file_of_the_database_shows_nobody(house):
    house.fill(person(JAAN, given_names="Jaanimarker", email="marker@example.ee"))
    house.database.checkpoint()
    kept = b"".join(path.read_bytes() for path in house.folder.glob("node.db*"))
    for marker in (b"Jaanimarker", b"marker@example.ee", JAAN.encode(), b"1990-01-01"):
        assert marker not in kept


def test_a_forgotten_person_is_unreadable_and_the_chain_stays(house):
    subject = house.vault.find(MARI)
    house.vault.forget(subject)
    with house.database.read() as work:
        [row] = house.store.records_of("population", subject, work=work)
        assert len(house.store.changes(row.record, work=work)) == 1
    with pytest.raises(Refused):
        house.registers.read(look())


@pytest.mark.parametrize(("zone", "found"), [("UTC", 0), ("Asia/Ho_Chi_Minh", 1)])
def test_a_day_begins_where_the_law_says(house, zone, found):
    house.clock.set(datetime(2026, 11, 23, 18, tzinfo=UTC))
    house.registers.change(move(start=date(2026, 11, 24)))
    registers = replace(house.registers, zone=ZoneInfo(zone))
    [values] = registers.read(look(fields=("residence",))).records
    assert (values["residence"] is not None) == found
