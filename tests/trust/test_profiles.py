"""Certificates of each kind: what another library and the standards see in them."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from hypothesis import given
from hypothesis import strategies as st
from tests.trust.house import CENTRE, MARI, refusal

from riik.core import MemberId, PersonCode
from riik.formats import der, oids
from riik.testing.pki import AT, MemoryKey, make_pki
from riik.trust import (
    CertificateRefused,
    IssueRefused,
    KeyUsage,
    Organisation,
    Person,
    exchange_authentication,
    exchange_member,
    exchange_signature,
    list_signer,
    organisation_seal,
    person_authentication,
    person_signature,
    read_certificate,
)
from riik.trust.profiles import (
    make_certificate,
    ocsp_responder,
    root_authority,
    time_stamp_authority,
)

MEMBER = MemberId("EE-TEST", "GOV", "70001490")
PKI = make_pki()
AGENCY = Organisation(country="EE", name="Transpordiamet", code="70001490")
PROFILES = {
    "authentication": person_authentication(MARI, email="47101010033@eesti.ee"),
    "signature": person_signature(MARI, document_policy="1.3.6.1.4.1.51361.1.1.1"),
    "seal": organisation_seal(AGENCY),
    "exchange-sign": exchange_signature(MEMBER, server="ss1", name="Amet", country="EE"),
    "exchange-tls": exchange_authentication(
        MEMBER, server="ss1", name="Amet", country="EE", hosts=["ss1.example", "127.0.0.5"]
    ),
    "ocsp": ocsp_responder(CENTRE, name="OCSP"),
    "tsa": time_stamp_authority(CENTRE, name="TSA"),
    "list": list_signer(CENTRE, name="TSL"),
    "root": root_authority(CENTRE, name="Root"),
}
USAGES = {
    "authentication": {"digitalSignature", "keyAgreement"},
    "signature": {"contentCommitment"},
    "seal": {"contentCommitment"},
    "exchange-sign": {"contentCommitment"},
    "exchange-tls": {"digitalSignature", "keyEncipherment", "keyAgreement"},
    "ocsp": {"digitalSignature"},
    "tsa": {"digitalSignature"},
    "list": {"digitalSignature", "contentCommitment"},
    "root": {"keyCertSign", "cRLSign"},
}


def issued(kind):
    return PKI.issue(PROFILES[kind]).certificate


@pytest.mark.parametrize("kind", PROFILES)
def test_another_library_reads_the_same(kind):
    ours = read_certificate(issued(kind))
    theirs = x509.load_der_x509_certificate(ours.der)
    assert ours.serial == theirs.serial_number
    assert ours.not_before == theirs.not_valid_before_utc
    assert ours.subject.der == theirs.subject.public_bytes()
    assert [text for _, text in ours.subject.attributes] == [a.value for a in theirs.subject]
    assert {
        extension.oid.dotted_string for extension in theirs.extensions if extension.critical
    } == (ours.critical)
    theirs.verify_directly_issued_by(x509.load_der_x509_certificate(PKI.ca.certificate))


@pytest.mark.parametrize("kind", PROFILES)
def test_a_key_is_for_its_use_alone(kind):
    assert read_certificate(issued(kind)).key_usage == {KeyUsage(use) for use in USAGES[kind]}


def test_a_person_is_named_in_the_estonian_form():
    subject = read_certificate(issued("signature")).subject
    assert subject.country == "EE"
    assert subject.common_name == "MÄNNIK,MARI-LIIS,47101010033"
    assert (subject.surname, subject.given_name) == ("MÄNNIK", "MARI-LIIS")
    assert subject.serial_number == "PNOEE-47101010033"


def test_a_person_of_another_country_bears_its_code():
    person = Person(code=PersonCode("VN001099012345"), given_name="Văn An", surname="Nguyễn")
    profile = person_signature(person, legislation="VN")
    certificate = read_certificate(PKI.issue(profile).certificate)
    assert certificate.subject.serial_number == "PNOVN-001099012345"
    assert certificate.subject.common_name == "NGUYỄN,VĂN AN,001099012345"
    assert certificate.qc_statements.countries == ("VN",)


def test_a_name_too_long_is_cut_before_the_code():
    person = Person(code=MARI.code, given_name="Maria " * 12, surname="Pikk-Nimi")
    name = read_certificate(PKI.issue(person_signature(person)).certificate).subject.common_name
    assert len(name) == 64
    assert name.endswith(",47101010033")


def test_a_signature_certificate_is_qualified_and_in_a_device():
    certificate = read_certificate(issued("signature"))
    assert certificate.qc_statements.compliant
    assert certificate.qc_statements.device
    assert certificate.qc_statements.types == (oids.QC_TYPE_ESIGN,)
    assert certificate.policies == ("1.3.6.1.4.1.51361.1.1.1", oids.POLICY_QCP_N_QSCD)


def test_the_issuers_terms_may_be_named():
    certificate = PKI.issue(person_signature(MARI, terms="https://trust.example/terms"))
    assert b"https://trust.example/terms\x13\x02en" in certificate.certificate


def test_a_seal_names_the_organisation_and_no_device():
    certificate = read_certificate(issued("seal"))
    assert certificate.subject.organisation_identifier == "NTREE-70001490"
    assert certificate.qc_statements.types == (oids.QC_TYPE_ESEAL,)
    assert not certificate.qc_statements.device


def test_sign_in_is_for_clients_and_mail():
    certificate = read_certificate(issued("authentication"))
    assert certificate.extended_key_usage == (oids.CLIENT_AUTH, oids.EMAIL_PROTECTION)
    assert certificate.emails == ("47101010033@eesti.ee",)


def test_time_stamping_stands_alone_and_critical():
    certificate = read_certificate(issued("tsa"))
    assert certificate.extended_key_usage == (oids.TIME_STAMPING,)
    assert oids.EXTENDED_KEY_USAGE in certificate.critical


def test_a_responder_need_not_be_asked_about():
    assert read_certificate(issued("ocsp")).ocsp_no_check


@pytest.mark.parametrize("kind", ["exchange-sign", "exchange-tls"])
def test_an_exchange_certificate_names_its_member(kind):
    assert exchange_member(issued(kind)) == (MEMBER, "ss1")


@pytest.mark.parametrize("kind", ["seal", "signature"])
def test_other_certificates_name_no_member(kind):
    with refusal(CertificateRefused, "member"):
        exchange_member(issued(kind))


def test_a_member_whose_server_code_is_too_long_gets_none():
    with refusal(IssueRefused, "name-long"):
        exchange_signature(MEMBER, server="s" * 60, name="Amet", country="EE")


def test_no_certificate_outlives_its_issuer():
    end = read_certificate(
        PKI.issue(PROFILES["seal"], not_after=AT + timedelta(days=9999)).certificate
    )
    assert end.not_after == read_certificate(PKI.ca.certificate).not_after


def test_an_expired_issuer_issues_nothing():
    with refusal(IssueRefused, "issuer-expired"):
        PKI.issue(PROFILES["seal"], not_before=AT + timedelta(days=9999))


@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60)
)
def test_any_name_can_be_read_again(name):
    profile = organisation_seal(Organisation(country="EE", name=name, code="1"))
    key = MemoryKey()
    made = make_certificate(profile, public_key=key.public_key, serial=9, not_before=AT, signer=key)
    assert read_certificate(made).subject.organisation == name


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (b"", "encoding"),
        (b"\x30\x00", "encoding"),
        (issued("seal")[:-1], "encoding"),
        (issued("seal") + b"\x00", "encoding"),
        (b"\x30\x82\xff\xff" + b"\x00" * 70_000, "encoding"),
        (issued("seal").replace(b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x05", 1), "version"),
        (
            issued("seal").replace(der.oid(oids.ECDSA_SHA256), der.oid(oids.ECDSA_SHA384), 1),
            "algorithms-differ",
        ),
        (
            PKI.issue(
                replace(PROFILES["seal"], extensions=PROFILES["seal"].extensions * 2)
            ).certificate,
            "extension-twice",
        ),
        (
            issued("seal").replace(
                der.oid(oids.SUBJECT_KEY_IDENTIFIER), der.oid(oids.BASIC_CONSTRAINTS), 1
            ),
            "extension",
        ),
    ],
)
def test_a_broken_certificate_is_refused(broken, why):
    with refusal(CertificateRefused, why):
        read_certificate(broken)


SIGNATURE = issued("signature")


@given(st.integers(0, len(SIGNATURE) - 1), st.integers(1, 255))
def test_one_changed_byte_is_read_or_refused(at, change):
    source = bytearray(SIGNATURE)
    source[at] ^= change
    with suppress(CertificateRefused):
        assert read_certificate(bytes(source)).der == bytes(source)
