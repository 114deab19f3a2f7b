"""Login: who is this now, acting for whom, how sure?"""

from riik.login.component import Login
from riik.login.errors import (
    ChallengeRefused,
    MandateRefused,
    OriginRefused,
    RequestRefused,
    RevocationUnknown,
    SessionRefused,
    StatementRefused,
    TokenRefused,
    TooManyAttempts,
)
from riik.login.model import (
    Challenge,
    Credential,
    Event,
    Grant,
    Level,
    LoginRules,
    Mandate,
    Mandates,
    Method,
    Place,
    Session,
    Statement,
)
from riik.login.oidc import Client, ClientRefused, Need, OpenIdProvider, Pending
from riik.login.relying import MandateSource, Relying
from riik.login.statements import verify_statement
from riik.login.webeid import verify_token

__all__ = [
    "Challenge",
    "ChallengeRefused",
    "Client",
    "ClientRefused",
    "Credential",
    "Event",
    "Grant",
    "Level",
    "Login",
    "LoginRules",
    "Mandate",
    "MandateRefused",
    "MandateSource",
    "Mandates",
    "Method",
    "Need",
    "OpenIdProvider",
    "OriginRefused",
    "Pending",
    "Place",
    "Relying",
    "RequestRefused",
    "RevocationUnknown",
    "Session",
    "SessionRefused",
    "Statement",
    "StatementRefused",
    "TokenRefused",
    "TooManyAttempts",
    "verify_statement",
    "verify_token",
]
