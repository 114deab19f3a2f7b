"""What a provider tells about itself: to everyone what there is, to each what is allowed."""

import json
from dataclasses import replace

import pytest

from riik.exchange import Answer, BadRequest, Endpoint, ServiceRefused, UnknownService


@pytest.fixture
def described(ministry):
    """A service with a description, which nobody may call yet."""

    async def handler(incoming):
        return Answer()

    return ministry.offer(
        "described",
        handler,
        endpoints=(Endpoint("GET", "/v1/*"),),
        openapi=b'{"openapi":"3.1.0"}',
    )


def meta(clinic, service, code, **details):
    asked = replace(service, service=code)
    return clinic.call(asked, purpose=None, legal_basis=None, **details)


def test_all_methods_are_listed_without_a_right(clinic, described):
    listed = json.loads(meta(clinic, described, "listMethods").body)["service"]
    assert listed == [
        {
            "object_type": "SERVICE",
            "xroad_instance": "TEST",
            "member_class": "GOV",
            "member_code": "70000001",
            "subsystem_code": "ministry",
            "service_code": "described",
            "service_type": "OPENAPI",
            "endpoint_list": [{"method": "GET", "path": "/v1/*"}],
        }
    ]


def test_allowed_methods_are_those_of_the_callers_rights(ministry, clinic, described):
    assert json.loads(meta(clinic, described, "allowedMethods").body) == {"service": []}
    ministry.allow(clinic, described)
    listed = json.loads(meta(clinic, described, "allowedMethods").body)["service"]
    assert [each["service_code"] for each in listed] == ["described"]


def test_the_description_is_handed_on_as_it_is(clinic, described):
    answer = meta(clinic, described, "getOpenAPI", query="serviceCode=described")
    assert answer.body == b'{"openapi":"3.1.0"}'


@pytest.mark.parametrize("query", ["", "serviceCode=other", "serviceCode="])
def test_what_has_no_description_is_unknown(clinic, described, query):
    with pytest.raises(ServiceRefused) as refused:
        meta(clinic, described, "getOpenAPI", query=query).accepted()
    assert refused.value.why == "description"


def test_a_provider_without_offers_has_no_metaservices(clinic, described):
    nobody = replace(described, provider=clinic.client)
    with pytest.raises(UnknownService):
        meta(clinic, nobody, "listMethods")


@pytest.mark.parametrize("code", ["listMethods", "allowedMethods", "getOpenAPI", "getWsdl"])
def test_codes_of_metaservices_cant_be_offered(ministry, code):
    async def handler(incoming):
        return Answer()

    with pytest.raises(BadRequest) as refused:
        ministry.offer(code, handler)
    assert refused.value.why == "reserved"


def test_a_service_is_offered_once(ministry, described):
    async def handler(incoming):
        return Answer()

    with pytest.raises(BadRequest) as refused:
        ministry.offer("described", handler)
    assert refused.value.why == "offered"


def test_all_clients_are_listed(clinic, ministry):
    listed = json.loads(clinic.exchange.clients())["member"]
    kinds = [(each["id"]["object_type"], each["name"]) for each in listed]
    assert kinds == [
        ("MEMBER", "The ministry"),
        ("SUBSYSTEM", "The ministry"),
        ("MEMBER", "The clinic"),
        ("SUBSYSTEM", "The clinic"),
    ]
