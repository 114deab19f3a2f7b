"""What the bank tells is held against what is owed: settled, or waiting for an official."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from tests.payments.conftest import FEE, OURS

from riik.core import Money
from riik.formats.payments.camt054 import Movement, Told
from riik.payments import FEE_PAID, FeeRefused, Notification
from riik.payments.model import Fee
from riik.payments.reconciling.matching import judge
from riik.payments.reconciling.model import Standing

THEIRS = "EE382200221020145685"
DAY = date(2026, 11, 30)


def came(fee, minor, *, name="b1", **other):
    usual = {"reference": fee.reference, "other": THEIRS, "day": DAY}
    return Movement(id=name, amount=Money("EUR", minor), **usual | other)


def told(*movements, account=OURS):
    return [
        Told(id="n", at=datetime(2026, 11, 30, tzinfo=UTC), account=account, movements=movements)
    ]


def take(receipts, tables, *movements, **other):
    with tables.work() as work:
        return receipts.take(told(*movements, **other), work=work)


def standings(receipts, tables):
    with tables.read() as work:
        return [(one.id, one.standing.value, one.surplus) for one in receipts.waiting(work=work)]


CASES = [
    ("exactly", [2300], [], True),
    ("in two", [1000, 1300], [], True),
    ("in two and more", [1000, 1400], [("b1", "over", 100)], True),
    ("too much", [2500], [("b0", "over", 200)], True),
    ("too little", [2299], [("b0", "short", 2299)], False),
    ("twice", [2300, 2300], [("b1", "double", 2300)], True),
    ("after too much", [2301, 1], [("b0", "over", 1), ("b1", "double", 1)], True),
]


@pytest.mark.parametrize(
    ("minors", "waits", "paid"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_what_came_is_held_against_the_fee(receipts, tables, outbox, fee, minors, waits, paid):
    take(receipts, tables, *(came(fee, m, name=f"b{n}") for n, m in enumerate(minors)))
    assert standings(receipts, tables) == waits
    assert outbox.events == ([(FEE_PAID, "case-1")] if paid else [])
    with tables.read() as work:
        [sums] = receipts.sums(work=work)
    assert sums.came == sum(minors) == sums.settled + sums.surplus
    assert sums.settled == (2300 if paid else 0)


OTHERS = [
    ("another reference", {"reference": "RF18539007547034"}, "unknown", 2300),
    ("no reference", {"reference": ""}, "unknown", 2300),
    ("another currency", {"amount": Money("VND", 2300)}, "currency", 2300),
    ("taken back", {"credit": False, "reversal": True}, "reversed", 0),
    ("gone", {"credit": False}, "stray", 0),
    ("gone as none of ours", {"credit": False, "about": "r-unknown"}, "stray", 0),
    ("a reversal that comes", {"reversal": True}, "unknown", 2300),
]


@pytest.mark.parametrize(
    ("change", "standing", "surplus"), [o[1:] for o in OTHERS], ids=[o[0] for o in OTHERS]
)
def test_what_settles_nothing_waits(receipts, tables, outbox, fee, change, standing, surplus):
    take(receipts, tables, replace(came(fee, 2300), **change))
    assert standings(receipts, tables) == [("b1", standing, surplus)]
    assert outbox.events == []


def test_the_same_file_twice_changes_nothing(receipts, tables, outbox, fee):
    take(receipts, tables, came(fee, 2300))
    again = take(receipts, tables, came(fee, 2300))
    assert (again.new, again.known) == (0, 1)
    assert outbox.events == [(FEE_PAID, "case-1")]


def test_an_order_that_the_file_tells_again_is_known(receipts, tables, outbox, fee, clock):
    paid = Notification(order="o1", reference=fee.reference, amount=FEE, paid_at=clock.now())
    with tables.work() as work:
        receipts.settled(paid, other=THEIRS, work=work)
        receipts.settled(paid, other=THEIRS, work=work)
    assert take(receipts, tables, came(fee, 2300, name="o1")).known == 1
    assert standings(receipts, tables) == []
    assert outbox.events == [(FEE_PAID, "case-1")]


def test_an_order_after_a_transfer_is_a_double_payment(receipts, tables, fee, clock):
    take(receipts, tables, came(fee, 2300))
    paid = Notification(order="o1", reference=fee.reference, amount=FEE, paid_at=clock.now())
    with tables.work() as work:
        receipts.settled(paid, other=THEIRS, work=work)
    assert standings(receipts, tables) == [("o1", "double", 2300)]


@pytest.mark.parametrize(
    ("second", "why"),
    [({"minor": 2299}, "changed"), ({"minor": 2300, "credit": False}, "changed")],
    ids=["another amount", "another side"],
)
def test_a_movement_that_changed_is_refused_and_nothing_is_taken(
    receipts, tables, fee, second, why
):
    take(receipts, tables, came(fee, 2300))
    with pytest.raises(FeeRefused) as refused:
        take(receipts, tables, came(fee, 1, name="b2"), came(fee, **second))
    assert refused.value.why == why
    assert standings(receipts, tables) == []


def test_a_file_of_another_account_is_refused(receipts, tables, fee):
    with pytest.raises(FeeRefused) as refused:
        take(receipts, tables, came(fee, 2300), account=THEIRS)
    assert refused.value.why == "account"


def test_sums_that_do_not_add_up_are_refused_with_the_difference(receipts, fees, tables, fee):
    take(receipts, tables, came(fee, 2300))
    with tables.work() as work:
        # As an administrator might: the surplus of what came is changed in the table.
        work.execute(text("UPDATE payments_receipt SET surplus = 7"))
    with pytest.raises(FeeRefused) as refused:
        take(receipts, tables, came(fee, 1, name="b2"))
    assert (refused.value.why, refused.value.facts["difference"]) == ("sum", "-0.07")


def test_an_official_ends_what_waits_with_a_reason_and_once(receipts, tables, fee):
    take(receipts, tables, came(fee, 2500))
    with tables.work() as work:
        assert receipts.resolve("b1", by="s-1", reason=" kept ", work=work).resolution == "kept"
    assert standings(receipts, tables) == []
    for reason, why in (("again", "resolved"), ("", "reason"), ("x" * 501, "reason")):
        with tables.work() as work, pytest.raises(FeeRefused) as refused:
            receipts.resolve("b1", by="s-1", reason=reason, work=work)
        assert refused.value.why == why


def test_what_is_settled_is_not_ended_by_an_official(receipts, tables, fee):
    take(receipts, tables, came(fee, 2300))
    for name, why in (("b1", "resolved"), ("b9", "unknown")):
        with tables.work() as work, pytest.raises(FeeRefused) as refused:
            receipts.resolve(name, by="s-1", reason="why", work=work)
        assert refused.value.why == why


@given(minors=st.lists(st.integers(1, 3000), max_size=6), owed=st.integers(1, 3000))
@settings(max_examples=200)
def test_whatever_comes_in_whatever_parts_adds_up(minors, owed):
    fee, short, surplus = Fee(reference="R", case="c", amount=Money("EUR", owed), law=""), 0, 0
    at = datetime(2026, 11, 30, tzinfo=UTC)
    for n, minor in enumerate(minors):
        verdict = judge(came(fee, minor, name=f"b{n}"), fee=fee, before=short, refund=False)
        if verdict.settles:
            fee, short, surplus = replace(fee, paid_at=at), 0, surplus + verdict.surplus
        elif verdict.standing is Standing.SHORT:
            short += minor
        else:
            surplus += verdict.surplus
    settled = owed if fee.paid_at else 0
    assert settled + short + surplus == sum(minors)
    assert (fee.paid_at is not None) is (sum(minors) >= owed)
