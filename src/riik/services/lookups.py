"""Asking registers once, and changing them: the calls of a service, and what became of them.

Pure but for the calls themselves, which go through the node's own security server. Message
ids are made of the case, so that a step repeated after a fall is answered from the log of the
register and done once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import ClientId, Clock, PersonCode, Refused, ServiceId, Unavailable
from riik.exchange import Answer, Call
from riik.services.dossier import Dossier
from riik.services.model import Fact, Need, RecordChange, Standing

__all__ = ["CallOut", "Lookups", "Written"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One change as it is sent.

    Attributes:
        of: Whose record.
        values: New values by field.
        key: Which record, by one field; empty where there is one only.
        about: Sets the changes of one case apart.
    """

    of: PersonCode
    values: Mapping[str, Any]
    key: Mapping[str, str]
    about: str


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """Reads and changes other registers on behalf of one subsystem.

    Attributes:
        exchange: The node's security server.
        client: The subsystem that asks.
        providers: Which subsystem plays which role.
        clock: The time.
    """

    exchange: CallOut
    client: ClientId
    providers: Mapping[str, ClientId]
    clock: Clock

    async def ask(self, need: Need, *, dossier: Dossier, case: str, again: str = "") -> Fact:
        """Ask one register; silence or a refusal becomes "to be checked by an official".

        Args:
            need: What is asked.
            dossier: Whose matter it is, and with which word of theirs.
            case: The case's id.
            again: Sets a later question apart from the first; the same again is asked once.
        """
        message_id = "-".join(filter(None, (case, need.id, again)))
        person, authority, actor = dossier.asking(need.of)
        keeper = self.providers.get(need.provider)
        if keeper is None:
            return self._nobody(need)
        service = ServiceId(keeper, need.service)
        call = Call(
            client=self.client,
            service=service,
            query=urlencode({"fields": ",".join(need.fields)}),
            purpose=need.purpose,
            legal_basis=need.legal_basis,
            subject=person,
            authority=authority,
            user=actor if authority else None,
            issue=case,
            message_id=message_id,
            timeout=10.0,
        )
        standing, values = await self._outcome(call)
        return Fact(
            need=need.id,
            standing=standing,
            values=_asked(values, need.fields),
            source=service,
            message_id=message_id,
            at=self.clock.now(),
        )

    async def change(
        self, change: RecordChange, written: Written, *, dossier: Dossier, case: str
    ) -> None:
        """Write a granted outcome into its register.

        Raises:
            Unavailable: The register can't be reached now; the step is repeated later.
            Refused: The register will not take it.
        """
        call = Call(
            client=self.client,
            service=ServiceId(self.providers[change.provider], change.service),
            method="POST",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(
                {"values": dict(written.values)}
                | ({"key": dict(written.key)} if written.key else {})
            ),
            purpose=change.purpose,
            legal_basis=change.legal_basis,
            subject=written.of,
            user=dossier.actor,
            issue=case,
            message_id=f"{case}-{written.about}",
        )
        (await self.exchange.call(call)).accepted()

    async def tell(
        self,
        notice: Mapping[str, Any],
        *,
        legal_basis: str,
        dossier: Dossier,
        case: str,
        about: str = "notice",
    ) -> None:
        """Put a notice into the person's inbox at the portal; once for each ``about``."""
        call = Call(
            client=self.client,
            service=ServiceId(self.providers["inbox"], "notices"),
            method="POST",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode(dict(notice)),
            purpose="notice",
            legal_basis=legal_basis,
            subject=dossier.person,
            issue=case,
            message_id=f"{case}-{about}",
        )
        (await self.exchange.call(call)).accepted()

    async def told(self, notices: Sequence[str], *, legal_basis: str) -> bytes:
        """How far notices of ours have come, as the inbox says it: JSON.

        Args:
            notices: Their ids.
            legal_basis: The law of delivery.

        Raises:
            Unavailable: It does not answer now.
        """
        call = Call(
            client=self.client,
            service=ServiceId(self.providers["inbox"], "notices"),
            method="POST",
            path="/state",
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode({"ids": list(notices)}),
            purpose="notice",
            legal_basis=legal_basis,
            timeout=10.0,
        )
        return (await self.exchange.call(call)).accepted().body

    def _nobody(self, need: Need) -> Fact:
        """A register that nobody keeps in this state says as little as a silent one."""
        return Fact(
            need=need.id,
            standing=Standing.UNAVAILABLE,
            values=dict.fromkeys(need.fields),
            source=ServiceId(self.client, need.provider),
            message_id="",
            at=self.clock.now(),
        )

    async def _outcome(self, call: Call) -> tuple[Standing, dict[str, Any]]:
        try:
            answer = await self.exchange.call(call)
            if answer.status == 404:
                return Standing.NOTHING, {}
            values = msgspec.json.decode(answer.accepted().body)
        except (Unavailable, Refused, msgspec.DecodeError, RecursionError):
            # Whatever the cause, the person is not at fault: an official will look.
            return Standing.UNAVAILABLE, {}
        return Standing.KNOWN, values if isinstance(values, dict) else {}


def _asked(values: Mapping[str, Any], fields: Sequence[str]) -> dict[str, Any]:
    """What was asked for; of several records each field is a list, and ``records`` are they all."""
    records = values.get("records")
    if "records" in fields or not isinstance(records, list):
        return {field: values.get(field) for field in fields}
    rows = [{field: one.get(field) for field in fields} for one in records]
    return {**{field: [row[field] for row in rows] for field in fields}, "records": rows}
