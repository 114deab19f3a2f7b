"""ZIP from outside: two readers must never see two different containers."""

import io
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.formats.zip import Entry, Limits, ZipRefused, read_zip, write_zip

PAIR = [Entry(name="mimetype", content=b"x", stored=True), Entry(name="õ.txt", content=b"ab" * 99)]
NAMES = st.text(st.characters(min_codepoint=33, exclude_categories=["Cs", "Cc"]), min_size=1)


def refused(why):
    return pytest.raises(ZipRefused, check=lambda error: error.why == why)


def foreign(*files, **options):
    """A ZIP as Python's own library writes it."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, **options) as file:
        for name, content in files:
            file.writestr(name, content)
    return out.getvalue()


@given(entries=st.dictionaries(NAMES, st.binary(max_size=300), min_size=1, max_size=5))
def test_what_is_written_is_read_back_by_us_and_by_others(entries):
    source = write_zip([Entry(name=name, content=content) for name, content in entries.items()])
    ours = {entry.name: entry.content for entry in read_zip(source)}
    with zipfile.ZipFile(io.BytesIO(source)) as file:
        theirs = {info.filename: file.read(info) for info in file.infolist()}
    kept = {name: content for name, content in entries.items() if content or name[-1] != "/"}
    assert (ours, theirs) == (kept, entries)


def test_the_same_entries_give_the_same_bytes():
    assert write_zip(PAIR) == write_zip(PAIR)


def test_directories_are_left_out():
    source = foreign(("META-INF/", b""), ("a.txt", b"a"))
    assert [entry.name for entry in read_zip(source)] == ["a.txt"]


def test_a_data_descriptor_is_read():
    class Stream(io.BytesIO):
        def seekable(self):
            return False

    out = Stream()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.txt", b"hello")
    assert read_zip(out.getvalue())[0].content == b"hello"


def changed(source, at, new):
    return source[:at] + new + source[at + len(new) :]


GOOD = write_zip(PAIR)
CENTRAL = GOOD.index(b"PK\x01\x02")
SECOND = GOOD.index(b"PK\x03\x04", 4)
DAMAGED = [
    ("no bytes at all", b"", "no-zip"),
    ("something else", b"%PDF-1.7" * 20, "no-zip"),
    ("cut in the middle", GOOD[: len(GOOD) // 2], "no-zip"),
    ("bytes before it", b"MZ" + GOOD, "gap"),
    ("bytes behind it", GOOD + b"tail", "gap"),
    ("encryption flag in both headers", changed(changed(GOOD, 6, b"\x01"), CENTRAL + 8, b"\x01"),
     "encrypted"),
    ("encryption flag in the local header", changed(GOOD, 6, b"\x01"), "headers-differ"),
    ("another local name", changed(GOOD, 30, b"M"), "headers-differ"),
    ("another checksum in both", changed(changed(GOOD, 14, b"\0\0\0\0"), CENTRAL + 16, b"\0\0\0\0"),
     "crc"),
    ("an unknown method", changed(changed(GOOD, 8, b"\x0c"), CENTRAL + 10, b"\x0c"), "method"),
    ("the second entry over the first", changed(GOOD, GOOD.rindex(b"PK\x01\x02") + 42,
     struct.pack("<L", 0)), "overlap"),
    ("content that doesn't expand", changed(GOOD, SECOND + 36, b"\xff\xff"), "compressed"),
    ("two names alike", foreign(("a", b"1"), ("b", b"2")).replace(b"b", b"a"), "duplicate"),
    ("NUL in a name", foreign(("aXb", b"1")).replace(b"aXb", b"a\0b"), "name"),
    ("a bomb", foreign(("zeros", bytes(2_000_000))), "ratio"),
    ("no entries", b"PK\x05\x06" + bytes(18), "no-zip"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "why"), [pytest.param(*row[1:], id=row[0]) for row in DAMAGED])
def test_a_doubtful_zip_is_refused(source, why):
    with refused(why):
        read_zip(source)


@pytest.mark.parametrize(
    ("limits", "why"),
    [(Limits(entries=1), "entries"), (Limits(content=100), "content")],
    ids=["entries", "content"],
)
def test_limits_hold(limits, why):
    with refused(why):
        read_zip(GOOD, limits=limits)


def test_two_entries_of_one_name_are_not_written():
    with refused("duplicate"):
        write_zip([PAIR[0], PAIR[0]])


@given(at=st.integers(0, len(GOOD) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_never_changes_what_is_read(at, bit):
    """It is refused, or it stood where nothing depends on it: dates, versions, attributes."""
    flipped = changed(GOOD, at, bytes([GOOD[at] ^ (1 << bit)]))
    try:
        read = read_zip(flipped)
    except ZipRefused:
        return
    assert {entry.content for entry in read} == {entry.content for entry in PAIR}
