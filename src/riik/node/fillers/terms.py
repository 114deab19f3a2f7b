"""What time and other organisations do to a provider's cases."""

from riik.node.assembly import Assembly
from riik.services import Services
from riik.services.terms.http import offers
from riik.services.terms.jobs import TICK_EVERY, ticker
from riik.services.terms.waiting import Waits

__all__ = ["add_terms"]


def add_terms(assembly: Assembly, services: Services) -> None:
    """Timers and messages of processes."""
    base, lookups = assembly.base, services.operations.lookups
    waits = Waits(
        database=services.database,
        files=services.files,
        cases=services.cases,
        clock=services.clock,
        providers=lookups.providers,
    )
    assembly.offer(offers(waits, provider=lookups.client, in_thread=base.in_thread))
    base.jobs.periodic("services.tick", TICK_EVERY, ticker(waits, in_thread=base.in_thread))
