"""The counter: a proof pays once and for one order; a visit shows one's own account and ends."""

from datetime import timedelta

import pytest
from tests.payments.conftest import CLERK, FEE, MARI
from tests.payments.house import claims_of, shown, token

from riik.core import Money, person_code
from riik.payments import NOTIFY, PaymentRefused

pytestmark = pytest.mark.anyio
JAAN = person_code("EE38001085718")


@pytest.fixture
def anyio_backend():
    return "asyncio"


@pytest.fixture
def signed(clock, login_key):
    """Makes a token: who signed in, for which order."""

    def sign(person=MARI, *, order=None, key=login_key, **changes):
        if order is not None:
            changes |= shown(order)
        return token(key, claims_of(person, at=clock.now(), **changes))

    return sign


async def refused(action):
    with pytest.raises(PaymentRefused) as caught:
        await action
    return caught.value.why


async def test_who_signed_in_for_an_order_pays_it(
    counter, tables, account, fee_order, signed, outbox
):
    paid = await counter.pay(fee_order.id, token=signed(order=fee_order))
    assert paid.paid_at is not None
    assert outbox.events == [(NOTIFY, fee_order.id)]
    with tables.read() as work:
        assert counter.bank.balance(account.iban, work=work) == Money("EUR", 7_700)


async def test_one_proof_pays_once(counter, account, fee_order, signed, outbox):
    proof = signed(order=fee_order)
    await counter.pay(fee_order.id, token=proof)
    assert await refused(counter.pay(fee_order.id, token=proof)) == "replayed"
    assert len(outbox.events) == 1


async def test_a_new_proof_for_what_is_paid_moves_nothing(
    counter, account, fee_order, signed, outbox
):
    await counter.pay(fee_order.id, token=signed(order=fee_order))
    again = await counter.pay(fee_order.id, token=signed(order=fee_order, jti="token-2"))
    assert again.paid_at is not None
    assert len(outbox.events) == 1


async def test_a_proof_for_one_order_does_not_pay_another(
    counter, bank, tables, account, fee_order, signed, outbox
):
    with tables.work() as work:
        dearer = bank.accept(
            creditor=fee_order.creditor,
            account=fee_order.account,
            amount=Money("EUR", 9_900),
            reference="RF18539007547034",
            text="",
            work=work,
        )
    assert await refused(counter.pay(dearer.id, token=signed(order=fee_order))) == "other-order"
    assert outbox.events == []


async def test_a_refused_payment_keeps_nothing_of_the_proof(
    counter, bank, tables, fee_order, signed
):
    proof = signed(order=fee_order)
    assert await refused(counter.pay(fee_order.id, token=proof)) == "no-account"
    with tables.work() as work:
        opened = bank.open_account(MARI, currency="EUR", work=work)
    assert await refused(counter.pay(fee_order.id, token=proof)) == "funds"
    with tables.work() as work:
        bank.deposit(opened, FEE, source="salary", work=work)
    assert (await counter.pay(fee_order.id, token=proof)).paid_at is not None


async def test_a_stranger_leaves_no_trace(counter, bank, account, fee_order, signed):
    proof = signed(JAAN, order=fee_order)
    assert await refused(counter.pay(fee_order.id, token=proof)) == "no-account"
    assert await refused(counter.open(token=signed(JAAN))) == "no-account"
    assert bank.vault.find(JAAN) is None


async def test_an_account_in_another_currency_does_not_pay(
    counter, bank, tables, fee_order, signed
):
    with tables.work() as work:
        bank.open_account(MARI, currency="VND", work=work)
    assert await refused(counter.pay(fee_order.id, token=signed(order=fee_order))) == "currency"


async def test_an_order_that_is_not_there(counter, account, fee_order, signed):
    assert await refused(counter.order("0" * 32)) == "unknown"
    assert await refused(counter.pay("0" * 32, token=signed(order=fee_order))) == "unknown"


async def test_a_key_that_login_never_had(counter, account, fee_order, signed, clock, other_key):
    text = token(other_key, claims_of(MARI, at=clock.now(), **shown(fee_order)), kid="k2")
    assert await refused(counter.pay(fee_order.id, token=text)) == "key"
    forged = signed(order=fee_order, key=other_key)
    assert await refused(counter.pay(fee_order.id, token=forged)) == "signature"


async def test_a_visitor_sees_their_own_account(counter, account, fee_order, signed):
    await counter.pay(fee_order.id, token=signed(order=fee_order))
    visit = await counter.open(token=signed(jti="token-2"))
    seen = await counter.statement(visit)
    assert (seen.account, seen.balance) == (account.iban, Money("EUR", 7_700))
    assert [entry.amount.minor for entry in seen.entries] == [-2_300, 10_000]
    assert seen.entries[0].order.reference == fee_order.reference
    assert seen.entries[1].order is None


