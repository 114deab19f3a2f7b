"""The officials' desk of a provider: who works there, and what a register's answer is worth.

Fills the ports `CheckMessage` and `Staff` of services with the node's file and its exchange.
"""

from dataclasses import dataclass

from riik.core import Refused, person_code
from riik.exchange import Direction, Exchange, Role, verify_evidence
from riik.node.config import ConfigRefused, NodeConfig, OfficialSection
from riik.profiles import Name
from riik.services import DeskRole, Official, Staff, Unit

__all__ = ["MessageProofs", "staff_of"]


def staff_of(config: NodeConfig) -> Staff:
    """The officials and units of a node's file; without units all are of one.

    Raises:
        ConfigRefused: An official's unit, or a unit's service, is not in the file (``official``).
    """
    section = config.file.services
    if section is None:
        return Staff()
    units = {
        code: Unit(code=code, names=unit.names, services=unit.services)
        for code, unit in section.units.items()
    } or {"": Unit(code="", names=config.file.node.names)}
    officials = {person_code(one.code): _official(one) for one in section.official}
    for official in officials.values():
        strangers = set(official.substitutes) - set(officials)
        if official.unit not in units or strangers:
            raise ConfigRefused(
                f"official {official.name.family}: unit and substitutes are named in this file",
                why="official",
            )
    return Staff(officials=officials, units=units)


def _official(section: OfficialSection) -> Official:
    return Official(
        person=person_code(section.code),
        name=Name(given=section.given, family=section.family, middle=section.middle),
        unit=section.unit,
        roles=frozenset(map(DeskRole, section.roles)),
        substitutes=tuple(map(person_code, section.substitutes)),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageProofs:
    """Registers' answers in the node's own message log, verified as an outsider would."""

    exchange: Exchange

    def __call__(self, message_id: str, /) -> str:
        """``proved`` (signed and time-stamped), ``signed`` (no time-stamp yet) or ``missing``."""
        try:
            found = self.exchange.evidence(
                message_id, direction=Direction.RESPONSE, role=Role.CONSUMER
            )
            verify_evidence(found, conf=self.exchange.configuration())
        except Refused as refused:
            return "signed" if refused.why == "not-time-stamped" else "missing"
        return "proved"
