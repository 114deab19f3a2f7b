"""Every note of a change is of a kind that the list of changes knows: others are lost silently."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
KINDS = {
    kind["directory"]
    for kind in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["towncrier"][
        "type"
    ]
}
NOTES = sorted(path.name for path in (ROOT / "changelog.d").glob("*.md"))


@pytest.mark.parametrize("name", NOTES)
def test_a_note_of_a_change_is_of_a_known_kind(name):
    assert name.split(".")[-2] in KINDS


def test_the_kinds_are_those_that_contributors_are_told_of():
    told = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    assert {kind for kind in KINDS if f".{kind}.md`" in told} == KINDS
