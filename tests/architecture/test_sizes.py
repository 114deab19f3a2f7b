"""Sizes of modules and functions, as docs/explain/house.md promises them."""

import ast
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).parents[2] / "src" / "riik"


def modules() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def function_lengths() -> list[tuple[int, str]]:
    """The lines of each function's body, without its docstring."""
    found = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 1
                found.append((lines, f"{path.relative_to(SOURCE)}:{node.lineno} {node.name}"))
    return found


def test_no_module_is_longer_than_500_lines():
    long = [(len(p.read_text(encoding="utf-8").splitlines()), str(p)) for p in modules()]
    assert [row for row in long if row[0] > 500] == []


def test_no_function_is_longer_than_60_lines():
    assert [row for row in function_lengths() if row[0] > 60] == []


def test_nine_functions_in_ten_have_at_most_30_lines_and_the_median_10():
    lengths = sorted(lines for lines, _ in function_lengths())
    assert lengths[int(len(lengths) * 0.9)] <= 30
    assert median(lengths) <= 10


def test_a_component_is_flat():
    """At most 15 modules a component; `registers` and `portal` have one folder level more."""
    for component in (path for path in SOURCE.iterdir() if path.is_dir()):
        count = len([path for path in component.glob("*.py") if path.name != "__init__.py"])
        assert count <= 15, component.name
