"""Assembling what happens to an authority's money, and the bank's side of it."""

from riik.cases import Cases
from riik.core import ClientId
from riik.node.assembly import Assembly
from riik.node.fillers.fees import PaymentDesk
from riik.node.fillers.money import CaseTrail, Money
from riik.payments import Bank, Fees
from riik.payments.clearing.component import Clearing
from riik.payments.clearing.http import transfer_offers
from riik.payments.clearing.jobs import clearing_handlers
from riik.payments.clearing.store import SqlClearingStore
from riik.payments.client import BankClient, CreditorClient
from riik.payments.http import fee_offers
from riik.payments.reconciling.component import Receipts
from riik.payments.reconciling.store import SqlReceiptStore
from riik.payments.refunding.client import TransferClient
from riik.payments.refunding.component import REFUNDED, Refunds
from riik.payments.refunding.jobs import refund_handlers
from riik.payments.refunding.store import SqlRefundStore
from riik.payments.store import SqlFeeStore
from riik.profiles import country_profile
from riik.services import Files
from riik.services.lookups import Lookups
from riik.services.terms.refunding import RefundNotices

__all__ = ["add_clearing", "add_money", "open_money", "payment_desk"]


def open_money(assembly: Assembly, cases: Cases) -> Money:
    """The authority's account as its bank tells of it, and what it gives back."""
    base, section = assembly.base, assembly.config.file.services
    node = assembly.config.file.node
    # The law's language first: a country's own people type it, and its banks compare it.
    spoken = (*country_profile(node.profile).languages, *node.names)
    named = (node.names[one] for one in spoken if one in node.names)
    payee = next(named, str(assembly.member))[:140]
    fees = Fees(
        store=SqlFeeStore(),
        outbox=base.outbox,
        clock=base.clock,
        account=section.account if section else "",
        payee=payee,
        bank_number=section.bank_number if section else "",
    )
    receipts = Receipts(
        store=SqlReceiptStore(),
        fees=fees,
        clock=base.clock,
        account=section.account if section else "",
    )
    refunds = Refunds(
        store=SqlRefundStore(),
        receipts=receipts,
        trail=CaseTrail(cases),
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
        payer=payee,
    )
    money = Money(receipts=receipts, refunds=refunds)
    assembly.parts.money = money
    return money


def add_money(assembly: Assembly, money: Money, files: Files, lookups: Lookups) -> None:
    """What the bank may tell the authority, and what the authority has its bank do."""
    base, section = assembly.base, assembly.config.file.services
    own = assembly.config.client("services")
    assembly.offer(
        fee_offers(money.receipts, provider=own, database=base.database, in_thread=base.in_thread)
    )
    if section is None or not section.bank:
        return
    bank = TransferClient(exchange=assembly.exchange, client=own, bank=ClientId.parse(section.bank))
    assembly.on(
        refund_handlers(money.refunds, bank=bank, database=base.database, in_thread=base.in_thread)
    )
    notices = RefundNotices(
        files=files,
        lookups=lookups,
        told=money.told,
        database=base.database,
        in_thread=base.in_thread,
    )
    assembly.on(notices.handlers(REFUNDED))


def add_clearing(assembly: Assembly, bank: Bank, creditors: CreditorClient) -> Clearing:
    """The bank's transfers: from other banks, and by its customers' files."""
    base = assembly.base
    clearing = Clearing(
        store=SqlClearingStore(),
        ledger=bank.store,
        outbox=base.outbox,
        clock=base.clock,
        entropy=base.entropy,
        prefix=bank.bank_code,
    )
    own = assembly.config.client("payments")
    assembly.offer(
        transfer_offers(clearing, provider=own, database=base.database, in_thread=base.in_thread)
    )
    assembly.on(
        clearing_handlers(
            clearing, holders=creditors, database=base.database, in_thread=base.in_thread
        )
    )
    return clearing


def payment_desk(assembly: Assembly, fees: Fees) -> PaymentDesk:
    """Orders fees at the authority's bank."""
    section = assembly.config.file.services
    bank = section.bank if section else ""
    return PaymentDesk(
        fees=fees,
        database=assembly.base.database,
        in_thread=assembly.base.in_thread,
        bank=BankClient(
            exchange=assembly.exchange,
            client=assembly.config.client("services"),
            bank=ClientId.parse(bank),
            account=section.account if section else "",
        ),
    )
