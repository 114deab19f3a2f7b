"""Assembling a provider's appointments: its file, the country's days off, who tells people."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import riik
from riik.appointments import Appointments, read_plan
from riik.appointments.store import SqlAppointmentStore
from riik.node.assembly import Assembly
from riik.services import ServiceDefinition, Times

__all__ = ["times_of"]

CATALOGUE = "catalogue:"
LAPSE_EVERY = timedelta(minutes=1)


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
    times = Times(appointments=appointments)
    for definition in services.values():
        times.check(definition.id, definition.form)
    return times


def _source(assembly: Assembly, name: str) -> bytes:
    if name.startswith(CATALOGUE):
        folder = Path(str(riik.__file__)).parent / "catalogue" / "appointments"
        return (folder / f"{name.removeprefix(CATALOGUE)}.toml").read_bytes()
    return assembly.config.content(name)
