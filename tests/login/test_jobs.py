"""Sweeping: what is over goes, what lives or must be remembered stays."""

import pytest
from sqlalchemy import text
from tests.login.conftest import PORTAL

from riik.login import SessionRefused
from riik.login.jobs import sweeper

pytestmark = pytest.mark.anyio
TABLES = ("challenge", "failure", "session", "grant", "event")


def rows(database):
    with database.read() as work:
        counted = [work.execute(text(f"select count(*) from login_{name}")) for name in TABLES]
        return dict(zip(TABLES, [row.scalar() for row in counted], strict=True))


@pytest.fixture
def sweep(login):
    return sweeper(login)


async def test_what_is_over_goes_and_the_history_stays(
    login, sign_in, handle_on, sweep, clock, database
):
    session = await sign_in()
    login.start(browser="another")
    handle_on(session)
    before = rows(database)
    clock.advance(hours=2)
    await sweep()
    after = rows(database)
    assert {name: after[name] for name in ("challenge", "session", "grant")} == {
        "challenge": 0,
        "session": 0,
        "grant": 0,
    }
    assert after["event"] == before["event"] + 1  # that the session ended
    with pytest.raises(SessionRefused):
        login.session(session.id)


async def test_what_lives_stays(login, relying, sign_in, handle_on, sweep, clock):
    session = await sign_in()
    handle = handle_on(session)
    for _ in range(8):
        clock.advance(minutes=14)
        login.session(session.id)
        await sweep()
    assert relying.grant(handle, relying=PORTAL).session.person == session.person
