"""The law's day, silence, appeals, and the end of keeping."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.services.conftest import STAFF
from tests.services.house import ANNELI, CASE, CERTIFICATE, JAAN, TIINA, VALUE

from riik.cases import CaseUnknown
from riik.profiles import country_profile
from riik.runtime.errors import SealRefused
from riik.services import AnswerRefused, DeskRefused, FolderRefused, StepRefused
from riik.services.running import due_after, local_day
from riik.services.terms.days import escalates_at, next_look, over_at
from riik.services.terms.erasing import Erasing
from riik.services.terms.model import Terms
from riik.services.terms.reading import (
    AppealSection,
    DeadlineSection,
    RetentionSection,
    terms_of,
)
from riik.services.terms.watching import Watch

TALLINN = "Europe/Tallinn"
TERMS = Terms(
    escalate_days=3,
    silence="grant",
    silence_law="HMS § 43",
    appeal_law="HMS § 71",
    keep_years=5,
    keep_law="ArhS § 12",
)


def told(house):
    services = house.services
    return {
        "database": house.database,
        "files": services.files,
        "cases": services.cases,
        "vault": services.files.vault,
        "clock": house.clock,
    }


@pytest.fixture
def watch(house):
    house.change(terms=TERMS)
    return Watch(**told(house), staff=STAFF)


@pytest.fixture
def erasing(house):
    return Erasing(**told(house))


@pytest.fixture
async def waiting(house, world, watch):
    """A case at an official's: a register was silent."""
    world.silent = {"driver-certificate"}
    await house.waiting()
    return house


def case_of(house, case=CASE):
    with house.database.read() as work:
        return house.services.cases.find(case, work=work)


def kinds(house, case=CASE):
    with house.database.read() as work:
        return [e.kind for e in house.services.cases.timeline(case_of(house, case), work=work)]


def go_to(house, moment):
    house.clock.advance(moment - house.clock.now())


async def over(house):
    go_to(house, over_at(case_of(house).due_at, zone=TALLINN))


@pytest.mark.anyio
async def test_silence_decides_with_letter_notice_and_law(waiting, watch, paper, world):
    await over(waiting)
    watch.tick()
    await waiting.worker.rest()
    assert case_of(waiting).state == "granted"
    assert paper.letters[-1]["grounds"][0]["law"] == "HMS § 43"
    assert [k for k in kinds(waiting) if k in ("silence", "decided")] == ["silence", "decided"]
    assert sorted(map(len, world.taken.values())) == [1, 1], "one record, one notice"


@pytest.mark.anyio
async def test_silence_refuses_where_the_law_says_so(house, world, watch):
    house.change(terms=replace(TERMS, silence="refuse"))
    world.silent = {"driver-certificate"}
    await house.waiting()
    await over(house)
    watch.tick()
    await house.worker.rest()
    status = await house.status()
    assert (status["state"], status["grounds"][0]["code"]) == ("refused", "silence")


@pytest.mark.anyio
async def test_on_the_last_day_silence_decides_nothing_yet(waiting, watch):
    go_to(waiting, over_at(case_of(waiting).due_at, zone=TALLINN) - timedelta(seconds=1))
    watch.tick()
    assert case_of(waiting).state == "with-official"


@pytest.mark.anyio
async def test_where_no_law_says_so_silence_means_nothing(house, world, watch):
    house.change(terms=Terms())
    world.silent = {"driver-certificate"}
    await house.waiting()
    house.clock.advance(timedelta(days=400))
    assert watch.tick() == 0
    assert case_of(house).state == "with-official"


@pytest.mark.anyio
async def test_a_case_that_was_decided_in_time_is_left_alone(waiting, watch):
    await waiting.decide(waiting.verdict(CASE, outcome="grant"))
    waiting.clock.advance(timedelta(days=60))
    assert watch.tick() == 0


