"""How a register answers on the exchange: who asks, and what a refusal looks like.

A refusal is an answer too, a problem document (RFC 9457) without a person in it; one that
denies a right is told to whoever notes attempts at somebody's data.
"""

from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from riik.core import Refused, RiikError
from riik.exchange import Answer, Handler, Incoming
from riik.formats.canonical_json import encode
from riik.registers.errors import (
    AuthorityRefused,
    CorrectionsTooMany,
    PurposeRefused,
    RecordRefused,
    RequestRefused,
    RightMissing,
    SourceUnavailable,
    UnknownSubject,
)
from riik.registers.model import Caller

__all__ = ["Note", "caller_of", "guarded"]

PROBLEM: Final = (("Content-Type", "application/problem+json"),)

_STATUS: Final[dict[type[Refused], int]] = {
    RequestRefused: 400,
    RightMissing: 403,
    PurposeRefused: 403,
    AuthorityRefused: 403,
    UnknownSubject: 404,
    RecordRefused: 422,
    CorrectionsTooMany: 429,
}
DENIED: Final = (RightMissing, PurposeRefused, AuthorityRefused)
Note: TypeAlias = Callable[[Incoming, str], Awaitable[None]]


def guarded(handler: Handler, note: Note | None = None) -> Handler:
    """A refusal is an answer on the exchange: a problem document (RFC 9457), no person in it.

    ``note`` is told of those that deny a right: they are attempts at somebody's data.
    """

    async def answering(incoming: Incoming) -> Answer:
        try:
            return await handler(incoming)
        except Refused as refused:
            if note is not None and isinstance(refused, DENIED):
                await note(incoming, refused.why)
            facts = refused.facts
            return _problem(
                refused, status=_STATUS.get(type(refused), 400), why=refused.why, **facts
            )
        except SourceUnavailable as error:
            # The table that the register reads is not the exchange: who asked is told which it is.
            return _problem(error, status=503, why=error.why)

    return answering


def _problem(error: RiikError, *, status: int, **facts: object) -> Answer:
    told = {"type": f"urn:riik:problem:{error.code}", "title": str(error), "status": status}
    return Answer(status=status, headers=PROBLEM, body=encode({**told, **facts}))


def caller_of(incoming: Incoming) -> Caller:
    """Who asks, as the exchange proved it."""
    return Caller(
        client=incoming.client,
        purpose=incoming.purpose or "",
        legal_basis=incoming.legal_basis or "",
        user=incoming.user,
        authority=incoming.authority,
        issue=incoming.issue,
        message_id=incoming.message_id,
    )
