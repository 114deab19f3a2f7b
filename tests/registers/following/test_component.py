"""Subscriptions: by right, in order, at least once, from a cursor; nothing to who lost the right."""

import json
from contextlib import suppress

import pytest
from tests.registers.following.house import BANK, INSURER, NO_RIGHT, RIGHT, Quay, asks
from tests.registers.house import House

from riik.core import Refused, Unavailable
from riik.registers.writing import FEED
from riik.transparency import Action

pytestmark = pytest.mark.anyio


@pytest.fixture
def quay(tmp_path):
    house = House(tmp_path, names=())
    yield Quay(house)
    house.closed()


def refused(why):
    return pytest.raises(Refused, check=lambda error: error.why == why)


async def test_a_subscriber_is_told_which_record_changed_and_how_never_to_what(quay):
    quay.subscribe()
    quay.change(state="sunk", length=7)
    await quay.deliver()
    [(client, batch)] = quay.weather.batches
    [event] = batch["events"]
    assert (client, event["number"], event["kind"]) == (str(INSURER), 1, "correct")
    assert event["fields"] == ["state"]
    told = json.dumps(batch)
    assert "sunk" not in told
    assert "EE49001019904" not in told


async def test_what_is_told_is_a_look_of_that_person(quay):
    quay.subscribe()
    quay.change(state="sunk")
    await quay.deliver()
    [look] = [one for one in quay.looks() if one.reader == INSURER]
    assert (look.purpose, look.action) == ("insurance", Action.DISCLOSE)
    assert list(look.fields) == ["state"]


async def test_what_a_right_does_not_name_is_not_told(quay):
    quay.subscribe()
    quay.change(length=7)
    await quay.deliver()
    assert quay.weather.batches == []
    quay.change(state="sunk")
    await quay.deliver()
    assert quay.weather.numbers() == [2]


async def test_what_changed_before_the_subscription_is_not_told(quay):
    quay.change(state="sunk")
    quay.subscribe()
    await quay.deliver()
    quay.change(state="afloat")
    await quay.deliver()
    assert quay.weather.numbers() == [1]


async def test_a_register_that_nobody_follows_numbers_nothing(quay):
    quay.change(state="sunk")
    assert [topic for topic, _, _ in quay.house.outbox.events if topic == FEED] == []


async def test_a_subscriber_that_was_down_gets_everything_in_order(quay):
    quay.subscribe()
    quay.weather.fails = ["down", "down", "down"]
    for state in ("sunk", "afloat", "sunk"):
        quay.change(state=state)
        with pytest.raises(Unavailable):
            await quay.deliver()
    await quay.deliver()
    assert quay.weather.numbers() == [1, 2, 3]


async def test_a_subscriber_that_answers_too_late_is_told_again_and_never_out_of_order(quay):
    quay.subscribe()
    quay.weather.fails = ["slow"]
    quay.change(state="sunk")
    with pytest.raises(Unavailable):
        await quay.deliver()
    quay.change(state="afloat")
    await quay.deliver()
    assert quay.weather.numbers() == [1, 1, 2]


async def test_what_was_taken_is_not_told_again(quay):
    quay.subscribe()
    quay.change(state="sunk")
    for _ in range(3):
        await quay.deliver()
    assert quay.weather.numbers() == [1]


async def test_one_that_is_down_keeps_nobody_else_waiting(quay):
    quay.run(RIGHT + RIGHT.replace("insurer", "bank").replace("transport", "nobody"))
    quay.subscribe()
    quay.subscribe(asks(BANK))
    quay.change(state="sunk")
    quay.weather.fails = ["down"]
    with pytest.raises(Unavailable):
        await quay.deliver()
    assert len(quay.weather.batches) == 1
    with suppress(Unavailable):
        await quay.deliver()
    assert (quay.weather.numbers(), quay.weather.numbers(BANK)) == ([1], [1])


async def test_more_events_than_a_batch_holds_come_one_batch_after_the_other(quay):
    quay.subscribe()
    for number in range(105):
        quay.change(state=("sunk", "afloat")[number % 2])
    await quay.deliver()
    assert [len(batch["events"]) for _, batch in quay.weather.batches] == [100, 5]
    assert quay.weather.numbers() == list(range(1, 106))


async def test_who_lost_the_right_is_told_nothing_more(quay):
    quay.subscribe()
    quay.change(state="sunk")
    quay.run(NO_RIGHT)
    await quay.deliver()
    assert quay.weather.batches == []
    assert INSURER not in {one.reader for one in quay.looks()}
    with refused("client"):
        quay.events()
    with refused("client"):
        quay.following.record("boats", caller=asks(), offer="boat", number=1)


