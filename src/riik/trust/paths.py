"""Paths: does a chain of certificates lead from this one to an anchor that held then?

Implements certification path building (RFC 4158 §2) and validation (RFC 5280 §6.1)
under trusted-list anchors (EN 319 102-1 §5.2.6). Pure: the caller gives everything, the
time too; nothing is fetched. Revocation is in `ocsp`. Not supported, so refused when
critical: name constraints, policy constraints and mappings (RFC 5280 §6.1.4 g–j).
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import islice
from typing import Final

from riik.formats import oids
from riik.trust.algorithms import check_strength, read_algorithm, verify_signature
from riik.trust.certificates import names_agree, read_certificate
from riik.trust.errors import CertificateRefused, PathRefused, SignatureRefused
from riik.trust.model import (
    Certificate,
    Criteria,
    KeyUsage,
    Path,
    ServiceKind,
    ServiceStatus,
    TrustAnchor,
)

__all__ = ["CA_KINDS", "Qualified", "qualify", "validate_path", "verify_issued"]

CA_KINDS: Final = frozenset({ServiceKind.CA_QC, ServiceKind.CA_PKC})
MOST_CERTIFICATES: Final = 8
_SERVICES: Final = frozenset({oids.OCSP_SIGNING, oids.TIME_STAMPING})
MOST_TRIED: Final = 64
MOST_STEPS: Final = 128

_UNDERSTOOD: Final = frozenset(
    {
        oids.BASIC_CONSTRAINTS,
        oids.KEY_USAGE,
        oids.EXTENDED_KEY_USAGE,
        oids.CERTIFICATE_POLICIES,  # any policy is acceptable here; callers look at them
        oids.SUBJECT_ALT_NAME,
        oids.QC_STATEMENTS,
        oids.SUBJECT_KEY_IDENTIFIER,
        oids.AUTHORITY_KEY_IDENTIFIER,
        oids.AUTHORITY_INFORMATION_ACCESS,
        oids.CRL_DISTRIBUTION_POINTS,
        oids.OCSP_NO_CHECK,
    }
)
_DEVICE: Final = {
    "QCWithQSCD": True,
    "QCWithSSCD": True,
    "QCNoQSCD": False,
    "QCNoSSCD": False,
}
# Policies that say so for certificates from before the statements (EN 319 411-2 §5.3).
_DEVICE_POLICIES: Final = frozenset({"0.4.0.194112.1.2", "0.4.0.194112.1.3", "0.4.0.1456.1.1"})
# Which refusal tells the caller most, when every way to an anchor failed.
_TELLING: Final = (
    "no-certificate-chain-found",
    "certificate-chain-general-failure",
    "chain-constraints-failure",
    "crypto-constraints-failure",
    "not-yet-valid",
    "expired",
)


@dataclass(frozen=True, slots=True)
class Qualified:
    """Is the certificate qualified, and is its key in a qualified device (QSCD)?"""

    certificate: bool
    device: bool


def validate_path(
    certificate: bytes,
    *,
    intermediates: Sequence[bytes] = (),
    anchors: Sequence[TrustAnchor],
    at: datetime,
    kinds: Collection[ServiceKind] = CA_KINDS,
    usage: KeyUsage | None = None,
    purpose: str | None = None,
) -> Path:
    """Find and validate a path from ``certificate`` to one of the anchors.

    An anchor is a certificate that a list names: an issuer of what is below it, or the
    end certificate itself. An issuer must have been trusted
    both at ``at`` and when the certificate right below it was issued (TS 119 615 §4.4).

    Args:
        certificate: The end certificate, DER.
        intermediates: Issuers that may be needed, DER, in any order; not trusted.
        anchors: What the caller trusts.
        at: The time to judge at.
        kinds: Which kinds of service count as anchors here; `QUALIFIED_KINDS` for
            qualified signatures.
        usage: A key usage that the end certificate must allow.
        purpose: A dotted extended key usage that it must name.

    Raises:
        CertificateRefused: The end certificate can't be read.
        PathRefused: For ``no-certificate-chain-found``, ``expired``, ``not-yet-valid``,
            ``chain-constraints-failure``, ``crypto-constraints-failure``,
            ``certificate-chain-general-failure`` or ``service-not-trusted``.
    """
    end = read_certificate(certificate)
    search = _Search(
        anchors=tuple(anchor for anchor in anchors if anchor.kind in kinds),
        intermediates=tuple(_readable(intermediates)),
    )
    _check_use(end, usage=usage, purpose=purpose)
    refusals: list[PathRefused] = []
    for chain, anchor in islice(search.paths(end), MOST_TRIED):
        try:
            _check_chain(chain, anchor, at=at)
        except PathRefused as refused:
            refusals.append(refused)
        else:
            return Path(chain, anchor)
    if refusals:
        raise max(refusals, key=lambda refused: _weight(refused.why))
    # Without any way to an anchor, an end certificate past its time is still the better word.
    _check_validity(end, at=at)
    raise PathRefused("no chain leads to an anchor", why="no-certificate-chain-found")


def verify_issued(certificate: Certificate, *, issuer: Certificate) -> None:
    """Check that ``issuer``'s key signed ``certificate``; names and rights are not looked at.

    Raises:
        SignatureRefused: For ``signature``, ``algorithm`` or ``key``.
    """
    check = _verify_service if _is_service(certificate) else _verify
    check(
        issuer.public_key,
        certificate.signature_algorithm,
        certificate.signature,
        certificate.signed,
    )


def _verify(public_key: bytes, algorithm: bytes, signature: bytes, signed: bytes) -> None:
    verify_signature(
        public_key, algorithm=read_algorithm(algorithm), signature=signature, message=signed
    )


# Authorities, responders and stampers are few and met in every judgement, people are many:
# what held once for the bytes of a service's certificate holds always.
_verify_service = lru_cache(maxsize=512)(_verify)


def _is_service(certificate: Certificate) -> bool:
    return certificate.is_ca or not _SERVICES.isdisjoint(certificate.extended_key_usage)


def _readable(certificates: Sequence[bytes]) -> Iterator[Certificate]:
    """Those that can be read: a broken stray certificate must not spoil a good path."""
    for certificate in certificates:
        try:
            yield read_certificate(certificate)
        except CertificateRefused:
            continue


def _weight(why: str) -> int:
    return _TELLING.index(why) if why in _TELLING else len(_TELLING)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    """Ways up from a certificate, by names and key identifiers, anchors first."""

    anchors: tuple[TrustAnchor, ...]
    intermediates: tuple[Certificate, ...]

    def paths(self, end: Certificate) -> Iterator[tuple[tuple[Certificate, ...], TrustAnchor]]:
        """Ways to an anchor, depth first, as long as the steps last."""
        waiting: list[tuple[Certificate, ...]] = [(end,)]
        for _ in range(MOST_STEPS):
            if not waiting:
                return
            chain = waiting.pop()
            yield from self._arrivals(chain)
            if len(chain) < MOST_CERTIFICATES:
                waiting += [
                    (*chain, issuer)
                    for issuer in self.intermediates
                    if _may_issue(issuer, chain[-1]) and issuer not in chain
                ]

    def _arrivals(
        self, chain: tuple[Certificate, ...]
    ) -> Iterator[tuple[tuple[Certificate, ...], TrustAnchor]]:
        top = chain[-1]
        for anchor in self.anchors:
            if anchor.certificate == top.der:
                yield chain, anchor
                continue
            issuer = read_certificate(anchor.certificate)
            if issuer.is_ca and _may_issue(issuer, top):
                yield (*chain, issuer), anchor


def _may_issue(issuer: Certificate, below: Certificate) -> bool:
    if (
        below.authority_key is not None
        and issuer.subject_key is not None
        and below.authority_key != issuer.subject_key
    ):
        return False
    return names_agree(issuer.subject, below.issuer)


def _check_chain(chain: tuple[Certificate, ...], anchor: TrustAnchor, *, at: datetime) -> None:
    for certificate in chain:
        _check_validity(certificate, at=at)
        unknown = certificate.critical - _UNDERSTOOD
        if unknown:
            raise PathRefused(
                f"critical extension {min(unknown)} isn't understood",
                why="chain-constraints-failure",
            )
    for depth, issuer in enumerate(chain[1:]):
        _check_authority(issuer, authorities_below=_authorities(chain[1 : depth + 1]))
        _check_signature(chain[depth], issuer=issuer, at=at)
    _check_anchor(chain, anchor, at=at)


def _check_use(end: Certificate, *, usage: KeyUsage | None, purpose: str | None) -> None:
    if usage is not None and not end.allows(usage):
        raise PathRefused(f"the key is not for {usage}", why="chain-constraints-failure")
    if purpose is not None and purpose not in end.extended_key_usage:
        raise PathRefused(f"the key is not for {purpose}", why="chain-constraints-failure")


def _check_validity(certificate: Certificate, *, at: datetime) -> None:
    if at < certificate.not_before:
        raise PathRefused("a certificate was not yet valid", why="not-yet-valid")
    if at > certificate.not_after:
        raise PathRefused("a certificate had expired", why="expired")


def _authorities(below: Sequence[Certificate]) -> int:
    """How many count against a path length: self-issued ones don't (RFC 5280 §6.1.4 l)."""
    return sum(not names_agree(each.subject, each.issuer) for each in below)


