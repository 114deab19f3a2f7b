"""The inbox: was the person told, in words they read, and can that be shown?"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import msgspec

from riik.core import ClientId, Clock, PersonCode, SubjectId, Vault, Work, from_text, to_text
from riik.inbox.errors import NoticeRefused
from riik.inbox.model import Notice, Text
from riik.inbox.outside.choice import KINDS
from riik.inbox.outside.component import Outside
from riik.inbox.outside.effect import Delivered, delivered
from riik.inbox.outside.model import Sending
from riik.profiles import Delivery

__all__ = ["Inbox", "InboxStore", "KeptNotice"]

MOST_TEXT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNotice:
    """A notice as the store has it: the texts sealed."""

    id: str
    subject: SubjectId
    sender: ClientId
    case: str
    sealed: bytes
    legal_effect: bool
    sent_at: str
    read_at: str | None = None
    kind: str = "case"
    letter_at: str | None = None


class InboxStore(Protocol):
    """What this component needs kept."""

    def insert(self, notice: KeptNotice, *, work: Work) -> None: ...
    def load(self, sender: ClientId, notice_id: str, *, work: Work) -> KeptNotice | None: ...
    def of_subject(self, subject: SubjectId, *, work: Work) -> list[KeptNotice]: ...
    def set_read(self, notice: KeptNotice, at: str, *, work: Work) -> None: ...
    def set_letter(self, sender: ClientId, notice_id: str, at: str, *, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """The notices of all persons at one portal.

    Attributes:
        delivery: The country's law of delivery; None: nothing counts as delivered.
        outside: How people are told that a notice waits; None: they find it when they look.
    """

    store: InboxStore
    vault: Vault
    clock: Clock
    delivery: Delivery | None = None
    outside: Outside | None = None

    def notify(
        self,
        person: PersonCode,
        *,
        notice_id: str,
        sender: ClientId,
        case: str,
        texts: dict[str, Text],
        legal_effect: bool,
        kind: str = "case",
        work: Work,
    ) -> str:
        """Keep a notice and answer when it was kept; the same id again changes nothing.

        Raises:
            NoticeRefused: For ``no-text``, ``long`` or ``kind``.
        """
        if kind not in KINDS:
            raise NoticeRefused(f"a notice is of {', '.join(KINDS)}", why="kind")
        if not texts or any(not text.title for text in texts.values()):
            raise NoticeRefused("a notice has a title in each of its languages", why="no-text")
        plain = msgspec.json.encode({lang: [t.title, t.body] for lang, t in texts.items()})
        if len(plain) > MOST_TEXT:
            raise NoticeRefused("the notice is too long", why="long", most=MOST_TEXT)
        found = self.store.load(sender, notice_id, work=work)
        if found is not None:
            return found.sent_at
        subject = self.vault.subject_of(person)
        notice = KeptNotice(
            id=notice_id,
            subject=subject,
            sender=sender,
            case=case,
            sealed=self.vault.seal(subject, plain, context=_context(sender, notice_id)),
            legal_effect=legal_effect,
            sent_at=to_text(self.clock.now()),
            kind=kind,
        )
        self.store.insert(notice, work=work)
        if self.outside is not None:
            sending = Sending(sender=sender, id=notice_id, subject=subject)
            self.outside.begin(person, sending, work=work)
        return notice.sent_at

    def of_person(self, person: PersonCode, *, work: Work) -> list[Notice]:
        """A person's notices, newest first."""
        subject = self.vault.find(person)
        if subject is None:
            return []
        return [self.opened(kept) for kept in self.store.of_subject(subject, work=work)]

    def read(self, person: PersonCode, *, sender: ClientId, notice_id: str, work: Work) -> Notice:
        """Open a notice; the first opening is written down as its delivery.

        Raises:
            NoticeRefused: For ``unknown``: there is none, or it is another person's.
        """
        kept = self.store.load(sender, notice_id, work=work)
        if kept is None or kept.subject != self.vault.find(person):
            raise NoticeRefused("no such notice", why="unknown")
        if kept.read_at is None:
            opened = to_text(self.clock.now())
            self.store.set_read(kept, opened, work=work)
            kept = replace(kept, read_at=opened)
        return self.opened(kept)

    def delivered_of(self, kept: KeptNotice) -> Delivered | None:
        """As `delivered`, of a notice as the store has it: its texts stay sealed."""
        return self._delivered(
            from_text(kept.sent_at),
            from_text(kept.read_at) if kept.read_at else None,
            from_text(kept.letter_at) if kept.letter_at else None,
        )

    def delivered(self, notice: Notice) -> Delivered | None:
        """When it reached its person by the country's law; None while it has not."""
        return self._delivered(notice.sent_at, notice.read_at, notice.letter_at)

    def _delivered(
        self, sent_at: datetime, opened: datetime | None, letter: datetime | None
    ) -> Delivered | None:
        if self.delivery is None:
            return None
        now = self.clock.now()
        return delivered(self.delivery, sent_at=sent_at, opened=opened, letter=letter, now=now)

    def posted_back(self, ref: str, *, at: str, why: str = "", work: Work) -> bool:
        """What the post says of a letter: handed over ``at`` then, or with ``why`` not.

        Answers False for a letter that nobody gave to the post, or of which it spoke before.
        """
        if self.outside is None:
            return False
        sending = self.outside.posted_back(ref, at=at, why=why, work=work)
        if sending is not None and not why:
            self.store.set_letter(sending.sender, sending.id, at, work=work)
        return sending is not None

    def opened(self, kept: KeptNotice) -> Notice:
        """A notice as the store has it, its texts opened; not the person's opening of it."""
        plain = self.vault.open(kept.subject, kept.sealed, context=_context(kept.sender, kept.id))
        texts = msgspec.json.decode(plain, type=dict[str, tuple[str, str]])
        return Notice(
            id=kept.id,
            sender=kept.sender,
            case=kept.case,
            texts={lang: Text(title=title, body=body) for lang, (title, body) in texts.items()},
            legal_effect=kept.legal_effect,
            sent_at=from_text(kept.sent_at),
            read_at=from_text(kept.read_at) if kept.read_at else None,
            letter_at=from_text(kept.letter_at) if kept.letter_at else None,
        )


def _context(sender: ClientId, notice_id: str) -> str:
    return f"inbox_notice/{sender}/{notice_id}"
