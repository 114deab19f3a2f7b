"""May this service ask what it asks? Its needs against what the registers offer, and to whom.

Pure. A register is told here by what its folder says (`Held`); whether the member of a role really
holds it, the node finds out. Services never look into registers themselves: who checks brings them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

from riik.services.folder.finding import Finding
from riik.services.folder.places import line_of
from riik.services.model import ServiceDefinition

__all__ = ["Grant", "Held", "once_findings"]

SUBSYSTEM = "services"
"""As which part of its member a service asks."""

ASKED = "x-asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A right that a register gives: to whom, for what, by which law; empty names fit all."""

    role: str
    subsystem: str
    reads: bool
    offers: tuple[str, ...]
    purpose: str
    legal_basis: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What one register holds of a person and offers, by its folder.

    Attributes:
        id: Its catalogue id, which needs name as their provider.
        reads: Fields by the question that answers them.
        changes: Fields by the change that touches them.
        grants: Who may what.
        schemas: What a value of each field looks like.
        of_people: Its records are about people.
    """

    id: str
    reads: Mapping[str, Sequence[str]]
    changes: Mapping[str, Sequence[str]]
    grants: Sequence[Grant]
    schemas: Mapping[str, Mapping[str, Any]]
    of_people: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A need, or the change that a granted case writes, as one asks a register for it."""

    what: str
    provider: str
    offer: str
    fields: tuple[str, ...]
    purpose: str
    legal_basis: str
    reads: bool


def once_findings(
    definition: ServiceDefinition, files: Mapping[str, bytes], registers: Sequence[Held]
) -> Iterator[Finding]:
    """Needs without right, and questions that a register can answer."""
    by_id = {held.id: held for held in registers}
    for wish in _wishes(definition):
        held = by_id.get(wish.provider)
        text, words, remedy = (
            _without_right(wish, held, definition.owner) if held else _unknown(wish, by_id)
        )
        if text:
            name = "needs.toml" if wish.reads else "service.toml"
            start = (wish.what,)
            yield Finding(
                why="need",
                file=name,
                line=line_of(files.get(name, b""), *start, *words),
                text=text,
                remedy=remedy,
                grave=held is not None,
            )
    yield from _asked_twice(definition, files, registers)
    yield from _amounts(definition, files, by_id)


def _amounts(
    definition: ServiceDefinition, files: Mapping[str, bytes], registers: Mapping[str, Held]
) -> Iterator[Finding]:
    """Amounts in minor units that people would read a hundred times too large."""
    providers = {need.id: need.provider for need in definition.needs}
    for row in definition.guide.known:
        held = registers.get(providers.get(row.need, ""))
        schemas = held.schemas if held else {}
        for field in row.fields:
            said = schemas.get(field, {}).get("x-money", "")
            if said and not row.money:
                yield Finding(
                    why="money",
                    file="service.toml",
                    line=line_of(files["service.toml"], "guide.known", row.label, field),
                    text=f"{row.need}.{field} is an amount in minor units",
                    remedy='say which currency: money = "EUR" beside its fields',
                )


def _wishes(definition: ServiceDefinition) -> Iterator[_Wish]:
    for need in definition.needs:
        yield _Wish(
            what=need.id,
            provider=need.provider,
            offer=need.service,
            fields=need.fields,
            purpose=need.purpose,
            legal_basis=need.legal_basis,
            reads=True,
        )
    for what, record in (
        ("record", definition.record),
        *(("also", one) for one in definition.also),
    ):
        if record is None:
            continue
        yield _Wish(
            what=what,
            provider=record.provider,
            offer=record.service,
            fields=tuple(record.values),
            purpose=record.purpose,
            legal_basis=record.legal_basis,
            reads=False,
        )


_Told = tuple[str, tuple[str, ...], str]


def _unknown(wish: _Wish, known: Iterable[str]) -> _Told:
    return (
        f"{wish.what}: none of the registers that were given is {wish.provider!r}",
        (wish.provider,),
        f"name its folder with --registers (given: {', '.join(sorted(known)) or 'none'})",
    )


