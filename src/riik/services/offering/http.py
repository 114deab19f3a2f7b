"""What registers tell a provider, as the exchange offers it: parse, one verb, answer.

Subsystem `services`, service `events`: ``POST /`` with ``{"register", "kind", "fields",
"valid_from"}``; whose record it is stands in ``Riik-Subject``.
"""

import msgspec

from riik.core import ClientId
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.services.errors import ServiceRefused
from riik.services.offering.component import Offering

__all__ = ["event_offers"]


class _Event(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    register: str
    kind: str
    fields: list[str]
    valid_from: str


def event_offers(offering: Offering, *, provider: ClientId) -> list[Offer]:
    """The one offer: that something happened to somebody's record."""

    async def events(incoming: Incoming) -> Answer:
        """POST /: begin what this gives a right to."""
        if incoming.subject is None:
            raise ServiceRefused("whose record changed?", why="subject")
        try:
            told = msgspec.json.decode(incoming.body, type=_Event)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ServiceRefused("this is no event of a register", why="body") from error
        event = f"{incoming.client} {incoming.message_id}"
        begun = await offering.happened(told.register, told.kind, incoming.subject, event)
        return Answer(
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode({"begun": begun}),
        )

    return [
        Offer(
            provider=provider,
            service="events",
            endpoints=(Endpoint("POST", "/"),),
            handler=events,
        )
    ]
