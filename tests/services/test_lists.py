"""Answers from lists: found by folded words, refused when the list has them not."""

import pytest
from tests.services.garden import begun, garden_files
from tests.services.house import SOURCE

from riik.services import FolderRefused, read_service
from riik.services.errors import AnswerRefused
from riik.services.forms.lists import listed_choices, read_lists

pytestmark = pytest.mark.anyio
HEAD = b"code,en,et,vi\n"
DWELLING = {
    "x-kind": "listed",
    "x-list": {"need": "home", "code": "code", "text": ["place", "use"]},
}


@pytest.fixture(scope="module")
def crops():
    return read_lists(garden_files())["crops"]


@pytest.mark.parametrize(
    ("words", "language", "found"),
    [
        ("pot", "en", ["Potatoes", "Sweet potatoes"]),
        ("KHOAI lang", "vi", ["Khoai lang"]),
        ("dau ha", "vi", ["Đậu Hà Lan"]),
        ("kartul", "en", ["Potatoes"]),
        ("08", "et", ["Vesispinat"]),
        ("", "en", []),
        ("   ", "en", []),
        ("zzz", "en", []),
    ],
)
def test_entries_are_found_by_folded_words_in_every_language(crops, words, language, found):
    assert [text for _, text in crops.find(words, language).entries] == found


def test_no_more_than_twenty_are_told_and_that_there_are_more():
    rows = "".join(f"{number},plant,taim,cay\n" for number in range(30)).encode()
    found = read_lists({"lists/a.csv": HEAD + rows})["a"].find("plant", "en")
    assert (len(found.entries), found.more) == (20, True)


@pytest.mark.parametrize(
    "source",
    [b"", HEAD, b"name\nx\n", HEAD + b"1,a,b,c\n1,d,e,f\n", HEAD + b",a,b,c\n", HEAD + b"1,a,,c\n",
     HEAD + b"1,a,b,c,d\n", b"\xff\xfe", HEAD + b'1,"a,b,c\n'],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(source):
    with pytest.raises(FolderRefused):
        read_lists({"lists/a.csv": source})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"crops", b"plants"),
        (b'"string",\n      "x-kind": "listed"', b'"integer",\n      "x-kind": "listed"'),
    ],
)
def test_a_question_whose_list_does_not_fit_is_refused(old, new):
    files = garden_files()
    assert old in files["form.json"]
    files["form.json"] = files["form.json"].replace(old, new)
    with pytest.raises(FolderRefused):
        read_service(files, standard=(SOURCE / "standard.bpmn").read_bytes())


async def test_a_code_is_taken_from_its_list_alone(house):
    await begun(house)
    for value in ("99", "Potatoes", "", "01 "):
        with pytest.raises(AnswerRefused):
            await house.step("answers/crop", {"crop": value})
    view = await house.step("answers/crop", {"crop": "02"})
    [row] = [row for row in view["said"] if row["field"] == "crop"]
    assert row["value"] == "Bataat"


async def test_a_program_looks_into_a_list_and_into_nothing_else(house):
    await begun(house)
    found = (await house.services.status(house.visit(), find=("crop", "pot")))["found"]
    assert [one["value"] for one in found["choices"]] == ["01", "02"]
    with pytest.raises(AnswerRefused):
        await house.services.status(house.visit(), find=("lives", "x"))


def test_records_of_a_register_are_choices_by_what_the_folder_names():
    facts = {"home": {"code": ["1", "2"], "place": ["Pikk 7", "Lai 3"], "use": ["flat", None]}}
    assert listed_choices(DWELLING, facts) == [
        {"const": "1", "title": "Pikk 7, flat"},
        {"const": "2", "title": "Lai 3"},
    ]
    assert listed_choices(DWELLING, {"home": {"code": "1", "place": "Pikk 7", "use": None}}) == [
        {"const": "1", "title": "Pikk 7"}
    ]
    assert listed_choices(DWELLING, {}) == []
    assert listed_choices({"type": "string"}, facts) is None


def test_a_person_s_several_records_are_choices_with_what_is_known_of_each():
    schema = {
        "x-kind": "listed",
        "x-list": {"need": "vehicles", "code": "plate", "text": ["plate", "make", "model"]},
    }
    known = {"vehicles": {"plate": ["1", "2"], "make": ["Volta", None], "model": ["Laps", "Suur"]}}
    assert listed_choices(schema, known) == [
        {"const": "1", "title": "1, Volta, Laps"},
        {"const": "2", "title": "2, Suur"},
    ]
    assert listed_choices(schema, {}) == []
