"""Who may call GovStack's doors, out of a node's file; what no table opens stays closed."""

from riik.core import ClientId, Refused
from riik.govstack import Client, Errand, RegisterRight
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused
from riik.node.govstack.sections import (
    ErrandSection,
    GovstackClientSection,
    GovstackRightSection,
)
from riik.registers import RegisterDefinition

__all__ = ["clients_of"]


def clients_of(assembly: Assembly) -> list[Client]:
    """The clients that the node's file names, each checked against the registers kept.

    Raises:
        ConfigRefused: For ``govstack``: a member that is none, a register, an offer or a field
            that there is not.
    """
    section = assembly.config.file.govstack
    return [
        _client(assembly, name, one) for name, one in (section.clients if section else {}).items()
    ]


def _client(assembly: Assembly, name: str, one: GovstackClientSection) -> Client:
    try:
        member = ClientId.parse(one.member)
    except Refused as refused:
        message = f"govstack.clients.{name}: member is INSTANCE/CLASS/MEMBER/SUBSYSTEM"
        raise ConfigRefused(message, why="govstack") from refused
    names = [right.register for right in one.rights]
    if len(set(names)) < len(names):
        raise ConfigRefused(f"govstack.clients.{name}: a register twice", why="govstack")
    return Client(
        name=name,
        token=assembly.config.secret(one.token),
        member=member,
        scheduler=_errand(one.scheduler) if one.scheduler else None,
        rights=tuple(_right(assembly, name, right) for right in one.rights),
        schemas=one.schemas,
    )


def _errand(one: ErrandSection) -> Errand:
    return Errand(purpose=one.purpose, legal_basis=one.legal_basis)


def _right(assembly: Assembly, name: str, one: GovstackRightSection) -> RegisterRight:
    registers = assembly.parts.registers
    holding = registers.holdings.get(one.register) if registers else None
    if holding is None:
        message = f"govstack.clients.{name}: this node keeps no register {one.register!r}"
        raise ConfigRefused(message, why="govstack")
    _check(name, one, holding.definition)
    return RegisterRight(
        register=one.register,
        offers=one.offers,
        errand=_errand(one),
        key=one.key,
        person=one.person,
    )


def _check(name: str, one: GovstackRightSection, definition: RegisterDefinition) -> None:
    known = {*definition.reads, *definition.changes}
    missing = [offer for offer in one.offers if offer not in known]
    indexed = definition.schema.indexed
    if definition.subject != "person" and one.key not in indexed:
        missing.append(f"{one.key} (indexed)")
    if definition.subject != "person" and not definition.single:
        # The key is the thing's code: two records of one thing could not be told apart.
        missing.append('records = "one"')
    if one.person and one.person not in (*indexed, one.key):
        missing.append(f"{one.person} (indexed)")
    if missing:
        message = f"govstack.clients.{name}: {one.register} has no {missing[0]}"
        raise ConfigRefused(message, why="govstack")
