"""OCSP: whose answer is believed, about what and when; and requests of every shape."""

from contextlib import suppress
from datetime import timedelta

import pytest
from cryptography.x509 import ocsp
from hypothesis import example, given
from hypothesis import strategies as st
from tests.trust.house import CENTRE, MARI, expected, load, refusal

from riik.core import KeyKind
from riik.formats import der
from riik.testing.pki import AT, make_pki
from riik.trust import (
    QUALIFIED_KINDS,
    CertificateStatus,
    NotGood,
    OcspRefused,
    RequestRefused,
    ServiceKind,
    ServiceStatus,
    TrustAnchor,
    make_ocsp_request,
    person_signature,
    read_certificate,
    verify_ocsp,
)
from riik.trust.profiles import ocsp_responder
from riik.trust.responders import ResponseStatus, read_ocsp_request, refuse_ocsp

HOUR = timedelta(hours=1)


def judge(pki, certificate, response, **how):
    how = {"at": AT, "issuer": pki.ca.certificate, **how}
    return verify_ocsp(response, certificate=certificate, **how)


@pytest.fixture
def card(pki):
    return pki.issue(person_signature(MARI)).certificate


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_a_good_answer_is_believed(kind, hash_name):
    pki = make_pki(kind=kind)
    card = pki.issue(person_signature(MARI)).certificate
    response = pki.ocsp(card, nonce=b"n" * 32, hash_name=hash_name)
    found = judge(pki, card, response, nonce=b"n" * 32)
    assert (found.status, found.produced_at, found.nonce) == (
        CertificateStatus.GOOD,
        AT,
        b"n" * 32,
    )
    found.require_good()


@pytest.mark.parametrize(
    ("switch", "status", "reason"),
    [("suspend", "suspended", 6), ("revoke", "revoked", 1), ("forget", "unknown", None)],
)
def test_what_is_not_good_is_told_and_refused(pki, card, switch, status, reason):
    getattr(pki, switch)(card)
    found = judge(pki, card, pki.ocsp(card))
    assert (found.status.value, found.reason) == (status, reason)
    with refusal(NotGood, status):
        found.require_good()


def test_a_resumed_certificate_is_good(pki, card):
    pki.suspend(card)
    pki.resume(card)
    judge(pki, card, pki.ocsp(card)).require_good()


def test_the_time_of_revocation_is_told(pki, card):
    pki.revoke(card, since=AT - 5 * HOUR)
    assert judge(pki, card, pki.ocsp(card)).revoked_at == AT - 5 * HOUR


def test_another_library_reads_the_answer(pki, card):
    pki.suspend(card)
    response = ocsp.load_der_ocsp_response(pki.ocsp(card, nonce=b"n" * 16))
    assert response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert response.revocation_reason.value == "certificateHold"
    assert response.serial_number == read_certificate(card).serial


def test_the_issuer_may_answer_itself(pki, card):
    judge(pki, card, pki.ocsp(card, responder=pki.ca)).require_good()


def test_a_listed_responder_may_answer_for_another_issuer(pki, card):
    other = make_pki()
    response = pki.ocsp(card, responder=other.responder)
    judge(pki, card, response, anchors=other.anchors).require_good()


def listed(pki, *, kind=ServiceKind.OCSP_QC, status="granted"):
    return [
        TrustAnchor(
            kind=kind,
            certificate=pki.responder.certificate,
            history=(ServiceStatus(status, AT - 9000 * HOUR),),
        )
    ]


@pytest.mark.parametrize(
    "anchors",
    [
        lambda other: [],
        lambda other: listed(other, status="withdrawn"),
        lambda other: listed(other, kind=ServiceKind.TSA_QTST),
        lambda other: listed(other, kind=ServiceKind.OCSP),
        lambda other: [TrustAnchor.granted(other.ca.certificate, since=AT - HOUR)],
        lambda other: [
            TrustAnchor.granted(
                other.responder.certificate, since=AT + HOUR, kind=ServiceKind.OCSP_QC
            )
        ],
    ],
    ids=["none", "withdrawn", "other-kind", "not-qualified", "its-issuer-only", "later"],
)
def test_a_responder_that_nobody_names_is_refused(pki, card, anchors):
    other = make_pki()
    with refusal(OcspRefused, "responder"):
        judge(
            pki,
            card,
            pki.ocsp(card, responder=other.responder),
            anchors=anchors(other),
            kinds=QUALIFIED_KINDS,
        )


def test_a_person_of_the_same_issuer_is_no_responder(pki, card):
    with refusal(OcspRefused, "responder"):
        judge(pki, card, pki.ocsp(card, responder=pki.issue(person_signature(MARI))))


def test_a_responder_of_another_issuer_under_our_name_is_refused(pki, card):
    with refusal(OcspRefused, "responder"):
        judge(pki, card, pki.ocsp(card, responder=make_pki().responder))


def test_an_expired_responder_is_refused(pki, card):
    late = pki.issue(ocsp_responder(CENTRE, name="Late"), expired=True)
    with refusal(OcspRefused, "responder-expired"):
        judge(pki, card, pki.ocsp(card, responder=late))


