"""Subscriptions on the exchange: one offer a register.

POST   /         {"offer", "service", "after"}: follow from now on, or go on after an event
GET    /events   ``offer``, ``after``: events in order, for who asks by itself
GET    /record   ``offer``, ``number``: what the record of an event holds today; a look
DELETE /         ``offer``: follow no more
"""

from typing import Any
from urllib.parse import parse_qsl

import msgspec

from riik.core import InThread
from riik.exchange import Answer, Endpoint, Handler, Incoming, Offer
from riik.formats.canonical_json import encode
from riik.registers.answers import caller_of, guarded
from riik.registers.errors import RequestRefused
from riik.registers.following.component import Following
from riik.registers.openapi import describe_subscriptions

__all__ = ["subscription_offers"]

MOST_BYTES = 2_000
JSON = (("Content-Type", "application/json"),)


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    offer: str
    service: str = ""
    after: int | None = None


def subscription_offers(following: Following, *, in_thread: InThread) -> list[Offer]:
    """What every register of this node offers to those who follow it."""
    endpoints = (("POST", "/"), ("DELETE", "/"), ("GET", "/events"), ("GET", "/record"))
    return [
        Offer(
            provider=holding.provider,
            service="subscriptions",
            endpoints=tuple(Endpoint(method, path) for method, path in endpoints),
            handler=guarded(_answering(following, holding.definition.id, in_thread)),
            openapi=describe_subscriptions(holding.definition),
        )
        for holding in following.registers.holdings.values()
    ]


def _answering(following: Following, register: str, in_thread: InThread) -> Handler:
    async def answer(incoming: Incoming) -> Answer:
        """One of the four."""
        caller = caller_of(incoming)
        if incoming.method == "POST":
            body = _read(incoming.body)
            told = await in_thread(
                following.subscribe,
                register,
                caller=caller,
                offer=body.offer,
                service=body.service,
                after=body.after,
            )
            return _json(told, status=201)
        path, query = incoming.path.strip("/"), dict(parse_qsl(incoming.query))
        given: dict[str, Any] = {"caller": caller, "offer": query.get("offer", "")}
        if incoming.method == "DELETE":
            return _json(await in_thread(following.end, register, **given))
        if path == "record":
            number = _number(query, "number")
            return _json(await in_thread(following.record, register, number=number, **given))
        after = _number(query, "after") if "after" in query else None
        return _json(await in_thread(following.events, register, after=after, **given))

    return answer


def _number(query: dict[str, str], name: str) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 15):
        raise RequestRefused(f"{name} is a whole number", why=name)
    return int(text)


def _read(body: bytes) -> _Body:
    if len(body) > MOST_BYTES:
        raise RequestRefused("this is too long", why="long", most=MOST_BYTES)
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestRefused("the body is no subscription", why="body") from error


def _json(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, headers=JSON, body=encode(value))
