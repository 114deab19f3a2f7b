"""The house's own words in a case: all of them in every language, and no others."""

import ast
from pathlib import Path

import pytest

import riik.services
from riik.services.folder.texts import house_texts

FOLDER = Path(riik.services.__file__).parent
SPEAKING = [
    FOLDER / "views.py",
    FOLDER / "folder" / "catalogue.py",
    FOLDER / "desk" / "notices.py",
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
