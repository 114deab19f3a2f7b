"""Validation: who signed this, when, and does it hold?

Implements the signature validation algorithm of EN 319 102-1 §5.3–5.6 for XAdES in
ASiC-E: first that the signature is intact, then whether its signer may be believed at
the time that is proved, last that it is of the profile (LT, LTA, or BDOC's time-mark).
Deny by default: what isn't understood doesn't pass. Other formats are reported, never
passed. Parts: `container`, `xades_read`, `references`, `evidence`; the JSON is `report`.
PDFs are judged in `pades`.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Final
from urllib.parse import unquote

from lxml import etree

from riik.core import Refused
from riik.formats import der
from riik.formats.zip import Limits
from riik.signatures import evidence
from riik.signatures.container import ASIC_E, Container, SignatureFile, open_container
from riik.signatures.errors import FormatRefused
from riik.signatures.model import (
    CertificateUse,
    Indication,
    Judgement,
    Policy,
    Report,
    SignatureReport,
    SubIndication,
)
from riik.signatures.references import (
    DIGESTS,
    Canonical,
    check_signature,
    digest_of,
    is_weak,
    method_hash,
)
from riik.signatures.verdicts import NotPassed, failed, of_format, undecided
from riik.signatures.xades_read import (
    SIGNED_PROPERTIES,
    Reference,
    XadesSignature,
    read_signature,
    read_signature_file,
)
from riik.trust import (
    Certificate,
    CertificateRefused,
    SignatureRefused,
    TrustAnchor,
    read_certificate,
)

__all__ = ["validate"]

_UNSUPPORTED: Final = Judgement(
    Indication.INDETERMINATE, SubIndication.GENERIC, "format not supported yet"
)


def validate(
    document: bytes,
    *,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    policy: Policy = Policy.QUALIFIED,
    unpacked: int = 512 * 1024 * 1024,
) -> Report:
    """Validate all signatures of a document.

    Args:
        document: A container, PDF, CMS or XML, whole.
        anchors: What is trusted, with its history, from trusted lists.
        at: The time of validation.
        policy: What a signature must be to pass.
        unpacked: How many bytes a container may hold: all of them are in memory at once.

    Raises:
        ContainerRefused: It is an ASiC that can't be opened safely.
        PdfRefused: It is a PDF that can't be read safely.
    """
    form, known = _form(document), {}  # type: str, dict[str, Any]
    anchors = evidence.speaking(anchors, policy)
    if form == "ASiC":
        container = open_container(document, limits=Limits(content=unpacked))
        form = "ASiC-E" if container.media_type == ASIC_E else "ASiC-S"
        known["files"] = tuple(file.name for file in container.files)
        known["warnings"] = container.warnings
        if form == "ASiC-E":
            known["signatures"] = _judge_all(container, anchors=anchors, at=at, policy=policy)
    elif form == "PAdES":
        # Large, and for those alone who judge PDFs.
        from riik.signatures.pades.judging import judge_pdf

        known["signatures"] = judge_pdf(document, anchors=anchors, at=at, policy=policy)
    if form not in {"ASiC-E", "PAdES"}:
        known["signatures"] = (SignatureReport(id=form, format=form, judgement=_UNSUPPORTED),)
    return Report(form=form, at=at, policy=policy, digest=sha256(document).digest(), **known)


def _form(document: bytes) -> str:
    if document[:2] == b"PK":
        # Office documents are ZIPs too; theirs are signatures of another kind.
        return "ASiC" if _is_asic(document) else "ZIP"
    if b"%PDF-" in document[:1024]:
        return "PAdES"
    if document[:1] == b"\x30" or document.startswith(b"-----BEGIN"):
        return "CAdES"
    return "XAdES" if document.lstrip()[:1] in {b"<", b"\xef"} else "unknown"


def _is_asic(document: bytes) -> bool:
    other = b"vnd.oasis.opendocument" in document[:256] or b"[Content_Types].xml" in document[:256]
    return not other


def _judge_all(
    container: Container, *, anchors: Sequence[TrustAnchor], at: datetime, policy: Policy
) -> tuple[SignatureReport, ...]:
    reports: list[SignatureReport] = []
    for file in container.signatures:
        reports += _judge_file(file, container, anchors=anchors, at=at, policy=policy)
    reports += [
        SignatureReport(id=other.name, format="other", judgement=_UNSUPPORTED)
        for other in container.others
    ]
    return tuple(reports)


def _judge_file(
    file: SignatureFile,
    container: Container,
    *,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    policy: Policy,
) -> Iterator[SignatureReport]:
    try:
        elements = read_signature_file(file.content)
    except FormatRefused as refused:
        judgement = of_format(refused).judgement
        yield SignatureReport(id=file.name, format="XML_NOT_ETSI", judgement=judgement)
        return
    for element in elements:
        yield _judge(element, container, anchors=anchors, at=at, policy=policy)


def _judge(
    element: etree._Element,
    container: Container,
    *,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    policy: Policy,
) -> SignatureReport:
    """Judge one signature; what was learnt before it failed is reported, too."""
    known: dict[str, Any] = {"id": element.get("Id", ""), "format": "XAdES"}
    judgement = Judgement(Indication.TOTAL_PASSED)
    try:
        signature = read_signature(element)
        known |= _described(signature)
        signer = _signing_certificate(signature)
        known |= _named(signer)
        contents = _check_intact(signature, signer, container)
        proof = evidence.prove(signature, signer=signer, anchors=anchors, at=at)
        known |= _proved(signature, proof)
        archived = evidence.check_archive(
            signature, contents=contents, anchors=anchors, after=proof.best_time
        )
        known["archive_times"] = tuple(stamp.time for stamp in archived)
        _check_strength(signature, at=proof.best_time)
        _check_profile(signature, container)
        known["qualification"] = evidence.check_qualification(proof, policy=policy)
    except NotPassed as error:
        judgement = error.judgement
    except Refused as error:
        judgement = of_format(error).judgement
    return SignatureReport(judgement=judgement, **known)


def _described(signature: XadesSignature) -> dict[str, Any]:
    if evidence.is_time_mark(signature.policy):
        level = "LT_TM"
    elif not signature.timestamps:
        level = "B"
    elif signature.archive_timestamps:
        level = "LTA"
    else:
        level = "LT" if signature.ocsp else "T"
    return {
        "format": f"XAdES_BASELINE_{level}",
        "method": signature.method,
        "claimed_time": signature.claimed_time,
        "roles": signature.roles,
    }


def _named(signer: Certificate) -> dict[str, Any]:
    subject = ", ".join(text for _, text in signer.subject.attributes)
    return {
        "signed_by": signer.subject.common_name or "",
        "subject": subject,
        "certificates": (CertificateUse("SIGNING", signer.der),),
    }


def _proved(signature: XadesSignature, proof: evidence.Proof) -> dict[str, Any]:
    certificates = [
        CertificateUse("SIGNING", proof.path.end.der),
        CertificateUse("REVOCATION", proof.revocation.responder.der),
    ]
    stamp = proof.timestamp
    if stamp is not None:
        certificates.append(CertificateUse("SIGNATURE_TIMESTAMP", stamp.certificate.der))
    return {
        "best_time": proof.best_time,
        "timestamp_time": None if stamp is None else stamp.time,
        "ocsp_time": proof.revocation.produced_at,
        "certificates": tuple(certificates),
        "warnings": proof.warnings,
        "scopes": tuple(unquote(each.uri) for each in _data_references(signature)),
    }


def _signing_certificate(signature: XadesSignature) -> Certificate:
    """The certificate that is in KeyInfo and signed by its digest (§5.2.3)."""
    if not signature.key_certificates:
        message = "KeyInfo holds no certificate"
        raise undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
    if not signature.signing_certificates:
        raise failed(SubIndication.FORMAT_FAILURE, "no signing certificate is signed")
    try:
        return read_certificate(signature.key_certificates[0])
    except CertificateRefused as refused:
        raise undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, str(refused)) from refused


def _check_intact(
    signature: XadesSignature, signer: Certificate, container: Container
) -> tuple[bytes, ...]:
    """Cryptographic verification (§5.2.7); what each reference was over, in order."""
    try:
        check_signature(
            signer.public_key,
            method=signature.method,
            signature=signature.value,
            message=signature.canonical(signature.signed_info),
        )
    except SignatureRefused as refused:
        raise failed(SubIndication.SIG_CRYPTO_FAILURE, str(refused)) from refused
    _check_bound(signature, signer)
    own = [each for each in signature.references if _is_properties(signature, each)]
    if len(own) != 1 or own[0].enveloped:
        message = "the signed properties aren't signed, or not once"
        raise failed(SubIndication.FORMAT_FAILURE, message)
    _check_coverage(signature, container)
    contents = []
    for reference in signature.references:
        content = _content(reference, signature, container)
        if not compare_digest(digest_of(content, uri=reference.algorithm), reference.digest):
            raise failed(SubIndication.HASH_FAILURE, f"{reference.uri} was changed")
        contents.append(content)
    return tuple(contents)


def _check_bound(signature: XadesSignature, signer: Certificate) -> None:
    bound = signature.signing_certificates[0]
    if not compare_digest(digest_of(signer.der, uri=bound.algorithm), bound.digest):
        message = "the certificate in KeyInfo is not the one that is signed"
        raise undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)
    if bound.serial is not None and bound.serial != signer.serial:
        raise failed(SubIndication.FORMAT_FAILURE, "another serial number is signed")
    if bound.issuer_serial is not None and not _names(bound.issuer_serial, signer):
        raise failed(SubIndication.FORMAT_FAILURE, "another issuer and serial number is signed")


def _names(issuer_serial: bytes, signer: Certificate) -> bool:
    """IssuerSerial of RFC 5035 §5: GeneralNames with one directory name, and the serial."""
    try:
        body = der.Reader.only(issuer_serial)
        name = body.enter().enter(0xA4).raw()
        return (name, body.integer()) == (signer.issuer.der, signer.serial)
    except der.DerRefused:
        return False


def _is_properties(signature: XadesSignature, reference: Reference) -> bool:
    named = bool(signature.properties_id) and reference.uri == f"#{signature.properties_id}"
    return named and reference.type == SIGNED_PROPERTIES


def _data_references(signature: XadesSignature) -> list[Reference]:
    return [each for each in signature.references if not _is_properties(signature, each)]


def _check_coverage(signature: XadesSignature, container: Container) -> None:
    """Files that nobody signed fail for good; files that are gone decide nothing (§5.2.7)."""
    covered = [_find(each, container) for each in _data_references(signature)]
    if not covered:
        # A container holds at least one file (EN 319 162-1 §4.4.3.2), and a signature is over one.
        raise failed(SubIndication.FORMAT_FAILURE, "no file is signed")
    if len(set(covered) - {None}) < len(container.files):
        raise failed(SubIndication.FORMAT_FAILURE, "a file in the container isn't signed")
    names = {unquote(each.uri) for each in _data_references(signature)}
    if None in covered and not container.missing & names:
        raise failed(SubIndication.FORMAT_FAILURE, "a signed file is in no list of files")
    if None in covered:
        raise undecided(SubIndication.SIGNED_DATA_NOT_FOUND, "a signed file is missing")


def _find(reference: Reference, container: Container) -> int | None:
    """Which data file the URI names: percent-encoded UTF-8, or as it is (RFC 3986 §2.1)."""
    names = {reference.uri, unquote(reference.uri)}
    found = [n for n, file in enumerate(container.files) if file.name in names]
    return found[0] if len(found) == 1 else None


def _content(reference: Reference, signature: XadesSignature, container: Container) -> bytes:
    if _is_properties(signature, reference):
        return (reference.canonical or Canonical())(signature.signed_properties)
    place = _find(reference, container)
    if place is None:
        raise undecided(SubIndication.SIGNED_DATA_NOT_FOUND, "a signed file is missing")
    if reference.canonical is not None or reference.enveloped:
        raise failed(SubIndication.FORMAT_FAILURE, "a data file is signed through a transform")
    return container.files[place].content


def _check_strength(signature: XadesSignature, *, at: datetime) -> None:
    """Hashes that counted when the signature was made (§5.2.8.4, TS 119 312)."""
    names = [method_hash(signature.method)]
    names += [DIGESTS[each.algorithm] for each in signature.references]
    names += [DIGESTS[each.algorithm] for each in signature.signing_certificates]
    if any(is_weak(name, at=at) for name in names):
        message = "a hash was no longer strong enough"
        raise undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, message)


def _check_profile(signature: XadesSignature, container: Container) -> None:
    problem = next(_problems(signature, container), None)
    if problem is not None:
        raise failed(SubIndication.FORMAT_FAILURE, problem)


def _problems(signature: XadesSignature, container: Container) -> Iterator[str]:
    """What the baseline profile wants besides (EN 319 132-1 §6.3, EN 319 162-1 §5)."""
    yield from container.problems
    if not signature.id or signature.target != f"#{signature.id}":
        yield "the qualifying properties are of another signature"
    if len(signature.signing_certificates) != 1:
        yield "more than one signing certificate"
    if signature.claimed_time is None:
        yield "no signing time is signed"
    yield from _policy_problems(signature)
    yield from _format_problems(signature, container)


def _policy_problems(signature: XadesSignature) -> Iterator[str]:
    policy = signature.policy
    if policy is None or not policy.identifier:
        return
    if not evidence.is_time_mark(policy):
        yield "a signature policy that isn't known"
    elif policy.qualifier != "OIDAsURN":
        yield "the policy's identifier is of another kind"
    elif not any(policy.addresses):
        yield "the policy's address is missing"


def _format_problems(signature: XadesSignature, container: Container) -> Iterator[str]:
    """Every data file once, with the media type that the manifest gives it."""
    references = _data_references(signature)
    known = {each.id for each in references}
    if len({_find(each, container) for each in references}) != len(references):
        yield "a file is signed twice"
    if not signature.formats.keys() <= known:
        yield "a media type is given for no file"
    for reference in references:
        place = _find(reference, container)
        if not reference.id or reference.id not in signature.formats:
            yield "no media type is signed for a file"
        elif (
            place is not None
            and signature.formats[reference.id] != container.files[place].media_type
        ):
            yield "the manifest gives a file another media type than is signed"
