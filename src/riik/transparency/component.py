"""Transparency: every look is written down, and the person can see and prove it.

The verbs of this component. The log itself is `log`, what a record says is `access`.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from riik.core import (
    ClientId,
    Clock,
    Database,
    Entropy,
    MemberId,
    PersonCode,
    SubjectId,
    Vault,
    Work,
    to_text,
)
from riik.transparency.access import KEY_BYTES, Access, Action, Opening
from riik.transparency.errors import AccessRefused, EntryRefused, LogUnavailable
from riik.transparency.log import Log
from riik.transparency.tiles import LARGEST_ENTRY

__all__ = ["Group", "Look", "LookStore", "Looks", "ProvedLook", "ProvedLooks", "Transparency"]

SINCE_EVER, FOR_EVER = "0", "9"
MOST_LOOKS = 10_000
MOST_COUNTED = 50_000
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,63}\Z")


class Group(NamedTuple):
    """Looks of one kind on one day: what stands in a count of many, and tells of nobody.

    ``purpose`` is empty for attempts that were refused, and ``other`` for what is no code: an
    asker's own words are for whom they are about, not for everybody.
    """

    day: str
    service: str
    reader: str
    purpose: str


class LookStore(Protocol):
    """What the record of looks needs kept; `store.LookStore` keeps it in SQL."""

    def add(
        self, entry: str, *, subject: SubjectId, at_utc: str, sealed: bytes, work: Work
    ) -> None:
        """Keep the sealed record of one look."""
        ...

    def of_subject(
        self, subject: SubjectId, *, start: str, end: str, offset: int, limit: int, work: Work
    ) -> tuple[int, list[tuple[str, bytes]]]:
        """How many looks in the period, and one page of them, newest first."""
        ...

    def sealed(self, entry: str, *, subject: SubjectId, work: Work) -> bytes | None:
        """One sealed record, if it is this person's."""
        ...

    def note(self, group: Group, *, work: Work) -> None:
        """Note one look of a kind, to be counted."""
        ...

    def count(self, *, most: int, work: Work) -> int:
        """Count what was noted; answers how many notes that were."""
        ...

    def counts(self, since: str, *, work: Work) -> list[tuple[Group, int]]:
        """How many looks of each kind there were from that day on."""
        ...


@dataclass(frozen=True, slots=True)
class Look:
    """One look: the id of its log entry, and its record."""

    entry: str
    access: Access


@dataclass(frozen=True, slots=True)
class Looks:
    """One page of looks, newest first, and how many there are in all."""

    total: int
    looks: tuple[Look, ...]


@dataclass(frozen=True, slots=True)
class ProvedLook:
    """One look with its receipt, as of `Transparency.disclosure`; None while it is to come."""

    entry: str
    access: Access
    receipt: bytes | None


