"""A register's officials: whole keys, a case and a purpose, signed changes, four eyes."""

from datetime import date

import pytest
from sqlalchemy import text as sql
from tests.registers.desk.house import (
    EHA,
    ERRAND,
    FOUR_EYES,
    PEETER,
    SINKING,
    SKIPPER,
    STRANGER,
    TICKET,
    harbour,
)
from tests.registers.folder.house import text
from tests.registers.house import PORTAL

from riik.core import PersonCode, Refused
from riik.registers import Caller, ChangeRequest, NewRecord
from riik.registers.corrections.component import Correction
from riik.registers.desk.reading import Errand
from riik.transparency import Action

pytestmark = pytest.mark.anyio

NOBODY = PersonCode("EE48001019903")


@pytest.fixture
def place(tmp_path):
    built = harbour(tmp_path)
    yield built
    built.house.closed()


@pytest.fixture
def eyes(tmp_path):
    """The same register where corrections want two officials."""
    built = harbour(tmp_path, **FOUR_EYES)
    yield built
    built.house.closed()


@pytest.fixture
def sinking(tmp_path):
    """The same register where two officials sink a boat; a correction has its field as well."""
    built = harbour(tmp_path, **SINKING)
    yield built
    built.house.closed()


def refused(why):
    return pytest.raises(Refused, check=lambda error: error.why == why)


@pytest.mark.parametrize(
    ("by", "value"), [("person", SKIPPER), ("person", SKIPPER[2:]), ("number", "AB 1")]
)
def test_a_record_is_found_by_a_whole_key_and_the_look_is_on_record(place, by, value):
    [found] = place.looking.search(EHA, ERRAND, by=by, value=value)
    assert found["record"] == place.record
    [look] = place.looks()
    assert (look.acting, look.purpose, look.case) == (EHA, "register-keeping", "7-1/12")


@pytest.mark.parametrize("value", ["AB", "ab 1", "AB 11", "%", "AB 1' --"])
def test_a_part_of_a_key_finds_nothing(place, value):
    assert place.looking.search(EHA, ERRAND, by="number", value=value) == []
    assert place.looks() == []


def test_who_finds_nothing_of_a_person_has_looked_as_well(place):
    place.house.vault.subject_of(NOBODY)
    assert place.looking.search(EHA, ERRAND, by="person", value=NOBODY) == []
    assert place.house.looks(NOBODY)[0].access.acting == EHA


def errand(**others):
    return Errand(**{"register": "boats", "purpose": "register-keeping", "case": "1"} | others)


SEARCHES = [
    ("nobody's official", {"person": NOBODY}, "no-official"),
    ("another register's official", {"person": STRANGER}, "other-register"),
    ("oneself by code", {"person": SKIPPER, "by": "person", "value": SKIPPER}, "own-case"),
    ("one's own boat", {"person": SKIPPER}, "own-case"),
    ("no case", {"errand": errand(case=" ")}, "case"),
    ("a case that is a page", {"errand": errand(case="x" * 101)}, "case"),
    ("a case of two lines", {"errand": errand(case="1\n2")}, "case"),
    ("a case that nobody has", {"errand": errand(case="X-1")}, "case-unknown"),
    ("nearly a case", {"errand": errand(case="7-1/1")}, "case-unknown"),
    ("a request that nobody made", {"errand": errand(case="2026-000001")}, "case-unknown"),
    ("a reference to nothing", {"errand": errand(case="outside:")}, "case"),
    ("a reference of two signs", {"errand": errand(case="outside: 1 ")}, "case"),
    ("a purpose of others", {"errand": errand(purpose="insurance")}, "purpose"),
    ("curiosity", {"errand": errand(purpose="curiosity")}, "purpose"),
    ("no such register", {"errand": errand(register="ships")}, "register"),
    ("a field that isn't indexed", {"by": "state", "value": "afloat"}, "by"),
    ("no code", {"by": "person", "value": "Mari"}, "code"),
    ("nothing", {"value": "  "}, "empty"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "why"), [s[1:] for s in SEARCHES], ids=[s[0] for s in SEARCHES])
def test_a_look_that_nobody_may_take_is_refused(place, asked, why):
    words = {"person": EHA, "errand": ERRAND, "by": "number", "value": "AB 1"} | asked
    with refused(why):
        place.looking.search(words["person"], words["errand"], by=words["by"], value=words["value"])
    assert place.looks() == []


