from dataclasses import replace

import pytest
from tests.payments.conftest import FEE, MARI, TRANSPORT

import riik.payments
from riik.core import Money, PersonCode, person_code
from riik.payments import FEE_PAID, NOTIFY, FeeRefused, Fees, Notification, OrderRefused
from riik.payments.store import SqlFeeStore

JAAN = person_code("EE38001085718")


@pytest.fixture
def fees(tables, outbox, clock):
    return Fees(store=SqlFeeStore(), outbox=outbox, clock=clock)


@pytest.fixture
def fee(fees, tables):
    with tables.work() as work:
        return fees.owe("case-1", number="2026-000001", amount=FEE, law="RLS", work=work)


@pytest.fixture
def paid(fee, clock):
    return Notification(order="o", reference=fee.reference, amount=FEE, paid_at=clock.now())


@pytest.fixture
def order(bank, tables, fee):
    with tables.work() as work:
        return accept(bank, fee.reference, FEE, work=work)


def accept(bank, reference, amount, *, work):
    return bank.accept(
        creditor=TRANSPORT, account="EE1", amount=amount, reference=reference, text="", work=work
    )


def test_a_paid_fee_moves_its_case_on(fees, tables, outbox, paid):
    with tables.work() as work:
        assert fees.settle(paid, work=work).paid_at == paid.paid_at
    assert outbox.events == [(FEE_PAID, "case-1")]


def test_the_same_word_twice_moves_the_case_on_once(fees, tables, outbox, paid):
    with tables.work() as work:
        fees.settle(paid, work=work)
        fees.settle(paid, work=work)
    assert outbox.events == [(FEE_PAID, "case-1")]


WRONG = [
    ("a cent too little", {"amount": Money("EUR", 2299)}, "short"),
    ("a cent too much", {"amount": Money("EUR", 2301)}, "over"),
    ("another currency", {"amount": Money("VND", 2300)}, "currency"),
    ("another reference", {"reference": "RF18539007547034"}, "unknown"),
    ("no reference", {"reference": "2026-000001"}, "reference"),
]


@pytest.mark.parametrize(("change", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_payment_that_does_not_settle_the_fee_is_refused(fees, tables, outbox, paid, change, why):
    with tables.work() as work, pytest.raises(riik.payments.PaymentRefused) as refused:
        fees.settle(replace(paid, **change), work=work)
    assert refused.value.why == why
    assert outbox.events == []


def test_a_case_owes_once(fees, tables, fee):
    with tables.work() as work:
        again = fees.owe("case-1", number="2026-000001", amount=FEE, law="RLS", work=work)
        assert again == fee
        with pytest.raises(FeeRefused) as refused:
            fees.owe("case-1", number="1", amount=Money("EUR", 1), law="RLS", work=work)
    assert refused.value.why == "changed"


def test_a_payment_is_entered_twice_and_told(bank, tables, outbox, order):
    with tables.work() as work:
        account = bank.open_account(MARI, currency="EUR", work=work)
        bank.deposit(account, Money("EUR", 10_000), source="salary", work=work)
        bank.pay(order.id, payer=MARI, work=work)
        balances = [bank.store.balance(name, work=work) for name in (account.iban, "EE1", "cash")]
    assert balances == [7_700, 2_300, -10_000]
    assert outbox.events == [(NOTIFY, order.id)]


def test_many_accounts_are_opened_at_once_and_nobody_has_two(bank, tables):
    holders = [PersonCode(f"EE{number:011d}") for number in range(600)]
    with tables.work() as work:
        first = bank.open_account(holders[7], currency="EUR", work=work)
        accounts = bank.open_accounts(holders, currency="EUR", work=work)
        again = bank.open_accounts(holders[::-1], currency="EUR", work=work)
    assert accounts[7] == first
    assert again == accounts[::-1]
    assert len({account.iban for account in accounts}) == 600


def test_paying_twice_takes_the_money_once(bank, tables, order):
    with tables.work() as work:
        account = bank.open_account(MARI, currency="EUR", work=work)
        bank.deposit(account, Money("EUR", 10_000), source="salary", work=work)
        bank.pay(order.id, payer=MARI, work=work)
        bank.pay(order.id, payer=MARI, work=work)
        assert bank.store.balance(account.iban, work=work) == 7_700


def test_who_has_too_little_does_not_pay(bank, tables, outbox, order):
    with tables.work() as work:
        bank.open_account(MARI, currency="EUR", work=work)
        with pytest.raises(OrderRefused) as refused:
            bank.pay(order.id, payer=MARI, work=work)
    assert refused.value.why == "funds"
    assert outbox.events == []


def test_who_has_no_account_does_not_pay(bank, tables, order):
    with tables.work() as work, pytest.raises(OrderRefused) as refused:
        bank.pay(order.id, payer=JAAN, work=work)
    assert refused.value.why == "no-account"


def test_an_order_again_is_the_same_order_and_another_amount_is_refused(bank, tables, order):
    with tables.work() as work:
        assert accept(bank, order.reference, FEE, work=work) == order
        with pytest.raises(OrderRefused) as refused:
            accept(bank, order.reference, Money("EUR", 1), work=work)
    assert refused.value.why == "changed"
