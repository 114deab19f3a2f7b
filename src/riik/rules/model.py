"""What a rules file holds once it is read: its elements and how they need each other.

DMN 1.5 §6.3 (decision requirements). Frozen values; `reading` makes them, `deciding`
evaluates them, `checking` looks for what is wrong in them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from riik.rules.feel.compiler import Compiled
from riik.rules.feel.nodes import Define, Node
from riik.rules.feel.types import Type

__all__ = ["DecisionNode", "Input", "Key", "Knowledge", "Need", "Rules", "Service"]

Key: TypeAlias = tuple[str, str]
"""An element: the namespace of its file and its id there."""


@dataclass(frozen=True, slots=True)
class Need:
    """A requirement: what is needed, under which name, through which import if any."""

    key: Key
    name: str
    imported_as: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    """Input data of a rules file."""

    key: Key
    name: str
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionNode:
    """A decision: its question, its law, what it needs and its logic."""

    key: Key
    name: str
    question: str
    law: str | None
    needs: tuple[Need, ...]
    type: Type
    node: Node
    logic: Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """A business knowledge model: a function that decisions share."""

    key: Key
    name: str
    needs: tuple[Need, ...]
    node: Define
    logic: Compiled


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A decision service: decisions offered as one function."""

    key: Key
    name: str
    outputs: tuple[Need, ...]
    parameters: tuple[Need, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """A rules file that was read whole and may be asked.

    Attributes:
        name: The model's name.
        namespace: Its namespace, which imports use.
        digest: SHA-256 of the file and the files it imports, as hexadecimal digits.
        elements: Everything in it and in its imports.
        by_name: Its own decisions and services, then those of imported files.
        inputs: Names of the inputs that its decisions need, with their types.
    """

    name: str
    namespace: str
    digest: str
    elements: Mapping[Key, Input | DecisionNode | Knowledge | Service]
    by_name: Mapping[str, Key]
    inputs: Mapping[str, Type]
