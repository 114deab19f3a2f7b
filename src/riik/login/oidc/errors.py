"""What can be wrong with a request of a client.

Refused
├── ClientRefused         nobody can be told but the person: no such client, or not its address
├── AuthorizationRefused  the client is told by a redirect (RFC 6749 §4.1.2.1)
├── GrantRefused          the client is told at the token endpoint (RFC 6749 §5.2)
└── BearerRefused         the access token opens nothing (RFC 6750 §3.1)
Unavailable
├── KeyMissing            the login has no signing key yet
└── ClientSilent          a client did not take the news that a session ended

``facts["error"]`` is the standard's word for it, where there is one.
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "AuthorizationRefused",
    "BearerRefused",
    "ClientRefused",
    "ClientSilent",
    "GrantRefused",
    "KeyMissing",
]


class ClientRefused(Refused):
    """The site that sent you is not known here, or asked for an address that is not its own."""

    code = "login.client-refused"
    status: ClassVar[int] = 400


class AuthorizationRefused(Refused):
    """A sign-in was asked for in a way that can't be answered."""

    code = "login.authorization-refused"
    status: ClassVar[int] = 400


class GrantRefused(Refused):
    """The token endpoint gives nothing for this."""

    code = "login.grant-refused"
    status: ClassVar[int] = 400


class BearerRefused(Refused):
    """The access token is unknown, over, or brought in two ways at once."""

    code = "login.bearer-refused"
    status: ClassVar[int] = 401


class KeyMissing(Unavailable):
    """The login has no signing key yet; it makes one when it starts."""

    code = "login.key-missing"


class ClientSilent(Unavailable):
    """A site did not take the news that a session ended; it is told again."""

    code = "login.client-silent"
