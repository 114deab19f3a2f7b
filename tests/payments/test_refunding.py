"""Money that is given back: by two officials, once, never more than came, whatever breaks."""

from dataclasses import replace

import msgspec
import pytest
from tests.payments.conftest import OURS, TRANSPORT
from tests.payments.test_reconciling import came, told

from riik.core import ClientId, Money, Unavailable
from riik.formats.payments.pain001 import read_pain001, write_pain001
from riik.formats.payments.pain002 import Report, Status, read_pain002, write_pain002
from riik.payments import FeeRefused
from riik.payments.clearing.component import TELL, Clearing
from riik.payments.clearing.store import SqlClearingStore
from riik.payments.errors import OrderUnknown
from riik.payments.refunding.component import REFUNDED, SEND, Refunds
from riik.payments.refunding.jobs import refund_handlers
from riik.payments.refunding.model import RefundState
from riik.payments.refunding.store import SqlRefundStore

pytestmark = pytest.mark.anyio

ANN, BO = "official-ann", "official-bo"


class Trail(list):
    """A case's history that is a list."""

    def __call__(self, case, /, *, kind, actor, detail, work):
        self.append((case, kind, actor, detail))


class Wire:
    """The bank over a wire that can lose the question or the answer; files cross it as bytes."""

    def __init__(self, clearing, database):
        self.clearing, self.database = clearing, database
        self.loses, self.client = [], TRANSPORT

    async def send(self, initiation, *, law, case):
        lost = self.loses.pop(0) if self.loses else ""
        if lost == "question":
            raise Unavailable("cut off", why="wire")
        with self.database.work() as work:
            asked = read_pain001(write_pain001(initiation))
            report = self.clearing.follow(asked, client=self.client, work=work)
        if lost == "answer":
            raise Unavailable("cut off", why="wire")
        return read_pain002(write_pain002(report))


@pytest.fixture
def trail():
    return Trail()


@pytest.fixture
def refunds(receipts, outbox, clock, entropy, trail):
    return Refunds(
        store=SqlRefundStore(),
        receipts=receipts,
        trail=trail,
        outbox=outbox,
        clock=clock,
        entropy=entropy,
        payer="Transpordiamet",
    )


@pytest.fixture
def clearing(bank, outbox, clock, entropy):
    return Clearing(
        store=SqlClearingStore(),
        ledger=bank.store,
        outbox=outbox,
        clock=clock,
        entropy=entropy,
        prefix="99",
    )


@pytest.fixture
def wire(clearing, tables):
    return Wire(clearing, tables)


@pytest.fixture
def send(refunds, wire, tables, in_thread):
    return refund_handlers(refunds, bank=wire, database=tables, in_thread=in_thread)[SEND]


@pytest.fixture
def over(receipts, clearing, bank, account, fee_order, fee, tables):
    """25 euros came for a fee of 23, and are on the authority's account at the bank."""
    with tables.work() as work:
        clearing.receive(
            OURS,
            amount=Money("EUR", 2500),
            reference=fee.reference,
            other=account.iban,
            transfer="b1",
            work=work,
        )
        receipts.take(told(came(fee, 2500, other=account.iban)), work=work)
    return "b1"


def propose(refunds, tables, minor=200, *, by=ANN, receipt="b1", **other):
    usual = {"amount": Money("EUR", minor), "law": "RLS § 15", "reason": "paid too much"}
    with tables.work() as work:
        return refunds.propose(receipt, by=by, **usual | other, work=work)


def approve(refunds, tables, refund, *, by=BO):
    with tables.work() as work:
        return refunds.approve(refund.id, by=by, work=work)


def state(refunds, tables, refund):
    with tables.read() as work:
        return refunds.find(refund.id, work=work).state


def payload(refund):
    return msgspec.json.encode(refund.id)


def balances(bank, tables, account):
    with tables.read() as work:
        return (
            bank.store.balance(OURS, work=work),
            bank.store.balance(account.iban, work=work),
        )


