"""When a service is offered without being asked for. Pure values."""

from dataclasses import dataclass

__all__ = ["OCCASION", "OFFER", "OfferRule"]

OFFER = "offer"
"""The channel of a case that nobody asked for."""

OCCASION = "occasion"
"""Of whom a need is asked: the person with whom it began, such as the child that was born."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferRule:
    """What begins an offer, and to whom it is made.

    Attributes:
        register: Role of the register in which it happened.
        kind: What happened to a record: ``open`` or ``change``.
        need: The need that names to whom: it is asked of the person of the event.
        to: Its field: a list of objects with ``person`` (and perhaps ``role``), or a code.
        first: The ``role`` that is asked before others; empty takes them as they stand.
        question: The question that names the person of the event where somebody applies unasked.
    """

    register: str
    kind: str
    need: str
    to: str
    first: str = ""
    question: str = ""
