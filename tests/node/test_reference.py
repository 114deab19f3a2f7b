"""docs/reference/node-toml.md names every key that a node's file can have."""

import re
from pathlib import Path

import pytest
from msgspec.inspect import StructType, type_info

from riik.node.config import NodeFile

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "node-toml.md"


def keys(found, place=""):
    """Every key of a file, with where it stands."""
    for field in found.fields:
        here = f"{place}.{field.encode_name}" if place else field.encode_name
        yield here
        for inner in inside(field.type):
            yield from keys(inner, here)


def inside(kind):
    """The sections that a value can hold: itself, what it may be, what it lists."""
    if isinstance(kind, StructType):
        return [kind]
    parts = [*getattr(kind, "types", ()), *getattr(kind, "item_types", ())]
    parts += [part for name in ("item_type", "value_type") if (part := getattr(kind, name, None))]
    return [section for part in parts for section in inside(part)]


ALL = list(keys(type_info(NodeFile)))


def test_sections_within_sections_are_found():
    assert {"sign-in.leads-to", "login.client.secret-hash", "services.official.substitutes"} <= set(
        ALL
    )
    assert "portal.registers.own-offer" in ALL


@pytest.mark.parametrize("key", ALL)
def test_the_page_names_it(key):
    page = PAGE.read_text(encoding="utf-8")
    assert re.search(rf"(?<![\w-]){re.escape(key.rpartition('.')[2])}(?![\w-])", page), key
