"""The authority's money as the pages of its desk see it (their port `Money`).

Money is for officials with the role ``money``: that of their unit's services, of a lead every
unit's, and what belongs to no case yet. Nobody sees their own here, or moves it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from riik.cases import Case, Cases
from riik.core import Clock, Database, InThread, MoneyRefused, SubjectId, Vault, Work, to_text
from riik.core import Money as Amount
from riik.login import Level
from riik.node.fillers.money import Money
from riik.payments import Fee, FeeRefused, Notification
from riik.payments.reconciling.model import Receipt
from riik.payments.references import creditor_reference
from riik.payments.refunding.model import COMPUTER, Refund
from riik.portal.official.ports import Reader
from riik.services import DeskRole, Files, Official, Staff
from riik.services.desk.looking import RecordLook
from riik.services.running import Running

__all__ = ["CashDesk"]

PURPOSE = "state-fee"


@dataclass(frozen=True, slots=True, kw_only=True)
class CashDesk:
    """Receipts and refunds for the officials of one authority."""

    money: Money
    staff: Staff
    files: Files
    cases: Cases
    vault: Vault
    record_look: RecordLook
    clock: Clock
    database: Database
    in_thread: InThread

    async def overview(self, reader: Reader, /) -> Mapping[str, Any]:
        """What waits, what is given back, and the sums; nobody's account."""
        return await self.in_thread(self._overview, self._official(reader))

    async def open(self, reader: Reader, receipt: str, /) -> Mapping[str, Any]:
        """One movement; the look is on record."""
        return await self.in_thread(self._open, self._official(reader), receipt)

    async def propose(
        self, reader: Reader, receipt: str, /, *, amount: str, law: str, reason: str, account: str
    ) -> None:
        """Propose a refund."""

        def act(me: SubjectId, found: Receipt, *, work: Work) -> None:
            try:
                asked = Amount.parse(amount.strip().replace(",", "."), found.amount.currency)
            except MoneyRefused as error:
                raise FeeRefused("this is no amount", why="amount") from error
            self.money.refunds.propose(
                found.id,
                amount=asked,
                law=law,
                reason=reason,
                by=me,
                account=account.replace(" ", "").upper()[:34],
                work=work,
            )

        await self._act(reader, receipt, act)

    async def resolve(self, reader: Reader, receipt: str, /, *, reason: str) -> None:
        """End what waits."""

        def act(me: SubjectId, found: Receipt, *, work: Work) -> None:
            self.money.receipts.resolve(found.id, by=me, reason=reason, work=work)

        await self._act(reader, receipt, act)

    async def approve(self, reader: Reader, receipt: str, refund: str, /) -> None:
        """Approve what somebody else proposed."""

        def act(me: SubjectId, found: Receipt, *, work: Work) -> None:
            self.money.refunds.approve(refund, by=me, work=work)

        await self._act(reader, receipt, act, refund=refund)

    async def decline(self, reader: Reader, receipt: str, refund: str, /, *, reason: str) -> None:
        """Decline what was proposed."""

        def act(me: SubjectId, found: Receipt, *, work: Work) -> None:
            self.money.refunds.decline(refund, by=me, reason=reason, work=work)

        await self._act(reader, receipt, act, refund=refund)

    async def take(self, reader: Reader, number: str, /, *, amount: str) -> None:
        """Take a fee at the desk: the official's word that the whole of it was paid."""
        official = self._official(reader)
        await self.in_thread(partial(self._taken, official, number.strip(), amount))

    def _taken(self, official: Official, number: str, amount: str) -> None:
        """Write down who took what; the case goes on as at the bank's word.

        Raises:
            FeeRefused: For ``number``, ``not-here``, ``ended``, ``paid``, ``amount``, ``short``,
                ``over``, ``unit`` or ``own-case``.
        """
        with self.database.work() as work:
            fee = self._owed(number, work=work)
            running = self.files.load(fee.case, work=work)
            if not self._of_units(running.case, official):
                raise FeeRefused("this is another unit's money", why="unit")
            if official.person in running.dossier.concerned:
                raise FeeRefused("nobody decides about their own money", why="own-case")
            if running.pays_when != "desk":
                raise FeeRefused("this fee is not paid at the desk", why="not-here")
            if fee.paid_at is not None:
                raise FeeRefused("this fee is paid", why="paid")
            if running.case.state.ended and running.task("pay") is None:
                raise FeeRefused("this case has ended and owes nothing more", why="ended")
            try:
                given = Amount.parse(amount.strip().replace(",", "."), fee.amount.currency)
            except MoneyRefused as error:
                raise FeeRefused("this is no amount", why="amount") from error
            me = self.vault.subject_of(official.person)
            self.record_look(
                running.case.subject,
                purpose=PURPOSE,
                legal_basis=fee.law,
                acting=official.person,
                case=running.case.id,
                work=work,
            )
            told = Notification(
                order="desk", reference=fee.reference, amount=given, paid_at=self.clock.now()
            )
            self.money.receipts.at_desk(told, work=work)
            self.cases.note(running.case, kind="fee-taken", actor=str(me), work=work)

    def _owed(self, number: str, *, work: Work) -> Fee:
        fee = (
            self.money.receipts.fees.under(creditor_reference(number), work=work)
            if number
            else None
        )
        if fee is None:
            raise FeeRefused("no case of this number owes anything", why="number")
        return fee

    async def _act(self, reader: Reader, receipt: str, act: Any, *, refund: str = "") -> None:
        await self.in_thread(
            partial(self._acted, self._official(reader), receipt, act, refund=refund)
        )

    def _acted(self, official: Official, receipt: str, act: Any, *, refund: str) -> None:
        with self.database.work() as work:
            found = self.money.receipts.find(receipt, work=work)
            self._running(found, official, work=work)
            if refund and self.money.refunds.find(refund, work=work).receipt != receipt:
                raise FeeRefused("no such refund of this movement", why="unknown")
            act(self.vault.subject_of(official.person), found, work=work)

    def _official(self, reader: Reader) -> Official:
        """Whose work money is, signed in surely; raises `AuthorityMissing` or `FeeRefused`."""
        official = self.staff.official(reader.visitor.person)
        if DeskRole.MONEY not in official.roles:
            raise FeeRefused("this official has nothing to do with money", why="money-role")
        if reader.visitor.level is not Level.HIGH:
            raise FeeRefused("money is moved by the surest sign-in only", why="level")
        return official

    def _running(self, found: Receipt, official: Official, *, work: Work) -> Running | None:
        """The case of a movement, if it has one and this official may see its money.

        Raises:
            FeeRefused: For ``unit`` or ``own-case``.
        """
        if self._case(found.case, work=work) is None:
            return None
        running = self.files.load(found.case, work=work)
        if not self._of_units(running.case, official):
            raise FeeRefused("this is another unit's money", why="unit")
        if official.person in running.dossier.concerned:
            raise FeeRefused("nobody decides about their own money", why="own-case")
        return running

    def _lists(self, case: Case | None, official: Official, me: SubjectId) -> bool:
        """Does it stand in their list? Whose matter it is besides, opening it finds."""
        return case is None or (self._of_units(case, official) and case.subject != me)

    def _of_units(self, case: Case, official: Official) -> bool:
        """A case that no official had to see yet is its service's unit's."""
        unit = case.unit or self.staff.unit_of(case.service)
        return unit in self.staff.seen_units(official)

    def _overview(self, official: Official) -> Mapping[str, Any]:
        me = self.vault.subject_of(official.person)
        with self.database.read() as work:

            def listed(one: Receipt | Refund) -> bool:
                return self._lists(self._case(one.case, work=work), official, me)

            waiting = filter(listed, self.money.receipts.waiting(work=work))
            refunds = list(filter(listed, self.money.refunds.listed(work=work)))
            sums = self.money.receipts.sums(work=work)
            return {
                "account": self.money.receipts.account,
                "waiting": [self._told(one, work=work) for one in waiting],
                "refunds": self._refunds(refunds, me, work=work),
                "sums": [
                    {
                        "currency": one.currency,
                        "came": one.came,
                        "settled": one.settled,
                        "surplus": one.surplus,
                        "went": one.went,
                        "refunded": one.refunded,
                        "difference": one.difference,
                    }
                    for one in sums
                ],
            }

    def _open(self, official: Official, receipt: str) -> Mapping[str, Any]:
        me = self.vault.subject_of(official.person)
        with self.database.work() as work:
            found = self.money.receipts.find(receipt, work=work)
            running = self._running(found, official, work=work)
            law = ""
            if running is not None:
                law = running.definition.terms.refund_law
                self.record_look(
                    running.case.subject,
                    purpose=PURPOSE,
                    legal_basis=law or "payment",
                    acting=official.person,
                    case=running.case.id,
                    work=work,
                )
            left = self.money.refunds.left(found, work=work)
            refunds = self.money.refunds.store.of_receipt(found.id, work=work)
            usual = min(found.surplus or left.minor, left.minor)
            return {
                **self._told(found, work=work),
                "other": found.other,
                "left": left.minor,
                "usual": Amount(left.currency, usual).decimal(),
                "law": law,
                "resolution": found.resolution,
                "case": found.case,
                "refunds": self._refunds(refunds, me, work=work),
            }

    def _case(self, case: str, *, work: Work) -> Case | None:
        return self.cases.find(case, work=work) if case else None

    def _told(self, one: Receipt, *, work: Work) -> dict[str, Any]:
        case = self._case(one.case, work=work)
        return {
            "id": one.id,
            "minor": one.amount.minor,
            "currency": one.amount.currency,
            "came": one.came,
            "day": one.day.isoformat(),
            "reference": one.reference,
            "standing": one.standing.value,
            "surplus": one.surplus,
            "number": case.number if case else "",
            "waits": one.waits,
        }

    def _refunds(
        self, refunds: Sequence[Refund], me: SubjectId, *, work: Work
    ) -> list[dict[str, Any]]:
        names = {
            self.vault.subject_of(person): f"{official.name.given} {official.name.family}"
            for person, official in self.staff.officials.items()
        }
        cases = {one.case: self._case(one.case, work=work) for one in refunds}
        return [
            {
                "id": one.id,
                "receipt": one.receipt,
                "minor": one.amount.minor,
                "currency": one.amount.currency,
                "law": one.law,
                "reason": one.reason,
                "state": one.state.value,
                "by": ""
                if one.proposed_by == COMPUTER
                else names.get(SubjectId(one.proposed_by), "–"),
                "at": to_text(one.proposed_at),
                "answer": one.answer,
                "mine": one.proposed_by == me,
                "number": case.number if (case := cases[one.case]) else "",
            }
            for one in refunds
        ]
