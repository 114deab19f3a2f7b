"""What services do by the outbox: go on with a case, and with one whose fee was paid."""

from collections.abc import Awaitable, Callable, Mapping

from riik.payments import FEE_PAID
from riik.services.component import Services
from riik.services.joint.signing import JOINT_OVER
from riik.services.running import RUN

__all__ = ["handlers"]


def handlers(services: Services) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """Handlers by outbox topic; each may be called again with the same payload."""

    async def run(payload: bytes) -> None:
        await services.run(payload.decode())

    async def fee_paid(payload: bytes) -> None:
        await services.fee_paid(payload.decode())

    async def joint_over(payload: bytes) -> None:
        await services.joint_over(payload.decode())

    return {RUN: run, FEE_PAID: fee_paid, JOINT_OVER: joint_over}