def _check_authority(issuer: Certificate, *, authorities_below: int) -> None:
    if not issuer.is_ca or not issuer.allows(KeyUsage.KEY_CERT_SIGN):
        raise PathRefused("an issuer is no authority", why="chain-constraints-failure")
    if issuer.path_length is not None and authorities_below > issuer.path_length:
        raise PathRefused(
            "more authorities than the path length allows", why="chain-constraints-failure"
        )


def _check_signature(certificate: Certificate, *, issuer: Certificate, at: datetime) -> None:
    try:
        verify_issued(certificate, issuer=issuer)
    except SignatureRefused as error:
        raise PathRefused(
            f"not signed by its issuer: {error}", why="certificate-chain-general-failure"
        ) from error
    try:
        algorithm = read_algorithm(certificate.signature_algorithm)
        check_strength(issuer.public_key, algorithm=algorithm, at=at)
        check_strength(certificate.public_key, algorithm=algorithm, at=at)
    except SignatureRefused as error:
        raise PathRefused(
            f"too weak at that time: {error}", why="crypto-constraints-failure"
        ) from error


def _check_anchor(chain: tuple[Certificate, ...], anchor: TrustAnchor, *, at: datetime) -> None:
    moments = [at] if len(chain) == 1 else [at, chain[-2].not_before]
    if not all(anchor.trusted_at(moment) for moment in moments):
        raise PathRefused("the service was not trusted then", why="service-not-trusted")


