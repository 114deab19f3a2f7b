"""What other organisations send: messages into cases, and whole cases.

    POST messages/<case>/<message>   what a case waits for
    POST handed-over/<case>          a case that this authority decides

Nobody is given a right to them: the folder of each service says whose message it waits for, the
node's configuration from whom it takes cases; to anyone else there is no such case.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from riik.core import ClientId, InThread
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.services.errors import ServiceRefused
from riik.services.terms.handing import Handing, Parcel
from riik.services.terms.waiting import Waits

__all__ = ["hand_offers", "offers"]

MOST_BODY = 20_000
MOST_PARCEL = 9_000_000
_CASE = re.compile(r"[a-z0-9-]{16,64}\Z")
_NAME = re.compile(r"[a-z0-9-]{1,40}\Z")


def offers(waits: Waits, *, provider: ClientId, in_thread: InThread) -> Sequence[Offer]:
    """The offer by which others reach cases that wait for them."""

    async def messages(incoming: Incoming) -> Answer:
        case, _, name = incoming.path.strip("/").partition("/")
        if not _CASE.match(case) or incoming.issue != case:
            raise ServiceRefused("the case of the path and of the message differ", why="case")
        if not _NAME.match(name):
            raise ServiceRefused("this is no message's name", why="message")
        taken = await in_thread(
            waits.message,
            case,
            name,
            _content(incoming.body),
            sender=incoming.client,
            key=incoming.message_id,
        )
        return Answer(
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode({"taken": taken}),
        )

    return [
        Offer(
            provider=provider,
            service="messages",
            endpoints=(Endpoint("POST", "/*/*"),),
            handler=messages,
            open_to_all=True,
        )
    ]


def hand_offers(handing: Handing, *, in_thread: InThread) -> Sequence[Offer]:
    """The offer by which others hand cases over."""

    async def handed(incoming: Incoming) -> Answer:
        case = incoming.path.strip("/")
        if not _CASE.match(case) or incoming.issue != case:
            raise ServiceRefused("the case of the path and of the message differ", why="case")
        if len(incoming.body) > MOST_PARCEL:
            raise ServiceRefused("the case is too large", why="size", most=MOST_PARCEL)
        try:
            parcel = msgspec.json.decode(incoming.body, type=Parcel)
        except (msgspec.DecodeError, RecursionError) as error:
            raise ServiceRefused("this is no case", why="parcel") from error
        if incoming.subject != parcel.person:
            raise ServiceRefused("the message is about another person", why="parcel")
        number = await in_thread(handing.take, parcel, case=case, sender=incoming.client)
        return Answer(
            status=200,
            headers=(("Content-Type", "application/json"),),
            body=msgspec.json.encode({"number": number}),
        )

    return [
        Offer(
            provider=handing.client,
            service="handed-over",
            endpoints=(Endpoint("POST", "/*"),),
            handler=handed,
            open_to_all=True,
        )
    ]


def _content(body: bytes) -> dict[str, Any]:
    if len(body) > MOST_BODY:
        raise ServiceRefused("the message is too large", why="size", most=MOST_BODY)
    try:
        content = msgspec.json.decode(body or b"{}")
    except (msgspec.DecodeError, RecursionError) as error:
        raise ServiceRefused("the message is not JSON", why="json") from error
    if not isinstance(content, dict):
        raise ServiceRefused("the message is not an object", why="json")
    return content
