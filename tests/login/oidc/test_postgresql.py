"""The same flow on a PostgreSQL server: requests, codes, sites told, keys and logout."""

import pytest
from tests.login.conftest import MARI
from tests.login.oidc.conftest import claims_of

from riik.runtime.database import open_database

pytestmark = [pytest.mark.anyio, pytest.mark.postgresql]


@pytest.fixture
def database(postgresql):
    database = open_database(postgresql.new_database(), name="test")
    yield database
    database.close()


async def test_a_site_learns_who_this_is_and_hears_the_end(
    browser, signed_in, redeem, enter, outbox_events
):
    code = (await signed_in())["code"]
    assert claims_of((await redeem(code)).json["id_token"])["sub"] == MARI
    assert (await redeem(code)).json["error"] == "invalid_grant"
    await enter()
    assert "code" in (await browser.authorize(prompt="none")).told
    await browser.send("POST", "/auth/logout", content=b"{}")
    assert len(outbox_events()) == 1
