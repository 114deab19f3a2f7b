"""Evidence inside a signature: when did it exist, and was its certificate good then?

Implements time-stamp validation (EN 319 102-1 §5.4), proofs of existence (§5.6.2.3) and
revocation at best-signature-time (§5.5) for what a signature of level LT or LTA carries:
RFC 3161 tokens and OCSP responses. Nothing is fetched. The older BDOC time-mark, an OCSP
response whose nonce is the signature's hash, is believed as the form 2.1 of it says. Whether
the signer is qualified (TS 119 615 §4.6) is read off the chain that was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import new as new_hash
from typing import Final

from riik.formats import der, oids
from riik.signatures.model import Policy, SubIndication
from riik.signatures.verdicts import failed, of_path, of_timestamp, undecided
from riik.signatures.xades_read import SignaturePolicy, StampElement, XadesSignature
from riik.trust import (
    Certificate,
    CertificateStatus,
    KeyUsage,
    OcspRefused,
    Path,
    PathRefused,
    Revocation,
    ServiceKind,
    TimeStamp,
    TimeStampRefused,
    TrustAnchor,
    qualify,
    read_timestamp,
    validate_path,
    verify_ocsp,
    verify_timestamp,
)

__all__ = [
    "Carried",
    "Proof",
    "archive_imprint",
    "check_archive",
    "check_qualification",
    "is_time_mark",
    "prove",
    "prove_cms",
    "speaking",
]

TIME_MARK_POLICIES: Final = {
    "urn:oid:1.3.6.1.4.1.10015.1000.3.2.1",
    "urn:oid:1.3.6.1.4.1.10015.1000.3.2.3",
}
LATE: Final = timedelta(minutes=15)
MOST_STALE: Final = timedelta(hours=24)
_SEAL_POLICIES: Final = {oids.POLICY_QCP_L, oids.POLICY_QCP_L_QSCD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What the evidence shows.

    Attributes:
        best_time: The earliest time at which the signature is known to have existed.
        path: The signer's chain at that time.
        warnings: What is odd about the evidence.
    """

    best_time: datetime
    path: Path
    revocation: Revocation
    timestamp: TimeStamp | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What a CMS signature carries for its belief.

    Attributes:
        value: The signature's value, which the time-stamp is over (EN 319 122-1 §5.3).
        stamps: Its time-stamp tokens, DER.
        ocsp: OCSP responses beside it, DER.
        certificates: All that came with it, DER.
    """

    value: bytes
    stamps: tuple[bytes, ...]
    ocsp: tuple[bytes, ...]
    certificates: tuple[bytes, ...]


def is_time_mark(policy: SignaturePolicy | None) -> bool:
    """Does the signature say that it is a BDOC with time-mark?"""
    return policy is not None and policy.identifier in TIME_MARK_POLICIES


def prove(
    signature: XadesSignature, *, signer: Certificate, anchors: Sequence[TrustAnchor], at: datetime
) -> Proof:
    """Establish time, chain and revocation status of a signature whose value verified.

    Raises:
        NotPassed: With the sub-indication of what is missing or wrong.
    """
    marked = is_time_mark(signature.policy)
    stamp = None if marked else _stamp(signature, anchors=anchors)
    # Without a proof of time the chain is still worth knowing: a stranger's comes first.
    time = stamp.time if stamp is not None else _marked_time(signature, signer) if marked else at
    intermediates = (*signature.key_certificates[1:], *signature.certificates)
    path = _path(intermediates, signer=signer, anchors=anchors, at=time or at)
    if time is None or (stamp is None and not marked):
        raise failed(SubIndication.FORMAT_FAILURE, "level B: nothing proves when it was made")
    revocation = _revocation(signature.ocsp, path=path, anchors=anchors)
    if marked:
        _check_mark(signature, revocation)
    return _concluded(time, stamp, path=path, revocation=revocation, at=at)


def prove_cms(
    carried: Carried, *, signer: Certificate, anchors: Sequence[TrustAnchor], at: datetime
) -> Proof:
    """The same of a CMS signature whose value verified: one time-stamp over the value, and OCSP.

    Raises:
        NotPassed: With the sub-indication of what is missing or wrong.
    """
    if len(carried.stamps) > 1:
        raise failed(SubIndication.FORMAT_FAILURE, "more than one signature time-stamp")
    known = carried.certificates
    stamps = [
        _believe(token, covered=carried.value, anchors=anchors, intermediates=known)
        for token in carried.stamps
    ]
    time = stamps[0].time if stamps else at
    path = _path(known, signer=signer, anchors=anchors, at=time)
    if not stamps:
        raise failed(SubIndication.FORMAT_FAILURE, "level B: nothing proves when it was made")
    revocation = _revocation(carried.ocsp, path=path, anchors=anchors)
    return _concluded(time, stamps[0], path=path, revocation=revocation, at=at)


def _concluded(
    time: datetime, stamp: TimeStamp | None, *, path: Path, revocation: Revocation, at: datetime
) -> Proof:
    _check_order(revocation, best_time=time, at=at)
    _check_status(revocation)
    late = revocation.produced_at - time
    warnings = ("the OCSP response is more than 15 minutes younger",) if late > LATE else ()
    return Proof(
        best_time=time, path=path, revocation=revocation, timestamp=stamp, warnings=warnings
    )


def _stamp(signature: XadesSignature, *, anchors: Sequence[TrustAnchor]) -> TimeStamp | None:
    """The signature's own time-stamp, over its value (EN 319 132-1 §5.3)."""
    if not signature.timestamps:
        return None
    if len(signature.timestamps) > 1:
        raise failed(SubIndication.FORMAT_FAILURE, "more than one signature time-stamp")
    [given] = signature.timestamps
    covered = given.canonical(signature.value_element)
    return verify_stamp(given, covered=covered, signature=signature, anchors=anchors)


