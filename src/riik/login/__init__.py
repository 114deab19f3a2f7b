"""Login: who is this now, acting for whom, how sure?"""

from riik.login.errors import (
    ChallengeRefused,
    CodeRefused,
    MandateRefused,
    OriginRefused,
    RevocationUnknown,
    SessionRefused,
    StatementRefused,
    TokenRefused,
    TooManyAttempts,
)
from riik.login.model import (
    Challenge,
    Credential,
    Grant,
    Level,
    LoginRules,
    Mandate,
    Method,
    Session,
    Statement,
)

__all__ = [
    "Challenge",
    "ChallengeRefused",
    "CodeRefused",
    "Credential",
    "Grant",
    "Level",
    "LoginRules",
    "Mandate",
    "MandateRefused",
    "Method",
    "OriginRefused",
    "RevocationUnknown",
    "Session",
    "SessionRefused",
    "Statement",
    "StatementRefused",
    "TokenRefused",
    "TooManyAttempts",
]