@pytest.mark.anyio
async def test_while_the_person_is_asked_the_time_stands_still(waiting, watch):
    waiting.change(terms=TERMS, clock_stops=True)
    due = case_of(waiting).due_at
    await waiting.desk.ask(waiting.clerk(), CASE, pages=["delivery"], message="Where?")
    waiting.clock.advance(timedelta(days=90))
    watch.tick()
    assert case_of(waiting).state == "asked"
    await waiting.desk.withdraw_question(waiting.clerk(), CASE)
    watch.tick()
    assert case_of(waiting).state == "with-official"
    assert case_of(waiting).due_at == due + timedelta(days=90)


@pytest.mark.anyio
async def test_a_lead_gets_the_case_before_its_day(waiting, watch):
    go_to(waiting, escalates_at(case_of(waiting).due_at, TERMS, zone=TALLINN))
    watch.tick()
    tiina = waiting.services.files.vault.subject_of(TIINA)
    assert case_of(waiting).assigned_to == tiina
    watch.tick()
    assert kinds(waiting).count("escalated") == 1


@pytest.mark.anyio
async def test_before_these_days_nobody_is_told(waiting, watch):
    soon = escalates_at(case_of(waiting).due_at, TERMS, zone=TALLINN)
    go_to(waiting, soon - timedelta(seconds=1))
    assert watch.tick() == 0


async def refused_case(house, *, official=ANNELI):
    await house.decide(
        house.verdict(CASE, outcome="refuse", grounds=("another",), reason="No."), official=official
    )
    return await house.status()


@pytest.mark.anyio
async def test_a_refused_person_may_appeal_and_another_official_hears_it(waiting, paper):
    assert "appeal" in (await refused_case(waiting))["may"]
    opened = (await waiting.step("appeal", {"reason": "I was ill."}))["appealed"]
    waiting.case = opened
    laid = await waiting.step("submission", CERTIFICATE)
    assert laid["statement"]["sentence"].count("2026-") == 1
    await waiting.step("signature", VALUE)
    await waiting.worker.rest()
    assert (await waiting.status())["appeal"]["reason"] == "I was ill."
    with pytest.raises(DeskRefused) as refused:
        await waiting.decide(waiting.verdict(opened, outcome="grant"))
    assert refused.value.why == "decided-before"
    await waiting.decide(waiting.verdict(opened, outcome="grant"), official=JAAN)
    assert (case_of(waiting, opened).state, case_of(waiting).state) == ("granted", "refused")
    assert kinds(waiting)[-2:] == ["appealed", "appeal-decided"]


@pytest.mark.anyio
async def test_an_appeal_that_is_sent_twice_is_one(waiting):
    await refused_case(waiting)
    first = await waiting.step("appeal", {"reason": "I was ill."})
    again = await waiting.step("appeal", {"reason": "I was very ill."})
    assert first["appealed"] == again["appealed"]
    assert kinds(waiting).count("appealed") == 1


@pytest.mark.anyio
async def test_in_an_appeal_nothing_is_answered_anew(waiting):
    await refused_case(waiting)
    waiting.case = (await waiting.step("appeal", {"reason": "I was ill."}))["appealed"]
    with pytest.raises(StepRefused) as refused:
        await waiting.step("answers/delivery", {"delivery": "office"})
    assert refused.value.why == "order"


@pytest.mark.anyio
async def test_an_appeal_that_nobody_signs_lapses(waiting):
    from riik.services.terms.waiting import Waits

    await refused_case(waiting)
    opened = (await waiting.step("appeal", {"reason": "I was ill."}))["appealed"]
    waiting.clock.advance(timedelta(days=31))
    parts = told(waiting)
    del parts["vault"]
    assert Waits(**parts, providers={}).tick() == 1
    await waiting.worker.rest()
    assert case_of(waiting, opened).state == "withdrawn"


