"""Pure modules do no input or output: only runtime, the five names and the top do."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "riik"

# Modules that may touch the world, by their name or their component.
FIVE_NAMES = {"store", "client", "http", "jobs", "device"}
OUTER = {"runtime", "node", "demo", "cli", "testing"}
WORLD = {
    "aiohttp", "alembic", "asyncpg", "fcntl", "glob", "io.open", "os", "pkcs11", "psycopg",
    "random", "requests", "secrets", "select", "signal", "socket", "socketserver", "sqlalchemy",
    "sqlite3", "ssl", "starlette", "subprocess", "tempfile", "threading", "urllib.request",
    "uvicorn",
}  # fmt: skip
CALLS = {"open", "eval", "exec", "compile", "__import__", "input", "print"}


def pure_modules() -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if path.relative_to(SOURCE).parts[0] not in OUTER
        and path.stem not in FIVE_NAMES
        and "migrations" not in path.parts
    ]


def trespasses(code: str) -> list[str]:
    """Imports of the world and calls that reach it, in one module's source."""
    found = []
    for node in ast.walk(ast.parse(code)):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        found += [n for n in names if n in WORLD or n.split(".")[0] in WORLD]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found += [node.func.id] if node.func.id in CALLS else []
    return found


@pytest.mark.parametrize("path", pure_modules(), ids=lambda p: str(p.relative_to(SOURCE)))
def test_a_pure_module_touches_nothing_outside(path):
    assert trespasses(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line", ["import socket", "from sqlalchemy import select", "open('x')", "eval('1')"]
)
def test_a_planted_touch_is_seen(line):
    assert trespasses(line) != []


def test_no_module_keeps_state_that_changes():
    """No list, dict or set at module level that is written to later in the module."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            assert not isinstance(node, ast.Global), path