def verify_stamp(
    given: StampElement,
    *,
    covered: bytes,
    signature: XadesSignature,
    anchors: Sequence[TrustAnchor],
) -> TimeStamp:
    """Believe a time-stamp over these bytes.

    Raises:
        NotPassed: What `of_timestamp` makes of the refusal.
    """
    return _believe(
        given.token, covered=covered, anchors=anchors, intermediates=signature.certificates
    )


def _believe(
    token: bytes,
    *,
    covered: bytes,
    anchors: Sequence[TrustAnchor],
    intermediates: Sequence[bytes],
) -> TimeStamp:
    try:
        hash_name = read_timestamp(token).hash_name
        return verify_timestamp(
            token,
            imprint=new_hash(hash_name, covered).digest(),
            anchors=anchors,
            intermediates=intermediates,
        )
    except TimeStampRefused as refused:
        raise of_timestamp(refused) from refused


def _path(
    intermediates: Sequence[bytes],
    *,
    signer: Certificate,
    anchors: Sequence[TrustAnchor],
    at: datetime,
) -> Path:
    try:
        path = validate_path(
            signer.der,
            intermediates=intermediates,
            anchors=anchors,
            at=at,
        )
    except PathRefused as refused:
        raise of_path(refused) from refused
    if signer.key_usage is None or KeyUsage.CONTENT_COMMITMENT not in signer.key_usage:
        message = "the certificate isn't for signatures (contentCommitment)"
        raise undecided(SubIndication.CHAIN_CONSTRAINTS_FAILURE, message)
    if len(path.certificates) < 2:
        message = "the signer's issuer is unknown"
        raise undecided(SubIndication.NO_CERTIFICATE_CHAIN_FOUND, message)
    return path


def _revocation(
    responses: Sequence[bytes], *, path: Path, anchors: Sequence[TrustAnchor]
) -> Revocation:
    """The newest believable response about the signer; one that isn't good prevails."""
    signer, issuer = path.certificates[:2]
    believed: list[Revocation] = []
    refusals: list[OcspRefused] = []
    for response in responses:
        try:
            found = verify_ocsp(
                response, certificate=signer.der, issuer=issuer.der, anchors=anchors
            )
        except OcspRefused as refused:
            if refused.why == "encoding":
                raise failed(SubIndication.FORMAT_FAILURE, f"OCSP: {refused}") from refused
            refusals.append(refused)
        else:
            believed.append(found)
    if believed:
        return max(believed, key=_badness)
    others = [refused for refused in refusals if refused.why != "other-certificate"]
    if others:
        message = f"OCSP: {others[0]}"
        raise undecided(SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE, message)
    raise undecided(SubIndication.TRY_LATER, "no OCSP response about the signer's certificate")


def _badness(revocation: Revocation) -> tuple[bool, datetime]:
    return revocation.status is not CertificateStatus.GOOD, revocation.produced_at


def _check_order(revocation: Revocation, *, best_time: datetime, at: datetime) -> None:
    """First the time-stamp, then OCSP: else its answer may precede a revocation (§5.5)."""
    if revocation.produced_at < best_time.replace(microsecond=0):
        raise failed(SubIndication.FORMAT_FAILURE, "the OCSP response precedes the time-stamp")
    if best_time - revocation.this_update > MOST_STALE:
        raise undecided(SubIndication.TRY_LATER, "the OCSP response knew too little")
    if max(best_time, revocation.produced_at) > at + timedelta(minutes=1):
        raise undecided(SubIndication.NO_POE, "the evidence is from after the time of validation")


def _check_status(revocation: Revocation) -> None:
    if revocation.status is CertificateStatus.GOOD:
        return
    message = f"the signer's certificate was {revocation.status}"
    if revocation.status is CertificateStatus.UNKNOWN:
        raise undecided(SubIndication.TRY_LATER, message)
    # A revoked key may have signed before or after: nothing here proves which.
    raise undecided(SubIndication.REVOKED_NO_POE, message)


# Time-marks


