"""What a provider asks of registers that others keep, and the rights that follow if they agree.

Pure. The needs and the record of each service are read; nothing is asked that they don't name. A
right says for whom, which question, which fields, why and by which law, and the person's own
statement must be with each question about them.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import msgspec

from riik.demo.joining.provider import Provider, ProviderRefused
from riik.registers import RegisterDefinition

__all__ = ["Wish", "granted", "wishes_of", "words_of"]

_PURPOSE = re.compile(r"[a-z][a-z0-9-]{0,63}\Z")
OUTSIDE = ("inbox", "payments")
"""Providers that are no registers: notices and payments have rights of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """One right that a provider asks for."""

    register: str
    role: str
    action: str
    offer: str
    fields: tuple[str, ...]
    purpose: str
    legal_basis: str
    names: Mapping[str, str]

    def row(self) -> str:
        """The row of ``rights.toml`` that grants it."""
        listed = ", ".join(f'"{one}"' for one in self.fields)
        statement = "required" if self.action == "read" else "not-needed"
        return (
            f'[[right]]\nclient = {{ role = "{self.role}", subsystem = "services" }}\n'
            f'action = "{self.action}"\noffers = ["{self.offer}"]\n'
            f'purpose = "{self.purpose}"\nlegal-basis = "{self.legal_basis}"\n'
            f'fields = [{listed}]\nstatement = "{statement}"\n'
        )


def wishes_of(provider: Provider) -> tuple[Wish, ...]:
    """Every right that the provider's services ask of others' registers."""
    return tuple(dict.fromkeys(_wishes(provider)))


def words_of(wishes: Sequence[Wish]) -> str:
    """The agreement as its parties read and sign it, register by register."""
    lines = []
    for register in dict.fromkeys(one.register for one in wishes):
        lines.append(
            f"# To whoever keeps {register}: these rows of rights.toml, or some of them.\n"
        )
        lines += [one.row() for one in wishes if one.register == register]
    return "\n".join(lines) or "# Nothing is asked of registers that others keep.\n"


def granted(
    files: Mapping[str, bytes], wishes: Sequence[Wish], *, register: RegisterDefinition
) -> dict[str, bytes]:
    """A register's folder with the rights that were asked for; its owner seals it anew.

    Raises:
        ProviderRefused: For ``offer``, ``fields`` or ``law``: the register has no such thing; for
            ``purpose``: it is no identifier; for ``rights``: the rows would give anything but
            what was asked for.
    """
    mine = [one for one in wishes if one.register == register.id]
    for wish in mine:
        _check(wish, register)
    rows = "".join(f"\n{one.row()}" for one in mine)
    if mine and len(tomllib.loads(rows)["right"]) != len(mine):
        raise ProviderRefused("the rows give more than was asked for", why="rights")
    found = {**files, "rights.toml": files["rights.toml"] + rows.encode()}
    for wish in mine:
        for language, name in wish.names.items():
            found |= _named(found, f"locale/{language}.toml", wish.purpose, name)
    return {name: content for name, content in found.items() if name != "signature.jws"}


def _wishes(provider: Provider) -> Iterator[Wish]:
    for service in provider.services.values():
        wish = partial(Wish, role=provider.role, names=_Names(service.names))
        for need in service.needs:
            if _others(provider, need.provider):
                yield wish(
                    register=need.provider,
                    action="read",
                    offer=need.service,
                    fields=need.fields,
                    purpose=need.purpose,
                    legal_basis=need.legal_basis,
                )
        for change in (service.record, *service.also):
            if change is not None and _others(provider, change.provider):
                yield wish(
                    register=change.provider,
                    action="change",
                    offer=change.service,
                    fields=tuple(change.values),
                    purpose=change.purpose,
                    legal_basis=change.legal_basis,
                )


def _others(provider: Provider, register: str) -> bool:
    return register not in provider.registers and register not in OUTSIDE


class _Names(dict[str, str]):
    """Names by language that may be part of a value: they don't tell wishes apart."""

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(tuple(sorted(self.items())))


def _check(wish: Wish, register: RegisterDefinition) -> None:
    if not _PURPOSE.match(wish.purpose):
        message = f"{wish.purpose!r} is no purpose: small letters, digits and hyphens"
        raise ProviderRefused(message, why="purpose")
    offers = register.reads if wish.action == "read" else register.changes
    if wish.offer not in offers:
        known = ", ".join(sorted(offers))
        raise ProviderRefused(f"{register.id} offers {known}, not {wish.offer!r}", why="offer")
    strange = sorted(set(wish.fields) - set(offers[wish.offer].fields))
    if strange:
        raise ProviderRefused(f"{register.id}/{wish.offer} has no {strange[0]!r}", why="fields")
    laws = sorted(one.id for one in register.laws)
    if wish.legal_basis not in laws:
        message = f"{register.id} knows no {wish.legal_basis!r}; it answers by {', '.join(laws)}"
        raise ProviderRefused(message, why="law")


def _named(files: Mapping[str, bytes], place: str, purpose: str, name: str) -> dict[str, bytes]:
    """The purpose in words, where the register has none for it."""
    text = files.get(place, b"").decode()
    if not text or f"\n{purpose} = " in text or "[purposes]\n" not in text:
        return {}
    head, _, tail = text.partition("[purposes]\n")
    said = msgspec.json.encode(name).decode()
    return {place: f"{head}[purposes]\n{purpose} = {said}\n{tail}".encode()}
