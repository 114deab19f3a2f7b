"""Assembling what registers hear from people, and how their officials are called."""

import tomllib
from importlib.resources import files
from typing import Any

from riik.core import ClientId, PersonCode, person_code
from riik.node.assembly import Assembly
from riik.node.config import RegistersSection
from riik.node.fillers.telling import RegisterNotices
from riik.profiles import Name
from riik.registers import Registers
from riik.registers.corrections.component import Corrections
from riik.registers.corrections.http import correction_offers
from riik.registers.corrections.jobs import correction_handlers
from riik.registers.corrections.store import SqlCorrectionStore

__all__ = ["add_corrections", "officials_of"]


def add_corrections(assembly: Assembly, registers: Registers, section: RegistersSection) -> None:
    """What people say against their records, as every register of the node hears it."""
    base = assembly.base
    source = files("riik.registers.corrections").joinpath("texts.toml").read_text("utf-8")
    texts: dict[str, Any] = tomllib.loads(source)["received"]
    corrections = Corrections(
        store=SqlCorrectionStore(),
        registers=registers,
        database=base.database,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        days=section.correction_days or assembly.profile.access.answer_days,
        texts=texts,
    )
    assembly.offer(correction_offers(corrections, in_thread=base.in_thread))
    assembly.on(
        correction_handlers(corrections, tell=_teller(assembly, section), in_thread=base.in_thread)
    )


def officials_of(assembly: Assembly) -> dict[PersonCode, str]:
    """The names of this organisation's officials, for those whose data they saw."""
    section = assembly.config.file.services
    return {
        person_code(one.code): assembly.profile.display_name(
            Name(given=one.given, family=one.family, middle=one.middle), formal=True
        )
        for one in (section.official if section else ())
    }


def _teller(assembly: Assembly, section: RegistersSection) -> RegisterNotices:
    return RegisterNotices(
        exchange=assembly.exchange,
        client=assembly.config.client,
        inbox=ClientId.parse(section.inbox) if section.inbox else None,
        legal_basis=assembly.profile.access.law,
    )
