"""Statements: did login say that this person, now, wants this of this member?

A statement is a compact JWS (RFC 7515) with the claims of RFC 7519 §4.1 and OpenID
Connect's ``acr``, ``amr`` and ``azp``, signed by the login member's key and carrying its
certificate (``x5c``). It lets the one member in ``aud`` read that person's data for one
case and for a short time; ``azp`` is the member that asked for it, and from no other does
``aud`` take it; the member that carries it can do nothing else with it.
Pure. That a mandate exists is asked before signing, in `relying`; whether login's own
certificate was revoked since is the exchange's care, which hears its OCSP.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NoReturn

import msgspec

from riik.core import IdentifierRefused, MemberId, PersonCode, Signer, person_code
from riik.formats import canonical_json, jose
from riik.login.errors import StatementRefused
from riik.login.model import Level, Statement
from riik.trust import (
    Certificate,
    CertificateRefused,
    KeyUsage,
    PathRefused,
    TrustAnchor,
    exchange_member,
    validate_path,
)

__all__ = ["sign_statement", "verify_statement"]

TYPE: Final = "riik-statement+jwt"
ALGORITHMS: Final = frozenset({"ES256", "ES384", "EdDSA"})
MOST_CHARACTERS: Final = 16_384
LONGEST: Final = timedelta(hours=1)
SKEW: Final = timedelta(seconds=60)


class _Claims(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    iss: str
    sub: str
    aud: str
    acr: Level
    amr: tuple[str, ...]
    case: str
    iat: int
    exp: int
    jti: str
    rep: str | None = None
    mandate: str | None = None
    azp: str | None = None
    purpose: str | None = None


def sign_statement(statement: Statement, *, signer: Signer, certificates: Sequence[bytes]) -> str:
    """Sign what login states; whether it is true is the caller's to know.

    Args:
        statement: Times are cut to whole seconds.
        signer: The login member's key.
        certificates: Its certificate and those up to the anchor, DER.
    """
    claims = _Claims(
        iss=str(statement.issuer),
        sub=statement.person,
        aud=str(statement.audience),
        acr=statement.level,
        amr=statement.methods,
        case=statement.case,
        iat=int(statement.issued_at.timestamp()),
        exp=int(statement.expires_at.timestamp()),
        jti=statement.id,
        rep=statement.represented,
        mandate=statement.role,
        azp=None if statement.relying is None else str(statement.relying),
        purpose=statement.purpose,
    )
    payload = canonical_json.encode(msgspec.to_builtins(claims))
    return jose.sign(payload, signer=signer, certificates=certificates, header={"typ": TYPE})


def verify_statement(
    token: str,
    *,
    audience: MemberId,
    subject: PersonCode,
    carrier: MemberId | None,
    case: str,
    at: datetime,
    anchors: Sequence[TrustAnchor],
    issuer_member: MemberId,
    level: Level = Level.SUBSTANTIAL,
) -> Statement:
    """Believe a statement for one use, or refuse it: what isn't said is denied.

    Args:
        token: Compact JWS.
        audience: We ourselves; a statement to somebody else gives us nothing.
        subject: Whose data are wanted: the person's own, or of whom the person represents.
        carrier: The member whose message brought it, or we, when we asked login ourselves;
            None where the audience brings what others had asked for, which registers compare.
        case: Number of the case in which they are wanted.
        at: Now.
        anchors: CAs that issue members' certificates.
        issuer_member: The member that runs the national login.
        level: The least sureness that the data need.

    Raises:
        StatementRefused: For ``token``, ``type``, ``certificate``, ``issuer``,
            ``signature``, ``claims``, ``audience``, ``not-yet-valid``, ``expired``,
            ``too-long``, ``carrier``, ``mandate``, ``subject``, ``case`` or ``level``.
    """
    claims = _signed_claims(token, at=at, anchors=anchors, issuer_member=issuer_member)
    statement = _statement(claims)
    if statement.issuer != issuer_member:
        _refuse("another member stated this", why="issuer")
    if statement.audience != audience:
        _refuse("this was stated to another member", why="audience")
    if carrier is not None and statement.relying != carrier:
        _refuse("another member asked login for this", why="carrier")
    _check_times(statement, at=at)
    if (statement.represented is None) == bool(statement.role):
        _refuse("who represents names the mandate", why="mandate")
    if subject not in (statement.person, statement.represented):
        _refuse("this is about another person", why="subject")
    if statement.case != case:
        _refuse("this is about another case", why="case")
    if not statement.level.reaches(level):
        _refuse("the person signed in less surely than this needs", why="level")
    return statement


def _signed_claims(
    token: str, *, at: datetime, anchors: Sequence[TrustAnchor], issuer_member: MemberId
) -> dict[str, Any]:
    try:
        unverified = jose.read(token, algorithms=ALGORITHMS, limit=MOST_CHARACTERS)
        chain = unverified.certificates
    except jose.JwsRefused as error:
        raise StatementRefused("this is no statement", why="token") from error
    if unverified.header.get("typ") != TYPE:
        _refuse("this was signed as something else", why="type")
    if not chain:
        _refuse("the statement brings no certificate", why="certificate")
    signer = _believed(chain, at=at, anchors=anchors)
    if not _names(signer, issuer_member):
        _refuse("the certificate is of another organisation", why="issuer")
    try:
        jws = jose.verify(token, key=signer.public_key, algorithms=ALGORITHMS)
        return jose.claims(jws)
    except jose.JwsRefused as error:
        why = "claims" if error.why == "claims" else "signature"
        raise StatementRefused("the statement's signature doesn't hold", why=why) from error


def _believed(
    chain: Sequence[bytes], *, at: datetime, anchors: Sequence[TrustAnchor]
) -> Certificate:
    """The signer's certificate; a key for TLS or for signing in states nothing."""
    try:
        path = validate_path(
            chain[0],
            intermediates=chain[1:],
            anchors=anchors,
            at=at,
            usage=KeyUsage.CONTENT_COMMITMENT,
        )
    except (CertificateRefused, PathRefused) as error:
        raise StatementRefused("no anchor stands behind this key", why="certificate") from error
    return path.end


