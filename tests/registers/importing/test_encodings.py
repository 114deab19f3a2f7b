"""Encodings are told from their bytes, and old Vietnamese letters become today's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.registers import ImportRefused
from riik.registers.importing.encodings import encoding_named, recognise, repaired

ESTONIAN = "nimi;koht\nJüri Õun;Põlva küla\nMäärt Öö;Sõmeru\n"
NAMES = "họ tên;tỉnh\nNguyễn Thị Ánh Tuyết;Quảng Ngãi\nTrần Đức Hữu;Huế\nLê Văn Bình;Đắk Lắk\n"

# The same names as the fonts .VnTime and VNI-Times have them; capital tones are small there.
TCVN3 = (
    b"Nguy\xd4n Th\xde \xb8nh Tuy\xd5t, Tr\xc7n \xa7\xf8c H\xf7u, L\xaa V\xa8n B\xd7nh,"
    b" Qu\xb6ng Ng\xb7i, Hu\xd5"
)
VNI = "Nguyeãn Thò AÙnh Tuyeát, Traàn Ñöùc Höõu, Leâ Vaên Bình, TRÖÔØNG, Quaûng Ngaõi".encode(
    "latin-1"
)


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (ESTONIAN, "utf-8", "utf-8"),
        (ESTONIAN, "utf-8-sig", "utf-8-bom"),
        (NAMES, "utf-16", "utf-16"),
        (ESTONIAN, "utf-16-le", "utf-16-le"),
        (ESTONIAN, "utf-16-be", "utf-16-be"),
        (ESTONIAN, "cp1252", "latin-1"),
        (ESTONIAN + "Žanna Šmidt;Šoti\n", "cp1257", "windows-1257"),
        (NAMES, "utf-8", "utf-8"),
        ("a,b\n1,2\n", "ascii", "utf-8"),
    ],
)
def test_an_encoding_is_told_from_its_bytes(text, encoding, name):
    assert recognise(text.encode(encoding)).name == name


def test_a_sample_that_ends_within_a_letter_is_utf_8_all_the_same():
    assert recognise("õ".encode() + "õ".encode()[:1]).name == "utf-8"


@pytest.mark.parametrize(("held", "name"), [(TCVN3, "tcvn3"), (VNI, "vni-windows")])
def test_old_vietnamese_encodings_are_recognised_and_said(held, name):
    found = recognise(held)
    assert found.name == name
    assert "old Vietnamese" in found.note


def test_tcvn3_becomes_unicode():
    read = repaired(TCVN3.decode("latin-1"), encoding="tcvn3")
    assert read.startswith("Nguyễn Thị ánh Tuyết, Trần Đức Hữu, Lê Văn Bình, Quảng Ngãi, Huế")


def test_vni_becomes_unicode():
    read = repaired(VNI.decode("latin-1"), encoding="vni-windows")
    assert read == "Nguyễn Thị Ánh Tuyết, Trần Đức Hữu, Lê Văn Bình, TRƯỜNG, Quảng Ngãi"


@pytest.mark.parametrize("word", ["töö", "jäääär", "Põlva", "Õie tänav", "küünlaöö"])
def test_estonian_is_not_taken_for_vietnamese(word):
    assert recognise(f"{word} {ESTONIAN}".encode("cp1252")).name == "latin-1"


def test_an_encoding_nobody_knows_is_refused():
    with pytest.raises(ImportRefused):
        encoding_named("ebcdic")


@given(st.binary(max_size=300))
def test_any_bytes_are_read_somehow(held):
    found = recognise(held)
    repaired(held.decode(found.codec, errors="replace"), encoding=found.name)