@pytest.mark.parametrize("case", ["outside:K-12/2026", "7-1/12"])
def test_a_look_stands_on_record_with_its_case_and_where_that_is(place, case):
    place.looking.search(EHA, errand(case=case), by="number", value="AB 1")
    [look] = place.looks()
    assert look.case == case


def test_a_request_of_another_register_is_no_case_of_this_one(place):
    number = say(place)
    assert place.looking.open(EHA, errand(case=number), place.record)
    place.looking.rights.holdings["cars"] = place.looking.rights.holdings["boats"]
    with refused("case-unknown"):
        place.looking.open(EHA, errand(register="cars", case=number), place.record)


@pytest.fixture
def alone(tmp_path):
    """The same register where one official sets the state of a boat right."""
    given = {name: SINKING[name] for name in ("rights_toml", "locale_en_toml")}
    built = harbour(tmp_path, **given)
    yield built
    built.house.closed()


def test_a_correction_that_was_accepted_names_who_accepted_it(alone):
    place = alone
    number = say(place)
    place.owners.correct(
        EHA,
        f"boats/{number}",
        record="",
        typed={"value": "sunk"},
        since=None,
        reason="Seen on the slip",
    )
    told = place.looking.open(EHA, ERRAND, place.record)
    corrected, opened = told["history"]
    assert (corrected["officials"], corrected["reason"]) == (["Eha Lill"], "Seen on the slip")
    assert opened["officials"] == []


def test_a_record_is_shown_with_its_verified_history(place):
    told = place.looking.open(EHA, ERRAND, place.record)
    assert told["proved"]
    [opened] = told["history"]
    assert (opened["kind"], opened["ground"]) == ("open", {"en": "Ships Act"})
    assert {one["field"] for one in told["fields"]} == {"number", "length", "state", "note"}
    assert [one["offer"] for one in told["offers"]] == ["correction"]


def test_a_record_that_somebody_wrote_over_is_not_called_proved(place):
    with place.house.database.work() as work:
        work.execute(sql("UPDATE registers_change SET signature = x'00'"))
    assert not place.looking.open(EHA, ERRAND, place.record)["proved"]


def test_what_the_owner_has_no_right_to_is_not_shown(tmp_path):
    rights = text("rights.toml", ('"number", "length", "state", "note"]', '"number", "state"]'))
    place = harbour(tmp_path, rights_toml=rights)
    told = place.looking.open(EHA, ERRAND, place.record)
    assert {one["field"] for one in told["fields"]} == {"number", "state"}
    shown = {one["names"]["en"] for change in told["history"] for one in change["changes"]}
    assert shown == {"Number", "State"}
    place.house.closed()


async def test_a_signed_change_is_made_and_stands_in_the_history_with_its_reason(place):
    done = await place.sign(place.wish(state="sunk"))
    assert done["state"] == "made"
    assert place.state() == "sunk"
    newest = place.looking.open(EHA, ERRAND, place.record)["history"][0]
    assert (newest["officials"], newest["reason"]) == (["Eha Lill"], "Found on the slip")
    assert [one.action for one in place.looks()].count(Action.ALTER) == 1


async def test_a_correction_holds_since_the_record_began_or_since_a_day(place):
    await place.sign(place.wish(state="sunk", since=date(2021, 5, 1), always=False))
    await place.sign(place.wish(length="7"), ticket="u" * 30)
    [chain] = place.registers.history("boats", SKIPPER)
    days = [signed.change.valid_from for signed in chain[1:]]
    assert days == [date(2021, 5, 1), date(2020, 1, 1)]


async def test_without_a_word_a_correction_holds_from_today_and_not_since_the_beginning(place):
    await place.sign(place.wish(state="sunk", always=False))
    [chain] = place.registers.history("boats", SKIPPER)
    assert chain[-1].change.valid_from == place.registers.clock.now().date()


async def test_the_same_signature_sent_again_changes_nothing_more(place):
    await place.sign(place.wish(state="sunk"))
    again = await place.desk.complete(EHA, TICKET, b"ok")
    assert again["state"] == "made"
    [chain] = place.registers.history("boats", SKIPPER)
    assert len(chain) == 2


WISHES = [
    ("no reason", {"reason": " ", "state": "sunk"}, "reason"),
    ("a reason that is a book", {"reason": "x" * 2001, "state": "sunk"}, "long"),
    ("nothing new", {"state": "afloat"}, "nothing"),
    ("nothing at all", {}, "nothing"),
    ("a choice that isn't there", {"state": "lost"}, "value"),
    ("a number that is none", {"length": "7 m"}, "value"),
    ("a number that the schema refuses", {"length": "0"}, "schema"),
    ("a needed field taken away", {"state": ""}, "schema"),
    ("a field that this change may not touch", {"note": "dry"}, "nothing"),
    (
        "a day before the record",
        {"state": "sunk", "since": date(2019, 1, 1), "always": False},
        "since",
    ),
    ("another offer", {"offer": "enter", "state": "sunk"}, "offer"),
    ("an offer that isn't there", {"offer": "sink", "state": "sunk"}, "offer"),
    ("another record", {"record": "f" * 32, "state": "sunk"}, "unknown"),
]


