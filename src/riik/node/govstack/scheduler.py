"""Assembling GovStack's Scheduler, where a node's file opens that door."""

from riik.govstack import Client, Scheduler
from riik.govstack.http import scheduler_routes
from riik.govstack.store import SqlSchedulerStore
from riik.node.assembly import Assembly

__all__ = ["SCHEDULER", "add_scheduler"]

SCHEDULER = "/govstack/scheduler"
"""Below this path of the node's site are the building block's own."""


def add_scheduler(assembly: Assembly) -> None:
    """The Scheduler's door; closed unless it is opened by name."""
    base, section = assembly.base, assembly.config.file.govstack
    if section is None or not section.scheduler:
        return
    clients = [
        Client(name=name, token=assembly.config.secret(reference))
        for name, reference in section.clients.items()
    ]
    scheduler = Scheduler(
        store=SqlSchedulerStore(),
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        clients=clients,
    )
    assembly.routes += scheduler_routes(
        scheduler, at=SCHEDULER, database=base.database, in_thread=base.in_thread
    )
