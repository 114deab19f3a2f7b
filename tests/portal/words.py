"""Every text that a room of the portal speaks of, found in its templates and its code."""

import ast
from collections.abc import Iterator
from pathlib import Path

from jinja2 import Environment, nodes

SOURCE = Path(__file__).parents[2] / "src" / "riik"
DESIGN = SOURCE / "portal" / "design"

CALLS = {"_", "texts", "later"}
"""What texts are called by: `_` in templates and code, `texts` in code; `later` marks them."""


def rooms() -> list[Path]:
    """Folders with a catalogue of pages: those of the portal and of the demonstration."""
    found = {path.parent.parent for path in SOURCE.rglob("locale/et.po")}
    return sorted(
        room
        for room in found
        if room.is_relative_to(SOURCE / "portal") or room.is_relative_to(SOURCE / "demo")
    )


def speaking() -> set[Path]:
    """Folders that have templates, or code that speaks: each needs a catalogue."""
    places = [SOURCE / "portal", SOURCE / "demo"]
    found = {path.parent for place in places for path in place.rglob("templates")} | {
        path for place in places for path in place.iterdir() if path.is_dir()
    }
    return {room for room in found if any(used(room))}


def used(room: Path) -> tuple[set[str], set[tuple[str, str]]]:
    """The texts of a room, and its pairs of one and many."""
    texts: set[str] = set()
    pairs: set[tuple[str, str]] = set()
    within = [other for other in rooms() if other != room and other.is_relative_to(room)]
    ours = [p for p in sorted(room.rglob("*.*")) if not any(p.is_relative_to(w) for w in within)]
    for path in (p for p in ours if p.suffix == ".html"):
        for kind, words in in_template(path.read_text(encoding="utf-8")):
            pairs.add((words[0], words[1])) if kind == "count" else texts.add(words[0])
    for path in (p for p in ours if p.suffix == ".py"):
        for kind, words in in_code(path.read_text(encoding="utf-8")):
            pairs.add((words[0], words[1])) if kind == "count" else texts.add(words[0])
    return texts, pairs


def in_template(source: str) -> Iterator[tuple[str, list[str]]]:
    """Calls of `_`, `_.html` and `_.count` with texts of their own."""
    for call in Environment().parse(source).find_all(nodes.Call):
        kind = None
        if isinstance(call.node, nodes.Name) and call.node.name in CALLS:
            kind = ""
        if (
            isinstance(call.node, nodes.Getattr)
            and isinstance(call.node.node, nodes.Name)
            and call.node.node.name in CALLS
        ):
            kind = call.node.attr
        words = [
            a.value for a in call.args if isinstance(a, nodes.Const) and isinstance(a.value, str)
        ]
        if kind in ("", "html", "count") and words:
            yield kind, words


def in_code(source: str) -> Iterator[tuple[str, list[str]]]:
    """The same in Python."""
    for call in ast.walk(ast.parse(source)):
        if not isinstance(call, ast.Call):
            continue
        kind = None
        if isinstance(call.func, ast.Name) and call.func.id in CALLS:
            kind = ""
        if (
            isinstance(call.func, ast.Attribute)
            and isinstance(call.func.value, ast.Name)
            and call.func.value.id in CALLS
        ):
            kind = call.func.attr
        words = [
            a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        if kind in ("", "html", "count") and words:
            yield kind, words
