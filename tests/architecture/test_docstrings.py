"""Everything public says what it does; a Protocol's one-line methods speak by their names."""

import ast
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "riik"


def is_protocol(node: ast.AST) -> bool:
    return isinstance(node, ast.ClassDef) and any(
        isinstance(base, ast.Name) and base.id == "Protocol" for base in node.bases
    )


def undocumented(path: Path) -> list[str]:
    """Public classes, functions and methods without a docstring, but for Protocols' methods."""
    found: list[str] = []

    def visit(node: ast.AST, *, exempt: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                public = not child.name.startswith("_") and not exempt
                if public and ast.get_docstring(child) is None:
                    found.append(f"{path.relative_to(SOURCE)}:{child.lineno} {child.name}")
            if isinstance(child, ast.ClassDef):
                visit(child, exempt=is_protocol(child) or child.name.startswith("_"))

    visit(ast.parse(path.read_text(encoding="utf-8")), exempt=False)
    return found


def test_everything_public_is_documented():
    paths = [p for p in sorted(SOURCE.rglob("*.py")) if "migrations" not in str(p.parent)]
    assert [line for path in paths for line in undocumented(path)] == []
