"""The operator's view of a node and of a country: who answers, what was said, what was logged."""

from riik.portal.operator.status import (
    Country,
    JourneyFile,
    Listed,
    LogHead,
    Member,
    Message,
    NodeStatus,
    StatusSource,
    WatchedLog,
    messages_of,
)

__all__ = [
    "Country",
    "JourneyFile",
    "Listed",
    "LogHead",
    "Member",
    "Message",
    "NodeStatus",
    "StatusSource",
    "WatchedLog",
    "messages_of",
]
