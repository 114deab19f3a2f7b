"""Calls out: an authority to its bank, the bank to those it collects for and to login's keys."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec

from riik.core import ClientId, Clock, Refused, ServiceId, Unavailable, to_text
from riik.exchange import Answer, Call
from riik.formats import jose
from riik.formats.payments.camt054 import Told, write_camt054
from riik.payments.errors import AuthenticationRefused, LoginSilent, OrderRefused
from riik.payments.model import Fee, Order
from riik.runtime.http_client import HttpClient

__all__ = ["BankClient", "CreditorClient", "PublishedKeys"]

_JSON = (("Content-Type", "application/json"),)
SECONDS = 5.0
MOST_BYTES = 64 * 1024
KEEP_SECONDS, PAUSE_SECONDS, SILENT_SECONDS = 3_600.0, 30.0, 1.0


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class BankClient:
    """The authority's way to its bank.

    Attributes:
        exchange: The node's security server.
        client: The authority's subsystem that is paid and told.
        bank: The bank's subsystem.
        account: The authority's IBAN.
    """

    exchange: CallOut
    client: ClientId
    bank: ClientId
    account: str

    async def order(self, fee: Fee, *, text: str, back: str = "") -> Mapping[str, str]:
        """Have a fee paid: the bank's order and the address where the person pays it.

        Args:
            fee: What is owed.
            text: What the payer reads.
            back: Where the bank's site sends the person afterwards, if it knows that site.

        Raises:
            Unavailable: The bank can't be reached now.
            Refused: The bank does not take the order.
        """
        content = {
            "reference": fee.reference,
            "currency": fee.amount.currency,
            "minor": fee.amount.minor,
            "account": self.account,
            "text": text,
        }
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.bank, "orders"),
                method="POST",
                headers=_JSON,
                body=msgspec.json.encode(content),
                purpose="state-fee",
                legal_basis=fee.law,
                issue=fee.case,
            )
        )
        ordered = msgspec.json.decode(answer.accepted().body, type=dict[str, str])
        if back:
            ordered["url"] = f"{ordered['url']}?{urlencode({'return': back})}"
        return ordered


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditorClient:
    """The bank's way to those it collects for."""

    exchange: CallOut
    client: ClientId

    async def report(self, holder: ClientId, told: Told, /) -> None:
        """Tell an account's holder what was booked (ISO 20022 camt.054).

        Raises:
            Unavailable: The holder can't be reached now; the outbox repeats it.
            Refused: The holder does not take the file.
        """
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(holder, "fees"),
                method="POST",
                path="/camt054",
                headers=(("Content-Type", "application/xml"),),
                body=write_camt054(told),
                purpose="state-fee",
                legal_basis="payment",
            )
        )
        answer.accepted()

    async def tell(self, order: Order, *, payer: str = "") -> None:
        """Tell a creditor that its order was paid, and from which account.

        Raises:
            Unavailable: The creditor can't be reached now; the outbox repeats it.
            Refused: The creditor does not accept the payment.
        """
        if order.paid_at is None:
            raise OrderRefused("this order is not paid", why="open")
        content = {
            "order": order.id,
            "reference": order.reference,
            "currency": order.amount.currency,
            "minor": order.amount.minor,
            "paid_at": to_text(order.paid_at),
            "account": payer,
        }
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(order.creditor, "fees"),
                method="POST",
                path="/notifications",
                headers=_JSON,
                body=msgspec.json.encode(content),
                purpose="state-fee",
                legal_basis="payment",
                message_id=f"paid-{order.id}",
            )
        )
        answer.accepted()


@dataclass(slots=True, kw_only=True)
class PublishedKeys:
    """The national login's public keys, as its discovery document names them (RFC 8414 §3).

    Asked again after an hour, or for a key id that is not among them, but then at most twice a
    minute: whoever invents key ids can't make us knock at login's door.

    Attributes:
        http: The node's client.
        origin: The national login, as its tokens name it.
        clock: A stopwatch.
    """

    http: HttpClient
    origin: str
    clock: Clock
    _keys: dict[str, bytes] = field(default_factory=dict)
    _asked_at: float | None = None
    _had_at: float | None = None
    _one_asks: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def key(self, kid: str, /) -> bytes:
        """The public key under this id, SubjectPublicKeyInfo, DER.

        Raises:
            AuthenticationRefused: For ``key``, when login has no such key.
            LoginSilent: Login does not answer, or not with keys.
        """
        async with self._one_asks:
            if self._is_stale(kid):
                await self._ask()
        key = self._keys.get(kid)
        if self._had_at is None:
            raise LoginSilent("login did not answer a moment ago", why="pause")
        if key is None:
            raise AuthenticationRefused("login has no such key", why="key")
        return key

    def _is_stale(self, kid: str) -> bool:
        now = self.clock.monotonic()
        if self._asked_at is None:
            return True
        if self._had_at is None:
            # Login was silent so far, as when a country starts: not at every request again.
            return now - self._asked_at > SILENT_SECONDS
        if now - self._had_at > KEEP_SECONDS:
            return True
        return kid not in self._keys and now - self._asked_at > PAUSE_SECONDS

    async def _ask(self) -> None:
        self._asked_at = self.clock.monotonic()
        told = await self._get(f"{self.origin}/.well-known/openid-configuration")
        address = told.get("jwks_uri")
        # A login that speaks for another, or whose keys are elsewhere, is not the one we know.
        if told.get("issuer") != self.origin or not str(address).startswith(f"{self.origin}/"):
            raise LoginSilent("login names another issuer", why="issuer")
        listed = (await self._get(str(address))).get("keys")
        if not isinstance(listed, list):
            raise LoginSilent("login published no keys", why="keys")
        self._keys = dict(filter(None, map(_named_key, listed)))
        self._had_at = self._asked_at

    async def _get(self, url: str) -> dict[str, Any]:
        try:
            reply = await self.http.request("GET", url, timeout=SECONDS, max_bytes=MOST_BYTES)
        except Unavailable as error:
            raise LoginSilent("login does not answer", why=error.why) from error
        if reply.status != 200:
            raise LoginSilent(f"login answered {reply.status}", why="status")
        try:
            return msgspec.json.decode(reply.body, type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise LoginSilent("login answered something else", why="json") from error


def _named_key(key: Any) -> tuple[str, bytes] | None:
    """Id and key of one that signs; whatever else is published is none of ours."""
    if not isinstance(key, dict) or key.get("use", "sig") != "sig" or key.get("kty") != "RSA":
        return None
    try:
        return str(key["kid"]), jose.public_key_of(key)
    except (KeyError, Refused):
        return None
