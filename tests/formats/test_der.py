"""DER: what is written is what others read, and what is not DER is refused."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import core as asn1
from hypothesis import given
from hypothesis import strategies as st

from riik.formats import der
from riik.formats.ber import to_der

VECTORS = Path(__file__).parents[1] / "vectors" / "trust" / "der.json"
CASES = [pytest.param(case, id=case["id"]) for case in json.loads(VECTORS.read_text("utf-8"))]
GOOD = [case for case in CASES if case.values[0]["expect"] == "ok"]
BAD = [case for case in CASES if case.values[0]["expect"] != "ok"]


def refusal(why):
    return pytest.raises(der.DerRefused, check=lambda error: error.why == why)


@pytest.mark.parametrize("case", GOOD)
def test_what_is_der_is_read(case):
    reader = der.Reader(bytes.fromhex(case["hex"]))
    value = getattr(reader, case["read"])()
    shown = value.hex() if isinstance(value, bytes) else value
    shown = shown.isoformat() if isinstance(shown, datetime) else shown
    assert (shown, bool(reader)) == (case["value"], False)


@pytest.mark.parametrize("case", BAD)
def test_what_is_not_der_is_refused(case):
    with refusal(case["expect"]):
        getattr(der.Reader(bytes.fromhex(case["hex"])), case["read"])()


def test_what_is_left_over_is_refused():
    with refusal("trailing"):
        der.Reader.only(der.sequence() + der.null())


def test_more_bytes_than_allowed_are_refused():
    with refusal("too-long"):
        der.Reader(b"\x05\x00" * 8, most=15)


def test_nesting_beyond_the_limit_is_refused():
    nested = b"\x05\x00"
    for _ in range(40):
        nested = der.sequence(nested)
    with refusal("too-deep"):
        descend(der.Reader(nested))


def descend(reader):
    while reader:
        reader = reader.enter()


def test_a_bit_string_of_names_is_a_set_of_numbers():
    assert der.Reader(bytes.fromhex("030205a0")).flags() == {0, 2}


def test_a_set_is_written_in_ascending_order():
    assert der.set_of(der.integer(5), der.null(), der.integer(3)) == bytes.fromhex(
        "31080201030201050500"
    )


@given(st.integers(-(1 << 300), 1 << 300))
def test_integers_are_what_another_library_writes(value):
    assert der.integer(value) == asn1.Integer(value).dump()
    assert der.Reader(der.integer(value)).integer() == value


@given(st.lists(st.integers(0, 1 << 70), max_size=12), st.integers(0, 39))
def test_identifiers_are_what_another_library_writes(arcs, second):
    dotted = ".".join(map(str, [1, second, *arcs]))
    assert der.oid(dotted) == asn1.ObjectIdentifier(dotted).dump()
    if len(der.oid(dotted)) < 60:
        assert der.Reader(der.oid(dotted)).oid() == dotted


@given(st.binary(max_size=70_000))
def test_octets_of_any_length_come_back(content):
    written = der.octet_string(content)
    assert written == asn1.OctetString(content).dump()
    assert der.Reader(written).octets() == content


@given(st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC)))
def test_times_come_back(moment):
    assert der.Reader(der.generalized_time(moment)).time() == moment
    assert der.Reader(der.x509_time(moment)).time() == moment.replace(microsecond=0)


@given(st.timedeltas(timedelta(hours=-12), timedelta(hours=12)))
def test_times_of_other_zones_are_written_in_utc(offset):
    moment = datetime(2026, 6, 1, 12, tzinfo=UTC)
    assert der.x509_time(moment) == der.x509_time((moment + offset) - offset)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(source):
    with suppress(der.DerRefused):
        walk(der.Reader(source))


def walk(reader):
    while reader:
        if reader.peek() & 0x20:
            walk(reader.enter(reader.peek()))
        else:
            reader.skip()


# BER


def test_lengths_without_end_become_definite():
    assert to_der(bytes.fromhex("3080020105000 0".replace(" ", ""))) == bytes.fromhex("3003020105")


def test_octets_in_pieces_become_whole():
    pieces = bytes.fromhex("24800401aa0402bbcc0000")
    assert to_der(pieces) == bytes.fromhex("0403aabbcc")


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("3080020105", "truncated"),
        ("0480aa0000", "length"),
        ("30800201050000ff", "trailing"),
        ("3080" * 60, "too-deep"),
        ("2403020105", "tag"),
        ("1f8101", "tag"),
        ("30", "truncated"),
        ("308500000000010000", "length"),
    ],
)
def test_broken_ber_is_refused(source, why):
    with refusal(why):
        to_der(bytes.fromhex(source))


@given(
    st.recursive(
        st.binary(max_size=9).map(der.octet_string),
        lambda t: st.lists(t).map(lambda parts: der.sequence(*parts)),
    )
)
def test_der_stays_as_it_is(written):
    assert to_der(written) == written


@given(st.binary(max_size=200))
def test_any_bytes_become_der_or_are_refused(source):
    with suppress(der.DerRefused):
        walk(der.Reader(to_der(source)))
