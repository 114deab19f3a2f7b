"""Validation: what is whole passes, what was touched doesn't, and each says why."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.signatures.house import FILES, LATER, in_signature, load, make, refusal, rewrite

from riik.core import MemberId, Refused
from riik.formats.zip import Entry, read_zip, write_zip
from riik.signatures import (
    ContainerRefused,
    DataFile,
    Indication,
    Policy,
    SubIndication,
    prepare,
    prepare_more,
    validate,
)
from riik.testing.pki import AT, make_pki
from riik.trust import ServiceKind, ServiceStatus, TrustAnchor, exchange_signature

SECOND = timedelta(seconds=1)


@pytest.fixture(scope="module")
def signed(pki, mari):
    """Two files with Mari's signature at level LT."""
    return make(pki, mari)


def judge(container, pki, **changes):
    return validate(container, **({"anchors": pki.anchors, "at": LATER} | changes))


def verdict(container, pki, **changes):
    """The verdict on the one signature of a container."""
    [found] = judge(container, pki, **changes).signatures
    return found.judgement.indication, found.judgement.sub_indication


def test_what_was_signed_passes(pki, mari, signed):
    report = judge(signed, pki)
    [found] = report.signatures
    assert report.valid
    assert (found.format, found.qualification) == ("XAdES_BASELINE_LT", "QESIG")
    assert (found.claimed_time, found.best_time, found.ocsp_time) == (AT, AT, AT)
    assert found.scopes == tuple(file.name for file in FILES)


def test_it_still_passes_when_the_certificate_has_expired(pki, signed):
    assert judge(signed, pki, at=AT + timedelta(days=365 * 20)).valid


def test_two_signatures_pass_beside_each_other(pki, signed, agency):
    more = prepare_more(signed, certificate=agency.certificate, at=AT)
    report = judge(make(pki, agency, prepared=more), pki)
    assert [found.qualification for found in report.signatures] == ["QESIG", "ADESEAL_QC"]
    assert report.valid


@pytest.mark.parametrize("case", load("mutations.json"))
def test_what_was_touched_does_not_pass(case, pki, signed):
    def change(name, content):
        if name != case["entry"]:
            return content
        changed, count = re.subn(case["pattern"], case["replace"], content.decode(), count=1)
        assert count == 1
        return changed.encode()

    try:
        _, got = verdict(rewrite(signed, change), pki)
    except ContainerRefused as refused:
        got = f"refused:{refused.why}"
    assert got == case["expect"]


def added(container, name, content=b"x"):
    return write_zip([*read_zip(container), Entry(name=name, content=content)])


@pytest.mark.parametrize(
    ("name", "why"),
    [("../evil.txt", "path"), ("/etc/passwd", "path"), ("a//b", "path"), ("a\\b", "path"),
     ("C:/evil.txt", "path"), ("a/./b", "path"), ("Application.TXT", "duplicate")],
)  # fmt: skip
def test_a_file_with_a_doubtful_name_is_not_opened(name, why, pki, signed):
    with pytest.raises(ContainerRefused, check=lambda refused: refused.why == why):
        judge(added(signed, name), pki)


def test_a_file_that_nobody_signed_fails_for_good(pki, signed):
    assert verdict(added(signed, "more.txt"), pki) == (
        Indication.TOTAL_FAILED,
        SubIndication.FORMAT_FAILURE,
    )


def test_a_signed_file_that_is_gone_decides_nothing(pki, signed):
    without = rewrite(signed, lambda name, content: None if name == FILES[0].name else content)
    assert verdict(without, pki) == (
        Indication.INDETERMINATE,
        SubIndication.SIGNED_DATA_NOT_FOUND,
    )


def test_a_signature_of_another_kind_beside_it_keeps_the_container_from_passing(pki, signed):
    report = judge(added(signed, "META-INF/signature001.p7s", b"\x30\x00"), pki)
    assert [each.passed for each in report.signatures] == [True, False]
    assert not report.valid


# Evidence


def test_an_ocsp_response_from_before_the_time_stamp_fails(pki, mari):
    early = make(pki, mari, ocsp_at=AT - SECOND)
    assert verdict(early, pki)[1] is SubIndication.FORMAT_FAILURE


def test_an_ocsp_response_much_later_is_a_warning(pki, mari):
    [found] = judge(make(pki, mari, ocsp_at=AT + timedelta(minutes=20)), pki).signatures
    assert found.passed
    assert found.warnings


def test_evidence_from_the_future_decides_nothing(pki, signed):
    assert verdict(signed, pki, at=AT - timedelta(days=1))[1] is SubIndication.NO_POE


@pytest.mark.parametrize("standing", ["suspend", "revoke", "forget"])
def test_a_certificate_that_was_not_good_does_not_pass(standing):
    own = make_pki()
    person = own.person().signature
    getattr(own, standing)(person.certificate)
    indication, sub = verdict(make(own, person), own)
    assert indication is Indication.INDETERMINATE
    assert sub in {SubIndication.REVOKED_NO_POE, SubIndication.TRY_LATER}


def test_an_ocsp_response_about_somebody_else_is_none(pki, mari, agency):
    other = make(pki, mari, ocsp=[pki.ocsp(agency.certificate)])
    assert verdict(other, pki)[1] is SubIndication.TRY_LATER


def test_a_responder_whom_nobody_named_is_not_believed(pki, mari, agency):
    forged = make(pki, mari, ocsp=[pki.ocsp(mari.certificate, responder=agency)])
    assert verdict(forged, pki)[1] is SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE


# Trust


