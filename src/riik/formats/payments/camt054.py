"""camt.054: the bank tells an account's holder what was booked on it.

ISO 20022 camt.054.001.08. An entry has one movement or, in a batch, several; sums of a batch and
of the whole are checked, and money that does not add up is refused with the difference. A
movement has its creditor reference: RF (ISO 11649) or an Estonian one. Pure.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NoReturn

from lxml import etree

from riik.core import Money, to_text
from riik.formats.payments.checks import is_iban
from riik.formats.payments.messages import Part, add, amount, message, opened, refuse, written
from riik.formats.payments.pain001 import check_sum

__all__ = ["NAME", "Movement", "Told", "read_camt054", "write_camt054"]

NAME = "camt.054.001.08"
ROOT = "BkToCstmrDbtCdtNtfctn"
MOST_BYTES = 64_000_000
BOOKED = "BOOK"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that came or went.

    Attributes:
        id: The bank's own, the same whenever it tells of it (``AcctSvcrRef``).
        amount: More than nothing.
        credit: It came; otherwise it went.
        reversal: The bank took back what it booked before.
        day: When it was booked.
        reference: Structured, or empty.
        text: What the payer wrote, or empty.
        other: The account on the other side, or empty.
        about: The holder's own id of a transfer (``EndToEndId``), or empty.
    """

    id: str
    amount: Money
    credit: bool = True
    reversal: bool = False
    day: date
    reference: str = ""
    text: str = ""
    other: str = ""
    about: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a bank tells of one account.

    Attributes:
        id: The bank's (``MsgId``).
        at: When it was written, UTC.
        account: Of whom it tells.
        movements: In the order of the bank.
    """

    id: str
    at: datetime
    account: str
    movements: Sequence[Movement]


def write_camt054(told: Told) -> bytes:
    """The message as a file.

    Raises:
        Iso20022Refused: For ``text``.
    """
    document, root = message(NAME, ROOT)
    header = add(root, "GrpHdr")
    add(header, "MsgId", text=told.id)
    add(header, "CreDtTm", text=to_text(told.at))
    about = add(root, "Ntfctn")
    add(about, "Id", text=told.id)
    add(about, "CreDtTm", text=to_text(told.at))
    path = ("Id", "IBAN") if is_iban(told.account) else ("Id", "Othr", "Id")
    add(about, "Acct", *path, text=told.account)
    _summary(about, told.movements)
    for movement in told.movements:
        _entry(about, movement)
    return written(document)


def _summary(about: etree._Element, movements: Sequence[Movement]) -> None:
    if not movements or len({one.amount.currency for one in movements}) > 1:
        return
    summary = add(about, "TxsSummry")
    for tag, credit in (("TtlCdtNtries", True), ("TtlDbtNtries", False)):
        chosen = [one.amount for one in movements if one.credit is credit]
        part = add(summary, tag)
        add(part, "NbOfNtries", text=str(len(chosen)))
        total = Money(movements[0].amount.currency, sum(one.minor for one in chosen))
        add(part, "Sum", text=total.decimal())


def _entry(about: etree._Element, one: Movement) -> None:
    entry = add(about, "Ntry")
    amount(entry, "Amt", money=one.amount)
    add(entry, "CdtDbtInd", text=_indicator(one.credit))
    if one.reversal:
        add(entry, "RvslInd", text="true")
    add(entry, "Sts", "Cd", text=BOOKED)
    add(entry, "BookgDt", "Dt", text=one.day.isoformat())
    add(entry, "AcctSvcrRef", text=one.id)
    domain = add(entry, "BkTxCd", "Domn")
    add(domain, "Cd", text="PMNT")
    family = add(domain, "Fmly")
    add(family, "Cd", text="RCDT" if one.credit else "ICDT")
    add(family, "SubFmlyCd", text="ESCT")
    detail = add(entry, "NtryDtls", "TxDtls")
    references = add(detail, "Refs")
    add(references, "AcctSvcrRef", text=one.id)
    if one.about:
        add(references, "EndToEndId", text=one.about)
    amount(detail, "Amt", money=one.amount)
    add(detail, "CdtDbtInd", text=_indicator(one.credit))
    if one.other:
        path = ("Id", "IBAN") if is_iban(one.other) else ("Id", "Othr", "Id")
        add(detail, "RltdPties", "DbtrAcct" if one.credit else "CdtrAcct", *path, text=one.other)
    _remittance(detail, one)


def _remittance(detail: etree._Element, one: Movement) -> None:
    if not one.reference and not one.text:
        return
    remittance = add(detail, "RmtInf")
    if one.text:
        add(remittance, "Ustrd", text=one.text[:140])
    if one.reference:
        reference = add(remittance, "Strd", "CdtrRefInf")
        add(reference, "Tp", "CdOrPrtry", "Cd", text="SCOR")
        add(reference, "Ref", text=one.reference)


def _indicator(credit: bool) -> str:
    return "CRDT" if credit else "DBIT"


def read_camt054(content: bytes) -> Sequence[Told]:
    """What a file tells, an account each.

    Entries that are not booked yet are passed over.

    Raises:
        Iso20022Refused: For what `messages` refuses; ``sum`` and ``count`` with the difference;
            ``indicator``, ``repeated`` (the bank's id twice).
    """
    root = opened(content, name=NAME, root=ROOT, most=MOST_BYTES)
    header = root.need("GrpHdr")
    name, at = header.text("MsgId"), header.moment("CreDtTm")
    found = []
    for part in root.all("Ntfctn"):
        number = part.need("Acct", "Id")
        account = number.maybe("IBAN") or number.text("Othr", "Id")
        movements = [one for entry in part.all("Ntry") for one in _movements(entry)]
        _check_summary(part)
        found.append(Told(id=name, at=at, account=account, movements=movements))
    if not found:
        refuse("this is missing", where=f"{ROOT}/Ntfctn", why="missing")
    ids = [one.id for told in found for one in told.movements]
    if len(ids) != len(set(ids)):
        refuse("a bank's id stands here twice", where=f"{ROOT}/Ntfctn", why="repeated")
    return found


def _movements(entry: Part) -> Iterator[Movement]:
    total, credit = entry.money("Amt"), _credit(entry)
    if entry.text("Sts", "Cd") != BOOKED:
        return
    details = [part for group in entry.all("NtryDtls") for part in group.all("TxDtls")]
    if len(details) <= 1:
        yield _movement(entry, details[0] if details else None, total, credit)
        return
    parts = [part.money("Amt") for part in details]
    if any(one.currency != total.currency for one in parts):
        refuse("parts of another currency", where=entry.path, why="currency")
    come_to = Money(total.currency, sum(one.minor for one in parts))
    check_sum(total, come_to, where=f"{entry.path}/Amt")
    for part, money in zip(details, parts, strict=True):
        yield _movement(entry, part, money, credit)


def _movement(entry: Part, part: Part | None, money: Money, credit: bool) -> Movement:
    if money.minor <= 0:
        refuse("a movement is of more than nothing", where=f"{entry.path}/Amt", why="amount")
    reversal = entry.maybe("RvslInd")
    if reversal not in ("", "true", "false", "1", "0"):
        refuse("true or false stands here", where=f"{entry.path}/RvslInd", why="indicator")
    own = "" if part is None else part.maybe("Refs", "AcctSvcrRef")
    movement = Movement(
        id=own or entry.text("AcctSvcrRef"),
        amount=money,
        credit=credit,
        reversal=reversal in ("true", "1"),
        day=entry.day("BookgDt") or _missing(entry, "BookgDt"),
    )
    return movement if part is None else _detailed(movement, part)


def _detailed(movement: Movement, part: Part) -> Movement:
    if part.find("Amt") is not None:
        check_sum(part.money("Amt"), movement.amount, where=f"{part.path}/Amt")
    side = part.find("RltdPties", "DbtrAcct" if movement.credit else "CdtrAcct", "Id")
    return replace(
        movement,
        reference=_reference(part),
        text=_text(part),
        other="" if side is None else side.maybe("IBAN") or side.text("Othr", "Id"),
        about=part.maybe("Refs", "EndToEndId"),
    )


def _reference(part: Part) -> str:
    remittance = part.find("RmtInf")
    for one in remittance.all("Strd") if remittance else ():
        reference = one.maybe("CdtrRefInf", "Ref")
        if reference:
            return "".join(reference.split()).upper()
    return ""


def _text(part: Part) -> str:
    remittance = part.find("RmtInf")
    lines = remittance.all("Ustrd") if remittance else ()
    return " ".join((line.element.text or "").strip()[:140] for line in lines)[:140]


def _credit(entry: Part) -> bool:
    said = entry.text("CdtDbtInd")
    if said not in ("CRDT", "DBIT"):
        refuse("CRDT or DBIT stands here", where=f"{entry.path}/CdtDbtInd", why="indicator")
    return said == "CRDT"


def _check_summary(part: Part) -> None:
    """The told totals against the entries, whatever their status."""
    summary = part.find("TxsSummry")
    if summary is None:
        return
    entries = [(one.money("Amt"), _credit(one)) for one in part.all("Ntry")]
    for tag, credit in (("TtlCdtNtries", True), ("TtlDbtNtries", False)):
        told = summary.find(tag)
        if told is None:
            continue
        chosen = [money for money, came in entries if came is credit]
        count = told.count("NbOfNtries")
        if count is not None and count != len(chosen):
            what = f"{count} are told, {len(chosen)} are here"
            refuse(what, where=f"{told.path}/NbOfNtries", why="count")
        currencies = {one.currency for one in chosen}
        if told.find("Sum") is not None and len(currencies) == 1:
            come_to = Money(currencies.pop(), sum(one.minor for one in chosen))
            check_sum(told.need("Sum").number(come_to.currency), come_to, where=f"{told.path}/Sum")


def _missing(part: Part, tag: str) -> NoReturn:
    refuse("this is missing", where=f"{part.path}/{tag}", why="missing")