def qualify(path: Path, *, at: datetime) -> Qualified:
    """Judge the end certificate of a valid path, as of its issuance and of its use.

    Its own statements count, unless the list that names its issuer corrects them for such
    certificates: then the list prevails. It must have been qualified when it was issued, and still
    when it signed; the device is judged at the signature (TS 119 615 §4.4, §4.5).

    Args:
        path: As `validate_path` answers.
        at: When the certificate was used, as far as that is proved.
    """
    if path.anchor.kind is not ServiceKind.CA_QC:
        return Qualified(certificate=False, device=False)
    issued, used = (
        _qualified(path.end, path.anchor.at(each)) for each in (path.end.not_before, at)
    )
    certificate = issued.certificate and used.certificate
    return Qualified(certificate=certificate, device=certificate and used.device)


def _qualified(end: Certificate, status: ServiceStatus | None) -> Qualified:
    compliant = end.qc_statements.compliant
    device = end.qc_statements.device or not _DEVICE_POLICIES.isdisjoint(end.policies)
    for qualification in status.qualifications if status is not None else ():
        if _hold(qualification.criteria, end):
            compliant = _said(compliant, "QCStatement", "NotQualified", qualification.qualifiers)
            for qualifier, answer in _DEVICE.items():
                device = answer if qualifier in qualification.qualifiers else device
    return Qualified(certificate=compliant, device=device and compliant)


def _said(before: bool, yes: str, no: str, qualifiers: frozenset[str]) -> bool:
    if no in qualifiers:
        return False
    return before or yes in qualifiers


def _hold(criteria: Criteria, certificate: Certificate) -> bool:
    if criteria.unknown:
        return False
    present = certificate.key_usage or frozenset()
    answers = [
        *(all((use in present) is wanted for use, wanted in uses) for uses in criteria.usages),
        *(policies <= set(certificate.policies) for policies in criteria.policies),
        *(_hold(each, certificate) for each in criteria.nested),
    ]
    rules = {"all": all(answers), "atLeastOne": any(answers), "none": not any(answers)}
    return bool(answers) and rules.get(criteria.rule, False)
