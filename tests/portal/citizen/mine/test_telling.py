"""How a person is told: what holds, what they choose, and what nobody can choose away."""

import pytest
from msgspec import structs

pytestmark = pytest.mark.anyio

SETTINGS = "/inbox/settings"
FORM = {
    "channels": ["text", "mail"],
    "first": "text",
    "kinds": ["case"],
    "begins": "21:00",
    "ends": "08:00",
    "language": "vi",
}


@pytest.fixture
async def mari(town):
    return await town.visitor()


async def sent(mari, **changed):
    return await mari.post(SETTINGS, FORM | changed | {"csrf": await mari.csrf()})


async def test_the_page_shows_what_holds_and_what_can_not_be_switched_off(mari):
    page = (await mari.get(SETTINGS)).text
    assert "+372 5123 4567" in page
    assert "can’t be switched off" in page
    assert "for 10 days" in page
    assert "This is what you chose." not in page


async def test_a_choice_goes_to_the_inbox_and_the_page_says_that_it_holds(mari, choices):
    answer = await sent(mari)
    assert (answer.status, answer.headers["location"]) == (303, SETTINGS)
    assert choices.said == [
        {
            "channels": ["text", "mail"],
            "language": "vi",
            "refused": ["reminder"],
            "quiet": ["21:00", "08:00"],
        }
    ]
    assert "This is what you chose." in (await mari.get(SETTINGS)).text


async def test_nothing_ticked_is_a_choice_too(mari, choices):
    await sent(mari, channels=[], kinds=[], begins="", ends="")
    [said] = choices.said
    assert (said["channels"], said["refused"], said["quiet"]) == ([], ["case", "reminder"], None)


@pytest.mark.parametrize(
    ("begins", "ends"), [("22:00", ""), ("", "07:00"), ("07:00", "07:00"), ("07:00", "00:00")]
)
async def test_hours_that_are_none_are_asked_again_with_what_was_typed(mari, choices, begins, ends):
    answer = await sent(mari, begins=begins, ends=ends)
    assert answer.status == 422
    assert choices.said == []
    assert 'id="begins-error"' in answer.text
    assert 'value="text" selected' in answer.text


async def test_a_channel_that_was_not_offered_is_not_chosen(mari, choices):
    await sent(mari, channels=["mail", "pigeon", "letter"], first="pigeon")
    assert choices.said[0]["channels"] == ["mail"]


async def test_a_form_with_other_fields_is_refused(mari, choices):
    answer = await sent(mari, decision="no")
    assert (answer.status, choices.said) == (400, [])


async def test_a_form_without_the_sessions_token_is_refused(mari, choices):
    answer = await mari.post(SETTINGS, FORM)
    assert (answer.status, choices.said) == (403, [])


async def test_nobody_signed_in_sees_and_chooses_nothing(town, choices):
    answer = await town.browser().get(SETTINGS)
    assert answer.status == 303
    assert choices.said == []


async def test_where_nobody_is_told_outside_the_page_says_so(mari, choices):
    choices.told = None
    assert (await mari.get(SETTINGS)).status == 404


async def test_an_inbox_that_says_something_hostile_stays_text(mari, choices):
    choices.told = structs.replace(choices.told, language="<script>", refused=("<b>",))
    assert "<script>" not in (await mari.get(SETTINGS)).text


@pytest.mark.parametrize("subscription", ["", "[]", "{", "[" * 100_000])
async def test_what_is_no_subscription_is_refused(mari, choices, subscription):
    form = {"subscription": subscription, "csrf": await mari.csrf()}
    answer = await mari.post("/inbox/browser", form)
    assert (answer.status, choices.said) == (400, [])


async def test_a_browser_that_may_be_told_is_asked_by_a_script_of_this_site(mari, choices):
    assert "push.js" not in (await mari.get(SETTINGS)).text
    choices.told = structs.replace(choices.told, offered=("push", "mail"), push_key="BKey-_")
    page = (await mari.get(SETTINGS)).text
    assert 'data-key="BKey-_"' in page
    assert '<script src="/inbox/push.js" defer></script>' in page
    for script in ("push.js", "push-worker.js"):
        answer = await mari.get(f"/inbox/{script}")
        assert answer.headers["content-type"].startswith("text/javascript")


async def test_a_browsers_subscription_goes_to_the_inbox(mari, choices):
    form = {"subscription": '{"endpoint": "https://x"}', "csrf": await mari.csrf()}
    answer = await mari.post("/inbox/browser", form)
    assert (answer.status, choices.said) == (303, [{"endpoint": "https://x"}])
