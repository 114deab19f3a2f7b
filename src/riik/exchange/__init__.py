"""The exchange: who may ask whom what, and can it be proved later?

X-Road's REST protocol between the servers of members: every message signed, logged and
time-stamped on both sides; every request checked for a right with purpose and legal basis.
"""

from riik.exchange.centre import Anchor, Centre, read_anchor, write_anchor
from riik.exchange.component import Exchange
from riik.exchange.errors import (
    AccessDenied,
    BadRequest,
    NetworkFailed,
    Replayed,
    ServiceFailed,
    ServiceRefused,
    UnknownMember,
    UnknownService,
)
from riik.exchange.globalconf import Authority, GlobalConf, Server, Service, read_shared
from riik.exchange.model import (
    Answer,
    Call,
    Direction,
    Endpoint,
    Handler,
    Headers,
    Incoming,
    Offer,
    Record,
    Right,
    Role,
    Seal,
)
from riik.exchange.protocol.container import Evidence, verify_evidence

__all__ = [
    "AccessDenied",
    "Anchor",
    "Answer",
    "Authority",
    "BadRequest",
    "Call",
    "Centre",
    "Direction",
    "Endpoint",
    "Evidence",
    "Exchange",
    "GlobalConf",
    "Handler",
    "Headers",
    "Incoming",
    "NetworkFailed",
    "Offer",
    "Record",
    "Replayed",
    "Right",
    "Role",
    "Seal",
    "Server",
    "Service",
    "ServiceFailed",
    "ServiceRefused",
    "UnknownMember",
    "UnknownService",
    "read_anchor",
    "read_shared",
    "verify_evidence",
    "write_anchor",
]
