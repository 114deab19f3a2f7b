"""The officials' desk of a provider: who works there, what a register's answer is worth, its pages.

Fills the ports `CheckMessage` and `Staff` of services with the node's file and its exchange, and
the port `Desk` of the officials' pages with services.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from riik.core import Refused, person_code
from riik.exchange import Direction, Exchange, Role, verify_evidence
from riik.node.config import ConfigRefused, NodeConfig, OfficialSection
from riik.node.fillers.relying import RelyingParty
from riik.portal.official.ports import PARTNER, Choice, Reader
from riik.profiles import Name
from riik.services import Clerk, Desk, DeskRole, Official, Staff, Unit, Verdict

__all__ = ["MessageProofs", "OfficialDesk", "clerk_of", "staff_of"]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficialDesk:
    """The desk as its pages see it: each verb for whoever is signed in (the pages' port `Desk`).

    Attributes:
        desk: The desk of the authority.
        party: Asks login for its word that this official wants this case.
        country: For personal codes that are typed without it.
    """

    desk: Desk
    party: RelyingParty
    country: str

    def seat(self, reader: Reader) -> Mapping[str, Any]:
        """Who sits here."""
        return self.desk.seat(self._clerk(reader))

    async def queue(
        self, reader: Reader, *, which: str, service: str, after: tuple[str, str] | None
    ) -> Mapping[str, Any]:
        """One page of a queue."""
        return await self.desk.queue(self._clerk(reader), which=which, service=service, after=after)

    async def open(self, reader: Reader, case: str) -> Mapping[str, Any]:
        """A case; the look is on record."""
        return await self.desk.open(self._clerk(reader), case)

    async def document(self, reader: Reader, case: str, name: str) -> tuple[bytes, str]:
        """A paper of a case; the look is on record."""
        return await self.desk.document(self._clerk(reader), case, name)

    async def take(self, reader: Reader, case: str) -> None:
        """Make a case the official's own."""
        await self.desk.take(self._clerk(reader), case)

    async def hand_over(self, reader: Reader, cases: Sequence[str], *, to: str) -> int:
        """Give cases to a colleague, back to the whole unit, or to another organisation."""
        if to.startswith(PARTNER):
            for case in cases:
                await self.desk.pass_on(self._clerk(reader), case, to.removeprefix(PARTNER))
            return len(cases)
        colleague = person_code(to) if to else None
        return await self.desk.hand_over(self._clerk(reader), cases, to=colleague)

    async def ask(self, reader: Reader, case: str, *, pages: Sequence[str], message: str) -> None:
        """Ask the person to answer something anew."""
        await self.desk.ask(self._clerk(reader), case, pages=pages, message=message)

    async def withdraw_question(self, reader: Reader, case: str) -> None:
        """Take a question back."""
        await self.desk.withdraw_question(self._clerk(reader), case)

    async def ask_again(self, reader: Reader, case: str) -> None:
        """Ask silent registers once more."""
        await self.desk.ask_again(self._clerk(reader), case)

    async def letter(self, reader: Reader, choice: Choice) -> bytes:
        """The letter that a verdict would send, as a draft; the look is on record."""
        return await self.desk.letter(self._clerk(reader), _verdict(choice))

    async def put_aside(self, reader: Reader, choice: Choice) -> None:
        """Keep a verdict, to be signed with others."""
        await self.desk.put_aside(self._clerk(reader), _verdict(choice))

    async def take_back(self, reader: Reader, cases: Sequence[str]) -> None:
        """Forget verdicts that were put aside."""
        await self.desk.take_back(self._clerk(reader), cases)

    async def ready(self, reader: Reader) -> Sequence[Mapping[str, Any]]:
        """What waits for the official's signature."""
        return await self.desk.ready(self._clerk(reader))

    async def prepare(
        self, reader: Reader, choice: Choice, *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]:
        """Lay one decision out to sign."""
        return await self.desk.prepare(
            self._clerk(reader), [_verdict(choice)], certificate=certificate, ticket=ticket
        )

    async def prepare_ready(
        self, reader: Reader, shown: Mapping[str, str], *, certificate: bytes, ticket: str
    ) -> Mapping[str, Any]:
        """Lay out what was put aside, for one signature."""
        return await self.desk.prepare_ready(
            self._clerk(reader), shown, certificate=certificate, ticket=ticket
        )

    async def complete(self, reader: Reader, ticket: str, value: bytes) -> Mapping[str, Any]:
        """End a signature; the cases go on."""
        return await self.desk.complete(self._clerk(reader), ticket, value)

    async def find(self, reader: Reader, number: str) -> str:
        """The id of a case by its number."""
        return await self.desk.find(self._clerk(reader), number)

    async def look_up(
        self, reader: Reader, code: str, *, purpose: str, case: str
    ) -> Sequence[Mapping[str, Any]]:
        """The cases of a person; a look, also when there are none."""
        whole = code if code[:1].isalpha() else f"{self.country}{code}"
        return await self.desk.look_up(
            self._clerk(reader), person_code(whole), purpose=purpose, case=case
        )

    async def own_looks(self, reader: Reader, *, before: str) -> Sequence[Mapping[str, Any]]:
        """What the official looked at."""
        return await self.desk.own_looks(self._clerk(reader), before=before)

    def _clerk(self, reader: Reader) -> Clerk:
        return clerk_of(self.party, reader)


def clerk_of(party: RelyingParty, reader: Reader) -> Clerk:
    """The official who is signed in at the node's site; login states what they want."""
    visitor = reader.visitor

    async def state(case: str, /) -> str:
        return await party.statement(
            visitor, audience=party.client, case=case, person=visitor.person
        )

    return Clerk(person=visitor.person, state=state, language=reader.language)


def _verdict(choice: Choice) -> Verdict:
    return Verdict(
        case=choice.case,
        version=choice.version,
        outcome=choice.outcome,
        grounds=choice.grounds,
        reason=choice.reason,
    )
