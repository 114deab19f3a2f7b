"""A person's cases at all providers, whoever is silent, and for whom they may act."""

import pytest
from tests.portal.verbs.house import (
    CHILD,
    INBOX,
    LOGIN,
    MARI,
    POPULATION,
    SCHOOL,
    TRANSPORT,
    row,
)

from riik.core import person_code, to_text
from riik.portal.citizen.errors import PortalRefused
from riik.portal.session import SignedOut
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio

OLD, NEW = "case-of-last-month", "case-of-this-morning"
COURSE = {"service": "driving-course"}


def ids(found):
    return [one["case"] for one in found["cases"]]


async def test_cases_of_all_providers_stand_together_the_newest_first(verbs, world, mari):
    world.answers[TRANSPORT, "cases"] = (200, [row(OLD, "2026-10-20T09:00:00Z")])
    world.answers[SCHOOL, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z", **COURSE)])
    found = await verbs.cases.mine(mari, "en")
    assert (ids(found), found["silent"]) == ([NEW, OLD], [])
    assert [one["provider"] for one in found["cases"]] == [str(SCHOOL), str(TRANSPORT)]


async def test_nobody_tells_of_cases_of_another_s_service(verbs, world, mari):
    world.answers[SCHOOL, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    assert ids(await verbs.cases.mine(mari, "en")) == []
    assert await verbs.portal.cases(mari) == []


async def test_nobody_tells_of_a_case_that_another_runs(verbs, world, mari):
    world.answers[TRANSPORT, "cases"] = (200, [row(OLD, "2026-10-20T09:00:00Z")])
    await verbs.cases.mine(mari, "en")
    false = row(OLD, "2026-11-23T09:00:00Z", title="Pay here", **COURSE)
    world.answers[SCHOOL, "cases"] = (200, [false])
    [one] = (await verbs.cases.mine(mari, "en"))["cases"]
    assert (one["provider"], one["title"]) == (str(TRANSPORT), "Renew a driving licence")


async def test_a_provider_is_called_as_the_portal_calls_it(verbs, world, mari):
    world.answers[SCHOOL, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z", **COURSE)])
    [one] = (await verbs.cases.mine(mari, "et"))["cases"]
    assert one["organisation"] == "Autokool"


async def test_each_provider_gets_its_own_statement_for_its_own_errand(verbs, world, states, mari):
    await verbs.cases.mine(mari, "en")
    calls = world.asked("cases")
    assert {call.service.provider for call in calls} == {TRANSPORT, SCHOOL}
    assert len({call.issue for call in calls}) == 2
    for call in calls:
        audience = call.service.provider.member
        assert call.authority == f"{MARI} for {MARI} to {audience} about {call.issue}"


@pytest.mark.parametrize("how", ["silent", "slow"])
async def test_who_does_not_answer_is_named_and_the_rest_stands(verbs, world, mari, how):
    world.answers[SCHOOL, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z", **COURSE)])
    getattr(world, how).add(TRANSPORT)
    found = await verbs.cases.mine(mari, "et")
    assert (ids(found), found["silent"]) == ([NEW], ["Transpordiamet"])


async def test_cases_of_a_silent_provider_stay_as_the_portal_knows_them(verbs, world, mari):
    world.answers[TRANSPORT, "cases"] = (200, {"case": "x", "state": "draft"})
    started = await verbs.portal.start(mari, service="driving-licence", language="et", once="1")
    [known] = await verbs.portal.cases(mari)
    world.silent.add(TRANSPORT)
    [waiting] = (await verbs.cases.mine(mari, "en"))["cases"]
    assert started["state"] == "draft"
    assert (waiting["case"], waiting["state"]) == (known["case"], "waiting-for-provider")
    assert waiting["state_text"] == "Waits for the authority to answer"
    assert waiting["organisation"] == "Transport Administration"
    assert (waiting["may"], waiting["next"]) == ([], {"step": "waiting"})


GRANTED = {"state": "granted", "state_text": "Granted", "state_tag": "yes", "may": ["appeal"]}


async def known_and_silent(verbs, world, visitor, clock):
    """A granted case that its provider told of, an hour before it went silent."""
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z", **GRANTED)])
    await verbs.cases.mine(visitor, "en")
    clock.advance(hours=1)
    world.silent.add(TRANSPORT)


async def test_a_granted_case_stays_granted_while_its_provider_is_silent(verbs, world, mari, clock):
    await known_and_silent(verbs, world, mari, clock)
    found = await verbs.cases.mine(mari, "en")
    [shown] = found["cases"]
    assert (shown["state"], shown["state_text"], shown["number"]) == ("granted", "Granted", "2026-000017")  # fmt: skip
    assert (shown["as_of"], shown["state_tag"]) == (to_text(NOON), "plain")
    assert (shown["may"], found["silent"]) == ([], ["Transport Administration"])


async def test_where_it_stood_is_said_in_the_language_of_the_page(verbs, world, mari, clock):
    await known_and_silent(verbs, world, mari, clock)
    [shown] = (await verbs.cases.mine(mari, "vi"))["cases"]
    assert shown["state_text"] == "Chấp thuận"


async def test_what_waits_to_be_sent_is_not_shown_as_it_stood_before(verbs, world, mari, clock):
    await known_and_silent(verbs, world, mari, clock)
    [(case, _)] = await verbs.portal.known(mari)
    with verbs.portal.database.work() as work:
        verbs.portal.store.set_waiting(case, b"an appeal, sealed", work=work)
    [shown] = (await verbs.cases.mine(mari, "en"))["cases"]
    assert shown["state"] == "waiting-for-provider"
    assert "as_of" not in shown


async def test_who_answers_again_is_believed_again(verbs, world, mari, clock):
    await known_and_silent(verbs, world, mari, clock)
    world.silent.clear()
    [shown] = (await verbs.cases.mine(mari, "en"))["cases"]
    assert (shown["state"], "as_of" in shown) == ("granted", False)
    assert (await verbs.cases.lately(mari, "en"))[NEW]["as_of"] > to_text(NOON)


async def test_where_a_case_stood_is_nobody_else_s_to_see(verbs, world, mari, jaan, clock):
    await known_and_silent(verbs, world, mari, clock)
    assert await verbs.cases.lately(jaan, "en") == {}


async def test_a_case_that_was_begun_at_a_desk_is_taken_up(verbs, world, mari):
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    await verbs.cases.mine(mari, "en")
    assert [one["case"] for one in await verbs.portal.cases(mari)] == [NEW]
    await verbs.portal.status(mari, NEW)
    assert world.calls[-1].path == f"/{NEW}"


async def test_nobody_else_can_open_what_was_taken_up(verbs, world, mari, jaan):
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    await verbs.cases.mine(mari, "en")
    with pytest.raises(PortalRefused):
        await verbs.portal.status(jaan, NEW)


async def test_a_case_may_be_known_to_two_people(verbs, world, mari, jaan):
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    for visitor in (mari, jaan):
        assert ids(await verbs.cases.mine(visitor, "en")) == [NEW]
        await verbs.portal.status(visitor, NEW)
        assert world.calls[-1].subject == visitor.person


async def test_cases_of_a_child_are_asked_for_with_the_child_s_statement(verbs, world, mari):
    world.answers[TRANSPORT, "cases"] = (200, {"case": "x"})
    await verbs.portal.start(mari, service="driving-licence", language="et", person=CHILD)
    world.answers[TRANSPORT, "cases"] = (200, [])
    world.calls.clear()
    await verbs.cases.mine(mari, "en")
    assert {(c.service.provider, c.subject) for c in world.asked("cases")} == {
        (TRANSPORT, MARI),
        (TRANSPORT, CHILD),
        (SCHOOL, MARI),
    }


async def test_unread_notices_are_counted_by_case(verbs, world, mari):
    text = {"et": {"title": "Otsus", "body": ""}}
    notice = {"id": "1", "sender": str(TRANSPORT), "case": NEW, "texts": text, "legal_effect": True, "sent_at": "2026-11-23T09:00:00Z"}  # fmt: skip
    read = notice | {"id": "2", "read_at": "2026-11-23T10:00:00Z"}
    world.answers[INBOX, "notices"] = (200, [notice, read])
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    assert (await verbs.cases.mine(mari, "en"))["cases"][0]["unread"] == 1


async def test_a_silent_inbox_hides_no_case(verbs, world, mari):
    world.silent.add(INBOX)
    world.answers[TRANSPORT, "cases"] = (200, [row(NEW, "2026-11-23T09:00:00Z")])
    [shown] = (await verbs.cases.mine(mari, "en"))["cases"]
    assert shown["unread"] == 0


BAD = [
    ("no JSON", b"<html>"),
    ("no list", {"cases": []}),
    ("a case without an id", [{"service": "x", "opened": "2026-11-23T09:00:00Z"}]),
    ("an id that is a path", [row("../../etc/passwd-x", "2026-11-23T09:00:00Z")]),
    ("a time that is none", [row(NEW, "yesterday")]),
    ("too deep", b"[" * 100_000),
]


@pytest.mark.parametrize("answer", [b[1] for b in BAD], ids=[b[0] for b in BAD])
async def test_who_talks_nonsense_counts_as_silent(verbs, world, mari, answer):
    world.answers[TRANSPORT, "cases"] = (200, answer)
    found = await verbs.cases.mine(mari, "en")
    assert (found["cases"], found["silent"]) == ([], ["Transport Administration"])


async def test_whose_session_ended_has_to_sign_in_again(verbs, states, mari):
    states.over = True
    with pytest.raises(SignedOut):
        await verbs.cases.mine(mari, "en")


async def test_people_one_acts_for_have_names(verbs, world, mari):
    mandates = {"mandates": [{"represented": CHILD, "role": "parent", "name": ""}], "silent": []}
    world.answers[LOGIN, "mandates"] = (200, mandates)
    name = {"given_names": "Oskar", "middle_names": None, "family_name": "Maasikas"}
    world.answers[POPULATION, "person"] = (200, name)
    found = await verbs.acting.of(mari, "en")
    assert found == {
        "people": [{"person": CHILD, "name": "Oskar Maasikas", "role": "parent"}],
        "silent": [],
    }
    [asked] = world.asked("person")
    assert (asked.subject, asked.query) == (
        CHILD,
        "fields=given_names%2Cmiddle_names%2Cfamily_name",
    )


async def test_looking_at_a_page_again_is_no_look_at_the_family_again(verbs, world, mari, clock):
    mandates = {"mandates": [{"represented": CHILD, "role": "parent"}], "silent": []}
    world.answers[LOGIN, "mandates"] = (200, mandates)
    world.answers[POPULATION, "person"] = (200, {"given_names": "Oskar"})
    for minutes, looks in ((0, 1), (14, 1), (2, 2)):
        clock.advance(minutes=minutes)
        await verbs.acting.of(mari, "en")
        assert len(world.asked("mandates")) == looks


async def test_a_source_that_was_silent_is_asked_again(verbs, world, mari):
    world.answers[LOGIN, "mandates"] = (200, {"mandates": [], "silent": ["EE-DEMO/GOV/1"]})
    for _ in range(2):
        await verbs.acting.of(mari, "en")
    assert len(world.asked("mandates")) == 2


async def test_a_person_without_a_name_stays_in_the_list(verbs, world, mari):
    world.silent.add(POPULATION)
    other = person_code("EE50001029996")
    mandates = {
        "mandates": [{"represented": one, "role": "parent"} for one in (CHILD, other)],
        "silent": [str(POPULATION.member)],
    }
    world.answers[LOGIN, "mandates"] = (200, mandates)
    found = await verbs.acting.of(mari, "et")
    assert [(one["person"], one["name"]) for one in found["people"]] == [(CHILD, ""), (other, "")]
    assert found["silent"] == ["Siseministeerium"]
