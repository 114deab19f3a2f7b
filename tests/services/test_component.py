"""A case from start to end at one provider; ports that fail at every place where they can."""

import asyncio
from contextlib import suppress
from dataclasses import replace

import pytest
from tests.services.house import ANNELI, CASE, CERTIFICATE, JAAN, MARI, TRANSPORT, VALUE

from riik.cases import CaseUnknown, Lane, Pick
from riik.services import DeskConflict
from riik.services.errors import (
    AnswerRefused,
    AuthorityMissing,
    BeginningsTooMany,
    StepRefused,
)

pytestmark = pytest.mark.anyio

EVENTS = ["opened", "submitted", "signed", "fee-owed", "fee-paid", "proposed", "decided"]


def kinds(status):
    """What happened, in order."""
    return [event["kind"] for event in status["events"]]


async def test_a_case_goes_from_start_to_end(house, world):
    status = await house.go()
    assert (status["state"], status["next"], kinds(status)) == ("granted", {"step": "none"}, EVENTS)
    assert world.taken == {f"{CASE}-record": ["renewal"], f"{CASE}-notice": ["notices"]}


@pytest.mark.parametrize("lost", [False, True], ids=["not-done", "answer-lost"])
@pytest.mark.parametrize("bad", range(3))
async def test_whatever_fails_once_is_done_all_the_same(house, world, weather, bad, lost):
    weather.bad, weather.lost = bad, lost
    status = await house.go()
    assert (status["state"], kinds(status)) == ("granted", EVENTS)
    assert [one["name"] for one in status["documents"]] == ["application.asice", "decision.pdf"]
    assert set(world.taken) == {f"{CASE}-record", f"{CASE}-notice"}


async def test_a_case_is_started_once(house):
    first = await house.start()
    assert (await house.start())["timeline"] == first["timeline"]


async def test_a_fee_that_is_told_twice_is_paid_once(house):
    signed = await house.sign()
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    house.settle(signed["fee"]["reference"])
    await house.services.fee_paid(CASE)
    await house.worker.rest()
    assert kinds(await house.services.status(house.visit())) == EVENTS


async def test_who_sends_second_is_told_that_it_was_sent(house):
    """Two windows send one application at once: one is taken, the other is no silence."""
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    both = [house.step("signature", VALUE), house.step("signature", VALUE)]
    first, second = await asyncio.gather(*both, return_exceptions=True)
    taken, refused = sorted((first, second), key=lambda one: isinstance(one, Exception))
    assert taken["state"] in ("to-pay", "in-progress")
    assert isinstance(refused, StepRefused)
    assert refused.why == "order"


@pytest.mark.parametrize("step", ["submission", "signature", "payment"])
async def test_no_step_can_be_skipped(house, step):
    await house.start()
    with pytest.raises((StepRefused, AnswerRefused)):
        await house.step(step, {**CERTIFICATE, **VALUE})


async def test_answers_can_be_changed_until_they_are_handed_in(house):
    await house.start()
    await house.answer()
    await house.step("answers/reason", {"reason": "lost"})
    status = await house.step("submission", CERTIFICATE)
    assert status["answers"]["reason"] == "lost"
    await house.step("signature", VALUE)
    with pytest.raises(StepRefused):
        await house.step("answers/reason", {"reason": "expiring"})


