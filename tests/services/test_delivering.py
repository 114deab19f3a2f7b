"""From when the days to appeal run: not before the decision reached its person."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from tests.services.house import ANNELI, CASE
from tests.services.test_terms import TERMS, case_of, kinds, refused_case

from riik.core import Unavailable, to_text
from riik.services import StepRefused
from riik.services.store import SqlServiceStore
from riik.services.terms.delivering import Deliveries, Reached, notice_of

pytestmark = pytest.mark.anyio

NOTICE = f"{CASE}-decided"
STORE = SqlServiceStore()


class Inbox:
    """An inbox that says of every notice what the test says."""

    def __init__(self):
        self.told, self.asked = {}, []

    async def __call__(self, notices):
        self.asked.append(list(notices))
        if isinstance(self.told, Exception):
            raise self.told
        if isinstance(self.told, bytes):
            return self.told
        return json.dumps([{"id": one, **self.told} for one in notices]).encode()


@pytest.fixture
async def refused(house, world):
    """A case that was refused, whose notice is on its way."""
    house.change(terms=replace(TERMS, silence=""))
    world.silent = {"driver-certificate"}
    await house.waiting()
    await refused_case(house, official=ANNELI)
    with house.database.work() as work:
        sent = Reached(case=CASE, notice=NOTICE, sent_at=house.clock.now())
        STORE.begin_delivery(sent, due=to_text(house.clock.now()), work=work)
    return house


@pytest.fixture
def inbox():
    return Inbox()


@pytest.fixture
def deliveries(refused, inbox, in_thread):
    return Deliveries(
        database=refused.database,
        store=STORE,
        cases=refused.services.cases,
        ask=inbox,
        clock=refused.clock,
        in_thread=in_thread,
    )


def known(house):
    with house.database.read() as work:
        return STORE.delivery(CASE, work=work)


async def appeal(house):
    return await house.step("appeal", {"reason": "I was ill."})


async def test_while_a_decision_reached_nobody_its_days_do_not_run(refused, deliveries, inbox):
    inbox.told = {"state": "sent", "channel": "mail"}
    refused.clock.advance(timedelta(days=200))
    await deliveries.look()
    assert known(refused).delivered_at is None
    assert "appeal" in (await refused.status())["may"]
    assert (await appeal(refused))["appealed"]


async def test_the_days_run_from_delivery_and_end(refused, deliveries, inbox):
    opened = refused.clock.now() + timedelta(days=40)
    refused.clock.advance(timedelta(days=41))
    inbox.told = {"delivered_at": to_text(opened), "delivered_by": "opened", "state": "sent"}
    await deliveries.look()
    refused.clock.advance(timedelta(days=28))
    assert "appeal" in (await refused.status())["may"]
    refused.clock.advance(timedelta(days=2))
    assert "appeal" not in (await refused.status())["may"]
    with pytest.raises(StepRefused) as late:
        await appeal(refused)
    assert late.value.why == "late"


async def test_the_person_is_told_the_later_day(refused, deliveries, inbox):
    before = (await refused.status())["decision"]
    opened = refused.clock.now() + timedelta(days=3)
    inbox.told = {"delivered_at": to_text(opened), "delivered_by": "opened"}
    refused.clock.advance(timedelta(days=5))
    await deliveries.look()
    after = (await refused.status())["decision"]
    assert before["at"] == after["at"]
    assert kinds(refused)[-1] == "delivered"
    assert before["appeal"]["until"] < after["appeal"]["until"]


async def test_delivery_before_the_decision_was_written_down_takes_no_day_away(
    refused, deliveries, inbox
):
    early = to_text(refused.clock.now() - timedelta(days=100))
    inbox.told = {"delivered_at": early, "delivered_by": "opened"}
    await deliveries.look()
    refused.clock.advance(timedelta(days=29))
    assert "appeal" in (await refused.status())["may"]


async def test_what_is_delivered_is_not_asked_again(refused, deliveries, inbox):
    inbox.told = {"delivered_at": to_text(refused.clock.now()), "delivered_by": "opened"}
    await deliveries.look()
    refused.clock.advance(timedelta(days=100))
    await deliveries.look()
    assert inbox.asked == [[NOTICE]]
    assert kinds(refused).count("delivered") == 1


async def test_an_official_sees_once_that_nobody_was_reached(refused, deliveries, inbox):
    inbox.told = {"state": "unreachable", "channel": "letter"}
    await deliveries.look()
    refused.clock.advance(timedelta(hours=7))
    await deliveries.look()
    assert len(inbox.asked) == 2
    assert kinds(refused).count("not-reached") == 1


@pytest.mark.parametrize("told", [b"", b"{}", b"[1]", b"[" * 100_000])
async def test_an_inbox_that_says_something_else_ends_no_time(refused, deliveries, inbox, told):
    inbox.told = told
    with pytest.raises(Unavailable):
        await deliveries.look()
    assert known(refused).delivered_at is None


async def test_a_silent_inbox_is_asked_again(refused, deliveries, inbox):
    inbox.told = Unavailable("silent", why="connect")
    with pytest.raises(Unavailable):
        await deliveries.look()
    inbox.told = {"delivered_at": to_text(refused.clock.now()), "delivered_by": "letter"}
    await deliveries.look()
    assert known(refused).how == "letter"


async def test_a_notice_that_the_inbox_does_not_know_is_not_delivered(refused, deliveries, inbox):
    inbox.told = b"[]"
    await deliveries.look()
    assert known(refused).delivered_at is None
    assert case_of(refused).state == "refused"


async def test_only_what_has_legal_effect_is_watched(house):
    content = {"id": NOTICE, "case": CASE, "legal_effect": False}
    assert notice_of(content, at=house.clock.now()) is None
    assert notice_of(content | {"legal_effect": True}, at=house.clock.now()).notice == NOTICE


async def test_an_official_sees_by_what_and_when_it_reached_the_person(refused, deliveries, inbox):
    inbox.told = {"state": "sent", "channel": "mail"}
    await deliveries.look()
    under_way = (await refused.desk.open(refused.clerk(), CASE))["delivery"]
    assert (under_way["state"], under_way["channel"]) == ("sent", "mail")
    assert under_way["delivered"] is None
