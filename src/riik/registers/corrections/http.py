"""Corrections on the exchange: one offer a register.

POST /    {"field", "says", "should_be", "why", "language", "once"}, with the person's own
          statement; answers 201 {"number", "days"}. ``once`` names the wish: sent again, when no
          answer came, it is kept once. 400 for what does not fit, 429 for what is too often
GET  /    with the person's own statement: {"corrections": […]}, what they said and what was
          answered: {"number", "field", "says", "should_be", "at", "due", "answered_at",
          "verdict", "reason", "official", "appeal"}
"""

from typing import Annotated

import msgspec

from riik.core import InThread
from riik.exchange import Answer, Endpoint, Handler, Incoming, Offer
from riik.formats.canonical_json import encode
from riik.registers.answers import caller_of, guarded
from riik.registers.corrections.component import Correction, Corrections
from riik.registers.errors import RequestRefused, UnknownSubject
from riik.registers.openapi import describe_corrections

__all__ = ["correction_offers"]

MOST_BYTES = 20_000
JSON = (("Content-Type", "application/json"),)


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    field: str
    says: str
    should_be: str
    why: str = ""
    language: str = "en"
    once: Annotated[str, msgspec.Meta(max_length=100)] = ""


def correction_offers(corrections: Corrections, *, in_thread: InThread) -> list[Offer]:
    """What every register of this node offers to whom its records are about."""
    return [
        Offer(
            provider=holding.provider,
            service="corrections",
            endpoints=(Endpoint("POST", "/"), Endpoint("GET", "/")),
            handler=guarded(_receiving(corrections, holding.definition.id, in_thread)),
            openapi=describe_corrections(holding.definition),
        )
        for holding in corrections.registers.holdings.values()
    ]


def _receiving(corrections: Corrections, register: str, in_thread: InThread) -> Handler:
    async def receive(incoming: Incoming) -> Answer:
        """POST /: the person says what is wrong, and what is right; GET / what was answered."""
        if incoming.subject is None:
            raise UnknownSubject("whose record is wrong?", why="no-subject")
        if incoming.method == "GET":
            told = await in_thread(
                corrections.of_person,
                register,
                caller=caller_of(incoming),
                subject=incoming.subject,
            )
            return Answer(status=200, headers=JSON, body=encode({"corrections": told}))
        body = _read(incoming.body)
        correction = Correction(
            register=register,
            field=body.field,
            says=body.says,
            should_be=body.should_be,
            why=body.why,
            language=body.language,
        )
        number = await in_thread(
            corrections.receive,
            correction,
            caller=caller_of(incoming),
            subject=incoming.subject,
            once=body.once,
        )
        return Answer(
            status=201,
            headers=JSON,
            body=encode({"number": number, "days": corrections.days}),
        )

    return receive


def _read(body: bytes) -> _Body:
    if len(body) > MOST_BYTES:
        raise RequestRefused("this is too long", why="long", most=MOST_BYTES)
    try:
        return msgspec.json.decode(body, type=_Body)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RequestRefused("the body is no correction", why="body") from error
