"""Issued papers as the exchange offers them: any member may ask for whoever holds one.

Subsystem `services`, service `papers`:

    GET  /<token>      how the paper stands; of no person anything
    POST /<token>      {"number", "language", "source"}: with what stands on it, for who holds it
"""

from collections.abc import Sequence
from functools import partial
from typing import Annotated

import msgspec

from riik.core import ClientId, InThread
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.services.errors import ServiceRefused
from riik.services.issued.component import Issued

__all__ = ["paper_offers"]

MOST_BODY = 1_000


class _Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    number: str
    language: str = "en"
    source: Annotated[str, msgspec.Meta(max_length=64)] = ""


def paper_offers(issued: Issued, *, provider: ClientId, in_thread: InThread) -> Sequence[Offer]:
    """The offer of one issuer."""

    async def papers(incoming: Incoming) -> Answer:
        token = incoming.path.strip("/")
        if incoming.method == "GET":
            return _json(await in_thread(issued.check, token))
        asked = _asked(incoming.body)
        told = await in_thread(
            partial(
                issued.show,
                token,
                asked.number,
                asked.language,
                reader=incoming.client,
                source=asked.source,
            )
        )
        return _json(told)

    return [
        Offer(
            provider=provider,
            service="papers",
            endpoints=(Endpoint("GET", "/*"), Endpoint("POST", "/*")),
            handler=papers,
            requires_purpose=False,
            open_to_all=True,
        )
    ]


def _asked(body: bytes) -> _Asked:
    try:
        return msgspec.json.decode(body[: MOST_BODY + 1], type=_Asked)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServiceRefused("this asks nothing that is known here", why="json") from error


def _json(content: object) -> Answer:
    kind = (("Content-Type", "application/json"),)
    return Answer(status=200, headers=kind, body=msgspec.json.encode(content))
