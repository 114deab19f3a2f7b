"""Refunds: who may give which money back, how far is it, and was it done?

One official proposes (or a rule does), another approves: the approval and the instruction to the
bank are written together, so that neither is without the other. The instruction carries the
refund's own id, and the bank follows an id once: whatever is repeated, money goes once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import msgspec

from riik.core import Clock, Entropy, Money, Outbox, Work
from riik.formats.payments.pain001 import Initiation, Transfer
from riik.formats.payments.pain002 import DONE, REJECTED, Report
from riik.payments.errors import FeeRefused
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.model import Receipt
from riik.payments.refunding.model import Refund, RefundState

__all__ = ["REFUNDED", "SEND", "RefundStore", "Refunds", "Trail"]

SEND = "payments.refund-send"
"""Outbox topic: have the bank do an approved refund; the payload is its id."""
REFUNDED = "payments.refunded"
"""Outbox topic: the bank's word on a refund came; the payload is its id."""

MOST_REASON = 500


class RefundStore(Protocol):
    """What this component needs kept."""

    def insert(self, refund: Refund, *, work: Work) -> None: ...
    def refund(self, refund_id: str, *, work: Work) -> Refund | None: ...
    def of_receipt(self, receipt: str, *, work: Work) -> list[Refund]: ...
    def of_case(self, case: str, *, work: Work) -> list[Refund]: ...
    def listed(self, *, limit: int, work: Work) -> list[Refund]: ...
    def lock(self, receipt: str, *, work: Work) -> None: ...
    def move(self, refund: Refund, *, before: RefundState, work: Work) -> bool: ...


