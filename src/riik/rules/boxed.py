"""Boxed expressions of DMN, from XML to the nodes that FEEL has for them.

DMN 1.5 §7.3 (expressions), §8.3 (decision tables), §10.2 (boxed expressions) and
§10.2.2 (their meaning as FEEL). What Riik leaves out is refused by its element's name.
The graph of decisions around them is read in `reading`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from riik.rules.errors import RulesRefused, Unsupported
from riik.rules.feel import nodes
from riik.rules.feel.nodes import Node, TypeName
from riik.rules.feel.parser import parse_expression, parse_tests, parse_type
from riik.rules.feel.tokens import Names

__all__ = ["Reader", "children", "first", "local", "text_of_child"]

Element: TypeAlias = Any
"""An element of a parsed document."""

_FEEL = "FEEL"
_POLICIES = {
    "UNIQUE": "U",
    "ANY": "A",
    "PRIORITY": "P",
    "FIRST": "F",
    "RULE ORDER": "R",
    "OUTPUT ORDER": "O",
    "COLLECT": "C",
}
_AGGREGATIONS = {"SUM": "+", "MIN": "<", "MAX": ">", "COUNT": "#"}
_LAW_COLUMNS = frozenset(("law", "legal basis", "õiguslik alus", "căn cứ pháp lý"))


def local(element: Element) -> str:
    """The element's name without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element, *names: str) -> list[Element]:
    """The children of these names, in document order."""
    return [child for child in element if local(child) in names]


def first(element: Element, name: str) -> Element | None:
    """The first child of that name."""
    found = children(element, name)
    return found[0] if found else None


def text_of_child(element: Element, name: str) -> str:
    """The text of that child, or nothing."""
    child = first(element, name)
    return "".join(child.itertext()).strip() if child is not None else ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads expressions of one file.

    Attributes:
        properties: Names that may follow a dot; grows while the file is read.
        builtins: The names known everywhere: built-in functions.
    """

    properties: Names
    builtins: Names

    def scope(self, names: list[str]) -> Names:
        """The names known in an element's logic."""
        return Names.of(names, self.builtins)

    def expression(self, element: Element, names: Names, title: str) -> Node:
        """The node of one boxed expression; ``title`` names tables in it.

        Raises:
            Unsupported: With the element's name as ``why``.
        """
        read = _READERS.get(local(element))
        if read is None:
            raise Unsupported(f"{local(element)} is not run", why=local(element) or "comment")
        node: Node = read(self, element, names, title)
        wanted = element.get("typeRef")
        # A table's own type is checked where its value arrives: at the decision.
        if wanted and local(element) not in ("decisionTable", "functionDefinition"):
            return nodes.Typed(node, parse_type(wanted))
        return node

    def text(self, source: str, names: Names) -> Node:
        """FEEL text; empty text is null."""
        if not source.strip():
            return nodes.Literal(None)
        return parse_expression(source, names, properties=self.properties)

    def tests(self, source: str, names: Names) -> nodes.Tests:
        """Unary tests; an empty cell takes anything."""
        if not source.strip():
            return nodes.Tests(())
        return parse_tests(source, names, properties=self.properties)

    def only(self, element: Element, names: Names, title: str) -> Node:
        """The one boxed expression inside an element; none is null."""
        found = [child for child in element if local(child) in _READERS]
        strange = [
            local(child)
            for child in element
            if local(child) not in _READERS and local(child) not in _BESIDE
        ]
        if strange:
            raise Unsupported(f"{strange[0]} is not run", why=strange[0])
        return self.expression(found[0], names, title) if found else nodes.Literal(None)


_BESIDE = frozenset(
    ("", "description", "extensionElements", "variable", "typeRef", "formalParameter", "parameter")
)


def _literal(reader: Reader, element: Element, names: Names, _title: str) -> Node:
    language = element.get("expressionLanguage") or _FEEL
    if _FEEL not in language.upper():
        raise Unsupported(f"expressions in {language} are not run", why="expressionLanguage")
    if first(element, "importedValues") is not None:
        raise Unsupported("imported values are not read", why="importedValues")
    return reader.text(text_of_child(element, "text"), names)


