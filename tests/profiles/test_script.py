"""Letters and names in order, and found without their marks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.profiles import (
    Name,
    collation_key,
    country_profile,
    fold_for_search,
    in_small_letters,
)

EE, VN = country_profile("ee"), country_profile("vn")

ORDERS = [
    ("et: š z ž stand before t", EE, ["Saar", "Šaar", "Zaar", "Žaar", "Tamm"]),
    ("et: õ ä ö ü after w, before x", EE, ["Wahl", "Õun", "Äär", "Öö", "Üksi", "Xaver", "Yks"]),
    ("et: a letter's capital comes after it", EE, ["saar", "Saar"]),
    ("et: a foreign letter stands with its own", EE, ["Abel", "Åbel", "Aken"]),
    ("et: digits before letters", EE, ["1 tee", "2 tee", "Aia"]),
    ("vi: ă and â after a", VN, ["an", "ăn", "ân", "ba"]),
    ("vi: d before đ", VN, ["Dung", "Dương", "Đan"]),
    ("vi: e ê, o ô ơ, u ư", VN, ["e", "ê", "o", "ô", "ơ", "u", "ư"]),
    ("vi: tones", VN, ["ma", "mà", "mả", "mã", "má", "mạ"]),
    ("vi: a letter outweighs a tone", VN, ["họa", "hoan"]),
    ("vi: where the tone stands is nothing", VN, ["hoa", "hoà", "hỏa", "hóa", "họa"]),
    ("vi: digraphs are two letters", VN, ["can", "chan", "cua"]),
    ("vi: words before longer words", VN, ["Lan", "Lan Anh", "Lanh"]),
]


@pytest.mark.parametrize(("profile", "words"), [o[1:] for o in ORDERS], ids=[o[0] for o in ORDERS])
def test_an_alphabet_has_an_order(profile, words):
    wrong_way_round = words[::-1]  # so that a tie is no accident
    found = sorted(wrong_way_round, key=lambda word: collation_key(word, profile.alphabet))
    assert found == words


@pytest.mark.parametrize(("one", "other"), [("hoà", "hòa"), ("thuý", "thúy"), ("khoẻ", "khỏe")])
def test_two_spellings_of_a_tone_are_one_word(one, other):
    assert collation_key(one, VN.alphabet) == collation_key(other, VN.alphabet)
    assert fold_for_search(one) == fold_for_search(other)


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Đặng Thị Hoà", "dang thi hoa"),
        ("Nguyễn", "nguyen"),
        ("Õnne Šmidt", "onne smidt"),
        ("  Mari   Maasikas ", "mari maasikas"),
    ],
)
def test_names_are_found_without_marks(written, typed):
    assert fold_for_search(written) == typed


@given(st.text(max_size=20))
def test_both_normal_forms_have_one_key(text):
    import unicodedata

    nfc, nfd = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert fold_for_search(nfc) == fold_for_search(nfd)
    assert collation_key(nfc, VN.alphabet) == collation_key(nfd, VN.alphabet)


def test_people_are_listed_by_family_or_by_given_name():
    estonian = [Name(family="Õun", given="Anu"), Name(family="Tamm", given="Zoja")]
    assert sorted(estonian, key=EE.sort_key)[0].family == "Tamm"
    people = [
        Name(family="Nguyễn", middle="Thị", given="Đào"),
        Name(family="Võ", middle="Văn", given="Dũng"),
        Name(family="Bùi", middle="Văn", given="Dũng"),
    ]
    assert [n.family for n in sorted(people, key=VN.sort_key)] == ["Bùi", "Võ", "Nguyễn"]


def test_a_name_is_shown_in_the_countrys_order():
    tuyet = Name(family="Nguyễn", middle="Thị Ánh", given="Tuyết")
    assert VN.display_name(tuyet) == "Nguyễn Thị Ánh Tuyết"
    assert EE.display_name(Name(family="Tamm", given="Mari")) == "Mari Tamm"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("MARI-LIIS MÄNNIK", "Mari-Liis Männik"),
        ("O’CONNEŽ-ŠUSLIK", "O’Connež-Šuslik"),
        ("NGUYỄN THỊ ÁNH TUYẾT", "Nguyễn Thị Ánh Tuyết"),
        ("Mari von der Heide", "Mari von der Heide"),
        ("O", "O"),
        ("", ""),
    ],
)
def test_a_name_in_capitals_is_shown_as_people_write_it(written, shown):
    assert in_small_letters(written) == shown
