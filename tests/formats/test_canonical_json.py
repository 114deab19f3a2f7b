"""Canonical JSON has one spelling a value and refuses what has none."""

from json import JSONEncoder

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import KeyKind
from riik.formats.canonical_json import JsonRefused, decode, encode

WRITTEN = [
    ({"b": 1, "a": [True, False, None]}, '{"a":[true,false,null],"b":1}'),
    ({"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7},
     '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'),
    ("€$\x0f\nA'B\"\\\"/", '"€$\\u000f\\nA\'B\\"\\\\\\"/"'),
    ({}, "{}"),
    (-0, "0"),
    (2**53 - 1, "9007199254740991"),
]  # fmt: skip
REFUSED_VALUES = [
    (1.5, "kind"),
    (b"bytes", "kind"),
    ({1: 2}, "kind"),
    (2**53, "number"),
    ("\ud800", "text"),
    ({"\udfff": 1}, "text"),
]
REFUSED_TEXTS = [
    (b"1.0", "number"),
    (b"NaN", "number"),
    (b'{"a":1,"a":2}', "key-twice"),
    (b'{"a":1,}', "syntax"),
    (b"\xff", "syntax"),
    (b'"\\ud800"', "text"),
    (b"[" * 70 + b"]" * 70, "depth"),
    (b"[" * 100_000, "syntax"),
    (b'{"b":1,"a":2}', "spelling"),
    (b' {"a":2}', "spelling"),
    (b'"\\u0041"', "spelling"),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(("value", "text"), WRITTEN)
def test_a_value_is_written_in_its_one_spelling(value, text):
    assert encode(value) == text.encode()


@pytest.mark.parametrize(("value", "why"), REFUSED_VALUES)
def test_a_value_without_a_canonical_form_is_refused(value, why):
    with pytest.raises(JsonRefused) as refused:
        encode(value)
    assert refused.value.why == why


@pytest.mark.parametrize(("text", "why"), REFUSED_TEXTS)
def test_a_text_that_is_not_canonical_is_refused(text, why):
    with pytest.raises(JsonRefused) as refused:
        decode(text, canonical=True)
    assert refused.value.why == why


@given(value=values)
def test_what_was_written_is_read_back(value):
    assert decode(encode(value), canonical=True) == value


def test_every_character_is_written_as_the_standard_says():
    """RFC 8785 §3.2.2.2: seven short escapes, lower-case hex for other controls, all else plain."""
    wanted = JSONEncoder(ensure_ascii=False)
    odd = [
        code
        for code in range(0x110000)
        if not 0xD800 <= code <= 0xDFFF and encode(chr(code)) != wanted.encode(chr(code)).encode()
    ]
    assert odd == []


@pytest.mark.parametrize("value", [{1: "a"}, {"é": 1, 2: 1}, {None: 1}, {"a": {b"b": 1}}])
def test_keys_that_are_no_text_are_refused(value):
    with pytest.raises(JsonRefused) as refused:
        encode(value)
    assert refused.value.why == "kind"


def test_a_text_of_a_class_of_its_own_is_a_text():
    assert encode({"kind": KeyKind.P256}) == b'{"kind":"P-256"}'