async def test_a_right_that_comes_back_needs_a_new_subscription_and_loses_nothing(quay):
    quay.subscribe()
    quay.change(state="sunk")
    quay.run(NO_RIGHT)
    await quay.deliver()
    quay.run(RIGHT)
    await quay.deliver()
    assert quay.weather.batches == []
    quay.subscribe(asks(message_id="m2"))
    await quay.deliver()
    assert quay.weather.numbers() == [1]


async def test_who_refuses_a_batch_is_asked_no_more_until_it_subscribes_again(quay):
    quay.subscribe()
    quay.change(state="sunk")
    quay.weather.fails = ["refuses"]
    await quay.deliver()
    await quay.deliver()
    assert quay.weather.batches == []
    quay.subscribe(asks(message_id="m2"))
    await quay.deliver()
    assert quay.weather.numbers() == [1]


async def test_a_subscriber_goes_on_where_it_says(quay):
    quay.subscribe()
    for state in ("sunk", "afloat", "sunk"):
        quay.change(state=state)
    await quay.deliver()
    quay.subscribe(asks(message_id="m2"), after=1)
    await quay.deliver()
    assert quay.weather.numbers() == [1, 2, 3, 2, 3]


def test_who_asks_by_itself_gets_events_from_its_cursor_as_often_as_it_asks(quay):
    quay.subscribe(service="")
    quay.change(state="sunk")
    quay.change(state="afloat")
    for _ in range(2):
        assert [one["number"] for one in quay.events()["events"]] == [1, 2]
    assert [one["number"] for one in quay.events(after=1)["events"]] == [2]
    assert [one["number"] for one in quay.events()["events"]] == [2]


async def test_who_asks_by_itself_is_not_called(quay):
    quay.subscribe(service="")
    quay.change(state="sunk")
    await quay.deliver()
    assert quay.weather.batches == []


def test_what_a_record_holds_is_asked_by_the_event_and_is_a_look(quay):
    quay.subscribe()
    quay.change(state="sunk")
    told = quay.following.record("boats", caller=asks(), offer="boat", number=1)
    assert told["values"] == {"number": "AB 1", "state": "sunk"}
    [look] = [one for one in quay.looks() if one.reader == INSURER]
    assert set(look.fields) == {"number", "state"}


WRONG = [
    ("another purpose", {"caller": asks(purpose="curiosity")}, "purpose"),
    ("no purpose", {"caller": asks(purpose="")}, "missing"),
    ("another law", {"caller": asks(legal_basis="Roads Act")}, "legal-basis"),
    ("another client", {"caller": asks(BANK)}, "client"),
    ("another offer", {"offer": "enter"}, "client"),
    ("an address for a service", {"service": "http://evil.example/"}, "service"),
    ("a service outside", {"service": "../x"}, "service"),
    ("an event that is still to come", {"after": 1}, "after"),
    ("an event before the first", {"after": -1}, "after"),
]


@pytest.mark.parametrize(("asked", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_who_may_not_follow_is_refused_and_followed_is_nothing(quay, asked, why):
    with refused(why):
        quay.subscribe(**asked)
    quay.change(state="sunk")
    with refused("unknown"):
        quay.events()


@pytest.mark.parametrize("number", [0, 2, 10**9])
def test_an_event_that_is_not_there_shows_no_record(quay, number):
    quay.subscribe()
    quay.change(state="sunk")
    with refused("unknown"):
        quay.following.record("boats", caller=asks(), offer="boat", number=number)


async def test_who_ended_it_is_told_nothing_and_may_end_it_once(quay):
    quay.subscribe()
    quay.change(state="sunk")
    quay.run(NO_RIGHT)
    assert quay.following.end("boats", caller=asks(), offer="boat")["state"] == "ended"
    quay.run(RIGHT)
    await quay.deliver()
    assert quay.weather.batches == []
    for verb in (quay.following.end, quay.following.events):
        others = {} if verb == quay.following.end else {"after": None}
        with refused("unknown"):
            verb("boats", caller=asks(), offer="boat", **others)


def test_nobody_ends_or_reads_anothers(quay):
    quay.run(RIGHT + RIGHT.replace("insurer", "bank").replace("transport", "nobody"))
    quay.subscribe()
    quay.change(state="sunk")
    with refused("unknown"):
        quay.following.end("boats", caller=asks(BANK), offer="boat")
    with refused("unknown"):
        quay.events(asks(BANK))
