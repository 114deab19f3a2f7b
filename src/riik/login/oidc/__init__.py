"""The national login as OpenID Connect provider, in TARA's and GovSSO's profile."""

from riik.login.oidc.component import OpenIdProvider
from riik.login.oidc.errors import (
    AuthorizationRefused,
    BearerRefused,
    ClientRefused,
    ClientSilent,
    GrantRefused,
    KeyMissing,
)
from riik.login.oidc.model import Client, Farewell, Need, Onward, Pending, Tokens

__all__ = [
    "AuthorizationRefused",
    "BearerRefused",
    "Client",
    "ClientRefused",
    "ClientSilent",
    "Farewell",
    "GrantRefused",
    "KeyMissing",
    "Need",
    "Onward",
    "OpenIdProvider",
    "Pending",
    "Tokens",
]
