"""Certificates: what does this one say, whoever issued it?

Reads X.509 v3 (RFC 5280 §4) with the statements of EN 319 412-5. Lenient where real
issuers stray and nothing is lost by it (alphabets of texts, attributes nobody knows,
extensions nobody asked for), strict in the encoding of everything that decides. Pure;
whether to believe a certificate is in `paths`, making one in `profiles`.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from riik.core import Refused
from riik.formats import der, oids
from riik.trust.errors import CertificateRefused
from riik.trust.model import Certificate, KeyUsage, Name, QcStatements

__all__ = ["names_agree", "read_certificate", "read_name"]

MOST_BYTES: Final = 64 * 1024
_USAGES: Final = tuple(KeyUsage)


@lru_cache(maxsize=1024)
def read_certificate(certificate: bytes) -> Certificate:
    """Read one certificate, DER, at most 64 KiB.

    A memo of the last thousand: a node sees the same issuers and servers again and again.

    Raises:
        CertificateRefused: For ``encoding``, ``version``, ``algorithms-differ``,
            ``extension-twice`` or ``extension``.
    """
    try:
        return _read(certificate)
    except der.DerRefused as error:
        raise CertificateRefused(f"not a certificate: {error}", why="encoding") from error


def _read(certificate: bytes) -> Certificate:
    outer = der.Reader.only(certificate, most=MOST_BYTES)
    signed = outer.raw(der.SEQUENCE)
    algorithm = outer.raw(der.SEQUENCE)
    signature = outer.bits()
    outer.finish()

    body = der.Reader.only(signed)
    given = body.optional(0xA0)
    version = given.integer() if given is not None else 0
    if version not in {0, 1, 2}:
        raise CertificateRefused(f"no version {version + 1}", why="version")
    serial = body.integer()
    if body.raw(der.SEQUENCE) != algorithm:
        raise CertificateRefused("two signature algorithms", why="algorithms-differ")
    issuer = read_name(body.raw(der.SEQUENCE))
    validity = body.enter()
    not_before, not_after = validity.time(), validity.time()
    validity.finish()
    read = Certificate(
        der=certificate,
        signed=signed,
        signature_algorithm=algorithm,
        signature=signature,
        serial=serial,
        issuer=issuer,
        not_before=not_before,
        not_after=not_after,
        subject=read_name(body.raw(der.SEQUENCE)),
        public_key=_key_info(body.raw(der.SEQUENCE)),
    )
    for unique_identifier in (0x81, 0x82):
        if body.peek() == unique_identifier:
            body.skip()
    extensions = body.optional(0xA3)
    body.finish()
    if extensions is None:
        return read
    found, critical = _read_extensions(extensions)
    return replace(read, critical=critical, **found)


def _key_info(public_key: bytes) -> bytes:
    """SubjectPublicKeyInfo with its two parts in place (RFC 5280 §4.1.2.7).

    What is inside the key is `algorithms`' matter; whoever hashes its bits relies on this.
    """
    parts = der.Reader.only(public_key)
    parts.raw(der.SEQUENCE)
    parts.bits()
    parts.finish()
    return public_key


def read_name(name: bytes) -> Name:
    """Read a distinguished name, DER; an attribute that is no text is left out."""
    attributes = []
    relative_names = der.Reader.only(name)
    while relative_names:
        parts = relative_names.enter(der.SET)
        while parts:
            part = parts.enter()
            kind = part.oid()
            if part.peek() in der.TEXT_TAGS:
                attributes.append((kind, part.text()))
    return Name(name, tuple(attributes))


def names_agree(one: Name, other: Name) -> bool:
    """Are they the same name (RFC 5280 §7.1)? Case and runs of blanks don't matter."""
    return one.der == other.der or (one.attributes != () and _prepared(one) == _prepared(other))


def _prepared(name: Name) -> list[tuple[str, str]]:
    return [(kind, " ".join(text.split()).casefold()) for kind, text in name.attributes]


def _read_extensions(wrapper: der.Reader) -> tuple[dict[str, Any], frozenset[str]]:
    found: dict[str, Any] = {}
    seen: set[str] = set()
    critical: set[str] = set()
    extensions = wrapper.enter()
    while extensions:
        extension = extensions.enter()
        kind = extension.oid()
        if kind in seen:
            raise CertificateRefused("an extension stands twice", why="extension-twice")
        seen.add(kind)
        if extension.peek() == der.BOOLEAN and extension.boolean():
            critical.add(kind)
        value = extension.octets()
        reader = _EXTENSIONS.get(kind)
        if reader is not None:
            try:
                found |= reader(der.Reader(value))
            except Refused as error:
                raise CertificateRefused(f"extension {kind}: {error}", why="extension") from error
    return found, frozenset(critical)


