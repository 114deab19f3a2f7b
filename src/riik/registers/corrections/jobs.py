"""What corrections do by the outbox: tell the person what became of their word."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

from riik.core import InThread, PersonCode
from riik.registers.corrections.component import ANSWERED, RECEIVED, Corrections

__all__ = ["TellPerson", "correction_handlers"]


class TellPerson(Protocol):
    """Puts a notice into a person's inbox, over the exchange."""

    async def __call__(
        self, person: PersonCode, notice: Mapping[str, Any], /, *, register: str
    ) -> None: ...


def correction_handlers(
    corrections: Corrections, *, tell: TellPerson, in_thread: InThread
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; each may be called again with the same payload."""

    async def told(payload: bytes) -> None:
        key = payload.decode()
        person, notice = await in_thread(corrections.notice, key)
        await tell(person, notice, register=key.partition("/")[0])

    return {RECEIVED: told, ANSWERED: told}
