"""The demonstration bank's transfers: what comes from other banks, and what customers ask by file.

Money that came is told to the account's holder (camt.054). A file of transfers (pain.001) is
followed id by id, each once, and answered with what became of each (pain.002).
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import msgspec

from riik.core import ClientId, Clock, Entropy, Money, Outbox, Work
from riik.formats.payments.camt054 import Movement, Told
from riik.formats.payments.pain001 import Initiation, Transfer
from riik.formats.payments.pain002 import DONE, REJECTED, Report, Status
from riik.payments.bank import BankStore
from riik.payments.errors import OrderRefused, OrderUnknown

__all__ = ["TELL", "Booked", "Clearing", "ClearingStore"]

TELL = "payments.tell"
"""Outbox topic: tell an account's holder of a movement; the payload is its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """A movement on a customer's account, or a transfer that was rejected.

    Attributes:
        account: The customer's.
        movement: What it is; its ``other`` is the account on the other side.
        client: Who asked for it by file; empty otherwise.
        status: ``ACSC``, or ``RJCT``.
        reason: Code of a rejection.
        at: UTC.
    """

    account: str
    movement: Movement
    at: datetime
    client: str = ""
    status: str = DONE
    reason: str = ""


class ClearingStore(Protocol):
    """What this component needs kept, besides the ledger."""

    def insert(self, booked: Booked, *, work: Work) -> None: ...
    def booked(self, booked_id: str, *, work: Work) -> Booked | None: ...
    def asked(self, client: str, account: str, about: str, *, work: Work) -> Booked | None: ...
    def holder(self, account: str, *, work: Work) -> ClientId | None: ...
    def is_holder(self, client: ClientId, account: str, *, work: Work) -> bool: ...
    def movements(
        self, account: str, *, since: datetime, until: datetime, work: Work
    ) -> list[Movement]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Clearing:
    """One bank's transfers.

    Attributes:
        ledger: The bank's double entries.
        prefix: How accounts of this bank begin after country and check digits.
    """

    store: ClearingStore
    ledger: BankStore
    outbox: Outbox
    clock: Clock
    entropy: Entropy
    prefix: str

    def receive(
        self,
        account: str,
        *,
        amount: Money,
        reference: str,
        other: str,
        text: str = "",
        transfer: str = "",
        work: Work,
    ) -> str:
        """Book money that came from another bank; answers the bank's id of it.

        Args:
            account: Whom it is for.
            amount: More than nothing.
            reference: As the payer gave it: a bank does not judge it.
            other: The payer's account there.
            text: What the payer wrote.
            transfer: The other bank's id; the same again is booked once.
            work: The unit of work.

        Raises:
            OrderRefused: For ``amount``.
        """
        if amount.minor <= 0:
            raise OrderRefused("a transfer is of more than nothing", why="amount")
        name = transfer or self.entropy.bytes(16).hex()
        if self.store.booked(name, work=work) is not None:
            return name
        movement = Movement(
            id=name,
            amount=amount,
            day=self.clock.now().date(),
            reference=reference,
            text=text,
            other=other,
        )
        self._book(account, movement, work=work)
        return name

    def reverse(self, booked_id: str, *, work: Work) -> str:
        """Take back what was booked, as when another bank recalls its transfer.

        Raises:
            OrderUnknown: There is none.
        """
        booked, name = self.store.booked(booked_id, work=work), f"{booked_id[:30]}-R"
        if booked is None:
            raise OrderUnknown("no such transfer", why="unknown")
        if self.store.booked(name, work=work) is None:
            movement = replace(
                booked.movement, id=name, credit=not booked.movement.credit, reversal=True
            )
            self._book(booked.account, movement, work=work)
        return name

    def follow(self, initiation: Initiation, *, client: ClientId, work: Work) -> Report:
        """Do the transfers that a customer asks for; what was asked before is answered again."""
        statuses = [
            self._follow(initiation.account, one, client=client, work=work)
            for one in initiation.transfers
        ]
        return Report(
            id=f"P{initiation.id}"[:35],
            at=self.clock.now(),
            about=initiation.id,
            statuses=statuses,
        )

    def told(self, booked_id: str, *, work: Work) -> tuple[ClientId, Told] | None:
        """What an account's holder is told of one movement; None where nobody is to be."""
        booked = self.store.booked(booked_id, work=work)
        holder = self.store.holder(booked.account, work=work) if booked else None
        if booked is None or holder is None:
            return None
        word = Told(
            id=booked.movement.id,
            at=booked.at,
            account=booked.account,
            movements=[booked.movement],
        )
        return holder, word

    def period(self, account: str, *, since: datetime, until: datetime, work: Work) -> Told:
        """All movements of an account from a moment on and before another."""
        movements = self.store.movements(account, since=since, until=until, work=work)
        name = f"{since:%Y%m%d%H%M}-{until:%Y%m%d%H%M}"
        return Told(id=name, at=self.clock.now(), account=account, movements=movements)

    def _follow(self, account: str, asked: Transfer, *, client: ClientId, work: Work) -> Status:
        known = self.store.asked(str(client), account, asked.id, work=work)
        if known is not None:
            if known.movement.amount != asked.amount or known.movement.other != asked.account:
                # Another transfer under a known id is no repetition (external code set).
                return Status(id=asked.id, status=REJECTED, reason="AM05")
            return Status(id=asked.id, status=known.status, reason=known.reason)
        reason = self._fault(account, asked, client=client, work=work)
        movement = Movement(
            id=self.entropy.bytes(16).hex(),
            amount=asked.amount,
            credit=False,
            day=self.clock.now().date(),
            reference=asked.reference,
            text=asked.text,
            other=asked.account,
            about=asked.id,
        )
        self._book(account, movement, client=str(client), reason=reason, work=work)
        return Status(id=asked.id, status=REJECTED if reason else DONE, reason=reason)

    def _fault(self, account: str, asked: Transfer, *, client: ClientId, work: Work) -> str:
        """The code of why a transfer can't be done, or nothing."""
        if not self.store.is_holder(client, account, work=work):
            return "AG01"
        own = self.ledger.account(asked.account, work=work)
        if own is None and asked.account[4:].startswith(self.prefix):
            return "AC03"
        if own is not None and own.currency != asked.amount.currency:
            return "AM03"
        if self.ledger.balance(account, work=work) < asked.amount.minor:
            return "AM04"
        return ""

    def _book(
        self, account: str, one: Movement, *, client: str = "", reason: str = "", work: Work
    ) -> None:
        at = self.clock.now()
        booked = Booked(
            account=account,
            movement=one,
            at=at,
            client=client,
            status=REJECTED if reason else DONE,
            reason=reason,
        )
        self.store.insert(booked, work=work)
        if reason:
            return
        other = one.other or "other-bank"
        debit, credit = (other, account) if one.credit else (account, other)
        self.ledger.enter(
            order=one.id, debit=debit, credit=credit, amount=one.amount, at=at, work=work
        )
        if not client:
            self.outbox.put(TELL, one.id, msgspec.json.encode(one.id), work=work)