def _without_right(wish: _Wish, held: Held, owner: str) -> _Told:
    offers = held.reads if wish.reads else held.changes
    if wish.offer not in offers:
        known = ", ".join(sorted(offers)) or "none"
        text = f"{wish.what}: register {held.id} has no offer {wish.offer!r}"
        return text, (wish.offer,), f"name one that it has: {known}"
    beyond = [field for field in wish.fields if field not in offers[wish.offer]]
    if beyond:
        text = f"{wish.what}: {held.id}/{wish.offer} has no field {beyond[0]!r}"
        return text, (beyond[0],), f"ask for some of: {', '.join(offers[wish.offer])}"
    mine = [
        grant
        for grant in held.grants
        if grant.reads is wish.reads
        and wish.offer in grant.offers
        and grant.role in ("", owner)
        and grant.subsystem in ("", SUBSYSTEM)
    ]
    return _in_no_grant(wish, held, mine, owner)


def _in_no_grant(wish: _Wish, held: Held, mine: Sequence[Grant], owner: str) -> _Told:
    """Why none of the rights that this owner has is the right for this wish."""
    ask = f"ask the owner of {held.id} for it (its rights.toml)"
    if not mine:
        text = f"{wish.what}: {held.id} gives {owner!r} no right to {wish.offer!r}"
        return text, (wish.offer,), ask
    lawful = [grant for grant in mine if grant.legal_basis == wish.legal_basis]
    if not lawful:
        known = ", ".join(sorted({grant.legal_basis for grant in mine}))
        text = f"{wish.what}: {held.id} gives {owner!r} no right by {wish.legal_basis!r}"
        return (
            text,
            ("legal-basis", wish.legal_basis),
            f"name the law of the right ({known}), or {ask}",
        )
    meant = [grant for grant in lawful if grant.purpose == wish.purpose]
    if not meant:
        known = ", ".join(sorted({grant.purpose for grant in lawful}))
        text = f"{wish.what}: {held.id} gives {owner!r} no right for {wish.purpose!r}"
        return text, ("purpose", wish.purpose), f"name the purpose of the right ({known}), or {ask}"
    if any(set(wish.fields) <= grant.fields for grant in meant):
        return "", (), ""
    given = frozenset[str]().union(*(grant.fields for grant in meant))
    over = next((field for field in wish.fields if field not in given), wish.fields[0])
    text = f"{wish.what}: {held.id} gives {owner!r} no right to the field {over!r}"
    return text, (over,), f"leave it out, or {ask}"


def _asked_twice(
    definition: ServiceDefinition, files: Mapping[str, bytes], registers: Sequence[Held]
) -> Iterator[Finding]:
    """Questions by the name of a field that a register holds, and whose answers would fit there."""
    for field, schema in definition.form["properties"].items():
        if schema.get(ASKED):
            continue
        for held in registers:
            if held.of_people and _fits(schema, held.schemas.get(field)):
                offer = next((one for one, has in held.reads.items() if field in has), "")
                if offer:
                    yield Finding(
                        why="ask-once",
                        file="form.json",
                        line=line_of(files["form.json"], "properties", field),
                        text=f"{field}: people are asked what register {held.id} holds",
                        remedy=f"ask {held.id}/{offer} in needs.toml; if the answer is a wish and "
                        f"no fact, say so in {ASKED!r}",
                    )
                    break


def _fits(question: Mapping[str, Any], held: Mapping[str, Any] | None) -> bool:
    """Could the answer stand in the register's field?"""
    if held is None:
        return False
    choices = [one["const"] for one in question.get("oneOf", ()) if "const" in one]
    choices += question.get("enum", ())
    if choices:
        known = jsonschema_rs.validator_for(dict(held))
        return all(known.is_valid(choice) for choice in choices)
    return "enum" not in held and question.get("type") == held.get("type")