@pytest.mark.parametrize(("wish", "why"), [w[1:] for w in WISHES], ids=[w[0] for w in WISHES])
async def test_a_change_that_does_not_hold_is_refused_before_it_is_signed(place, wish, why):
    with refused(why):
        await place.sign(place.wish(**wish))
    assert place.state() == "afloat"


async def test_a_signature_that_does_not_pass_changes_nothing(place):
    with refused("signature"):
        await place.sign(place.wish(state="sunk"), value=b"no")
    assert place.state() == "afloat"


async def test_anothers_card_signs_nothing(place):
    with refused("person"):
        await place.desk.prepare(
            EHA, ERRAND, place.wish(state="sunk"), certificate=PEETER.encode(), ticket=TICKET
        )


@pytest.mark.parametrize("ticket", ["", "short", "t" * 65, "../" * 10])
async def test_a_ticket_is_the_pages_own(place, ticket):
    with refused("ticket"):
        await place.sign(place.wish(state="sunk"), ticket=ticket)


async def test_nobody_ends_anothers_signature(place):
    await place.desk.prepare(
        EHA, ERRAND, place.wish(state="sunk"), certificate=EHA.encode(), ticket=TICKET
    )
    with refused("ticket"):
        await place.desk.complete(PEETER, TICKET, b"ok")
    with refused("signed"):
        await place.sign(place.wish(state="sunk"), person=PEETER)
    assert place.state() == "afloat"


async def test_a_record_that_was_changed_meanwhile_is_not_changed_again(place):
    for ticket in ("t" * 30, "u" * 30):
        await place.desk.prepare(
            EHA, ERRAND, place.wish(state="sunk"), certificate=EHA.encode(), ticket=ticket
        )
    await place.desk.complete(EHA, "u" * 30, b"ok")
    with refused("raced"):
        await place.desk.complete(EHA, TICKET, b"ok")
    [chain] = place.registers.history("boats", SKIPPER)
    assert len(chain) == 2


async def test_where_four_eyes_are_asked_one_signature_only_proposes(eyes):
    done = await eyes.sign(eyes.wish(state="sunk"))
    assert (done["state"], eyes.state()) == ("proposed", "afloat")
    [waits] = eyes.desk.waiting(PEETER)
    assert (waits["by"], waits["mine"]) == ("Eha Lill", False)
    [row] = eyes.desk.open_order(PEETER, TICKET)["rows"]
    assert (row["before"]["value"], row["after"]["value"]) == ("afloat", "sunk")
    assert eyes.looks()[0].acting == PEETER


async def test_a_second_official_signs_the_same_paper_and_it_is_made(eyes):
    await eyes.sign(eyes.wish(state="sunk"))
    done = await eyes.agree()
    assert (done["state"], eyes.state()) == ("made", "sunk")
    newest = eyes.looking.open(EHA, ERRAND, eyes.record)["history"][0]
    assert newest["officials"] == ["Eha Lill", "Peeter Kask"]
    assert eyes.desk.waiting(PEETER) == []


AGREEING = [
    ("the same official", {"person": EHA}, "four-eyes"),
    ("whose boat it is", {"person": SKIPPER}, "own-case"),
    ("another register's official", {"person": STRANGER}, "other-register"),
    ("nobody's official", {"person": NOBODY}, "no-official"),
    ("no such order", {"order": "x" * 30}, "order"),
    ("no signature", {"value": b"no"}, "signature"),
]


@pytest.mark.parametrize(("asked", "why"), [a[1:] for a in AGREEING], ids=[a[0] for a in AGREEING])
async def test_nobody_else_makes_a_proposal_true(eyes, asked, why):
    await eyes.sign(eyes.wish(state="sunk"))
    with refused(why):
        await eyes.agree(**asked)
    assert eyes.state() == "afloat"


async def test_who_proposed_does_not_make_it_true_by_sending_again(eyes):
    await eyes.sign(eyes.wish(state="sunk"))
    await eyes.desk.agree(PEETER, TICKET, certificate=PEETER.encode())
    assert (await eyes.desk.complete(EHA, TICKET, b"ok"))["state"] == "proposed"
    assert eyes.state() == "afloat"


