"""The signature of one message: XAdES over its header part and body.

Implements the profile of X-Road's containers (detached XAdES B-level, EN 319 132-1, with the
signing certificate's OCSP response inside): one reference to ``/message.xml``, one to
``/attachment1`` when there is a body, one to the signed properties. What we write follows a
template whose canonical form (exclusive C14N) is the text itself; what follows that very
template is read back by one expression without an XML parser, everything else by `formats.xml`.
Whether the signer may be believed is asked in `trusted`; here only mathematics. Pure.
"""

import re
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import new, sha512
from hmac import compare_digest

from cryptography.exceptions import InvalidSignature as CryptographyRefused
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from lxml import etree

from riik.core import KeyKind, TimeRefused, from_text
from riik.exchange.errors import InvalidSignature
from riik.exchange.model import Seal
from riik.exchange.protocol.hashchain import DIGESTS, SHA512
from riik.formats import xml

__all__ = [
    "ATTACHMENT",
    "MESSAGE",
    "Signature",
    "check",
    "check_documents",
    "documents_of",
    "join_signature",
    "read_signature",
    "sign",
    "split_signature",
]

MESSAGE, ATTACHMENT = "/message.xml", "/attachment1"

_DSIG = "http://www.w3.org/2000/09/xmldsig#"
_XADES = "http://uri.etsi.org/01903/v1.3.2#"
_EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
_INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_PROPERTIES = "http://uri.etsi.org/01903#SignedProperties"

_METHODS: dict[str, tuple[str, hashes.HashAlgorithm]] = {
    f"{_MORE}ecdsa-sha256": ("ecdsa", hashes.SHA256()),
    f"{_MORE}ecdsa-sha384": ("ecdsa", hashes.SHA384()),
    f"{_MORE}ecdsa-sha512": ("ecdsa", hashes.SHA512()),
    f"{_MORE}rsa-sha256": ("rsa", hashes.SHA256()),
    f"{_MORE}rsa-sha384": ("rsa", hashes.SHA384()),
    f"{_MORE}rsa-sha512": ("rsa", hashes.SHA512()),
    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1": ("pss", hashes.SHA256()),
    "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1": ("pss", hashes.SHA384()),
    "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1": ("pss", hashes.SHA512()),
}
_OWN_METHODS = {
    KeyKind.P256: f"{_MORE}ecdsa-sha256",
    KeyKind.P384: f"{_MORE}ecdsa-sha384",
    KeyKind.RSA2048: f"{_MORE}rsa-sha256",
}
_SCALAR_BYTES = {KeyKind.P256: 32, KeyKind.P384: 48}

# --- the template: each text below is its own exclusive canonical form -------------------------

