"""Assembling GovStack's Digital Registries, where a node's file opens that door."""

from riik.govstack.registries import Registries
from riik.govstack.registries.http import registries_routes
from riik.govstack.store import SqlSchedulerStore
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused
from riik.node.govstack.book import NodeBook
from riik.node.govstack.clients import clients_of

__all__ = ["REGISTRIES", "add_registries"]

REGISTRIES = "/govstack/registries"
"""Below this path of the node's site are the building block's own."""


def add_registries(assembly: Assembly) -> None:
    """The door to the node's registers; closed unless it is opened by name."""
    base, section = assembly.base, assembly.config.file.govstack
    if section is None or not section.registries:
        return
    registers, transparency = assembly.parts.registers, assembly.parts.transparency
    if registers is None or transparency is None:
        raise ConfigRefused("govstack.registries needs registers and a log", why="govstack")
    registries = Registries(
        book=NodeBook(registers=registers, transparency=transparency),
        store=SqlSchedulerStore(),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        clients=clients_of(assembly),
    )
    assembly.routes += registries_routes(registries, at=REGISTRIES, in_thread=base.in_thread)