NO_APPEALS = [
    ("before a decision", False, {}, 0, {"reason": "x"}, StepRefused, "no-appeal"),
    ("where no law gives a right", True, {"appeal_law": ""}, 0, {"reason": "x"}, StepRefused, "no-appeal"),
    ("too late", True, {}, 40, {"reason": "x"}, StepRefused, "late"),
    ("without a reason", True, {}, 0, {"reason": " "}, AnswerRefused, "missing"),
    ("with too long a reason", True, {}, 0, {"reason": "x" * 2001}, AnswerRefused, "length"),
]  # fmt: skip


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("decided", "terms", "days", "content", "error", "why"),
    [n[1:] for n in NO_APPEALS],
    ids=[n[0] for n in NO_APPEALS],
)
async def test_one_cant_appeal(waiting, decided, terms, days, content, error, why):
    waiting.change(terms=replace(TERMS, **terms))
    if decided:
        await refused_case(waiting)
    waiting.clock.advance(timedelta(days=days))
    with pytest.raises(error) as refused:
        await waiting.step("appeal", content)
    assert refused.value.why == why


@pytest.mark.anyio
async def test_there_is_no_appeal_against_an_appeal_here(waiting):
    await refused_case(waiting)
    waiting.case = (await waiting.step("appeal", {"reason": "I was ill."}))["appealed"]
    await waiting.step("submission", CERTIFICATE)
    await waiting.step("signature", VALUE)
    await waiting.worker.rest()
    await waiting.decide(
        waiting.verdict(waiting.case, outcome="refuse", grounds=("another",), reason="No."),
        official=JAAN,
    )
    with pytest.raises(StepRefused) as refused:
        await waiting.step("appeal", {"reason": "Still."})
    assert refused.value.why == "no-appeal"


@pytest.mark.anyio
async def test_what_was_kept_long_enough_is_erased_and_its_figures_stay(waiting, erasing):
    await refused_case(waiting)
    before = case_of(waiting)
    vault = waiting.services.files.vault
    sealed = vault.seal(before.sealed_by, b"Mari", context="copy")
    waiting.clock.advance(timedelta(days=5 * 366))
    assert erasing.sweep() == 1
    after = case_of(waiting)
    assert (after.subject, after.state, after.ended_at) == ("", "refused", before.ended_at)
    assert (after.lane, after.needs) == ("", before.needs)
    with pytest.raises(CaseUnknown):
        await waiting.status()
    with pytest.raises(SealRefused) as refused:
        vault.open(before.sealed_by, sealed, context="copy")
    assert refused.value.why == "forgotten"
    assert erasing.sweep() == 0


@pytest.mark.anyio
async def test_a_case_is_kept_until_its_day(waiting, erasing):
    await refused_case(waiting)
    waiting.clock.advance(timedelta(days=5 * 365))
    assert erasing.sweep() == 0
    assert (await waiting.status())["state"] == "refused"


@pytest.mark.anyio
async def test_the_persons_other_cases_stay_readable(waiting, erasing):
    await refused_case(waiting)
    waiting.change(terms=Terms())
    await waiting.waiting(case="case-of-a-test-0002")
    waiting.clock.advance(timedelta(days=5 * 366))
    assert erasing.sweep() == 1
    waiting.case = "case-of-a-test-0002"
    assert (await waiting.status())["answers"]


@pytest.mark.anyio
async def test_while_an_appeal_goes_on_its_case_is_kept(waiting, erasing):
    waiting.change(terms=replace(TERMS, keep_years=1))
    await waiting.step("withdrawal")
    await waiting.waiting(case="case-of-a-test-0003")
    await waiting.decide(
        waiting.verdict(waiting.case, outcome="refuse", grounds=("another",), reason="No.")
    )
    kept = waiting.case
    await waiting.step("appeal", {"reason": "I was ill."})
    waiting.clock.advance(timedelta(days=400))
    erasing.sweep()
    assert case_of(waiting, kept).subject != ""


