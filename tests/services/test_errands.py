"""An official helps somebody who is here: whose errand it is, in which session, for how long."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.services.house import ANNELI, CASE, JAAN, MARI, REIN, TIINA

from riik.cases import CaseUnknown
from riik.core import person_code
from riik.services import DeskRefused
from riik.services.errors import AuthorityMissing

pytestmark = pytest.mark.anyio

PETER = person_code("EE37003030002")
SERVICE = "driving-licence"


async def begun(house, **wanted):
    return await house.errands.begin(house.clerk(), **(wanted or {"service": SERVICE}))


async def refused(asked, kind=DeskRefused):
    with pytest.raises(kind) as error:
        await asked
    return error.value.why


async def test_an_errand_tells_who_helps_with_what_and_nothing_of_the_person(house):
    told = await house.errands.told(await begun(house))
    assert (told["official"], told["service"]) == ("Anneli Põder", SERVICE)
    assert set(told) == {"official", "code", "unit", "service", "names", "taken"}


async def test_the_person_takes_it_up_in_one_session(house):
    secret = await begun(house)
    taken = await house.errands.take_up(secret, person=MARI, session="s1")
    found = await house.errands.beside(MARI, session="s1", service=SERVICE)
    assert found == taken
    assert (found.official, found.begun) == (ANNELI, False)
    assert found.statement == f"{ANNELI}/{found.case}"
    assert await refused(house.errands.beside(MARI, session="s2")) == "no-errand"


async def test_who_signed_out_comes_back_only_with_the_official_s_word_anew(house):
    secret = await begun(house)
    await house.errands.take_up(secret, person=MARI, session="s1")
    later = house.errands.take_up(secret, person=MARI, session="s2")
    assert await refused(later) == "word-over"
    await house.errands.again(house.clerk(), secret)
    assert await refused(house.errands.beside(MARI, session="s1")) == "no-errand"
    await house.errands.take_up(secret, person=MARI, session="s2")
    assert (await house.errands.beside(MARI, session="s2")).official == ANNELI


async def test_of_two_who_take_it_up_at_once_one_is_helped(house):
    secret = await begun(house)
    both = [house.errands.take_up(secret, person=one, session="s1") for one in (MARI, PETER)]
    ends = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(one).__name__ for one in ends) == ["Beside", "DeskRefused"]


async def test_an_errand_is_of_one_person_one_case_and_one_service(house):
    secret = await begun(house)
    await house.errands.take_up(secret, person=MARI, session="s1")
    again = house.errands.take_up(secret, person=PETER, session="s1")
    assert await refused(again) == "no-errand"
    for other in ({"case": CASE}, {"service": "driving-course"}):
        assert await refused(house.errands.beside(MARI, session="s1", **other)) == "no-errand"
    assert await refused(house.errands.beside(PETER, session="s1")) == "no-errand"


async def test_nobody_helps_themselves(house):
    secret = await begun(house)
    taken = house.errands.take_up(secret, person=ANNELI, session="s1")
    assert await refused(taken, AuthorityMissing) == "own-case"


async def test_who_is_no_official_helps_nobody(house):
    asked = house.errands.begin(house.clerk(PETER), service=SERVICE)
    assert await refused(asked, AuthorityMissing) == "no-official"


async def test_only_what_the_unit_fills_in_at_a_desk_is_begun(house):
    for clerk in (house.clerk(REIN), house.clerk(TIINA)):
        asked = house.errands.begin(clerk, service="fishing-card")
        assert await refused(asked) == "no-service"
    assert await refused(house.errands.begin(house.clerk(REIN), service=SERVICE)) == "no-service"
    house.change(channels=("web",))
    assert await refused(begun(house)) == "no-service"


async def test_login_must_have_stated_it_of_this_case(house):
    asked = house.errands.begin(house.clerk(stated="another-case-altogether"), service=SERVICE)
    assert await refused(asked, AuthorityMissing) == "case"


async def test_a_case_from_home_goes_on_by_its_number(house):
    await house.start()
    secret = await begun(house, number="1")
    taken = await house.errands.take_up(secret, person=MARI, session="s1")
    assert (taken.case, taken.begun) == (CASE, True)


async def test_a_number_of_another_unit_or_of_what_is_not_for_desks_or_ended_is_unknown(house):
    await house.start()
    asked = house.errands.begin(house.clerk(REIN), number="1")
    assert await refused(asked, CaseUnknown) == "unknown"
    house.change(channels=("web",))
    assert await refused(begun(house, number="1"), CaseUnknown) == "unknown"
    house.change(channels=("web", "desk"))
    await begun(house, number="1")
    await house.step("withdrawal")
    assert await refused(begun(house, number="1"), CaseUnknown) == "unknown"
    assert await refused(begun(house, number="2"), CaseUnknown) == "unknown"


async def test_the_official_gives_their_word_anew_and_nobody_else_does(house):
    secret = await begun(house)
    taken = await house.errands.take_up(secret, person=MARI, session="s1")
    house.clock.advance(timedelta(minutes=50))
    await house.errands.again(house.clerk(), secret)
    house.clock.advance(timedelta(minutes=50))
    again = await house.errands.take_up(secret, person=MARI, session="s1")
    assert again.case == taken.case
    assert await refused(house.errands.again(house.clerk(JAAN), secret)) == "no-errand"


async def test_an_errand_is_over_after_an_hour_and_forgotten_then(house):
    secret = await begun(house)
    await house.errands.take_up(secret, person=MARI, session="s1")
    house.clock.advance(timedelta(hours=1))
    for late in (
        house.errands.told(secret),
        house.errands.take_up(secret, person=MARI, session="s1"),
        house.errands.beside(MARI, session="s1"),
        house.errands.again(house.clerk(), secret),
        house.errands.told("made up"),
    ):
        assert await refused(late) == "no-errand"
    house.clock.advance(timedelta(seconds=1))
    await begun(house)
    with house.database.read() as work:
        assert work.execute(text("SELECT count(*) FROM desk_errand")).scalar() == 1


async def test_the_table_holds_nobody_s_name_nor_code(house):
    secret = await begun(house)
    await house.errands.take_up(secret, person=MARI, session="session-of-mari")
    with house.database.read() as work:
        rows = str(work.execute(text("SELECT * FROM desk_errand")).all())
    assert not [one for one in (MARI, ANNELI, secret, "session-of-mari") if one in rows]


async def test_an_official_who_left_is_at_nobody_s_side(house):
    secret = await begun(house)
    await house.errands.take_up(secret, person=MARI, session="s1")
    queues = house.errands.queues
    left = {one: each for one, each in queues.staff.officials.items() if one != ANNELI}
    staff = replace(queues.staff, officials=left)
    after = replace(house.errands, queues=replace(queues, staff=staff))
    for asked in (
        after.beside(MARI, session="s1"),
        after.take_up(secret, person=MARI, session="s1"),
        after.told(secret),
        after.again(house.clerk(), secret),
    ):
        assert await refused(asked, AuthorityMissing) == "no-official"
