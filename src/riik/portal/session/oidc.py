"""OpenID Connect as a relying party: the request, the answer, and what login signed.

Implements of OpenID Connect Core 1.0 the code flow (§3.1) with PKCE (RFC 7636), the issuer in
the answer (RFC 9207), RP-initiated logout 1.0 and the logout token of back-channel logout 1.0
(§2.4–2.6), for providers with TARA's claims (names under ``profile_attributes``) or flat ones.
Only RS256, with a key of the provider's set. Pure: `client` speaks, `component` remembers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from riik.core import IdentifierRefused, PersonCode, person_code
from riik.formats import jose
from riik.formats.jose import JwsRefused, encode_base64url
from riik.login import Level
from riik.portal.session.errors import LoginSilent, SignInRefused, TokenRefused
from riik.portal.session.model import RelyingClient

__all__ = [
    "Answer",
    "Endpoints",
    "Identity",
    "LogoutToken",
    "Question",
    "challenge_of",
    "read_answer",
    "read_endpoints",
    "read_keys",
    "verify_id_token",
    "verify_logout_token",
]

ALGORITHMS: Final = frozenset({"RS256"})
SKEW: Final = timedelta(seconds=30)
LOGOUT_AGE: Final = timedelta(minutes=5)
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
MOST_TOKEN: Final = 8_192
MOST_KEYS: Final = 20
_BORN: Final = re.compile(r"(\d{4}(-\d\d-\d\d)?)?\Z", re.ASCII)

Keys = Mapping[str, bytes]
"""The provider's public keys by ``kid``, SubjectPublicKeyInfo, DER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoints:
    """Where a provider is asked (OpenID Connect Discovery 1.0 §3)."""

    authorization: str
    token: str
    keys: str
    logout: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An authorization request (§3.1.2.1).

    Attributes:
        state: Comes back with the answer.
        nonce: Comes back inside the ID token.
        verifier: Of PKCE; only its digest is sent.
        language: What the person reads, or empty.
        fresh: The person shall show their card again, signed in or not.
        level: The least sureness.
    """

    state: str
    nonce: str
    verifier: str
    language: str = ""
    fresh: bool = False
    level: Level = Level.SUBSTANTIAL

    def address(self, endpoint: str, client: RelyingClient) -> str:
        """Where to send the browser."""
        asked = {
            "response_type": "code",
            "client_id": client.id,
            "redirect_uri": client.back,
            "scope": "openid",
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": challenge_of(self.verifier),
            "code_challenge_method": "S256",
            "acr_values": self.level.value,
        }
        if self.language:
            asked["ui_locales"] = self.language
        if self.fresh:
            asked["prompt"] = "login"
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(asked)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the browser brought back: one code for one state."""

    code: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a verified ID token says of a person."""

    person: PersonCode
    given_names: str
    surname: str
    birth_date: str
    level: Level
    method: str
    sid: str
    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutToken:
    """A verified logout token: which of login's sessions is over, or whose all are.

    Attributes:
        id: ``jti``: counts once.
        sid: Login's session; empty when all of the person's are meant.
        person: Who; None when the session alone is named.
        until: The token is too old from then on, UTC.
    """

    id: str
    sid: str
    person: PersonCode | None
    until: datetime


class _Profile(msgspec.Struct, frozen=True, kw_only=True):
    date_of_birth: str
    given_name: str
    family_name: str


class _Claims(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    nonce: str
    acr: Level
    amr: list[str]
    at_hash: str
    nbf: int = 0
    azp: str = ""
    sid: str = ""
    state: str = ""
    auth_time: int | None = None
    profile_attributes: _Profile | None = None
    given_name: str = ""
    family_name: str = ""
    birthdate: str = ""


class _LogoutClaims(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    aud: str | list[str]
    iat: int
    jti: str
    events: dict[str, dict[str, Any]]
    exp: int | None = None
    sid: str = ""
    sub: str = ""


class _Discovery(msgspec.Struct, frozen=True, kw_only=True):
    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""


class _KeySet(msgspec.Struct, frozen=True, kw_only=True):
    keys: list[dict[str, Any]]


def challenge_of(verifier: str) -> str:
    """``code_challenge`` with S256 (RFC 7636 §4.2)."""
    return encode_base64url(sha256(verifier.encode()).digest())


def read_answer(parameters: Mapping[str, str], *, issuer: str) -> Answer:
    """Read what the browser brought (§3.1.2.5, §3.1.2.6).

    Raises:
        SignInRefused: For ``cancelled`` when the person went back, ``error`` when login said
            another one, ``issuer``, ``state`` or ``code`` when these are missing or another's.
    """
    if parameters.get("iss", issuer) != issuer:
        raise SignInRefused("another provider answered", why="issuer")
    error = parameters.get("error", "")
    if error in ("user_cancel", "access_denied"):
        raise SignInRefused("the person went back", why="cancelled")
    if error:
        raise SignInRefused("login answered with an error", why="error")
    code, state = parameters.get("code", ""), parameters.get("state", "")
    if not 8 <= len(state) <= 200:
        raise SignInRefused("the answer has no state", why="state")
    if not 1 <= len(code) <= 1_000:
        raise SignInRefused("the answer has no code", why="code")
    return Answer(code=code, state=state)


def read_endpoints(document: bytes, *, issuer: str) -> Endpoints:
    """Read a discovery document (Discovery 1.0 §4.3): of this issuer, and all of it there.

    Raises:
        LoginSilent: For ``discovery``.
    """
    try:
        found = msgspec.json.decode(document, type=_Discovery)
    except msgspec.DecodeError as error:
        raise LoginSilent("login does not describe itself", why="discovery") from error
    addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    ours = all(address.startswith(f"{issuer}/") for address in addresses)
    if found.issuer != issuer or not ours:
        raise LoginSilent("another issuer answers there", why="discovery")
    logout = found.end_session_endpoint
    return Endpoints(
        authorization=found.authorization_endpoint,
        token=found.token_endpoint,
        keys=found.jwks_uri,
        logout=logout if logout.startswith(f"{issuer}/") else "",
    )


def read_keys(document: bytes) -> dict[str, bytes]:
    """Read a key set (RFC 7517 §5): the RSA keys for signatures; others are left out.

    Raises:
        LoginSilent: For ``keys``.
    """
    try:
        listed = msgspec.json.decode(document, type=_KeySet).keys
    except msgspec.DecodeError as error:
        raise LoginSilent("login shows no keys", why="keys") from error
    found = {}
    for key in listed[:MOST_KEYS]:
        kid = key.get("kid")
        fits = key.get("kty") == "RSA" and key.get("use", "sig") == "sig"
        if not fits or not isinstance(kid, str) or key.get("alg", "RS256") != "RS256":
            continue
        try:
            found[kid] = jose.public_key_of(key)
        except JwsRefused:
            continue
    return found


def verify_id_token(
    token: str,
    *,
    keys: Keys,
    client: RelyingClient,
    nonce: str,
    state: str,
    access_token: str,
    level: Level,
    at: datetime,
) -> Identity:
    """Believe an ID token, or refuse it (§3.1.3.7).

    Args:
        token: Compact JWS.
        keys: The provider's.
        client: Us: issuer and audience.
        nonce: As the request sent it.
        state: Likewise; TARA mirrors it in the token.
        access_token: That came with it (§3.1.3.8).
        level: The least sureness that was asked for.
        at: Now.

    Raises:
        TokenRefused: For ``token``, ``key``, ``signature``, ``claims``, ``issuer``,
            ``audience``, ``expired``, ``future``, ``nonce``, ``state``, ``at-hash``, ``level``,
            ``person`` or ``names``.
    """
    claims = _signed(token, keys=keys, shape=_Claims)
    _check_parties(claims, client)
    _check_times(claims.iat, exp=claims.exp, nbf=claims.nbf, at=at)
    if not compare_digest(claims.nonce.encode(), nonce.encode()):
        raise TokenRefused("the token answers another request", why="nonce")
    if claims.state not in ("", state):
        raise TokenRefused("the token answers another request", why="state")
    expected = encode_base64url(sha256(access_token.encode()).digest()[:16])
    if not compare_digest(claims.at_hash.encode(), expected.encode()):
        raise TokenRefused("the access token is another one", why="at-hash")
    if not claims.acr.reaches(level):
        raise TokenRefused("the person is not known surely enough", why="level")
    return _identity(claims)


def verify_logout_token(
    token: str, *, keys: Keys, client: RelyingClient, at: datetime
) -> LogoutToken:
    """Believe a logout token, or refuse it (Back-Channel Logout 1.0 §2.6).

    Raises:
        TokenRefused: For ``token``, ``key``, ``signature``, ``claims``, ``nonce``, ``issuer``,
            ``audience``, ``expired``, ``future``, ``event`` or ``session``.
    """
    claims = _signed(token, keys=keys, shape=_LogoutClaims, without="nonce")
    _check_parties(claims, client)
    until = _moment(claims.iat) + LOGOUT_AGE
    if claims.exp is not None:
        until = min(until, _moment(claims.exp))
    _check_times(claims.iat, exp=int(until.timestamp()), nbf=0, at=at)
    if LOGOUT_EVENT not in claims.events:
        raise TokenRefused("the token tells of no logout", why="event")
    if not claims.jti or not (claims.sid or claims.sub):
        raise TokenRefused("the token names no session", why="session")
    person = _person(claims.sub) if claims.sub else None
    return LogoutToken(id=claims.jti, sid=claims.sid, person=person, until=until + SKEW)


def _signed(token: str, *, keys: Keys, shape: Any, without: str = "") -> Any:
    """The claims of a token whose signature holds."""
    try:
        kid = jose.read(token, algorithms=ALGORITHMS, limit=MOST_TOKEN).header.get("kid")
    except JwsRefused as error:
        raise TokenRefused("this is no token of login's", why="token") from error
    key = keys.get(kid) if isinstance(kid, str) else None
    if key is None:
        raise TokenRefused("login has no such key", why="key")
    try:
        claims = jose.claims(jose.verify(token, key=key, algorithms=ALGORITHMS, limit=MOST_TOKEN))
    except JwsRefused as error:
        raise TokenRefused("the signature doesn't hold", why="signature") from error
    if without and without in claims:
        raise TokenRefused("the token is of another kind", why=without)
    try:
        return msgspec.convert(claims, shape)
    except msgspec.ValidationError as error:
        raise TokenRefused("a claim is missing or of another type", why="claims") from error


def _check_parties(claims: Any, client: RelyingClient) -> None:
    if claims.iss != client.issuer:
        raise TokenRefused("another provider signed this", why="issuer")
    audience = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    # A token for others beside us could be brought here by any of them.
    if audience != [client.id] or getattr(claims, "azp", "") not in ("", client.id):
        raise TokenRefused("the token is for somebody else", why="audience")


def _check_times(iat: int, *, exp: int, nbf: int, at: datetime) -> None:
    if at >= _moment(exp) + SKEW:
        raise TokenRefused("the token is too old", why="expired")
    if at < _moment(max(iat, nbf)) - SKEW:
        raise TokenRefused("the token comes from the future", why="future")


def _identity(claims: _Claims) -> Identity:
    told = claims.profile_attributes or _Profile(
        date_of_birth=claims.birthdate,
        given_name=claims.given_name,
        family_name=claims.family_name,
    )
    if not (told.given_name or told.family_name):
        raise TokenRefused("the token names nobody", why="names")
    if not _BORN.match(told.date_of_birth):
        raise TokenRefused("the birth date is neither a day nor a year", why="claims")
    return Identity(
        person=_person(claims.sub),
        given_names=told.given_name,
        surname=told.family_name,
        birth_date=told.date_of_birth,
        level=claims.acr,
        method=claims.amr[0] if claims.amr else "",
        sid=claims.sid,
        began_at=_moment(claims.iat if claims.auth_time is None else claims.auth_time),
    )


def _person(sub: str) -> PersonCode:
    try:
        return person_code(sub)
    except IdentifierRefused as error:
        raise TokenRefused("sub is no country and code", why="person") from error


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenRefused("a time beyond the calendar", why="claims") from error
