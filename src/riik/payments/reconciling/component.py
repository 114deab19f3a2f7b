"""Reconciling: what came on the authority's account, and which fee is it for?

The bank tells by camt.054, as often as it likes: a movement is taken once, by the bank's own id.
What settles a fee moves its case on; what does not waits for an official. After every file the
sums are held against the fees, and a difference is refused with its amount.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from riik.core import Clock, Money, Work
from riik.formats.payments.camt054 import Movement, Told
from riik.payments.component import Fees
from riik.payments.errors import FeeRefused
from riik.payments.model import Notification
from riik.payments.reconciling.matching import judge
from riik.payments.reconciling.model import Receipt, Standing, Sums, Taken

__all__ = ["ReceiptStore", "Receipts"]

MOST_REASON = 500


class ReceiptStore(Protocol):
    """What this component needs kept."""

    def insert(self, receipts: Sequence[Receipt], *, work: Work) -> None: ...
    def receipt(self, receipt_id: str, *, work: Work) -> Receipt | None: ...
    def known(self, ids: Sequence[str], *, work: Work) -> dict[str, Receipt]: ...
    def short(self, reference: str, *, work: Work) -> list[Receipt]: ...
    def settles(self, reference: str, *, work: Work) -> bool: ...
    def complete(self, reference: str, *, work: Work) -> None: ...
    def unsettle(self, receipt_id: str, standing: Standing, *, work: Work) -> bool: ...
    def resolve(self, receipt: Receipt, *, work: Work) -> bool: ...
    def waiting(self, *, limit: int, work: Work) -> list[Receipt]: ...
    def of_case(self, case: str, *, work: Work) -> list[Receipt]: ...
    def sums(self, *, work: Work) -> list[Sums]: ...
    def is_refund(self, about: str, *, work: Work) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipts:
    """One authority's account, as its bank tells of it.

    Attributes:
        account: The authority's own; what a file tells of another is refused.
    """

    store: ReceiptStore
    fees: Fees
    clock: Clock
    account: str

    def take(self, told: Sequence[Told], *, work: Work) -> Taken:
        """Take what the bank tells; what was told before changes nothing.

        Raises:
            FeeRefused: For ``account``; ``changed`` where a known movement has another amount;
                ``sum`` where fees and movements do not add up afterwards, with the difference.
        """
        for one in told:
            if one.account != self.account:
                raise FeeRefused("the file is about another account", why="account")
        movements = [movement for one in told for movement in one.movements]
        known = self.store.known([one.id for one in movements], work=work)
        counted: Counter[str] = Counter()
        for movement in movements:
            if movement.id in known:
                _check_same(known[movement.id], movement)
                continue
            counted[self._take(movement, at=self.clock.now(), work=work).standing] += 1
        self.check(work=work)
        new = sum(counted.values())
        return Taken(new=new, known=len(movements) - new, standings=dict(counted))

    def settled(self, paid: Notification, *, other: str, work: Work) -> None:
        """Take the bank's word that an order was paid; its file may tell of the movement again.

        Raises:
            FeeRefused: As `Fees.settle`.
        """
        # An order is for exactly the fee: what does not fit is refused, as the bank is at fault.
        self.fees.settle(paid, work=work)
        if self.store.receipt(paid.order, work=work) is None:
            fee = self.fees.under(paid.reference, work=work)
            first = fee is not None and not self.store.settles(paid.reference, work=work)
            receipt = Receipt(
                id=paid.order,
                amount=paid.amount,
                day=paid.paid_at.date(),
                reference=paid.reference,
                other=other,
                standing=Standing.SETTLED if first else Standing.DOUBLE,
                surplus=0 if first else paid.amount.minor,
                case=fee.case if fee else "",
            )
            self.store.insert([receipt], work=work)

    def at_desk(self, paid: Notification, *, work: Work) -> None:
        """Take an official's word that a fee was paid to them: a receipt of no account.

        Raises:
            FeeRefused: As `Fees.settle`.
        """
        fee = self.fees.settle(paid, work=work)
        receipt = Receipt(
            id=f"desk-{fee.reference}",
            amount=paid.amount,
            day=paid.paid_at.date(),
            reference=fee.reference,
            standing=Standing.CASH,
            case=fee.case,
        )
        self.store.insert([receipt], work=work)

    def _take(self, movement: Movement, *, at: datetime, work: Work) -> Receipt:
        fee = self.fees.under(movement.reference, work=work)
        short = self.store.short(movement.reference, work=work) if fee else []
        refund = bool(movement.about) and self.store.is_refund(movement.about, work=work)
        before = sum(one.amount.minor for one in short)
        verdict = judge(movement, fee=fee, before=before, refund=refund)
        receipt = Receipt(
            id=movement.id,
            amount=movement.amount,
            came=movement.credit,
            day=movement.day,
            reference=movement.reference,
            other=movement.other,
            standing=verdict.standing,
            surplus=verdict.surplus,
            case=fee.case if fee else "",
        )
        self.store.insert([receipt], work=work)
        if fee is not None and verdict.settles:
            if short:
                self.store.complete(movement.reference, work=work)
            word = Notification(
                order=movement.id, reference=fee.reference, amount=fee.amount, paid_at=at
            )
            self.fees.settle(word, work=work)
        return receipt

    def find(self, receipt_id: str, *, work: Work) -> Receipt:
        """One movement.

        Raises:
            FeeRefused: For ``unknown``.
        """
        found = self.store.receipt(receipt_id, work=work)
        if found is None:
            raise FeeRefused("no such movement was told", why="unknown")
        return found

    def waiting(self, *, limit: int = 200, work: Work) -> list[Receipt]:
        """What an official has to look at, the oldest first."""
        return self.store.waiting(limit=limit, work=work)

    def of_case(self, case: str, *, work: Work) -> list[Receipt]:
        """What came for a case's fee."""
        return self.store.of_case(case, work=work)

    def late(self, receipt_id: str, *, work: Work) -> bool:
        """Have an official look at what settled a fee whose case had ended; False when it waits."""
        return self.store.unsettle(receipt_id, Standing.LATE, work=work)

    def owed_back(self, receipt_id: str, *, work: Work) -> bool:
        """Have an official find the account to which it is to be given back; False: it waits."""
        return self.store.unsettle(receipt_id, Standing.NO_ACCOUNT, work=work)

    def resolve(self, receipt_id: str, *, by: str, reason: str, work: Work) -> Receipt:
        """End what waits, with a reason: it is kept, or was set right elsewhere.

        Raises:
            FeeRefused: For ``unknown``, ``reason``, or ``resolved`` when it waits no more.
        """
        if not 0 < len(reason.strip()) <= MOST_REASON:
            raise FeeRefused(f"say why, in at most {MOST_REASON} letters", why="reason")
        found = self.find(receipt_id, work=work)
        ended = replace(
            found, resolved_at=self.clock.now(), resolved_by=by, resolution=reason.strip()
        )
        if not found.waits or not self.store.resolve(ended, work=work):
            raise FeeRefused("somebody has ended this already", why="resolved")
        return ended

    def sums(self, *, work: Work) -> list[Sums]:
        """What all movements come to, a currency each."""
        return self.store.sums(work=work)

    def check(self, *, work: Work) -> None:
        """Refuse sums that do not add up.

        Raises:
            FeeRefused: For ``sum``, with the difference.
        """
        for one in self.store.sums(work=work):
            if one.difference:
                off = Money(one.currency, one.difference).decimal()
                raise FeeRefused(
                    f"movements and fees differ by {off} {one.currency}: nothing was taken."
                    " Remedy: compare the bank's file with the fees of these references",
                    why="sum",
                    difference=off,
                )


def _check_same(kept: Receipt, movement: Movement) -> None:
    if kept.amount != movement.amount or kept.came is not movement.credit:
        raise FeeRefused(
            "the bank told of a known movement with another amount",
            why="changed",
            told=movement.amount.decimal(),
            kept=kept.amount.decimal(),
        )
