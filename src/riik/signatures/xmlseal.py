"""Sealed XML: an enveloped XAdES signature over a whole document, made and verified.

Implements what TS 119 612 §5.7 and Annex B want of a trusted list's signature: enveloped,
exclusive canonicalisation, XAdES baseline B, KeyInfo with the signer's certificate. Who
may seal is pinned by the caller; no chain is built. Other XAdES is in `validation`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest

from lxml import etree

from riik.core import Clock, KeyKind, Signer
from riik.formats import xml
from riik.signatures import xades
from riik.signatures.errors import FormatRefused, SealRefused
from riik.signatures.references import (
    SIGNING_METHODS,
    Canonical,
    check_signature,
    digest_of,
    to_raw,
)
from riik.signatures.shape import DS
from riik.signatures.xades_read import (
    SIGNED_PROPERTIES,
    Reference,
    XadesSignature,
    check_ids,
    read_signature,
)
from riik.trust import SignatureRefused, read_certificate

__all__ = ["XmlSeal", "verify_xml"]

_EXCLUSIVE = Canonical(exclusive=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlSeal:
    """Seals documents with one key: `trust`'s port ``SealXml``.

    Attributes:
        certificate: Of the key, DER.
    """

    signer: Signer
    certificate: bytes
    clock: Clock

    def __call__(self, document: bytes, /) -> bytes:
        """The document with the signature as the root's last child.

        Raises:
            SealRefused: For ``xml``, ``sealed`` (there is a signature) or ``key``.
        """
        root = _parse(document)
        if root.find(f".//{{{DS}}}Signature") is not None:
            raise SealRefused("the document is sealed", why="sealed")
        if self.signer.kind not in SIGNING_METHODS:
            raise SealRefused("this kind of key makes no XML signatures", why="key")
        draft = xades.draft_enveloped(
            _EXCLUSIVE(root),
            name="seal",
            method=SIGNING_METHODS[self.signer.kind],
            certificate=self.certificate,
            at=self.clock.now(),
        )
        value = sign_raw(self.signer, draft.signed_info)
        root.append(etree.fromstring(xades.close(draft, value=value)))
        return etree.tostring(root.getroottree(), xml_declaration=True, encoding="UTF-8")


def sign_raw(signer: Signer, message: bytes) -> bytes:
    """Sign as XML-DSig writes it: r and s for ECDSA."""
    signature = signer.sign(message)
    if signer.kind is KeyKind.RSA2048:
        return signature
    return to_raw(signature, public_key=signer.public_key)


def _parse(document: bytes) -> etree._Element:
    try:
        return xml.parse(document)
    except xml.XmlRefused as error:
        raise SealRefused(f"not XML to rely on: {error}", why="xml") from error


def verify_xml(document: bytes, /, *, signer: bytes) -> None:
    """Return if ``signer`` sealed all of the document: `trust`'s port ``VerifyXml``.

    Args:
        document: XML whose root has one ds:Signature as a child.
        signer: The pinned certificate, DER.

    Raises:
        SealRefused: For ``xml``, ``shape``, ``signer``, ``signature``, ``coverage`` or
            ``digest``.
    """
    root = _parse(document)
    seals = list(root.iter(f"{{{DS}}}Signature"))
    if len(seals) != 1 or seals[0].getparent() is not root:
        raise SealRefused("not one signature in the root", why="shape")
    try:
        check_ids(root)
        signature = read_signature(seals[0])
        _check_signer(signature, signer)
        _check_references(signature, root)
    except FormatRefused as error:
        raise SealRefused(f"the signature is of another shape: {error}", why="shape") from error


def _check_signer(signature: XadesSignature, signer: bytes) -> None:
    given = signature.key_certificates
    if given and signer not in given:
        raise SealRefused("sealed with another certificate", why="signer")
    for bound in signature.signing_certificates[:1]:
        if not compare_digest(digest_of(signer, uri=bound.algorithm), bound.digest):
            raise SealRefused("another certificate is signed", why="signer")
    try:
        check_signature(
            read_certificate(signer).public_key,
            method=signature.method,
            signature=signature.value,
            message=signature.canonical(signature.signed_info),
        )
    except SignatureRefused as error:
        raise SealRefused("the signature is wrong", why="signature") from error


def _check_references(signature: XadesSignature, root: etree._Element) -> None:
    """One reference to the document without its signature, one to the signed properties."""
    properties = [each for each in signature.references if each.type == SIGNED_PROPERTIES]
    others = [each for each in signature.references if each.type != SIGNED_PROPERTIES]
    if len(properties) != 1 or len(others) != 1:
        raise SealRefused("not all is signed, or more than the document", why="coverage")
    [own], [whole] = properties, others
    if own.uri != f"#{signature.properties_id}" or own.enveloped:
        raise SealRefused("the signed properties are others", why="coverage")
    named = {"", f"#{root.get('Id')}"} if root.get("Id") else {""}
    if whole.uri not in named or not whole.enveloped:
        raise SealRefused("the signature is over a part", why="coverage")
    _check_digest(own, signature.signed_properties)
    _check_digest(whole, root, without=signature.element)


def _check_digest(
    reference: Reference, element: etree._Element, *, without: etree._Element | None = None
) -> None:
    canonical: Callable[[etree._Element], bytes] = reference.canonical or Canonical()
    if without is not None:
        _detach(without)
    if not compare_digest(digest_of(canonical(element), uri=reference.algorithm), reference.digest):
        raise SealRefused("what was signed was changed", why="digest")


def _detach(element: etree._Element) -> None:
    """Take an element out; the text behind it stays (XML-DSig §6.6.4)."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if element.tail and before is not None:
        before.tail = (before.tail or "") + element.tail
    elif element.tail:
        parent.text = (parent.text or "") + element.tail
    parent.remove(element)
