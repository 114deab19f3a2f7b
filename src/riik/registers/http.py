"""Registers on the exchange: parse, one verb, answer.

Every question and every change of a register's folder is one service of its subsystem;
`usage_offer` adds the Estonian data tracker's ``findUsage`` (protocol 1.6) to each. What
needs a person's own statement is decided by the verbs, not here.
"""

from base64 import b64encode
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, parse_qsl

import msgspec

from riik.core import InThread, PersonCode, SubjectId, TimeRefused, from_text
from riik.exchange import Answer, Endpoint, Incoming, Offer
from riik.formats.canonical_json import JsonRefused, decode, encode
from riik.registers.answers import Note, caller_of, guarded
from riik.registers.component import Registers
from riik.registers.errors import (
    RequestRefused,
    UnknownSubject,
)
from riik.registers.model import (
    ChangeOffer,
    ChangeRequest,
    Holding,
    Kind,
    Look,
    Reading,
    ReadOffer,
)
from riik.registers.openapi import describe_change, describe_read, describe_usage, words_of
from riik.registers.refusals import note_refusal
from riik.transparency import (
    Looks,
    ProvedLooks,
    UsageQuery,
    find_usage,
    heartbeat,
    read_query,
    usage_period,
)

__all__ = ["Tracker", "offers", "usage_offers"]

JSON: Final = (("Content-Type", "application/json"),)
MOST_PROOFS: Final = 100


class _ChangeBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    values: dict[str, Any]
    valid_from: date | None = None
    valid_to: date | None = None
    record: str | None = None
    key: dict[str, str] | None = None


class Tracker(Protocol):
    """What the data tracker needs of `Transparency`."""

    def who_looked(
        self,
        subject: SubjectId,
        *,
        start: datetime | None,
        end: datetime | None,
        offset: int,
        limit: int,
    ) -> Looks: ...
    def proved_looks(
        self,
        subject: SubjectId,
        *,
        start: datetime | None,
        end: datetime | None,
        offset: int,
        limit: int,
    ) -> ProvedLooks: ...
    def head(self, *, known: int) -> tuple[bytes, list[bytes]] | None: ...


def offers(registers: Registers, *, in_thread: InThread) -> list[Offer]:
    """Every question and every change of every register of this node."""
    found: list[Offer] = []
    for holding in registers.holdings.values():
        reads, changes = holding.definition.reads.values(), holding.definition.changes.values()
        found += [_read_offer(registers, holding, read, in_thread) for read in reads]
        found += [_change_offer(registers, holding, change, in_thread) for change in changes]
    return found


def usage_offers(
    registers: Registers,
    tracker: Tracker,
    *,
    since: datetime,
    in_thread: InThread,
    people: Mapping[PersonCode, str] | None = None,
) -> list[Offer]:
    """The data tracker's service of each register, and receipts that prove each look.

    Args:
        registers: The registers.
        tracker: The node's record of looks.
        since: From when on looks are known.
        in_thread: Where verbs run.
        people: Names of this organisation's officials: whose data they saw may know them.
    """

    async def answer(incoming: Incoming) -> Answer:
        """GET /v2/findUsage, /v2/proofs, /v2/head, /v2/words, /v2/usagePeriod or /v2/heartbeat."""
        if incoming.path == "/v2/heartbeat":
            return _json(heartbeat())
        if incoming.path == "/v2/usagePeriod":
            return _json(usage_period(since))
        if incoming.path == "/v2/words":
            holding = registers.holdings[incoming.service.provider.subsystem]
            return _json(words_of(holding.definition))
        if incoming.path == "/v2/head":
            return _json(await in_thread(_head, tracker, incoming))
        if incoming.path == "/v2/proofs":
            told = await in_thread(_proofs, registers, tracker, incoming)
            acted = {one["access"].get("acting") for one in told["proofs"]}
            names = {code: name for code, name in (people or {}).items() if code in acted}
            return _json({**told, "people": names})
        return _json(await in_thread(_usages, registers, tracker, incoming))

    told = ("findUsage", "usagePeriod", "heartbeat", "proofs", "head", "words")
    return [
        Offer(
            provider=holding.provider,
            service="findUsage",
            endpoints=tuple(Endpoint("GET", f"/v2/{name}") for name in told),
            handler=guarded(answer),
            openapi=describe_usage(holding.definition),
            requires_purpose=False,
        )
        for holding in registers.holdings.values()
    ]


def _read_offer(
    registers: Registers, holding: Holding, offer: ReadOffer, in_thread: InThread
) -> Offer:
    async def answer(incoming: Incoming) -> Answer:
        """GET /: the record or records that the question is about."""
        look = _look(holding.definition.id, offer, incoming)
        reading = await in_thread(registers.read, look)
        return _json(_told(reading, offer))

    note = _noted(registers, in_thread)
    return Offer(
        provider=holding.provider,
        service=offer.id,
        endpoints=(Endpoint("GET", "/"),),
        handler=guarded(answer, note),
        openapi=describe_read(holding.definition, offer),
        on_refusal=note,
    )


