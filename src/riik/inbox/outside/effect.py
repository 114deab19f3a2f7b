"""When did a notice reach its person, and by which rule? Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from riik.profiles import Delivery, DeliveryRule

__all__ = ["Delivered", "delivered"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """The moment from which a time limit runs.

    Attributes:
        how: ``opened``, ``letter`` or ``fiction``.
        rule: The law that makes it count.
    """

    at: datetime
    how: str
    rule: DeliveryRule


def delivered(
    delivery: Delivery,
    *,
    sent_at: datetime,
    opened: datetime | None,
    letter: datetime | None,
    now: datetime,
) -> Delivered | None:
    """The earliest that counts by the country's law; None while nothing does.

    Args:
        delivery: The profile's.
        sent_at: When it was put into the inbox; counts where a law lets silence count, only.
        opened: When the person opened it.
        letter: When the post handed a letter over.
        now: What lies ahead does not count yet.
    """
    ways = []
    if opened is not None:
        ways.append(Delivered(at=opened, how="opened", rule=delivery.opened))
    if letter is not None and delivery.letter is not None:
        ways.append(Delivered(at=letter, how="letter", rule=delivery.letter))
    if delivery.fiction is not None:
        silent = sent_at + timedelta(days=delivery.fiction.days)
        if silent <= now:
            ways.append(Delivered(at=silent, how="fiction", rule=delivery.fiction))
    return min(ways, key=lambda way: way.at, default=None)
