"""A service on paper: every question of the web, what a draft says, and no other."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from tests.services.garden import garden_files
from tests.services.test_guide import CATALOGUE, STANDARD, folder

from riik.node import print_form
from riik.runtime.clock import SystemClock
from riik.services import read_service
from riik.services.errors import ServiceRefused
from riik.services.paper.form import MOST_ROWS, paper_form

NAMES = sorted(path.name for path in Path(CATALOGUE).iterdir())


def form(files, language="en", answers=None):
    definition = read_service(files, standard=STANDARD)
    return definition, paper_form(
        definition,
        language=language,
        organisation={"name": "Authority"},
        day="2026-11-23",
        answers=answers or {},
    )


def questions(told):
    return [one for page in told["pages"] for one in page["questions"]]


@pytest.mark.parametrize("name", NAMES)
def test_paper_asks_what_the_web_asks_in_its_order(name):
    definition, told = form(folder(name))
    asked = [field for page in definition.pages if not page.exit for field in page.fields]
    titles = [definition.form["properties"][field]["title"] for field in asked]
    assert [one["title"] for one in questions(told)] == titles
    assert [one["number"] for one in questions(told)] == list(range(1, len(titles) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_register_knows_is_told_and_not_asked(name):
    definition, told = form(folder(name))
    assert len(told["known"]) == len(definition.guide.known)


def test_every_kind_of_question_has_its_own_room():
    _, told = form(garden_files())
    kinds = {one["kind"] for one in questions(told)}
    assert {"choice", "rows", "files", "line"} <= kinds
    rows = [one for one in questions(told) if one["kind"] == "rows"]
    assert all(len(one["rows"]) == MOST_ROWS for one in rows)


def test_a_blank_form_has_no_answer_and_a_draft_its_own():
    _, blank = form(folder("driving-licence"))
    chosen = [c for one in questions(blank) for c in one.get("choices", ()) if c["chosen"]]
    assert chosen == []
    _, draft = form(folder("driving-licence"), answers={"reason": "stolen", "proof": False})
    marked = {
        one["number"]: [c["text"] for c in one["choices"] if c["chosen"]]
        for one in questions(draft)
        if any(c["chosen"] for c in one.get("choices", ()))
    }
    assert marked == {1: ["It was stolen or destroyed by fire"], 2: ["No"]}


def test_a_page_that_is_asked_only_sometimes_says_so():
    definition, told = form(folder("driving-licence"))
    wanted = [bool(page.when) for page in definition.pages if not page.exit]
    assert [page["sometimes"] for page in told["pages"]] == wanted
    assert any(wanted)


@pytest.mark.parametrize("answers", [{"reason": "=1+1"}, {"reason": ["x"]}, {"nobody": "asked"}])
def test_an_answer_that_is_none_marks_nothing(answers):
    _, told = form(folder("driving-licence"), answers=answers)
    assert not any(c["chosen"] for one in questions(told) for c in one.get("choices", ()))


@pytest.mark.parametrize("language", ["fr", "", "EN"])
def test_a_language_that_the_service_does_not_speak_is_refused(language):
    with pytest.raises(ServiceRefused) as refused:
        form(folder("driving-licence"), language=language)
    assert refused.value.why == "language"


@pytest.fixture(scope="module")
def printed():
    definition = read_service(folder("residence-vn"), standard=STANDARD)
    content = print_form(
        definition, language="vi", authority="#evil()", answers={}, clock=SystemClock()
    )
    return pikepdf.open(BytesIO(content))


def test_the_form_is_tagged_in_its_language(printed):
    roles = [
        str(one.S)
        for one in printed.objects
        if isinstance(one, pikepdf.Dictionary) and one.get("/Type") == "/StructElem"
    ]
    assert (bool(printed.Root.MarkInfo.Marked), str(printed.Root.Lang)[:2]) == (True, "vi")
    assert roles.count("/H1") == 1
    assert roles.count("/H2") >= 3
    assert roles.count("/LI") >= 6


def test_the_form_claims_pdf_ua_1(printed):
    with printed.open_metadata() as metadata:
        assert metadata["pdfuaid:part"] == "1"
