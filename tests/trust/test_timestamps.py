"""Time-stamps: whose token is believed, over what and from when."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from hashlib import new as new_hash
from hashlib import sha256

import pytest
from asn1crypto import tsp
from hypothesis import given
from hypothesis import strategies as st
from tests.trust.house import CENTRE, expected, load, refusal

from riik.core import KeyKind
from riik.formats import der, oids
from riik.testing.pki import AT, POLICY, make_pki
from riik.trust import (
    RequestRefused,
    ServiceKind,
    ServiceStatus,
    TimeStampRefused,
    TrustAnchor,
    make_timestamp_request,
    organisation_seal,
    read_certificate,
    read_timestamp,
    verify_timestamp,
)
from riik.trust.profiles import ocsp_responder, time_stamp_authority
from riik.trust.responders import (
    Failure,
    make_timestamp_response,
    read_timestamp_request,
    refuse_timestamp,
)
from riik.trust.timestamps import read_timestamp_response

SAID = b"what was said"
IMPRINT = sha256(SAID).digest()
HOUR = timedelta(hours=1)


def judge(pki, token, **how):
    return verify_timestamp(token, **{"imprint": IMPRINT, "anchors": pki.anchors, **how})


@pytest.mark.parametrize("kind", list(KeyKind))
@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_a_token_is_believed(kind, hash_name):
    pki = make_pki(kind=kind)
    found = judge(
        pki,
        pki.timestamp(SAID, hash_name=hash_name, nonce=77),
        imprint=new_hash(hash_name, SAID).digest(),
        nonce=77,
    )
    assert (found.time, found.accuracy, found.policy) == (AT, 1.0, POLICY)
    assert found.certificate.subject.common_name == "Riik Test TSA"


def test_another_library_reads_the_token(pki):
    content = tsp.ContentInfo.load(pki.timestamp(SAID, nonce=5))["content"]
    info = content["encap_content_info"]["content"].parsed
    assert info["gen_time"].native == AT
    assert info["message_imprint"]["hashed_message"].native == IMPRINT
    assert info["nonce"].native == 5


def test_time_is_cut_to_whole_seconds(pki):
    token = pki.timestamp(SAID, at=AT + timedelta(microseconds=999_999))
    assert judge(pki, token).time == AT


def test_an_authority_is_believed_through_its_listed_issuer(pki):
    since = AT - 9000 * HOUR
    anchor = TrustAnchor.granted(pki.ca.certificate, since=since, kind=ServiceKind.TSA_QTST)
    assert len(judge(pki, pki.timestamp(SAID), anchors=[anchor]).path.certificates) == 2


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"imprint": b"\x00" * 32}, "imprint"),
        ({"imprint": b""}, "imprint"),
        ({"nonce": 6}, "nonce"),
        ({"anchors": []}, "no-certificate-chain-found"),
        ({"kinds": {ServiceKind.CA_QC}}, "no-certificate-chain-found"),
        ({"kinds": {ServiceKind.TSA}}, "no-certificate-chain-found"),
    ],
)
def test_what_is_not_asked_for_is_refused(pki, change, why):
    with refusal(TimeStampRefused, why):
        judge(pki, pki.timestamp(SAID, nonce=5), **change)


@pytest.mark.parametrize(
    ("profile", "switches", "why"),
    [
        (time_stamp_authority(CENTRE, name="T"), {"expired": True}, "expired"),
        (time_stamp_authority(CENTRE, name="T"), {"not_yet_valid": True}, "not-yet-valid"),
        (organisation_seal(CENTRE), {}, "purpose"),
        (ocsp_responder(CENTRE, name="O"), {}, "purpose"),
        (
            replace(
                time_stamp_authority(CENTRE, name="T"),
                extensions=time_stamp_authority(CENTRE, name="T").extensions[:1],
            ),
            {},
            "purpose",
        ),
    ],
)
def test_an_authority_that_may_not_stamp_is_refused(pki, profile, switches, why):
    tsa = pki.issue(profile, **switches)
    since = AT - 9000 * HOUR
    anchor = TrustAnchor.granted(tsa.certificate, since=since, kind=ServiceKind.TSA_QTST)
    with refusal(TimeStampRefused, why):
        judge(pki, pki.timestamp(SAID, tsa=tsa), anchors=[anchor])


def test_an_authority_withdrawn_from_the_list_is_refused(pki):
    history = (ServiceStatus("withdrawn", AT - HOUR), ServiceStatus("granted", AT - 99 * HOUR))
    anchor = TrustAnchor(
        kind=ServiceKind.TSA_QTST, certificate=pki.tsa.certificate, history=history
    )
    judge(pki, pki.timestamp(SAID, at=AT - 2 * HOUR), anchors=[anchor])
    with refusal(TimeStampRefused, "service-not-trusted"):
        judge(pki, pki.timestamp(SAID), anchors=[anchor])


def test_a_changed_time_is_refused(pki):
    token = pki.timestamp(SAID)
    with refusal(TimeStampRefused, "signature"):
        judge(pki, token.replace(b"20260601120000Z", b"20250601120000Z"))


def test_a_changed_imprint_is_refused(pki):
    token = pki.timestamp(SAID).replace(IMPRINT, sha256(b"other").digest())
    with refusal(TimeStampRefused, "signature"):
        judge(pki, token, imprint=sha256(b"other").digest())


def test_a_changed_signature_is_refused(pki):
    token = bytearray(pki.timestamp(SAID))
    token[-1] ^= 1
    with refusal(TimeStampRefused, "signature"):
        judge(pki, bytes(token))


def test_another_certificate_of_the_same_key_is_refused(pki):
    token = pki.timestamp(SAID)
    twin = pki.issue(time_stamp_authority(CENTRE, name="Riik Test TSA"), key=pki.tsa.key)
    named = der.sequence(
        read_certificate(pki.tsa.certificate).issuer.der,
        der.integer(read_certificate(pki.tsa.certificate).serial),
    )
    assert named in token
    swapped = token.replace(sha256(pki.tsa.certificate).digest(), sha256(twin.certificate).digest())
    with refusal(TimeStampRefused, "signing-certificate"):
        judge(pki, swapped)


def test_a_certificate_left_out_is_found_in_the_list(pki):
    from riik.trust.responders import TimeStampRequest, make_token

    token = make_token(
        TimeStampRequest(imprint=IMPRINT, with_certificate=False),
        certificate=pki.tsa.certificate,
        signer=pki.tsa.key,
        policy=POLICY,
        serial=1,
        at=AT,
    )
    assert read_timestamp(token).certificates == ()
    assert judge(pki, token).time == AT
    with refusal(TimeStampRefused, "signer"):
        judge(pki, token, anchors=[])


@pytest.mark.parametrize(
    ("token", "why"),
    [
        (b"", "encoding"),
        (b"\x30\x00", "encoding"),
        (b"\x30\x80\x00\x00", "encoding"),
        (der.sequence(der.oid("1.2.3"), der.context(0, der.sequence())), "content-type"),
        (der.sequence(der.oid(oids.SIGNED_DATA), der.context(0, der.sequence())), "encoding"),
        (b"\x30\x84\x00\x10\x00\x00" + b"\x00" * 300_000, "encoding"),
    ],
)
def test_bytes_that_are_no_token_are_refused(token, why):
    with refusal(TimeStampRefused, why):
        read_timestamp(token)


TOKEN_OF = make_pki()
TOKEN = TOKEN_OF.timestamp(SAID)


@given(st.integers(0, len(TOKEN) - 1), st.integers(1, 255))
def test_one_changed_byte_never_moves_the_time(at, change):
    whole = bytearray(TOKEN)
    whole[at] ^= change
    with suppress(TimeStampRefused):
        assert judge(TOKEN_OF, bytes(whole)).time == AT


# Requests and responses


@pytest.mark.parametrize("case", load("timestamp_requests.json"))
def test_request(case):
    with expected(case, RequestRefused):
        read_timestamp_request(bytes.fromhex(case["hex"]))


@given(st.binary(max_size=120))
def test_any_bytes_are_a_request_or_refused(request_bytes):
    with suppress(RequestRefused):
        read_timestamp_request(request_bytes)


def test_our_request_asks_for_what_we_want():
    request = read_timestamp_request(make_timestamp_request(IMPRINT, nonce=9))
    assert (request.imprint, request.hash_name, request.nonce) == (IMPRINT, "sha256", 9)
    assert request.with_certificate


def test_a_granted_response_carries_the_token(pki):
    token = pki.timestamp(SAID)
    assert read_timestamp_response(make_timestamp_response(token)) == token


@pytest.mark.parametrize("failure", list(Failure))
def test_a_refusing_response_names_its_bit(failure):
    response = refuse_timestamp(failure)
    status = der.Reader(response).enter().enter()
    assert (status.integer(), status.flags()) == (2, {failure})
    with refusal(TimeStampRefused, "not-granted"):
        read_timestamp_response(response)


@pytest.mark.parametrize("response", [b"", b"\x30\x00", b"<html>", b"\x30\x05\x30\x03\x02\x01"])
def test_bytes_that_are_no_response_are_refused(response):
    with refusal(TimeStampRefused, "encoding"):
        read_timestamp_response(response)