async def test_what_was_paid_too_much_comes_back(
    refunds, receipts, bank, tables, outbox, trail, send, over, account
):
    before = balances(bank, tables, account)
    refund = propose(refunds, tables)
    approve(refunds, tables, refund)
    await send(payload(refund))
    assert state(refunds, tables, refund) is RefundState.PAID
    after = balances(bank, tables, account)
    assert (after[0] - before[0], after[1] - before[1]) == (-200, 200)
    assert (REFUNDED, refund.id) in outbox.events
    assert [one[1:] for one in trail] == [
        ("refund-proposed", ANN, "2.00 EUR"),
        ("refund-approved", BO, "2.00 EUR"),
        ("refund-paid", "bank", "2.00 EUR"),
    ]
    with tables.read() as work:
        assert receipts.waiting(work=work) == []


LOST = [["question"], ["answer"], ["question", "answer"], ["answer", "answer", "question"]]


@pytest.mark.parametrize("loses", LOST, ids="-".join)
async def test_whatever_is_lost_on_the_way_money_goes_once(
    refunds, bank, tables, outbox, wire, send, over, account, loses
):
    refund = propose(refunds, tables)
    approve(refunds, tables, refund)
    before = balances(bank, tables, account)
    wire.loses = list(loses)
    for _ in loses:
        with pytest.raises(Unavailable):
            await send(payload(refund))
        assert state(refunds, tables, refund) is RefundState.APPROVED
    await send(payload(refund))
    await send(payload(refund))
    after = balances(bank, tables, account)
    assert (after[0] - before[0], after[1] - before[1]) == (-200, 200)
    assert outbox.events.count((REFUNDED, refund.id)) == 1


async def test_nothing_goes_before_somebody_approved_it(refunds, bank, tables, send, over, account):
    before = balances(bank, tables, account)
    await send(payload(propose(refunds, tables)))
    assert balances(bank, tables, account) == before


async def test_the_bank_says_why_it_does_not_pay(refunds, tables, trail, send, over):
    refund = propose(refunds, tables, account="EE389900000000000000")
    approve(refunds, tables, refund)
    await send(payload(refund))
    with tables.read() as work:
        found = refunds.find(refund.id, work=work)
        assert (found.state, found.answer) == (RefundState.REJECTED, "AC03")
        # What was rejected is not gone: it can be proposed anew.
        assert refunds.left(refunds.receipts.find("b1", work=work), work=work).minor == 2500
    assert trail[-1][1] == "refund-rejected"


async def test_a_stranger_moves_nobodys_money(refunds, bank, tables, wire, send, over, account):
    refund = propose(refunds, tables)
    approve(refunds, tables, refund)
    before = balances(bank, tables, account)
    wire.client = ClientId.parse("EE-DEMO/COM/10000001/services")
    await send(payload(refund))
    assert state(refunds, tables, refund) is RefundState.REJECTED
    assert balances(bank, tables, account) == before


WRONG = [
    ({"minor": 0}, "amount"),
    ({"minor": -1}, "amount"),
    ({"minor": 2501}, "more"),
    ({"amount": Money("VND", 200)}, "currency"),
    ({"reason": " "}, "reason"),
    ({"law": ""}, "law"),
    ({"receipt": "b9"}, "unknown"),
]


@pytest.mark.parametrize(("change", "why"), WRONG, ids=[f"{w[1]}-{n}" for n, w in enumerate(WRONG)])
async def test_what_can_not_be_given_back_is_not_proposed(refunds, tables, over, change, why):
    with pytest.raises(FeeRefused) as refused:
        propose(refunds, tables, **change)
    assert refused.value.why == why


async def test_never_more_than_came_goes_back_in_parts(refunds, tables, over):
    first = propose(refunds, tables, 2000)
    propose(refunds, tables, 500)
    with pytest.raises(FeeRefused) as refused:
        propose(refunds, tables, 1)
    assert refused.value.why == "more"
    with tables.work() as work:
        refunds.decline(first.id, by=ANN, reason="a mistake", work=work)
    assert propose(refunds, tables, 2000).amount.minor == 2000


