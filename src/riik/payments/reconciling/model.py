"""Money that came, and how it stands."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from riik.core import Money

__all__ = ["Receipt", "Standing", "Sums", "Taken"]


class Standing(StrEnum):
    """What a movement is to what is owed."""

    SETTLED = "settled"
    """It settles a fee, perhaps together with what came before it."""
    OVER = "over"
    """It settles a fee, and more came."""
    SHORT = "short"
    """Less came than is owed; the case goes on waiting."""
    DOUBLE = "double"
    """The fee was settled before."""
    CASH = "cash"
    """It settles a fee: an official took it at the desk, so no account of a payer is known."""
    NO_ACCOUNT = "no-account"
    """It is to be given back by a rule, and nobody knows the account that it came from."""
    LATE = "late"
    """It was for the fee of a case that had ended: it is to be given back."""
    UNKNOWN = "unknown"
    """Nothing is owed under this reference, or there is none."""
    CURRENCY = "currency"
    """It came in another currency."""
    REVERSED = "reversed"
    """The bank took money back that it had told of."""
    REFUND = "refund"
    """It went, by our own instruction."""
    STRAY = "stray"
    """It went, and nobody here asked for it."""

    @property
    def waits(self) -> bool:
        """Whether an official has to look at it."""
        return self not in (Standing.SETTLED, Standing.CASH, Standing.REFUND)


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """One movement on the authority's account.

    Attributes:
        id: The bank's own id.
        amount: More than nothing.
        came: It came; otherwise it went.
        day: When the bank booked it.
        reference: As the payer gave it, perhaps empty.
        other: The account on the other side, perhaps empty.
        standing: What it is.
        surplus: The part of it that settles nothing.
        case: Whose fee it is for; empty where unknown.
        resolved_at: When an official, or a refund, ended it; None while it waits or needs none.
        resolved_by: Who: an opaque subject, or ``refund``.
        resolution: Their reason.
    """

    id: str
    amount: Money
    came: bool = True
    day: date
    reference: str = ""
    other: str = ""
    standing: Standing = Standing.SETTLED
    surplus: int = 0
    case: str = ""
    resolved_at: datetime | None = None
    resolved_by: str = ""
    resolution: str = ""

    @property
    def waits(self) -> bool:
        """Whether an official has to look at it still."""
        return self.standing.waits and self.resolved_at is None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """What all movements of a currency come to, in minor units.

    Attributes:
        came: All that came.
        settled: Fees that it settled.
        surplus: What settled nothing.
        went: All that went.
        refunded: What went by our own instructions.
    """

    currency: str
    came: int
    settled: int
    surplus: int
    went: int
    refunded: int

    @property
    def difference(self) -> int:
        """Nothing, unless something was changed behind our back."""
        return self.came - self.settled - self.surplus


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one file came to.

    Attributes:
        new: Movements that were new.
        known: Those that were told before.
        standings: How many of the new ones stand how.
    """

    new: int
    known: int
    standings: dict[str, int]