def _marked_time(signature: XadesSignature, signer: Certificate) -> datetime | None:
    """When the responder answered, read without belief: the chain is judged then."""
    for response in signature.ocsp:
        produced = _produced_at(response, serial=signer.serial)
        if produced is not None:
            return produced
    return None


def _produced_at(response: bytes, *, serial: int) -> datetime | None:
    try:
        outer = der.Reader.only(response)
        outer.skip()
        envelope = outer.enter(0xA0).enter()
        envelope.skip()
        body = der.Reader.only(envelope.octets()).enter()
        if body.peek() == 0xA0:
            body.skip()
        body.skip()
        produced = body.time()
        asked = body.enter().enter().enter()
        for _ in range(3):
            asked.skip()
        return produced if asked.integer() == serial else None
    except der.DerRefused:
        return None


def _check_mark(signature: XadesSignature, revocation: Revocation) -> None:
    """The nonce must be DigestInfo over the signature's value (BDOC 2.1 §6.1)."""
    if signature.timestamps:
        raise failed(SubIndication.FORMAT_FAILURE, "a time-mark and a time-stamp, too")
    if not _is_mark(revocation.nonce, signature.value):
        raise failed(SubIndication.SIG_CRYPTO_FAILURE, "the OCSP nonce marks another signature")


def _is_mark(nonce: bytes | None, value: bytes) -> bool:
    if nonce is None:
        return False
    try:
        body = der.Reader.only(nonce)
        algorithm = body.enter().oid()
        digest = body.octets()
        body.finish()
    except der.DerRefused:
        return False
    name = _MARK_HASHES.get(algorithm)
    return name is not None and digest == new_hash(name, value).digest()


_MARK_HASHES: Final = {oids.SHA256: "sha256", oids.SHA384: "sha384", oids.SHA512: "sha512"}


# Archive time-stamps


def check_archive(
    signature: XadesSignature,
    *,
    contents: Sequence[bytes],
    anchors: Sequence[TrustAnchor],
    after: datetime,
) -> tuple[TimeStamp, ...]:
    """Believe all archive time-stamps (EN 319 132-1 §5.5.2), oldest first.

    Args:
        signature: Of level LTA.
        contents: What each reference of SignedInfo was over, in order.
        anchors: What the caller trusts.
        after: Each must be later than the one before it, and than this.

    Raises:
        NotPassed: When one of them isn't to be believed.
    """
    found = []
    for given in signature.archive_timestamps:
        covered = archive_imprint(signature, given, contents=contents)
        stamp = verify_stamp(given, covered=covered, signature=signature, anchors=anchors)
        if stamp.time < after.replace(microsecond=0):
            message = "an archive time-stamp precedes what it covers"
            raise undecided(SubIndication.TIMESTAMP_ORDER_FAILURE, message)
        after = stamp.time
        found.append(stamp)
    return tuple(found)


def archive_imprint(
    signature: XadesSignature, given: StampElement, *, contents: Sequence[bytes]
) -> bytes:
    """What an archive time-stamp covers, joined (EN 319 132-1 §5.5.2.2)."""
    parts = [*contents, given.canonical(signature.signed_info)]
    parts.append(given.canonical(signature.value_element))
    if signature.key_info is not None:
        parts.append(given.canonical(signature.key_info))
    for element in signature.unsigned:
        if element is given.element:
            break
        parts.append(given.canonical(element))
    return b"".join(parts)


# Qualification


def speaking(anchors: Sequence[TrustAnchor], policy: Policy) -> tuple[TrustAnchor, ...]:
    """The services whose word counts under a policy.

    Of the status of qualified certificates only those speak that are listed for such ones.
    """
    if policy is not Policy.QUALIFIED:
        return tuple(anchors)
    return tuple(each for each in anchors if each.kind is not ServiceKind.OCSP)


def check_qualification(proof: Proof, *, policy: Policy) -> str:
    """Name the qualification of a signature with this proof; refuse too little.

    Under `Policy.QUALIFIED` the certificate must be qualified, and a person's key must be
    in a qualified device; a seal's may be elsewhere (advanced seal).

    Raises:
        NotPassed: For SIG_CONSTRAINTS_FAILURE.
    """
    found = qualify(proof.path, at=proof.best_time)
    seal = _is_seal(proof.path.end)
    if found.device:
        name = "QESEAL" if seal else "QESIG"
    elif found.certificate:
        name = "ADESEAL_QC" if seal else "ADESIG_QC"
    else:
        name = "ADESEAL" if seal else "ADESIG"
    enough = found.device or (found.certificate and seal)
    if policy is Policy.QUALIFIED and not enough:
        message = f"{name} is less than the policy wants"
        raise undecided(SubIndication.SIG_CONSTRAINTS_FAILURE, message)
    return name


def _is_seal(certificate: Certificate) -> bool:
    types = certificate.qc_statements.types
    if types:
        return oids.QC_TYPE_ESEAL in types
    return not _SEAL_POLICIES.isdisjoint(certificate.policies)