_DIGEST = (
    f'<ds:DigestMethod Algorithm="{SHA512}"></ds:DigestMethod>'
    "<ds:DigestValue>{digest}</ds:DigestValue>"
)
_REFERENCE = '<ds:Reference Id="reference-{number}" URI="{uri}">' + _DIGEST + "</ds:Reference>"
_SIGNED_INFO = (
    f'<ds:SignedInfo xmlns:ds="{_DSIG}">'
    f'<ds:CanonicalizationMethod Algorithm="{_EXCLUSIVE}"></ds:CanonicalizationMethod>'
    '<ds:SignatureMethod Algorithm="{method}"></ds:SignatureMethod>{references}'
    f'<ds:Reference Type="{_PROPERTIES}" URI="#signed-properties">'
    f'<ds:Transforms><ds:Transform Algorithm="{_EXCLUSIVE}"></ds:Transform></ds:Transforms>'
    + _DIGEST
    + "</ds:Reference></ds:SignedInfo>"
)
_FORMAT = (
    '<xades:DataObjectFormat ObjectReference="#reference-{number}">'
    "<xades:MimeType>application/octet-stream</xades:MimeType></xades:DataObjectFormat>"
)
_SIGNED_PROPERTIES = (
    f'<xades:SignedProperties xmlns:xades="{_XADES}" Id="signed-properties">'
    "<xades:SignedSignatureProperties><xades:SigningTime>{time}</xades:SigningTime>"
    "<xades:SigningCertificateV2><xades:Cert><xades:CertDigest>"
    f'<ds:DigestMethod xmlns:ds="{_DSIG}" Algorithm="{SHA512}"></ds:DigestMethod>'
    f'<ds:DigestValue xmlns:ds="{_DSIG}">' + "{digest}</ds:DigestValue>"
    "</xades:CertDigest></xades:Cert></xades:SigningCertificateV2>"
    "</xades:SignedSignatureProperties><xades:SignedDataObjectProperties>{formats}"
    "</xades:SignedDataObjectProperties></xades:SignedProperties>"
)
_DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<asic:XAdESSignatures xmlns:asic="http://uri.etsi.org/02918/v1.2.1#">'
    f'<ds:Signature xmlns:ds="{_DSIG}" Id="signature">'
    "{signed_info}<ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
    "<ds:X509Certificate>{certificate}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
    f'<ds:Object><xades:QualifyingProperties xmlns:xades="{_XADES}" Target="#signature">'
    "{signed_properties}<xades:UnsignedProperties><xades:UnsignedSignatureProperties>"
    "{chain}<xades:RevocationValues><xades:OCSPValues><xades:EncapsulatedOCSPValue>{ocsp}"
    "</xades:EncapsulatedOCSPValue></xades:OCSPValues></xades:RevocationValues>"
    "</xades:UnsignedSignatureProperties></xades:UnsignedProperties>"
    "</xades:QualifyingProperties></ds:Object></ds:Signature></asic:XAdESSignatures>"
)
_CHAINED = "<xades:EncapsulatedX509Certificate>{certificate}</xades:EncapsulatedX509Certificate>"


def _expression() -> re.Pattern[bytes]:
    """The template as an expression: fixed text is fixed, values are base64 or a time."""
    value = r"([A-Za-z0-9+/]+={0,2})"
    fixed = {
        name: re.escape(text)
        for name, text in {"info": _SIGNED_INFO, "properties": _SIGNED_PROPERTIES}.items()
    }
    references = "".join(
        re.escape(_REFERENCE.format(number=number, uri=uri, digest="\0")).replace("\0", value)
        for number, uri in ((1, MESSAGE), (2, ATTACHMENT))
    )
    first, second = references.split(re.escape("</ds:Reference>"), 1)
    end = re.escape("</ds:Reference>")
    two = f"{first}{end}(?:{second})?"
    formats = [re.escape(_FORMAT.format(number=number)) for number in (1, 2)]
    info = fixed["info"].replace(re.escape("{method}"), r"([a-zA-Z0-9:/.#\-]+)")
    info = info.replace(re.escape("{references}"), two).replace(re.escape("{digest}"), value)
    properties = fixed["properties"].replace(re.escape("{time}"), r"([0-9T:.\-]+Z)")
    properties = properties.replace(re.escape("{digest}"), value)
    properties = properties.replace(re.escape("{formats}"), f"{formats[0]}(?:{formats[1]})?")
    chained = re.escape(_CHAINED).replace(re.escape("{certificate}"), r"[A-Za-z0-9+/]+={0,2}")
    chain = f"((?:<xades:CertificateValues>(?:{chained}){{1,4}}</xades:CertificateValues>)?)"
    whole = re.escape(_DOCUMENT)
    for name, pattern in {
        "signed_info": f"({info})",
        "value": value,
        "certificate": value,
        "signed_properties": f"({properties})",
        "chain": chain,
        "ocsp": value,
    }.items():
        whole = whole.replace(re.escape("{" + name + "}"), pattern)
    return re.compile(whole.encode("ascii"))


_OWN_FORM = _expression()


# --- making -----------------------------------------------------------------------------------


def documents_of(header_part: bytes, body: bytes) -> dict[str, bytes]:
    """What a message's signature covers, by the names its container gives the two."""
    return {MESSAGE: header_part, ATTACHMENT: body} if body else {MESSAGE: header_part}


