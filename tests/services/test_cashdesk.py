"""Money at the desk: whose work it is, whose money they see, and never their own."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from tests.services.conftest import STAFF
from tests.services.house import ANNELI, JAAN, MARI, REIN, TIINA

from riik.core import Money
from riik.formats.payments.camt054 import Movement, Told
from riik.login import Level
from riik.node.fillers.cashdesk import CashDesk
from riik.node.fillers.money import CaseTrail
from riik.node.fillers.money import Money as Kept
from riik.payments import FeeRefused, Notification
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.refunding.component import SEND, Refunds
from riik.payments.refunding.store import SqlRefundStore
from riik.portal.official.ports import Reader
from riik.portal.session.model import Visitor
from riik.services import DeskRole
from riik.services.errors import AuthorityMissing
from riik.services.folder.paying import Paying

pytestmark = pytest.mark.anyio

OURS, THEIRS = "EE471000001020145685", "EE382200221020145685"
WITH_MONEY = replace(
    STAFF,
    officials={
        person: one if person == JAAN else replace(one, roles=one.roles | {DeskRole.MONEY})
        for person, one in STAFF.officials.items()
    },
)
"""Everybody but Jaan; Rein of another unit, too."""


def reader(person, *, level=Level.HIGH):
    visitor = Visitor(
        person=person,
        handle="h",
        given_names="",
        surname="",
        birth_date="",
        level=level,
        method="smartcard",
        sid="",
        began_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    return Reader(visitor=visitor, language="en")


@pytest.fixture
def cash(house, clock, entropy, in_thread):
    cases = house.services.cases
    receipts = Receipts(
        store=SqlReceiptStore(), fees=house.services.fees, clock=clock, account=OURS
    )
    refunds = Refunds(
        store=SqlRefundStore(),
        receipts=receipts,
        trail=CaseTrail(cases),
        outbox=house.worker,
        clock=clock,
        entropy=entropy,
        payer="Amet",
    )
    return CashDesk(
        money=Kept(receipts=receipts, refunds=refunds),
        staff=WITH_MONEY,
        files=house.services.files,
        cases=cases,
        vault=house.services.files.vault,
        record_look=house.looks,
        clock=clock,
        database=house.database,
        in_thread=in_thread,
    )


async def paid(house, cash, *, person=MARI, reference=""):
    """Somebody applies and pays 25 euros, or pays under no reference at all."""
    house.person = person
    signed = await house.sign()
    movement = Movement(
        id="m-1",
        amount=Money("EUR", 2500),
        reference=reference or signed["fee"]["reference"],
        other=THEIRS,
        day=date(2026, 5, 30),
    )
    told = Told(id="n", at=datetime(2026, 6, 1, tzinfo=UTC), account=OURS, movements=(movement,))
    with house.database.work() as work:
        cash.money.receipts.take([told], work=work)
    await house.worker.rest()


def refused(why):
    return pytest.raises(FeeRefused, check=lambda one: one.why == why)


ACTS = {
    "open": lambda cash, who: cash.open(who, "m-1"),
    "refund": lambda cash, who: cash.propose(
        who, "m-1", amount="2.00", law="RLS § 15", reason="too much", account=""
    ),
    "resolve": lambda cash, who: cash.resolve(who, "m-1", reason="none"),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize(
    ("person", "applicant", "why"),
    [
        (JAAN, MARI, "money-role"),
        (REIN, MARI, "unit"),
        (ANNELI, ANNELI, "own-case"),
        (TIINA, TIINA, "own-case"),
    ],
    ids=["role", "unit", "own", "lead-s-own"],
)
async def test_who_has_no_right_neither_sees_nor_moves(house, cash, act, person, applicant, why):
    await paid(house, cash, person=applicant)
    before = len(house.looks.kept)
    with refused(why):
        await act(cash, reader(person))
    assert len(house.looks.kept) == before


@pytest.mark.parametrize(
    ("person", "applicant"), [(REIN, MARI), (ANNELI, ANNELI)], ids=["unit", "own"]
)
async def test_a_list_has_nobody_else_s_nor_one_s_own(house, cash, person, applicant):
    await paid(house, cash, person=applicant)
    await ACTS["refund"](cash, reader(TIINA))
    assert (await cash.overview(reader(TIINA)))["refunds"]
    seen = await cash.overview(reader(person))
    assert (seen["waiting"], seen["refunds"]) == ([], [])


async def test_who_acts_for_another_has_nothing_to_do_with_that_money(house, cash):
    house.open_to("parent")
    house.actor = ANNELI
    await paid(house, cash)
    with refused("own-case"):
        await ACTS["open"](cash, reader(ANNELI))


async def test_without_the_role_there_is_no_list(house, cash):
    with refused("money-role"):
        await cash.overview(reader(JAAN))


async def test_who_is_no_official_has_none(house, cash):
    with pytest.raises(AuthorityMissing):
        await cash.overview(reader(MARI))


@pytest.mark.parametrize("person", [ANNELI, TIINA], ids=["of-the-unit", "lead"])
async def test_the_unit_s_own_see_it_and_the_look_is_recorded(house, cash, person):
    await paid(house, cash)
    seen = await cash.overview(reader(person))
    assert [one["id"] for one in seen["waiting"]] == ["m-1"]
    before = len(house.looks.kept)
    opened = await cash.open(reader(person), "m-1")
    assert opened["surplus"] == 200
    [look] = house.looks.kept[before:]
    assert person in look


async def test_what_belongs_to_no_case_is_everybody_s_who_counts_money(house, cash):
    await paid(house, cash, reference="RF18539007547034")
    seen = await cash.overview(reader(REIN))
    assert [one["standing"] for one in seen["waiting"]] == ["unknown"]


RULE = {"refund_law": "Riigilõivuseadus § 15", "refund_when": ("withdrawn",)}


async def told_of(house, cash, signed):
    """The bank tells of the fee, and what follows from it is done."""
    word = Notification(
        order="o-1",
        reference=signed["fee"]["reference"],
        amount=Money("EUR", 2300),
        paid_at=house.clock.now(),
    )
    with house.database.work() as work:
        cash.money.receipts.settled(word, other=THEIRS, work=work)
    await house.worker.rest()


async def late(house, cash, *, rule=False):
    """Somebody is at the bank, withdraws the case meanwhile, and pays on the open page."""
    given = RULE if rule else {"refund_law": "", "refund_when": ()}
    house.change(terms=replace(house.definition.terms, **given))
    signed = await house.sign()
    await house.step("withdrawal", {})
    await told_of(house, cash, signed)
    return signed


@pytest.mark.parametrize("rule", [False, True], ids=["no-rule", "rule"])
async def test_a_fee_that_comes_after_the_case_ended_waits_to_be_given_back(house, cash, rule):
    await late(house, cash, rule=rule)
    seen = await cash.overview(reader(ANNELI))
    told = [(one["id"], one["standing"], one["surplus"]) for one in seen["waiting"]]
    assert told == [("o-1", "late", 2300)]
    proposed = [(one["minor"], one["state"]) for one in seen["refunds"]]
    assert proposed == ([(2300, "proposed")] if rule else [])
    [sums] = seen["sums"]
    assert (sums["came"], sums["settled"], sums["surplus"], sums["difference"]) == (
        2300,
        0,
        2300,
        0,
    )
    view = await house.status()
    kinds = [one["kind"] for one in view["events"]]
    assert (view["state"], kinds.count("fee-late")) == ("withdrawn", 1)


async def test_what_came_late_is_given_back_by_two_officials(house, cash):
    await late(house, cash)
    sent = []

    async def send(payload):
        sent.append(payload)

    house.worker.handlers[SEND] = send
    asked = {"amount": "23.00", "law": "RLS § 15", "reason": "the case had ended", "account": ""}
    await cash.propose(reader(ANNELI), "o-1", **asked)
    [refund] = (await cash.overview(reader(TIINA)))["refunds"]
    with refused("four-eyes"):
        await cash.approve(reader(ANNELI), "o-1", refund["id"])
    await cash.approve(reader(TIINA), "o-1", refund["id"])
    await house.worker.rest()
    assert len(sent) == 1
    assert (await cash.open(reader(TIINA), "o-1"))["left"] == 0


async def test_a_late_fee_that_is_told_again_or_paid_again_settles_nothing(house, cash):
    signed = await late(house, cash, rule=True)
    await house.services.fee_paid(house.case)
    again = Notification(
        order="o-2",
        reference=signed["fee"]["reference"],
        amount=Money("EUR", 2300),
        paid_at=house.clock.now(),
    )
    with house.database.work() as work:
        cash.money.receipts.settled(again, other=THEIRS, work=work)
    seen = await cash.overview(reader(ANNELI))
    assert [one["standing"] for one in seen["waiting"]] == ["late", "double"]
    assert len(seen["refunds"]) == 1


async def test_a_fee_that_came_in_time_is_not_late_once_its_case_ended(house, cash):
    signed = await house.sign()
    await told_of(house, cash, signed)
    assert (await house.status())["state"] == "granted"
    await house.services.fee_paid(house.case)
    assert (await cash.overview(reader(ANNELI)))["waiting"] == []


async def test_at_the_desk_nothing_is_taken_for_a_case_that_ended(house, cash):
    house.change(paying=Paying(when="desk", at_desk="desk"))
    signed = await house.sign()
    await house.worker.rest()
    await house.step("withdrawal", {})
    with refused("ended"):
        await cash.take(reader(ANNELI), signed["number"], amount="23.00")
    assert (await house.status())["state"] == "withdrawn"
