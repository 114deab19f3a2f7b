"""Assembling a provider's appointments: its file, the country's days off, who tells people."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import riik
from riik.appointments import Appointments, read_plan
from riik.appointments.store import SqlAppointmentStore
from riik.core import ClientId, PersonCode
from riik.node.appointing.reminding import REMIND, Reminding
from riik.node.assembly import Assembly
from riik.node.fillers.telling import RegisterNotices
from riik.services import ServiceDefinition, Times

__all__ = ["times_of"]

CATALOGUE = "catalogue:"
LAPSE_EVERY = timedelta(minutes=1)
REMIND_EVERY = timedelta(minutes=10)


def times_of(assembly: Assembly, services: Mapping[str, ServiceDefinition]) -> Times | None:
    """The appointments that a node's file names, for its forms; None without any."""
    base, section = assembly.base, assembly.config.file.appointments
    if section is None:
        return None
    appointments = Appointments(
        plan=read_plan(
            _source(assembly, section.file),
            name=section.file,
            zone=assembly.profile.dates["zone"],
            holidays=[day for day, one in assembly.profile.holidays.items() if not one.works],
        ),
        store=SqlAppointmentStore(),
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
    )

    def lapse() -> None:
        with base.database.work() as work:
            appointments.lapse(work=work)

    async def give_back() -> None:
        await base.in_thread(lapse)

    base.jobs.periodic("appointments.lapse", LAPSE_EVERY, give_back)
    assembly.parts.appointments = appointments
    _remind(assembly, appointments, services)
    times = Times(appointments=appointments)
    for definition in services.values():
        times.check(definition.id, definition.form)
    return times


def _remind(
    assembly: Assembly, appointments: Appointments, services: Mapping[str, ServiceDefinition]
) -> None:
    base, file = assembly.base, assembly.config.file
    inbox = file.services.providers.get("inbox", "") if file.services else ""
    if not inbox:
        return
    own = assembly.config.client("services")

    async def tell(person: PersonCode, notice: Mapping[str, Any], law: str) -> None:
        notices = RegisterNotices(
            exchange=assembly.exchange,
            client=lambda _: own,
            inbox=ClientId.parse(inbox),
            legal_basis=law,
        )
        await notices(person, notice, register="services")

    reminding = Reminding(
        appointments=appointments,
        services=services,
        database=base.database,
        outbox=base.outbox,
        in_thread=base.in_thread,
        tell=tell,
    )
    assembly.on({REMIND: reminding.remind})
    base.jobs.periodic("appointments.remind", REMIND_EVERY, reminding.look)


def _source(assembly: Assembly, name: str) -> bytes:
    if name.startswith(CATALOGUE):
        folder = Path(str(riik.__file__)).parent / "catalogue" / "appointments"
        return (folder / f"{name.removeprefix(CATALOGUE)}.toml").read_bytes()
    return assembly.config.content(name)
