"""Sealed XML: all of the document, by the one who is pinned, or nothing."""

import re
from datetime import timedelta

import pytest
from tests.signatures.house import refusal

from riik.core import KeyKind
from riik.signatures import SealRefused, XmlSeal, verify_xml
from riik.testing.pki import AT, MemoryKey
from riik.testing.ports import StandingClock
from riik.trust import Scheme, read_trusted_list
from riik.trust.trustlist import Provider, make_trusted_list

DOCUMENT = b'<list xmlns="urn:list" xml:lang="et">\n  <one>\xc3\xb5</one> tail\n</list>'


@pytest.fixture(scope="module")
def seal(agency):
    return XmlSeal(signer=agency.key, certificate=agency.certificate, clock=StandingClock(AT))


@pytest.fixture(scope="module")
def sealed(seal):
    return seal(DOCUMENT)


def test_a_sealed_document_holds(agency, sealed):
    verify_xml(sealed, signer=agency.certificate)


def test_it_holds_after_being_parsed_and_written_anew(agency, sealed):
    spaced = sealed.replace(b"<one>", b"<one  >").replace(b"?>\n", b"?>\n<!-- a remark -->\n")
    verify_xml(spaced, signer=agency.certificate)


def test_a_trusted_list_is_sealed_and_read(pki, agency, seal):
    scheme = Scheme(territory="EE", operator="Authority", street="Street 1", locality="Town",
                    email="a@example.org", website="http://127.0.0.1/")  # fmt: skip
    published = make_trusted_list(
        scheme,
        [Provider(name="Trust Centre", services=pki.anchors)],
        sequence=1,
        issued=AT,
        next_update=AT + timedelta(days=170),
    )
    read = read_trusted_list(
        seal(published), signers=[agency.certificate], verify_xml=verify_xml, at=AT
    )
    assert [each.certificate for each in read.anchors] == [each.certificate for each in pki.anchors]


CHANGES = [
    ("a text is another", "õ", "o", "digest"),
    ("an element more", "</list>", "<two/></list>", "digest"),
    ("a space more behind the seal", "</list>", " </list>", "digest"),
    ("the language is another", '"et"', '"en"', "digest"),
    ("the signing time is another", "2026-06-01T", "2025-06-01T", "digest"),
    ("the value is another", '(-SIG">)....', r"\1AAAA", "signature"),
    ("a digest is another", "(<ds:DigestValue>)....", r"\1AAAA", "signature"),
    ("the whole is a part", 'URI=""', 'URI="#part"', "signature"),
    ("the seal is gone", "(?s)<ds:Signature .*</ds:Signature>", "", "shape"),
    ("the seal stands twice", "(?s)(<ds:Signature .*</ds:Signature>)", r"\1\1", "shape"),
    ("the seal stands deeper", "(?s)(<ds:Signature .*</ds:Signature>)", r"<a>\1</a>", "shape"),
    ("an unknown property", "<xades:SigningTime>", "<xades:Other/><xades:SigningTime>", "shape"),
    ("a document type", "<list", "<!DOCTYPE list><list", "xml"),
    ("another certificate", "(<ds:X509Certificate>)....", r"\1AAAA", "signer"),
]


@pytest.mark.parametrize(
    ("pattern", "new", "why"), [pytest.param(*row[1:], id=row[0]) for row in CHANGES]
)
def test_what_was_touched_does_not_hold(pattern, new, why, agency, sealed):
    changed, count = re.subn(pattern, new, sealed.decode(), count=1)
    assert count == 1
    with refusal(SealRefused, why):
        verify_xml(changed.encode(), signer=agency.certificate)


def test_only_the_pinned_certificate_counts(mari, sealed):
    with refusal(SealRefused, "signer"):
        verify_xml(sealed, signer=mari.certificate)


@pytest.mark.parametrize(
    ("document", "why"), [(b"words", "xml"), (b"<!DOCTYPE a><a/>", "xml")], ids=["none", "doctype"]
)
def test_what_is_no_safe_xml_is_not_sealed(document, why, seal):
    with refusal(SealRefused, why):
        seal(document)


def test_a_sealed_document_is_not_sealed_again(seal, sealed):
    with refusal(SealRefused, "sealed"):
        seal(sealed)


def test_a_key_without_an_xml_signature_method_seals_nothing(agency):
    seal = XmlSeal(
        signer=MemoryKey(KeyKind.ED25519), certificate=agency.certificate, clock=StandingClock(AT)
    )
    with refusal(SealRefused, "key"):
        seal(DOCUMENT)
