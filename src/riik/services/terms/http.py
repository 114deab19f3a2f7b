"""What other organisations send into cases: ``POST /<case>/<message>`` of service `messages`.

Nobody is given a right to it: the folder of each service says whose message it waits for, and from
anyone else there is no such case.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from riik.core import ClientId, InThread
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.services.errors import ServiceRefused
from riik.services.terms.waiting import Waits

__all__ = ["offers"]

MOST_BODY = 20_000
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
