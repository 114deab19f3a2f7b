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
from riik.payments import FeeRefused
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.refunding.component import Refunds
from riik.payments.refunding.store import SqlRefundStore
from riik.portal.official.ports import Reader
from riik.portal.session.model import Visitor
from riik.services import DeskRole
from riik.services.errors import AuthorityMissing

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
