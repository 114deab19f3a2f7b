"""Figures of many cases, in which nobody can be found."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.services.house import CERTIFICATE, VALUE

from riik.cases import Journey, State
from riik.core import ClientId
from riik.services.http import offers
from riik.services.measures.figures import figures
from riik.services.measures.telling import Telling, rough
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio

EARNEST = Telling()
LEAST = EARNEST.least
FEW = Telling(least=3, step=3)
EXACT = Telling(least=3, step=1)
NAMES = {"licence": {"et": "Luba", "en": "Licence"}}


def journey(minutes=1, *, by="computer", state=State.GRANTED, channel="web"):
    handed_in = NOON - timedelta(days=1)
    return Journey(
        service="licence",
        channel=channel,
        opened_at=handed_in - timedelta(minutes=5),
        handed_in_at=handed_in,
        decided_at=handed_in + timedelta(minutes=minutes) if state.ended else None,
        decided_by=by if state.ended else "",
        state=state,
    )


def row(*journeys, telling=EARNEST):
    [found] = figures(journeys, names=NAMES, until=NOON, telling=telling)
    return found


def test_times_to_the_decision_are_median_and_95th_of_a_hundred_in_whole_minutes():
    found = row(*(journey(minute - 0.5) for minute in range(1, 21)))
    assert (found["median_seconds"], found["p95_seconds"]) == (600, 1140)
    assert (found["opened"], found["decided"]) == (20, 20)


def test_of_fewer_than_twenty_the_slowest_is_one_case_and_not_told():
    assert row(*(journey(minute) for minute in range(1, 20)))["p95_seconds"] is None


ROUGH = [(0, 60), (1, 60), (61, 120), (7_200, 7_200), (7_201, 10_800), (172_801, 259_200)]


@pytest.mark.parametrize(("seconds", "said"), ROUGH)
def test_no_time_is_told_to_the_second(seconds, said):
    assert rough(seconds) == said


def test_shares_and_channels_of_enough_cases():
    many = [journey() for _ in range(60)] + [
        journey(by="official", channel="desk") for _ in range(22)
    ]
    found = row(*many)
    assert (found["automatic"], found["online"]) == (0.75, 0.75)
    assert (found["opened"], found["outcomes"]["granted"]) == (80, None)


def test_a_share_of_few_cases_is_not_told():
    found = row(*(journey() for _ in range(24)), *(journey(by="official") for _ in range(16)))
    assert (found["opened"], found["automatic"], found["online"]) == (40, None, None)
    nobody_real = row(*(journey() for _ in range(4)), journey(by="official"), telling=EXACT)
    assert (nobody_real["decided"], nobody_real["automatic"]) == (5, None)
    exact = [journey()] * 3 + [journey(by="official")] * 5
    assert row(*exact, telling=EXACT)["automatic"] == 0.38


def test_few_cases_tell_what_none_tell():
    few, none = row(*(journey() for _ in range(9))), row()
    assert few == none
    flat = {**few, **few["outcomes"], **few["channels"]}
    told = {key for key, value in flat.items() if value is not None}
    assert told == {"service", "names", "outcomes", "channels"}


def test_one_among_many_is_not_found_by_subtraction():
    found = row(*(journey() for _ in range(30)), journey(state=State.REFUSED, by="official"))
    assert found["decided"] == 30
    assert found["outcomes"] == {"granted": None, "refused": None, "withdrawn": None}
    assert found["automatic"] is None


def test_one_more_and_one_less_look_the_same_but_for_one_in_five():
    shown = [row(*(journey() for _ in range(many)))["opened"] for many in range(10, 20)]
    assert shown == [10] * 5 + [15] * 5


def test_the_one_that_was_granted_does_not_follow_from_those_that_wait():
    cases = [journey(state=State.WITH_OFFICIAL) for _ in range(3)] + [journey()]
    found = row(*cases, telling=FEW)
    without = row(*cases[:3], telling=FEW)
    assert found == without
    assert (found["opened"], found["with_official"], found["outcomes"]["granted"]) == (3, 3, None)


def test_who_waits_is_counted_and_how_long_only_as_far_as_many_wait():
    def waiting(days):
        return Journey(
            service="licence",
            channel="web",
            opened_at=NOON - timedelta(days=days),
            handed_in_at=NOON - timedelta(days=days, minutes=-1),
            decided_at=None,
            decided_by="",
            state=State.WITH_OFFICIAL,
        )

    nine = [waiting(20) for _ in range(LEAST - 1)]
    found = row(*nine, waiting(87), *(waiting(1.5) for _ in range(3)))
    assert (found["with_official"], found["waiting_over_days"]) == (10, 14)
    assert row(*nine, *(waiting(2) for _ in range(9)))["waiting_over_days"] == 1
    assert row(*nine)["waiting_over_days"] is None


def test_cases_of_services_that_are_no_more_are_left_out():
    assert figures([journey()], names={}, until=NOON, telling=EARNEST) == []


WHOLES = (("a", "b", "c"), ("b", "c", "d"))
cells = st.fixed_dictionaries(dict.fromkeys("abcd", st.integers(0, 60)))


@given(cells, st.sampled_from([EARNEST, FEW]))
def test_no_small_count_is_ever_told_and_no_hidden_one_is_alone_in_its_whole(counts, telling):
    shown = telling.cells(counts, WHOLES)
    for name, count in shown.items():
        assert count is None or (count >= telling.least and count % telling.step == 0)
        assert count is None or 0 <= counts[name] - count < telling.step
    for whole in WHOLES:
        hidden = [name for name in whole if shown[name] is None]
        assert len(hidden) != 1


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_share_is_made_of_what_is_told(part, rest):
    found = EARNEST.share(part, part + rest)
    told = [EARNEST.count(one) or 0 for one in (part, rest)]
    assert found is None or found == round(told[0] / sum(told), 2)


@given(st.integers(0, 500), st.integers(0, 500), st.sampled_from([EARNEST, FEW, EXACT]))
def test_a_share_that_is_told_is_right_within_five_points(part, rest, telling):
    found = telling.share(part, part + rest)
    assert found is None or abs(found - part / (part + rest)) <= 0.055


async def test_a_real_case_is_counted_with_its_channel_and_times(house):
    for number in range(LEAST):
        house.case = f"case-of-a-measure-{number:04d}"
        await house.go()
    [today] = (await answered(house, "days=30"))["services"]
    assert today["opened"] is None
    house.clock.advance(days=1)
    found = await answered(house, "days=30")
    [service] = found["services"]
    assert (service["opened"], service["decided"]) == (LEAST, LEAST)
    assert (service["channels"], service["automatic"]) == (
        {"web": LEAST, "desk": None, "api": None},
        None,
    )
    assert service["median_seconds"] == 60
    assert (found["least"], found["step"]) == (LEAST, EARNEST.step)
    assert found["until"][10:19] == "T00:00:00"


async def test_a_decision_of_today_shows_tomorrow(house):
    house.clock.advance(hours=-13)
    for number in range(LEAST):
        house.case = f"case-of-yesterday-{number:04d}"
        await house.start()
    house.clock.advance(hours=13)
    for number in range(LEAST):
        house.case = f"case-of-yesterday-{number:04d}"
        await house.go()
    [today] = (await answered(house, "days=30"))["services"]
    assert (today["opened"], today["decided"]) == (LEAST, None)
    house.clock.advance(days=1)
    [tomorrow] = (await answered(house, "days=30"))["services"]
    assert tomorrow["decided"] == LEAST


async def test_older_cases_are_not_of_the_period(house):
    await house.start()
    for number in range(LEAST - 1):
        house.case = f"case-of-long-ago-{number:04d}"
        await house.start()
    house.clock.advance(days=1)
    assert (await answered(house, ""))["services"][0]["opened"] == LEAST
    house.clock.advance(days=31)
    assert (await answered(house, ""))["services"][0]["opened"] is None
    assert (await answered(house, "days=90"))["services"][0]["opened"] == LEAST


async def test_nobody_stands_in_the_answer(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    await house.step("signature", VALUE)
    text = msgspec.json.encode(await answered(house, "days=90")).decode()
    assert house.case not in text
    assert "2026-000001" not in text


async def answered(house, query, path="/"):
    provider = ClientId.parse("EE-DEMO/GOV/70001053/services")
    [offer] = [
        one for one in offers(house.services, provider=provider) if one.service == "measures"
    ]
    assert offer.open_to_all

    class Asked:
        pass

    asked = Asked()
    asked.query, asked.path = query, path
    return msgspec.json.decode((await offer.handler(asked)).body)


@pytest.mark.parametrize(
    "query",
    [
        "days=0",
        "days=-1",
        "days=x",
        "days=99999",
        "days=1;2",
        "days=29",
        "days=31",
        "days=1",
        "days=366",
    ],
)
async def test_a_period_that_is_none_is_refused(house, query):
    from riik.services.errors import ServiceRefused

    with pytest.raises(ServiceRefused) as refused:
        await answered(house, query)
    assert refused.value.why == "days"
