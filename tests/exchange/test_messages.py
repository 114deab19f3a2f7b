"""Messages and faults between servers, as bytes."""

import pytest

from riik.exchange.errors import AccessDenied, BadRequest, InvalidMessage, ServiceFailed, failure_of
from riik.exchange.protocol.messages import (
    Message,
    read_fault,
    read_message,
    read_statuses,
    write_fault,
    write_message,
    write_statuses,
)

WHOLE = Message(header_part=b"head\r\n", body=b"\r\nbody", signature=b"<s/>", statuses=(b"o",))


@pytest.mark.parametrize("response", [False, True])
def test_a_message_arrives_byte_for_byte(response):
    sent = write_message(WHOLE, boundary="b0", response=response)
    assert read_message(*sent, most_bytes=100) == WHOLE


def test_an_empty_body_is_no_part():
    content_type, content = write_message(
        Message(header_part=b"h", body=b"", signature=b"s"), boundary="b0"
    )
    assert b"x-road-rest-body" not in content
    assert read_message(content_type, content, most_bytes=100).body == b""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"application/x-road-rest-body", b"application/hash-chain"),
        (b"application/x-road-rest-request", b"text/xml"),
        (b"signature/bdoc-1.0/ts", b"application/x-road-rest-body"),
        (b"application/ocsp-response", b"text/plain"),
    ],
)
def test_other_parts_make_no_message(old, new):
    content_type, content = write_message(WHOLE, boundary="b0")
    with pytest.raises(InvalidMessage) as refused:
        read_message(content_type, content.replace(old, new), most_bytes=100)
    assert refused.value.why == "parts"


def test_a_body_larger_than_allowed_is_refused():
    with pytest.raises(InvalidMessage) as refused:
        read_message(*write_message(WHOLE, boundary="b0"), most_bytes=5)
    assert refused.value.why == "size"


def test_a_fault_becomes_the_error_it_was():
    error = read_fault(write_fault(AccessDenied("no <right>", why="purpose"), trace="t"))
    assert isinstance(error, AccessDenied)
    assert (str(error), error.why) == ("no <right>", "purpose")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("Server.ServerProxy.AccessDenied", AccessDenied),
        ("server.serverproxy.access_denied", AccessDenied),
        ("Client.InvalidHeaders", BadRequest),
        ("Server.ServerProxy.ServiceFailed.CannotCreateSignature", ServiceFailed),
    ],
)
def test_codes_of_other_servers_are_understood(code, kind):
    assert isinstance(failure_of(code, message="", why="fault"), kind)


@pytest.mark.parametrize("content", [b"", b"<html/>", b"<!DOCTYPE a []><a/>", b"\xff"])
def test_what_is_no_fault_is_a_failed_service(content):
    assert read_fault(content).why == "form"


def test_statuses_arrive_in_order():
    assert read_statuses(*write_statuses([b"1", b"2"], boundary="b0")) == [b"1", b"2"]
