"""pain.002: the bank's word on each transfer that was asked (payment status report).

ISO 20022 pain.002.001.10: what was done (``ACSC``), is being done (``ACSP``, ``ACTC``, ``PDNG``)
or was rejected (``RJCT``) with a code of the external code set, such as ``AC01`` or ``AM04``. Pure.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from riik.core import to_text
from riik.formats.payments import pain001
from riik.formats.payments.messages import Part, add, message, opened, refuse, written

__all__ = ["DONE", "NAME", "REJECTED", "Report", "Status", "read_pain002", "write_pain002"]

NAME = "pain.002.001.10"
ROOT = "CstmrPmtStsRpt"
MOST_BYTES = 16_000_000
DONE: Final = "ACSC"
REJECTED: Final = "RJCT"
_STATUS = re.compile(r"[A-Z]{4}\Z", re.ASCII)
_REASON = re.compile(r"[A-Z0-9]{4}\Z", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What became of one transfer.

    Attributes:
        id: The transfer's (``OrgnlEndToEndId``).
        status: ``ACSC``, ``RJCT`` or another of the code set.
        reason: Code of why it was rejected, such as ``AC04``; empty otherwise.
        text: For people, at most 105.
    """

    id: str
    status: str
    reason: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A message about an earlier one.

    Attributes:
        id: The bank's (``MsgId``).
        at: When it was written, UTC.
        about: ``MsgId`` of the pain.001.
        statuses: One a transfer.
    """

    id: str
    at: datetime
    about: str
    statuses: Sequence[Status]


def write_pain002(report: Report) -> bytes:
    """The message as a file.

    Raises:
        Iso20022Refused: For ``status``, ``reason`` or ``text``.
    """
    document, root = message(NAME, ROOT)
    header = add(root, "GrpHdr")
    add(header, "MsgId", text=report.id)
    add(header, "CreDtTm", text=to_text(report.at))
    about = add(root, "OrgnlGrpInfAndSts")
    add(about, "OrgnlMsgId", text=report.about)
    add(about, "OrgnlMsgNmId", text=pain001.NAME)
    add(about, "OrgnlNbOfTxs", text=str(len(report.statuses)))
    batch = add(root, "OrgnlPmtInfAndSts")
    add(batch, "OrgnlPmtInfId", text=report.about)
    for number, status in enumerate(report.statuses, 1):
        _check(status, where=f"{ROOT}/OrgnlPmtInfAndSts/TxInfAndSts[{number}]")
        one = add(batch, "TxInfAndSts")
        add(one, "OrgnlEndToEndId", text=status.id)
        add(one, "TxSts", text=status.status)
        if status.reason or status.text:
            reason = add(one, "StsRsnInf")
            if status.reason:
                add(reason, "Rsn", "Cd", text=status.reason)
            if status.text:
                add(reason, "AddtlInf", text=status.text[:105])
    return written(document)


def read_pain002(content: bytes) -> Report:
    """The message of a file.

    Raises:
        Iso20022Refused: For what `messages` refuses; ``about`` where it speaks of another kind of
            message; ``status``, ``reason`` (a rejection says why), ``count``, ``repeated``.
    """
    root = opened(content, name=NAME, root=ROOT, most=MOST_BYTES)
    about = root.need("OrgnlGrpInfAndSts")
    if not about.text("OrgnlMsgNmId").startswith("pain.001"):
        refuse("this is about another kind of message", where=about.path, why="about")
    statuses = [
        _read(part) for batch in root.all("OrgnlPmtInfAndSts") for part in batch.all("TxInfAndSts")
    ]
    count = about.count("OrgnlNbOfTxs")
    if count is not None and count != len(statuses):
        what = f"{count} are told, {len(statuses)} are here"
        refuse(what, where=f"{about.path}/OrgnlNbOfTxs", why="count")
    if len({one.id for one in statuses}) != len(statuses):
        refuse("an id stands here twice", where=f"{ROOT}/OrgnlPmtInfAndSts", why="repeated")
    header = root.need("GrpHdr")
    return Report(
        id=header.text("MsgId"),
        at=header.moment("CreDtTm"),
        about=about.text("OrgnlMsgId"),
        statuses=statuses,
    )


def _read(part: Part) -> Status:
    reason = part.find("StsRsnInf")
    status = Status(
        id=part.text("OrgnlEndToEndId"),
        status=part.text("TxSts"),
        reason="" if reason is None else reason.maybe("Rsn", "Cd"),
        text="" if reason is None else reason.maybe("AddtlInf", most=105),
    )
    _check(status, where=part.path)
    return status


def _check(status: Status, *, where: str) -> None:
    if not _STATUS.match(status.status):
        refuse("a status is four letters", where=f"{where}/TxSts", why="status")
    if status.status == REJECTED and not status.reason:
        refuse("a rejection says why", where=f"{where}/StsRsnInf/Rsn/Cd", why="reason")
    if status.reason and not _REASON.match(status.reason):
        refuse("a reason is a code of four", where=f"{where}/StsRsnInf/Rsn/Cd", why="reason")
