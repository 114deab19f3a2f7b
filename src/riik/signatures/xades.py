"""Making XAdES: the XML of a signature, written so that it is canonical as it stands.

Writes XAdES baseline signatures (EN 319 132-1 §6) from templates: SignedInfo,
SignedProperties and SignatureValue are exclusive canonical XML already, so nothing is
parsed, canonicalised or reformatted between signing and sending. Level LT comes by
`unsigned`. No policy identifier: the profile has none. What is read back is `xades_read`.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final
from urllib.parse import quote

from riik.signatures.model import DataFile
from riik.signatures.references import digest_uri
from riik.signatures.shape import ASIC, DS, EXCLUSIVE, XADES
from riik.signatures.xades_read import ENVELOPED, SIGNED_PROPERTIES

__all__ = [
    "Draft",
    "close",
    "draft_detached",
    "draft_enveloped",
    "signature_file",
    "signature_value",
    "unsigned",
]

_SHA256: Final = digest_uri("sha256")
_TRANSFORM: Final = f'<ds:Transform Algorithm="{EXCLUSIVE}"></ds:Transform>'
# What a URI may hold unescaped beside letters and digits (RFC 3986 §2.2, §3.3).
_URI_SAFE: Final = "/-_.~!$&'()*,;=:@"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A ds:Signature without its value: SignedInfo, and what stands before and after it.

    Attributes:
        name: Its Id, which the Ids of its parts begin with.
        signed_info: Canonical: what the key signs.
        before: From the start tag of ds:Signature up to SignedInfo.
        after: KeyInfo and the signed properties, up to where unsigned properties go.
    """

    name: str
    signed_info: bytes
    before: bytes
    after: bytes


def draft_detached(
    files: Sequence[DataFile], *, name: str, method: str, certificate: bytes, at: datetime
) -> Draft:
    """Draft a signature over files beside it, as in ASiC-E.

    Args:
        files: What is signed.
        name: Id of the signature, unique in its file; an XML name.
        method: URI of the signature method.
        certificate: The signer's, DER.
        at: The signing time that is claimed.
    """
    names = [(f"{name}-R{number}", file) for number, file in enumerate(files)]
    references = "".join(
        f'<ds:Reference Id="{reference}" URI="{_address(file.name)}">'
        f"{_digest(file.content)}</ds:Reference>"
        for reference, file in names
    )
    formats = "".join(
        f'<xades:DataObjectFormat ObjectReference="#{reference}">'
        f"<xades:MimeType>{_text(file.media_type)}</xades:MimeType></xades:DataObjectFormat>"
        for reference, file in names
    )
    return _draft(
        references, formats=formats, name=name, method=method, certificate=certificate, at=at
    )


def draft_enveloped(
    canonical: bytes, *, name: str, method: str, certificate: bytes, at: datetime
) -> Draft:
    """Draft a signature inside the document whose exclusive canonical form this is."""
    reference = (
        f'<ds:Reference Id="{name}-R0" URI=""><ds:Transforms>'
        f'<ds:Transform Algorithm="{ENVELOPED}"></ds:Transform>'
        f"{_TRANSFORM}</ds:Transforms>{_digest(canonical)}</ds:Reference>"
    )
    data_format = (
        f'<xades:DataObjectFormat ObjectReference="#{name}-R0">'
        "<xades:MimeType>text/xml</xades:MimeType></xades:DataObjectFormat>"
    )
    return _draft(
        reference, formats=data_format, name=name, method=method, certificate=certificate, at=at
    )


