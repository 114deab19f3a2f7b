"""Which signs a letter prints: the rule, and the press that must keep it on any machine."""

import json
import unicodedata

import pytest
import typst

from riik.documents import printed, unprintable
from riik.documents.printable import REPLACEMENT

REFUSED = [
    ("🙂", ("🙂",)),
    ("李明", ("李", "明")),
    ("\x00", ("U+0000",)),
    ("a\x01b\x7f", ("U+0001", "U+007F")),
    ("\uf0b7 Word", ("U+F0B7",)),
    ("\u202eabc", ("U+202E",)),
    ("a\u200bb", ("U+200B",)),
    ("a\u00adb", ("U+00AD",)),
    ("\u2028", ("U+2028",)),
    ("\ufeffa", ("U+FEFF",)),
    ("\ud800", ("U+D800",)),
    ("🙂🙂", ("🙂",)),
]


@pytest.mark.parametrize(("text", "signs"), REFUSED)
def test_a_sign_that_no_letter_prints_is_named_once(text, signs):
    assert unprintable(text) == signs


GOOD = [
    "Arst ei kinnita: §\u00a012 lg\u00a03 – „ei“ … 25 € → 30 €\n\t• teine",
    "Đường Nguyễn Huệ, số 12: 1.000.000 ₫",
    "Nguye\u0302\u0303n",
    "Žanna Šmidt, Юлия, Ωμέγα",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_people_here_write_is_printed_as_it_is(text):
    assert unprintable(text) == ()
    assert printed(text) == unicodedata.normalize("NFC", text)


def test_what_cant_be_printed_is_seen_to_be_missing():
    assert printed("Vastus 🙂 → 李明\x01") == f"Vastus {REPLACEMENT} → {REPLACEMENT * 3}"


SOURCE = b"""#set document(title: "x")
#let signs = json(bytes(sys.inputs.data))
#text(font: "Libertinus Serif", signs)
#text(font: ("DejaVu Sans Mono", "Libertinus Serif"), signs)"""


def test_every_sign_of_the_rule_is_printed_without_a_font_of_the_machine():
    signs = [chr(one) for one in range(0x20, 0x10000) if not unprintable(chr(one))]
    assert len(signs) > 1_200
    compiler = typst.Compiler(ignore_system_fonts=True)
    made = compiler.compile(
        input=SOURCE,
        format="pdf",
        sys_inputs={"data": json.dumps(" ".join(signs))},
        pdf_standards=["ua-1", "a-3a"],
        timestamp=0,
    )
    assert made.startswith(b"%PDF")
