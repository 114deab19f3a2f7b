"""What does a movement mean for what is owed? Pure: no table, no clock."""

from dataclasses import dataclass

from riik.formats.payments.camt054 import Movement
from riik.payments.model import Fee
from riik.payments.reconciling.model import Standing

__all__ = ["Verdict", "judge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a movement is.

    Attributes:
        standing: In one word.
        surplus: The part that settles nothing, in minor units.
        settles: Whether the fee is settled by it.
    """

    standing: Standing
    surplus: int = 0
    settles: bool = False


def judge(movement: Movement, *, fee: Fee | None, before: int, refund: bool) -> Verdict:
    """Hold one movement against what is owed under its reference.

    Args:
        movement: What the bank told.
        fee: What is or was owed under the reference, if anything.
        before: What came short under it earlier, in the fee's minor units.
        refund: Whether the movement's own id is of a refund of ours.
    """
    amount = movement.amount.minor
    if not movement.credit:
        taken = Standing.REFUND if refund else Standing.STRAY
        return Verdict(standing=Standing.REVERSED if movement.reversal else taken)
    if fee is None or movement.reversal:
        return Verdict(standing=Standing.UNKNOWN, surplus=amount)
    over = before + amount - fee.amount.minor
    if fee.amount.currency != movement.amount.currency:
        other = Standing.CURRENCY
    elif fee.paid_at is not None:
        other = Standing.DOUBLE
    elif over < 0:
        other = Standing.SHORT
    else:
        full = Standing.OVER if over else Standing.SETTLED
        return Verdict(standing=full, surplus=over, settles=True)
    return Verdict(standing=other, surplus=amount)
