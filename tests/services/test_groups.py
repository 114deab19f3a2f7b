"""Lists of things: added, changed, removed, complete when one says so, signed as they are."""

import json

import pytest
from tests.services.garden import LITTLE, MUCH, begun, sent
from tests.services.house import CERTIFICATE

from riik.services.errors import AnswerRefused, StepRefused

pytestmark = pytest.mark.anyio
LIST = "answers/gardeners"


@pytest.fixture
async def asked(house):
    """A case at its list."""
    await begun(house)
    await house.step("answers/lives", {"lives": True})
    await house.step("answers/partner", {})
    return house


async def listed(house):
    """The list as a page shows it."""
    view = await house.status()
    page = next(one for one in view["pages"] if one["id"] == "gardeners")
    return page, page["questions"][0]


async def test_a_list_is_an_answer_once_it_is_complete(asked):
    await asked.step(f"{LIST}/1", MUCH)
    view = await asked.step(f"{LIST}/2", LITTLE)
    assert (view["next"]["step"], view["answers"].get("gardeners")) == (LIST, None)
    view = await asked.step(LIST)
    assert (view["next"]["step"], view["answers"]["gardeners"]) == (
        "answers/papers",
        [MUCH, LITTLE],
    )


async def test_a_list_that_is_changed_is_no_answer_until_it_is_complete_again(asked):
    await asked.step(LIST, {"gardeners": [MUCH]})
    view = await asked.step(f"{LIST}/1", LITTLE)
    assert (view["next"]["step"], "gardeners" in view["answers"]) == (LIST, False)


async def test_an_item_is_removed(asked):
    await asked.step(f"{LIST}/1", MUCH)
    await asked.step(f"{LIST}/2", LITTLE)
    await asked.step(f"{LIST}/1/removal")
    _, group = await listed(asked)
    assert [item["values"] for item in group["items"]] == [LITTLE]


@pytest.mark.parametrize(
    ("step", "content", "why"),
    [
        ("2", MUCH, "unknown"),
        ("0", MUCH, "unknown"),
        ("x", MUCH, "unknown"),
        ("-1", MUCH, "unknown"),
        ("1/removal", {}, "unknown"),
        ("1/other", MUCH, "unknown"),
        ("1", {"name": "Mari"}, "missing"),
        ("1", {**MUCH, "name": ""}, "value"),
        ("1", {**MUCH, "knows": "all"}, "value"),
        ("1", {**MUCH, "born": "yesterday"}, "value"),
        ("1", {**MUCH, "role": "king"}, "unknown"),
        ("1", {**MUCH, "name": "x" * 101}, "value"),
    ],
)
async def test_an_item_that_does_not_fit_is_refused(asked, step, content, why):
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(f"{LIST}/{step}", content)
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("items", "why"),
    [([], "few"), ([MUCH] * 5, "many"), ("Mari", "value"), ([1], "value"), ([{}], "missing")],
)
async def test_a_list_that_does_not_fit_is_refused(asked, items, why):
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(LIST, {"gardeners": items})
    assert refused.value.why == why


async def test_one_more_than_most_is_refused(asked):
    await asked.step(LIST, {"gardeners": [MUCH] * 4})
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(f"{LIST}/5", MUCH)
    assert refused.value.why == "many"


async def test_a_page_without_a_list_has_no_items(asked):
    with pytest.raises(AnswerRefused):
        await asked.step("answers/lives/1", {"lives": True})


async def test_what_is_signed_has_every_item_in_words(asked):
    await asked.step(LIST, {"gardeners": [MUCH, LITTLE]})
    await asked.step("answers/papers/file", sent())
    await asked.step("answers/papers")
    await asked.step("answers/crop", {"crop": "01"})
    view = await asked.step("answers/wish", {})
    said = [row for row in view["said"] if row["field"] == "gardeners"]
    assert [(row["label"], row["step"]) for row in said] == [
        ("Aednik 1", f"{LIST}/1"),
        ("Aednik 2", f"{LIST}/2"),
    ]
    paper = json.loads((await asked.services.document("application.json", asked.visit()))[0])
    group = next(row for row in paper["answers"] if row["field"] == "gardeners")
    assert [one["answer"] for one in group["items"][1]] == ["Jaan", "Vähe"]
    assert group["value"] == [MUCH, LITTLE]
    assert (await asked.step("submission", CERTIFICATE))["state"] == "to-sign"


async def test_a_page_that_needs_no_answer_is_asked_once(asked):
    await asked.step(LIST, {"gardeners": [MUCH]})
    await asked.step("answers/papers/file", sent())
    await asked.step("answers/papers")
    view = await asked.step("answers/crop", {"crop": "01"})
    assert view["next"]["step"] == "answers/wish"
    assert (await asked.step("answers/wish", {}))["next"]["step"] == "submission"


# An answer that ends it -----------------------------------------------------------------


async def test_an_answer_can_end_the_application_before_anything_is_signed(house):
    await begun(house)
    view = await house.step("answers/lives", {"lives": False})
    assert (view["next"]["step"], view["next"]["exit"]["title"]) == (
        "exit/elsewhere",
        "Aiamaad on linna elanikele",
    )
    with pytest.raises(StepRefused) as refused:
        await house.step("submission", CERTIFICATE)
    assert refused.value.why == "exit"
    with pytest.raises(AnswerRefused):
        await house.step("answers/elsewhere", {})


async def test_who_changes_the_answer_goes_on(house):
    await begun(house)
    await house.step("answers/lives", {"lives": False})
    view = await house.step("answers/lives", {"lives": True})
    assert view["next"]["step"] == "answers/partner"


# Two windows ----------------------------------------------------------------------------


async def test_the_later_of_two_windows_does_not_undo_the_earlier(asked):
    page, _ = await listed(asked)
    await asked.step(f"{LIST}/1", {**MUCH, "_seen": page["seen"]})
    with pytest.raises(AnswerRefused) as refused:
        await asked.step(f"{LIST}/1", {**LITTLE, "_seen": page["seen"]})
    assert refused.value.why == "elsewhere"
    _, group = await listed(asked)
    assert [item["values"] for item in group["items"]] == [MUCH]


async def test_the_same_answer_from_two_windows_is_one_answer(asked):
    page = (await asked.status())["pages"][0]
    await asked.step("answers/lives", {"lives": True, "_seen": page["seen"]})
    view = await asked.step("answers/lives", {"lives": True, "_seen": "0123456789abcdef"})
    assert view["answers"]["lives"] is True


async def test_a_program_that_does_not_look_first_says_no_mark(asked):
    assert (await asked.step("answers/lives", {"lives": True}))["answers"]["lives"] is True
