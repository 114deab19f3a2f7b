"""pain.001: an account's holder asks its bank to pay others (credit transfer initiation).

ISO 20022 pain.001.001.09, the part that authorities need: one payer, one day, several transfers
with a structured reference or a text. Counts and control sums are written, and checked when
read. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from lxml import etree

from riik.core import Money, to_text
from riik.formats.payments.checks import is_iban
from riik.formats.payments.messages import (
    Part,
    add,
    amount,
    message,
    opened,
    refuse,
    written,
)

__all__ = ["NAME", "Initiation", "Transfer", "check_sum", "read_pain001", "write_pain001"]

NAME = "pain.001.001.09"
ROOT = "CstmrCdtTrfInitn"
MOST_BYTES = 16_000_000
NOT_PROVIDED = "NOTPROVIDED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """One payment that is asked.

    Attributes:
        id: The payer's own, the same if it is ever asked again (``EndToEndId``); at most 35.
        amount: More than nothing.
        account: Who is paid: an IBAN, or a domestic number.
        name: Of who is paid, at most 140; empty where the payer does not know it.
        reference: Structured, or empty.
        text: For people, at most 140; without a reference.
    """

    id: str
    amount: Money
    account: str
    name: str = ""
    reference: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Initiation:
    """A message that asks for transfers.

    Attributes:
        id: The sender's, at most 35 (``MsgId``).
        at: When it was written, UTC.
        payer: Name of the account's holder, at most 140.
        account: The account that pays.
        day: On which it is to be done.
        transfers: At least one, all in one currency.
    """

    id: str
    at: datetime
    payer: str
    account: str
    day: date
    transfers: Sequence[Transfer]

    def total(self) -> Money:
        """What all transfers come to.

        Raises:
            Iso20022Refused: For ``empty``, or ``currency`` where they are of several.
        """
        if not self.transfers:
            refuse("nothing is asked to be paid", where=ROOT, why="empty")
        currencies = {one.amount.currency for one in self.transfers}
        if len(currencies) > 1:
            refuse("amounts of several currencies", where=f"{ROOT}/PmtInf", why="currency")
        return Money(currencies.pop(), sum(one.amount.minor for one in self.transfers))


def write_pain001(initiation: Initiation) -> bytes:
    """The message as a file.

    Raises:
        Iso20022Refused: For ``empty``, ``currency``, ``amount`` or ``text``.
    """
    total = initiation.total()
    document, root = message(NAME, ROOT)
    header = add(root, "GrpHdr")
    add(header, "MsgId", text=initiation.id)
    add(header, "CreDtTm", text=to_text(initiation.at))
    _counted(header, initiation, total)
    add(header, "InitgPty", "Nm", text=initiation.payer)
    batch = add(root, "PmtInf")
    add(batch, "PmtInfId", text=initiation.id)
    add(batch, "PmtMtd", text="TRF")
    _counted(batch, initiation, total)
    add(batch, "ReqdExctnDt", "Dt", text=initiation.day.isoformat())
    add(batch, "Dbtr", "Nm", text=initiation.payer)
    _account(batch, "DbtrAcct", initiation.account)
    add(batch, "DbtrAgt", "FinInstnId", "Othr", "Id", text=NOT_PROVIDED)
    add(batch, "ChrgBr", text="SLEV")
    for transfer in initiation.transfers:
        _transfer(batch, transfer)
    return written(document)


def _counted(parent: etree._Element, initiation: Initiation, total: Money) -> None:
    add(parent, "NbOfTxs", text=str(len(initiation.transfers)))
    add(parent, "CtrlSum", text=total.decimal())


def _account(parent: etree._Element, tag: str, number: str) -> None:
    path = ("Id", "IBAN") if is_iban(number) else ("Id", "Othr", "Id")
    add(parent, tag, *path, text=number)


def _transfer(batch: etree._Element, transfer: Transfer) -> None:
    if transfer.amount.minor <= 0:
        refuse("a transfer is of more than nothing", where=transfer.id, why="amount")
    one = add(batch, "CdtTrfTxInf")
    add(one, "PmtId", "EndToEndId", text=transfer.id)
    amount(one, "Amt", "InstdAmt", money=transfer.amount)
    if transfer.name:
        add(one, "Cdtr", "Nm", text=transfer.name)
    _account(one, "CdtrAcct", transfer.account)
    if transfer.reference:
        reference = add(one, "RmtInf", "Strd", "CdtrRefInf")
        add(reference, "Tp", "CdOrPrtry", "Cd", text="SCOR")
        add(reference, "Ref", text=transfer.reference)
    elif transfer.text:
        add(one, "RmtInf", "Ustrd", text=transfer.text)


def read_pain001(content: bytes) -> Initiation:
    """The message of a file.

    Raises:
        Iso20022Refused: For what `messages` refuses; ``sum`` and ``count`` with the difference;
            ``empty``, ``currency``, ``repeated`` (an id twice), ``method``.
    """
    root = opened(content, name=NAME, root=ROOT, most=MOST_BYTES)
    header, batch = root.need("GrpHdr"), root.need("PmtInf")
    if batch.text("PmtMtd") != "TRF":
        refuse("only transfers are done", where=f"{batch.path}/PmtMtd", why="method")
    initiation = Initiation(
        id=header.text("MsgId"),
        at=header.moment("CreDtTm"),
        payer=batch.text("Dbtr", "Nm", most=140),
        account=_number(batch.need("DbtrAcct")),
        day=batch.day("ReqdExctnDt") or header.moment("CreDtTm").date(),
        transfers=[_read_transfer(part) for part in batch.all("CdtTrfTxInf")],
    )
    if header.count("NbOfTxs") is None:
        refuse("this is missing", where=f"{header.path}/NbOfTxs", why="missing")
    for part in (header, batch):
        _check_sums(part, initiation)
    ids = [one.id for one in initiation.transfers]
    if len(set(ids)) != len(ids):
        refuse("an id stands here twice", where=f"{batch.path}/CdtTrfTxInf", why="repeated")
    return initiation


def _check_sums(part: Part, initiation: Initiation) -> None:
    found, total = len(initiation.transfers), initiation.total()
    count = part.count("NbOfTxs")
    if count is not None and count != found:
        refuse(f"{count} are told, {found} are here", where=f"{part.path}/NbOfTxs", why="count")
    told = part.find("CtrlSum")
    if told is not None:
        check_sum(told.number(total.currency), total, where=told.path)


def check_sum(told: Money, found: Money, *, where: str) -> None:
    """Refuse a sum that is not what its parts come to, with the difference.

    Raises:
        Iso20022Refused: For ``sum``.
    """
    if told != found:
        difference = Money(told.currency, told.minor - found.minor)
        what = f"{told.decimal()} is told, the parts come to {found.decimal()}"
        refuse(
            f"{what}: {difference.decimal()} {told.currency} of difference", where=where, why="sum"
        )


def _read_transfer(part: Part) -> Transfer:
    asked = part.money("Amt", "InstdAmt")
    if asked.minor <= 0:
        refuse("a transfer is of more than nothing", where=f"{part.path}/Amt", why="amount")
    return Transfer(
        id=part.text("PmtId", "EndToEndId"),
        amount=asked,
        account=_number(part.need("CdtrAcct")),
        name=part.maybe("Cdtr", "Nm", most=140),
        reference=part.maybe("RmtInf", "Strd", "CdtrRefInf", "Ref"),
        text=part.maybe("RmtInf", "Ustrd", most=140),
    )


def _number(part: Part) -> str:
    number = part.maybe("Id", "IBAN")
    if number and not is_iban(number):
        refuse("the check digits do not hold", where=f"{part.path}/Id/IBAN", why="account")
    return number or part.text("Id", "Othr", "Id")
