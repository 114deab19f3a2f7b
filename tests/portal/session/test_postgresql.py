"""The same guests on a PostgreSQL server, asked by two processes of the node."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.portal.session.conftest import TABLES
from tests.portal.session.house import CLIENT, MARI
from tests.portal.session.test_guests import answer_of

from riik.portal.session import Guests, KeptForms, SignedOut, SignInRefused, TokenRefused
from riik.portal.session.model import KeptForm
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
def addresses(postgresql):
    """Two doors to one database."""
    address = postgresql.new_database()
    opened = [open_database(address, name=name) for name in ("first", "second")]
    migrate(opened[0], TABLES)
    yield opened
    for each in opened:
        each.close()


@pytest.fixture
def workers(addresses, ports, login):
    """Two processes of one node: nothing but the database is between them."""
    return [
        Guests(client=CLIENT, provider=login, **(ports | {"database": one})) for one in addresses
    ]


@pytest.fixture
def forms(addresses, ports):
    """The forms of both."""
    return [KeptForms(**(ports | {"database": one})) for one in addresses]


async def test_a_sign_in_begun_at_one_ends_at_the_other(workers, login):
    first, second = workers
    answer = answer_of(login.sign_in(await first.begin(browser="b", to="/cases")))
    entered = await second.enter(answer, browser="b")
    assert (await first.visitor(entered.secret)).person == MARI
    with pytest.raises(SignInRefused):
        await first.enter(answer, browser="b")


async def test_who_leaves_at_one_is_gone_at_the_other(workers, login):
    first, second = workers
    entered = await first.enter(
        answer_of(login.sign_in(await first.begin(browser="b"))), browser="b"
    )
    await second.leave(entered.secret)
    with pytest.raises(SignedOut):
        await first.visitor(entered.secret)


async def test_a_logout_heard_by_one_is_heard_by_both(workers, login):
    first, second = workers
    entered = await first.enter(
        answer_of(login.sign_in(await first.begin(browser="b"))), browser="b"
    )
    await second.hear_logout(login.logout_token())
    with pytest.raises(SignedOut):
        await first.visitor(entered.secret)
    with pytest.raises(TokenRefused) as refused:
        await first.hear_logout(login.logout_token())
    assert refused.value.why == "replayed"


async def test_answers_kept_by_one_are_shown_by_the_other(workers, forms, login):
    guests, (first, second) = workers[0], forms
    entered = await guests.enter(
        answer_of(login.sign_in(await guests.begin(browser="b"))), browser="b"
    )
    kept = KeptForm(path="/x", body=b"a=1")
    key = await first.keep(kept, subject=await guests.whose(entered.secret))
    assert await second.kept(key, person=MARI) == kept


async def test_a_double_click_at_two_processes_is_one_thing(forms):
    ticket = forms[0].ticket()

    def take(which):
        return asyncio.run(which.once(ticket, person=MARI))

    with ThreadPoolExecutor() as pool:
        taken = [pool.submit(take, which) for which in forms]
    outcomes = [one.exception() for one in taken]
    assert [type(one).__name__ for one in outcomes if one is not None] == ["AlreadyReceived"]


async def test_two_pages_at_once_keep_one_session_alive(workers, login, clock):
    first, second = workers
    entered = await first.enter(
        answer_of(login.sign_in(await first.begin(browser="b"))), browser="b"
    )
    clock.advance(minutes=10)

    def look(which):
        return asyncio.run(which.visitor(entered.secret)).person

    with ThreadPoolExecutor() as pool:
        assert set(pool.map(look, [first, second] * 4)) == {MARI}
