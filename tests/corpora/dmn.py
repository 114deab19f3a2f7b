"""The DMN TCK: does every decision give what its test file expects?

``folder`` is one compliance level (or one case folder of it) of the TCK: a model
(``*.dmn``), the files it imports beside it, and test files (``*-test-*.xml``). A test
case passes when each of its result nodes is what the file expects. Numbers are compared
exactly, but for those that the file itself gives with eight decimals or more: these are
double floats of its authors' engines and compared to eight decimals.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.corpora import Outcome

from riik.core import Refused
from riik.formats.xml import parse
from riik.rules import Rules, Unsupported, decide, load, to_plain
from riik.rules.feel import temporal
from riik.rules.feel.values import Value, equal, text_of

__all__ = ["run"]

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_TOLERANCE = Decimal("1e-8")
_NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
_NOT_RUN = frozenset(("external-function", "function-Java", "function-PMML"))


def run(folder: Path, shared: Path) -> Iterable[Outcome]:
    """Every test case of every test file below ``folder``."""
    for test in sorted(folder.rglob("*-test-*.xml")):
        yield from _file(test)


def _file(test: Path) -> Iterator[Outcome]:
    root = parse(test.read_bytes())
    model = test.parent / _child_text(root, "modelName")
    cases = [case for case in root if _local(case) == "testCase"]
    beside = [each.read_bytes() for each in sorted(test.parent.glob("*.dmn")) if each != model]
    try:
        rules = load(model.read_bytes(), imports=beside)
    except Unsupported as error:
        for case in cases:
            name = f"{test.stem} {case.get('id')}"
            if error.why in _NOT_RUN:
                yield Outcome.left(name, expected="-", why=error.why)
            else:
                yield Outcome(id=name, expected="-", got=f"refused: {error.why}", right=False)
        return
    except Refused as error:
        for case in cases:
            name = f"{test.stem} {case.get('id')}"
            yield Outcome(id=name, expected="-", got=f"refused: {error.why}: {error}", right=False)
        return
    for case in cases:
        yield _case(f"{test.stem} {case.get('id')}", case, rules)


def _case(name: str, case: Any, rules: Rules) -> Outcome:
    inputs = {node.get("name"): _value(node) for node in case if _local(node) == "inputNode"}
    expected, got, right = [], [], True
    for node in case:
        if _local(node) != "resultNode":
            continue
        wanted = _value(_child(node, "expected"))
        try:
            asked = case.get("invocableName") or node.get("name")
            found = decide(rules, asked, inputs, now=_NOW).value
        except Refused as error:
            found = f"refused: {error.why}"
        expected.append(text_of(wanted))
        got.append(text_of(found))
        right = right and _agree(wanted, found)
    return Outcome(id=name, expected="; ".join(expected), got="; ".join(got), right=right)


def _agree(wanted: Value, found: Value) -> bool:
    if isinstance(wanted, Decimal) and isinstance(found, Decimal):
        rounded = int(wanted.as_tuple().exponent) <= -8
        return wanted == found or (rounded and abs(wanted - found) <= _TOLERANCE)
    if isinstance(wanted, list) and isinstance(found, list):
        return len(wanted) == len(found) and all(map(_agree, wanted, found))
    if isinstance(wanted, dict) and isinstance(found, dict):
        return wanted.keys() == found.keys() and all(
            _agree(wanted[key], found[key]) for key in wanted
        )
    if wanted is None or found is None:
        return wanted is found
    return equal(wanted, found) is True and to_plain(wanted) == to_plain(found)


def _local(element: Any) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _child(element: Any, name: str) -> Any:
    return next((child for child in element if _local(child) == name), None)


def _child_text(element: Any, name: str) -> str:
    return "".join(_child(element, name).itertext()).strip()


def _value(element: Any) -> Value:
    if element is None:
        return None
    parts = [child for child in element if _local(child) == "component"]
    if parts:
        return {part.get("name"): _value(part) for part in parts}
    for child in element:
        if _local(child) == "list":
            return (
                []
                if child.get(f"{_XSI}nil")
                else [_value(item) for item in child if _local(item) == "item"]
            )
        if _local(child) == "value":
            return _scalar(child)
    return None


def _scalar(element: Any) -> Value:
    if element.get(f"{_XSI}nil") == "true":
        return None
    text = "".join(element.itertext())
    kind = (element.get(f"{_XSI}type") or "xsd:string").rpartition(":")[2]
    if kind in ("decimal", "double", "integer", "int", "long", "float"):
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    read = {
        "date": temporal.read_date,
        "time": temporal.read_time,
        "dateTime": temporal.read_date_time,
        "duration": temporal.read_duration,
    }.get(kind)
    return read(text.strip()) if read else text
