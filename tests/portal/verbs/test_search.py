"""Words as people type them find what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.portal.citizen.search import Page, fold, rank, words_of

PAGES = [
    Page(
        id="licence",
        fields={
            "et": [(10.0, "Juhiloa vahetamine"), (8.0, "juhiluba"), (8.0, "juhiload")],
            "vi": [(10.0, "Đổi giấy phép lái xe"), (8.0, "bằng lái xe")],
            "en": [(10.0, "Renew a driving licence"), (8.0, "driver's license")],
        },
    ),
    Page(
        id="course",
        fields={
            "et": [(10.0, "Autokooli kursusele registreerimine"), (8.0, "juhiload")],
            "vi": [(10.0, "Đăng ký khóa học lái xe"), (8.0, "trường lái"), (3.0, "hôn")],
            "en": [
                (10.0, "Enrol in a driving course"),
                (8.0, "driving school"),
                (2.0, "Tax and Schools Board"),
            ],
        },
    ),
    Page(
        id="tax",
        fields={
            "et": [(10.0, "Tulu deklareerimine")],
            "vi": [(10.0, "Hoàn thuế thu nhập cá nhân")],
            "en": [(10.0, "Income statement")],
        },
    ),
]

FOLDED = [
    ("Đổi bằng lái", "doi bang lai"),
    ("Hoà Bình", "hoa binh"),
    ("HÒA", "hoa"),
    ("Nguyễn Thị Ánh Tuyết", "nguyen thi anh tuyet"),
    ("juhiluba JUHILUBA", "juhiluba juhiluba"),
    ("Õunapuu, Šveits; Žürii", "ounapuu, sveits; zurii"),
    ("Straße", "strasse"),
    ("ＡＢ", "ａｂ"),
]


@pytest.mark.parametrize(("typed", "folded"), FOLDED)
def test_letters_are_folded(typed, folded):
    assert fold(typed) == folded


@given(st.text())
def test_what_is_folded_stays_so_and_has_no_marks(text):
    once = fold(text)
    assert fold(once) == once


FINDS = [
    ("without marks", "hoan thue", "vi", "tax"),
    ("with the other tone place", "hoàn thuế", "vi", "tax"),
    ("Đ is D", "doi giay phep", "vi", "licence"),
    ("capitals", "JUHILUBA", "et", "licence"),
    ("another ending", "juhilubade", "et", "licence"),
    ("a letter mistaken", "juhilupa", "et", "licence"),
    ("two letters that changed places", "lisence driving", "en", "licence"),
    ("the beginning of a word", "autok", "et", "course"),
    ("another language than the page's", "driving school", "et", "course"),
    ("a word nobody knows beside one that all know", "juhiluba kosmoses", "et", "licence"),
    ("words around it that no page has", "my licence runs out soon", "en", "licence"),
    ("the same in Vietnamese", "bằng lái của tôi sắp hết hạn", "vi", "licence"),
    ("a name in quotes and brackets", '"(juhiluba)"', "et", "licence"),
]


@pytest.mark.parametrize(
    ("words", "language", "first"), [f[1:] for f in FINDS], ids=[f[0] for f in FINDS]
)
def test_it_is_found(words, language, first):
    assert rank(words, PAGES, language=language)[0][0] == first


NOTHING = [
    ("nothing", ""),
    ("blanks", "  \t"),
    ("signs alone", "?!…"),
    ("what there isn't", "abielu"),
    ("another short word", "tee"),
    ("a short word that only begins like another", "hộ"),
    ("a passport, which nobody issues here", "hộ chiếu"),
    ("markup", "<script>alert(1)</script>"),
    ("one syllable of what is another thing", "ly hôn"),
    ("a short word of an organisation's name beside one that nobody has", "tax refund"),
]


@pytest.mark.parametrize("words", [n[1] for n in NOTHING], ids=[n[0] for n in NOTHING])
def test_nothing_is_found_for(words):
    assert rank(words, PAGES, language="et") == []


def test_words_of_the_page_s_own_language_weigh_more():
    own = dict(rank("juhiload", PAGES, language="et"))
    other = dict(rank("juhiload", PAGES, language="en"))
    assert own["course"] > other["course"]


def test_a_phrase_beats_its_scattered_words():
    pages = [
        Page(id="scattered", fields={"en": [(10.0, "licence of a school for driving")]}),
        Page(id="phrase", fields={"en": [(10.0, "driving licence")]}),
    ]
    assert rank("driving licence", pages, language="en")[0][0] == "phrase"


def test_a_very_long_question_is_cut_off():
    assert rank("juhiluba " * 10_000, PAGES, language="et")[0][0] == "licence"


def test_words_are_letters_and_figures():
    assert words_of("3.000347, d'accord") == ["3", "000347", "d", "accord"]
