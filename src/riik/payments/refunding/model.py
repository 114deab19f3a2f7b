"""Money that is given back."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from riik.core import Money

__all__ = ["COMPUTER", "Refund", "RefundState"]

COMPUTER = "computer"
"""Who proposed it where a rule did."""


class RefundState(StrEnum):
    """Where a refund stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    PAID = "paid"
    REJECTED = "rejected"
    DECLINED = "declined"

    @property
    def counts(self) -> bool:
        """Whether its amount is, or may come to be, given back."""
        return self not in (RefundState.REJECTED, RefundState.DECLINED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund:
    """One refund.

    Attributes:
        id: Ours, and the transfer's at the bank: asked again it is the same transfer.
        receipt: The movement that is given back, by the bank's id.
        case: Whose fee it was; empty where unknown.
        account: To which it goes.
        amount: Never more than came by that movement.
        law: The article that says so.
        reason: The official's own words.
        state: Where it stands.
        proposed_by: An opaque subject, or `COMPUTER`.
        proposed_at: UTC.
        decided_by: Who approved or declined it: never who proposed it.
        decided_at: UTC; None while nobody did.
        told_at: When the bank's word came, UTC.
        answer: The bank's code of a rejection, or why it was declined.
    """

    id: str
    receipt: str
    case: str
    account: str
    amount: Money
    law: str
    reason: str
    proposed_by: str
    proposed_at: datetime
    state: RefundState = RefundState.PROPOSED
    decided_by: str = ""
    decided_at: datetime | None = None
    told_at: datetime | None = None
    answer: str = ""
