"""In earnest the operator's page is off, or on a loopback port of its own; never for people."""

import re

import aiohttp
import pytest

from riik.node import build, read_config

pytestmark = pytest.mark.anyio


async def status_of(url):
    """How an address answers; 0 where nobody does."""
    try:
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            return answer.status
    except aiohttp.ClientError:
        return 0


async def json_of(url):
    """What an address tells machines."""
    async with aiohttp.ClientSession() as http, http.get(url) as answer:
        return await answer.json()


EARNEST = [("", 404, 0), ('operator = "off"', 404, 0), ('operator = "local"', 404, 200)]


@pytest.mark.parametrize(("line", "people", "operator"), EARNEST)
async def test_in_earnest_the_page_is_never_on_the_people_s_port(founded, line, people, operator):
    file = founded / "bank" / "node.toml"
    demonstration = file.read_text()
    # Any free port: the founded country's own may be another country's by now.
    anywhere = re.sub(r"(\[people\]\n(?:.+\n)*?port = )\d+", r"\g<1>0", demonstration)
    port = 7_950
    earnest = anywhere.replace("demonstration = true", "demonstration = false")
    # The bank's registers and services are the catalogue's, which nobody sealed for it.
    for part in ("registers", "services"):
        earnest = earnest.replace(f"[{part}]\n", f"[{part}]\nunsigned = true\n")
    section = f"[people]\n{line}\noperator-port = {port}\n"
    file.write_text(
        "\n".join(
            row
            for row in earnest.replace("[people]\n", section).splitlines()
            if not row.startswith(("card =", "front ="))
        )
    )
    try:
        node = build(read_config(file))
        try:
            await node.open_door()
            origin = f"http://127.0.0.1:{node.server.port}"
            assert await status_of(f"{origin}/operator") == people
            shown = node.operator.port if node.operator else port
            assert await status_of(f"http://127.0.0.1:{shown}/operator") == operator
            assert await status_of(f"{origin}/metrics") == people
            assert await status_of(f"http://127.0.0.1:{shown}/metrics") == operator
            told = await json_of(f"{origin}/status.json")
            assert (told["messages"], told["recent"]) == (None, [])
        finally:
            await node.stop()
    finally:
        file.write_text(demonstration)
