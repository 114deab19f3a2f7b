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
from riik.services.measures.figures import LEAST, figures, share, told
from riik.testing.ports import NOON

pytestmark = pytest.mark.anyio

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


def row(*journeys):
    [found] = figures(journeys, names=NAMES, now=NOON)
    return found


def test_times_to_the_decision_are_median_and_95th_of_a_hundred():
    found = row(*(journey(minute) for minute in range(1, 21)))
    assert (found["median_seconds"], found["p95_seconds"]) == (600, 1140)
    assert (found["opened"], found["decided"], found["automatic"], found["online"]) == (20, 20, 1.0, 1.0)  # fmt: skip


def test_shares_and_channels_of_enough_cases():
    many = [journey() for _ in range(30)] + [
        journey(by="official", channel="desk") for _ in range(10)
    ]
    found = row(*many)
    assert (found["automatic"], found["online"]) == (0.75, 0.75)
    assert found["channels"] == {"web": 30, "desk": 10}
    assert found["outcomes"] == {"granted": 40, "refused": 0, "withdrawn": 0}


def test_few_cases_tell_nothing():
    found = row(*(journey() for _ in range(9)))
    untold = {key: value for key, value in found.items() if key not in ("service", "names", "outcomes", "channels")}  # fmt: skip
    assert {value for key, value in untold.items() if key not in ("with_person", "with_official")} == {None}  # fmt: skip
    assert set(found["channels"].values()) == {None}


def test_one_among_many_is_not_found_by_subtraction():
    found = row(*(journey() for _ in range(30)), journey(state=State.REFUSED, by="official"))
    assert found["decided"] == 31
    assert found["outcomes"] == {"granted": None, "refused": None, "withdrawn": 0}
    assert found["automatic"] is None


def test_who_waits_is_counted_and_for_how_long():
    found = row(*(journey(state=State.WITH_OFFICIAL) for _ in range(10)))
    assert (found["with_official"], found["longest_wait_seconds"]) == (10, 86_400)
    assert found["median_seconds"] is None


def test_a_service_without_cases_is_told_as_such():
    found = row()
    assert (found["opened"], found["decided"], found["online"]) == (0, 0, None)


def test_cases_of_services_that_are_no_more_are_left_out():
    assert figures([journey()], names={}, now=NOON) == []


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 60), min_size=1))
def test_no_small_count_is_ever_told_nor_follows_from_the_rest(parts):
    shown = told(parts)
    assert not any(count and count < LEAST for count in shown.values())
    hidden = [name for name, count in shown.items() if count is None]
    small = [name for name, count in parts.items() if 0 < count < LEAST]
    assert not small or all(name in hidden for name, count in parts.items() if count)


@given(st.integers(0, 100), st.integers(0, 100))
def test_a_share_tells_of_ten_at_least_on_each_side(part, rest):
    found = share(part, part + rest)
    assert found is None or all(count == 0 or count >= LEAST for count in (part, rest))


async def test_a_real_case_is_counted_with_its_channel_and_times(house):
    for number in range(LEAST):
        house.case = f"case-of-a-measure-{number:04d}"
        await house.go()
    found = await answered(house, "days=1")
    [service] = found["services"]
    assert (service["opened"], service["outcomes"]["granted"]) == (LEAST, LEAST)
    assert (service["channels"], service["automatic"]) == ({"web": LEAST}, 1.0)
    assert service["median_seconds"] == 0
    assert found["least"] == LEAST


async def test_older_cases_are_not_of_the_period(house):
    await house.start()
    house.clock.advance(days=31)
    assert (await answered(house, ""))["services"][0]["opened"] == 0


async def test_nobody_stands_in_the_answer(house):
    await house.start()
    await house.answer()
    await house.step("submission", CERTIFICATE)
    await house.step("signature", VALUE)
    text = msgspec.json.encode(await answered(house, "days=7")).decode()
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


@pytest.mark.parametrize("query", ["days=0", "days=-1", "days=x", "days=99999", "days=1;2"])
async def test_a_period_that_is_none_is_refused(house, query):
    from riik.services.errors import ServiceRefused

    with pytest.raises(ServiceRefused) as refused:
        await answered(house, query)
    assert refused.value.why == "days"


def test_where_nobody_is_real_less_may_be_told():
    assert told({"granted": 4, "refused": 3}, least=3) == {"granted": 4, "refused": 3}
    assert told({"granted": 4, "refused": 2}, least=3) == {"granted": None, "refused": None}
