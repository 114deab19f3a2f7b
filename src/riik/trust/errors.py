"""What trust refuses, and what it may lack.

TrustRefused
├── CertificateRefused     the certificate can't be read
├── SignatureRefused       a signature doesn't verify, or by no algorithm that counts
├── PathRefused            no chain of certificates leads from it to an anchor that held then
├── OcspRefused            the answer doesn't tell this certificate's status
│   └── NotGood            it does, and the certificate was revoked, suspended or unknown
├── TimeStampRefused       the token doesn't prove that these bytes existed then
├── TrustListRefused       the list is not one, not signed, or out of date
├── RequestRefused         an OCSP or time-stamp request that can't be answered
└── IssueRefused           no certificate is made, or changed, from this order
TrustUnavailable           an OCSP or time-stamp service doesn't answer

``why`` of a `PathRefused` is a sub-indication of EN 319 102-1 §5.1.3 in lower case.
"""

from riik.core import Refused, Unavailable

__all__ = [
    "CertificateRefused",
    "IssueRefused",
    "NotGood",
    "OcspRefused",
    "PathRefused",
    "RequestRefused",
    "SignatureRefused",
    "TimeStampRefused",
    "TrustListRefused",
    "TrustRefused",
    "TrustUnavailable",
]


class TrustRefused(Refused):
    """Something that should be believed can't be."""

    code = "trust.refused"


class CertificateRefused(TrustRefused):
    """The bytes are not a certificate that can be read."""

    code = "trust.certificate-refused"


class SignatureRefused(TrustRefused):
    """A signature is wrong (``signature``), or its ``algorithm`` or ``key`` doesn't count."""

    code = "trust.signature-refused"


class PathRefused(TrustRefused):
    """No chain leads from this certificate to an anchor that was trusted at that time."""

    code = "trust.path-refused"


class OcspRefused(TrustRefused):
    """The OCSP response is not a believable statement about this certificate now."""

    code = "trust.ocsp-refused"


class NotGood(OcspRefused):
    """A believable OCSP response says that the certificate is not good."""

    code = "trust.certificate-not-good"


class TimeStampRefused(TrustRefused):
    """The token doesn't prove that these bytes existed at its time."""

    code = "trust.time-stamp-refused"


class TrustListRefused(TrustRefused):
    """The trusted list can't be relied on."""

    code = "trust.list-refused"


class RequestRefused(TrustRefused):
    """A request to the OCSP responder or the time-stamp authority is at fault.

    Attributes:
        why: ``malformed``, ``too-long``, ``algorithm``, ``policy`` or ``extension``.
    """

    code = "trust.request-refused"


class IssueRefused(TrustRefused):
    """This order can't be carried out: no certificate was issued or changed."""

    code = "trust.issue-refused"


class TrustUnavailable(Unavailable):
    """An OCSP or time-stamp service did not answer as it should."""

    code = "trust.unavailable"
