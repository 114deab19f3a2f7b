"""Trusted lists: which services does a country trust, and since when?

Reads and writes ETSI TS 119 612 v2 (list version 5): services with their certificates and
whole status history (§5.5, §5.6), pointers to other lists (§5.3.13). A list counts only
when its signature verifies with a pinned certificate and its NextUpdate is to come. Pure:
signatures of XML are verified and made behind `VerifyXml` and `SealXml`. What a list's
qualifications (§5.5.9.2) mean for one certificate is judged in `paths`.
"""

from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from lxml import etree

from riik.core import Refused, TimeRefused, from_text
from riik.formats import xml
from riik.trust.errors import TrustListRefused
from riik.trust.model import (
    Criteria,
    KeyUsage,
    Qualification,
    ServiceKind,
    ServiceStatus,
    TrustAnchor,
    VerifyXml,
)

__all__ = [
    "ListPointer",
    "Provider",
    "Scheme",
    "TrustedList",
    "make_trusted_list",
    "read_trusted_list",
]

TSL: Final = "http://uri.etsi.org/02231/v2#"
XML: Final = "http://www.w3.org/XML/1998/namespace"
TYPES: Final = "http://uri.etsi.org/TrstSvc/Svctype/"
STATUSES: Final = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/"
LIST: Final = "http://uri.etsi.org/TrstSvc/TrustedList/"
_KINDS: Final = {kind.value: kind for kind in ServiceKind}
OTHER_KIND: Final = "of-another-kind"
MOST_CRITERIA_DEPTH: Final = 4
_PATH: Final = {
    "t": TSL,
    "e": "http://uri.etsi.org/TrstSvc/SvcInfoExt/eSigDir-1999-93-EC-TrustedList/#",
    "x": "http://uri.etsi.org/01903/v1.3.2#",
}
_USAGE_NAMES: Final = {"nonRepudiation": "contentCommitment", "crlSign": "cRLSign"}


