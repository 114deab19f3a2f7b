"""Profiles: what stands in a certificate of each kind, and how it is made.

Implements RFC 5280 §4 with the names of EN 319 412-1 §5.1, natural persons of 412-2,
legal persons of 412-3 and the statements of 412-5; persons in the Estonian form. For the
exchange one documented subject form is used: C, O, serialNumber
``INSTANCE/serverCode/memberClass``, CN the member's code. The DER is joined by hand and
signed by a `Signer`: no key comes near. Pure; serial numbers and times come from outside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha1
from ipaddress import ip_address
from typing import Final

from riik.core import MemberId, PersonCode, Signer
from riik.formats import der, oids
from riik.trust.algorithms import signing_algorithm
from riik.trust.certificates import read_certificate
from riik.trust.errors import CertificateRefused, IssueRefused
from riik.trust.model import Certificate, KeyUsage

__all__ = [
    "Addresses",
    "Organisation",
    "Person",
    "Profile",
    "exchange_authentication",
    "exchange_member",
    "exchange_signature",
    "issuing_authority",
    "list_signer",
    "make_certificate",
    "ocsp_responder",
    "organisation_seal",
    "person_authentication",
    "person_signature",
    "root_authority",
    "time_stamp_authority",
    "validity",
]

CN_MOST: Final = 64
_USAGES: Final = tuple(KeyUsage)
_PRINTABLE_ONLY: Final = frozenset({oids.COUNTRY, oids.SERIAL_NUMBER})


@dataclass(frozen=True, slots=True)
class Profile:
    """What a certificate will say: its kind, subject, extensions (DER) and lifetime.

    Attributes:
        person: Whose code and name are in it; such a certificate is personal data.
    """

    kind: str
    subject: bytes
    extensions: tuple[bytes, ...]
    lifetime: timedelta
    person: PersonCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A natural person as a certificate names them; the code has its country in front."""

    code: PersonCode
    given_name: str
    surname: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """A legal person: country, name and the code in its register."""

    country: str
    name: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where a certificate points: status service and issuer's certificate; http addresses."""

    ocsp: str = ""
    issuer: str = ""


# Authorities and services


def root_authority(organisation: Organisation, *, name: str) -> Profile:
    """A root: 20 years, any depth below."""
    return _authority(organisation, name=name, path_length=None, years=20)


def issuing_authority(organisation: Organisation, *, name: str) -> Profile:
    """An authority that issues to people and organisations: 12 years, nothing below it."""
    return _authority(organisation, name=name, path_length=0, years=12)


def _authority(
    organisation: Organisation, *, name: str, path_length: int | None, years: int
) -> Profile:
    constraints = der.sequence(
        der.boolean(True), b"" if path_length is None else der.integer(path_length)
    )
    return Profile(
        kind="authority",
        subject=_organisation_name(organisation, common_name=name),
        extensions=(
            _extension(oids.BASIC_CONSTRAINTS, constraints, critical=True),
            _usage(KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN),
        ),
        lifetime=timedelta(days=365 * years),
    )


def ocsp_responder(organisation: Organisation, *, name: str) -> Profile:
    """A delegated responder, whose own status need not be asked (RFC 6960 §4.2.2.2.1)."""
    return Profile(
        kind="ocsp",
        subject=_organisation_name(organisation, common_name=name),
        extensions=(
            _usage(KeyUsage.DIGITAL_SIGNATURE),
            _purposes(oids.OCSP_SIGNING),
            _extension(oids.OCSP_NO_CHECK, der.null()),
        ),
        lifetime=timedelta(days=365 * 3),
    )


def time_stamp_authority(organisation: Organisation, *, name: str) -> Profile:
    """A time-stamp authority: that purpose alone, critical (RFC 3161 §2.3)."""
    return Profile(
        kind="tsa",
        subject=_organisation_name(organisation, common_name=name),
        extensions=(
            _usage(KeyUsage.DIGITAL_SIGNATURE),
            _purposes(oids.TIME_STAMPING, critical=True),
        ),
        lifetime=timedelta(days=365 * 6),
    )


