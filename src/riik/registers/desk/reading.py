"""What an official of a register may see and change by hand: the owner's own rights, and no more.

Pure. A register's folder gives its owner rights as it gives them to anybody; who works at the
owner's desk has those that need no statement of the person, each by its purpose and its law.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from riik.core import ClientId
from riik.registers.corrections.owner import Official
from riik.registers.corrections.values import form_of, read_value, shown_value
from riik.registers.errors import OfficialRefused, RequestRefused, RightMissing
from riik.registers.model import Action, ChangeOffer, Holding, Kind, Right

__all__ = ["OUTSIDE", "Errand", "OwnRights", "patch_of", "picture_of", "shown_fields", "words"]

LONGEST = 2_000
LONGEST_CASE = 100
OUTSIDE = "outside:"
"""Marks a reference to a case that another organisation keeps, or a paper file: typed as such, it
is written down as such, so that nobody takes it for a number that was looked up."""

LEAST_REFERENCE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """Why somebody looks: in which register, for which purpose, in which case.

    The case is one of this organisation's, or a request to correct, by its number; or a reference
    to one that is kept elsewhere, behind `OUTSIDE`.
    """

    register: str
    purpose: str
    case: str

    def check(self) -> None:
        """Refuse a look without a case.

        Raises:
            RequestRefused: For ``case``.
        """
        if not self.case.strip() or len(self.case) > LONGEST_CASE or not self.case.isprintable():
            raise RequestRefused("a look at the desk belongs to a case", why="case")
        reference = self.case.removeprefix(OUTSIDE).strip()
        if self.is_outside and len(reference) < LEAST_REFERENCE:
            raise RequestRefused("a look at the desk belongs to a case", why="case")

    @property
    def is_outside(self) -> bool:
        """Whether the case is kept elsewhere, as the official says."""
        return self.case.startswith(OUTSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRights:
    """The rights of registers' owners, as their officials have them.

    Attributes:
        holdings: The registers of the node.
        roles: Roles of a client's member.
        country: By whose laws.
    """

    holdings: Mapping[str, Holding]
    roles: Callable[[ClientId], frozenset[str]]
    country: str

    def holding(self, register: str, official: Official) -> Holding:
        """A register that this official answers for.

        Raises:
            RightMissing: For ``register``.
            OfficialRefused: For ``other-register``.
        """
        found = self.holdings.get(register)
        if found is None:
            raise RightMissing("this node keeps no such register", why="register")
        if not official.answers_for(register):
            raise OfficialRefused("another official answers for it", why="other-register")
        return found

    def purposes(self, holding: Holding) -> dict[str, Right]:
        """For what the owner's officials may look, each with its right."""
        return {right.purpose: right for right in self._own(holding, Action.READ)}

    def fields(self, holding: Holding, purpose: str) -> tuple[str, ...]:
        """What they see for a purpose, in the order of the schema.

        Raises:
            RightMissing: For ``purpose``.
        """
        law = self.purposes(holding).get(purpose)
        seen = {
            name
            for right in self._own(holding, Action.READ)
            if right.purpose == purpose and law and right.legal_basis == law.legal_basis
            for name in right.fields
        }
        if not seen:
            raise RightMissing("the owner has no right for this purpose", why="purpose")
        return tuple(name for name in holding.definition.schema.fields if name in seen)

    def changes(self, holding: Holding) -> dict[str, tuple[ChangeOffer, Right]]:
        """What they may change by hand: each offer with its right."""
        found: dict[str, tuple[ChangeOffer, Right]] = {}
        for action in (Action.CHANGE, Action.CORRECT):
            for right in self._own(holding, action):
                for offer in right.offers:
                    change = holding.definition.changes[offer]
                    if change.kind is not Kind.OPEN:
                        found.setdefault(offer, (change, right))
        return found

    def _own(self, holding: Holding, action: Action) -> Iterator[Right]:
        """The owner's rights without a statement; those by the country's own law first."""
        roles = self.roles(holding.provider)
        countries = {law.id: law.country for law in holding.definition.laws}
        found = [
            right
            for right in holding.definition.rights
            if right.action is action
            and not right.statement
            and right.who.admits(holding.provider, roles)
            and countries.get(right.legal_basis) in (self.country, "")
        ]
        return iter(sorted(found, key=lambda one: countries.get(one.legal_basis) != self.country))


def words(holding: Holding, code: str, usual: str) -> dict[str, str]:
    """What the register calls something, by language."""
    return {
        language: found.get(code, usual) for language, found in holding.definition.texts.items()
    }


def picture_of(value: Any) -> str:
    """A picture as the register holds it, an address that carries it whole; else nothing."""
    return value if isinstance(value, str) and value.startswith("data:image/") else ""


def shown_fields(
    holding: Holding, values: Mapping[str, Any], fields: tuple[str, ...]
) -> list[dict[str, Any]]:
    """Each field with its name, its value as it is shown, and how it is typed."""
    properties, rows = holding.definition.schema.document["properties"], []
    for name in fields:
        form, value = form_of(properties.get(name, {})), values.get(name)
        parts = value if isinstance(value, Mapping) else {}
        rows.append(
            {
                "field": name,
                "names": words(holding, f"field:{name}", name),
                "value": shown_value(value),
                "called": words(holding, f"value:{name}.{value}", shown_value(value)),
                "kind": form.kind,
                "image": picture_of(value),
                "coded": [
                    words(holding, f"value:{name}.{one}", one)
                    for one in (value if form.kind == "list" and isinstance(value, list) else ())
                ],
                "options": [
                    {"value": one, "names": words(holding, f"value:{name}.{one}", one)}
                    for one in form.options
                ],
                "parts": {part: shown_value(parts.get(part)) for part in form.parts},
                "currency": currency_of(holding, values, name),
            }
        )
    return rows


def currency_of(holding: Holding, values: Mapping[str, Any], name: str) -> str:
    """The currency of a field that is an amount in minor units; empty for any other."""
    said = holding.definition.schema.money.get(name, "")
    return str(values.get(said) or "") if said in holding.definition.schema.fields else said


def patch_of(
    holding: Holding,
    values: Mapping[str, Any],
    typed: Mapping[str, Mapping[str, str]],
    fields: tuple[str, ...],
) -> dict[str, Any]:
    """What was typed otherwise than it stands there; an emptied field is taken away.

    Raises:
        RequestRefused: For ``value``, with the field.
    """
    properties = holding.definition.schema.document["properties"]
    changed: dict[str, Any] = {}
    for name in fields:
        said = typed.get(name)
        if said is None or form_of(properties[name]).kind == "none":
            continue
        if not any(text.strip() for text in said.values()):
            if values.get(name) is not None:
                changed[name] = None
            continue
        try:
            value = read_value(properties[name], said)
        except RequestRefused as refused:
            raise RequestRefused(str(refused), why=refused.why, field=name) from refused
        if value != values.get(name):
            changed[name] = value
    return changed
