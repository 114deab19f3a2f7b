"""A rules file: from DMN's XML to a model that can be asked.

DMN 1.5 §6 (requirements), §7.3.3 (item definitions), §13 (XML); versions 1.2 to 1.5 are
the same but for their namespace. Everything is read and compiled at once: a file that
loads has no construct that Riik leaves out and no expression that isn't FEEL.
Expressions are read in `boxed`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256

from riik.formats.xml import parse
from riik.rules.boxed import (
    Element,
    Reader,
    children,
    define,
    first,
    local,
    text_of_child,
)
from riik.rules.errors import RulesRefused, SyntaxRefused, Unsupported
from riik.rules.feel.compiler import Compiler
from riik.rules.feel.functions import builtin_functions, builtin_names
from riik.rules.feel.nodes import Literal, Node, TypeName
from riik.rules.feel.operators import PROPERTY_NAMES
from riik.rules.feel.parser import parse_tests, parse_type
from riik.rules.feel.scope import Limits, Run, Scope
from riik.rules.feel.tokens import Names
from riik.rules.feel.types import ItemDefinition, Types
from riik.rules.feel.values import Value
from riik.rules.model import DecisionNode, Input, Key, Knowledge, Need, Rules, Service
from riik.rules.tables import compile_table

__all__ = ["load"]

MOST_BYTES = 2_000_000
NAMESPACES = frozenset(
    (
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    )
)
_TOP_LEVEL = (
    "description extensionElements import itemDefinition inputData decision decisionService "
    "businessKnowledgeModel knowledgeSource textAnnotation association group "
    "elementCollection performanceIndicator organizationUnit DMNDI artifact"
)
_READ = frozenset(_TOP_LEVEL.split())
_AROUND_LOGIC = (
    "description question allowedAnswers variable extensionElements supportedObjective "
    "impactedPerformanceIndicator decisionMaker decisionOwner usingProcess usingTask "
    "informationRequirement knowledgeRequirement authorityRequirement"
)
_BESIDE_LOGIC = frozenset(_AROUND_LOGIC.split())
_LAW = "law:"


def load(source: bytes, *, imports: Sequence[bytes] = ()) -> Rules:
    """Read a rules file and the files it imports.

    Args:
        source: The DMN file, XML.
        imports: The files that it may import, in any order.

    Raises:
        RulesRefused: For what the file lacks or says twice; ``why`` names the part.
        SyntaxRefused: For a text that isn't FEEL.
        Unsupported: For a construct that isn't run; ``why`` is its name.
    """
    return _loaded(source, tuple(imports))


@lru_cache(maxsize=128)
def _loaded(source: bytes, imports: tuple[bytes, ...]) -> Rules:
    """The same files are the same rules: versions of a folder and nodes of a process share them."""
    main = _open(source)
    others = {document.namespace: document for document in map(_open, imports)}
    digest = sha256(b"".join(sorted(sha256(each).digest() for each in (source, *imports))))
    try:
        return _Loader(main, others).rules(digest.hexdigest())
    except RecursionError as error:
        raise SyntaxRefused("an expression is nested too deep", why="depth") from error


@dataclass(frozen=True, slots=True)
class _Document:
    """One parsed file."""

    root: Element
    namespace: str
    by_id: dict[str, Element]
    imports: dict[str, str]


def _open(source: bytes) -> _Document:
    if len(source) > MOST_BYTES:
        raise RulesRefused("this rules file is too large", why="too-large", most=MOST_BYTES)
    root = parse(source)
    if local(root) != "definitions" or root.tag.strip("{").partition("}")[0] not in NAMESPACES:
        raise RulesRefused("this is not a DMN file of version 1.2 to 1.5", why="namespace")
    for child in root:
        if local(child) and local(child) not in _READ:
            raise Unsupported(f"{local(child)} is not read", why=local(child))
    by_id: dict[str, Element] = {}
    for child in children(
        root, "inputData", "decision", "businessKnowledgeModel", "decisionService"
    ):
        name = child.get("id") or f"name:{child.get('name')}"
        if name in by_id:
            raise RulesRefused(f"two elements have the id {name}", why="id-twice")
        by_id[name] = child
    imports = {each.get("namespace", ""): each.get("name", "") for each in children(root, "import")}
    return _Document(root, root.get("namespace", ""), by_id, imports)


@dataclass(slots=True)
class _Loader:
    """Reads one file with its imports."""

    main: _Document
    others: dict[str, _Document]
    elements: dict[Key, Input | DecisionNode | Knowledge | Service] = field(default_factory=dict)
    open_keys: list[Key] = field(default_factory=list)
    compilers: dict[str, Compiler] = field(default_factory=dict)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        functions = builtin_functions()
        self.reader = Reader(Names.of(PROPERTY_NAMES), builtin_names())
        for document in (self.main, *self.others.values()):
            for element in document.root.iter():
                if local(element) in ("itemDefinition", "itemComponent"):
                    self.reader.properties.add(element.get("name", ""))
        for document in (*self.others.values(), self.main):
            self.compilers[document.namespace] = Compiler(
                Types(self.types(document, ())), functions, compile_table
            )

    def rules(self, digest: str) -> Rules:
        """Everything of the main file, and what it needs of others."""
        documents = self.reached()
        for document in documents:
            for identifier in document.by_id:
                self.element((document.namespace, identifier))
        by_name: dict[str, Key] = {}
        for key, element in sorted(
            self.elements.items(), key=lambda pair: pair[0][0] != self.main.namespace
        ):
            if isinstance(element, DecisionNode | Service):
                own = key[0] == self.main.namespace
                if own and element.name in by_name:
                    raise RulesRefused(f"two are called {element.name}", why="name-twice")
                by_name.setdefault(element.name, key)
        return Rules(
            name=self.main.root.get("name", ""),
            namespace=self.main.namespace,
            digest=digest,
            elements=dict(self.elements),
            by_name=by_name,
            inputs={
                each.name: each.type for each in self.elements.values() if isinstance(each, Input)
            },
        )

    def reached(self) -> list[_Document]:
        """The main file and all that it imports, directly or not."""
        found = [self.main]
        for document in found:
            for namespace in document.imports:
                if namespace == self.main.namespace:
                    raise RulesRefused("these files import each other", why="import-cycle")
                found += [self.document(namespace)] * (self.document(namespace) not in found)
        return found

    def document(self, namespace: str) -> _Document:
        """The file of that namespace."""
        if namespace == self.main.namespace:
            return self.main
        if namespace not in self.others:
            raise RulesRefused(f"the imported file {namespace} is missing", why="import-missing")
        return self.others[namespace]

    def types(self, document: _Document, inside: tuple[str, ...]) -> dict[str, ItemDefinition]:
        """Item definitions of a file, and of its imports with their names in front."""
        found = {
            each.get("name", ""): self.item(each)
            for each in children(document.root, "itemDefinition")
        }
        if document.namespace in inside:
            raise RulesRefused("these files import each other", why="import-cycle")
        for namespace, name in document.imports.items():
            inner = self.types(self.document(namespace), (*inside, document.namespace))
            found |= {f"{name}.{each}": definition for each, definition in inner.items()}
            for each, definition in inner.items():
                found.setdefault(each, definition)
        return found

    def item(self, element: Element) -> ItemDefinition:
        """An item definition or a component of one."""
        wanted = text_of_child(element, "typeRef")
        return ItemDefinition(
            name=element.get("name", ""),
            type=parse_type(wanted) if wanted else None,
            is_list=element.get("isCollection") == "true",
            components=tuple(self.item(each) for each in children(element, "itemComponent")),
            allowed=self.allowed(element),
            function=_function_type(first(element, "functionItem")),
        )

    def allowed(self, element: Element) -> "_Allowed | None":
        """The allowed values of an item definition, if it has any."""
        for name in ("typeConstraint", "allowedValues"):
            child = first(element, name)
            if child is not None and text_of_child(child, "text"):
                tests = parse_tests(
                    text_of_child(child, "text"),
                    self.reader.builtins,
                    properties=self.reader.properties,
                )
                compiler = Compiler(Types({}), builtin_functions(), compile_table)
                return _Allowed(compiler.compile(tests))
        return None

    def element(self, key: Key) -> Input | DecisionNode | Knowledge | Service:
        """One element with all that it needs, read once."""
        if key in self.elements:
            return self.elements[key]
        if key in self.open_keys:
            raise RulesRefused(f"{key[1]} needs itself", why="requirement-cycle")
        document = self.document(key[0])
        if key[1] not in document.by_id:
            raise RulesRefused(f"there is no element {key[1]}", why="unknown-reference")
        self.open_keys.append(key)
        element = document.by_id[key[1]]
        made = getattr(self, "_" + local(element))(key, element)
        self.open_keys.pop()
        self.elements[key] = made
        found: Input | DecisionNode | Knowledge | Service = made
        return found

    def need(self, document: _Document, reference: str) -> Need:
        """What a reference leads to, read before it is needed."""
        namespace, mark, identifier = reference.rpartition("#")
        if not mark:
            raise RulesRefused(f"{reference} is no reference", why="unknown-reference")
        namespace = namespace or document.namespace
        imported = None
        if namespace != document.namespace:
            if namespace not in document.imports:
                raise RulesRefused(f"{namespace} is not imported", why="import-missing")
            imported = document.imports[namespace] or None
        element = self.element((namespace, identifier))
        if imported:
            self.reader.properties.add(element.name)
        return Need((namespace, identifier), element.name, imported)

    def needs(self, key: Key, element: Element, *kinds: str) -> tuple[Need, ...]:
        """All that an element refers to in these ways."""
        document = self.document(key[0])
        return tuple(
            self.need(document, reference.get("href", ""))
            for reference in element.iter()
            if local(reference) in kinds
        )

    def names(self, needs: tuple[Need, ...]) -> Names:
        """The names that an element with these needs may use."""
        return self.reader.scope([need.imported_as or need.name for need in needs])

    def type_of(self, element: Element) -> TypeName | None:
        """The type of an element's variable."""
        variable = first(element, "variable")
        wanted = variable.get("typeRef") if variable is not None else None
        return parse_type(wanted) if wanted else None

    def _inputData(self, key: Key, element: Element) -> Input:  # noqa: N802 - named as in the file
        wanted = self.compilers[key[0]].types.resolve(self.type_of(element))
        return Input(key=key, name=element.get("name", ""), type=wanted)

    def _decision(self, key: Key, element: Element) -> DecisionNode:
        kinds = ("requiredInput", "requiredDecision", "requiredKnowledge")
        needs = self.needs(key, element, *kinds)
        name = element.get("name", "")
        logic: Node = self.logic(element, self.names(needs), name)
        compiler = self.compilers[key[0]]
        return DecisionNode(
            key=key,
            name=name,
            question=text_of_child(element, "question"),
            law=self.law(key, element),
            needs=needs,
            type=compiler.types.resolve(self.type_of(element)),
            node=logic,
            logic=compiler.compile(logic),
        )

    def logic(self, element: Element, names: Names, title: str) -> Node:
        """The one expression of a decision; none is null."""
        found = [child for child in element if local(child) and local(child) not in _BESIDE_LOGIC]
        if len(found) > 1:
            raise RulesRefused(f"{title} has two expressions", why="expression-twice")
        return self.reader.expression(found[0], names, title) if found else Literal(None)

    def law(self, key: Key, element: Element) -> str | None:
        """The text annotation beside a decision that begins with ``law:``."""
        root = self.document(key[0]).root
        texts = {
            each.get("id"): text_of_child(each, "text") for each in children(root, "textAnnotation")
        }
        for association in children(root, "association"):
            ends = [
                end.get("href", "").rpartition("#")[2]
                for end in children(association, "sourceRef", "targetRef")
            ]
            if key[1] in ends:
                for end in ends:
                    text = texts.get(end, "")
                    if text.lower().startswith(_LAW):
                        return " ".join(text[len(_LAW) :].split())
        return None

    def _businessKnowledgeModel(self, key: Key, element: Element) -> Knowledge:  # noqa: N802 - as above
        needs = self.needs(key, element, "requiredKnowledge")
        name = element.get("name", "")
        function = first(element, "encapsulatedLogic")
        if function is None:
            raise RulesRefused(f"{name} has no logic", why="encapsulatedLogic")
        if (function.get("kind") or "FEEL") != "FEEL":
            kind = function.get("kind")
            raise Unsupported(f"functions of kind {kind} are not run", why=f"function-{kind}")
        # A knowledge model may call itself.
        names = Names.of([name], self.names(needs))
        compiler = self.compilers[key[0]]
        result = _result_type(element, function, compiler.types)
        node = define(self.reader, function, names, name, result)
        logic = compiler.compile(node)
        return Knowledge(key=key, name=name, needs=needs, node=node, logic=logic)

    def _decisionService(self, key: Key, element: Element) -> Service:  # noqa: N802 - as above
        outputs = self.needs(key, element, "outputDecision")
        if not outputs:
            raise RulesRefused("a decision service decides nothing", why="decisionService")
        return Service(
            key=key,
            name=element.get("name", ""),
            outputs=outputs,
            parameters=self.needs(key, element, "inputData")
            + self.needs(key, element, "inputDecision"),
        )


def _function_type(element: Element | None) -> TypeName | None:
    """The type that a ``functionItem`` describes (§7.3.3)."""
    if element is None:
        return None
    wanted = [each.get("typeRef", "Any") for each in children(element, "parameters")]
    wanted.append(element.get("outputTypeRef", "Any"))
    return TypeName("function", tuple(map(parse_type, wanted)))


def _result_type(element: Element, function: Element, types: Types) -> TypeName | None:
    """What a knowledge model gives: of its logic, or as its variable says."""
    variable = first(element, "variable")
    wanted = function.get("typeRef") or (variable.get("typeRef") if variable is not None else None)
    if not wanted:
        return None
    name = parse_type(wanted)
    definition = types.definitions.get(name.name)
    if definition is not None and definition.function is not None:
        return definition.function.inner[-1]
    return name


@dataclass(frozen=True, slots=True)
class _Allowed:
    """The allowed values of a type, as a question to a value."""

    judge: object

    def __call__(self, value: Value) -> bool:
        run = Run(Limits(steps=20_000))
        return callable(self.judge) and self.judge(Scope({"?": value}, None, run)) is True
