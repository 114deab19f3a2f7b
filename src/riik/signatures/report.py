"""The report as others read it: SiVa's simple validation report, as JSON values.

Implements the shape of SiVa's ``validationReport.validationConclusion`` (its REST
interface, version 3); every name and value on the wire is SiVa's. Binary values are
base64, times RFC 3339 without fractions.
"""

from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Final

from riik.signatures.model import CertificateUse, Policy, Report, SignatureReport
from riik.trust import read_certificate

__all__ = ["simple_report"]

_POLICIES: Final = {
    Policy.ADES: "Any advanced electronic signature or seal with proof of time and revocation.",
    Policy.QUALIFIED: "Qualified electronic signatures, and seals with a qualified certificate.",
}


def simple_report(report: Report, *, filename: str = "") -> dict[str, Any]:
    """The whole answer to a validation request.

    Args:
        report: From `validate`.
        filename: What the document was called, when that is known.
    """
    passed = sum(each.passed for each in report.signatures)
    conclusion = {
        "policy": {
            "policyName": report.policy.value,
            "policyDescription": _POLICIES[report.policy],
            "policyUrl": "",
        },
        "validationTime": _time(report.at),
        "validationLevel": "ARCHIVAL_DATA",
        "signatureForm": report.form,
        "signaturesCount": len(report.signatures),
        "validSignaturesCount": passed,
        "validatedDocument": {
            "filename": filename,
            "fileHash": _base64(report.digest),
            "hashAlgo": "SHA256",
        },
        "validationWarnings": _contents(report.warnings),
        "signatures": [_signature(each) for each in report.signatures],
    }
    return {"validationReport": {"validationConclusion": conclusion}}


def _signature(signature: SignatureReport) -> dict[str, Any]:
    judgement = signature.judgement
    found = {
        "id": signature.id,
        "signatureFormat": signature.format,
        "signatureMethod": signature.method,
        "signatureLevel": signature.qualification,
        "signedBy": signature.signed_by,
        "subjectDistinguishedName": {"commonName": signature.signed_by},
        "claimedSigningTime": _time(signature.claimed_time),
        "indication": judgement.indication.value,
        "errors": [] if signature.passed else _contents((judgement.message,)),
        "warnings": _contents(signature.warnings),
        "signatureScopes": [
            {"name": name, "scope": "FULL", "content": "Digest of the document content"}
            for name in signature.scopes
        ],
        "info": _information(signature),
        "certificates": [_certificate(each) for each in signature.certificates],
    }
    if judgement.sub_indication is not None:
        found["subIndication"] = judgement.sub_indication.value
    return found


def _information(signature: SignatureReport) -> dict[str, Any]:
    return {
        "bestSignatureTime": _time(signature.best_time),
        "timestampCreationTime": _time(signature.timestamp_time),
        "ocspResponseCreationTime": _time(signature.ocsp_time),
        "signerRole": [{"claimedRole": role} for role in signature.roles],
        "archiveTimeStamps": [{"signedTime": _time(time)} for time in signature.archive_times],
    }


def _certificate(used: CertificateUse) -> dict[str, Any]:
    name = read_certificate(used.certificate).subject.common_name
    return {"commonName": name or "", "type": used.use, "content": _base64(used.certificate)}


def _contents(messages: tuple[str, ...]) -> list[dict[str, str]]:
    return [{"content": message} for message in messages]


def _time(moment: datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")