@dataclass(frozen=True, slots=True)
class ListPointer:
    """Another list: where it is, whose, and who may sign it (certificates, DER)."""

    location: str
    territory: str
    signers: tuple[bytes, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedList:
    """A list that was read.

    Attributes:
        next_update: When it ends; nothing for a list that was closed (§5.3.15).
        anchors: Its services, one for each certificate, history included.
    """

    sequence: int
    territory: str
    issued: datetime
    next_update: datetime | None
    anchors: tuple[TrustAnchor, ...]
    pointers: tuple[ListPointer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """Who publishes a list, and where."""

    territory: str
    operator: str
    street: str
    locality: str
    email: str
    website: str

    @property
    def name(self) -> str:
        """Scheme name: territory, colon, what it is (§5.3.6)."""
        return f"{self.territory}:{self.operator}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider and the services of it that are listed."""

    name: str
    services: tuple[TrustAnchor, ...]


# Reading


def read_trusted_list(
    document: bytes,
    *,
    signers: Collection[bytes],
    verify_xml: VerifyXml,
    at: datetime | None = None,
) -> TrustedList:
    """Verify and read a list.

    Args:
        document: XML, at most 16 MB.
        signers: Pinned certificates, DER: one of them must have signed all of it.
        verify_xml: Verifies an enveloped signature.
        at: The time to judge at; without it an outdated list is read too, for old evidence.

    Raises:
        TrustListRefused: For ``xml``, ``encoding``, ``version``, ``signer`` or ``outdated``.
        Refused: What ``verify_xml`` raises, when there is one pinned certificate only.
    """
    root = _parse(document)
    _verify(document, signers=signers, verify_xml=verify_xml)
    try:
        read = _read(root)
    except (Base64Error, TimeRefused, ValueError) as error:
        raise TrustListRefused(f"a value of the list is no value: {error}", why="encoding") from (
            error
        )
    if at is not None and (read.next_update is None or read.next_update < at):
        raise TrustListRefused("the list should have been renewed", why="outdated")
    return read


def _parse(document: bytes) -> etree._Element:
    try:
        root = xml.parse(document)
    except xml.XmlRefused as error:
        raise TrustListRefused(f"the list is no XML: {error}", why="xml") from error
    if root.tag != f"{{{TSL}}}TrustServiceStatusList":
        raise TrustListRefused("not a trusted list", why="xml")
    return root


def _verify(document: bytes, *, signers: Collection[bytes], verify_xml: VerifyXml) -> None:
    refusal: TrustListRefused | None = None
    for signer in signers:
        try:
            verify_xml(document, signer=signer)
        except Refused as error:
            refusal = TrustListRefused("not sealed by whom we know", why="signer")
            refusal.__cause__ = error
        else:
            return
    raise refusal or TrustListRefused("no signer is known", why="signer")


def _read(root: etree._Element) -> TrustedList:
    scheme = root.find("t:SchemeInformation", _PATH)
    if scheme is None or _text(scheme, "t:TSLVersionIdentifier") not in {"4", "5", "6"}:
        raise TrustListRefused("a list of another version", why="version")
    next_update = _text(scheme, "t:NextUpdate/t:dateTime")
    return TrustedList(
        sequence=int(_text(scheme, "t:TSLSequenceNumber")),
        territory=_text(scheme, "t:SchemeTerritory"),
        issued=from_text(_text(scheme, "t:ListIssueDateTime")),
        next_update=from_text(next_update) if next_update else None,
        anchors=tuple(_services(root)),
        pointers=tuple(_pointers(scheme)),
    )


def _services(root: etree._Element) -> Iterator[TrustAnchor]:
    for service in root.iterfind(".//t:TSPService", _PATH):
        present = service.find("t:ServiceInformation", _PATH)
        if present is None:
            continue
        past = service.iterfind("t:ServiceHistory/t:ServiceHistoryInstance", _PATH)
        entries = [(_kind(entry), entry) for entry in (present, *past)]
        certificates = _certificates(present.find("t:ServiceDigitalIdentity", _PATH))
        name = _text(present, "t:ServiceName/t:Name")
        for kind in dict.fromkeys(kind for kind, _ in entries if kind is not None):
            history = tuple(_history(entries, kind))
            for certificate in certificates:
                yield TrustAnchor(kind=kind, certificate=certificate, history=history, name=name)


def _kind(entry: etree._Element) -> ServiceKind | None:
    return _KINDS.get(_text(entry, "t:ServiceTypeIdentifier").removeprefix(TYPES))


def _history(
    entries: Sequence[tuple[ServiceKind | None, etree._Element]], kind: ServiceKind
) -> list[ServiceStatus]:
    """All statuses, newest first; while the service was of another kind, it wasn't this one."""
    found = [
        ServiceStatus(
            _text(entry, "t:ServiceStatus").rsplit("/", 1)[-1] if of is kind else OTHER_KIND,
            from_text(_text(entry, "t:StatusStartingTime")),
            tuple(_qualifications(entry)),
        )
        for of, entry in entries
    ]
    return sorted(found, key=lambda status: status.since, reverse=True)


def _qualifications(entry: etree._Element) -> Iterator[Qualification]:
    path = "t:ServiceInformationExtensions/t:Extension/e:Qualifications/e:QualificationElement"
    for element in entry.iterfind(path, _PATH):
        given = element.iterfind("e:Qualifiers/e:Qualifier", _PATH)
        qualifiers = frozenset(each.get("uri", "").rsplit("/", 1)[-1] for each in given)
        criteria = element.find("e:CriteriaList", _PATH)
        if criteria is not None:
            yield Qualification(qualifiers, _criteria(criteria, depth=0))


def _criteria(element: etree._Element, *, depth: int) -> Criteria:
    usages, policies, nested, unknown = [], [], [], depth > MOST_CRITERIA_DEPTH
    for child in element.iterchildren(tag=etree.Element):
        name = etree.QName(child).localname
        if name == "KeyUsage":
            usages.append(tuple(_usages(child)))
        elif name == "PolicySet":
            policies.append(frozenset(_policies(child)))
        elif name == "CriteriaList" and not unknown:
            nested.append(_criteria(child, depth=depth + 1))
        elif name != "Description":
            unknown = True
    return Criteria(
        rule=element.get("assert", ""),
        usages=tuple(usages),
        policies=tuple(policies),
        nested=tuple(nested),
        unknown=unknown,
    )


def _usages(element: etree._Element) -> Iterator[tuple[KeyUsage, bool]]:
    for bit in element.iterfind("e:KeyUsageBit", _PATH):
        name = _USAGE_NAMES.get(bit.get("name", ""), bit.get("name", ""))
        yield KeyUsage(name), (bit.text or "").strip() in {"true", "1"}


def _policies(element: etree._Element) -> Iterator[str]:
    for identifier in element.iterfind(".//x:Identifier", _PATH):
        yield (identifier.text or "").strip().removeprefix("urn:oid:")


def _pointers(scheme: etree._Element) -> Iterator[ListPointer]:
    for pointer in scheme.iterfind("t:PointersToOtherTSL/t:OtherTSLPointer", _PATH):
        signers = [
            certificate
            for identity in pointer.iterfind(".//t:ServiceDigitalIdentity", _PATH)
            for certificate in _certificates(identity)
        ]
        territory = next(pointer.iterfind(".//t:SchemeTerritory", _PATH), None)
        yield ListPointer(
            location=_text(pointer, "t:TSLLocation"),
            territory="" if territory is None else (territory.text or "").strip(),
            signers=tuple(signers),
        )


def _certificates(identity: etree._Element | None) -> list[bytes]:
    if identity is None:
        return []
    given = identity.iterfind("t:DigitalId/t:X509Certificate", _PATH)
    return [b64decode("".join((each.text or "").split()), validate=True) for each in given]


def _text(parent: etree._Element, path: str) -> str:
    found = parent.find(path, _PATH)
    return "" if found is None else (found.text or "").strip()


# Writing


def make_trusted_list(
    scheme: Scheme,
    providers: Sequence[Provider],
    *,
    sequence: int,
    issued: datetime,
    next_update: datetime,
) -> bytes:
    """Write a list, not yet sealed; UTF-8 XML.

    Args:
        scheme: Who publishes it.
        providers: In the order in which they stand in the list.
        sequence: One more than the list before.
        issued: Now.
        next_update: Half a year on at most (§5.3.15).
    """
    root = etree.XML(f'<TrustServiceStatusList xmlns="{TSL}" Id="trusted-list"/>')
    root.set("TSLTag", "http://uri.etsi.org/19612/TSLTag")
    information = _add(root, "SchemeInformation")
    _add(information, "TSLVersionIdentifier", "5")
    _add(information, "TSLSequenceNumber", str(sequence))
    _add(information, "TSLType", f"{LIST}TSLType/EUgeneric")
    _named(information, "SchemeOperatorName", scheme.operator)
    _address(information, "SchemeOperatorAddress", scheme)
    _named(information, "SchemeName", scheme.name)
    _linked(information, "SchemeInformationURI", scheme.website)
    _add(information, "StatusDeterminationApproach", f"{LIST}StatusDetn/EUappropriate")
    _linked(information, "SchemeTypeCommunityRules", f"{LIST}schemerules/EUcommon")
    _add(information, "SchemeTerritory", scheme.territory)
    notice = _add(information, "PolicyOrLegalNotice")
    _english(notice, "TSLLegalNotice", "Services listed under the law of this territory.")
    _add(information, "HistoricalInformationPeriod", "65535")
    _add(information, "ListIssueDateTime", _moment(issued))
    _add(_add(information, "NextUpdate"), "dateTime", _moment(next_update))
    listed = _add(root, "TrustServiceProviderList")
    for provider in providers:
        _provider(listed, provider, scheme)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _provider(parent: etree._Element, provider: Provider, scheme: Scheme) -> None:
    element = _add(parent, "TrustServiceProvider")
    information = _add(element, "TSPInformation")
    _named(information, "TSPName", provider.name)
    _address(information, "TSPAddress", scheme)
    _linked(information, "TSPInformationURI", scheme.website)
    services = _add(element, "TSPServices")
    for service in provider.services:
        _service(_add(services, "TSPService"), service)


def _service(parent: etree._Element, service: TrustAnchor) -> None:
    present, *past = service.history
    _status(_add(parent, "ServiceInformation"), service, present)
    if past:
        history = _add(parent, "ServiceHistory")
        for status in past:
            _status(_add(history, "ServiceHistoryInstance"), service, status)


def _status(parent: etree._Element, service: TrustAnchor, status: ServiceStatus) -> None:
    _add(parent, "ServiceTypeIdentifier", TYPES + service.kind.value)
    _named(parent, "ServiceName", service.name or service.kind.value)
    identity = _add(_add(parent, "ServiceDigitalIdentity"), "DigitalId")
    _add(identity, "X509Certificate", b64encode(service.certificate).decode("ascii"))
    _add(parent, "ServiceStatus", STATUSES + status.status)
    _add(parent, "StatusStartingTime", _moment(status.since))


def _address(parent: etree._Element, tag: str, scheme: Scheme) -> None:
    address = _add(parent, tag)
    postal = _add(_add(address, "PostalAddresses"), "PostalAddress")
    postal.set(f"{{{XML}}}lang", "en")
    _add(postal, "StreetAddress", scheme.street)
    _add(postal, "Locality", scheme.locality)
    _add(postal, "CountryName", scheme.territory)
    _english(_add(address, "ElectronicAddress"), "URI", f"mailto:{scheme.email}")


def _named(parent: etree._Element, tag: str, text: str) -> None:
    _english(_add(parent, tag), "Name", text)


def _linked(parent: etree._Element, tag: str, address: str) -> None:
    _english(_add(parent, tag), "URI", address)


def _english(parent: etree._Element, tag: str, text: str) -> None:
    _add(parent, tag, text).set(f"{{{XML}}}lang", "en")


def _add(parent: etree._Element, tag: str, text: str | None = None) -> etree._Element:
    element = etree.SubElement(parent, f"{{{TSL}}}{tag}")
    element.text = text
    return element


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
