"""How often a person may begin a service stands in the provider's own file."""

import shutil

import pytest

from riik.formats.toml import TomlRefused
from riik.node import build, read_config

pytestmark = pytest.mark.anyio


@pytest.fixture
def transport(founded, tmp_path):
    """Make a copy of a provider's folder with these lines in its section; answers its file."""

    def written(lines):
        file = shutil.copytree(founded / "transport", tmp_path / "transport") / "node.toml"
        file.write_text(file.read_text().replace("[services]\n", f"[services]\n{lines}\n"))
        return file

    return written


@pytest.mark.parametrize(
    "line", ["most-a-day = 0", "most-unfinished = -1", 'most-a-day = "30"', "most = 5"]
)
def test_a_limit_that_lets_nobody_begin_is_no_limit(transport, line):
    with pytest.raises(TomlRefused):
        read_config(transport(line))


@pytest.mark.parametrize(
    ("lines", "limits"),
    [("", (10, 30)), ("most-unfinished = 3", (3, 30)), ("most-a-day = 7", (10, 7))],
)
async def test_the_file_s_limits_are_the_services_limits(transport, lines, limits):
    node = build(read_config(transport(lines)))
    try:
        found = node.parts.services.beginnings
        assert (found.unfinished, found.a_day) == limits
    finally:
        await node.stop()