DAYS = [
    ("the last day is over at midnight", "2026-12-01T09:00", "2026-12-01T22:00"),
    ("at summer time an hour earlier", "2026-07-01T09:00", "2026-07-01T21:00"),
    ("on the day clocks go forward", "2026-03-29T09:00", "2026-03-29T21:00"),
    ("on the day clocks go back", "2026-10-25T09:00", "2026-10-25T22:00"),
    ("on a leap day", "2028-02-29T09:00", "2028-02-29T22:00"),
    ("late in the evening in Greenwich it is tomorrow here", "2026-12-01T23:00", "2026-12-02T22:00"),
]  # fmt: skip


def utc(text):
    return datetime.fromisoformat(f"{text}:00+00:00")


@pytest.mark.parametrize(("due", "ends"), [d[1:] for d in DAYS], ids=[d[0] for d in DAYS])
def test_a_last_day_ends_at_the_countrys_midnight(due, ends):
    assert over_at(utc(due), zone=TALLINN) == utc(ends)


LIMITS = [
    ("over a leap day", "ee", "2028-02-25T08:00", 5, "2028-03-01"),
    ("without one", "ee", "2027-02-25T08:00", 6, "2027-03-03"),
    ("over the change of clocks, begun late in the evening", "ee", "2026-03-26T21:30", 4, "2026-03-30"),
    ("back again", "ee", "2026-10-22T20:30", 4, "2026-10-26"),
    ("over the turn of the year and its holiday", "ee", "2026-12-30T08:00", 2, "2027-01-04"),
    ("over Tết", "vn", "2027-02-01T02:00", 3, "2027-02-11"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("country", "begins", "days", "ends"), [one[1:] for one in LIMITS], ids=[one[0] for one in LIMITS]
)  # fmt: skip
def test_days_of_a_limit_are_the_calendars(country, begins, days, ends):
    zone = {"ee": TALLINN, "vn": "Asia/Ho_Chi_Minh"}[country]
    works = country_profile(country).is_working_day
    due = due_after(utc(begins), days=days, zone=zone, works=works)
    assert local_day(due, zone) == date.fromisoformat(ends)


WRONG = [
    ("a silence that means something else", {"deadline": DeadlineSection(silence="maybe", law="x")}, "deadline"),
    ("a silence without law", {"deadline": DeadlineSection(silence="grant")}, "deadline"),
    ("more days before than there are", {"deadline": DeadlineSection(escalate_days=30)}, "deadline"),
    ("fewer than none", {"deadline": DeadlineSection(escalate_days=-1)}, "deadline"),
    ("an appeal without law", {"appeal": AppealSection(law=" ")}, "appeal"),
    ("an appeal that is never decided", {"appeal": AppealSection(law="x", decide_days=0)}, "appeal"),
    ("keeping without law", {"retention": RetentionSection(years=5, law="")}, "retention"),
    ("keeping for no time", {"retention": RetentionSection(years=0, law="x")}, "retention"),
    ("keeping for ever and a day", {"retention": RetentionSection(years=151, law="x")}, "retention"),
]  # fmt: skip


@pytest.mark.parametrize(("sections", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_limits_that_cant_be_are_refused(sections, why):
    given = {"deadline": None, "appeal": None, "retention": None, "refund": None, **sections}
    with pytest.raises(FolderRefused) as refused:
        terms_of(*given.values(), deadline_days=30, appeal_days=30)
    assert refused.value.why == why


def test_the_clock_looks_at_the_earlier_of_both():
    due = datetime(2026, 12, 10, 9, tzinfo=UTC)
    first = next_look(due, TERMS, zone=TALLINN, escalated=False)
    assert first == escalates_at(due, TERMS, zone=TALLINN)
    assert next_look(due, TERMS, zone=TALLINN, escalated=True) == over_at(due, zone=TALLINN)
    assert next_look(due, Terms(), zone=TALLINN, escalated=False) is None
