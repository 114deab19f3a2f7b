"""What lies outside a previewed service: registers, inbox, bank, press and pens, all pretended.

Nothing here signs, pays or asks anybody; pages say so. Papers are marked as what they are.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec

from riik.cases import Case, Document
from riik.core import Work
from riik.exchange import Answer, Call
from riik.formats import canonical_json
from riik.services import Prepared

__all__ = ["Outside", "Pretended", "Worker"]

_MARK = b"PREVIEW, NOT SIGNED\n"


@dataclass
class Outside:
    """Registers that answer what was made up, and an inbox.

    Attributes:
        facts: Values by need of the service that is previewed now.
        asked: Needs by the offer they ask.
        told: Notices, by whom they are for.
    """

    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    asked: Mapping[tuple[str, str], str] = field(default_factory=dict)
    told: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)

    async def call(self, call: Call, /) -> Answer:
        """The answer of whoever is asked."""
        provider, offer = call.service.provider.subsystem, call.service.service
        if call.method == "GET":
            need = self.asked.get((provider, offer), "")
            values = self.facts.get(need)
            return Answer(
                status=404 if values is None else 200, body=msgspec.json.encode(values or {})
            )
        if provider == "inbox":
            self.told.append((str(call.subject), msgspec.json.decode(call.body)))
        return Answer(body=b"{}")


class Pretended:
    """A press, pens and a bank that only look like them."""

    def __init__(self, origin: str) -> None:
        self.origin = origin

    async def letter(
        self,
        template: str,
        content: Mapping[str, Any],
        /,
        *,
        language: str,
        enclosed: Sequence[Document] = (),
    ) -> bytes:
        """No letter: the press is the node's."""
        return b""

    async def draft(self, template: str, content: Mapping[str, Any], /, *, language: str) -> bytes:
        """No draft of one either."""
        return b""

    async def begin(
        self,
        content: Mapping[str, Any],
        certificate: bytes,
        /,
        *,
        person: str,
        language: str,
        name: str = "application.json",
    ) -> Prepared:
        """What a card would sign."""
        return _prepared(_MARK + canonical_json.encode(dict(content)))

    async def begin_more(self, container: bytes, certificate: bytes, /, *, person: str) -> Prepared:
        """The same, for the second person."""
        return _prepared(container)

    async def finish(self, opaque: bytes, value: bytes, /) -> bytes:
        """The paper, marked as not signed."""
        return opaque

    def paper(self, container: bytes, /) -> bytes:
        """What was signed."""
        return container.removeprefix(_MARK)

    async def order(self, case: Case, /, *, text: str, back: str = "") -> Mapping[str, str]:
        """Where one pretends to pay."""
        return {"order": case.number, "url": f"{self.origin}/preview/pay/{case.id}"}


def _prepared(content: bytes) -> Prepared:
    return Prepared(to_sign=content, digest=b"preview", hash="SHA-384", opaque=content)


@dataclass
class Worker:
    """Takes events right after their commit; a preview has nobody else to wait for."""

    start: Callable[[Awaitable[None]], None]
    handlers: Mapping[str, Callable[[bytes], Awaitable[None]]] = field(default_factory=dict)

    def put(self, topic: str, key: str, payload: bytes, /, *, work: Work) -> None:
        """Have an event taken once its unit is written."""
        handler = self.handlers.get(topic)
        if handler is not None:
            work.after_commit(lambda: self.start(handler(payload)))