def sign(documents: Mapping[str, bytes], *, seal: Seal, ocsp: bytes, at: datetime) -> bytes:
    """Sign a message: the signature document, UTF-8.

    Args:
        documents: From `documents_of`.
        seal: The member's key and certificate.
        ocsp: A fresh OCSP response for that certificate, DER.
        at: Signing time.

    Raises:
        InvalidSignature: For ``method`` when the key's kind can't sign messages.
    """
    method = _OWN_METHODS.get(seal.signer.kind)
    if method is None:
        raise InvalidSignature("messages are signed with ECDSA or RSA", why="method")
    numbers = range(1, len(documents) + 1)
    properties = _SIGNED_PROPERTIES.format(
        time=at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z",
        digest=_base64(sha512(seal.certificate).digest()),
        formats="".join(_FORMAT.format(number=number) for number in numbers),
    )
    references = "".join(
        _REFERENCE.format(number=number, uri=uri, digest=_base64(sha512(content).digest()))
        for number, (uri, content) in zip(numbers, documents.items(), strict=True)
    )
    info = _SIGNED_INFO.format(
        method=method,
        references=references,
        digest=_base64(sha512(properties.encode("ascii")).digest()),
    )
    value = _raw(seal.signer.sign(info.encode("ascii")), seal.signer.kind)
    return _DOCUMENT.format(
        signed_info=info,
        value=_base64(value),
        certificate=_base64(seal.certificate),
        signed_properties=properties,
        chain=_chain(seal.intermediates),
        ocsp=_base64(ocsp),
    ).encode("ascii")


def _chain(intermediates: tuple[bytes, ...]) -> str:
    if not intermediates:
        return ""
    inside = "".join(_CHAINED.format(certificate=_base64(each)) for each in intermediates)
    return f"<xades:CertificateValues>{inside}</xades:CertificateValues>"


def _raw(signature: bytes, kind: KeyKind) -> bytes:
    """ECDSA as XML wants it: r and s, each of the curve's size (RFC 4051 §2.3.6)."""
    if kind not in _SCALAR_BYTES:
        return signature
    r, s = decode_dss_signature(signature)
    size = _SCALAR_BYTES[kind]
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _base64(content: bytes) -> str:
    return b64encode(content).decode("ascii")