def _names(certificate: Certificate, member: MemberId) -> bool:
    """Is it this member's: an exchange certificate, or a seal (EN 319 412-1 §5.1.4)?"""
    try:
        return exchange_member(certificate.der)[0] == member
    except CertificateRefused:
        identifier = certificate.subject.organisation_identifier or ""
        return identifier.partition("-")[2] == member.code


def _statement(claims: dict[str, Any]) -> Statement:
    try:
        read = msgspec.convert(claims, _Claims)
        return Statement(
            issuer=MemberId.parse(read.iss),
            person=person_code(read.sub),
            represented=None if read.rep is None else person_code(read.rep),
            role=read.mandate,
            audience=MemberId.parse(read.aud),
            relying=None if read.azp is None else MemberId.parse(read.azp),
            level=read.acr,
            methods=read.amr,
            case=read.case,
            purpose=read.purpose,
            issued_at=datetime.fromtimestamp(read.iat, UTC),
            expires_at=datetime.fromtimestamp(read.exp, UTC),
            id=read.jti,
        )
    except (msgspec.ValidationError, IdentifierRefused, ValueError, OverflowError) as error:
        raise StatementRefused("a claim is missing or of another shape", why="claims") from error


def _check_times(statement: Statement, *, at: datetime) -> None:
    if statement.issued_at > at + SKEW:
        _refuse("this is stated of a time to come", why="not-yet-valid")
    if statement.expires_at <= at:
        _refuse("the statement's time is over", why="expired")
    if statement.expires_at - statement.issued_at > LONGEST:
        _refuse("no statement is good for that long", why="too-long")


def _refuse(message: str, *, why: str) -> NoReturn:
    raise StatementRefused(message, why=why)