@pytest.mark.parametrize(
    ("made", "how", "why"),
    [
        ({"at": AT + HOUR}, {}, "too-early"),
        ({"at": AT - HOUR}, {"max_age": timedelta(minutes=10)}, "too-old"),
        ({"nonce": b"one"}, {"nonce": b"two"}, "nonce"),
        ({}, {"nonce": b"asked"}, "nonce"),
    ],
)
def test_an_answer_of_another_time_or_request_is_refused(pki, card, made, how, why):
    with refusal(OcspRefused, why):
        judge(pki, card, pki.ocsp(card, **made), **how)


def test_evidence_is_judged_at_its_own_time(pki, card):
    old = pki.ocsp(card, at=AT - 100 * HOUR)
    assert judge(pki, card, old, at=None).produced_at == AT - 100 * HOUR


def test_an_answer_about_another_certificate_is_refused(pki, card):
    other = pki.issue(person_signature(MARI)).certificate
    with refusal(OcspRefused, "other-certificate"):
        judge(pki, card, pki.ocsp(other))


def test_an_answer_about_the_same_number_of_another_issuer_is_refused(pki, card):
    other = make_pki()
    namesake = other.issue(person_signature(MARI)).certificate
    assert read_certificate(namesake).serial == read_certificate(card).serial
    with refusal(OcspRefused, "other-certificate"):
        judge(pki, card, other.ocsp(namesake), anchors=other.anchors)


def test_a_changed_answer_is_refused(pki, card):
    pki.revoke(card)
    response = pki.ocsp(card)
    good = response.replace(b"\xa1\x16\x18\x0f", b"\x80\x00\x18\x0f")
    assert good != response
    with pytest.raises(OcspRefused):
        judge(pki, card, good)


def test_a_changed_time_is_refused(pki, card):
    changed = pki.ocsp(card).replace(b"20260601120000Z", b"20260601115959Z")
    with refusal(OcspRefused, "signature"):
        judge(pki, card, changed)


@pytest.mark.parametrize(
    "status", [s for s in ResponseStatus if s is not ResponseStatus.SUCCESSFUL]
)
def test_a_refusing_responder_is_no_answer(pki, card, status):
    with refusal(OcspRefused, "response-status"):
        judge(pki, card, refuse_ocsp(status))


@pytest.mark.parametrize(
    "response", [b"", b"\x30\x00", b"\x0a\x01\x00", b"<html>", b"\x30\x80\x00\x00"]
)
def test_bytes_that_are_no_response_are_refused(pki, card, response):
    with refusal(OcspRefused, "encoding"):
        judge(pki, card, response)


ANSWER_OF = make_pki()
CARD = ANSWER_OF.issue(person_signature(MARI)).certificate
ANSWER_OF.revoke(CARD)
ANSWER = ANSWER_OF.ocsp(CARD)


# Where a responder's key begins: its tag, its length, its unused bits.
@example(at=517, change=128)
@example(at=517, change=72)
@example(at=517, change=1)
@given(st.integers(0, len(ANSWER) - 1), st.integers(1, 255))
def test_one_changed_byte_never_makes_it_good(at, change):
    whole = bytearray(ANSWER)
    whole[at] ^= change
    with suppress(OcspRefused):
        assert judge(ANSWER_OF, CARD, bytes(whole)).status is CertificateStatus.REVOKED


@pytest.mark.full
@pytest.mark.parametrize("change", [1, 2, 3, 0x20, 0x40, 0x80, 0x81, 0xFF])
def test_no_byte_of_an_answer_can_be_changed(change):
    for at in range(len(ANSWER)):
        whole = bytearray(ANSWER)
        whole[at] ^= change
        with suppress(OcspRefused):
            assert judge(ANSWER_OF, CARD, bytes(whole)).status is CertificateStatus.REVOKED


# Requests


@pytest.mark.parametrize("case", load("ocsp_requests.json"))
def test_request(case):
    with expected(case, RequestRefused):
        read_ocsp_request(bytes.fromhex(case["hex"]))


@given(st.binary(max_size=200))
def test_any_bytes_are_a_request_or_refused(request_bytes):
    with suppress(RequestRefused):
        read_ocsp_request(request_bytes)


@given(st.integers(0, 110), st.binary(max_size=4))
def test_a_request_with_other_bytes_in_it_is_read_or_refused(at, change):
    good = bytes.fromhex(load("ocsp_requests.json")[3].values[0]["hex"])
    with suppress(RequestRefused):
        read_ocsp_request(good[:at] + change + good[at + len(change) :])


def test_our_request_is_read_by_another_library(pki, card):
    asked = ocsp.load_der_ocsp_request(
        make_ocsp_request(card, issuer=pki.ca.certificate, nonce=b"n" * 32)
    )
    assert asked.serial_number == read_certificate(card).serial
    assert [e.value.nonce for e in asked.extensions] == [der.octet_string(b"n" * 32)] or [
        e.value.nonce for e in asked.extensions
    ] == [b"n" * 32]