class Trail(Protocol):
    """Writes into a case's history what happens to its money (filled with `cases`)."""

    def __call__(self, case: str, /, *, kind: str, actor: str, detail: str, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """One authority's refunds.

    Attributes:
        payer: The authority's name, as its bank knows it.
    """

    store: RefundStore
    receipts: Receipts
    trail: Trail
    outbox: Outbox
    clock: Clock
    entropy: Entropy
    payer: str

    def left(self, receipt: Receipt, *, work: Work) -> Money:
        """What of a movement can be given back still."""
        refunds = self.store.of_receipt(receipt.id, work=work)
        gone = sum(one.amount.minor for one in refunds if one.state.counts)
        came = receipt.amount.minor if receipt.came else 0
        return Money(receipt.amount.currency, came - gone)

    def propose(
        self,
        receipt_id: str,
        *,
        amount: Money,
        law: str,
        reason: str,
        by: str,
        account: str = "",
        work: Work,
    ) -> Refund:
        """Propose to give money back to the account that it came from, or to another.

        Raises:
            FeeRefused: For ``unknown``, ``reason``, ``law``, ``account``, ``currency``,
                ``amount``, or ``more`` than is left of what came.
        """
        if not 0 < len(reason.strip()) <= MOST_REASON:
            raise FeeRefused(f"say why, in at most {MOST_REASON} letters", why="reason")
        if not law.strip():
            raise FeeRefused("name the article that says so", why="law")
        self.store.lock(receipt_id, work=work)
        receipt = self.receipts.find(receipt_id, work=work)
        to = account or receipt.other
        if not to:
            raise FeeRefused("nobody knows the account that it came from", why="account")
        left = self.left(receipt, work=work)
        if amount.currency != left.currency:
            raise FeeRefused("it came in another currency", why="currency")
        if amount.minor <= 0:
            raise FeeRefused("a refund is of more than nothing", why="amount")
        if amount.minor > left.minor:
            raise FeeRefused("that is more than came", why="more", left=left.decimal())
        refund = Refund(
            id=f"r{self.entropy.bytes(15).hex()}",
            receipt=receipt.id,
            case=receipt.case,
            account=to,
            amount=amount,
            law=law.strip(),
            reason=reason.strip(),
            proposed_by=by,
            proposed_at=self.clock.now(),
        )
        self.store.insert(refund, work=work)
        self._note(refund, "refund-proposed", by, work=work)
        return refund

    def find(self, refund_id: str, *, work: Work) -> Refund:
        """One refund.

        Raises:
            FeeRefused: For ``unknown``.
        """
        found = self.store.refund(refund_id, work=work)
        if found is None:
            raise FeeRefused("there is no such refund", why="unknown")
        return found

    def listed(self, *, limit: int = 100, work: Work) -> list[Refund]:
        """Refunds, those that wait for somebody first, then the newest."""
        return self.store.listed(limit=limit, work=work)

    def of_case(self, case: str, *, work: Work) -> list[Refund]:
        """What was given back of a case's fee."""
        return self.store.of_case(case, work=work)

    def approve(self, refund_id: str, *, by: str, work: Work) -> Refund:
        """Approve what somebody else proposed; the bank is asked in the same unit of work.

        Raises:
            FeeRefused: For ``unknown``, ``four-eyes``, or ``decided``.
        """
        refund = self._decided(refund_id, RefundState.APPROVED, by=by, answer="", work=work)
        self.outbox.put(SEND, refund.id, msgspec.json.encode(refund.id), work=work)
        self._note(refund, "refund-approved", by, work=work)
        return refund

    def decline(self, refund_id: str, *, by: str, reason: str, work: Work) -> Refund:
        """Decline what was proposed; who proposed it may take it back so.

        Raises:
            FeeRefused: For ``unknown``, ``reason``, or ``decided``.
        """
        if not 0 < len(reason.strip()) <= MOST_REASON:
            raise FeeRefused(f"say why, in at most {MOST_REASON} letters", why="reason")
        refund = self._decided(
            refund_id, RefundState.DECLINED, by=by, answer=reason.strip(), work=work
        )
        self._note(refund, "refund-declined", by, work=work)
        return refund

    def instruction(self, refund: Refund) -> Initiation:
        """What the bank is asked: the same words however often it is asked."""
        at = refund.decided_at or refund.proposed_at
        transfer = Transfer(
            id=refund.id, amount=refund.amount, account=refund.account, text="Refund"
        )
        return Initiation(
            id=refund.id,
            at=at,
            payer=self.payer,
            account=self.receipts.account,
            day=at.date(),
            transfers=[transfer],
        )

    def told(self, report: Report, *, work: Work) -> Sequence[Refund]:
        """Take the bank's word; a repeated one changes nothing, and what is pending waits.

        Raises:
            FeeRefused: For ``unknown``, or ``state`` where the bank speaks of what nobody asked.
        """
        return [
            self._told(self.find(one.id, work=work), one.status, one.reason, work=work)
            for one in report.statuses
            if one.status in (DONE, REJECTED)
        ]

    def _told(self, refund: Refund, status: str, reason: str, *, work: Work) -> Refund:
        state = RefundState.PAID if status == DONE else RefundState.REJECTED
        if refund.state is state:
            return refund
        ended = replace(refund, state=state, told_at=self.clock.now(), answer=reason)
        if not self.store.move(ended, before=RefundState.APPROVED, work=work):
            raise FeeRefused("the bank speaks of what nobody asked for", why="state")
        self.outbox.put(REFUNDED, refund.id, msgspec.json.encode(refund.id), work=work)
        kind = "refund-paid" if state is RefundState.PAID else "refund-rejected"
        self._note(ended, kind, "bank", work=work)
        if state is RefundState.PAID:
            self._resolve(ended, work=work)
        return ended

    def _resolve(self, refund: Refund, *, work: Work) -> None:
        receipt = self.receipts.find(refund.receipt, work=work)
        refunds = self.store.of_receipt(receipt.id, work=work)
        paid = sum(one.amount.minor for one in refunds if one.state is RefundState.PAID)
        if receipt.waits and paid >= receipt.surplus:
            self.receipts.resolve(receipt.id, by="refund", reason=refund.id, work=work)

    def _decided(
        self, refund_id: str, state: RefundState, *, by: str, answer: str, work: Work
    ) -> Refund:
        refund = self.find(refund_id, work=work)
        if state is RefundState.APPROVED and refund.proposed_by == by:
            raise FeeRefused("somebody else approves what you proposed", why="four-eyes")
        decided = replace(
            refund, state=state, decided_by=by, decided_at=self.clock.now(), answer=answer
        )
        if not self.store.move(decided, before=RefundState.PROPOSED, work=work):
            raise FeeRefused("somebody has decided this already", why="decided")
        return decided

    def _note(self, refund: Refund, kind: str, actor: str, *, work: Work) -> None:
        if refund.case:
            detail = f"{refund.amount.decimal()} {refund.amount.currency}"
            self.trail(refund.case, kind=kind, actor=actor, detail=detail, work=work)
