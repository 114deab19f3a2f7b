"""The exchange: who may ask whom what, and can it be proved later?

X-Road's REST protocol between the servers of members: every message signed, logged and
time-stamped on both sides; every request checked for a right with purpose and legal basis.
"""

from riik.exchange.errors import (
    AccessDenied,
    BadRequest,
    NetworkFailed,
    ServiceFailed,
    ServiceRefused,
    UnknownMember,
    UnknownService,
)
from riik.exchange.model import Answer, Call, Endpoint, Incoming, Member, Offer, Record, Right, Seal

__all__ = [
    "AccessDenied",
    "Answer",
    "BadRequest",
    "Call",
    "Endpoint",
    "Incoming",
    "Member",
    "NetworkFailed",
    "Offer",
    "Record",
    "Right",
    "Seal",
    "ServiceFailed",
    "ServiceRefused",
    "UnknownMember",
    "UnknownService",
]
