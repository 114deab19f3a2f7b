"""The shared words of all components: errors, identifiers, time, money, memory, ports."""

from riik.core.errors import Refused, RiikError, Unavailable
from riik.core.findings import Finding
from riik.core.identifiers import (
    ClientId,
    IdentifierRefused,
    KeyId,
    MemberId,
    PersonCode,
    ServerId,
    ServiceId,
    SubjectId,
    person_code,
)
from riik.core.memo import Memo
from riik.core.money import Money, MoneyRefused
from riik.core.packages import on_demand
from riik.core.ports import (
    Clock,
    Database,
    Entropy,
    InThread,
    KeyKind,
    Keys,
    Outbox,
    Signer,
    Vault,
    Work,
)
from riik.core.texts import is_blank
from riik.core.time import TimeRefused, from_text, to_text, years_between

__all__ = [
    "ClientId",
    "Clock",
    "Database",
    "Entropy",
    "Finding",
    "IdentifierRefused",
    "InThread",
    "KeyId",
    "KeyKind",
    "Keys",
    "MemberId",
    "Memo",
    "Money",
    "MoneyRefused",
    "Outbox",
    "PersonCode",
    "Refused",
    "RiikError",
    "ServerId",
    "ServiceId",
    "Signer",
    "SubjectId",
    "TimeRefused",
    "Unavailable",
    "Vault",
    "Work",
    "from_text",
    "is_blank",
    "on_demand",
    "person_code",
    "to_text",
    "years_between",
]
