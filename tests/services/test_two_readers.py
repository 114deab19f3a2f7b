"""A folder's texts have two readers: the person, whom they address, and the official."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from tests.services.house import CASE, MARI

import riik.services
from riik.services import read_service
from riik.services.errors import FolderRefused
from riik.services.folder.texts import OFFICIAL, read_texts

pytestmark = pytest.mark.anyio

HERE = Path(riik.services.__file__).parent
FOLDERS = sorted((HERE.parent / "catalogue" / "services").glob("*/service.toml"))
STANDARD = (HERE / "standard.bpmn").read_bytes()
ADDRESSED = {
    "en": r"\b(you|your|yours|i|my)\b",
    "et": r"\b(sa|sina|sinu|sind|sul|te|teie|teid|teil|minu|mina|soovid|vajad|vali)\b",
    "vi": r"\b(bạn|anh|chị|tôi|chọn)\b(?<!đã chọn)",
}
"""Words with which a text turns to its person, or speaks for them."""


def service(path):
    folder = path.parent
    files = {
        str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()
    }
    return read_service(files, standard=STANDARD)


@pytest.fixture(params=FOLDERS, ids=lambda one: one.parent.name)
def definition(request):
    """Each service of the catalogue."""
    return service(request.param)


@pytest.fixture
async def unclear(house, world):
    """Mari's case waits for an official: the clinic was silent."""
    world.silent = {"driver-certificate"}
    await house.waiting()
    return house


@pytest.fixture
async def unworded(unclear):
    """The same, of a folder that has no words for officials."""
    unclear.change(official_texts={})
    return unclear


async def test_every_ground_is_worded_for_officials_in_every_language(definition):
    missing = [
        (language, one.code)
        for language in definition.languages
        for one in definition.grounds
        if definition.ground(one.code, language)["quoted"]
    ]
    assert missing == []


async def test_what_officials_read_addresses_nobody(definition):
    texts = [
        *(one.code for one in definition.grounds),
        *(one.label for one in definition.guide.known),
        *(one.get("title", name) for name, one in definition.form["properties"].items()),
    ]
    shown = {
        language: [definition.official_text(text, language) for text in texts]
        for language in definition.languages
    }
    addressed = [
        text
        for language, told in shown.items()
        for text in told
        if re.search(ADDRESSED[language], text, re.IGNORECASE)
    ]
    assert addressed == []


async def test_officials_texts_are_of_texts_that_people_read(definition):
    english = definition.official_texts["en"]
    read = {
        *(one.code for one in definition.grounds),
        *(one.label for one in definition.guide.known),
        *(one.get("title") for one in definition.form["properties"].values()),
        *(
            "appealed",
            "given-back",
            "handed-over",
            "silence",
        ),  # the house's own grounds, of every service
    }
    assert set(english) - read == set()
    for language in definition.languages:
        assert definition.official_texts[language].keys() == english.keys(), language


async def test_a_context_that_nobody_reads_is_refused():
    source = b'msgctxt "minister"\nmsgid "x"\nmsgstr "y"\n'
    with pytest.raises(FolderRefused) as refused:
        read_texts({"locale/et.po": source})
    assert refused.value.why == "locale"


async def test_what_officials_read_is_not_what_people_read():
    source = b'msgid "x"\nmsgstr "you"\n\nmsgctxt "official"\nmsgid "x"\nmsgstr "they"\n'
    files = {"locale/en.po": source}
    assert read_texts(files) == {"en": {"x": "you"}}
    assert read_texts(files, context=OFFICIAL) == {"en": {"x": "they"}}


async def test_the_desk_speaks_of_the_person_and_quotes_what_they_read(unclear):
    view = await unclear.desk.open(replace(unclear.clerk(), language="en"), CASE)
    [age] = [one for one in view["grounds"] if one["code"] == "under-age"]
    assert (age["text"], age["reads"], age["quoted"]) == (
        "Under 18",
        "Vanus on alla 18 aasta",
        False,
    )
    assert view["needs"][0]["text"].endswith("is to be checked")
    assert view["trail"]["applied"][0]["text"] == view["needs"][0]["text"]
    labels = {row["label"] for row in view["rows"]}
    assert {"Reason", "Sample of the signature"} <= labels
    assert not labels & {"Why do you need a new licence?", "Sample of your signature"}


async def test_what_the_person_chose_stays_in_the_words_they_signed(unclear):
    view = await unclear.desk.open(replace(unclear.clerk(), language="en"), CASE)
    [photo] = [row for row in view["rows"] if row.get("field") == "photo"]
    assert photo["value"] == "The photo of my identity document"


async def test_the_queue_says_it_in_the_same_words(unclear):
    [row] = (await unclear.desk.queue(replace(unclear.clerk(), language="en"), which="team"))[
        "rows"
    ]
    assert row["needs"][0]["text"].endswith("is to be checked")


async def test_without_words_for_officials_the_person_s_are_quoted(unworded):
    view = await unworded.desk.open(replace(unworded.clerk(), language="en"), CASE)
    [age] = [one for one in view["grounds"] if one["code"] == "under-age"]
    assert (age["text"], age["quoted"]) == ("You are under 18", True)
    assert view["needs"][0]["quoted"] is True
    assert "Sample of your signature" in {row["label"] for row in view["rows"]}


async def test_people_are_told_in_words_for_them(unclear):
    await unclear.decide(unclear.verdict(CASE, outcome="refuse", grounds=("under-age",)))
    status = await unclear.services.status(unclear.visit(MARI), language="en")
    assert [one["text"] for one in status["grounds"]] == ["You are under 18"]