async def test_another_answer_before_the_signature_is_laid_out_anew(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    status = await house.step("answers/reason", {"reason": "lost"})
    assert (status["state"], status["next"]["step"]) == ("to-sign", "submission")
    with pytest.raises(StepRefused) as refused:
        await house.step("signature", VALUE)
    assert refused.value.why == "not-prepared"
    await house.step("submission", CERTIFICATE)
    assert (await house.step("signature", VALUE))["state"] == "to-pay"


async def test_an_answer_that_asks_for_more_is_followed_before_the_signature(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    status = await house.step("answers/reason", {"reason": "stolen"})
    assert status["next"]["step"] == "answers/proof"
    with pytest.raises(AnswerRefused):
        await house.step("submission", CERTIFICATE)


async def test_what_is_signed_is_in_the_language_of_the_page(house):
    await house.start()
    await house.answer()
    status = await house.step("submission", {**CERTIFICATE, "language": "vi"})
    assert (status["language"], status["title"]) == ("vi", "Đổi giấy phép lái xe")


@pytest.mark.parametrize("language", ["", "VI", "vie", "../", 7, None])
async def test_a_language_that_is_none_is_refused(house, language):
    await house.start()
    await house.answer()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("submission", {**CERTIFICATE, "language": language})
    assert refused.value.facts["field"] == "language"


async def test_a_case_is_told_in_the_language_that_is_asked_for(house):
    await house.start()
    vietnamese = await house.services.status(house.visit(), language="vi")
    [row] = await house.services.of_person(house.visit(), language="en")
    assert (vietnamese["state_text"], row["title"]) == ("Chưa nộp", "Renew a driving licence")


@pytest.mark.parametrize("far", ["started", "answered", "to sign", "to pay", "with an official"])
async def test_an_application_is_taken_back_until_it_is_decided(house, world, far):
    await until(house, world, far)
    status = await house.step("withdrawal")
    assert (status["state"], status["next"], status["may"]) == ("withdrawn", {"step": "none"}, [])
    assert status["timeline"][-1]["title"] == "Võtsid taotluse tagasi"


async def until(house, world, far):
    """Go some way and stop there."""
    world.silent = {"driver-certificate"}
    await house.start()
    if far == "started":
        return
    await house.answer()
    if far != "answered":
        await house.step("submission", CERTIFICATE)
    if far == "to pay":
        await house.step("signature", VALUE)
    if far == "with an official":
        await house.go()


@pytest.mark.parametrize("step", ["submission", "payment", "answers/reason", "withdrawal"])
async def test_nothing_more_happens_in_a_withdrawn_case(house, step):
    await house.start()
    await house.step("withdrawal")
    with pytest.raises(StepRefused):
        await house.step(step, {**CERTIFICATE, "reason": "lost"})


async def test_a_decided_case_is_not_taken_back(house):
    await house.go()
    with pytest.raises(StepRefused) as refused:
        await house.step("withdrawal")
    assert refused.value.why == "ended"


async def test_nobody_takes_back_what_another_asked_for(house):
    await house.start()
    with pytest.raises(AuthorityMissing):
        await house.step("withdrawal", person=JAAN)


async def test_a_fee_that_comes_after_the_withdrawal_opens_nothing(house):
    signed = await house.sign()
    await house.step("withdrawal")
    house.settle(signed["fee"]["reference"])
    await house.worker.rest()
    assert (await house.services.status(house.visit()))["state"] == "withdrawn"


async def test_the_bank_is_told_where_the_person_goes_then(house):
    await house.sign()
    status = await house.step("payment", {"return": "https://portal.example/cases/1"})
    assert status["payment"]["url"] == "http://bank/pay/1?https://portal.example/cases/1"


@pytest.mark.parametrize(
    "back", ["javascript:alert(1)", "http://evil.example", "//evil", "x" * 501, 7]
)
async def test_a_return_that_is_no_site_is_refused(house, back):
    await house.sign()
    with pytest.raises(AnswerRefused) as refused:
        await house.step("payment", {"return": back})
    assert refused.value.facts["field"] == "return"


async def test_an_unknown_service_is_refused(house):
    with pytest.raises(StepRefused) as refused:
        await house.services.start("passport", house.visit())
    assert refused.value.why == "no-service"


async def test_another_person_s_case_is_not_there(house):
    await house.start()
    with pytest.raises(AuthorityMissing):
        await house.step("answers/reason", {"reason": "lost"}, person=JAAN)
    with pytest.raises(CaseUnknown):
        await house.services.status(house.visit(JAAN))


async def test_nothing_of_a_case_is_read_without_the_person_s_word(house):
    await house.sign()
    stolen = house.visit(MARI, actor="another's")
    with pytest.raises(AuthorityMissing):
        await house.services.status(stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.document("application.asice", stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.of_person(stolen)
    assert (await house.services.document("application.asice", house.visit()))[0]
    assert [one["case"] for one in await house.services.of_person(house.visit())] == [CASE]


async def test_no_step_is_taken_with_a_statement_that_another_member_carries(house):
    await house.start()
    stolen = replace(house.visit(), carrier=TRANSPORT.member)
    with pytest.raises(AuthorityMissing):
        await house.services.step("answers/reason", {"reason": "lost"}, stolen)
    with pytest.raises(AuthorityMissing):
        await house.services.start("driving-licence", stolen)


@pytest.mark.parametrize("silent", ["person", "image", "driver-certificate", "right"])
async def test_a_silent_register_gives_the_case_to_an_official(house, world, silent):
    world.silent = {silent}
    status = await house.go()
    assert (status["state"], status["next"]["step"]) == ("with-official", "review")
    with house.database.read() as work:
        [waiting] = house.services.cases.queue(
            Pick(lane=Lane.WAITING, units=("licences",)), work=work
        )
    assert (waiting.id, waiting.proposal, len(waiting.needs)) == (CASE, "official", 1)


@pytest.mark.parametrize("who", [{}, {"person": ANNELI}], ids=["the-person", "an-official"])
async def test_nobody_decides_but_at_the_desk(house, world, who):
    world.silent = {"driver-certificate"}
    before = await house.go()
    with pytest.raises((StepRefused, AuthorityMissing)) as refused:
        await house.step("review", {"outcome": "grant"}, **who)
    assert refused.value.why == ("not-yours" if who else "no-step")
    assert await house.services.status(house.visit()) == before


async def test_an_official_s_own_matter_is_decided_like_anybody_s(house, world):
    world.silent = {"driver-certificate"}
    house.person = JAAN
    await house.go()
    await house.decide()
    assert (await house.services.status(house.visit()))["state"] == "granted"


async def test_what_is_known_of_a_person_is_sealed(house, tmp_path):
    await house.go()
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert not any(word in kept for word in (b"Maasikas", b"1980-10-15", MARI[2:].encode()))


async def test_a_refusal_by_rules_names_only_what_refuses(house, world):
    world.silent = {"driver-certificate"}
    world.known = {**world.known, "image": {"photo": "data:,", "photo_date": "2015-01-01"}}
    status = await house.go()
    assert status["state"] == "refused"
    assert [one["code"] for one in status["grounds"]] == ["photo-old"]


# What is known before anything is signed ---------------------------------------------------


@pytest.fixture
def old_photo(world):
    """The photo of the identity document was taken long ago."""
    world.known = {**world.known, "image": {"photo": "data:,", "photo_date": "2015-01-01"}}


async def test_a_refusal_that_the_rules_see_is_told_before_the_signature(house, old_photo):
    await house.start()
    assert (await house.status())["foreseen"] is None
    await house.answer()
    foreseen = (await house.status())["foreseen"]
    assert [(one["code"], bool(one["law"])) for one in foreseen["grounds"]] == [("photo-old", True)]
    assert foreseen["next"]


async def test_who_was_told_may_ask_for_the_decision_all_the_same(house, old_photo):
    assert (await house.go())["state"] == "refused"
    assert (await house.status())["foreseen"] is None


@pytest.mark.parametrize("silent", [set(), {"driver-certificate"}])
async def test_nothing_is_foreseen_where_nothing_refuses(house, world, silent):
    world.silent = silent
    await house.start()
    await house.answer()
    assert (await house.status())["foreseen"] is None


# What registers leave to choose ------------------------------------------------------------


async def test_a_choice_of_what_is_not_there_is_not_offered_and_not_taken(house, world):
    del world.known["right"]
    await house.start()
    status = await house.step("answers/reason", {"reason": "expiring"})
    [photo] = status["next"]["questions"]
    assert [one["value"] for one in photo["choices"]] == ["identity-document"]
    with pytest.raises(AnswerRefused) as refused:
        await house.step("answers/photo", {"photo": "licence"})
    assert (refused.value.why, refused.value.facts["field"]) == ("value", "photo")


async def test_a_choice_of_what_a_silent_register_may_have_is_offered_once_told(house, world):
    world.silent = {"right"}
    await house.start()
    [photo] = (await house.step("answers/reason", {"reason": "expiring"}))["next"]["questions"]
    assert [len(one["facts"]) for one in photo["choices"]] == [1, 2]


async def test_where_nothing_is_left_all_is_offered_and_the_refusal_told(house, world):
    del world.known["right"], world.known["image"]
    await house.start()
    [photo] = (await house.step("answers/reason", {"reason": "expiring"}))["next"]["questions"]
    assert [len(one["facts"]) for one in photo["choices"]] == [1, 1]
    await house.answer()
    codes = {one["code"] for one in (await house.status())["foreseen"]["grounds"]}
    assert {"no-right-to-drive", "no-photo"} <= codes


async def test_who_acts_for_a_child_reads_of_the_child(house, world):
    del world.known["right"]
    world.known["person"] = {**world.known["person"], "birth_date": "2011-05-01"}
    house.open_to("parent")
    house.actor = JAAN
    await house.start()
    await house.answer()
    status = await house.services.status(house.visit(), language="en")
    [nothing] = [one for one in status["facts"] if one["need"] == "licence"]
    assert nothing["note"] == "It has nothing about this person."
    texts = [one["text"] for one in status["foreseen"]["grounds"]]
    assert "Under 18" in texts
    assert not any("You" in text for text in texts)


# "This is wrong", said from a page of the case ----------------------------------------------


def wrong(**changed):
    """A word that the person told the population register it is wrong."""
    return {
        "register": f"{TRANSPORT.member}/population",
        "field": "residence",
        "number": "2026-000003",
    } | changed


async def test_what_is_said_to_be_wrong_is_marked_and_decided_by_an_official(house):
    await house.start()
    await house.answer()
    status = await house.step("dispute", wrong())
    [row] = [one for one in status["facts"] if "residence" in one["fields"]]
    assert row["disputed"] == "2026-000003"
    assert sum(bool(one["disputed"]) for one in status["facts"]) == 1
    assert (await house.go())["state"] == "with-official"
    view = await house.desk.open(house.clerk(), CASE)
    assert [one["code"] for one in view["needs"]] == ["disputed"]
    assert (view["rows"][0]["id"], view["rows"][0]["disputed"]) == (
        "person.residence",
        "2026-000003",
    )


async def test_the_first_word_against_a_fact_stands_and_the_next_changes_nothing(house):
    await house.start()
    await house.step("dispute", wrong())
    version = house.version()
    status = await house.step("dispute", wrong(number="2026-000004"))
    [row] = [one for one in status["facts"] if "residence" in one["fields"]]
    assert (row["disputed"], house.version()) == ("2026-000003", version)


async def test_a_word_that_comes_after_the_rules_is_told_to_the_official(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting()
    seen = house.verdict(outcome="refuse", grounds=("not-resident",))
    await house.step("dispute", wrong())
    view = await house.desk.open(house.clerk(), CASE)
    assert [one["code"] for one in view["needs"]] == ["disputed", "health-silent"]
    with pytest.raises(DeskConflict) as changed:
        await house.decide(seen)
    assert changed.value.why == "changed"


async def test_nobody_keeps_a_case_from_its_decision_by_words_without_end(house, world):
    world.silent = {"driver-certificate"}
    await house.waiting()
    fields = [field for need in house.definition.needs for field in need.fields]
    versions = []
    for number in range(3):
        for register in ("population", "driver-certificate", "image", "right"):
            for field in fields:
                said = wrong(register=f"{TRANSPORT.member}/{register}", field=field)
                with suppress(AnswerRefused, StepRefused):
                    await house.step("dispute", {**said, "number": f"2026-{number}"})
        versions.append(house.version())
    assert versions[0] == versions[1] == versions[2]
    await house.decide()
    assert (await house.status())["state"] == "granted"


async def test_rules_refuse_nobody_whose_word_against_a_register_is_open(house, world):
    world.known = {**world.known, "person": {**world.known["person"], "residence_days": 1}}
    await house.start()
    await house.step("dispute", wrong(field="residence_days"))
    assert (await house.go())["state"] == "with-official"
    view = await house.desk.open(house.clerk(), CASE)
    assert [one["code"] for one in view["needs"]] == ["disputed", "not-resident"]


@pytest.mark.parametrize(
    "content",
    [
        {},
        wrong(register="EE-DEMO/GOV/1/other"),
        wrong(field="salary"),
        wrong(field=["residence"]),
        wrong(number="<b>"),
        wrong(number=3),
        wrong(number="1" * 33),
    ],
    ids=["empty", "register", "field", "no text", "no number", "a count", "long"],
)
async def test_a_case_takes_no_word_about_what_it_does_not_rest_on(house, content):
    await house.start()
    with pytest.raises(AnswerRefused):
        await house.step("dispute", content)
    assert not any(one["disputed"] for one in (await house.status())["facts"])


async def test_nobody_adds_to_another_person_s_case_nor_to_one_that_ended(house):
    await house.go()
    with pytest.raises(StepRefused) as ended:
        await house.step("dispute", wrong())
    assert ended.value.why == "ended"
    with pytest.raises(AuthorityMissing):
        await house.step("dispute", wrong(), person=JAAN)


# How often one begins -----------------------------------------------------------------------


def at_the_desk(house):
    """Mari and an official, each signed in for this case."""
    return replace(
        house.visit(),
        authority=f"{MARI}/{house.case}",
        carrier=TRANSPORT.member,
        channel="desk",
        assistant=ANNELI,
        assistance=f"{ANNELI}/{house.case}",
    )


async def begun(house, count, first=0):
    """So many cases of one person begin."""
    for number in range(first, first + count):
        house.case = f"case-of-a-test-{number:04}"
        await house.start()


async def test_who_has_many_unfinished_applications_goes_on_with_one(house):
    await begun(house, 10)
    with pytest.raises(BeginningsTooMany) as refused:
        await begun(house, 1, first=10)
    assert (refused.value.why, refused.value.status) == ("unfinished", 429)
    assert len(await house.services.of_person(house.visit())) == 10
    await begun(house, 1, first=9)
    await house.step("withdrawal")
    await begun(house, 1, first=10)


async def test_who_begins_and_takes_back_all_day_goes_on_tomorrow(house):
    for number in range(30):
        await begun(house, 1, first=number)
        await house.step("withdrawal")
    with pytest.raises(BeginningsTooMany) as refused:
        await begun(house, 1, first=30)
    assert refused.value.why == "often"
    house.clock.advance(days=1)
    await begun(house, 1, first=30)


async def test_the_limit_is_each_person_s_own_and_an_official_at_the_desk_is_over_it(house):
    await begun(house, 10)
    house.person = JAAN
    await begun(house, 1, first=10)
    house.person, house.case = MARI, "case-of-a-test-0011"
    await house.services.start("driving-licence", at_the_desk(house))
