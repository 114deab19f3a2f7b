"""The ID token as TARA's clients read it: which claims, of which shape?

Implements the claims of TARA's technical specification v1.21 §4.3.1: names and the birth
date under ``profile_attributes``, ``amr`` as one method, ``state`` mirrored, ``at_hash``
in standard base64 with padding. Times are seconds since 1970, UTC.
Pure; signing is `formats.jose`.
"""

import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Final

import msgspec

from riik.core import IdentifierRefused, PersonCode, person_code
from riik.login.errors import TokenRefused
from riik.login.model import Level

__all__ = ["IdToken", "at_hash", "read_id_token"]

METHODS: Final = frozenset({"idcard", "mID", "smartid", "eIDAS"})
_AT_HASH: Final = re.compile(r"[A-Za-z0-9+/]{22}==\Z")


class _Profile(msgspec.Struct, frozen=True, kw_only=True):
    date_of_birth: str
    given_name: str
    family_name: str


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The claims in the order in which TARA writes them; types are strict."""

    jti: str
    iss: str
    aud: str
    exp: int
    iat: int
    nbf: int
    sub: str
    profile_attributes: _Profile
    amr: list[str]
    state: str
    acr: Level
    at_hash: str
    nonce: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    phone_number: str | None = None
    phone_number_verified: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class IdToken:
    """What an ID token says.

    Attributes:
        id: ``jti``, unique.
        issuer: A bare origin.
        audience: ``client_id`` of the relying party.
        issued_at: ``iat`` and ``nbf``, UTC, whole seconds.
        expires_at: ``exp``, likewise.
        person: ``sub``: country and code.
        birth_date: The day of birth as ``YYYY-MM-DD``; where codes hold no day, the year.
        method: ``amr``: one of `METHODS`.
        level: ``acr``.
        state: As the request sent it.
        at_hash: Of the access token, from `at_hash`.
        nonce: As the request sent it; None when it sent none.
    """

    id: str
    issuer: str
    audience: str
    issued_at: datetime
    expires_at: datetime
    person: PersonCode
    given_name: str
    family_name: str
    birth_date: str
    method: str
    level: Level
    state: str
    at_hash: str
    nonce: str | None = None

    def claims(self) -> dict[str, Any]:
        """The claims to be signed."""
        issued = int(self.issued_at.timestamp())
        claims = _Claims(
            jti=self.id,
            iss=self.issuer,
            aud=self.audience,
            exp=int(self.expires_at.timestamp()),
            iat=issued,
            nbf=issued,
            sub=self.person,
            profile_attributes=_Profile(
                date_of_birth=self.birth_date,
                given_name=self.given_name,
                family_name=self.family_name,
            ),
            amr=[self.method],
            state=self.state,
            acr=self.level,
            at_hash=self.at_hash,
            nonce=self.nonce,
        )
        plain: dict[str, Any] = msgspec.to_builtins(claims)
        return plain


def at_hash(access_token: str) -> str:
    """Half of the access token's SHA-256 in standard base64 with padding, as TARA has it."""
    return b64encode(sha256(access_token.encode()).digest()[:16]).decode()


def read_id_token(claims: Mapping[str, Any]) -> IdToken:
    """Read claims whose signature holds.

    Raises:
        TokenRefused: For ``shape``, ``subject``, ``method``, ``times`` or ``at-hash``.
    """
    try:
        read = msgspec.convert(claims, _Claims)
        person = person_code(read.sub)
        date.fromisoformat(read.profile_attributes.date_of_birth)
    except (msgspec.ValidationError, ValueError) as error:
        raise TokenRefused("a claim is missing or of another type", why="shape") from error
    except IdentifierRefused as error:
        raise TokenRefused("sub is no country and code", why="subject") from error
    if len(read.amr) != 1 or read.amr[0] not in METHODS:
        raise TokenRefused("amr is one of TARA's methods", why="method")
    if read.nbf != read.iat or not read.iat < read.exp:
        raise TokenRefused("the token's times contradict each other", why="times")
    if not _AT_HASH.match(read.at_hash):
        raise TokenRefused("at_hash is half a SHA-256 in base64", why="at-hash")
    return IdToken(
        id=read.jti,
        issuer=read.iss,
        audience=read.aud,
        issued_at=_moment(read.iat),
        expires_at=_moment(read.exp),
        person=person,
        given_name=read.profile_attributes.given_name,
        family_name=read.profile_attributes.family_name,
        birth_date=read.profile_attributes.date_of_birth,
        method=read.amr[0],
        level=read.acr,
        state=read.state,
        at_hash=read.at_hash,
        nonce=read.nonce,
    )


def _moment(seconds: int) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise TokenRefused("a time beyond the calendar", why="times") from error