async def test_a_second_official_refuses_with_a_reason_and_it_is_over(eyes):
    await eyes.sign(eyes.wish(state="sunk"))
    for person, reason, why in ((PEETER, " ", "reason"), (EHA, "Not so", "four-eyes")):
        with refused(why):
            eyes.desk.refuse(person, TICKET, reason=reason)
    eyes.desk.refuse(PEETER, TICKET, reason="Not so")
    with refused("order"):
        await eyes.agree()
    assert eyes.state() == "afloat"


async def test_one_proposal_waits_for_a_record_at_a_time(eyes):
    await eyes.sign(eyes.wish(state="sunk"))
    with refused("waiting"):
        await eyes.sign(eyes.wish(length="9"), ticket="u" * 30)


async def test_a_proposal_for_a_record_that_was_changed_meanwhile_is_not_made(eyes):
    await eyes.sign(eyes.wish(state="sunk"))
    owner = eyes.registers.holdings["boats"].provider
    caller = Caller(client=owner, purpose="register-keeping", legal_basis="Ships Act")
    changed = ChangeRequest(register="boats", offer="correction", caller=caller, subject=SKIPPER,
                            values={"length": 3}, valid_from=date(2020, 1, 1))  # fmt: skip
    eyes.registers.correct(changed)
    with refused("raced"):
        await eyes.agree()


def own(**others):
    return Caller(
        client=PORTAL, user=SKIPPER, authority=f"{SKIPPER} - {PORTAL.member} C1", issue="C1",
        purpose="own-data", legal_basis="GDPR", **others)  # fmt: skip


def say(place):
    said = Correction(register="boats", field="state", says="afloat", should_be="sunk")
    return place.corrections.receive(said, caller=own(message_id="m1"), subject=SKIPPER)


async def test_a_change_answers_the_person_who_said_that_it_was_wrong(eyes):
    number = say(eyes)
    await eyes.sign(eyes.wish(state="sunk", correction=number))
    assert len(eyes.owners.waiting(EHA)) == 1
    await eyes.agree()
    assert eyes.owners.waiting(EHA) == []
    [told] = eyes.corrections.of_person("boats", caller=own(), subject=SKIPPER)
    assert (told["verdict"], told["reason"]) == ("corrected", "Found on the slip")


async def test_a_change_in_the_case_of_a_request_answers_it(place):
    number = say(place)
    case = errand(case=number)
    await place.sign(place.wish(length="7"), errand=case)
    assert len(place.owners.waiting(EHA)) == 1
    await place.sign(place.wish(state="sunk"), errand=case, ticket="u" * 30)
    assert place.owners.waiting(EHA) == []


async def test_a_change_of_another_field_answers_nobody_s_request(place):
    number = say(place)
    done = await place.sign(place.wish(length="7", correction=number))
    assert done["state"] == "made"
    assert len(place.owners.waiting(EHA)) == 1


async def test_another_s_request_is_not_answered(place):
    number = say(place)
    boat = {"number": "AB 2", "state": "afloat"}
    new = NewRecord(subject=STRANGER, values=boat, valid_from=date(2020, 1, 1))
    [other] = place.registers.open_many("boats", [new], ground="Ships Act")
    with refused("unknown"):
        await place.sign(place.wish(record=other, state="sunk", correction=number))
    assert len(place.owners.waiting(EHA)) == 1


async def test_a_change_by_another_name_wants_four_eyes_where_it_touches_their_fields(sinking):
    done = await sinking.sign(sinking.wish(offer="correction", state="sunk"))
    assert (done["state"], sinking.state()) == ("proposed", "afloat")
    await sinking.agree()
    assert sinking.state() == "sunk"


async def test_what_four_eyes_do_not_guard_is_changed_by_one(sinking):
    assert (await sinking.sign(sinking.wish(length="7")))["state"] == "made"


def test_a_correction_answered_by_one_official_leaves_what_four_eyes_guard(sinking):
    key = f"boats/{say(sinking)}"
    assert sinking.owners.open(EHA, key)["kind"] == "two-officials"
    with refused("two-officials"):
        sinking.owners.correct(EHA, key, record="", typed={"value": "sunk"}, since=None)
    assert sinking.state() == "afloat"


async def test_a_change_answers_no_request_that_is_not_there(place):
    with refused("unknown"):
        await place.sign(place.wish(state="sunk", correction="2026-000009"))
    assert place.state() == "afloat"