async def test_a_statement_comes_page_by_page(counter, bank, tables, account, signed):
    with tables.work() as work:
        for number in range(4):
            bank.deposit(account, Money("EUR", number + 1), source=f"gift-{number}", work=work)
    visit = await counter.open(token=signed())
    first = await counter.statement(visit, limit=3)
    rest = await counter.statement(visit, limit=3, before=first.entries[-1].id)
    amounts = [entry.amount.minor for entry in (*first.entries, *rest.entries)]
    assert amounts == [4, 3, 2, 1, 10_000]


async def test_a_sign_in_opens_one_visit(counter, account, signed):
    proof = signed()
    await counter.open(token=proof)
    assert await refused(counter.open(token=proof)) == "replayed"


async def test_a_visit_ends_after_five_quiet_minutes(counter, account, signed, clock):
    visit = await counter.open(token=signed())
    clock.advance(timedelta(minutes=4))
    await counter.statement(visit)
    clock.advance(timedelta(minutes=5))
    assert await refused(counter.statement(visit)) == "ended"


async def test_a_visit_ends_after_an_hour_however_busy(counter, account, signed, clock):
    visit = await counter.open(token=signed())
    for _ in range(14):
        clock.advance(timedelta(minutes=4))
        await counter.statement(visit)
    clock.advance(timedelta(minutes=4))
    assert await refused(counter.statement(visit)) == "ended"


async def test_a_visit_that_was_left_is_over(counter, account, signed):
    visit = await counter.open(token=signed())
    await counter.close(visit)
    await counter.close(visit)
    assert await refused(counter.statement(visit)) == "ended"


@pytest.mark.parametrize("secret", ["", "x", "a" * 43])
async def test_nobody_guesses_a_visit(counter, account, signed, secret):
    await counter.open(token=signed())
    assert await refused(counter.statement(secret)) == "ended"


# --- clerks ---


def day(clock):
    """The day around now."""
    return {"since": clock.now() - timedelta(hours=12), "until": clock.now() + timedelta(hours=12)}


async def test_a_clerk_sees_the_orders_of_a_day_and_their_state(
    counter, account, fee_order, signed, clock
):
    visit = await counter.open_desk(token=signed(CLERK))
    [order] = await counter.orders(visit, **day(clock))
    assert (order.id, order.paid_at) == (fee_order.id, None)
    await counter.pay(fee_order.id, token=signed(order=fee_order, jti="token-2"))
    [order] = await counter.orders(visit, **day(clock))
    assert order.paid_at is not None


async def test_orders_of_other_days_are_not_of_this_one(counter, fee_order, signed, clock):
    visit = await counter.open_desk(token=signed(CLERK))
    now = clock.now()
    assert await counter.orders(visit, since=now - timedelta(days=1), until=now) == []
    later = now + timedelta(microseconds=1)
    assert await counter.orders(visit, since=later, until=later + timedelta(days=1)) == []


async def test_a_customer_is_no_clerk(counter, account, signed):
    assert await refused(counter.open_desk(token=signed(MARI))) == "not-clerk"


async def test_a_refused_sign_in_to_the_desk_keeps_nothing_of_the_proof(counter, account, signed):
    proof = signed(MARI)
    assert await refused(counter.open_desk(token=proof)) == "not-clerk"
    assert await counter.open(token=proof)


async def test_a_customer_s_visit_shows_no_orders(counter, account, signed, clock):
    visit = await counter.open(token=signed(MARI))
    assert await refused(counter.orders(visit, **day(clock))) == "ended"


async def test_a_clerk_s_visit_shows_no_account(counter, account, signed):
    visit = await counter.open_desk(token=signed(CLERK))
    assert await refused(counter.statement(visit)) == "ended"


async def test_a_clerk_s_proof_is_taken_once(counter, signed):
    proof = signed(CLERK)
    await counter.open_desk(token=proof)
    assert await refused(counter.open_desk(token=proof)) == "replayed"


async def test_a_clerk_s_visit_ends_when_it_is_quiet(counter, signed, clock):
    visit = await counter.open_desk(token=signed(CLERK))
    clock.advance(minutes=5)
    assert await refused(counter.orders(visit, **day(clock))) == "ended"


@pytest.mark.parametrize("secret", ["", "x", "clerk"])
async def test_a_made_up_secret_opens_no_desk(counter, secret, clock):
    assert await refused(counter.orders(secret, **day(clock))) == "ended"


async def test_another_login_s_word_makes_no_clerk(counter, signed, other_key):
    assert await refused(counter.open_desk(token=signed(CLERK, key=other_key))) == "signature"
