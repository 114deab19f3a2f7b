"""Strong customer authentication: did this person, just now, sign in for this payment?

Implements the bank's reading of an ID token (OpenID Connect Core 1.0 §3.1.3.7) as its proof of
authentication, and dynamic linking (Commission Delegated Regulation (EU) 2018/389, art. 5): the
token's ``nonce`` is the digest of exactly the order that the payer was shown, so a token for one
amount and payee can't pay another. RS256 only; a short life; what was used is kept in `store`.
Pure: finding the key is `client`, deciding what is paid is `bank`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final

from riik.core import IdentifierRefused, PersonCode, person_code
from riik.formats import canonical_json, jose
from riik.payments.errors import AuthenticationRefused
from riik.payments.model import Order

__all__ = ["Authentication", "check_confirmation", "key_of", "link_of", "verify_authentication"]

ALGORITHMS: Final = frozenset({"RS256"})
LEVEL: Final = "high"
FRESH: Final = timedelta(minutes=5)
SKEW: Final = timedelta(seconds=30)
MOST_CHARACTERS: Final = 8_192
MOST_ID: Final = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Authentication:
    """That somebody signed in, as their token proves it.

    Attributes:
        id: The token's own id; the bank takes each once.
        person: Who signed in.
        nonce: What the token is bound to; for a payment the order's link.
        shown: Amount, currency and account that login showed the person; None where it showed no
            payment.
        signed_in: When the person used the card; None when login does not say.
        until: When the token ends: until then its id must be remembered.
    """

    id: str
    person: PersonCode
    nonce: str
    shown: tuple[str, str, str] | None
    signed_in: datetime | None
    until: datetime


def link_of(order: Order) -> str:
    """The digest of what a payer is shown: base64url of SHA-256 over canonical JSON (RFC 8785).

    Amount and payee (art. 5(1)(b)), with the order and the reference that name the payment.
    """
    shown = {
        "account": order.account,
        "amount": order.amount.decimal(),
        "currency": order.amount.currency,
        "id": order.id,
        "reference": order.reference,
    }
    return jose.encode_base64url(sha256(canonical_json.encode(shown)).digest())


def key_of(token: str) -> str:
    """Which key a token says that it was signed with; nothing is believed yet.

    Raises:
        AuthenticationRefused: For ``token`` or ``key``.
    """
    try:
        jws = jose.read(token, algorithms=ALGORITHMS, limit=MOST_CHARACTERS)
    except jose.JwsRefused as error:
        raise AuthenticationRefused("this is not an ID token", why="token") from error
    kid = jws.header.get("kid")
    if not isinstance(kid, str) or not 0 < len(kid) <= MOST_ID:
        raise AuthenticationRefused("the token does not name its key", why="key")
    return kid


def verify_authentication(
    token: str, *, key: bytes, issuer: str, audience: str, at: datetime
) -> Authentication:
    """Verify an ID token as proof of who is at the bank's site now.

    Args:
        token: Compact JWS.
        key: The issuer's public key under the token's ``kid``, SubjectPublicKeyInfo, DER.
        issuer: The national login.
        audience: The client id of the bank's site.
        at: Now.

    Raises:
        AuthenticationRefused: For ``token``, ``signature``, ``issuer``, ``audience``,
            ``expired``, ``future``, ``level`` or ``person``.
    """
    try:
        jws = jose.verify(token, key=key, algorithms=ALGORITHMS, limit=MOST_CHARACTERS)
        claims = jose.claims(jws)
    except jose.JwsRefused as error:
        why = "signature" if error.why in {"signature", "key"} else "token"
        raise AuthenticationRefused("the token is not what login signed", why=why) from error
    _check_parties(claims, issuer=issuer, audience=audience)
    until = _check_times(claims, at=at)
    signed_in = _time(claims, "auth_time") if "auth_time" in claims else None
    if claims.get("acr") != LEVEL:
        raise AuthenticationRefused("a bank wants the level high", why="level")
    return Authentication(
        id=_text(claims, "jti"),
        person=_person(_text(claims, "sub")),
        nonce=_text(claims, "nonce"),
        shown=_shown(claims),
        signed_in=signed_in,
        until=until,
    )


def check_confirmation(given: Authentication, order: Order, *, at: datetime) -> None:
    """Check that a person signed in just now, and for exactly this order.

    A session that login still remembers is not enough: the card must have been used for this
    payment, which is why the site asks with ``prompt=login`` and ``max_age``.

    Raises:
        AuthenticationRefused: For ``other-order``, ``not-shown`` or ``not-fresh``.
    """
    if not compare_digest(given.nonce.encode(), link_of(order).encode()):
        raise AuthenticationRefused("the sign-in was for something else", why="other-order")
    # A site may show what it likes: login told the person what they confirm (art. 5(1)(a)).
    if given.shown != (order.amount.decimal(), order.amount.currency, order.account):
        raise AuthenticationRefused("login showed another payment, or none", why="not-shown")
    if given.signed_in is None or not -SKEW <= at - given.signed_in <= FRESH:
        raise AuthenticationRefused("the card was not used for this payment", why="not-fresh")


def _shown(claims: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """The one payment of ``authorization_details`` (RFC 9396 §7), as far as it can be held."""
    match claims.get("authorization_details"):
        case [
            {
                "type": "payment_initiation",
                "instructedAmount": {"currency": str(currency), "amount": str(amount)},
                "creditorAccount": {"iban": str(account)},
            }
        ]:
            return amount, currency, account
        case _:
            return None


def _check_parties(claims: Mapping[str, Any], *, issuer: str, audience: str) -> None:
    if claims.get("iss") != issuer:
        raise AuthenticationRefused("another login signed this", why="issuer")
    # One audience only: a token that others hold too would let them pay (§3.1.3.7, 3 to 5).
    if claims.get("aud") not in (audience, [audience]):
        raise AuthenticationRefused("the token is for another site", why="audience")
    if claims.get("azp", audience) != audience:
        raise AuthenticationRefused("the token is for another site", why="audience")


def _check_times(claims: Mapping[str, Any], *, at: datetime) -> datetime:
    """The token's end; it holds now, and was made in these minutes."""
    issued, until = _time(claims, "iat"), _time(claims, "exp")
    began = _time(claims, "nbf") if "nbf" in claims else issued
    if max(issued, began) > at + SKEW:
        raise AuthenticationRefused("the token is of the future", why="future")
    if at >= until or at - issued > FRESH:
        raise AuthenticationRefused("the token is too old", why="expired")
    return until


def _time(claims: Mapping[str, Any], name: str) -> datetime:
    value = claims.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 2**33:
        raise AuthenticationRefused(f"the token has no {name}", why="token")
    return datetime.fromtimestamp(value, UTC)


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= MOST_ID:
        raise AuthenticationRefused(f"the token has no {name}", why="token")
    return value


def _person(subject: str) -> PersonCode:
    try:
        return person_code(subject)
    except IdentifierRefused as error:
        raise AuthenticationRefused("the token names nobody", why="person") from error
