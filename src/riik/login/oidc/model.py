"""The values of the provider: who may ask, what was asked, what is given for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from riik.core import MemberId
from riik.login.model import Level, Session

__all__ = [
    "METHOD_SCOPES",
    "PAYMENT",
    "SCOPES",
    "AuthorizationRequest",
    "Client",
    "Farewell",
    "KeptAuthorization",
    "KeptRequest",
    "Need",
    "Onward",
    "Parameters",
    "PaymentShown",
    "Pending",
    "Tokens",
]

Parameters = Sequence[tuple[str, str]]
"""A query or a form as it came, doubles and order kept."""

METHOD_SCOPES: Final = frozenset({"idcard", "mid", "smartid", "eidas", "eidasonly"})
"""TARA's scopes that leave only some methods of signing in (specification v1.21 §4.1)."""

SCOPES: Final = METHOD_SCOPES | {"openid", "profile", "email", "phone"}
"""What we know of; other scopes are ignored (OpenID Connect Core 1.0 §3.1.2.1)."""


PAYMENT: Final = "payment_initiation"
"""The one type of ``authorization_details`` that login shows (RFC 9396 §2)."""


class Need(StrEnum):
    """What must happen before a site is told."""

    NOTHING = "nothing"
    SIGN_IN = "sign-in"
    CONFIRM = "confirm"
    OTHER = "other"  # another person, or less sure, than asked: nothing helps


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A site that may have people sign in: one table ``[[login.client]]`` of the node's file.

    Attributes:
        id: ``client_id``.
        names: How people call it, by language.
        redirect_uris: Where people may be sent with a code; compared as texts, exactly.
        post_logout_uris: Where they may be sent after signing out, likewise.
        backchannel_uri: Where logout tokens are posted; empty when it takes none.
        member: The organisation of the exchange that it belongs to. Its access token is then
            also its handle on the session over the exchange.
        secret_hash: SHA-256 of its secret.
        auth: How it brings the secret: ``basic`` or ``post``, never both.
        at_hash: ``oidc`` (base64url) or ``tara`` (base64 with padding).
        pkce: A code challenge is needed.
        flat: Standard claims stand beside TARA's ``profile_attributes``.
        scopes: What it may ask for.
        shared: People share its screens: a sign-in for it is given to no other site without the
            card again, so that who stays at the screen gets nowhere as who left it.
        details: Types of ``authorization_details`` that it may ask for: `PAYMENT`, or none.
    """

    id: str
    names: Mapping[str, str]
    redirect_uris: tuple[str, ...]
    secret_hash: bytes
    post_logout_uris: tuple[str, ...] = ()
    backchannel_uri: str = ""
    member: MemberId | None = None
    auth: str = "basic"
    at_hash: str = "oidc"
    pkce: bool = True
    flat: bool = True
    scopes: frozenset[str] = METHOD_SCOPES | {"openid", "profile"}
    shared: bool = False
    details: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentShown:
    """A payment that a person is shown before they sign in for it.

    Attributes:
        amount: Decimal, as ISO 20022 writes it: ``23.00``.
        currency: ISO 4217.
        payee: Whom it goes to.
        account: Their IBAN, or what the country has instead.
    """

    amount: str
    currency: str
    payee: str
    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRequest:
    """What a client asked of a person's browser (OpenID Connect Core 1.0 §3.1.2.1).

    Attributes:
        client: ``client_id``.
        redirect_uri: One of the client's.
        state: Mirrored in the answer and in the ID token.
        nonce: Mirrored in the ID token; empty when none came.
        challenge: ``code_challenge`` (S256); empty when none came.
        scopes: Those of `SCOPES`.
        level: The least sureness (``acr_values``).
        prompts: ``none``, ``login``, ``consent``, ``select_account``.
        max_age: Seconds since the person last showed who they are; None for any.
        languages: ``ui_locales``, the preferred first.
        hint: ``id_token_hint`` as it came.
        payment: What the person is to be shown (``authorization_details``); None for a plain
            sign-in.
    """

    client: str
    redirect_uri: str
    state: str
    nonce: str = ""
    challenge: str = ""
    scopes: tuple[str, ...] = ("openid",)
    level: Level = Level.SUBSTANTIAL
    prompts: tuple[str, ...] = ()
    max_age: int | None = None
    languages: tuple[str, ...] = ()
    hint: str = ""
    payment: PaymentShown | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRequest:
    """A request that waits for a person; only the browser that brought it can go on with it.

    ``source`` is the blind name of where it came from: what waits is counted by it.
    """

    key: bytes
    browser: bytes
    source: bytes
    asked: AuthorizationRequest
    hinted: str
    began_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptAuthorization:
    """A code as the store keeps it: under its hash, with the session's key and what was asked."""

    key: bytes
    session: bytes
    asked: AuthorizationRequest
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Onward:
    """Where a browser goes next: to an address, or to our own page about a waiting request.

    Attributes:
        address: With a code or with an error; empty when a person must act first.
        request: The name of the waiting request, for our page; empty otherwise.
    """

    address: str = ""
    request: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A waiting request as our pages show it.

    Attributes:
        client: Who asks.
        asked: What.
        need: What is missing until the client can be told.
        session: Who is signed in in this browser; None for nobody.
    """

    client: Client
    asked: AuthorizationRequest
    need: Need
    session: Session | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """What a code is worth (RFC 6749 §5.1).

    Attributes:
        access_token: Opens the profile for seconds; for a member also its handle.
        id_token: Signed.
        seconds: How long they may be used.
    """

    access_token: str
    id_token: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Farewell:
    """What a logout request comes to.

    Attributes:
        address: Where the browser goes when it is over; empty for our own page.
        ask: The person must say so first: nothing proves that the client speaks for them.
        client: Who asked, if it said so.
    """

    address: str
    ask: bool
    client: Client | None
