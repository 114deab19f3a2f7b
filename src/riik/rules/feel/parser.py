"""FEEL's grammar: from text and the names in scope to a syntax tree.

DMN 1.5 §10.3.1.2, grammar rules 1–66. Precedence climbing; nesting is limited. What an
expression means is in `compiler`; tokens and names of several words are in `tokens`.
"""

from collections.abc import Callable

from riik.rules.errors import SyntaxRefused, Unsupported
from riik.rules.feel import nodes, temporal
from riik.rules.feel.cursor import Cursor
from riik.rules.feel.nodes import Node, TypeName
from riik.rules.feel.tokens import Names, Token, unescape
from riik.rules.feel.values import decimal128

__all__ = ["parse_expression", "parse_tests", "parse_type"]

DEEPEST = 60
_KEYWORDS = (
    "if then else for return some every satisfies function external in between and or "
    "instance of true false null"
)
KEYWORDS = frozenset(_KEYWORDS.split())
TYPE_NAMES = Names.of(
    ["date and time", "days and time duration", "years and months duration", "day time duration"]
)
_AFTER_RANGE = ") ] , } then else and or return satisfies = != ."
_FOLLOWERS = frozenset(_AFTER_RANGE.split())
_COMPARISONS = ("<", "<=", ">", ">=", "=", "!=")
_POWER = {"or": 1, "and": 2, "between": 3, "in": 3, "instance": 8, "+": 4, "-": 4}
_POWER |= {"*": 5, "/": 5, "**": 6} | dict.fromkeys(_COMPARISONS, 3)
_NEGATION = 7
_NAME_SIGNS = frozenset((".", "/", "-", "'", "+", "*"))
_MATH = decimal128()


def parse_expression(source: str, names: Names, *, properties: Names) -> Node:
    """Read one expression.

    Args:
        source: The text.
        names: Variables and functions that are known where it stands.
        properties: Names that may follow a dot or stand in a filter; grows by reading.

    Raises:
        SyntaxRefused: With ``at``, the character where it stops being FEEL.
        Unsupported: For ``external-function``.
    """
    parser = _Parser(source, names, properties)
    node = parser.expression(0)
    parser.finish()
    return node


def parse_tests(source: str, names: Names, *, properties: Names) -> nodes.Tests:
    """Read unary tests: ``-``, ``< 5``, ``"a","b"``, ``not([1..3])`` (rules 12–17)."""
    parser = _Parser(source, Names.of(["?"], names), properties)
    tests = parser.tests()
    parser.finish()
    return tests


def parse_type(source: str) -> TypeName:
    """Read a type reference: ``number``, ``list<Person>``, ``feel:string``."""
    text = source.strip()
    if "<" not in text:
        return TypeName(text.removeprefix("feel:"))
    parser = _Parser(text, Names.of([]), Names.of([]))
    found = parser.type_name()
    parser.finish()
    return found


