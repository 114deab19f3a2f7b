"""What happens to an authority's money, as cases and services see it."""

from dataclasses import dataclass

from riik.cases import Cases
from riik.core import Work
from riik.payments.reconciling.component import Receipts
from riik.payments.refunding.component import Refunds
from riik.payments.refunding.model import COMPUTER, RefundState
from riik.services.terms.refunding import Told

__all__ = ["CaseTrail", "Money"]


@dataclass(frozen=True, slots=True)
class CaseTrail:
    """Writes into a case what happens to its money (payments' port)."""

    cases: Cases

    def __call__(self, case: str, /, *, kind: str, actor: str, detail: str, work: Work) -> None:
        found = self.cases.find(case, work=work)
        self.cases.note(found, kind=kind, actor=actor, detail=detail, work=work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    """One authority's receipts and refunds."""

    receipts: Receipts
    refunds: Refunds

    def give_back(self, case: str, /, *, law: str, outcome: str, work: Work) -> None:
        """Propose to give back what a case paid (services' port): an official approves.

        Where nobody knows the account, as of cash, an official has to find it: it waits.
        """
        for receipt in self.receipts.of_case(case, work=work):
            left = self.refunds.left(receipt, work=work)
            if left.minor > 0 and receipt.other:
                self.refunds.propose(
                    receipt.id, amount=left, law=law, reason=outcome, by=COMPUTER, work=work
                )
            elif left.minor > 0:
                self.receipts.owed_back(receipt.id, work=work)

    def late(self, case: str, /, *, work: Work) -> bool:
        """Have what came for an ended case wait at the desk (services' port); False: it does."""
        found = False
        # Every movement that made up the fee is late, not the first alone.
        for receipt in self.receipts.of_case(case, work=work):
            if self.refunds.left(receipt, work=work).minor > 0:
                found = self.receipts.late(receipt.id, work=work) or found
        return found

    def told(self, refund: str, /, *, work: Work) -> Told | None:
        """What the bank said of a refund (services' port)."""
        found = self.refunds.find(refund, work=work)
        if not found.case:
            return None
        return Told(
            refund=found.id,
            case=found.case,
            amount=f"{found.amount.decimal()} {found.amount.currency}",
            law=found.law,
            paid=found.state is RefundState.PAID,
        )