def list_signer(organisation: Organisation, *, name: str) -> Profile:
    """Who seals a trusted list: that purpose alone (TS 119 612 §5.7.1)."""
    return Profile(
        kind="list-signer",
        subject=_organisation_name(organisation, common_name=name),
        extensions=(
            _extension(oids.BASIC_CONSTRAINTS, der.sequence(), critical=True),
            _usage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.CONTENT_COMMITMENT),
            _purposes(oids.LIST_SIGNING),
        ),
        lifetime=timedelta(days=365 * 5),
    )


# People


def person_authentication(person: Person, *, document_policy: str = "", email: str = "") -> Profile:
    """A person's key for sign-in (EN 319 412-2; policy NCP+)."""
    emails = () if not email else (der.encode(0x81, email.encode("ascii")),)
    return Profile(
        kind="person-authentication",
        subject=_person_name(person),
        extensions=(
            _usage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_AGREEMENT),
            _purposes(oids.CLIENT_AUTH, oids.EMAIL_PROTECTION, critical=True),
            _policies(document_policy, oids.POLICY_NCP_PLUS),
            *(_extension(oids.SUBJECT_ALT_NAME, der.sequence(each)) for each in emails),
        ),
        lifetime=timedelta(days=365 * 5),
        person=person.code,
    )


def person_signature(
    person: Person,
    *,
    document_policy: str = "",
    device: bool = True,
    legislation: str = "",
    terms: str = "",
) -> Profile:
    """A person's key for signatures: qualified, content commitment alone.

    Args:
        person: Whose it is.
        document_policy: Dotted policy of the document's kind, put first.
        device: The key is in a qualified device (QSCD); else the certificate says so not.
        legislation: Country whose law makes it qualified, when not the European Union's.
        terms: https address of the issuer's disclosure statement, in English (QcPDS).
    """
    policies = (oids.POLICY_QCP_N_QSCD,) if device else ("0.4.0.194112.1.0",)
    return Profile(
        kind="person-signature",
        subject=_person_name(person),
        extensions=(
            _usage(KeyUsage.CONTENT_COMMITMENT),
            _policies(document_policy, *policies),
            _qualified(oids.QC_TYPE_ESIGN, device=device, legislation=legislation, terms=terms),
        ),
        lifetime=timedelta(days=365 * 5),
        person=person.code,
    )


# Organisations


def organisation_seal(
    organisation: Organisation, *, device: bool = False, legislation: str = "", terms: str = ""
) -> Profile:
    """An organisation's e-seal (EN 319 412-3; QCP-l)."""
    policy = oids.POLICY_QCP_L_QSCD if device else oids.POLICY_QCP_L
    return Profile(
        kind="organisation-seal",
        subject=_organisation_name(organisation, common_name=organisation.name),
        extensions=(
            _usage(KeyUsage.CONTENT_COMMITMENT),
            _policies(policy),
            _qualified(oids.QC_TYPE_ESEAL, device=device, legislation=legislation, terms=terms),
        ),
        lifetime=timedelta(days=365 * 3),
    )


def exchange_signature(member: MemberId, *, server: str, name: str, country: str) -> Profile:
    """A member's key that signs its messages on the exchange."""
    return Profile(
        kind="exchange-signature",
        subject=_member_name(member, server=server, name=name, country=country),
        extensions=(_usage(KeyUsage.CONTENT_COMMITMENT),),
        lifetime=timedelta(days=365 * 2),
    )


def exchange_authentication(
    member: MemberId, *, server: str, name: str, country: str, hosts: Sequence[str] = ()
) -> Profile:
    """A security server's key for TLS, as server and as client.

    Args:
        member: The server's owner.
        server: Server code.
        name: The owner's name.
        country: Two letters.
        hosts: DNS names or IP addresses at which clients that check names will find it.
    """
    names = tuple(map(_host, hosts))
    return Profile(
        kind="exchange-authentication",
        subject=_member_name(member, server=server, name=name, country=country),
        extensions=(
            _usage(KeyUsage.DIGITAL_SIGNATURE, KeyUsage.KEY_ENCIPHERMENT, KeyUsage.KEY_AGREEMENT),
            _purposes(oids.SERVER_AUTH, oids.CLIENT_AUTH),
            *((_extension(oids.SUBJECT_ALT_NAME, der.sequence(*names)),) if names else ()),
        ),
        lifetime=timedelta(days=365 * 2),
    )


