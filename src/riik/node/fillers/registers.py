"""What writes to a node's registers, for exchange and imports alike; the versions that it ran."""

from collections.abc import Mapping, Sequence

from riik.node.base import Base, open_base
from riik.node.config import NodeConfig
from riik.registers import Writer
from riik.registers.folder.keeping import RanVersion, ran_versions
from riik.registers.folder.store import SqlFolderStore
from riik.registers.store import SqlRegisterStore

__all__ = ["register_writer", "versions_ran"]


def register_writer(base: Base, store: SqlRegisterStore) -> Writer:
    """What writes to a node's registers, for whoever asks: over the exchange or from a table."""
    return Writer(
        store=store,
        vault=base.vault,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
    )


def versions_ran(
    config: NodeConfig, registers: Sequence[str]
) -> Mapping[str, Sequence[RanVersion]]:
    """The versions of these registers, or of all, that a node ran; works beside it."""
    base = open_base(config)
    try:
        with base.database.read() as work:
            store = SqlFolderStore()
            wanted = registers or store.registers(work=work)
            return {one: list(ran_versions(one, store=store, work=work)) for one in wanted}
    finally:
        base.let_go()