async def test_who_proposes_does_not_approve(refunds, tables, over):
    refund = propose(refunds, tables)
    with pytest.raises(FeeRefused) as refused:
        approve(refunds, tables, refund, by=ANN)
    assert refused.value.why == "four-eyes"
    assert state(refunds, tables, refund) is RefundState.PROPOSED


async def test_a_refund_is_decided_once(refunds, tables, over):
    refund = propose(refunds, tables)
    approve(refunds, tables, refund)
    for again in (
        lambda work: refunds.approve(refund.id, by=BO, work=work),
        lambda work: refunds.decline(refund.id, by=BO, reason="no", work=work),
    ):
        with tables.work() as work, pytest.raises(FeeRefused) as refused:
            again(work)
        assert refused.value.why == "decided"


async def test_the_bank_is_not_believed_about_what_nobody_asked(refunds, tables, clock, over):
    refund = propose(refunds, tables)
    for name, why in ((refund.id, "state"), ("r-unknown", "unknown")):
        word = Report(id="p", at=clock.now(), about=name, statuses=[Status(id=name, status="ACSC")])
        with tables.work() as work, pytest.raises(FeeRefused) as refused:
            refunds.told(word, work=work)
        assert refused.value.why == why


async def test_another_transfer_under_a_known_id_is_rejected(
    refunds, clearing, bank, tables, send, over, account
):
    refund = propose(refunds, tables)
    approved = approve(refunds, tables, refund)
    await send(payload(refund))
    asked = refunds.instruction(approved)
    more = replace(asked, transfers=[replace(asked.transfers[0], amount=Money("EUR", 2300))])
    before = balances(bank, tables, account)
    with tables.work() as work:
        [status] = clearing.follow(more, client=TRANSPORT, work=work).statuses
    assert (status.status, status.reason) == ("RJCT", "AM05")
    assert balances(bank, tables, account) == before


async def test_more_than_is_on_the_account_does_not_go(refunds, clearing, tables, over):
    refund = propose(refunds, tables)
    asked = refunds.instruction(approve(refunds, tables, refund))
    more = replace(asked, transfers=[replace(asked.transfers[0], amount=Money("EUR", 2501))])
    with tables.work() as work:
        [status] = clearing.follow(more, client=TRANSPORT, work=work).statuses
    assert (status.status, status.reason) == ("RJCT", "AM04")


async def test_the_bank_tells_of_the_refund_and_it_is_known(
    refunds, receipts, clearing, tables, clock, send, over
):
    refund = propose(refunds, tables)
    approve(refunds, tables, refund)
    await send(payload(refund))
    now = clock.now()
    with tables.work() as work:
        word = clearing.period(
            OURS, since=now.replace(hour=0), until=now.replace(year=now.year + 1), work=work
        )
        taken = receipts.take([word], work=work)
        [sums] = receipts.sums(work=work)
    assert (taken.known, taken.standings) == (1, {"refund": 1})
    assert (sums.went, sums.refunded) == (200, 200)


async def test_another_bank_takes_its_transfer_back(clearing, bank, receipts, tables, outbox, over):
    with tables.work() as work:
        name = clearing.reverse("b1", work=work)
        assert clearing.reverse("b1", work=work) == name
        with pytest.raises(OrderUnknown):
            clearing.reverse("b9", work=work)
        holder, word = clearing.told(name, work=work)
        receipts.take([word], work=work)
        found = receipts.find(name, work=work)
    assert holder == TRANSPORT
    assert found.standing == "reversed"
    assert outbox.events.count((TELL, name)) == 1


async def test_money_that_comes_is_booked_once(clearing, bank, tables, account, fee_order):
    with tables.work() as work:
        for _ in range(2):
            clearing.receive(
                OURS,
                amount=Money("EUR", 5),
                reference="",
                other=account.iban,
                transfer="t",
                work=work,
            )
        assert bank.store.balance(OURS, work=work) == 5