def exchange_member(certificate: bytes) -> tuple[MemberId, str]:
    """The member and server code that an exchange certificate names.

    Raises:
        CertificateRefused: For ``member``: the subject has another form.
    """
    subject = read_certificate(certificate).subject
    parts = (subject.serial_number or "").split("/")
    if len(parts) != 3 or subject.common_name is None:
        raise CertificateRefused("the subject names no member of an exchange", why="member")
    instance, server, member_class = parts
    return MemberId(instance, member_class, subject.common_name), server


# Making


def make_certificate(
    profile: Profile,
    *,
    public_key: bytes,
    serial: int,
    not_before: datetime,
    signer: Signer,
    issuer: bytes | None = None,
    addresses: Addresses | None = None,
    not_after: datetime | None = None,
) -> bytes:
    """Sign a certificate, DER.

    Args:
        profile: What it says.
        public_key: The subject's SubjectPublicKeyInfo, DER.
        serial: Positive, at least 64 bits of it random (CA/B Forum §7.1).
        not_before: From when it is valid, cut to seconds.
        signer: The issuer's key.
        issuer: The issuer's certificate; without it the certificate is its own issuer.
        addresses: Where status and issuer are found.
        not_after: Another end than the profile's. In any case it ends with its issuer.

    Raises:
        IssueRefused: For ``issuer-expired``: nothing can begin after its issuer's end.
    """
    authority = None if issuer is None else read_certificate(issuer)
    begin, end = validity(profile, not_before=not_before, not_after=not_after, issuer=authority)
    issuer_key = public_key if authority is None else authority.public_key
    algorithm = signing_algorithm(signer.kind)
    signed = der.sequence(
        der.context(0, der.integer(2)),
        der.integer(serial),
        algorithm,
        profile.subject if authority is None else authority.subject.der,
        der.sequence(der.x509_time(begin), der.x509_time(end)),
        profile.subject,
        public_key,
        der.context(
            3,
            der.sequence(
                _authority_key(issuer_key),
                _extension(
                    oids.SUBJECT_KEY_IDENTIFIER, der.octet_string(_key_identifier(public_key))
                ),
                *profile.extensions,
                _access(addresses) if addresses is not None else b"",
            ),
        ),
    )
    return der.sequence(signed, algorithm, der.bit_string(signer.sign(signed)))


def validity(
    profile: Profile,
    *,
    not_before: datetime,
    not_after: datetime | None = None,
    issuer: Certificate | None = None,
) -> tuple[datetime, datetime]:
    """First and last second of a certificate that is made so; it never outlives its issuer.

    Raises:
        IssueRefused: For ``issuer-expired``.
    """
    begin = not_before.replace(microsecond=0)
    end = (not_after or begin + profile.lifetime).replace(microsecond=0)
    if issuer is None:
        return begin, end
    end = min(end, issuer.not_after)
    if end <= begin and not issuer.holds_at(begin):
        raise IssueRefused("the issuer's certificate had expired", why="issuer-expired")
    return begin, end


def _key_identifier(public_key: bytes) -> bytes:
    """SHA-1 of the key's bits (RFC 5280 §4.2.1.2): a name for the key, not a proof."""
    body = der.Reader.only(public_key)
    body.skip()
    return sha1(body.bits()).digest()  # noqa: S324


def _authority_key(public_key: bytes) -> bytes:
    identifier = der.context(0, _key_identifier(public_key), primitive=True)
    return _extension(oids.AUTHORITY_KEY_IDENTIFIER, der.sequence(identifier))


def _access(addresses: Addresses) -> bytes:
    given = ((oids.ACCESS_OCSP, addresses.ocsp), (oids.ACCESS_CA_ISSUERS, addresses.issuer))
    descriptions = [
        der.sequence(der.oid(method), der.encode(0x86, address.encode("ascii")))
        for method, address in given
        if address
    ]
    if not descriptions:
        return b""
    return _extension(oids.AUTHORITY_INFORMATION_ACCESS, der.sequence(*descriptions))


