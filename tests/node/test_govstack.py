"""GovStack's doors of a node: closed without its file, open to whom the file names and nobody else."""

import re
import shutil

import aiohttp
import pytest

from riik.formats.toml import TomlRefused
from riik.node import build, read_config
from riik.node.config import ConfigRefused

pytestmark = pytest.mark.anyio

CLINIC = "EE-DEMO/COM/10001025/services"
CLIENT = f"""
[govstack]
scheduler = true
registries = true
[govstack.clients.clinic]
token = "file:clinic.token"
member = "{CLINIC}"
scheduler = {{ purpose = "appointments", legal-basis = "Health Act" }}
[[govstack.clients.clinic.rights]]
register = "population"
offers = ["person"]
purpose = "medical-certificate"
legal-basis = "Liiklusseadus"
key = "code"
"""


@pytest.fixture
def interior(founded, tmp_path):
    """Make a copy of a register's node with these lines at its end; answers its file."""

    def written(lines):
        folder = shutil.copytree(founded / "interior", tmp_path / "interior")
        (folder / "clinic.token").write_text("a-token")
        file = folder / "node.toml"
        # Any free port: the founded country's own may be another country's by now.
        anywhere = re.sub(r"(\[people\]\n(?:.+\n)*?port = )\d+", r"\g<1>0", file.read_text())
        file.write_text(anywhere + lines)
        return file

    return written


@pytest.mark.parametrize(
    ("lines", "token", "expected"),
    [("", "a-token", 404), (CLIENT, "another", 401), (CLIENT, "a-token", 200)],
    ids=["closed", "not-known", "known"],
)
async def test_a_door_is_open_to_whom_the_file_names(interior, lines, token, expected):
    node = build(read_config(interior(lines)))
    headers = {"Information-Mediator-Client": CLINIC, "Authorization": f"Bearer {token}"}
    try:
        await node.open_door()
        address = f"http://127.0.0.1:{node.server.port}/govstack/registries/databases"
        async with aiohttp.ClientSession(headers=headers) as http, http.get(address) as answer:
            assert answer.status == expected
    finally:
        await node.stop()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('register = "population"', 'register = "vehicles"'),
        ('offers = ["person"]', 'offers = ["persons"]'),
        ('key = "code"', 'key = "code"\nperson = "sex"'),
        (CLINIC, "clinic"),
        ("clinic.token", "another.token"),
    ],
    ids=["register", "offer", "field", "member", "token"],
)
def test_a_right_to_what_there_is_not_stops_the_node(interior, old, new):
    with pytest.raises(ConfigRefused):
        build(read_config(interior(CLIENT.replace(old, new))))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('purpose = "medical-certificate"\n', ""),
        ('key = "code"', 'key = "code"\nforce = true'),
        ('offers = ["person"]', "offers = []"),
        (f'member = "{CLINIC}"\n', ""),
    ],
    ids=["no-purpose", "unknown-key", "no-offer", "no-member"],
)
def test_a_client_is_said_in_full(interior, old, new):
    with pytest.raises(TomlRefused):
        read_config(interior(CLIENT.replace(old, new)))


async def test_services_are_told_where_the_file_says_so(founded, tmp_path):
    folder = shutil.copytree(founded / "transport", tmp_path / "transport")
    file = folder / "node.toml"
    anywhere = re.sub(r"(\[people\]\n(?:.+\n)*?port = )\d+", r"\g<1>0", file.read_text())
    file.write_text(anywhere + "\n[govstack]\nregistration = true\n")
    node = build(read_config(file))
    try:
        await node.open_door()
        address = f"http://127.0.0.1:{node.server.port}/govstack/registration/services"
        async with aiohttp.ClientSession() as http, http.get(address) as answer:
            told = await answer.json()
        assert "driving-licence" in {one["description"] for one in told}
    finally:
        await node.stop()


def test_a_node_without_services_tells_none(interior):
    with pytest.raises(ConfigRefused):
        build(read_config(interior("\n[govstack]\nregistration = true\n")))
