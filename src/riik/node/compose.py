"""The composition root: a parts list, read from top to bottom.

A section of `node.toml` that is absent is a component that is absent. What a family of classes
needs is in `base`; how each component is put together is in `state` and `public`; what fills
one component's port with another is in modules of its own.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from riik.exchange import Exchange
from riik.node.assembly import Assembly
from riik.node.base import open_base
from riik.node.config import ConfigRefused, NodeConfig
from riik.node.corrections import add_owner
from riik.node.fillers.catalogued import add_catalogue
from riik.node.govstack.registration import add_registration
from riik.node.govstack.registries import add_registries
from riik.node.govstack.scheduler import add_scheduler
from riik.node.guests import add_guests
from riik.node.login import add_login
from riik.node.node import Node
from riik.node.public import add_bank, add_portal, add_registers, add_services
from riik.node.state import (
    add_centre,
    add_identity,
    add_log,
    add_trust,
    add_trusted_list,
    add_witness,
    listed_services,
    offer_certificates,
)
from riik.node.status import add_operator, add_status
from riik.node.telling.assembling import add_inbox
from riik.trust.component import Trust

__all__ = ["build", "open_member", "open_reader", "open_trust", "publish_list"]


def build(config: NodeConfig) -> Node:
    """Put one organisation's node together; it is not started yet."""
    assembly = Assembly(base=open_base(config))
    add_trust(assembly)
    add_centre(assembly)
    add_trusted_list(assembly)
    offer_certificates(assembly)
    add_witness(assembly)
    add_log(assembly)
    add_identity(assembly)
    add_registers(assembly)
    add_login(assembly)
    add_inbox(assembly)
    add_guests(assembly)
    add_bank(assembly)
    add_services(assembly)
    add_catalogue(assembly)
    add_portal(assembly)
    add_scheduler(assembly)
    add_registries(assembly)
    add_registration(assembly)
    add_owner(assembly)
    add_status(assembly)
    add_operator(assembly)
    return assembly.node()


def publish_list(config: NodeConfig) -> bytes:
    """Seal and publish the next trusted list of the governing authority's node."""
    assembly = Assembly(base=open_base(config))
    try:
        add_trusted_list(assembly)
        if assembly.parts.lists is None:
            raise ConfigRefused("this node publishes no trusted list", why="list")
        return assembly.parts.lists.publish_list(listed_services(assembly))
    finally:
        assembly.base.let_go()


@contextmanager
def open_reader(config: NodeConfig) -> Iterator[Exchange]:
    """A node's message log to read, as its operator may: evidence of what was said.

    Works beside the running node; nothing is served and nothing is written.
    """
    assembly = Assembly(base=open_base(config))
    try:
        assembly.exchange.recall()
        yield assembly.exchange
    finally:
        assembly.base.let_go()


@asynccontextmanager
async def open_member(config: NodeConfig) -> AsyncIterator[Exchange]:
    """A member's security server beside its running node: it asks as the node itself would."""
    assembly = Assembly(base=open_base(config))
    try:
        await assembly.base.in_thread(assembly.exchange.recall)
        yield assembly.exchange
    finally:
        assembly.transport.close()
        await assembly.base.http.close()
        assembly.base.let_go()


@contextmanager
def open_trust(config: NodeConfig) -> Iterator[Trust]:
    """The Trust Centre alone, without exchange: it certifies what its own node needs to start.

    Raises:
        ConfigRefused: The node runs no Trust Centre (``trust``).
    """
    assembly = Assembly(base=open_base(config))
    try:
        add_trust(assembly)
        if assembly.parts.trust is None:
            raise ConfigRefused("this node runs no trust centre", why="trust")
        yield assembly.parts.trust
    finally:
        assembly.base.let_go()
