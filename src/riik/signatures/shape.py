"""Shapes: which elements may stand in a XAdES signature, in which order and how often?

The parts of XML-DSig §4, XAdES (EN 319 132-1 §4–5, Annex C) and ASiC that this component
understands, written as content models as a DTD would: names with ``?``, ``*``, ``+``,
``|``. An element that isn't here, or stands elsewhere, is refused: deny by default.
"""

import re
from functools import lru_cache
from typing import Final

from lxml import etree

from riik.signatures.errors import FormatRefused

__all__ = ["ASIC", "DS", "XADES", "XADES141", "check_shape", "short_name"]

DS: Final = "http://www.w3.org/2000/09/xmldsig#"
XADES: Final = "http://uri.etsi.org/01903/v1.3.2#"
XADES141: Final = "http://uri.etsi.org/01903/v1.4.1#"
ASIC: Final = "http://uri.etsi.org/02918/v1.2.1#"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"

_PREFIXES: Final = {DS: "ds", XADES: "x", XADES141: "y", ASIC: "asic", EXCLUSIVE: "ec"}

_ANY: Final = "ANY"
_TEXT: Final = ""

_STAMP: Final = "ds:CanonicalizationMethod? x:EncapsulatedTimeStamp"
_CERTIFICATES: Final = "(x:EncapsulatedX509Certificate | x:OtherCertificate)*"
_REVOCATIONS: Final = "x:CRLValues? x:OCSPValues? x:OtherValues?"
_CLAIMED: Final = "x:ClaimedRoles? x:CertifiedRoles?"
_PLACE: Final = "x:City? x:StateOrProvince? x:PostalCode? x:CountryName?"

