"""One word for one thing: no text of any room says what docs/terms.md says not to say."""

import json
import re
from functools import cache
from pathlib import Path

import pytest
from tests.portal.words import rooms, used

ROOT = Path(__file__).parents[2]
STRING = re.compile(r'^(?:msgstr(?:\[\d\])? )?"(.*)"$')


def unwanted():
    """The words of the last table, by language, with the room that may say them all the same."""
    table = (ROOT / "docs" / "terms.md").read_text(encoding="utf-8").partition("## Not these")[2]
    rows = re.findall(r"^\| (en|et|vi) \| (.+?) \| .*? \| *(\w*) *\|$", table, re.MULTILINE)
    return [
        (language, word.strip(), room)
        for language, words, room in rows
        for word in words.split(",")
    ]


def translated(path):
    """What a catalogue says, without what it translates."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [found[1] for line in lines if (found := STRING.match(line))]


@cache
def said():
    """Every text by language, with where it stands."""
    texts = [("en", room.name, text) for room in rooms() for text in used(room)[0]]
    texts += [
        ("en", room.name, text) for room in rooms() for pair in used(room)[1] for text in pair
    ]
    for path in sorted((ROOT / "src").rglob("locale/*.po")):
        texts += [(path.stem, path.parent.parent.name, text) for text in translated(path)]
    for path in sorted((ROOT / "examples" / "bank" / "locale").glob("*.json")):
        values = json.loads(path.read_text(encoding="utf-8")).values()
        texts += [(path.stem, "bank", text) for text in values]
    letters = (ROOT / "src/riik/documents/templates/house.typ").read_text(encoding="utf-8")
    for language, words in re.findall(r"^  (en|et|vi): \((.*?)^  \),", letters, re.M | re.S):
        texts += [(language, "letters", text) for text in re.findall(r': "([^"]*)"', words)]
    return texts


def test_the_words_of_letters_are_read():
    assert {language for language, room, _ in said() if room == "letters"} == {"en", "et", "vi"}


def test_the_table_is_read():
    assert {language for language, _, _ in unwanted()} == {"en", "et", "vi"}


@pytest.mark.parametrize(("language", "word", "except_in"), unwanted())
def test_nobody_says_it_otherwise(language, word, except_in):
    pattern = re.compile(rf"\b{re.escape(word)}\b", re.IGNORECASE)
    found = [
        (room, text)
        for spoken, room, text in said()
        if spoken == language and room != except_in and pattern.search(text)
    ]
    assert found == []