@dataclass(frozen=True, slots=True)
class ProvedLooks:
    """One page of looks with their receipts, newest first, and how many there are in all."""

    total: int
    looks: tuple[ProvedLook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Transparency:
    """One node's record of looks and its log. Two nodes in a process are two instances."""

    log: Log
    looks: LookStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy

    def append(self, content: bytes, *, work: Work) -> str:
        """Write an entry of any kind for the log, in the caller's unit of work.

        Args:
            content: What becomes public; at most 65535 bytes, no personal data.
            work: The unit in which what it tells of is written.

        Returns:
            The entry's id, for `prove`.

        Raises:
            EntryRefused: For ``size``.
        """
        if len(content) > LARGEST_ENTRY:
            raise EntryRefused("a log entry has at most 65535 bytes", why="size")
        entry = self.entropy.bytes(16).hex()
        self.log.store.add(entry, content, work=work)
        return entry

    def prove(self, entry: str) -> bytes:
        """Prove that an entry is in the log, as a ``.tlog-proof`` file (C2SP tlog-proof).

        Raises:
            EntryRefused: For ``unknown``.
            LogUnavailable: For ``not-yet``: a coming tree head will have it.
        """
        return bytes(self.log.proof(entry))

    def record_access(
        self,
        subject: SubjectId,
        *,
        reader: MemberId | ClientId,
        purpose: str,
        legal_basis: str,
        service: str,
        work: Work,
        action: Action = Action.CONSULT,
        fields: Iterable[str] = (),
        acting: PersonCode | None = None,
        case: str | None = None,
        message_id: str | None = None,
        refused: str = "",
    ) -> str:
        """Write down one look at a person's data, in the caller's unit of work.

        The record is sealed under the person's key and the log gets a commitment to it
        only, so forgetting the person leaves the log whole and tells nothing.

        Args:
            subject: Whose data.
            reader: The organisation that receives them.
            purpose: What for, in words for the person.
            legal_basis: The article or consent that allows it.
            service: The service that gives the data.
            work: The unit of work in which the data are read; answer after its commit.
            action: What is done with the data.
            fields: Names of the data given.
            acting: Who acts: an official, the person, or nobody for a machine's errand.
            case: Number of the case that it is done for.
            message_id: Id of the exchange's message.
            refused: Why nothing was given, when this is an attempt that was refused.

        Returns:
            The id of the log entry, for `disclosure` and `prove`.

        Raises:
            AccessRefused: For ``purpose``, ``legal-basis``, ``service`` and other texts
                that are missing or too long, or ``fields``.
        """
        access = Access(
            subject=subject,
            reader=reader,
            purpose=purpose,
            legal_basis=legal_basis,
            service=service,
            at=self.clock.now(),
            action=action,
            fields=tuple(fields),
            acting=acting,
            case=case,
            message_id=message_id,
            refused=refused,
        )
        opening = Opening(access, self.entropy.bytes(KEY_BYTES))
        entry = self.append(opening.commitment, work=work)
        sealed = self.vault.seal(subject, bytes(opening), context=_context(entry))
        at_utc = to_text(access.at)
        self.looks.add(entry, subject=subject, at_utc=at_utc, sealed=sealed, work=work)
        self.looks.note(_group(access), work=work)
        return entry

    def count(self) -> None:
        """Add what was looked at since the last time to the counts of its day."""
        counted = MOST_COUNTED
        while counted == MOST_COUNTED:
            with self.database.work() as work:
                counted = self.looks.count(most=MOST_COUNTED, work=work)

    def counts(self, since: date) -> Counter[tuple[str, str, str]]:
        """How many looks there were from that day on, by service, member and purpose."""
        found: Counter[tuple[str, str, str]] = Counter()
        with self.database.read() as work:
            for group, looks in self.looks.counts(since.isoformat(), work=work):
                found[group.service, group.reader, group.purpose] += looks
        return found

    def who_looked(
        self,
        subject: SubjectId,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        offset: int = 0,
        limit: int = 1000,
    ) -> Looks:
        """Who looked at a person's data, newest first.

        Args:
            subject: Whose data.
            start: First moment of the period; since ever when None.
            end: The moment after the period; until now when None.
            offset: How many of the newest to pass over.
            limit: How many to answer, at most 10000.

        Raises:
            AccessRefused: For ``paging``.
            Refused: For ``forgotten``, when the person's key was destroyed.
        """
        total, found = self._page(subject, start, end, offset=offset, limit=limit)
        return Looks(
            total, tuple(Look(entry, Opening.parse(plain).access) for entry, plain in found)
        )

    def proved_looks(
        self,
        subject: SubjectId,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        offset: int = 0,
        limit: int = 100,
    ) -> ProvedLooks:
        """The same with the receipts of all of them, under one tree head.

        Raises:
            AccessRefused: For ``paging``.
            Refused: For ``forgotten``, when the person's key was destroyed.
        """
        total, found = self._page(subject, start, end, offset=offset, limit=limit)
        proofs = self.log.proofs(dict(found))
        looks = (
            ProvedLook(entry, Opening.parse(plain).access, bytes(proof) if proof else None)
            for (entry, plain), proof in zip(found, proofs.values(), strict=True)
        )
        return ProvedLooks(total, tuple(looks))

    def head(self, *, known: int = 0) -> tuple[bytes, list[bytes]] | None:
        """The log's published tree head and the proof that it continues the known size.

        None when no head is published. Nobody's data: whoever follows the log may ask.
        """
        try:
            return self.log.continued(known)
        except LogUnavailable:
            return None

    def disclosure(self, entry: str, *, subject: SubjectId) -> bytes:
        """The receipt of one look, which its person can check anywhere, without us.

        A ``.tlog-proof`` file whose extra data are the record and the key that opens the
        logged commitment; `verify_file` checks it.

        Raises:
            EntryRefused: For ``unknown``, also when it is another person's.
            LogUnavailable: For ``not-yet``: a coming tree head will have it.
            Refused: For ``forgotten``.
        """
        with self.database.read() as work:
            sealed = self.looks.sealed(entry, subject=subject, work=work)
        if sealed is None:
            raise EntryRefused("there is no such look", why="unknown")
        plain = self.vault.open(subject, sealed, context=_context(entry))
        return bytes(self.log.proof(entry, extra=plain))

    def _page(
        self,
        subject: SubjectId,
        start: datetime | None,
        end: datetime | None,
        *,
        offset: int,
        limit: int,
    ) -> tuple[int, list[tuple[str, bytes]]]:
        """How many looks in the period, and one page: ids and openings in canonical JSON."""
        if offset < 0 or not 0 < limit <= MOST_LOOKS:
            raise AccessRefused("this is no page", why="paging", most=MOST_LOOKS)
        with self.database.read() as work:
            total, rows = self.looks.of_subject(
                subject,
                start=to_text(start) if start else SINCE_EVER,
                end=to_text(end) if end else FOR_EVER,
                offset=offset,
                limit=limit,
                work=work,
            )
        sealed = [(content, _context(entry)) for entry, content in rows]
        plain = self.vault.open_many(subject, sealed)
        return total, [(entry, one) for (entry, _), one in zip(rows, plain, strict=True)]


def _group(access: Access) -> Group:
    purpose = access.purpose if _CODE.match(access.purpose) else "other"
    return Group(
        day=access.at.date().isoformat(),
        service=access.service,
        reader=str(access.member),
        purpose="" if access.refused else purpose,
    )


def _context(entry: str) -> str:
    return f"transparency_access/sealed/{entry}"