def _draft(
    references: str, *, formats: str, name: str, method: str, certificate: bytes, at: datetime
) -> Draft:
    properties = _properties(formats, name=name, certificate=certificate, at=at)
    signed_info = (
        f'<ds:SignedInfo xmlns:ds="{DS}">'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f'<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>{references}'
        f'<ds:Reference Type="{SIGNED_PROPERTIES}" URI="#{name}-SP"><ds:Transforms>{_TRANSFORM}'
        f"</ds:Transforms>{_digest(properties.encode())}</ds:Reference></ds:SignedInfo>"
    )
    after = (
        f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{_base64(certificate)}"
        "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>"
        f'<xades:QualifyingProperties xmlns:xades="{XADES}" Target="#{name}">{properties}'
    )
    return Draft(
        name=name,
        signed_info=signed_info.encode(),
        before=f'<ds:Signature xmlns:ds="{DS}" Id="{name}">'.encode(),
        after=after.encode(),
    )


def _properties(formats: str, *, name: str, certificate: bytes, at: datetime) -> str:
    return (
        f'<xades:SignedProperties xmlns:xades="{XADES}" Id="{name}-SP">'
        "<xades:SignedSignatureProperties>"
        f"<xades:SigningTime>{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}</xades:SigningTime>"
        "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
        f"{_digest(certificate, declare=True)}</xades:CertDigest></xades:Cert>"
        "</xades:SigningCertificateV2></xades:SignedSignatureProperties>"
        f"<xades:SignedDataObjectProperties>{formats}</xades:SignedDataObjectProperties>"
        "</xades:SignedProperties>"
    )


def _digest(content: bytes, *, declare: bool = False) -> str:
    """DigestMethod and DigestValue; the prefix is declared where no ``ds:`` is around."""
    scope = f' xmlns:ds="{DS}"' if declare else ""
    return (
        f'<ds:DigestMethod{scope} Algorithm="{_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue{scope}>{_base64(sha256(content).digest())}</ds:DigestValue>"
    )


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


def _address(name: str) -> str:
    return _text(quote(name, safe=_URI_SAFE))


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def signature_value(draft_name: str, value: bytes) -> bytes:
    """The SignatureValue element, canonical: what a signature time-stamp covers."""
    return (
        f'<ds:SignatureValue xmlns:ds="{DS}" Id="{draft_name}-SIG">{_base64(value)}'
        "</ds:SignatureValue>"
    ).encode()


def unsigned(
    name: str, *, timestamp: bytes, ocsp: Sequence[bytes], certificates: Sequence[bytes]
) -> bytes:
    """The unsigned properties of level LT (EN 319 132-1 §5.3, §5.4)."""
    issuers = "".join(
        f"<xades:EncapsulatedX509Certificate>{_base64(each)}</xades:EncapsulatedX509Certificate>"
        for each in certificates
    )
    responses = "".join(
        f"<xades:EncapsulatedOCSPValue>{_base64(each)}</xades:EncapsulatedOCSPValue>"
        for each in ocsp
    )
    return (
        "<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
        f'<xades:SignatureTimeStamp Id="{name}-T0">'
        f'<ds:CanonicalizationMethod Algorithm="{EXCLUSIVE}"></ds:CanonicalizationMethod>'
        f"<xades:EncapsulatedTimeStamp>{_base64(timestamp)}</xades:EncapsulatedTimeStamp>"
        f"</xades:SignatureTimeStamp><xades:CertificateValues>{issuers}</xades:CertificateValues>"
        f"<xades:RevocationValues><xades:OCSPValues>{responses}</xades:OCSPValues>"
        "</xades:RevocationValues></xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    ).encode()


def close(draft: Draft, *, value: bytes, unsigned_properties: bytes = b"") -> bytes:
    """The whole ds:Signature."""
    return b"".join(
        (
            draft.before,
            draft.signed_info,
            signature_value(draft.name, value),
            draft.after,
            unsigned_properties,
            b"</xades:QualifyingProperties></ds:Object></ds:Signature>",
        )
    )


def signature_file(signature: bytes) -> bytes:
    """A signature file of a container with one signature in it (EN 319 162-1 §A.5)."""
    head = (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        f'<asic:XAdESSignatures xmlns:asic="{ASIC}">'
    )
    return head.encode() + signature + b"</asic:XAdESSignatures>"
