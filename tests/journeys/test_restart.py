"""A country that is stopped and started again is the same country."""

import tomllib

import pytest
from tests.journeys.house import LICENCE, balance, right_of, running, visit

from riik.core import ServiceId
from riik.exchange import AccessDenied, Call
from riik.formats.toml import write_toml
from riik.node import build, read_config

pytestmark = pytest.mark.anyio


async def restart(country, role, *, rights):
    """Stop one node, write these rights into its file, start it again."""
    path = country.folder / role / "node.toml"
    await country.nodes[role].stop()
    path.write_text(write_toml({**tomllib.loads(path.read_text()), "right": rights}))
    country.nodes[role] = build(read_config(path))
    await country.nodes[role].start()


def order(country):
    """Transport's question to the bank; what is in it the bank judges after the right."""
    return Call(
        client=country.country.client("transport", "services"),
        service=ServiceId(country.country.client("bank", "payments"), "orders"),
        method="POST",
        headers=(("Content-Type", "application/json"),),
        body=b"{}",
        purpose="state-fee",
        legal_basis="Riigilõivuseadus",
    )


async def test_people_find_their_cases_and_money_after_a_restart(tmp_path):
    async with running(tmp_path) as country, visit(country, "mari", answers=LICENCE) as journey:
        await journey.run()
        mari, case = journey.browser.holder.code, journey.result.status["case"]
        left = balance(country, mari), len(right_of(country, mari))
    async with running(tmp_path) as again, visit(again, "mari") as journey:
        assert (balance(again, mari), len(right_of(again, mari))) == left
        await journey.sign_in()
        found = await journey.browser.get(f"{journey.portal}/v1/cases")
        assert [one["case"] for one in found] == [case]
        status = await journey.browser.get(f"{journey.portal}/v1/cases/{case}")
    assert status["state"] == "granted"


async def test_the_log_of_looks_goes_on_from_its_old_head(tmp_path):
    async with running(tmp_path) as country, visit(country, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        log = country.nodes["interior"].parts.transparency.log
        key = str(log.key)
    async with running(tmp_path) as again, visit(again, "liis") as journey:
        await journey.sign_in()
        await journey.start()
        log = again.nodes["interior"].parts.transparency.log
        assert str(log.key) == key
        found = await journey.browser.get(f"{journey.portal}/v1/looks/0")
    assert found["totalUsages"] == 2


async def test_a_right_that_was_taken_out_of_a_node_s_file_ends_at_its_next_start(tmp_path):
    async with running(tmp_path) as country:
        given = tomllib.loads((tmp_path / "bank" / "node.toml").read_text())["right"]
        ask = country.nodes["transport"].exchange.call
        assert (await ask(order(country))).status == 409
        await restart(country, "bank", rights=[])
        with pytest.raises(AccessDenied) as refused:
            await ask(order(country))
        assert refused.value.why == "no-right"
        kept = country.nodes["bank"].exchange.rights()
        assert {right.service.provider.subsystem for right in kept} == {"sanctions-screening"}
        await restart(country, "bank", rights=given)
        assert (await ask(order(country))).status == 409


async def test_a_right_that_a_register_s_folder_gives_is_not_taken_by_the_file(tmp_path):
    async with running(tmp_path) as country:
        before = set(country.nodes["interior"].exchange.rights())
        await restart(country, "interior", rights=[])
        after = set(country.nodes["interior"].exchange.rights())
    assert after < before
    taken = {right.service.service for right in before - after}
    assert taken == {"findUsage", "corrections"}
