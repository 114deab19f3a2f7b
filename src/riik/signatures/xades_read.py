"""Reading XAdES: what does this signature element say?

Reads a ``ds:Signature`` of XAdES 1.3.2 (EN 319 132-1 §4–5) whose shape `shape` allows
into one value; nothing is verified by reading. Everything is found by its place, never
by looking up an Id, so that a wrapped copy elsewhere can't be taken for the signed one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lxml import etree

from riik.core import TimeRefused, from_text
from riik.formats import xml
from riik.signatures.errors import FormatRefused
from riik.signatures.references import Canonical, base64, read_canonical
from riik.signatures.shape import ASIC, DS, EXCLUSIVE, XADES, XADES141, check_shape

__all__ = [
    "ENVELOPED",
    "SIGNED_PROPERTIES",
    "CertificateDigest",
    "Reference",
    "SignaturePolicy",
    "StampElement",
    "XadesSignature",
    "check_ids",
    "read_signature",
    "read_signature_file",
]

SIGNED_PROPERTIES: Final = "http://uri.etsi.org/01903#SignedProperties"
ENVELOPED: Final = f"{DS}enveloped-signature"
MOST_SIGNATURES: Final = 100
_PATHS: Final = {"ds": DS, "x": XADES, "y": XADES141, "ec": EXCLUSIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """One ds:Reference.

    Attributes:
        canonical: The canonicalisation among its transforms, if there is one.
        enveloped: The signature itself is left out of what is signed (XML-DSig §6.6.4).
    """

    id: str
    uri: str
    type: str
    canonical: Canonical | None
    enveloped: bool
    algorithm: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDigest:
    """A signing certificate as it is signed: digest, and issuer and serial number if given.

    Attributes:
        issuer_serial: Base64 decoded IssuerSerialV2, DER.
        serial: X509SerialNumber of the older form.
    """

    algorithm: str
    digest: bytes
    issuer_serial: bytes | None
    serial: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturePolicy:
    """SignaturePolicyIdentifier: implied when ``identifier`` is empty."""

    identifier: str
    qualifier: str
    algorithm: str
    digest: bytes
    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StampElement:
    """A time-stamp of the unsigned properties."""

    element: etree._Element
    canonical: Canonical
    token: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class XadesSignature:
    """One signature as read.

    Attributes:
        element: ds:Signature; the four below are parts of it.
        formats: Media type of each reference, by the reference's Id.
        key_certificates: Certificates of KeyInfo, DER, in order.
        certificates: Certificates of the unsigned properties, DER.
        ocsp: OCSP responses of the unsigned properties, DER.
        unsigned: The unsigned properties, in order.
    """

    id: str
    element: etree._Element
    signed_info: etree._Element
    value_element: etree._Element
    key_info: etree._Element | None
    signed_properties: etree._Element
    canonical: Canonical
    method: str
    references: tuple[Reference, ...]
    value: bytes
    target: str
    properties_id: str
    claimed_time: datetime | None
    signing_certificates: tuple[CertificateDigest, ...]
    newer_form: bool
    policy: SignaturePolicy | None
    formats: dict[str, str]
    roles: tuple[str, ...]
    key_certificates: tuple[bytes, ...]
    certificates: tuple[bytes, ...]
    ocsp: tuple[bytes, ...]
    timestamps: tuple[StampElement, ...]
    archive_timestamps: tuple[StampElement, ...]
    unsigned: tuple[etree._Element, ...]


def read_signature_file(content: bytes) -> tuple[etree._Element, ...]:
    """The ds:Signature elements of a container's signature file.

    Raises:
        FormatRefused: For ``xml``, ``root``, ``signature-count`` or ``ids``.
    """
    try:
        root = xml.parse(content)
    except xml.XmlRefused as error:
        raise FormatRefused(f"the signature file is refused: {error}", why="xml") from error
    if root.tag != f"{{{ASIC}}}XAdESSignatures":
        raise FormatRefused("the signature file holds something else", why="root")
    signatures = list(root.iterchildren(tag=etree.Element))
    if not 0 < len(signatures) <= MOST_SIGNATURES:
        raise FormatRefused("no signature, or too many", why="signature-count")
    if any(each.tag != f"{{{DS}}}Signature" for each in signatures):
        raise FormatRefused("the signature file holds something else", why="root")
    check_ids(root)
    return tuple(signatures)


def check_ids(root: etree._Element) -> None:
    """Refuse an Id that stands twice.

    Raises:
        FormatRefused: For ``ids``.
    """
    seen: set[str] = set()
    for element in root.iter(tag=etree.Element):
        for name in ("Id", "ID", "id", "{http://www.w3.org/XML/1998/namespace}id"):
            value = element.get(name)
            if value is not None and value in seen:
                raise FormatRefused("an Id stands twice", why="ids")
            if value is not None:
                seen.add(value)


def read_signature(element: etree._Element) -> XadesSignature:
    """Read one ds:Signature.

    Raises:
        FormatRefused: For ``shape``, ``missing``, ``algorithm``, ``transforms``, ``base64``,
            ``value`` or ``time``.
    """
    check_shape(element)
    signed_info = _one(element, "ds:SignedInfo")
    qualifying = _one(element, "ds:Object/x:QualifyingProperties")
    signed = _one(qualifying, "x:SignedProperties")
    properties = _one(signed, "x:SignedSignatureProperties")
    value_element = _one(element, "ds:SignatureValue")
    unsigned = qualifying.find("x:UnsignedProperties/x:UnsignedSignatureProperties", _PATHS)
    newer = properties.find("x:SigningCertificateV2", _PATHS)
    return XadesSignature(
        id=element.get("Id", ""),
        element=element,
        signed_info=signed_info,
        value_element=value_element,
        key_info=element.find("ds:KeyInfo", _PATHS),
        signed_properties=signed,
        canonical=read_canonical(_one(signed_info, "ds:CanonicalizationMethod")),
        method=_one(signed_info, "ds:SignatureMethod").get("Algorithm", ""),
        references=tuple(map(_reference, signed_info.iterfind("ds:Reference", _PATHS))),
        value=base64(_text(value_element)),
        target=qualifying.get("Target", ""),
        properties_id=signed.get("Id", ""),
        claimed_time=_time(properties.find("x:SigningTime", _PATHS)),
        signing_certificates=tuple(_signing_certificates(properties)),
        newer_form=newer is not None,
        policy=_policy(properties.find("x:SignaturePolicyIdentifier", _PATHS)),
        formats=_formats(signed),
        roles=tuple(_text(each) for each in properties.iterfind(".//x:ClaimedRole", _PATHS)),
        key_certificates=_all(element, "ds:KeyInfo/ds:X509Data/ds:X509Certificate"),
        certificates=() if unsigned is None else _all(unsigned, ".//x:EncapsulatedX509Certificate"),
        ocsp=() if unsigned is None else _all(unsigned, ".//x:EncapsulatedOCSPValue"),
        timestamps=tuple(_stamps(unsigned, "x:SignatureTimeStamp")),
        archive_timestamps=tuple(_stamps(unsigned, "y:ArchiveTimeStamp")),
        unsigned=() if unsigned is None else tuple(unsigned.iterchildren(tag=etree.Element)),
    )


def _one(parent: etree._Element, path: str) -> etree._Element:
    found = parent.find(path, _PATHS)
    if found is None:
        raise FormatRefused(f"{path} is missing", why="missing")
    return found


def _text(element: etree._Element) -> str:
    try:
        return xml.text_of(element).strip()
    except xml.XmlRefused as error:
        raise FormatRefused(f"a value with elements in it: {error}", why="value") from error


def _all(parent: etree._Element, path: str) -> tuple[bytes, ...]:
    return tuple(base64(_text(each)) for each in parent.iterfind(path, _PATHS))


def _reference(element: etree._Element) -> Reference:
    transforms = element.findall("ds:Transforms/ds:Transform", _PATHS)
    enveloped = bool(transforms) and transforms[0].get("Algorithm") == ENVELOPED
    if enveloped:
        transforms = transforms[1:]
    if len(transforms) > 1:
        raise FormatRefused("a reference with several transforms", why="transforms")
    return Reference(
        id=element.get("Id", ""),
        uri=element.get("URI", ""),
        type=element.get("Type", ""),
        canonical=read_canonical(transforms[0]) if transforms else None,
        enveloped=enveloped,
        algorithm=_one(element, "ds:DigestMethod").get("Algorithm", ""),
        digest=base64(_text(_one(element, "ds:DigestValue"))),
    )


def _time(element: etree._Element | None) -> datetime | None:
    if element is None:
        return None
    text = _text(element)
    try:
        return from_text(text)
    except TimeRefused as error:
        raise FormatRefused("SigningTime is no time with a zone", why="time") from error


def _signing_certificates(properties: etree._Element) -> Iterator[CertificateDigest]:
    for name in ("SigningCertificate", "SigningCertificateV2"):
        for given in properties.iterfind(f"x:{name}/x:Cert", _PATHS):
            newer = given.find("x:IssuerSerialV2", _PATHS)
            older = given.find("x:IssuerSerial/ds:X509SerialNumber", _PATHS)
            yield CertificateDigest(
                algorithm=_one(given, "x:CertDigest/ds:DigestMethod").get("Algorithm", ""),
                digest=base64(_text(_one(given, "x:CertDigest/ds:DigestValue"))),
                issuer_serial=None if newer is None else base64(_text(newer)),
                serial=None if older is None else _number(older),
            )


def _number(element: etree._Element) -> int:
    text = _text(element)
    if not text.isascii() or not text.lstrip("-").isdigit() or len(text) > 200:
        raise FormatRefused("a serial number that is no number", why="value")
    return int(text)


def _policy(element: etree._Element | None) -> SignaturePolicy | None:
    if element is None:
        return None
    identifier = element.find("x:SignaturePolicyId/x:SigPolicyId/x:Identifier", _PATHS)
    if identifier is None:
        return SignaturePolicy(identifier="", qualifier="", algorithm="", digest=b"", addresses=())
    digest = _one(element, "x:SignaturePolicyId/x:SigPolicyHash")
    return SignaturePolicy(
        identifier=_text(identifier),
        qualifier=identifier.get("Qualifier", ""),
        algorithm=_one(digest, "ds:DigestMethod").get("Algorithm", ""),
        digest=base64(_text(_one(digest, "ds:DigestValue"))),
        addresses=tuple(_text(each) for each in element.iterfind(".//x:SPURI", _PATHS)),
    )


def _formats(signed: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in signed.iterfind("x:SignedDataObjectProperties/x:DataObjectFormat", _PATHS):
        name = each.get("ObjectReference", "")
        media_type = each.find("x:MimeType", _PATHS)
        if not name.startswith("#") or name[1:] in found:
            raise FormatRefused("a DataObjectFormat names no reference of its own", why="value")
        found[name[1:]] = "" if media_type is None else _text(media_type)
    return found


def _stamps(unsigned: etree._Element | None, path: str) -> Iterator[StampElement]:
    for element in unsigned.iterfind(path, _PATHS) if unsigned is not None else ():
        method = element.find("ds:CanonicalizationMethod", _PATHS)
        yield StampElement(
            element=element,
            canonical=Canonical() if method is None else read_canonical(method),
            token=base64(_text(_one(element, "x:EncapsulatedTimeStamp"))),
        )