def _change_offer(
    registers: Registers, holding: Holding, offer: ChangeOffer, in_thread: InThread
) -> Offer:
    verb = registers.correct if offer.kind is Kind.CORRECT else registers.change

    async def answer(incoming: Incoming) -> Answer:
        """POST /: one change, made once a message."""
        request = _change_request(holding.definition.id, offer, incoming)
        changed = await in_thread(verb, request)
        status = 201 if offer.kind is Kind.OPEN else 200
        return _json({"record": changed.record, "position": changed.position}, status=status)

    note = _noted(registers, in_thread)
    return Offer(
        provider=holding.provider,
        service=offer.id,
        endpoints=(Endpoint("POST", "/"),),
        handler=guarded(answer, note),
        openapi=describe_change(holding.definition, offer),
        on_refusal=note,
    )


def _noted(registers: Registers, in_thread: InThread) -> Note:
    """Writes down that somebody wanted a person's data and got nothing."""

    async def note(incoming: Incoming, why: str) -> None:
        if incoming.subject is None:
            return
        asked = parse_qs(incoming.query).get("fields", [""])[0]
        await in_thread(
            note_refusal,
            registers,
            caller_of(incoming),
            subject=incoming.subject,
            service=incoming.service,
            fields=[name for name in asked.split(",") if name],
            why=why,
        )

    return note


def _look(register: str, offer: ReadOffer, incoming: Incoming) -> Look:
    query = _query(incoming.query)
    fields, as_of, known_at = (query.pop(name, None) for name in ("fields", "asOf", "knownAt"))
    keys = [(name, query.pop(name)) for name in offer.look_up if name in query]
    if query or len(keys) > 1:
        raise RequestRefused("this question has no such parameter", why="parameter")
    return Look(
        register=register,
        offer=offer.id,
        caller=caller_of(incoming),
        subject=incoming.subject if not keys else None,
        key=keys[0] if keys else None,
        fields=tuple(fields.split(",")) if fields else None,
        as_of=_day(as_of) if as_of else None,
        known_at=_moment(known_at) if known_at else None,
    )


def _change_request(register: str, offer: ChangeOffer, incoming: Incoming) -> ChangeRequest:
    if incoming.subject is None:
        raise UnknownSubject("whose record is to change?", why="no-subject")
    try:
        asked = msgspec.convert(decode(incoming.body), _ChangeBody)
    except (JsonRefused, msgspec.ValidationError) as error:
        raise RequestRefused("the body is no change", why="body") from error
    if asked.key is not None and len(asked.key) != 1:
        raise RequestRefused("a record is named by one field", why="body")
    return ChangeRequest(
        register=register,
        offer=offer.id,
        caller=caller_of(incoming),
        subject=incoming.subject,
        values=asked.values,
        valid_from=asked.valid_from,
        valid_to=asked.valid_to,
        record=asked.record,
        key=next(iter(asked.key.items())) if asked.key else None,
    )


def _told(reading: Reading, offer: ReadOffer) -> dict[str, Any]:
    if offer.all_records:
        return {"records": [dict(values) for values in reading.records]}
    return dict(reading.records[0])


def _usages(registers: Registers, tracker: Tracker, incoming: Incoming) -> dict[str, Any]:
    query, subject = _asked(registers, incoming)
    looks = tracker.who_looked(
        subject, start=query.start, end=query.end, offset=query.offset, limit=query.limit
    )
    return find_usage([look.access for look in looks.looks], total=looks.total)


def _proofs(registers: Registers, tracker: Tracker, incoming: Incoming) -> dict[str, Any]:
    """Receipts of a page of looks; one whose proof is still to come has none yet."""
    query, subject = _asked(registers, incoming)
    found = tracker.proved_looks(
        subject,
        start=query.start,
        end=query.end,
        offset=query.offset,
        limit=min(query.limit, MOST_PROOFS),
    )
    proofs = [
        {
            "entry": look.entry,
            "access": look.access.to_json(),
            "disclosure": b64encode(look.receipt).decode() if look.receipt else None,
        }
        for look in found.looks
    ]
    return {"totalUsages": found.total, "proofs": proofs}


def _head(tracker: Tracker, incoming: Incoming) -> dict[str, Any]:
    """The log's published tree head, and how it continues the size that the asker knows."""
    query = _query(incoming.query)
    text = query.pop("known", "0")
    if query or not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise RequestRefused("a size is a whole number", why="parameter")
    found = tracker.head(known=int(text))
    if found is None:
        return {"head": None, "growth": []}
    head, growth = found
    return {
        "head": b64encode(head).decode(),
        "growth": [b64encode(one).decode() for one in growth],
    }


def _asked(registers: Registers, incoming: Incoming) -> tuple[UsageQuery, SubjectId]:
    """What is asked, by who may ask it, of a person whom this register knows."""
    query = read_query(_query(incoming.query), user_id=incoming.user)
    registers.check_asker(caller_of(incoming), asker=query.asker, subject=query.person)
    subject = registers.vault.find(query.person)
    if subject is None:
        raise UnknownSubject("this register knows no such person", why="unknown")
    return query, subject


def _query(text: str) -> dict[str, str]:
    pairs = parse_qsl(text, keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs):
        raise RequestRefused("a parameter stands twice", why="parameter")
    return query


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise RequestRefused("a day is written 2026-11-23", why="day") from error


def _moment(text: str) -> datetime:
    try:
        return from_text(text)
    except TimeRefused as error:
        raise RequestRefused("a moment is written as in RFC 3339", why="moment") from error


def _json(value: Any, *, status: int = 200) -> Answer:
    return Answer(status=status, headers=JSON, body=encode(value))
