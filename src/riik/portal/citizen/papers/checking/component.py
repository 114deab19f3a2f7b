"""Asks the issuer of a paper how it stands, for whoever holds it."""

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import msgspec

from riik.core import ClientId, Clock, Refused, ServiceId, Unavailable
from riik.documents import PaperRefused, read_code
from riik.exchange import Answer, Call
from riik.portal.citizen.catalogue import Provider
from riik.portal.citizen.shelf import PATIENCE

__all__ = ["IssuedPapers", "Pace", "Told"]

MINUTE = 60.0
MOST_VISITORS = 10_000


class CallOut(Protocol):
    """The node's security server, as a client sees it."""

    async def call(self, call: Call, /) -> Answer: ...


class Told(msgspec.Struct, frozen=True):
    """What an issuer told of its paper; from ``number`` on for who holds it.

    ``until`` is when a case number may be tried again, where too many were.
    """

    issuer: dict[str, str]
    code: str
    kind: str
    issued: str
    standing: str
    digest: str
    at: str
    number: str = ""
    name: str = ""
    matter: str = ""
    outcome: str = ""
    until: str = ""


@dataclass(slots=True, kw_only=True)
class Pace:
    """How often one visitor may ask: a code can't be guessed, but nobody shall try at our cost.

    Attributes:
        clock: A stopwatch.
        most: Questions in a minute from one address.
    """

    clock: Clock
    most: int = 60
    _counts: dict[str, int] = field(default_factory=dict)
    _since: float = 0.0

    def allows(self, visitor: str) -> bool:
        """Whether this visitor may ask now; the question is counted."""
        now = self.clock.monotonic()
        if now - self._since >= MINUTE or len(self._counts) >= MOST_VISITORS:
            self._counts, self._since = {}, now
        self._counts[visitor] = self._counts.get(visitor, 0) + 1
        return self._counts[visitor] <= self.most


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPapers:
    """The issuers that this portal knows.

    Attributes:
        mask: A key of this process: issuers tell visitors apart by it and learn no address.
    """

    exchange: CallOut
    mask: bytes
    client: ClientId
    providers: Sequence[Provider]
    patience: float = PATIENCE

    async def ask(
        self, code: str, *, number: str = "", language: str = "en", visitor: str = ""
    ) -> tuple[Told | None, str]:
        """How a paper stands.

        Args:
            code: As typed or scanned.
            number: The case number on it, by which its holder is told more.
            language: In which the matter is named.
            visitor: Who asks: their address.

        Returns:
            What the issuer told, or None; and why it did not tell all: ``code``, ``issuer``,
            ``unknown``, ``number``, ``tries`` or ``silent``.
        """
        try:
            issuer, token = read_code(code)
        except PaperRefused as refused:
            return None, refused.why
        known = {one.client.member.code: one.client for one in self.providers}
        if issuer not in known:
            return None, "issuer"
        if number:
            source = hmac.new(self.mask, visitor.encode(), "sha256").hexdigest()[:32]
            body = {"number": number, "language": language, "source": source}
            told, why, until = await self._call(known[issuer], token, body)
            if why not in {"number", "tries"}:
                return told, why
            standing = (await self._call(known[issuer], token, None))[0]
            return standing and msgspec.structs.replace(standing, until=until), why
        return (await self._call(known[issuer], token, None))[:2]

    async def _call(
        self, issuer: ClientId, token: str, body: Mapping[str, Any] | None
    ) -> tuple[Told | None, str, str]:
        call = Call(
            client=self.client,
            service=ServiceId(issuer, "papers"),
            method="GET" if body is None else "POST",
            path=f"/{token}",
            body=b"" if body is None else msgspec.json.encode(body),
            timeout=self.patience,
        )
        try:
            answer = (await self.exchange.call(call)).accepted()
            return msgspec.json.decode(answer.body, type=Told), "", ""
        except Refused as refused:
            why = refused.why if refused.why in {"unknown", "number", "tries"} else "silent"
            return None, why, str(refused.facts.get("until", ""))
        except (Unavailable, msgspec.DecodeError, RecursionError):
            return None, "silent", ""
