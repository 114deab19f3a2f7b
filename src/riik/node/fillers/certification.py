"""Certificates for cards: the Trust Centre's offer on the exchange, and identity's way to it.

POST /issue    both certificates of one card; the same document number again answers them
POST /status   {"certificate", "change": suspend|resume|revoke, "reason"}
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import msgspec

from riik.core import ClientId, InThread, Refused, ServiceId, person_code
from riik.exchange import Answer, Call, Endpoint, Exchange, Incoming, Offer
from riik.identity import CertificatePair, CertificateRequest, Reason
from riik.trust import Person, person_authentication, person_signature, read_certificate
from riik.trust.component import Order, Trust

__all__ = ["CertificationRefused", "RemoteAuthority", "card_orders", "certificate_offers"]

MOST_CARDS = 200
_JSON = (("Content-Type", "application/json"),)
_REASONS = {Reason.LOST: 1, Reason.STOLEN: 1}


class CertificationRefused(Refused):
    """A request for certificates that can't be followed."""

    code = "node.certification-refused"


class _Issue(msgspec.Struct, forbid_unknown_fields=True):
    person: str
    surname: str
    given_names: str
    number: str
    valid_until: str
    authentication_key: bytes
    signature_key: bytes


class _Issued(msgspec.Struct):
    authentication: bytes
    signature: bytes


class _Change(msgspec.Struct, forbid_unknown_fields=True):
    certificate: bytes
    change: str
    reason: int = 0


def card_orders(
    person: Person, *, number: str, end: datetime, authentication_key: bytes, signature_key: bytes
) -> tuple[Order, Order]:
    """The two orders of a card: authentication and signature, valid as long as the card."""
    authentication = Order(
        key=f"{number}/authentication",
        profile=person_authentication(person),
        public_key=authentication_key,
        not_after=end,
    )
    signature = Order(
        key=f"{number}/signature",
        profile=person_signature(person),
        public_key=signature_key,
        not_after=end,
    )
    return authentication, signature


def end_of(day: date) -> datetime:
    """The end of a card's last day, which counts whole."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)


def _orders_of(asked: _Issue) -> tuple[Order, Order]:
    return card_orders(
        Person(code=person_code(asked.person), given_name=asked.given_names, surname=asked.surname),
        number=asked.number,
        end=datetime.fromisoformat(asked.valid_until),
        authentication_key=asked.authentication_key,
        signature_key=asked.signature_key,
    )


def certificate_offers(trust: Trust, *, provider: ClientId, in_thread: InThread) -> list[Offer]:
    """What the Trust Centre offers to the identity authority."""

    def issue(asked: list[_Issue]) -> list[_Issued]:
        if len(asked) > MOST_CARDS:
            raise CertificationRefused("too many cards at once", why="many", most=MOST_CARDS)
        orders = [order for one in asked for order in _orders_of(one)]
        issued = trust.issue_many(orders)
        return [
            _Issued(authentication=issued[2 * n], signature=issued[2 * n + 1])
            for n in range(len(asked))
        ]

    def change(asked: _Change) -> dict[str, str]:
        serial = read_certificate(asked.certificate).serial
        if asked.change == "suspend":
            standing = trust.suspend(serial)
        elif asked.change == "resume":
            standing = trust.resume(serial)
        elif asked.change == "revoke":
            standing = trust.revoke(serial, reason=asked.reason)
        else:
            raise CertificationRefused("suspend, resume or revoke", why="change")
        return {"status": standing.status.value}

    async def handle(incoming: Incoming) -> Answer:
        if incoming.path == "/issue":
            return _json(await in_thread(issue, _decode(incoming.body, list[_Issue])))
        return _json(await in_thread(change, _decode(incoming.body, _Change)))

    endpoints = (Endpoint("POST", "/issue"), Endpoint("POST", "/status"))
    return [Offer(provider=provider, service="cards", endpoints=endpoints, handler=handle)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteAuthority:
    """The Trust Centre as identity reaches it: over the exchange (identity's port)."""

    exchange: Exchange
    client: ClientId
    trust_centre: ClientId

    async def issue(self, requests: Sequence[CertificateRequest], /) -> list[CertificatePair]:
        """Have both keys of each card certified."""
        asked = [
            _Issue(
                person=request.person.code,
                surname=request.person.surname,
                given_names=request.person.given_names,
                number=request.order.number,
                valid_until=end_of(request.order.valid_until).isoformat(),
                authentication_key=request.order.authentication_key,
                signature_key=request.order.signature_key,
            )
            for request in requests
        ]
        pairs: list[CertificatePair] = []
        for begin in range(0, len(asked), MOST_CARDS):
            body = await self._ask("/issue", asked[begin : begin + MOST_CARDS])
            pairs += [
                CertificatePair(authentication=one.authentication, signature=one.signature)
                for one in msgspec.json.decode(body, type=list[_Issued])
            ]
        return pairs

    async def suspend(self, certificate: bytes, /) -> None:
        """Suspend one certificate."""
        await self._ask("/status", _Change(certificate, "suspend"))

    async def resume(self, certificate: bytes, /) -> None:
        """End its suspension."""
        await self._ask("/status", _Change(certificate, "resume"))

    async def revoke(self, certificate: bytes, /, *, reason: Reason) -> None:
        """Revoke it for ever."""
        await self._ask("/status", _Change(certificate, "revoke", _REASONS.get(reason, 0)))

    async def _ask(self, path: str, content: Any) -> bytes:
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.trust_centre, "cards"),
                method="POST",
                path=path,
                headers=_JSON,
                body=msgspec.json.encode(content),
                purpose="document-issue",
                legal_basis="identity-documents",
            )
        )
        return answer.accepted().body


def _decode(body: bytes, shape: Any) -> Any:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise CertificationRefused("the content lacks what it must have", why="json") from error


def _json(content: object) -> Answer:
    return Answer(headers=_JSON, body=msgspec.json.encode(content))


def certify_many(trust: Trust, requests: Sequence[CertificateRequest]) -> list[CertificatePair]:
    """Certify many cards in one unit of work; for founding a country."""
    orders: list[Order] = []
    for request in requests:
        person, card = request.person, request.order
        orders += card_orders(
            Person(code=person.code, given_name=person.given_names, surname=person.surname),
            number=card.number,
            end=end_of(card.valid_until),
            authentication_key=card.authentication_key,
            signature_key=card.signature_key,
        )
    issued = trust.issue_many(orders)
    return [
        CertificatePair(authentication=issued[2 * n], signature=issued[2 * n + 1])
        for n in range(len(requests))
    ]
