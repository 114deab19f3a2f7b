"""What can be wrong with a sign-in, a session or a statement.

Refused
├── TokenRefused       a Web eID token, or what stands behind it, doesn't hold
├── ChallengeRefused   no challenge for this browser, or it was used or is too old
├── SessionRefused     no session, or it ended
├── MandateRefused     nobody says that this person may act for that one
├── StatementRefused   a signed statement that doesn't say what is needed
├── RequestRefused     a request that isn't what the interface asks for
├── OriginRefused      the request comes from a page that is not ours
└── TooManyAttempts    this source, or this card, failed too often; wait
Unavailable
└── RevocationUnknown  nobody could say whether the certificate is still good
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "ChallengeRefused",
    "MandateRefused",
    "OriginRefused",
    "RequestRefused",
    "RevocationUnknown",
    "SessionRefused",
    "StatementRefused",
    "TokenRefused",
    "TooManyAttempts",
]


class TokenRefused(Refused):
    """A Web eID token, its certificate or its revocation answer doesn't hold."""

    code = "login.token-refused"
    status: ClassVar[int] = 401


class ChallengeRefused(Refused):
    """There is no challenge for this browser, or it was used or is too old."""

    code = "login.challenge-refused"
    status: ClassVar[int] = 401


class SessionRefused(Refused):
    """There is no such session, or it ended."""

    code = "login.session-refused"
    status: ClassVar[int] = 401


class MandateRefused(Refused):
    """No source of mandates says that this person may act for that one."""

    code = "login.mandate-refused"
    status: ClassVar[int] = 403


class StatementRefused(Refused):
    """A signed statement that doesn't hold, or doesn't say what is needed."""

    code = "login.statement-refused"
    status: ClassVar[int] = 403


class RequestRefused(Refused):
    """A request that isn't what the interface asks for."""

    code = "login.request-refused"
    status: ClassVar[int] = 400


class OriginRefused(Refused):
    """The request comes from a page that is not ours."""

    code = "login.origin-refused"
    status: ClassVar[int] = 403


class TooManyAttempts(Refused):
    """This source failed too often; after a while it may try again."""

    code = "login.too-many-attempts"
    status: ClassVar[int] = 429


class RevocationUnknown(Unavailable):
    """Nobody could say whether the certificate is still good: no sign-in without that."""

    code = "login.revocation-unknown"
