"""A sealed or signed PDF, judged: who, when, is it whole, and does it hold?

Implements the algorithm of EN 319 102-1 §5.3–5.5 for PAdES baseline signatures (EN 319 142-1
§6) of level LT: the signature over the bytes, what follows them, the certificate's chain to the
anchors at the time that is proved, the time-stamp, and revocation as far as the PDF carries it.
Nothing is fetched. Not looked at: time-stamps over the whole document (level LTA is judged as
LT), revocation lists, and Adobe's own kinds of signature, which are reported and never passed.
Deny by default; the evidence is judged where that of containers is, in `evidence`.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import new as new_hash
from hmac import compare_digest
from typing import Any, Final

from riik.core import Refused
from riik.signatures import evidence
from riik.signatures.model import (
    CertificateUse,
    Indication,
    Judgement,
    Policy,
    SignatureReport,
    SubIndication,
)
from riik.signatures.pades.cms import Cms, read_cms
from riik.signatures.pades.reading import Added, PdfSignature, SignedPdf, read_pdf
from riik.signatures.references import is_weak
from riik.signatures.verdicts import NotPassed, failed, of_format, undecided
from riik.trust import (
    Certificate,
    CertificateRefused,
    SignatureRefused,
    TrustAnchor,
    read_certificate,
    verify_signature,
)

__all__ = ["WHOLE", "judge_pdf"]

CADES: Final = "ETSI.CAdES.detached"
WHOLE: Final = "the whole document"
AGAIN: Final = "the document was signed again afterwards; nothing else was added"
_OTHER: Final = Judgement(
    Indication.INDETERMINATE, SubIndication.GENERIC, "signatures of this kind are not read here"
)


def judge_pdf(
    document: bytes, *, anchors: Sequence[TrustAnchor], at: datetime, policy: Policy
) -> tuple[SignatureReport, ...]:
    """Judge all signatures of a PDF.

    Raises:
        PdfRefused: It can't be read safely.
    """
    pdf = read_pdf(document)
    return tuple(
        _judge(each, pdf, anchors=anchors, at=at, policy=policy) for each in pdf.signatures
    )


def _judge(
    given: PdfSignature,
    pdf: SignedPdf,
    *,
    anchors: Sequence[TrustAnchor],
    at: datetime,
    policy: Policy,
) -> SignatureReport:
    """Judge one signature; what was learnt before it failed is reported, too."""
    known: dict[str, Any] = {"id": given.field, "format": "PAdES", "claimed_time": given.claimed}
    if given.kind != CADES:
        return SignatureReport(judgement=_OTHER, **known)
    judgement = Judgement(Indication.TOTAL_PASSED)
    try:
        signature = read_cms(given.cms)
        known |= _described(signature, pdf)
        signer = _signing_certificate(signature)
        known |= _named(signer)
        _check_intact(signature, signer, given)
        if given.added is Added.SIGNATURES:
            known["signed_again"] = True
            known["warnings"] += (AGAIN,)
        proof = evidence.prove_cms(_carried(signature, pdf), signer=signer, anchors=anchors, at=at)
        known |= _proved(proof)
        known["warnings"] += proof.warnings
        _check_strength(signature, at=proof.best_time)
        known["qualification"] = evidence.check_qualification(proof, policy=policy)
        known["scopes"] = (WHOLE,)
    except NotPassed as error:
        judgement = error.judgement
    except Refused as error:
        judgement = of_format(error).judgement
    return SignatureReport(judgement=judgement, **known)


def _described(signature: Cms, pdf: SignedPdf) -> dict[str, Any]:
    level = "B" if not signature.stamps else "LT" if pdf.ocsp else "T"
    archived = "time-stamps over the whole document were not looked at"
    return {
        "format": f"PAdES_BASELINE_{level}",
        "method": f"{signature.algorithm.family}-{signature.algorithm.hash_name}",
        "warnings": (archived,) if pdf.archived else (),
    }


def _named(signer: Certificate) -> dict[str, Any]:
    return {
        "signed_by": signer.subject.common_name or "",
        "subject": ", ".join(text for _, text in signer.subject.attributes),
        "certificates": (CertificateUse("SIGNING", signer.der),),
    }


def _proved(proof: evidence.Proof) -> dict[str, Any]:
    uses = [
        CertificateUse("SIGNING", proof.path.end.der),
        CertificateUse("REVOCATION", proof.revocation.responder.der),
    ]
    stamp = proof.timestamp
    if stamp is not None:
        uses.append(CertificateUse("SIGNATURE_TIMESTAMP", stamp.certificate.der))
    return {
        "best_time": proof.best_time,
        "timestamp_time": None if stamp is None else stamp.time,
        "ocsp_time": proof.revocation.produced_at,
        "certificates": tuple(uses),
    }


def _carried(signature: Cms, pdf: SignedPdf) -> evidence.Carried:
    return evidence.Carried(
        value=signature.signature,
        stamps=signature.stamps,
        ocsp=pdf.ocsp,
        certificates=(*signature.certificates, *pdf.certificates),
    )


def _signing_certificate(signature: Cms) -> Certificate:
    """The certificate that the signer named and bound in by its digest (§5.2.3)."""
    name, bound = signature.bound
    for candidate in signature.certificates:
        if not compare_digest(new_hash(name, candidate).digest(), bound):
            continue
        try:
            found = read_certificate(candidate)
        except CertificateRefused as refused:
            raise undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, str(refused)) from refused
        if not _is_named(found, signature):
            message = "another certificate is named than is bound in"
            raise failed(SubIndication.FORMAT_FAILURE, message)
        return found
    message = "the certificate that is bound in is missing"
    raise undecided(SubIndication.NO_SIGNING_CERTIFICATE_FOUND, message)


def _is_named(certificate: Certificate, signature: Cms) -> bool:
    if signature.serial is None:
        return bool(signature.subject_key) and certificate.subject_key == signature.subject_key
    return (certificate.serial, certificate.issuer.der) == (signature.serial, signature.issuer)


def _check_intact(signature: Cms, signer: Certificate, given: PdfSignature) -> None:
    """Cryptographic verification (§5.2.7), and that nothing was changed afterwards."""
    try:
        verify_signature(
            signer.public_key,
            algorithm=signature.algorithm,
            signature=signature.signature,
            message=signature.attributes,
        )
    except SignatureRefused as refused:
        raise failed(SubIndication.SIG_CRYPTO_FAILURE, str(refused)) from refused
    found = new_hash(signature.digest)
    for part in given.covered:
        found.update(part)
    if not compare_digest(found.digest(), signature.signed_hash):
        raise failed(SubIndication.HASH_FAILURE, "the document was changed")
    if given.added is Added.CHANGES:
        raise failed(
            SubIndication.HASH_FAILURE,
            f"the document was changed after it was signed: {given.because}",
        )
    if given.added is Added.CONTENT:
        message = f"a form was filled in or signed again after it was signed: {given.because}"
        raise undecided(SubIndication.HASH_FAILURE, message)


def _check_strength(signature: Cms, *, at: datetime) -> None:
    """Hashes that counted when the signature was made (§5.2.8.4, TS 119 312)."""
    names = (signature.digest, signature.bound[0], signature.algorithm.hash_name)
    if any(is_weak(name, at=at) for name in names):
        message = "a hash was no longer strong enough"
        raise undecided(SubIndication.CRYPTO_CONSTRAINTS_FAILURE, message)