# --- reading ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """A signature document, read; its properties belong to it, nothing else is verified.

    Attributes:
        references: URI, digest method and digest of each signed document.
        method: The signature method's URI.
        value: The signature's bytes.
        signed_info: What is signed, in its canonical form.
        certificate: The signing certificate, DER; its digest is signed.
        others: Further certificates that came along, DER.
        ocsp: OCSP responses inside, DER.
        at: Signing time, as the signer states it.
        time_stamp: An RFC 3161 token inside, DER, and the bytes it covers.
    """

    references: tuple[tuple[str, str, bytes], ...]
    method: str
    value: bytes
    signed_info: bytes
    certificate: bytes
    others: tuple[bytes, ...] = ()
    ocsp: tuple[bytes, ...] = ()
    at: datetime
    time_stamp: tuple[bytes, bytes] | None = field(default=None)


def read_signature(document: bytes) -> Signature:
    """Read a signature document of ours or of any other X-Road implementation.

    Raises:
        InvalidSignature: For ``form``, ``properties``, ``certificate``, ``base64`` or ``time``.
    """
    own = _OWN_FORM.fullmatch(document)
    try:
        return _read_own(own) if own else _read_foreign(xml.parse(document))
    except (Base64Error, UnicodeDecodeError) as error:
        raise InvalidSignature("a value is no base64", why="base64") from error
    except TimeRefused as error:
        raise InvalidSignature("the signing time is no time", why="time") from error


def _read_own(found: re.Match[bytes]) -> Signature:
    info, method, message, attachment, properties_digest = found.group(1, 2, 3, 4, 5)
    value, certificate, properties, at, certificate_digest, chain, ocsp = found.group(
        6, 7, 8, 9, 10, 11, 12
    )
    if not compare_digest(sha512(properties).digest(), b64decode(properties_digest)):
        raise InvalidSignature("the signed properties were changed", why="properties")
    signer = b64decode(certificate)
    if not compare_digest(sha512(signer).digest(), b64decode(certificate_digest)):
        raise InvalidSignature("another certificate was put in", why="certificate")
    references = [(MESSAGE, SHA512, b64decode(message))]
    if attachment:
        references.append((ATTACHMENT, SHA512, b64decode(attachment)))
    return Signature(
        references=tuple(references),
        method=method.decode("ascii"),
        value=b64decode(value),
        signed_info=info,
        certificate=signer,
        others=tuple(b64decode(each) for each in re.findall(rb">([A-Za-z0-9+/=]+)<", chain)),
        ocsp=(b64decode(ocsp),),
        at=from_text(at.decode("ascii")),
    )


def _read_foreign(root: etree._Element) -> Signature:
    found = list(root.iter(f"{{{_DSIG}}}Signature"))
    info = found[0].find(f"{{{_DSIG}}}SignedInfo") if len(found) == 1 else None
    if info is None:
        raise InvalidSignature("there isn't exactly one signature", why="form")
    signature = found[0]
    properties = list(root.iter(f"{{{_XADES}}}SignedProperties"))
    if len(properties) != 1:
        raise InvalidSignature("there aren't exactly one set of properties", why="properties")
    certificates = [_bytes(each) for each in signature.iter(f"{{{_DSIG}}}X509Certificate")]
    certificates += [
        _bytes(each) for each in signature.iter(f"{{{_XADES}}}EncapsulatedX509Certificate")
    ]
    signer = _signer(properties[0], certificates)
    return Signature(
        references=_references(info, properties[0]),
        method=_attribute(info.find(f"{{{_DSIG}}}SignatureMethod")),
        value=_bytes(signature.find(f"{{{_DSIG}}}SignatureValue")),
        signed_info=_canonical(info, _attribute(info.find(f"{{{_DSIG}}}CanonicalizationMethod"))),
        certificate=signer,
        others=tuple(each for each in certificates if each != signer),
        ocsp=tuple(_bytes(each) for each in signature.iter(f"{{{_XADES}}}EncapsulatedOCSPValue")),
        at=from_text(properties[0].findtext(f".//{{{_XADES}}}SigningTime") or ""),
        time_stamp=_time_stamp(signature),
    )


def _references(
    info: etree._Element, properties: etree._Element
) -> tuple[tuple[str, str, bytes], ...]:
    """The documents' references, after the one to the signed properties was verified."""
    documents, covered = [], 0
    for reference in info.iter(f"{{{_DSIG}}}Reference"):
        uri = reference.get("URI", "")
        method = _attribute(reference.find(f"{{{_DSIG}}}DigestMethod"))
        digest = _bytes(reference.find(f"{{{_DSIG}}}DigestValue"))
        transforms = [_attribute(each) for each in reference.iter(f"{{{_DSIG}}}Transform")]
        if method not in DIGESTS:
            raise InvalidSignature("a digest method we don't take", why="form")
        if uri == f"#{properties.get('Id')}":
            canonical = _canonical(properties, *(transforms or [_INCLUSIVE]))
            if not compare_digest(new(DIGESTS[method], canonical).digest(), digest):
                raise InvalidSignature("the signed properties were changed", why="properties")
            covered += 1
        elif uri.startswith("/") and not transforms:
            documents.append((uri, method, digest))
        else:
            raise InvalidSignature("a reference to something else", why="form")
    if covered != 1:
        raise InvalidSignature("the properties aren't signed", why="properties")
    return tuple(documents)


def _canonical(element: etree._Element, *methods: str) -> bytes:
    if methods not in ((_EXCLUSIVE,), (_INCLUSIVE,)):
        raise InvalidSignature("a canonicalisation we don't take", why="form")
    return xml.canonicalise(element, exclusive=methods == (_EXCLUSIVE,))