def test_without_anchors_no_chain_is_found(pki, signed):
    assert verdict(signed, pki, anchors=())[1] is SubIndication.NO_CERTIFICATE_CHAIN_FOUND


@pytest.mark.parametrize("kind", [ServiceKind.CA_QC, ServiceKind.TSA_QTST])
def test_a_service_that_was_withdrawn_before_is_not_trusted(kind, pki, signed):
    withdrawn = (ServiceStatus("withdrawn", AT - timedelta(days=300)),)
    anchors = [
        replace(anchor, history=withdrawn) if anchor.kind is kind else anchor
        for anchor in pki.anchors
    ]
    assert verdict(signed, pki, anchors=anchors)[0] is Indication.INDETERMINATE


@pytest.mark.parametrize(
    ("kind", "policy", "passes"),
    [
        (ServiceKind.OCSP_QC, Policy.QUALIFIED, True),
        (ServiceKind.OCSP, Policy.QUALIFIED, False),
        (ServiceKind.OCSP, Policy.ADES, True),
    ],
)
def test_of_qualified_certificates_speak_services_listed_for_them(kind, policy, passes):
    other, own = make_pki(), make_pki()
    credential = own.person("EE47101010033").signature
    listed = TrustAnchor.granted(
        other.responder.certificate, since=AT - timedelta(days=9000), kind=kind
    )
    answer = own.ocsp(credential.certificate, responder=other.responder)
    container = make(own, credential, ocsp=[answer])
    assert judge(container, own, anchors=(*own.anchors, listed), policy=policy).valid is passes


def test_a_service_that_was_withdrawn_afterwards_still_counts(pki, signed):
    anchors = [
        replace(each, history=(ServiceStatus("withdrawn", AT + SECOND), *each.history))
        for each in pki.anchors
    ]
    assert judge(signed, pki, anchors=anchors).valid


def test_a_key_for_signing_in_makes_no_signature(pki):
    person = pki.person("EE47101010033").authentication
    assert verdict(make(pki, person), pki)[1] is SubIndication.CHAIN_CONSTRAINTS_FAILURE


def test_a_certificate_that_is_not_qualified_passes_the_lesser_policy_only(pki):
    member = MemberId("EE-TEST", "GOV", "70000001")
    profile = exchange_signature(member, server="ss1", name="Member", country="EE")
    container = make(pki, pki.issue(profile))
    assert verdict(container, pki)[1] is SubIndication.SIG_CONSTRAINTS_FAILURE
    assert judge(container, pki, policy=Policy.ADES).valid


# Other formats


@pytest.mark.parametrize(
    "document",
    [b"\x30\x03\x02\x01\x00", b"<a/>", b"", b"words"],
    ids=["CMS", "XML", "nothing", "text"],
)
def test_a_format_that_is_not_read_yet_is_never_valid(document, pki):
    report = judge(document, pki)
    assert not report.valid
    assert report.signatures[0].judgement.message == "format not supported yet"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_flipped_bit_in_a_signature_file_never_passes_as_something_else(data, pki, signed):
    """It fails, is refused, or stood where nothing is signed and nothing depends on it."""
    entry = data.draw(st.sampled_from([each.name for each in read_zip(signed)]))
    place, bit = data.draw(st.integers(0, 10_000)), data.draw(st.integers(0, 7))

    def flip(name, content):
        if name != entry or not content:
            return content
        at = place % len(content)
        return content[:at] + bytes([content[at] ^ (1 << bit)]) + content[at + 1 :]

    try:
        report = judge(rewrite(signed, flip), pki)
    except Refused:
        return
    if entry in {file.name for file in FILES}:
        assert not report.valid
    if report.valid:
        assert report.signatures[0].scopes == tuple(file.name for file in FILES)


@given(garbage=st.binary(max_size=400))
def test_garbage_is_refused_or_reported(garbage, pki):
    for document in (garbage, b"PK\x03\x04" + garbage, b"<" + garbage):
        try:
            assert not judge(document, pki).valid
        except Refused:
            continue


def test_a_signature_over_no_more_than_it_names(pki, mari):
    """Somebody else's signature file in another container covers nothing of it."""
    one = make(pki, mari, files=FILES[:1])
    other = prepare(FILES[1:], certificate=mari.certificate, at=AT).container
    stolen = next(each for each in read_zip(one) if each.name.endswith("signatures0.xml"))
    mixed = write_zip([*read_zip(other), stolen])
    assert verdict(mixed, pki)[1] is SubIndication.FORMAT_FAILURE


def test_a_token_for_another_signature_is_over_other_bytes(pki, mari, signed):
    other = make(pki, mari, files=FILES[:1])
    token = re.search(rb"<xades:EncapsulatedTimeStamp>([^<]*)", _file(signed))[1]
    theirs = re.search(rb"<xades:EncapsulatedTimeStamp>([^<]*)", _file(other))[1]
    assert verdict(in_signature(signed, token, theirs), pki) == (
        Indication.TOTAL_FAILED,
        SubIndication.HASH_FAILURE,
    )


def _file(container):
    return next(each.content for each in read_zip(container) if "signatures0" in each.name)


def test_who_judges_for_strangers_unpacks_less(pki, mari):
    files = [DataFile("large.bin", bytes(900_000), "application/octet-stream")]
    container = make(pki, mari, files=files)
    assert validate(container, anchors=pki.anchors, at=LATER, policy=Policy.QUALIFIED).files
    with refusal(ContainerRefused, "zip-content"):
        validate(container, anchors=pki.anchors, at=LATER, unpacked=500_000)
