"""What time and other organisations do to a provider's cases."""

from importlib.resources import files

from riik.node.assembly import Assembly
from riik.services import Services
from riik.services.desk.staff import Staff
from riik.services.process import Process, read_process
from riik.services.terms.erasing import Erasing
from riik.services.terms.http import offers
from riik.services.terms.jobs import (
    ERASE_EVERY,
    TICK_EVERY,
    WATCH_EVERY,
    eraser,
    ticker,
    watcher,
)
from riik.services.terms.waiting import Waits
from riik.services.terms.watching import Watch

__all__ = ["add_terms", "appeal_process"]


def appeal_process() -> Process:
    """What happens with an appeal, in every service."""
    return read_process(files("riik.services").joinpath("appeal.bpmn").read_bytes())


def add_terms(assembly: Assembly, services: Services, *, staff: Staff) -> None:
    """Timers and messages of processes; the law's days; the end of keeping."""
    base, lookups = assembly.base, services.operations.lookups
    waits = Waits(
        database=services.database,
        files=services.files,
        cases=services.cases,
        clock=services.clock,
        providers=lookups.providers,
    )
    assembly.offer(offers(waits, provider=lookups.client, in_thread=base.in_thread))
    watch = Watch(
        database=services.database,
        files=services.files,
        cases=services.cases,
        vault=base.vault,
        clock=services.clock,
        staff=staff,
    )
    erasing = Erasing(
        database=services.database,
        files=services.files,
        cases=services.cases,
        vault=base.vault,
        clock=services.clock,
    )
    jobs, in_thread = base.jobs, base.in_thread
    jobs.periodic("services.tick", TICK_EVERY, ticker(waits, in_thread=in_thread))
    jobs.periodic("services.watch", WATCH_EVERY, watcher(watch, in_thread=in_thread))
    jobs.periodic("services.erase", ERASE_EVERY, eraser(erasing, in_thread=in_thread))
