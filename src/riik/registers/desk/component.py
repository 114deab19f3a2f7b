"""The desk of a register's officials: what they change by hand, they sign; some of it two of them.

`prepare` lays out one change of one record, with its reason, for the official's card; `complete`
takes the signature. Then the register's own signed change is written, or, where the folder asks
for four eyes, the order waits until a second official has signed the same paper, or refused it.
Everything that must be true together is written in one unit of work: change, look, order, and the
answer to the person who said that the record was wrong.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from riik.core import InThread, PersonCode, Work, is_blank, to_text
from riik.formats.canonical_json import encode
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.desk.looking import Looking, Record
from riik.registers.desk.orders import (
    LAID,
    MADE,
    PROPOSED,
    REFUSED,
    Begun,
    Order,
    OrderStore,
    Pens,
)
from riik.registers.desk.reading import LONGEST, Errand, OwnRights, patch_of, shown_fields, words
from riik.registers.errors import OfficialRefused, RecordRefused, RequestRefused, UnknownSubject
from riik.registers.history import FOREVER
from riik.registers.model import ChangeOffer, Holding, Kind, Right
from riik.registers.writing import Draft
from riik.transparency import Action as AccessAction

__all__ = ["RecordsDesk", "Wish"]

_TICKET = re.compile(r"[A-Za-z0-9_-]{22,64}\Z")
KEPT = timedelta(days=1)
PAPER = "riik-register-order/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an official wants to change.

    Attributes:
        record: Which record.
        offer: Through which of the register's changes.
        typed: What was typed, by field: under ``value``, or each part under its name.
        since: From which day on; None: today.
        always: A correction of what was wrong since the record began; then no day is said.
        reason: Why, in the official's words.
        correction: Number of the request to correct that it answers; empty: none.
    """

    record: str
    offer: str
    typed: Mapping[str, Mapping[str, str]]
    since: date | None
    reason: str
    correction: str = ""
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordsDesk:
    """What officials of one node's registers do with records.

    Attributes:
        looking: How they find and see them.
        pens: Their signatures.
        in_thread: Where what waits for the store is done.
    """

    looking: Looking
    pens: Pens
    in_thread: InThread

    @property
    def owners(self) -> OwnersDesk:
        """Who works there, and what people say is wrong."""
        return self.looking.owners

    @property
    def orders(self) -> OrderStore:
        """What was signed and is to be signed."""
        return self.looking.orders

    @property
    def rights(self) -> OwnRights:
        """What they may do."""
        return self.looking.rights

    def waiting(self, person: PersonCode) -> list[dict[str, Any]]:
        """What waits for a second official, the oldest first; nobody's data.

        Raises:
            OfficialRefused: For ``no-official``.
        """
        official, registers = self.owners.official(person), self.looking.registers
        with registers.database.read() as work:
            found = self.orders.proposed(limit=200, work=work)
        me = registers.vault.find(person)
        told = []
        for order in found:
            holding = self.rights.holdings.get(order.register)
            if holding is not None and official.answers_for(order.register):
                paper = self.looking.paper(order)
                told.append(
                    {
                        "order": order.id,
                        "names": dict(holding.definition.names),
                        "offer": dict(holding.definition.changes[paper["offer"]].names),
                        "at": to_text(order.at),
                        "by": paper["officials"][0],
                        "mine": order.official == me,
                    }
                )
        return told

    def form(
        self, person: PersonCode, errand: Errand, *, record: str, offer: str
    ) -> dict[str, Any]:
        """What can be typed for a change; a look at the record.

        Raises:
            Refused: As `Looking.open`; `RightMissing` for ``offer``.
        """
        official, holding, seen = self.looking.allowed(person, errand)
        change, right = self._change(holding, offer)
        fields = tuple(name for name in change.fields if name in right.fields and name in seen)
        with self.looking.registers.database.work() as work:
            found = self.looking.load(official, holding, record, work=work)
            self.looking.note(
                official, holding, found.row.subject, errand, fields=fields, work=work
            )
        return {
            "register": errand.register,
            "names": dict(holding.definition.names),
            "offer": dict(change.names),
            "kind": change.kind.value,
            "four_eyes": offer in holding.definition.four_eyes,
            "fields": shown_fields(holding, found.values, fields),
        }

    async def prepare(
        self, person: PersonCode, errand: Errand, wish: Wish, *, certificate: bytes, ticket: str
    ) -> Begun:
        """Lay out one change and answer what the official's card must sign.

        Raises:
            Refused: As `Looking.open`; `RequestRefused` for ``ticket``, ``reason``, ``long``,
                ``value``, ``nothing`` or ``since``; `RecordRefused` for ``schema``, ``closed`` or
                ``waiting``: somebody's change of this record waits for a second official.
        """
        if not _TICKET.match(ticket):
            raise RequestRefused("this is no page's ticket", why="ticket")
        paper, found = await self.in_thread(self._laid, person, errand, wish)
        begun = await self.pens.begin(
            paper, certificate, person=person, language="en", name="change.json"
        )
        await self.in_thread(self._keep, person, found, paper, begun, ticket)
        return begun

    async def complete(self, person: PersonCode, ticket: str, value: bytes) -> dict[str, Any]:
        """End the official's signature: the change is made, or waits for a second official.

        The same value can be sent again: what was done is answered.

        Returns:
            ``state``, ``register``, ``record``, ``purpose`` and ``case``.

        Raises:
            RequestRefused: For ``ticket``: this official began no such signature.
            RecordRefused: For ``raced``: the record was changed meanwhile.
        """
        order, paper = await self.in_thread(self._begun, person, ticket)
        me = self._me(person)
        # A second official may have begun meanwhile: whose signature it is decides who ends it.
        if order.begun and me == (order.official if order.state == LAID else order.second):
            opaque = self.looking.registers.vault.open(me, order.begun, context=_begun_place(order))
            container = await self.pens.finish(opaque, value)
            order = await self.in_thread(self._signed, person, order, paper, container)
        return {
            "state": order.state,
            "register": order.register,
            "record": order.record,
            "purpose": paper["purpose"],
            "case": paper["case"],
        }

    def open_order(self, person: PersonCode, order_id: str) -> dict[str, Any]:
        """What a colleague proposes; a look at the record.

        Raises:
            OfficialRefused: For ``no-official``, ``other-register`` or ``own-case``.
            RequestRefused: For ``order``: it doesn't wait any more.
        """
        order, paper = self._proposed(order_id)
        errand = _errand(paper)
        official, holding, _ = self.looking.allowed(person, errand)
        with self.looking.registers.database.work() as work:
            found = self.looking.load(official, holding, order.record, work=work)
            fields = tuple(paper["values"])
            self.looking.note(
                official, holding, found.row.subject, errand, fields=fields, work=work
            )
        after = {**found.values, **paper["values"]}
        was, is_now = (shown_fields(holding, one, fields) for one in (found.values, after))
        return {
            "order": order.id,
            "register": order.register,
            "record": order.record,
            "purpose": errand.purpose,
            "purpose_names": words(holding, f"purpose:{errand.purpose}", errand.purpose),
            "case": errand.case,
            "names": dict(holding.definition.names),
            "offer": dict(holding.definition.changes[paper["offer"]].names),
            "from": paper["valid_from"],
            "reason": paper["reason"],
            "at": to_text(order.at),
            "by": paper["officials"][0],
            "mine": order.official == self._me(person),
            "rows": [
                {"before": one, "after": other} for one, other in zip(was, is_now, strict=True)
            ],
        }

    async def agree(self, person: PersonCode, order_id: str, *, certificate: bytes) -> Begun:
        """Lay a colleague's paper out for a second signature.

        Raises:
            OfficialRefused: For ``four-eyes``: nobody agrees to their own; or as `open_order`.
            RequestRefused: For ``order``.
        """
        order, _ = await self.in_thread(self._agreeing, person, order_id)
        container = self.looking.registers.vault.open(
            order.subject, order.container, context=_container_place(order)
        )
        begun = await self.pens.begin_more(container, certificate, person=person)
        await self.in_thread(self._keep_second, person, order, begun)
        return begun

    def refuse(self, person: PersonCode, order_id: str, *, reason: str) -> None:
        """Leave the record as it is, against a colleague's proposal, with a reason.

        Raises:
            OfficialRefused, RequestRefused: As `agree`; ``reason`` or ``long``.
        """
        order, paper = self._agreeing(person, order_id)
        _check_reason(reason)
        official = self.owners.official(person)
        told = {**paper, "refused": {"by": official.name, "reason": reason.strip()}}
        sealed = self._seal_paper(order.id, order.subject, told)
        done = replace(order, state=REFUSED, paper=sealed, begun=b"", second=self._me(person))
        with self.looking.registers.database.work() as work:
            if not self.orders.save(done, before=PROPOSED, work=work):
                raise RequestRefused("this waits no more", why="order")

    def _me(self, person: PersonCode) -> Any:
        return self.looking.registers.vault.subject_of(person)

    def _change(self, holding: Holding, offer: str) -> tuple[ChangeOffer, Right]:
        found = self.rights.changes(holding).get(offer)
        if found is None:
            raise OfficialRefused("the owner's officials make no such change", why="offer")
        return found

    def _laid(
        self, person: PersonCode, errand: Errand, wish: Wish
    ) -> tuple[dict[str, Any], Record]:
        """The paper that is to be signed, checked as it will be when it is made."""
        official, holding, seen = self.looking.allowed(person, errand)
        change, right = self._change(holding, wish.offer)
        _check_reason(wish.reason)
        registers = self.looking.registers
        with registers.database.read() as work:
            found = self.looking.load(official, holding, wish.record, work=work)
            waiting = self.orders.of_record(wish.record, work=work)
            known = registers.store.known_versions(wish.record, work=work)
        if any(one.state == PROPOSED for one in waiting):
            raise RecordRefused("another change waits for a second official", why="waiting")
        fields = tuple(name for name in change.fields if name in right.fields and name in seen)
        values = patch_of(holding, found.values, wish.typed, fields)
        if not values and change.kind is not Kind.CLOSE:
            raise RequestRefused("nothing is to be changed", why="nothing")
        _check_values(holding, found, values, change)
        began = date.fromisoformat(known[0].valid_from)
        today = registers.clock.now().astimezone(registers.zone).date()
        since = began if wish.always else wish.since or today
        if since < began or (wish.always and change.kind is not Kind.CORRECT):
            raise RequestRefused("the record begins later", why="since")
        return {
            "form": PAPER,
            "register": errand.register,
            "record": wish.record,
            "after": found.row.head_digest,
            "offer": wish.offer,
            "values": values,
            "valid_from": since.isoformat(),
            "reason": wish.reason.strip(),
            "purpose": errand.purpose,
            "legal_basis": right.legal_basis,
            "case": errand.case,
            "correction": self._answered(errand, wish.correction, found, values),
            "officials": [official.name],
            "at": to_text(registers.clock.now()),
        }, found

    def _answered(self, errand: Errand, sent: str, found: Record, values: Mapping[str, Any]) -> str:
        """The request to correct that a change answers; empty when there is none.

        It is the one that the page sent, or else the case's. Only a change of the field that
        somebody called wrong answers it.
        """
        corrections, number = self.owners.corrections, sent or errand.case
        key = f"{errand.register}/{number}"
        with corrections.database.read() as work:
            kept = corrections.store.load(key, work=work)
        if kept is None or kept.closed_at is not None or kept.subject != found.row.subject:
            if sent:
                raise UnknownSubject("no such request of this person waits", why="unknown")
            return ""
        _, correction, _, _ = corrections.read(key, kept=kept)
        return number if correction.field in values else ""

    def _keep(
        self, person: PersonCode, found: Record, paper: dict[str, Any], begun: Begun, ticket: str
    ) -> None:
        registers, me = self.looking.registers, self._me(person)
        order = Order(
            id=ticket,
            register=paper["register"],
            record=paper["record"],
            subject=found.row.subject,
            official=me,
            state=LAID,
            at=registers.clock.now(),
            paper=self._seal_paper(ticket, found.row.subject, paper),
            begun=registers.vault.seal(me, begun.opaque, context=f"registers_order/{ticket}/begun"),
        )
        with registers.database.work() as work:
            self.orders.drop_laid(before=order.at - KEPT, work=work)
            earlier = self.orders.load(ticket, work=work)
            if earlier is not None and (earlier.state != LAID or earlier.official != me):
                raise RequestRefused("this was signed already", why="signed")
            self.orders.drop(ticket, work=work)
            self.orders.insert(order, work=work)

    def _begun(self, person: PersonCode, ticket: str) -> tuple[Order, Mapping[str, Any]]:
        registers, me = self.looking.registers, self._me(person)
        with registers.database.read() as work:
            order = self.orders.load(ticket, work=work)
        if order is None or me not in (order.official, order.second):
            raise RequestRefused("this official began no such signature", why="ticket")
        return order, self.looking.paper(order)

    def _signed(
        self, person: PersonCode, order: Order, paper: Mapping[str, Any], container: bytes
    ) -> Order:
        """A signature ended: the change is made, or waits for the second one."""
        registers = self.looking.registers
        official, holding, _ = self.looking.allowed(person, _errand(paper))
        sealed = registers.vault.seal(order.subject, container, context=_container_place(order))
        pair = holding.definition.wants_two(paper["offer"], paper["values"])
        if order.state == LAID and pair:
            done = replace(order, state=PROPOSED, begun=b"", container=sealed)
        else:
            names = list(dict.fromkeys([*paper["officials"], official.name]))
            told = {**paper, "officials": names}
            done = replace(
                order,
                state=MADE,
                begun=b"",
                container=sealed,
                paper=self._seal_paper(order.id, order.subject, told),
            )
        with registers.database.work() as work:
            if not self.orders.save(done, before=order.state, work=work):
                raise RequestRefused("this was signed already", why="signed")
            if done.state == MADE:
                self._make(official, holding, order, paper, work=work)
        return done

    def _make(
        self,
        official: Official,
        holding: Holding,
        order: Order,
        paper: Mapping[str, Any],
        *,
        work: Work,
    ) -> None:
        """Write the register's own signed change, as the officials' paper says."""
        change, right = self._change(holding, paper["offer"])
        registers, errand = self.looking.registers, _errand(paper)
        row = registers.store.record(order.record, work=work)
        if row is None or row.head_digest != paper["after"]:
            raise RecordRefused("the record was changed meanwhile", why="raced")
        self.looking.note(
            official,
            holding,
            order.subject,
            errand,
            fields=tuple(paper["values"]),
            work=work,
            action=AccessAction.ALTER,
        )
        draft = Draft(
            kind=change.kind,
            values=paper["values"],
            valid_from=date.fromisoformat(paper["valid_from"]),
            valid_to=FOREVER,
            ground=right.legal_basis,
            actor=str(holding.provider),
            message_id=f"order-{order.id}",
            wish=f"{holding.provider} order-{order.id}",
        )
        registers.writer.change(holding, row, draft, work=work)
        if paper["correction"]:
            self.owners.answer_by_order(
                official,
                f"{paper['register']}/{paper['correction']}",
                subject=order.subject,
                reason=paper["reason"],
                work=work,
            )

    def _proposed(self, order_id: str) -> tuple[Order, Mapping[str, Any]]:
        with self.looking.registers.database.read() as work:
            order = self.orders.load(order_id, work=work)
        if order is None or order.state != PROPOSED:
            raise RequestRefused("this waits no more", why="order")
        return order, self.looking.paper(order)

    def _agreeing(self, person: PersonCode, order_id: str) -> tuple[Order, Mapping[str, Any]]:
        """A proposal, when this official may agree to it."""
        order, paper = self._proposed(order_id)
        official, holding, _ = self.looking.allowed(person, _errand(paper))
        if order.official == self._me(person):
            raise OfficialRefused("nobody agrees to their own proposal", why="four-eyes")
        with self.looking.registers.database.read() as work:
            self.looking.load(official, holding, order.record, work=work)
        return order, paper

    def _keep_second(self, person: PersonCode, order: Order, begun: Begun) -> None:
        registers, me = self.looking.registers, self._me(person)
        sealed = registers.vault.seal(me, begun.opaque, context=_begun_place(order))
        with registers.database.work() as work:
            laid = replace(order, begun=sealed, second=me)
            if not self.orders.save(laid, before=PROPOSED, work=work):
                raise RequestRefused("this waits no more", why="order")

    def _seal_paper(self, order: str, subject: Any, paper: Mapping[str, Any]) -> bytes:
        return self.looking.registers.vault.seal(
            subject, encode(dict(paper)), context=f"registers_order/{order}"
        )


def _errand(paper: Mapping[str, Any]) -> Errand:
    return Errand(register=paper["register"], purpose=paper["purpose"], case=paper["case"])


def _begun_place(order: Order) -> str:
    return f"registers_order/{order.id}/begun"


def _container_place(order: Order) -> str:
    return f"registers_order/{order.id}/container"


def _check_reason(reason: str) -> None:
    if is_blank(reason):
        raise RequestRefused("why has to be said", why="reason")
    if len(reason) > LONGEST:
        raise RequestRefused("this is too long", why="long", most=LONGEST)


def _check_values(
    holding: Holding, found: Record, values: Mapping[str, Any], change: ChangeOffer
) -> None:
    """Would the whole record hold? The store asks again when it is made."""
    if not found.alive and change.kind is not Kind.CORRECT:
        raise RecordRefused("the record is closed", why="closed")
    whole = {**found.values, **values}
    kept = {name: value for name, value in whole.items() if value is not None}
    holding.definition.schema.check(kept)