def _context(reader: Reader, element: Element, names: Names, title: str) -> Node:
    known = Names.of([], names)
    entries: list[tuple[str, Node]] = []
    result: Node | None = None
    for entry in children(element, "contextEntry"):
        variable = first(entry, "variable")
        value = reader.only(entry, known, title)
        if variable is None:
            result = value
            continue
        name = variable.get("name", "")
        wanted = variable.get("typeRef")
        entries.append((name, nodes.Typed(value, parse_type(wanted)) if wanted else value))
        known.add(name)
        reader.properties.add(name)
    return nodes.ContextOf(tuple(entries), result)


def _list(reader: Reader, element: Element, names: Names, title: str) -> Node:
    items = [child for child in element if local(child) in _READERS]
    return nodes.ListOf(tuple(reader.expression(item, names, title) for item in items))


def _relation(reader: Reader, element: Element, names: Names, title: str) -> Node:
    columns = [column.get("name", "") for column in children(element, "column")]
    for name in columns:
        reader.properties.add(name)
    rows = []
    for row in children(element, "row"):
        cells = [reader.expression(cell, names, title) for cell in row if local(cell) in _READERS]
        if len(cells) != len(columns):
            raise RulesRefused("a row of a relation has other columns", why="relation")
        rows.append(nodes.ContextOf(tuple(zip(columns, cells, strict=True))))
    return nodes.ListOf(tuple(rows))


def _invocation(reader: Reader, element: Element, names: Names, title: str) -> Node:
    called = [child for child in element if local(child) in _READERS]
    if not called:
        raise RulesRefused("an invocation calls nothing", why="invocation")
    function = reader.expression(called[0], names, title)
    parameters: list[str] = []
    arguments: list[Node] = []
    for binding in children(element, "binding"):
        parameter = first(binding, "parameter")
        if parameter is None:
            raise RulesRefused("a binding names no parameter", why="invocation")
        parameters.append(parameter.get("name", ""))
        arguments.append(reader.only(binding, names, title))
    return nodes.Call(function, tuple(arguments), tuple(parameters))


def _function(reader: Reader, element: Element, names: Names, title: str) -> Node:
    kind = element.get("kind") or _FEEL
    if kind != _FEEL:
        raise Unsupported(f"functions of kind {kind} are not run", why=f"function-{kind}")
    return define(reader, element, names, title)


def define(
    reader: Reader, element: Element, names: Names, title: str, result: TypeName | None = None
) -> nodes.Define:
    """A function of the parameters and the expression inside an element."""
    parameters = children(element, "formalParameter")
    known = [parameter.get("name", "") for parameter in parameters]
    types = tuple(_type(parameter) for parameter in parameters)
    body = reader.only(element, Names.of(known, names), title)
    return nodes.Define(tuple(known), types, body, result)


def _type(element: Element) -> TypeName | None:
    wanted = element.get("typeRef")
    return parse_type(wanted) if wanted else None


def _conditional(reader: Reader, element: Element, names: Names, title: str) -> Node:
    parts = [first(element, name) for name in ("if", "then", "else")]
    if any(part is None for part in parts):
        raise RulesRefused("a conditional lacks a part", why="conditional")
    test, yes, no = (reader.only(part, names, title) for part in parts)
    return nodes.If(test, yes, no)


def _filter(reader: Reader, element: Element, names: Names, title: str) -> Node:
    source, match = first(element, "in"), first(element, "match")
    if source is None or match is None:
        raise RulesRefused("a filter lacks a part", why="filter")
    of = reader.only(source, names, title)
    known = Names.of(["item"], Names(reader.properties.by_first, names))
    return nodes.Filter(of, reader.only(match, known, title))


def _iterator(reader: Reader, element: Element, names: Names, title: str) -> Node:
    kind = local(element)
    source = first(element, "in")
    body = first(element, "return" if kind == "for" else "satisfies")
    if source is None or body is None:
        raise RulesRefused(f"a boxed {kind} lacks a part", why=kind)
    name = element.get("iteratorVariable", "")
    each = (nodes.Each(name, reader.only(source, names, title)),)
    known = Names.of([name, "partial"], names)
    made = reader.only(body, known, title)
    return nodes.For(each, made) if kind == "for" else nodes.Quantified(kind == "every", each, made)


