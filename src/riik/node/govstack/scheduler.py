"""Assembling GovStack's Scheduler, where a node's file opens that door."""

from riik.govstack import Scheduler
from riik.govstack.http import scheduler_routes
from riik.govstack.store import SqlSchedulerStore
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused
from riik.node.govstack.clients import clients_of

__all__ = ["SCHEDULER", "add_scheduler"]

SCHEDULER = "/govstack/scheduler"
"""Below this path of the node's site are the building block's own."""


def add_scheduler(assembly: Assembly) -> None:
    """The Scheduler's door; closed unless it is opened by name."""
    base, section = assembly.base, assembly.config.file.govstack
    if section is None or not section.scheduler:
        return
    transparency = assembly.parts.transparency
    if transparency is None:
        raise ConfigRefused("govstack.scheduler needs a log of looks", why="govstack")
    scheduler = Scheduler(
        store=SqlSchedulerStore(),
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        clients=clients_of(assembly),
        record_access=transparency.record_access,
        provider=assembly.config.client("scheduler"),
    )
    assembly.routes += scheduler_routes(
        scheduler, at=SCHEDULER, database=base.database, in_thread=base.in_thread
    )
