"""What a register tells those who follow it: whose record changed and how, never to what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from riik.core import ClientId, InThread, PersonCode, ServiceId, person_code
from riik.exchange import Call, Exchange
from riik.registers import Registers
from riik.transparency import Action

__all__ = ["Follower", "RegisterNews"]

CODE = "code"
"""The field by which a register of people names whom it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Follower:
    """Who is told of what.

    Attributes:
        register: Of which register.
        kind: ``open`` or ``change``.
        client: The subsystem that is told, by its service ``events``.
        purpose: The purpose code.
        legal_basis: The law.
    """

    register: str
    kind: str
    client: ClientId
    purpose: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterNews:
    """Takes a register's own events to its followers, over the exchange, once each."""

    registers: Registers
    exchange: Exchange
    followers: Sequence[Follower]
    in_thread: InThread

    async def __call__(self, payload: bytes) -> None:
        """Tell of one event.

        Raises:
            Unavailable: A follower can't be reached now; the outbox repeats it.
        """
        event: Mapping[str, Any] = msgspec.json.decode(payload)
        told = (event["register"], event["kind"])
        for follower in self.followers:
            if (follower.register, follower.kind) == told:
                await self._tell(event, follower)

    async def _tell(self, event: Mapping[str, Any], follower: Follower) -> None:
        person = await self.in_thread(self._whom, event, follower)
        if person is None:
            return
        holding = self.registers.holdings[follower.register]
        told = {name: event[name] for name in ("register", "kind", "fields", "valid_from")}
        answer = await self.exchange.call(
            Call(
                client=holding.provider,
                service=ServiceId(follower.client, "events"),
                method="POST",
                headers=(("Content-Type", "application/json"),),
                body=msgspec.json.encode(told),
                purpose=follower.purpose,
                legal_basis=follower.legal_basis,
                subject=person,
                message_id=f"{event['record']}-{event['position']}-{follower.purpose}",
            )
        )
        answer.accepted()

    def _whom(self, event: Mapping[str, Any], follower: Follower) -> PersonCode | None:
        """Whose record it is; that a follower is told of them is on record before they are."""
        registers, subject = self.registers, event["subject"]
        holding = registers.holdings[follower.register]
        with registers.database.work() as work:
            versions = registers.store.versions_at(
                [event["record"]], as_of=event["valid_from"], known_at=None, work=work
            )
            opened = [registers.writer.open_version(holding, subject, one) for one in versions]
            codes = [str(one[CODE]) for one in opened if CODE in one]
            if not codes:
                return None
            registers.record_access(
                subject,
                reader=follower.client,
                purpose=follower.purpose,
                legal_basis=follower.legal_basis,
                service=f"{holding.provider}/events",
                work=work,
                action=Action.DISCLOSE,
                fields=(CODE,),
                acting=None,
                case=None,
                message_id=None,
            )
        return person_code(codes[0])
