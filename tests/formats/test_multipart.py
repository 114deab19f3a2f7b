"""Multipart bodies: byte for byte in pieces of any size, and nothing beyond the limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.formats.multipart import (
    Limits,
    MultipartRefused,
    Part,
    Reader,
    boundary_of,
    read,
    write,
)

PARTS = [
    Part((("Content-Type", "text/plain; charset=UTF-8"),), b"first\r\n"),
    Part((), b""),
    Part((("A", "b"), ("A", "c")), b"\r\n--not the boundary\r\n\x00\xff"),
]


@given(st.lists(st.binary()), st.integers(min_value=1, max_value=7))
def test_parts_come_back_byte_for_byte_in_any_pieces(bodies, size):
    parts = [Part((("N", str(n)),), body) for n, body in enumerate(bodies)]
    limits = Limits(most_parts=1000)
    if any(b"--b0" in body for body in bodies):
        return
    body = write(parts, boundary="b0")
    reader, found = Reader("b0", limits), []
    for start in range(0, len(body), size):
        found += reader.feed(body[start : start + size])
    assert found + reader.close() == parts


def test_headers_keep_their_order_and_repetition():
    first, _, last = read(write(PARTS, boundary="b0"), boundary="b0")
    assert (first.content_type, last.content_type) == ("text/plain", "text/plain")
    assert (last.headers, last.header("a")) == ((("A", "b"), ("A", "c")), "b")


def test_text_before_and_after_is_passed_over():
    body = b"preamble\r\n" + write(PARTS, boundary="b0") + b"epilogue --b0"
    assert read(body, boundary="b0") == PARTS


def test_blanks_after_a_delimiter_are_passed_over():
    body = write(PARTS, boundary="b0").replace(b"--b0\r\n", b"--b0 \t\r\n")
    assert read(body, boundary="b0") == PARTS


def test_a_longer_line_is_no_delimiter():
    body = b"--b0\r\n\r\none\r\n--b0x\r\ntwo\r\n--b0--"
    assert [part.body for part in read(body, boundary="b0")] == [b"one\r\n--b0x\r\ntwo"]


def test_stored_files_may_end_lines_with_line_feeds_and_stay_open():
    reader = Reader("b0", newline=b"\n", may_end_open=True)
    found = [*reader.feed(b"--b0\nA: b\n\none\n--b0\nC: d\n\ntwo"), *reader.close()]
    assert [part.body for part in found] == [b"one", b"two"]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "end"),
        (b"--b0\r\n\r\nnever closed", "end"),
        (b"--b0--", None),
        (b"--b0\r\nno blank line\r\n--b0--", "header"),
        (b"--b0\r\nno header\r\n\r\n--b0--", "header"),
        (b"--b0\r\nA: \xff\r\n\r\n--b0--", "header"),
        (b"--b0\r\nA: b\x00\r\n\r\n--b0--", "header"),
        (b"--b0\r\nA: " + b"b" * 200 + b"\r\n\r\n--b0--", "header-size"),
        (b"--b0\r\n\r\n" * 5 + b"--b0--", "parts"),
        (b"--b0\r\n\r\n" + b"x" * 2000 + b"\r\n--b0--", "size"),
    ],
)
def test_what_is_no_body_is_refused(body, why):
    limits = Limits(most_bytes=1000, most_header_bytes=100, most_parts=3)
    if why is None:
        assert read(body, boundary="b0", limits=limits) == []
        return
    with pytest.raises(MultipartRefused) as refused:
        read(body, boundary="b0", limits=limits)
    assert refused.value.why == why


def test_a_part_that_holds_the_boundary_cant_be_written():
    with pytest.raises(MultipartRefused) as refused:
        write([Part((), b"--b0")], boundary="b0")
    assert refused.value.why == "boundary"


@pytest.mark.parametrize(
    ("content_type", "expect"),
    [
        ("multipart/mixed; boundary=b0", "b0"),
        ('Multipart/Related; charset=UTF-8;Boundary="a b:c"', "a b:c"),
        ("multipart/mixed; charset=UTF-8; boundary=x ", "x"),
    ],
)
def test_the_boundary_is_read(content_type, expect):
    assert boundary_of(content_type) == expect


@pytest.mark.parametrize(
    ("content_type", "why"),
    [
        ("text/xml; boundary=b", "content-type"),
        ("multipart/mixed", "boundary"),
        ("multipart/mixed; boundary=", "boundary"),
        ("", "content-type"),
    ],
)
def test_without_a_boundary_nothing_is_read(content_type, why):
    with pytest.raises(MultipartRefused) as refused:
        boundary_of(content_type)
    assert refused.value.why == why
