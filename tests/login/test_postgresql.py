"""The same sign-in on a PostgreSQL server: every table is written, read and swept."""

import pytest
from tests.login.conftest import BROWSER, CHILD, MARI, ORIGIN, PORTAL, SOURCE, TRANSPORT

from riik.login import SessionRefused, TokenRefused
from riik.login.jobs import sweeper
from riik.login.store import SqlLoginStore
from riik.runtime.database import open_database

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
def database(postgresql):
    database = open_database(postgresql.new_database(), name="test")
    yield database
    database.close()


async def test_a_person_signs_in_is_stated_and_signs_out(login, relying, sign_in, handle_on):
    session = await sign_in()
    handle = handle_on(session)
    assert relying.grant(handle, relying=PORTAL).session.person == MARI
    assert await relying.statement(
        handle, relying=PORTAL, audience=TRANSPORT, case="1", represented=CHILD
    )
    assert [event.action for event in login.history(session.id)].count("stated") == 1
    login.logout(session.id)
    with pytest.raises(SessionRefused):
        relying.grant(handle, relying=PORTAL)


async def test_failures_count_and_are_swept(login, clock, ports):
    login.start(browser=BROWSER)
    with pytest.raises(TokenRefused):
        await login.authenticate(ORIGIN, browser=BROWSER, source=SOURCE)
    login.start(browser=BROWSER)
    clock.advance(hours=2)
    await sweeper(login)()
    with ports["database"].work() as work:
        assert SqlLoginStore().sweep(before=clock.now(), work=work) == 0