def _signer(properties: etree._Element, certificates: list[bytes]) -> bytes:
    """The certificate whose digest is among the signed properties."""
    stated = next(properties.iter(f"{{{_XADES}}}CertDigest"), None)
    if stated is None:
        raise InvalidSignature("no signing certificate is stated", why="certificate")
    method = DIGESTS.get(_attribute(stated.find(f"{{{_DSIG}}}DigestMethod")))
    digest = _bytes(stated.find(f"{{{_DSIG}}}DigestValue"))
    for certificate in certificates:
        if method and compare_digest(new(method, certificate).digest(), digest):
            return certificate
    raise InvalidSignature("the stated certificate isn't there", why="certificate")


def _time_stamp(signature: etree._Element) -> tuple[bytes, bytes] | None:
    """X-Road's form: the token covers the signature's bytes, not their canonical element."""
    token = next(signature.iter(f"{{{_XADES}}}EncapsulatedTimeStamp"), None)
    if token is None:
        return None
    return _bytes(token), _bytes(signature.find(f"{{{_DSIG}}}SignatureValue"))


def _attribute(element: etree._Element | None) -> str:
    return "" if element is None else element.get("Algorithm", "")


def _bytes(element: etree._Element | None) -> bytes:
    if element is None or not element.text:
        raise InvalidSignature("a value is missing", why="form")
    return b64decode("".join(element.text.split()), validate=True)


# --- verifying --------------------------------------------------------------------------------


def check(signature: Signature, *, key: PublicKeyTypes) -> None:
    """Check the signature's value with the signer's key.

    Raises:
        InvalidSignature: For ``method`` or ``value``.
    """
    family, algorithm = _METHODS.get(signature.method, ("", hashes.SHA256()))
    try:
        if family == "ecdsa" and isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(_der(signature.value), signature.signed_info, ec.ECDSA(algorithm))
        elif family == "rsa" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature.value, signature.signed_info, padding.PKCS1v15(), algorithm)
        elif family == "pss" and isinstance(key, rsa.RSAPublicKey):
            salted = padding.PSS(mgf=padding.MGF1(algorithm), salt_length=algorithm.digest_size)
            key.verify(signature.value, signature.signed_info, salted, algorithm)
        else:
            raise InvalidSignature("the method isn't one for this key", why="method")
    except CryptographyRefused as error:
        raise InvalidSignature("the signature isn't this key's", why="value") from error


def _der(value: bytes) -> bytes:
    half = len(value) // 2
    return encode_dss_signature(int.from_bytes(value[:half]), int.from_bytes(value[half:]))


def check_documents(signature: Signature, documents: Mapping[str, bytes]) -> None:
    """Check that the signature covers exactly these documents, as they are.

    Raises:
        InvalidSignature: For ``references`` or ``digest``.
    """
    if [uri for uri, _, _ in signature.references] != list(documents):
        raise InvalidSignature("the signature covers other documents", why="references")
    for uri, method, digest in signature.references:
        if not compare_digest(new(DIGESTS[method], documents[uri]).digest(), digest):
            raise InvalidSignature("a signed document was changed", why="digest")


# --- keeping ----------------------------------------------------------------------------------

_HOLES = (
    (b"<ds:X509Certificate>", b"</ds:X509Certificate>"),
    (b"<xades:EncapsulatedOCSPValue>", b"</xades:EncapsulatedOCSPValue>"),
)


def split_signature(document: bytes) -> tuple[bytes, bytes]:
    """Take certificate and OCSP response out: what is a message's own, and what many share.

    A document of another form is its own whole.
    """
    shared, own, position = [], [], 0
    for opening, closing in _HOLES:
        start = document.find(opening, position) + len(opening)
        end = document.find(closing, start)
        if start < len(opening) or end < 0 or b" " in document[start:end]:
            return document, b""
        shared.append(document[start:end])
        own.append(document[position:start])
        position = end
    if any(document.count(opening) != 1 for opening, _ in _HOLES):
        return document, b""
    return b"".join([*own, document[position:]]), b" ".join(shared)


def join_signature(own: bytes, shared: bytes) -> bytes:
    """Put together what `split_signature` took apart, byte for byte."""
    if not shared:
        return own
    document = own
    for (opening, _), content in zip(_HOLES, shared.split(b" "), strict=True):
        before, mark, after = document.partition(opening)
        document = before + mark + content + after
    return document