def _extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    marked = der.boolean(True) if critical else b""
    return der.sequence(der.oid(kind), marked, der.octet_string(value))


def _usage(*usages: KeyUsage) -> bytes:
    numbers = [_USAGES.index(usage) for usage in usages]
    size = max(numbers) // 8 + 1
    bits = sum(1 << (size * 8 - 1 - number) for number in numbers)
    unused = size * 8 - 1 - max(numbers)
    value = der.bit_string(bits.to_bytes(size, "big"), unused=unused)
    return _extension(oids.KEY_USAGE, value, critical=True)


def _purposes(*purposes: str, critical: bool = False) -> bytes:
    value = der.sequence(*map(der.oid, purposes))
    return _extension(oids.EXTENDED_KEY_USAGE, value, critical=critical)


def _policies(*policies: str) -> bytes:
    value = der.sequence(*(der.sequence(der.oid(policy)) for policy in policies if policy))
    return _extension(oids.CERTIFICATE_POLICIES, value)


def _qualified(kind: str, *, device: bool, legislation: str, terms: str) -> bytes:
    statements = [
        der.sequence(der.oid(oids.QC_COMPLIANCE)),
        der.sequence(der.oid(oids.QC_TYPE), der.sequence(der.oid(kind))),
    ]
    if device:
        statements.append(der.sequence(der.oid(oids.QC_SSCD)))
    if terms:
        place = der.sequence(der.ia5_string(terms), der.printable_string("en"))
        statements.append(der.sequence(der.oid(oids.QC_PDS), der.sequence(place)))
    if legislation:
        countries = der.sequence(der.printable_string(legislation))
        statements.append(der.sequence(der.oid(oids.QC_LEGISLATION), countries))
    return _extension(oids.QC_STATEMENTS, der.sequence(*statements))


def _host(host: str) -> bytes:
    try:
        return der.encode(0x87, ip_address(host).packed)
    except ValueError:
        return der.encode(0x82, host.encode("ascii"))


def _name(*attributes: tuple[str, str]) -> bytes:
    return der.sequence(
        *(
            der.encode(der.SET, der.sequence(der.oid(kind), _name_text(kind, text)))
            for kind, text in attributes
        )
    )


def _name_text(kind: str, text: str) -> bytes:
    return der.printable_string(text) if kind in _PRINTABLE_ONLY else der.utf8_string(text)


def _person_name(person: Person) -> bytes:
    """``CN=SURNAME,GIVEN,CODE`` and its parts; the given name gives way when all is too long."""
    country, code = person.code[:2], person.code[2:]
    surname, given = person.surname.upper(), person.given_name.upper()
    names = f"{surname},{given}"[: CN_MOST - len(code) - 1]
    return _name(
        (oids.COUNTRY, country),
        (oids.COMMON_NAME, f"{names},{code}"),
        (oids.SURNAME, surname),
        (oids.GIVEN_NAME, given),
        (oids.SERIAL_NUMBER, f"PNO{country}-{code}"),
    )


def _organisation_name(organisation: Organisation, *, common_name: str) -> bytes:
    return _name(
        (oids.COUNTRY, organisation.country),
        (oids.ORGANIZATION, organisation.name[:CN_MOST]),
        (oids.ORGANIZATION_IDENTIFIER, f"NTR{organisation.country}-{organisation.code}"),
        (oids.COMMON_NAME, common_name[:CN_MOST]),
    )


def _member_name(member: MemberId, *, server: str, name: str, country: str) -> bytes:
    serial = f"{member.instance}/{server}/{member.member_class}"
    if len(serial) > CN_MOST:
        raise IssueRefused("instance, server and class are too long together", why="name-long")
    return _name(
        (oids.COUNTRY, country),
        (oids.ORGANIZATION, name[:CN_MOST]),
        (oids.SERIAL_NUMBER, serial),
        (oids.COMMON_NAME, member.code),
    )
