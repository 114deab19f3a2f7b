"""ID tokens and logout tokens: what does login say of a person to a client?

Implements the ID token of OpenID Connect Core 1.0 §2 in TARA's shape (`tara`) with the
standard claims beside it, `at_hash` in either spelling (§3.1.3.6, TARA §4.3.1), and the
logout token of OpenID Connect Back-Channel Logout 1.0 §2.4. Signed RS256 with ``kid``.
Pure: keys and times come in.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from riik.core import IdentifierRefused, PersonCode, Signer, person_code
from riik.formats import canonical_json, jose
from riik.formats.jose import encode_base64url
from riik.identity import CodeRefused, estonian, vietnamese
from riik.login.model import Session
from riik.login.oidc.details import details_of
from riik.login.oidc.errors import AuthorizationRefused
from riik.login.oidc.model import AuthorizationRequest, Client
from riik.login.tara import IdToken

__all__ = [
    "Hint",
    "Key",
    "birth_of",
    "id_token",
    "logout_token",
    "profile_claims",
    "read_hint",
    "signed",
]

ALGORITHM: Final = "RS256"
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_LIFE: Final = timedelta(minutes=2)
MOST_TOKEN: Final = 8_000


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the provider.

    Attributes:
        kid: Its thumbprint (RFC 7638).
        public: SubjectPublicKeyInfo, DER.
    """

    kid: str
    public: bytes

    def jwk(self) -> dict[str, str]:
        """The key as ``/oidc/jwks`` has it (RFC 7517 §4)."""
        return {**jose.jwk(self.public), "kid": self.kid, "use": "sig", "alg": ALGORITHM}


@dataclass(frozen=True, slots=True, kw_only=True)
class Hint:
    """What an ID token says that comes back as a hint.

    Attributes:
        client: ``aud``.
        person: ``sub``.
        sid: The session it was made in.
    """

    client: str
    person: PersonCode
    sid: str


def birth_of(person: PersonCode) -> str:
    """When the person was born, as far as the code says: a day, or a year alone.

    ``birthdate`` may be a year (OpenID Connect Core 1.0 §5.1). Empty where it says nothing.
    """
    country, code = person[:2], person[2:]
    try:
        if country == "EE":
            born = estonian(code).birth_date
            return born.isoformat() if born else ""
        if country == "VN":
            return str(vietnamese(code, places=[code[:3]]).birth_year)
    except CodeRefused:
        return ""
    return ""


def id_token(
    *,
    id: str,  # noqa: A002 - the claim is called that
    issuer: str,
    client: Client,
    asked: AuthorizationRequest,
    session: Session,
    access_token: str,
    at: datetime,
    life: timedelta,
) -> dict[str, Any]:
    """The claims of an ID token for one client.

    Args:
        id: ``jti``, unique.
        issuer: The login's origin.
        client: The audience.
        asked: What it asked; ``state``, ``nonce`` and what was shown are mirrored.
        session: Who signed in, when, how.
        access_token: What ``at_hash`` is of.
        at: Now.
        life: How long it may be used.
    """
    claims = IdToken(
        id=id,
        issuer=issuer,
        audience=client.id,
        issued_at=at,
        expires_at=at + life,
        person=session.person,
        given_name=session.given_names,
        family_name=session.surname,
        birth_date=birth_of(session.person),
        method=session.method.value,
        level=session.level,
        state=asked.state,
        at_hash=_at_hash(access_token, client),
        nonce=asked.nonce or None,
    ).claims()
    claims["auth_time"], claims["sid"] = int(session.began_at.timestamp()), session.sid
    if asked.payment is not None:
        claims["authorization_details"] = details_of(asked.payment)
    if client.flat:
        claims |= _standard(session)
    return claims


def profile_claims(session: Session) -> dict[str, Any]:
    """What ``/oidc/profile`` answers: TARA's flat claims and the standard's."""
    return {
        "sub": session.person,
        "date_of_birth": birth_of(session.person),
        "amr": [session.method.value],
        "acr": session.level.value,
        "auth_time": int(session.began_at.timestamp()),
        **_standard(session),
    }


def logout_token(*, id: str, issuer: str, client: str, sid: str, at: datetime) -> dict[str, Any]:  # noqa: A002
    """The claims that tell a client that a session ended; it has no ``nonce`` (§2.4)."""
    issued = int(at.timestamp())
    return {
        "jti": id,
        "iss": issuer,
        "aud": client,
        "iat": issued,
        "exp": issued + int(LOGOUT_LIFE.total_seconds()),
        "sid": sid,
        "events": {LOGOUT_EVENT: {}},
    }


def signed(claims: Mapping[str, Any], *, signer: Signer, kid: str, kind: str = "JWT") -> str:
    """Claims as a compact JWS; ``kind`` is ``JWT``, or ``logout+jwt``."""
    payload = canonical_json.encode(dict(claims))
    return jose.sign(payload, signer=signer, header={"typ": kind, "kid": kid})


def read_hint(token: str, *, keys: Mapping[str, Key], issuer: str) -> Hint:
    """Read an ID token of ours that a client sends back; it may be over (Core §3.1.2.1).

    Raises:
        AuthorizationRefused: For ``hint``, when it is not of ours.
    """
    try:
        head = jose.read(token, algorithms={ALGORITHM}, limit=MOST_TOKEN).header
        key = keys.get(str(head.get("kid", "")))
        if key is None or head.get("typ") != "JWT":
            raise AuthorizationRefused("no key of ours", why="hint", error="invalid_request")
        verified = jose.verify(token, key=key.public, algorithms={ALGORITHM}, limit=MOST_TOKEN)
        claims = jose.claims(verified)
        person, sid = person_code(str(claims.get("sub", ""))), str(claims.get("sid", ""))
    except (jose.JwsRefused, IdentifierRefused) as error:
        raise AuthorizationRefused(
            "id_token_hint is no ID token of ours", why="hint", error="invalid_request"
        ) from error
    if claims.get("iss") != issuer:
        raise AuthorizationRefused("another issuer", why="hint", error="invalid_request")
    return Hint(client=str(claims.get("aud", "")), person=person, sid=sid)


def _standard(session: Session) -> dict[str, Any]:
    """OpenID Connect Core 1.0 §5.1."""
    claims = {"given_name": session.given_names, "family_name": session.surname}
    born = birth_of(session.person)
    return {**claims, "birthdate": born} if born else claims


def _at_hash(access_token: str, client: Client) -> str:
    half = sha256(access_token.encode()).digest()[:16]
    return b64encode(half).decode() if client.at_hash == "tara" else encode_base64url(half)
