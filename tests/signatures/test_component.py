"""The component: signatures in the profile's order, and nothing that wouldn't pass."""

import json
from datetime import timedelta

import pytest
from tests.signatures.house import FILES, component, refusal, sign_value

from riik.signatures import OrganisationSeal, SigningRefused, simple_report
from riik.testing.pki import make_pki
from riik.trust import NotGood, OcspRefused, PathRefused

pytestmark = pytest.mark.anyio


@pytest.fixture
def node(pki):
    return component(pki)


def seal_of(credential):
    return OrganisationSeal(signer=credential.key, certificate=credential.certificate)


async def test_a_person_signs(node, mari):
    prepared = node.sign(FILES, certificate=mari.certificate)
    container = await node.complete(prepared, sign_value(mari, prepared))
    assert node.validate(container).valid
    assert [file.name for file in node.open(container).files] == [file.name for file in FILES]


async def test_a_second_person_signs_the_same(node, pki, mari):
    prepared = node.sign(FILES, certificate=mari.certificate)
    container = await node.complete(prepared, sign_value(mari, prepared))
    juri = pki.person("EE37605030299").signature
    more = node.sign_more(container, certificate=juri.certificate)
    report = node.validate(await node.complete(more, sign_value(juri, more)))
    assert [each.passed for each in report.signatures] == [True, True]


async def test_an_agency_seals(node, agency):
    report = node.validate(await node.seal(FILES, seal=seal_of(agency)))
    assert report.valid
    assert report.signatures[0].qualification == "ADESEAL_QC"


async def test_the_time_stamp_comes_before_ocsp(node, agency):
    await node.seal(FILES, seal=seal_of(agency))
    assert node.stamper.asked == ["time-stamp", "ocsp"]


@pytest.mark.parametrize("standing", ["suspend", "revoke", "forget"])
async def test_nothing_is_sealed_with_a_certificate_that_is_not_good(standing):
    own = make_pki()
    seal = own.seal()
    getattr(own, standing)(seal.certificate)
    with pytest.raises(NotGood):
        await component(own).seal(FILES, seal=seal_of(seal))


async def test_an_ocsp_answer_from_before_the_time_stamp_is_refused(pki, agency):
    node = component(pki, late=-timedelta(seconds=2))
    with refusal(SigningRefused, "ocsp"):
        await node.seal(FILES, seal=seal_of(agency))


async def test_an_ocsp_answer_from_the_future_is_refused(pki, agency):
    with pytest.raises(OcspRefused):
        await component(pki, late=timedelta(hours=1)).seal(FILES, seal=seal_of(agency))


async def test_a_stranger_cannot_begin(node):
    stranger = make_pki().person().signature
    with refusal(PathRefused, "no-certificate-chain-found"):
        node.sign(FILES, certificate=stranger.certificate)


async def test_a_wrong_value_asks_no_service(node, mari):
    prepared = node.sign(FILES, certificate=mari.certificate)
    with refusal(SigningRefused, "signature"):
        await node.complete(prepared, bytes(96))
    assert node.stamper.asked == []


async def test_the_report_has_the_shape_that_others_read(node, agency):
    container = await node.seal(FILES, seal=seal_of(agency))
    report = simple_report(node.validate(container), filename="letter.asice")
    conclusion = json.loads(json.dumps(report))["validationReport"]["validationConclusion"]
    [signature] = conclusion["signatures"]
    assert (conclusion["signaturesCount"], conclusion["validSignaturesCount"]) == (1, 1)
    assert conclusion["signatureForm"] == "ASiC-E"
    assert signature["indication"] == "TOTAL-PASSED"
    assert "subIndication" not in signature
    assert signature["info"]["bestSignatureTime"] == "2026-06-01T12:00:00Z"
    assert [each["type"] for each in signature["certificates"]] == [
        "SIGNING",
        "REVOCATION",
        "SIGNATURE_TIMESTAMP",
    ]


async def test_the_report_says_why_it_did_not_pass(node):
    conclusion = simple_report(node.validate(b"<a/>"))["validationReport"]["validationConclusion"]
    [signature] = conclusion["signatures"]
    assert (signature["indication"], signature["subIndication"]) == ("INDETERMINATE", "GENERIC")
    assert signature["errors"] == [{"content": "format not supported yet"}]