def _basic_constraints(value: der.Reader) -> dict[str, Any]:
    body = value.enter()
    is_ca = body.peek() == der.BOOLEAN and body.boolean()
    length = body.integer() if body.peek() == der.INTEGER else None
    return {"is_ca": is_ca, "path_length": length}


def _key_usage(value: der.Reader) -> dict[str, Any]:
    bits = value.flags()
    return {"key_usage": frozenset(use for number, use in enumerate(_USAGES) if number in bits)}


def _identifiers(value: der.Reader) -> tuple[str, ...]:
    """SEQUENCE OF OBJECT IDENTIFIER."""
    found, body = [], value.enter()
    while body:
        found.append(body.oid())
    return tuple(found)


def _extended_key_usage(value: der.Reader) -> dict[str, Any]:
    return {"extended_key_usage": _identifiers(value)}


def _policies(value: der.Reader) -> dict[str, Any]:
    found, body = [], value.enter()
    while body:
        found.append(body.enter().oid())
    return {"policies": tuple(found)}


def _subject_key(value: der.Reader) -> dict[str, Any]:
    return {"subject_key": value.octets()}


def _authority_key(value: der.Reader) -> dict[str, Any]:
    body = value.enter()
    return {"authority_key": body.content(0x80)} if body.peek() == 0x80 else {}


def _access(value: der.Reader) -> dict[str, Any]:
    """Authority information access: http addresses only (RFC 5280 §4.2.2.1)."""
    addresses: dict[str, list[str]] = {oids.ACCESS_OCSP: [], oids.ACCESS_CA_ISSUERS: []}
    body = value.enter()
    while body:
        description = body.enter()
        method = description.oid()
        if method in addresses and description.peek() == 0x86:
            addresses[method].append(description.content(0x86).decode("latin-1"))
    return {
        "ocsp_urls": tuple(addresses[oids.ACCESS_OCSP]),
        "issuer_urls": tuple(addresses[oids.ACCESS_CA_ISSUERS]),
    }


def _alternative_names(value: der.Reader) -> dict[str, Any]:
    names: dict[int, list[str]] = {0x81: [], 0x82: []}
    body = value.enter()
    while body:
        tag = body.peek()
        if tag in names:
            names[tag].append(body.content(tag).decode("latin-1"))
        else:
            body.skip()
    return {"emails": tuple(names[0x81]), "dns_names": tuple(names[0x82])}


def _qc_statements(value: der.Reader) -> dict[str, Any]:
    compliant, device, types, countries = False, False, (), ()  # type: Any, Any, Any, Any
    body = value.enter()
    while body:
        statement = body.enter()
        kind = statement.oid()
        if kind == oids.QC_COMPLIANCE:
            compliant = True
        elif kind == oids.QC_SSCD:
            device = True
        elif kind == oids.QC_TYPE:
            types = _identifiers(statement)
        elif kind == oids.QC_LEGISLATION:
            countries = _texts(statement)
    statements = QcStatements(compliant=compliant, device=device, types=types, countries=countries)
    return {"qc_statements": statements}


def _texts(value: der.Reader) -> tuple[str, ...]:
    found, body = [], value.enter()
    while body:
        found.append(body.text())
    return tuple(found)


def _no_check(value: der.Reader) -> dict[str, Any]:
    value.null()
    return {"ocsp_no_check": True}


_EXTENSIONS: Final[dict[str, Callable[[der.Reader], dict[str, Any]]]] = {
    oids.BASIC_CONSTRAINTS: _basic_constraints,
    oids.KEY_USAGE: _key_usage,
    oids.EXTENDED_KEY_USAGE: _extended_key_usage,
    oids.CERTIFICATE_POLICIES: _policies,
    oids.SUBJECT_KEY_IDENTIFIER: _subject_key,
    oids.AUTHORITY_KEY_IDENTIFIER: _authority_key,
    oids.AUTHORITY_INFORMATION_ACCESS: _access,
    oids.SUBJECT_ALT_NAME: _alternative_names,
    oids.QC_STATEMENTS: _qc_statements,
    oids.OCSP_NO_CHECK: _no_check,
}
