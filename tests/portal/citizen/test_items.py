"""Lists, exits and second windows on the pages of an application."""

import re

import pytest
from tests.portal.citizen.test_apply import HOSTILE, Applicant, led_to
from tests.services.garden import PDF, planted

pytestmark = pytest.mark.anyio
MARI, JAAN = {"name": "Mari", "knows": "much"}, {"name": "Jaan", "knows": "little"}


@pytest.fixture
async def mari(town, house):
    """Mari at the list of her application."""
    town.desk.catalogue.definitions.append(planted(house))
    applicant = Applicant(town, await town.visitor())
    ticket = await applicant.ticket("/services/garden")
    began = await applicant.post("/services/garden/start", {"once": ticket})
    applicant.case = "/".join(began.headers["location"].split("/")[:3])
    return applicant


async def at_list(mari):
    await mari.post(f"{mari.case}/answers/lives", {"lives": "true"})
    await mari.post(f"{mari.case}/answers/partner", {})
    return f"{mari.case}/answers/gardeners"


def born(day=""):
    return {f"born-{part}": day for part in ("day", "month", "year")}


async def with_file(mari, content=PDF, name="plot.pdf", **parts):
    """Send a form with a file as a browser does."""
    fields = {"csrf": await mari.browser.csrf(), **parts}
    body = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    )
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body += head.encode() + content + b"\r\n--b--\r\n"
    return await mari.browser.send(
        "POST",
        f"{mari.case}/files/papers",
        body,
        origin=mari.browser.origin,
        sec_fetch_site="same-origin",
        content_type="multipart/form-data; boundary=b",
    )


async def at_files(mari):
    page = await at_list(mari)
    await mari.post(f"{page}/1", {**MARI, **born()})
    await mari.post(page, {})
    return f"{mari.case}/answers/papers"


async def seen(mari, page):
    return re.search(r'name="seen" value="([^"]*)"', (await mari.get(page)).text)[1]


async def test_things_are_added_changed_removed_and_complete(mari):
    page = await at_list(mari)
    assert "Add: Gardener" in (await mari.get(page)).text
    for number, one in enumerate((MARI, JAAN), start=1):
        assert led_to(await mari.post(f"{page}/{number}", {**one, **born()})) == (303, page)
    text = (await mari.get(page)).text
    assert "Gardener 2" in text
    assert "These are all, go on" in text
    assert "Remove: Gardener 1?" in (await mari.get(f"{page}/1/remove")).text
    await mari.post(f"{page}/1/remove", {})
    assert "Gardener 2" not in (await mari.get(page)).text
    assert led_to(await mari.post(page, {})) == (303, f"{mari.case}/answers/papers")
    assert (await with_file(mari)).status == 303
    await mari.post(f"{mari.case}/answers/papers", {})
    await mari.post(f"{mari.case}/answers/crop", {"crop": "01", "crop-words": ""})
    await mari.post(f"{mari.case}/answers/wish", {})
    assert "Name: Jaan" in (await mari.get(f"{mari.case}/check")).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "", "knows": "much"}, "Enter a name"),
        ({"name": "Mari"}, "Choose one"),
        ({"name": "Mari", "knows": "all"}, "Choose one"),
    ],
)
async def test_what_misfits_is_said_beside_its_question_and_nothing_is_lost(mari, fields, words):
    page = await at_list(mari)
    refused = await mari.post(f"{page}/1", {**fields, **born()})
    assert refused.status == 422
    assert words in refused.text


@pytest.mark.parametrize("place", ["0", "2", "9999", "2/remove", "0/remove"])
async def test_an_item_that_is_not_there_leads_to_the_case(mari, place):
    page = await at_list(mari)
    assert led_to(await mari.get(f"{page}/{place}"))[0] == 303


async def test_what_is_typed_stays_text(mari):
    page = await at_list(mari)
    await mari.post(f"{page}/1", {"name": HOSTILE[:90], "knows": "much", **born()})
    assert "<script>alert" not in (await mari.get(page)).text


async def test_a_list_that_is_too_short_has_no_way_on(mari):
    page = await at_list(mari)
    assert "go on</button>" not in (await mari.get(page)).text
    refused = await mari.post(page, {})
    assert refused.status == 422


