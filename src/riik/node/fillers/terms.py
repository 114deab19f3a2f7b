"""What time and other organisations do to a provider's cases."""

from functools import partial
from importlib.resources import files

from riik.core import ClientId
from riik.node.assembly import Assembly
from riik.services import Services
from riik.services.desk.staff import Staff
from riik.services.process import Process, read_process
from riik.services.store import SqlServiceStore
from riik.services.terms.delivering import ASK_EVERY, Deliveries
from riik.services.terms.erasing import Erasing
from riik.services.terms.handing import Handing
from riik.services.terms.http import hand_offers, offers
from riik.services.terms.jobs import (
    ERASE_EVERY,
    TICK_EVERY,
    WATCH_EVERY,
    alarm,
    carrier,
    eraser,
    ticker,
    watcher,
)
from riik.services.terms.waiting import Waits
from riik.services.terms.watching import Watch

__all__ = ["add_handing", "add_terms", "appeal_process", "handed_process", "handing_of"]


def appeal_process() -> Process:
    """What happens with an appeal, in every service."""
    return read_process(files("riik.services").joinpath("appeal.bpmn").read_bytes())


def handed_process() -> Process:
    """What happens with a case of another organisation, in every service."""
    return read_process(files("riik.services").joinpath("handed-over.bpmn").read_bytes())


def handing_of(assembly: Assembly, services: Services) -> Handing | None:
    """Hands cases over and takes them; None where the configuration names no partner."""
    base, section = assembly.base, assembly.config.file.services
    if section is None or not section.partners:
        return None
    lookups = services.operations.lookups
    return Handing(
        database=services.database,
        store=SqlServiceStore(),
        files=services.files,
        cases=services.cases,
        vault=base.vault,
        outbox=base.outbox,
        clock=services.clock,
        in_thread=base.in_thread,
        exchange=assembly.exchange,
        client=lookups.client,
        partners={name: ClientId.parse(one) for name, one in section.partners.items()},
        units=services.operations.units,
        names=assembly.source_names(section.partners),
    )


def add_handing(assembly: Assembly, handing: Handing) -> None:
    """The way of cases between organisations, and its alarm."""
    base = assembly.base
    gauge = base.metrics.gauge(
        "riik_hand_over_oldest_seconds", "Age of the oldest case that nobody took yet."
    )
    assembly.offer(hand_offers(handing, in_thread=base.in_thread))
    assembly.on(carrier(handing))
    job = alarm(handing, in_thread=base.in_thread, tell=gauge.set)
    base.jobs.periodic("services.hand-overs", WATCH_EVERY, job)


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
    if "inbox" in lookups.providers:
        deliveries = Deliveries(
            database=services.database,
            store=SqlServiceStore(),
            cases=services.cases,
            ask=partial(lookups.told, legal_basis=assembly.profile.delivery.opened.law),
            clock=services.clock,
            in_thread=base.in_thread,
        )
        base.jobs.periodic("services.deliveries", ASK_EVERY, deliveries.look)
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
