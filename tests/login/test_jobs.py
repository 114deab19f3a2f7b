"""Sweeping: what is over goes, what lives or must be remembered stays."""

import pytest
from sqlalchemy import text
from tests.login.conftest import PORTAL, RETURN

from riik.login import SessionRefused
from riik.login.jobs import sweeper

pytestmark = pytest.mark.anyio
TABLES = ("challenge", "failure", "session", "code", "grant", "event")


def rows(database):
    with database.read() as work:
        counted = [work.execute(text(f"select count(*) from login_{name}")) for name in TABLES]
        return dict(zip(TABLES, [row.scalar() for row in counted], strict=True))


@pytest.fixture
def sweep(login):
    return sweeper(login)


async def test_what_is_over_goes_and_the_history_stays(
    login, relying, sign_in, sweep, clock, database
):
    session = await sign_in()
    login.start(browser="another")
    relying.redeem(login.token(session.id, relying=PORTAL, address=RETURN), relying=PORTAL)
    before = rows(database)
    clock.advance(hours=2)
    await sweep()
    after = rows(database)
    assert {name: after[name] for name in ("challenge", "session", "code", "grant")} == {
        "challenge": 0,
        "session": 0,
        "code": 0,
        "grant": 0,
    }
    assert after["event"] == before["event"] + 1  # that the session ended
    with pytest.raises(SessionRefused):
        login.session(session.id)


async def test_what_lives_stays(login, relying, sign_in, sweep, clock):
    session = await sign_in()
    code = login.token(session.id, relying=PORTAL, address=RETURN)
    handle = relying.redeem(code, relying=PORTAL).handle
    for _ in range(8):
        clock.advance(minutes=14)
        login.session(session.id)
        await sweep()
    assert relying.grant(handle, relying=PORTAL).session.person == session.person