async def test_the_second_window_says_that_the_first_one_answered(mari):
    page = await at_list(mari)
    opened = await seen(mari, f"{page}/1")
    await mari.post(f"{page}/1", {**MARI, **born(), "seen": opened})
    late = await mari.post(f"{page}/1", {**JAAN, **born(), "seen": opened})
    assert late.status == 422
    assert "changed in another window" in late.text
    assert 'value="Jaan"' in late.text
    assert ">Mari<" in (await mari.get(page)).text


async def test_a_question_that_was_answered_in_another_window_is_saved_when_one_says_so(mari):
    page = f"{mari.case}/answers/lives"
    opened = await seen(mari, page)
    await mari.post(page, {"lives": "true", "seen": opened})
    late = await mari.post(page, {"lives": "false", "seen": opened})
    assert late.status == 422
    assert "What is saved now: yes" in late.text
    again = re.search(r'name="seen" value="([^"]*)"', late.text)[1]
    after = await mari.post(page, {"lives": "false", "seen": again})
    assert led_to(after) == (303, f"{mari.case}/exit/elsewhere")


async def test_an_answer_that_ends_it_says_why_and_what_else(mari):
    await mari.post(f"{mari.case}/answers/lives", {"lives": "false"})
    page = (await mari.get(f"{mari.case}/exit/elsewhere")).text
    assert "Plots are for people who live in the town" in page
    assert 'href="https://gardens.example/"' in page
    assert led_to(await mari.get(f"{mari.case}/sign"))[0] == 303
    assert led_to(await mari.get(f"{mari.case}/exit/other"))[0] == 303
    back = await mari.post(f"{mari.case}/answers/lives", {"lives": "true"})
    assert led_to(back) == (303, f"{mari.case}/answers/partner")


# Files ----------------------------------------------------------------------------------


async def test_files_are_added_shown_removed_and_signed_by_their_digest(mari):
    page = await at_files(mari)
    assert "No virus scanner is connected here" in (await mari.get(page)).text
    assert led_to(await with_file(mari)) == (303, page)
    text = (await mari.get(page)).text
    assert "plot.pdf" in text
    assert "Remove: plot.pdf?" in (await mari.get(f"{page}/1/remove")).text
    await mari.post(f"{page}/1/remove", {})
    assert "plot.pdf" not in (await mari.get(page)).text


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"<html><script>alert(1)</script>", "We don’t know this kind of file"),
        (PDF[:20], "The file is damaged"),
        (PDF.replace(b"<<>>", b"<</S /JavaScript>>"), "would run or fetch something"),
        (b"%PDF-1.7 " + b"x" * 1_000_000 + b"%%EOF", "larger than we take"),
    ],
)
async def test_a_file_that_is_not_taken_is_refused_in_words(mari, content, words):
    page = await at_files(mari)
    refused = await with_file(mari, content)
    assert refused.status == 422
    assert words in refused.text
    assert "plot.pdf" not in (await mari.get(page)).text


@pytest.mark.parametrize("parts", [{"csrf": "x"}, {"csrf": ""}])
async def test_a_file_from_another_page_is_refused(mari, parts):
    await at_files(mari)
    assert (await with_file(mari, **parts)).status == 403


# Lists ----------------------------------------------------------------------------------


async def at_crop(mari):
    page = await at_files(mari)
    await with_file(mari)
    await mari.post(page, {})
    return f"{mari.case}/answers/crop"


async def test_a_code_is_found_by_words_without_script_and_chosen(mari):
    page = await at_crop(mari)
    found = await mari.post(page, {"crop-words": "POT", "find": "crop"})
    assert (found.status, "Sweet potatoes" in found.text) == (200, True)
    assert "Carrots" not in found.text
    after = await mari.post(page, {"crop-words": "pot", "crop": "02"})
    assert led_to(after) == (303, f"{mari.case}/answers/wish")
    assert "Sweet potatoes" in (await mari.get(page)).text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"crop-words": "pot"}, "Choose one"),
        ({"crop-words": "zzz"}, "Nothing fits these words"),
        ({"crop-words": ""}, "Choose a plant from the list"),
        ({"crop-words": "", "crop": "99"}, "Choose a plant from the list"),
        ({"crop-words": HOSTILE, "find": "crop"}, "Nothing fits these words"),
    ],
)
async def test_words_without_a_choice_look_it_up_and_nothing_else_is_taken(mari, fields, words):
    page = await at_crop(mari)
    answer = await mari.post(page, fields)
    assert words in answer.text
    assert "<script>alert" not in answer.text
    assert led_to(await mari.get(f"{mari.case}/continue")) == (303, page)
