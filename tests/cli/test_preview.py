"""A folder's preview: its pages without a country, marked, following the folder as it changes."""

import asyncio
import re
from http.client import HTTPConnection
from pathlib import Path
from shutil import copytree
from urllib.parse import urlencode

import pytest
from tests.services.garden import FOLDER

from riik.cli.checking import check_service, standard_process
from riik.cli.files import read_folder
from riik.node import Watched, serve_preview

pytestmark = pytest.mark.anyio


class Visitor:
    """A browser without script, as far as a preview needs one."""

    def __init__(self, server):
        self.port = server.port
        self.origin = f"http://localhost:{server.port}"

    async def get(self, path):
        return await asyncio.to_thread(self._ask, "GET", path, None)

    async def post(self, path, fields, *, origin=None):
        return await asyncio.to_thread(self._ask, "POST", path, urlencode(fields), origin)

    async def named(self, host):
        return await asyncio.to_thread(self._ask, "GET", "/", None, None, host)

    def _ask(self, method, path, body, origin=None, host=None):
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Host": host or f"localhost:{self.port}", "Cookie": "riik-lang=en"}
        if body is not None:
            headers |= {
                "Content-Type": "application/x-www-form-urlencoded",
                "Origin": origin or self.origin,
                "Sec-Fetch-Site": "same-origin",
            }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.headers.get("Location", ""), text


@pytest.fixture
async def previewed(tmp_path):
    """The garden, served from a copy that a test may spoil."""
    folder = Path(copytree(FOLDER, tmp_path / "garden"))
    kept = tmp_path / "kept"
    kept.mkdir()

    def checked(path):
        return list(check_service(path, registers=()).findings)

    watched = Watched(folder, read=read_folder, check=checked)
    server, _ = await serve_preview(
        watched, country="ee", port=0, standard=standard_process(), kept=kept
    )
    yield folder, Visitor(server)
    await server.stop()


async def begun(visitor):
    """A case that was begun, by its address."""
    page = (await visitor.get("/services/garden/start"))[2]
    once = re.search(r'name="once" value="([^"]+)"', page)[1]
    _, location, _ = await visitor.post("/services/garden/start", {"once": once})
    return "/".join(location.split("/")[:3])


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:PORT", 200),
        ("LOCALHOST:PORT", 200),
        ("127.0.0.1:PORT", 200),
        ("evil.example:PORT", 421),
        ("localhost.evil.example:PORT", 421),
        ("evil.example", 421),
        ("localhost:1", 421),
        ("localhost", 421),
        ("127.0.0.1.nip.io:PORT", 421),
        ("localhost:PORT@evil.example", 421),
    ],
)
async def test_a_stranger_s_name_for_this_machine_is_not_answered(previewed, host, status):
    _, visitor = previewed
    answered, _, page = await visitor.named(host.replace("PORT", str(visitor.port)))
    assert answered == status
    assert ("Preview" in page) == (status == 200)


async def test_every_page_says_that_it_is_a_preview_and_what_is_wrong(previewed):
    folder, visitor = previewed
    _, _, front = await visitor.get("/")
    assert "Preview of garden." in front
    assert "Nothing is real" in (await visitor.get(await begun(visitor) + "/answers/lives"))[2]
    text = (folder / "locale/et.po").read_text(encoding="utf-8")
    (folder / "locale/et.po").write_text(text.replace('msgid "Enter a name"', 'msgid "X"'))
    _, _, page = await visitor.get("/services/garden/start")
    assert "no et text for &#x27;Enter a name&#x27;" in page
    assert "form.json:" in page


async def test_the_pages_follow_the_folder_and_a_broken_one_leaves_them_standing(previewed):
    folder, visitor = previewed
    form = (folder / "form.json").read_text(encoding="utf-8")
    (folder / "form.json").write_text(form.replace("Do you live in the town?", "In town?"))
    case = await begun(visitor)
    assert "In town?" in (await visitor.get(f"{case}/answers/lives"))[2]
    (folder / "form.json").write_text("{")
    status, _, page = await visitor.get(f"{case}/answers/lives")
    assert (status, "can&#x27;t run" in page or "can't run" in page) == (200, True)


async def test_answers_are_taken_and_registers_made_up(previewed):
    _, visitor = previewed
    case = await begun(visitor)
    _, location, _ = await visitor.post(f"{case}/answers/lives", {"csrf": "x", "lives": "true"})
    assert location == f"{case}/answers/partner"
    assert "Mari Maasikas" in (await visitor.get(location))[2]


async def test_another_site_changes_nothing(previewed):
    _, visitor = previewed
    case = await begun(visitor)
    status, _, _ = await visitor.post(
        f"{case}/answers/lives", {"lives": "true"}, origin="http://evil.example"
    )
    assert status == 403
