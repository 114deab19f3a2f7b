"""Did a decision reach its person, and from when does the time to appeal run?

A notice with legal effect is sent by `notify`; the inbox knows when it counts as delivered by the
country's law. It is asked from time to time, until it does. While it does not, no time limit runs:
sending alone may cost nobody a right. Officials see in the case what became of it.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from riik.cases import Cases
from riik.core import Clock, Database, InThread, Unavailable, Work, from_text, to_text

__all__ = ["ASK_EVERY", "Deliveries", "DeliveryStore", "Reached", "notice_of"]

ASK_EVERY: Final = timedelta(minutes=1)
MOST_ASKED: Final = 100
UNREACHABLE: Final = "unreachable"
LONGEST: Final = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What is known of one decision's way to its person.

    Attributes:
        case: The case's id.
        notice: The notice's.
        sent_at: When it was put into the inbox, UTC.
        delivered_at: When it counts as delivered; None while it does not.
        how: ``opened``, ``letter`` or ``fiction``.
        state: As the inbox has it: ``sent``, ``unreachable`` …
        channel: By which it was told of last.
    """

    case: str
    notice: str
    sent_at: datetime
    delivered_at: datetime | None = None
    how: str = ""
    state: str = ""
    channel: str = ""


class DeliveryStore(Protocol):
    """What is kept of deliveries."""

    def begin_delivery(self, reached: Reached, *, due: str, work: Work) -> None: ...
    def delivery(self, case: str, *, work: Work) -> Reached | None: ...
    def deliveries_due(self, now: str, *, limit: int, work: Work) -> list[Reached]: ...
    def save_delivery(self, reached: Reached, *, due: str | None, work: Work) -> None: ...


class _Told(msgspec.Struct, frozen=True):
    id: str
    delivered_at: str | None = None
    delivered_by: str = ""
    state: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """The decisions of one authority that are on their way.

    Attributes:
        ask: Asks the inbox of notices by their ids; answers its JSON.
    """

    database: Database
    store: DeliveryStore
    cases: Cases
    ask: Callable[[Sequence[str]], Awaitable[bytes]]
    clock: Clock
    in_thread: InThread

    async def look(self) -> None:
        """Ask of those whose turn it is.

        Raises:
            Unavailable: The inbox does not answer, or not as it should (``shape``).
        """
        due = await self.in_thread(self._due)
        if not due:
            return
        answer = await self.ask([one.notice for one in due])
        try:
            told = {one.id: one for one in msgspec.json.decode(answer, type=list[_Told])}
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
            raise Unavailable("the inbox answers something else", why="shape") from error
        await self.in_thread(self._write, due, told)

    def _due(self) -> list[Reached]:
        with self.database.read() as work:
            now = to_text(self.clock.now())
            return self.store.deliveries_due(now, limit=MOST_ASKED, work=work)

    def _write(self, due: Sequence[Reached], told: dict[str, _Told]) -> None:
        with self.database.work() as work:
            for one in due:
                self._one(one, told.get(one.notice), work=work)

    def _one(self, one: Reached, told: _Told | None, *, work: Work) -> None:
        now = self.clock.now()
        # Asked more and more seldom: what nobody opened in a week waits for its letter.
        later = to_text(now + min(LONGEST, max(ASK_EVERY, (now - one.sent_at) / 20)))
        if told is None:
            self.store.save_delivery(one, due=later, work=work)
            return
        at = from_text(told.delivered_at) if told.delivered_at else None
        known = Reached(
            case=one.case,
            notice=one.notice,
            sent_at=one.sent_at,
            delivered_at=at,
            how=told.delivered_by,
            state=told.state,
            channel=told.channel,
        )
        if at is not None:
            self._note(one.case, "delivered", told.delivered_by, work=work)
        elif told.state == UNREACHABLE and one.state != UNREACHABLE:
            self._note(one.case, "not-reached", told.channel, work=work)
        self.store.save_delivery(known, due=later if at is None else None, work=work)

    def _note(self, case: str, kind: str, detail: str, *, work: Work) -> None:
        found = self.cases.find(case, work=work)
        self.cases.note(found, kind=kind, actor="computer", detail=detail, work=work)


def notice_of(content: dict[str, Any], *, at: datetime) -> Reached | None:
    """What is to be watched of a notice that was sent; None where nothing hangs on it."""
    if not content["legal_effect"]:
        return None
    return Reached(case=content["case"], notice=content["id"], sent_at=at)
