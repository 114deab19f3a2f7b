"""No file carries two sides of a join that nobody decided: texts would be read from both."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

MARK = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)
READ = frozenset(
    [
        ".py",
        ".po",
        ".toml",
        ".json",
        ".html",
        ".css",
        ".js",
        ".typ",
        ".md",
        ".sql",
        ".bpmn",
        ".dmn",
        ".ttl",
    ]
)


@pytest.mark.parametrize("folder", ["src", "tests", "docs", "examples", "bench", "changelog.d"])
def test_no_file_holds_an_undecided_join(folder):
    files = (path for path in (ROOT / folder).rglob("*") if path.suffix in READ)
    torn = [
        str(path.relative_to(ROOT))
        for path in files
        if "node_modules" not in path.parts and MARK.search(path.read_bytes())
    ]
    assert torn == []
