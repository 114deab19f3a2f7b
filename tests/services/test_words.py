"""The house's own words in a case: all of them in every language, and no others."""

import ast
import tomllib
from pathlib import Path

import pytest

import riik.services
from riik.services.folder.texts import house_texts

FOLDER = Path(riik.services.__file__).parent
CATALOGUE = FOLDER.parent / "catalogue"
SPEAKING = [
    FOLDER / "views.py",
    FOLDER / "folder" / "catalogue.py",
    FOLDER / "desk" / "notices.py",
    FOLDER / "joint" / "notices.py",
    FOLDER / "terms" / "refunding.py",
    FOLDER / "published" / "vocabulary.py",
    *FOLDER.glob("shown/*.py"),
]
SHORT = {
    "yes",
    "no",
    "none",
    "you",
    "Yes",
    "No",
    "Granted",
    "Refused",
    "Withdrawn",
    "amended",
    "disputed",
    "appealed",
    "given-back",
    "handed-over",
    "Health",
    "Learning",
    "Online",
    "silence",
    "I appeal against the decision in case {number}.",
}


def spoken():
    """Sentences that stand in code, but for what it says to its readers."""
    found = set()
    for path in SPEAKING:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        docs = {
            node.value.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        }
        texts = {
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, str)
        }
        found |= {t for t in texts - docs if t in SHORT or (" " in t and t.strip() == t)}
    return {text for text in found if text[0].isalnum() or text[0] == "{"}


@pytest.mark.parametrize("language", ["et", "vi"])
def test_every_sentence_is_translated_and_no_other(language):
    have = set(house_texts()[language])
    assert (sorted(spoken() - have), sorted(have - spoken() - SHORT)) == ([], [])


@pytest.mark.parametrize("language", ["en", "et", "vi"])
@pytest.mark.parametrize(
    ("register", "codes"),
    [
        ("medical-certificates", ("restrictions.01", "doctor.D00017")),
        ("driving-rights", ("restrictions.01", "category_terms.01", "category_terms.78")),
    ],
)
def test_codes_of_registers_are_said_in_words_with_the_code_behind(register, codes, language):
    folder = CATALOGUE / "registers" / register / "locale"
    values = tomllib.loads((folder / f"{language}.toml").read_text())["values"]
    for code in codes:
        short = code.rpartition(".")[2]
        assert values[code].partition(" (")[0] not in ("", short)
