"""What writes to a node's registers: one piece for the exchange and for imports."""

from riik.node.base import Base
from riik.registers import Writer
from riik.registers.store import SqlRegisterStore

__all__ = ["register_writer"]


def register_writer(base: Base, store: SqlRegisterStore) -> Writer:
    """What writes to a node's registers, for whoever asks: over the exchange or from a table."""
    return Writer(
        store=store,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
    )