class _Parser(Cursor):
    """One text being read."""

    def __init__(self, source: str, names: Names, properties: Names) -> None:
        super().__init__(source)
        self.names = names
        self.properties = properties
        self.depth = 0
        self.in_filter = 0
        self.keywords: dict[str, Callable[[], Node]] = {
            "if": self.conditional,
            "for": self.iteration,
            "some": lambda: self.quantified(every=False),
            "every": lambda: self.quantified(every=True),
            "function": self.definition,
            "true": lambda: nodes.Literal(True),
            "false": lambda: nodes.Literal(False),
            "null": lambda: nodes.Literal(None),
        }

    def expression(self, least: int) -> Node:
        """An expression whose operators bind stronger than ``least``."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise SyntaxRefused("this is nested too deep", why="depth", at=self.token.start)
        node = self.postfix(self.prefix())
        while (power := self.operator_power()) > least:
            node = self.infix(node, power)
        self.depth -= 1
        return node

    def operator_power(self) -> int:
        """How strongly the operator here binds; 0 when there is none."""
        token = self.token
        return _POWER.get(token.text, 0) if token.kind in ("symbol", "word") else 0

    def infix(self, left: Node, power: int) -> Node:
        """What an operator makes of the expression on its left."""
        sign = self.next().text
        if sign == "between":
            low = self.expression(3)
            self.need("and")
            return nodes.Between(left, low, self.expression(3))
        if sign == "in":
            return nodes.In(left, self.in_tests())
        if sign == "instance":
            self.need("of")
            return nodes.InstanceOf(left, self.type_name())
        return nodes.Binary(sign, left, self.expression(power))

    def prefix(self) -> Node:
        """A value, a bracket or a keyword: what an expression begins with."""
        token = self.token
        if token.kind == "number":
            self.next()
            return nodes.Literal(_MATH.create_decimal(token.text))
        if token.kind == "string":
            self.next()
            return self.string(token)
        if token.kind == "symbol":
            return self.bracketed()
        if token.kind != "word":
            self.refuse("the expression ends too early")
        return self.word()

    def string(self, token: Token) -> Node:
        """A text, or the date, time or duration behind ``@``."""
        if not token.text.startswith("@"):
            return nodes.Literal(unescape(token.text))
        text = unescape(token.text[1:])
        for read in (temporal.read_date, temporal.read_time, temporal.read_duration):
            if (value := read(text)) is not None:
                return nodes.Literal(value)
        return nodes.Literal(temporal.read_date_time(text))

    def word(self) -> Node:
        """A name, or what a keyword begins."""
        token = self.token
        known = self.longest_name()
        if known is not None and (known[1] > 1 or token.text not in KEYWORDS):
            self.position += known[1]
            return nodes.Name(known[0], token.start)
        if token.text in self.keywords:
            self.next()
            return self.keywords[token.text]()
        if token.text in KEYWORDS:
            self.refuse(f"{token.text!r} stands where a value should")
        self.next()
        return nodes.Name(token.text, token.start)

    def longest_name(self) -> tuple[str, int] | None:
        """The longest known name here; in a filter an entry of the items counts too."""
        known = self.names.longest(self.tokens, self.position)
        if self.in_filter:
            shown = self.properties.longest(self.tokens, self.position)
            if shown is not None and (known is None or shown[1] > known[1]):
                return shown
        return known

    def bracketed(self) -> Node:
        """What a sign begins: a minus, a bracket, a context."""
        if self.take("-"):
            return nodes.Negate(self.expression(_NEGATION))
        if self.sees("("):
            return self.parenthesis()
        if self.sees("[", "]"):
            return self.square()
        if not self.take("{"):
            self.refuse(f"{self.token.text!r} stands where a value should")
        return self.context()

    def parenthesis(self) -> Node:
        """A group, a test like ``(< 5)``, or an open range."""
        self.need("(")
        if self.sees(*_COMPARISONS):
            sign = self.next().text
            bound = nodes.Bound(sign, self.expression(3))
            self.need(")")
            return bound
        inner = self.expression(0)
        if self.take(".."):
            return self.interval(inner, included=False)
        self.need(")")
        return inner

    def square(self) -> Node:
        """A list, or a range that begins with a square bracket."""
        opening = self.next().text
        if opening == "[" and self.take("]"):
            return nodes.ListOf(())
        first = self.bound_or_expression()
        if self.take(".."):
            return self.interval(first, included=opening == "[")
        if opening == "]":
            self.refuse("'..' is missing")
        items = [first]
        while self.take(","):
            items.append(self.bound_or_expression())
        self.need("]")
        return nodes.ListOf(tuple(items))

    def bound_or_expression(self) -> Node:
        """A test like ``< 5``, or an expression."""
        if self.sees(*_COMPARISONS):
            return nodes.Bound(self.next().text, self.expression(3))
        return self.expression(0)

    def interval(self, start: Node, *, included: bool) -> Node:
        """The rest of a range after its ``..``."""
        end = self.expression(3)
        closing = self.next().text
        if closing not in ("]", ")", "["):
            self.refuse("a range isn't closed")
        return nodes.Interval(start, end, included, closing == "]")

    def postfix(self, node: Node) -> Node:
        """Properties, calls and filters behind a value."""
        while True:
            if self.take("."):
                node = nodes.Property(node, self.property_name())
            elif self.sees("("):
                node = self.call(node)
            elif self.sees("[") and not self.closes_range():
                node = self.filter(node)
            else:
                return node

    def closes_range(self) -> bool:
        """Does this ``[`` end an open range (``[1..10[``), as nothing can begin after it?"""
        follower = self.tokens[self.position + 1]
        return follower.kind == "end" or (follower.text in _FOLLOWERS and follower.kind != "string")

    def property_name(self) -> str:
        """The name after a dot."""
        shown = self.properties.longest(self.tokens, self.position)
        if shown is not None:
            self.position += shown[1]
            return shown[0]
        if self.token.kind != "word":
            self.refuse("a name should follow the dot")
        return self.next().text

    def filter(self, node: Node) -> Node:
        """``[test]`` behind a value."""
        self.need("[")
        outside = self.names
        self.names = Names.of(["item"], outside)
        self.in_filter += 1
        test = self.expression(0)
        self.in_filter -= 1
        self.names = outside
        self.need("]")
        return nodes.Filter(node, test)

    def call(self, node: Node) -> Node:
        """``(arguments)`` behind a value."""
        self.need("(")
        if self.take(")"):
            return nodes.Call(node, ())
        names: list[str] = []
        arguments: list[Node] = []
        named = self.named_ahead()
        while True:
            if named:
                names.append(self.free_name(":"))
                self.need(":")
            arguments.append(self.bound_or_expression())
            if not self.take(","):
                break
        self.need(")")
        return nodes.Call(node, tuple(arguments), tuple(names))

    def named_ahead(self) -> bool:
        """Do arguments with names follow?"""
        ahead = self.position
        while self.tokens[ahead].kind == "word" or self.tokens[ahead].text in _NAME_SIGNS:
            ahead += 1
        return ahead > self.position and self.tokens[ahead].text == ":"

    def free_name(self, *ends: str) -> str:
        """A new name: all tokens up to one of ``ends``, white space evened out."""
        if self.token.kind == "string" and not self.token.text.startswith("@"):
            return unescape(self.next().text)
        first = self.position
        while not self.sees(*ends):
            if self.token.kind in ("string", "end") or (
                self.token.kind == "symbol" and self.token.text not in _NAME_SIGNS
            ):
                self.refuse("a name is missing")
            self.next()
        if first == self.position:
            self.refuse("a name is missing")
        start, end = self.tokens[first].start, self.tokens[self.position - 1].end
        return " ".join(self.source[start:end].split())

    def definition(self) -> Node:
        """``function(parameters) body``."""
        self.need("(")
        parameters: list[str] = []
        types: list[TypeName | None] = []
        while not self.take(")"):
            if parameters:
                self.need(",")
            parameters.append(self.free_name(",", ":", ")"))
            types.append(self.type_name() if self.take(":") else None)
        if self.take("external"):
            raise Unsupported("functions outside FEEL are not run", why="external-function")
        body = self.within(parameters, lambda: self.expression(0))
        return nodes.Define(tuple(parameters), tuple(types), body)

    def within(self, names: list[str], read: Callable[[], Node]) -> Node:
        """Read something with more names known."""
        outside, self.names = self.names, Names.of(names, self.names)
        node = read()
        self.names = outside
        return node

    def conditional(self) -> Node:
        """``if … then … else …``."""
        test = self.expression(0)
        self.need("then")
        yes = self.expression(0)
        self.need("else")
        return nodes.If(test, yes, self.expression(0))

    def iterators(self, *extra: str) -> tuple[nodes.Each, ...]:
        """``name in list`` once or more; later ones see the names before them."""
        self.names = Names.of(extra, self.names)
        found: list[nodes.Each] = []
        while not found or self.take(","):
            name = self.free_name("in")
            self.need("in")
            over = self.expression(0)
            last = self.expression(0) if self.take("..") else None
            self.names = Names.of([name], self.names)
            found.append(nodes.Each(name, over, last))
        return tuple(found)

    def iteration(self) -> Node:
        """``for … return …``."""
        outside = self.names
        iterators = self.iterators("partial")
        self.need("return")
        body = self.expression(0)
        self.names = outside
        return nodes.For(iterators, body)

    def quantified(self, *, every: bool) -> Node:
        """``some`` or ``every … satisfies …``."""
        outside = self.names
        iterators = self.iterators()
        self.need("satisfies")
        test = self.expression(0)
        self.names = outside
        return nodes.Quantified(every, iterators, test)

    def context(self) -> Node:
        """``{name: value}``; each entry sees those before it."""
        outside, self.names = self.names, Names.of([], self.names)
        entries: list[tuple[str, Node]] = []
        while not self.take("}"):
            if entries:
                self.need(",")
            name = self.free_name(":")
            self.need(":")
            value = self.expression(0)
            entries.append((name, value))
            self.names.add(name)
            self.properties.add(name)
        self.names = outside
        return nodes.ContextOf(tuple(entries))

    def tests(self) -> nodes.Tests:
        """All unary tests of a cell."""
        text = " ".join(self.source.split())
        if self.sees("-") and self.tokens[self.position + 1].kind == "end":
            self.next()
            return nodes.Tests((), text=text)
        negated = self.sees("not") and self.tokens[self.position + 1].text == "("
        if negated:
            self.position += 2
        found = [self.bound_or_expression()]
        while self.take(","):
            found.append(self.bound_or_expression())
        if negated:
            self.need(")")
        return nodes.Tests(tuple(found), negated, text)

    def in_tests(self) -> nodes.Tests:
        """What follows ``in``: one test, or several in parentheses."""
        start = self.position
        if self.take("("):
            found = [self.bound_or_expression()]
            while self.take(","):
                found.append(self.bound_or_expression())
            if self.take(")"):
                return nodes.Tests(tuple(found))
            # It was an open range like (1..10], not a list of tests.
            self.position = start
        if self.sees(*_COMPARISONS):
            return nodes.Tests((nodes.Bound(self.next().text, self.expression(3)),))
        return nodes.Tests((self.expression(3),))

    def type_name(self) -> TypeName:
        """A type, perhaps with types inside."""
        name = self.plain_type_name()
        if not self.take("<"):
            return TypeName(name)
        if name == "context":
            keys, inner = self.typed_keys()
            return TypeName(name, inner, keys)
        found: list[TypeName] = []
        while not self.sees(">"):
            found.append(self.type_name())
            if not self.take(","):
                break
        self.need(">")
        if name == "function":
            self.need("->")
            found.append(self.type_name())
        return TypeName(name, tuple(found))

    def typed_keys(self) -> tuple[tuple[str, ...], tuple[TypeName, ...]]:
        """What stands in ``context<…>``."""
        keys: list[str] = []
        inner: list[TypeName] = []
        while not self.take(">"):
            if keys:
                self.need(",")
            keys.append(self.free_name(":"))
            self.need(":")
            inner.append(self.type_name())
        return tuple(keys), tuple(inner)

    def plain_type_name(self) -> str:
        """The name of a type, perhaps of an imported one."""
        known = TYPE_NAMES.longest(self.tokens, self.position)
        known = known or self.properties.longest(self.tokens, self.position)
        if known is not None:
            self.position += known[1]
            name = known[0]
        elif self.token.kind == "word":
            name = self.next().text
        else:
            self.refuse("a type is missing")
        while self.take("."):
            name = f"{name}.{self.plain_type_name()}"
        return name
