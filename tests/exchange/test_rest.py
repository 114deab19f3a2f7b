"""Header parts: the bytes that are signed, what they parse into, what is dropped and refused."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import ClientId, MemberId, PersonCode, ServiceId
from riik.exchange.errors import AccessDenied, BadRequest, InvalidMessage
from riik.exchange.model import Answer, Call
from riik.exchange.protocol.rest import (
    content_digest,
    error_answer,
    normalise_path,
    parse_request,
    read_request,
    read_response,
    request_hash,
    write_identifier,
    write_request,
    write_response,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "exchange"
CLIENT = ClientId(MemberId("EE", "COM", "1"), "app")
SERVICE = ServiceId(ClientId(MemberId("EE", "GOV", "7"), "pop"), "person")
NAMES = {"message_id": "42", "request_id": "00000000-0000-4000-8000-000000000001"}


def cases(name):
    return json.loads((VECTORS / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", cases("paths.json"), ids=lambda case: case["id"])
def test_a_path_is_decoded_and_its_dots_resolved(case):
    assert normalise_path(case["path"]) == case["expect"]


@pytest.mark.parametrize("case", cases("requests.json"), ids=lambda case: case["id"])
def test_a_request_parses_or_is_refused(case):
    good = case["expect"] == "ok"
    with nullcontext() if good else pytest.raises(BadRequest) as refused:
        headers = tuple((name, value) for name, value in case["headers"])
        parse_request(case["method"], case["target"], headers)
    assert good or refused.value.why == case["expect"]


def test_the_header_part_has_its_exact_bytes():
    call = Call(
        client=CLIENT,
        service=SERVICE,
        path="/v1",
        query="a=b",
        headers=(("Accept", "text/plain"), ("Host", "dropped"), ("x-road-id", "dropped")),
        subject=PersonCode("EE49001010001"),
    )
    assert write_request(call, **NAMES) == (
        b"GET\r\n/r1/EE/GOV/7/pop/person/v1?a=b\r\nX-Road-Client:EE/COM/1/app\r\n"
        b"Accept:text/plain\r\nRiik-Subject:EE49001010001\r\n"
        b"x-road-request-id:00000000-0000-4000-8000-000000000001\r\nx-road-id:42\r\n"
    )


def test_a_response_ends_with_the_exchanges_own_headers():
    request = read_request(write_request(Call(client=CLIENT, service=SERVICE), **NAMES))
    answer = Answer(status=201, headers=(("X-Road-Id", "false"), ("Set-Cookie", "kept")))
    assert write_response(answer, request=request, hashed="H") == (
        b"201\r\nCreated\r\nSet-Cookie:kept\r\nx-road-id:42\r\nx-road-client:EE/COM/1/app\r\n"
        b"x-road-service:EE/GOV/7/pop/person\r\n"
        b"x-road-request-id:00000000-0000-4000-8000-000000000001\r\nx-road-request-hash:H\r\n"
    )


@pytest.mark.parametrize(
    "change",
    [
        {"headers": (("X-A", "b\r\nX-Road-Client: EE/COM/2/app"),)},
        {"headers": (("X A", "b"),)},
        {"headers": (("", "b"),)},
        {"purpose": "a\nb"},
        {"issue": "a\0b"},
        {"path": "v1"},
        {"path": "/a b"},
        {"query": "a\r\nb"},
        {"method": "CONNECT"},
    ],
)
def test_nothing_can_be_smuggled_into_a_header_part(change):
    with pytest.raises(BadRequest):
        write_request(Call(client=CLIENT, service=SERVICE, **change), **NAMES)


@pytest.mark.parametrize(
    "part",
    [
        b"",
        b"GET\r\n",
        b"GET\r\n/r1/EE/GOV/7/pop/person\r\nX-Road-Client:EE/COM/1/app",
        b"GET\n/r1/EE/GOV/7/pop/person\nX-Road-Client:EE/COM/1/app\n",
        b"GET\r\n/r1/EE/GOV/7/pop/person\r\nno header\r\n",
        b"GET\r\n/r1/EE/GOV/7/pop/person\r\n: b\r\n",
        b"GET\r\n/r1/EE/GOV/7/pop/person\r\nX-Road-Client:EE/COM/1/app\r\n\r\n",
        b"GET\r\n/r1/EE/GOV/7/pop/person\r\nX-Road-Client:EE/COM/1/app\r\nx-road-id:42\r\n",
        b"\xff\r\n/\r\n",
    ],
)
def test_other_bytes_are_no_request(part):
    with pytest.raises(InvalidMessage):
        read_request(part)


@pytest.mark.parametrize("part", [b"OK\r\n200\r\n", b"099\r\nOK\r\n", b"2000\r\nOK\r\n"])
def test_other_bytes_are_no_response(part):
    with pytest.raises(InvalidMessage):
        read_response(part)


@given(st.binary(), st.binary(min_size=1))
def test_the_hash_tells_header_part_and_body_apart(head, body):
    assert request_hash(head, body) != request_hash(head + body, b"")
    assert request_hash(head, b"") != request_hash(head, body)


def test_only_the_sending_s_own_identifier_may_differ_between_two_tries():
    first = write_request(Call(client=CLIENT, service=SERVICE), **NAMES)
    other = NAMES | {"request_id": "00000000-0000-4000-8000-000000000002"}
    again = write_request(Call(client=CLIENT, service=SERVICE), **other)
    changed = write_request(Call(client=CLIENT, service=SERVICE, purpose="x"), **NAMES)
    assert content_digest(first, b"") == content_digest(again, b"")
    assert content_digest(first, b"") != content_digest(changed, b"")
    assert content_digest(first, b"") != content_digest(first, b"x")


def test_older_identifiers_travel_escaped():
    odd = ClientId(MemberId("EE", "COM", "a/b c"), "õ")
    assert write_identifier(odd) == "EE/COM/a%2Fb%20c/%C3%B5"


@pytest.mark.parametrize(
    ("error", "accept", "status", "content_type"),
    [
        (BadRequest("no", why="x"), "*/*", 400, "application/json;charset=utf-8"),
        (AccessDenied("no", why="x"), "application/json", 500, "application/json;charset=utf-8"),
        (AccessDenied("no", why="x"), "text/xml", 500, "text/xml;charset=utf-8"),
    ],
)
def test_our_own_errors_have_a_code_and_a_trace(error, accept, status, content_type):
    answer = error_answer(error, accept=accept, trace="trace-1")
    assert answer.status == status
    assert dict(answer.headers)["Content-Type"] == content_type
    assert dict(answer.headers)["X-Road-Error"].endswith(error.fault)
    assert b"trace-1" in answer.body
