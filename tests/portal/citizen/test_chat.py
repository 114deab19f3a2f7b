"""Conversation: the same questions and errors as on the pages, one by one, by a program that says so."""

import json
import re

import pytest

pytestmark = pytest.mark.anyio
ANSWERS = {
    "reason": "expiring",
    "photo": "identity-document",
    "speed": "standard",
    "delivery": "post",
}


class Talk:
    """Somebody who talks to the program."""

    def __init__(self, town, browser):
        self.town, self.browser, self.case = town, browser, ""

    async def begin(self, service="driving-licence"):
        page = (await self.browser.get(f"/chat?service={service}")).text
        once = re.search(r'name="once" value="([^"]+)"', page)[1]
        sent = {"csrf": await self.browser.csrf(), "once": once}
        began = await self.browser.post(f"/chat/{service}", sent)
        self.case = began.headers["location"]
        return began

    async def page(self):
        return (await self.browser.get(self.case)).text

    async def answer(self, field, value, *, at="0", page="", **more):
        sent = {"page": page or field, "at": at, "seen": "", field: value, **more}
        return await self.browser.post(self.case, {"csrf": await self.browser.csrf(), **sent})

    async def say(self, said, **headers):
        sent = {"content_type": "application/json", "x_csrf": await self.browser.csrf()}
        body = said if isinstance(said, bytes) else json.dumps(said).encode()
        return await self.browser.send(
            "POST",
            "/v1/chat",
            body,
            origin=self.browser.origin,
            sec_fetch_site="same-origin",
            **(sent | headers),
        )


@pytest.fixture
async def talk(town):
    """Mari, signed in."""
    return Talk(town, await town.visitor())


async def test_the_first_words_find_a_service_without_signing_in(town):
    page = (await town.browser().get("/chat?words=licence")).text
    assert "A computer program answers here, never a person" in page
    assert 'role="log"' in page
    assert "/chat?service=driving-licence" in page


async def test_words_that_fit_nothing_lead_to_all_services(town):
    page = (await town.browser().get("/chat?words=<b>zebra</b>")).text
    assert "I found no service for that" in page
    assert "<b>zebra" not in page


async def test_the_questions_come_one_by_one_and_the_signature_is_on_its_page(talk):
    await talk.begin()
    for field, value in ANSWERS.items():
        assert f'name="{field}"' in await talk.page()
        assert (await talk.answer(field, value)).status == 303
    page = await talk.page()
    assert "The next step is on a page of its own" in page
    assert f'href="{talk.case.removeprefix("/chat")}/check"' in page


async def test_an_answer_that_misfits_is_asked_again_with_the_service_s_error(talk):
    await talk.begin()
    again = await talk.answer("reason", "because")
    assert again.status == 422
    assert "Choose" in again.text
    assert talk.town.desk.portal.sent == []


@pytest.mark.parametrize(
    ("more", "status"), [({"photo": "new"}, 400), ({"at": "7"}, 400), ({"at": "x"}, 400)]
)
async def test_an_answer_to_what_was_not_asked_is_refused(talk, more, status):
    await talk.begin()
    assert (await talk.answer("reason", "expiring", **more)).status == status
    assert talk.town.desk.portal.sent == []


async def test_a_page_that_is_not_asked_now_leads_to_the_question_that_is(talk):
    await talk.begin()
    answered = await talk.answer("delivery", "post")
    assert (answered.status, answered.headers["location"]) == (303, talk.case)
    assert talk.town.desk.portal.sent == []


async def test_another_s_case_is_none(talk, town):
    await talk.begin()
    other = Talk(town, town.browser())
    other.case = talk.case
    assert "csrf" not in await other.page()
    talk.case = "/chat/cases/case-of-nobody"
    assert (await talk.browser.get(talk.case)).status == 404


async def test_programs_talk_to_it_too(talk):
    found = (await talk.say({"text": "licence"})).json
    assert (found["by"], found["services"][0]["service"]) == ("computer", "driving-licence")
    told = (await talk.say({"service": "driving-licence", "once": "o-1"})).json
    for field, value in ANSWERS.items():
        assert told["question"]["field"] == field
        said = {"case": told["case"], "page": told["page"], "seen": told["seen"]}
        told = (await talk.say({**said, "answers": {field: value}})).json
    assert "question" not in told
    assert told["go"] == f"/cases/{told['case']}/check"


async def test_a_program_gets_the_same_error_as_a_person(talk):
    told = (await talk.say({"service": "driving-licence", "once": "o-2"})).json
    said = {"case": told["case"], "page": "reason", "seen": told["seen"]}
    again = (await talk.say({**said, "answers": {"reason": "because"}})).json
    assert again["error"] == told["question"].get("error", again["error"]) != ""
    assert again["question"]["field"] == "reason"
    assert again["answers"] == {}


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"text": "licence", "case": "a"},
        {"text": "  "},
        {"text": "x" * 201},
        {"say": "licence"},
        {"case": "a", "answers": {"reason": {"deep": 1}}},
        {"case": "a", "answers": []},
        b"{",
        b"[" * 5_000,
        b" " * 9_000 + b'{"text":"a"}',
    ],
)
async def test_what_is_no_turn_is_refused(talk, said):
    assert (await talk.say(said)).status == 400


async def test_an_answer_to_a_question_that_the_page_does_not_have_is_refused(talk):
    told = (await talk.say({"service": "driving-licence", "once": "o-3"})).json
    said = {"case": told["case"], "page": "reason", "answers": {"photo": "new"}}
    assert (await talk.say(said)).status == 400
    assert talk.town.desk.portal.sent == []


async def test_nobody_begins_unsigned_or_from_another_site(talk, town):
    stranger = Talk(town, town.browser())
    sent = {"service": "driving-licence"}
    assert (
        await stranger.browser.send(
            "POST",
            "/v1/chat",
            json.dumps(sent).encode(),
            origin=stranger.browser.origin,
            sec_fetch_site="same-origin",
            content_type="application/json",
        )
    ).status in (401, 403)
    assert (await talk.say(sent, x_csrf="")).status == 403
    assert (await talk.say(sent, content_type="text/plain")).status == 400
    assert talk.town.desk.portal.begun == {}
