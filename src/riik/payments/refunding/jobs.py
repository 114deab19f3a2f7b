"""What refunds do by the outbox: have the bank give the money back, and take its word."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

import msgspec

from riik.core import Database, InThread
from riik.formats.payments.pain001 import Initiation
from riik.formats.payments.pain002 import Report
from riik.payments.errors import FeeRefused
from riik.payments.refunding.component import SEND, Refunds
from riik.payments.refunding.model import Refund, RefundState

__all__ = ["AskBank", "refund_handlers"]


class AskBank(Protocol):
    """Asks the bank for transfers; `client.TransferClient` over the exchange."""

    async def send(self, initiation: Initiation, /, *, law: str, case: str) -> Report: ...


def refund_handlers(
    refunds: Refunds, *, bank: AskBank, database: Database, in_thread: InThread
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; whatever is repeated, money goes once.

    Killed before the bank is asked, the event is still there. Killed after it, the event is
    there, too: the bank knows the id and gives the same word again.
    """

    def find(refund_id: str) -> Refund:
        with database.read() as work:
            return refunds.find(refund_id, work=work)

    def take(report: Report) -> None:
        with database.work() as work:
            refunds.told(report, work=work)

    async def send(payload: bytes) -> None:
        refund = await in_thread(find, msgspec.json.decode(payload, type=str))
        if refund.state is not RefundState.APPROVED:
            return
        asked = refunds.instruction(refund)
        report = await bank.send(asked, law=refund.law, case=refund.case)
        if report.about != refund.id or [one.id for one in report.statuses] != [refund.id]:
            raise FeeRefused("the bank answered about something else", why="answer")
        await in_thread(take, report)

    return {SEND: send}
