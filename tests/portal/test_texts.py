"""Every text of the page in every language, and which of them a visitor gets."""

import re
from pathlib import Path

import pytest

import riik.portal.operator
from riik.portal.operator.page import KINDS
from riik.portal.operator.texts import LANGUAGES, choose_language, read_texts

ROOM = Path(riik.portal.operator.__file__).parent
DESIGN = ROOM.parent / "design"
TEXT = re.compile(r"""_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
COUNTED = re.compile(r'''_\.counted\(\s*"([^"]+)",\s*"([^"]+)"''')
SAID = re.compile(r'texts\(\s*"([^"]+)"')


def used():
    """Every text that a template or the page's module speaks of."""
    found = set(KINDS.values()) | {"File"}
    for path in [*ROOM.rglob("*.html"), *DESIGN.rglob("*.html")]:
        template = path.read_text(encoding="utf-8")
        found |= {a or b for a, b in TEXT.findall(template)}
        found |= {text for pair in COUNTED.findall(template) for text in pair}
    return found | set(SAID.findall((ROOM / "page.py").read_text(encoding="utf-8")))


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_every_text_is_translated_and_no_other(language):
    assert set(read_texts(language).translations) == used()


@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_a_translation_has_the_same_values(language):
    for text, translated in read_texts(language).translations.items():
        assert sorted(re.findall(r"\{\w+\}", text)) == sorted(re.findall(r"\{\w+\}", translated))


COUNTS = [
    ("en", ["0 looks, head", "1 look, head", "2 looks, head", "21 looks, head"]),
    ("et", ["0 vaatamist, logipea", "1 vaatamine, logipea", "2 vaatamist, logipea", "21 vaatamist, logipea"]),
    ("vi", [f"{n} lượt xem, đầu nhật ký" for n in (0, 1, 2, 21)]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "said"), COUNTS, ids=[c[0] for c in COUNTS])
def test_what_is_counted_is_said_as_the_language_says_it(language, said):
    texts, forms = read_texts(language), ("{size} look, head", "{size} looks, head")
    assert [texts.counted(*forms, count=n, size=n) for n in (0, 1, 2, 21)] == said


CHOICES = [
    ("what was asked for", "vi", "et", "vi"),
    ("what is accepted", None, "et-EE,et;q=0.9,en;q=0.8", "et"),
    ("the best of what is accepted", None, "en;q=0.5, vi;q=0.7", "vi"),
    ("the first that we have", None, "de, fr;q=0.9, vi;q=0.2", "vi"),
    ("nothing of zero weight", None, "vi;q=0, en;q=0.1", "en"),
    ("the country's without a wish", None, "", "et"),
    ("the country's for an unknown wish", "xx", "de", "et"),
    ("the country's for nonsense", None, ";;q=9,,\x00", "et"),
    ("no path for a language", "../../etc/passwd", "", "et"),
]


@pytest.mark.parametrize(
    ("wanted", "accepted", "chosen"), [c[1:] for c in CHOICES], ids=[c[0] for c in CHOICES]
)
def test_a_visitor_gets(wanted, accepted, chosen):
    assert choose_language(wanted, accepted, usual=("et", "en")) == chosen