def _table(reader: Reader, element: Element, names: Names, title: str) -> Node:
    policy = _policy(element)
    inputs = tuple(_input(reader, column, names) for column in children(element, "input"))
    outputs = tuple(_output(reader, column, names) for column in children(element, "output"))
    if not outputs:
        raise RulesRefused("a decision table gives nothing", why="decisionTable")
    if policy[1:] and len(outputs) > 1:
        raise Unsupported("several outputs can't be added up", why="aggregation")
    notes = [column.get("name", "") for column in children(element, "annotation")]
    widths = (len(inputs), len(outputs))
    rules = tuple(
        _rule(reader, row, names, number=number, widths=widths, notes=notes)
        for number, row in enumerate(children(element, "rule"), start=1)
    )
    if len(outputs) > 1:
        for column in outputs:
            reader.properties.add(column.name)
    return nodes.Table(title, policy, inputs, outputs, rules)


def _policy(element: Element) -> str:
    name = element.get("hitPolicy") or "UNIQUE"
    if name not in _POLICIES:
        raise Unsupported(f"there is no hit policy {name}", why="hitPolicy")
    sign = element.get("aggregation")
    if name != "COLLECT" or not sign:
        return _POLICIES[name]
    if sign not in _AGGREGATIONS:
        raise Unsupported(f"there is no aggregation {sign}", why="aggregation")
    return "C" + _AGGREGATIONS[sign]


def _allowed(reader: Reader, element: Element, name: str, names: Names) -> nodes.Tests | None:
    child = first(element, name)
    return reader.tests(text_of_child(child, "text"), names) if child is not None else None


def _input(reader: Reader, element: Element, names: Names) -> nodes.InputColumn:
    expression = first(element, "inputExpression")
    if expression is None:
        raise RulesRefused("an input column asks nothing", why="decisionTable")
    source = text_of_child(expression, "text")
    allowed = _allowed(reader, element, "inputValues", names)
    label = element.get("label") or " ".join(source.split())
    node: Node = reader.text(source, names)
    wanted = expression.get("typeRef")
    if wanted:
        node = nodes.Typed(node, parse_type(wanted))
    return nodes.InputColumn(label, node, allowed if allowed and allowed.tests else None)


def _output(reader: Reader, element: Element, names: Names) -> nodes.OutputColumn:
    default = first(element, "defaultOutputEntry")
    values = _allowed(reader, element, "outputValues", names)
    return nodes.OutputColumn(
        element.get("name") or element.get("label") or "",
        values if values and values.tests else None,
        reader.text(text_of_child(default, "text"), names) if default is not None else None,
        _type(element),
    )


def _rule(
    reader: Reader,
    element: Element,
    names: Names,
    *,
    number: int,
    widths: tuple[int, int],
    notes: list[str],
) -> nodes.Rule:
    cells, given = children(element, "inputEntry"), children(element, "outputEntry")
    if (len(cells), len(given)) != widths:
        raise RulesRefused(f"rule {number} has other columns than its table", why="rule-width")
    tests = tuple(reader.tests(text_of_child(cell, "text"), names) for cell in cells)
    outputs = tuple(reader.text(text_of_child(cell, "text"), names) for cell in given)
    texts = [text_of_child(cell, "text") for cell in children(element, "annotationEntry")]
    annotations = tuple(
        (name, " ".join(text.split())) for name, text in zip(notes, texts, strict=False) if text
    )
    law = next((text for name, text in annotations if name.lower() in _LAW_COLUMNS), None)
    law = law or " ".join(text_of_child(element, "description").split()) or None
    return nodes.Rule(number, element.get("id") or str(number), tests, outputs, annotations, law)


_READERS: Mapping[str, Callable[[Reader, Element, Names, str], Node]] = {
    "literalExpression": _literal,
    "context": _context,
    "list": _list,
    "relation": _relation,
    "invocation": _invocation,
    "functionDefinition": _function,
    "conditional": _conditional,
    "filter": _filter,
    "for": _iterator,
    "every": _iterator,
    "some": _iterator,
    "decisionTable": _table,
}
