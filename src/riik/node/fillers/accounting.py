"""A bank's file taken, and one written, beside a running node: what `riik payments` does."""

from datetime import datetime

from riik.formats.payments.camt054 import read_camt054, write_camt054
from riik.node.base import open_base
from riik.node.config import ConfigRefused, NodeConfig
from riik.payments import Fees
from riik.payments.clearing.component import Clearing
from riik.payments.clearing.store import SqlClearingStore
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.model import Taken
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.store import SqlBankStore, SqlFeeStore

__all__ = ["export_movements", "reconcile_file"]


def reconcile_file(config: NodeConfig, content: bytes) -> Taken:
    """Take a bank's file at an authority's node; what was told before changes nothing.

    Raises:
        ConfigRefused: For ``account``: no money comes to this node.
        Refused: The file can't be read, is about another account, or does not add up.
    """
    section = config.file.services
    if section is None or not section.account:
        raise ConfigRefused("no money comes here: [services] account", why="account")
    told = read_camt054(content)
    base = open_base(config)
    try:
        fees = Fees(store=SqlFeeStore(), outbox=base.outbox, clock=base.clock)
        receipts = Receipts(
            store=SqlReceiptStore(), fees=fees, clock=base.clock, account=section.account
        )
        with base.database.work() as work:
            return receipts.take(told, work=work)
    finally:
        base.let_go()


def export_movements(
    config: NodeConfig, account: str, *, since: datetime, until: datetime
) -> bytes:
    """What was booked on an account of this bank in a period, as camt.054.

    Raises:
        ConfigRefused: For ``bank``: the node is none.
    """
    section = config.file.bank
    if section is None:
        raise ConfigRefused("this node is no bank: [bank]", why="bank")
    base = open_base(config)
    try:
        clearing = Clearing(
            store=SqlClearingStore(),
            ledger=SqlBankStore(),
            outbox=base.outbox,
            clock=base.clock,
            entropy=base.entropy,
            prefix=section.bank_code,
        )
        with base.database.read() as work:
            told = clearing.period(account, since=since, until=until, work=work)
    finally:
        base.let_go()
    return write_camt054(told)
