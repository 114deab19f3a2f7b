"""Behind a proxy a node knows who asks; what anybody else writes about that is not believed."""

import re
import shutil

import aiohttp
import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from riik.node import build, read_config

pytestmark = pytest.mark.anyio

FORGED = {"x-forwarded-for": "203.0.113.9, 198.51.100.4", "forwarded": "for=192.0.2.1"}


async def who(request):
    """What the login and everything else that counts by source would see."""
    return PlainTextResponse(request.client.host)


@pytest.mark.parametrize(
    ("lines", "seen"),
    [
        ("", "127.0.0.1"),
        ('trusted-proxies = ["10.0.0.0/8"]', "127.0.0.1"),
        ('trusted-proxies = ["127.0.0.1"]', "198.51.100.4"),
        ('trusted-proxies = ["127.0.0.1"]\nproxy-header = "forwarded"', "192.0.2.1"),
    ],
    ids=["no-proxy", "another-proxy", "our-proxy", "its-other-header"],
)
async def test_only_a_proxy_that_the_file_names_is_believed(founded, tmp_path, lines, seen):
    folder = shutil.copytree(founded / "interior", tmp_path / "interior")
    file = folder / "node.toml"
    # Any free port: the founded country's own may be another country's by now.
    anywhere = re.sub(r"(\[people\]\n(?:.+\n)*?port = )\d+", r"\g<1>0", file.read_text())
    file.write_text(anywhere.replace("[people]\n", f"[people]\n{lines}\n"))
    node = build(read_config(file))
    node.routes.append(Route("/who", who))
    try:
        await node.open_door()
        address = f"http://127.0.0.1:{node.server.port}/who"
        async with aiohttp.ClientSession(headers=FORGED) as http, http.get(address) as answer:
            assert await answer.text() == seen
    finally:
        await node.stop()