MODELS: Final = {
    "asic:XAdESSignatures": "ds:Signature+",
    "ds:Signature": "ds:SignedInfo ds:SignatureValue ds:KeyInfo? ds:Object",
    "ds:SignedInfo": "ds:CanonicalizationMethod ds:SignatureMethod ds:Reference+",
    "ds:CanonicalizationMethod": "ec:InclusiveNamespaces?",
    "ds:SignatureMethod": _TEXT,
    "ds:Reference": "ds:Transforms? ds:DigestMethod ds:DigestValue",
    "ds:Transforms": "ds:Transform+",
    "ds:Transform": "ec:InclusiveNamespaces?",
    "ds:DigestMethod": _TEXT,
    "ds:DigestValue": _TEXT,
    "ds:SignatureValue": _TEXT,
    "ec:InclusiveNamespaces": _TEXT,
    "ds:KeyInfo": "(ds:KeyName | ds:KeyValue | ds:X509Data)+",
    "ds:KeyName": _TEXT,
    "ds:KeyValue": _ANY,
    "ds:X509Data": "(ds:X509IssuerSerial | ds:X509SKI | ds:X509SubjectName"
    " | ds:X509Certificate | ds:X509CRL)+",
    "ds:X509IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
    "ds:X509IssuerName": _TEXT,
    "ds:X509SerialNumber": _TEXT,
    "ds:X509SKI": _TEXT,
    "ds:X509SubjectName": _TEXT,
    "ds:X509Certificate": _TEXT,
    "ds:X509CRL": _TEXT,
    "ds:Object": "x:QualifyingProperties",
    "x:QualifyingProperties": "x:SignedProperties x:UnsignedProperties?",
    "x:SignedProperties": "x:SignedSignatureProperties x:SignedDataObjectProperties?",
    "x:SignedSignatureProperties": "x:SigningTime?"
    " (x:SigningCertificate | x:SigningCertificateV2)?"
    " x:SignaturePolicyIdentifier? (x:SignatureProductionPlace | x:SignatureProductionPlaceV2)?"
    " (x:SignerRole | x:SignerRoleV2)?",
    "x:SigningTime": _TEXT,
    "x:SigningCertificate": "x:Cert+",
    "x:SigningCertificateV2": "x:Cert+",
    "x:Cert": "x:CertDigest (x:IssuerSerial | x:IssuerSerialV2)?",
    "x:CertDigest": "ds:DigestMethod ds:DigestValue",
    "x:IssuerSerial": "ds:X509IssuerName ds:X509SerialNumber",
    "x:IssuerSerialV2": _TEXT,
    "x:SignaturePolicyIdentifier": "(x:SignaturePolicyId | x:SignaturePolicyImplied)",
    "x:SignaturePolicyImplied": _TEXT,
    "x:SignaturePolicyId": "x:SigPolicyId ds:Transforms? x:SigPolicyHash x:SigPolicyQualifiers?",
    "x:SigPolicyId": "x:Identifier x:Description? x:DocumentationReferences?",
    "x:Identifier": _TEXT,
    "x:Description": _TEXT,
    "x:DocumentationReferences": "x:DocumentationReference+",
    "x:DocumentationReference": _TEXT,
    "x:SigPolicyHash": "ds:DigestMethod ds:DigestValue",
    "x:SigPolicyQualifiers": "x:SigPolicyQualifier+",
    "x:SigPolicyQualifier": "(x:SPURI | x:SPUserNotice)",
    "x:SPURI": _TEXT,
    "x:SPUserNotice": _ANY,
    "x:SignatureProductionPlace": _PLACE,
    "x:SignatureProductionPlaceV2": "x:City? x:StreetAddress? x:StateOrProvince?"
    " x:PostalCode? x:CountryName?",
    "x:City": _TEXT,
    "x:StreetAddress": _TEXT,
    "x:StateOrProvince": _TEXT,
    "x:PostalCode": _TEXT,
    "x:CountryName": _TEXT,
    "x:SignerRole": _CLAIMED,
    "x:SignerRoleV2": "x:ClaimedRoles?",
    "x:ClaimedRoles": "x:ClaimedRole+",
    "x:ClaimedRole": _ANY,
    "x:CertifiedRoles": _ANY,
    "x:SignedDataObjectProperties": "x:DataObjectFormat* x:CommitmentTypeIndication*",
    "x:DataObjectFormat": "x:Description? x:ObjectIdentifier? x:MimeType? x:Encoding?",
    "x:ObjectIdentifier": _ANY,
    "x:MimeType": _TEXT,
    "x:Encoding": _TEXT,
    "x:CommitmentTypeIndication": _ANY,
    "x:UnsignedProperties": "x:UnsignedSignatureProperties?",
    "x:UnsignedSignatureProperties": "(x:SignatureTimeStamp | x:CertificateValues"
    " | x:RevocationValues | x:CompleteCertificateRefs | x:CompleteRevocationRefs"
    " | x:SigAndRefsTimeStamp | y:ArchiveTimeStamp | y:TimeStampValidationData"
    " | y:AnyValidationData)*",
    "x:SignatureTimeStamp": _STAMP,
    "y:ArchiveTimeStamp": _STAMP,
    "x:SigAndRefsTimeStamp": _ANY,
    "x:CompleteCertificateRefs": _ANY,
    "x:CompleteRevocationRefs": _ANY,
    "x:EncapsulatedTimeStamp": _TEXT,
    "x:CertificateValues": _CERTIFICATES,
    "x:OtherCertificate": _ANY,
    "x:EncapsulatedX509Certificate": _TEXT,
    "x:RevocationValues": _REVOCATIONS,
    "x:CRLValues": "x:EncapsulatedCRLValue+",
    "x:EncapsulatedCRLValue": _TEXT,
    "x:OCSPValues": "x:EncapsulatedOCSPValue+",
    "x:EncapsulatedOCSPValue": _TEXT,
    "x:OtherValues": _ANY,
    "y:TimeStampValidationData": "x:CertificateValues? x:RevocationValues?",
    "y:AnyValidationData": "x:CertificateValues? x:RevocationValues?",
}


def short_name(element: etree._Element) -> str:
    """The element's name with this module's prefix, or its full name when unknown."""
    namespace, _, local = element.tag[1:].rpartition("}")
    prefix = _PREFIXES.get(namespace)
    return element.tag if prefix is None else f"{prefix}:{local}"


def check_shape(element: etree._Element) -> None:
    """Check an element and everything in it against the models.

    Raises:
        FormatRefused: For ``shape``.
    """
    name = short_name(element)
    model = MODELS.get(name)
    if model is None:
        raise FormatRefused(f"{name} isn't understood", why="shape")
    if model == _ANY:
        return
    children = list(element.iterchildren(tag=etree.Element))
    names = "".join(f"<{short_name(child)}>" for child in children)
    if not _compiled(model).fullmatch(names):
        raise FormatRefused(f"{name} holds other elements than it should", why="shape")
    for child in children:
        check_shape(child)


@lru_cache(maxsize=256)
def _compiled(model: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"[a-z]+:\w+", r"(?:<\g<0>>)", model).replace(" ", ""))
