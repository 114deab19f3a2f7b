"""Corrections that people ask for (GDPR art. 16): received, numbered, sealed, confirmed.

A person's word changes nothing by itself: the owner of the register decides, and corrects the
record with a signed change. Until then the request waits here, under the person's own key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import msgspec

from riik.core import (
    Clock,
    Database,
    Outbox,
    PersonCode,
    SubjectId,
    Vault,
    Work,
    is_blank,
    to_text,
)
from riik.registers.component import Registers
from riik.registers.errors import (
    CorrectionsTooMany,
    RequestRefused,
    RightMissing,
    UnknownSubject,
)
from riik.registers.model import Caller, Holding
from riik.transparency import Action as AccessAction

__all__ = ["ANSWERED", "RECEIVED", "Correction", "CorrectionStore", "Corrections", "Kept"]

RECEIVED = "registers.correction-received"
"""Outbox topic: somebody has to be told that their request was received; payload: its key."""

ANSWERED = "registers.correction-answered"
"""Outbox topic: somebody has to be told what was answered; payload: its key."""

LONGEST = 2_000
MOST_A_DAY = 20
"""So often may be said that a person's records in one register are wrong, within a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """What a person says against a record.

    Attributes:
        register: Which register.
        field: Which field is wrong.
        says: What the register says, as the person saw it.
        should_be: What is right.
        why: How one can know; may be empty.
        language: In which language they are answered.
    """

    register: str
    field: str
    says: str
    should_be: str
    why: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A request as the store has it; what it says is sealed.

    Attributes:
        key: Register and number, ``population/2026-000003``.
        subject: Whose.
        sealed: The correction and who asked for it.
        at: When it came, UTC.
        message_id: Of the message that brought it, or of the wish that it named (``once``): the
            same one is kept once.
        closed_at: When it was answered; None while it waits.
        answer: The answer, sealed; empty while it waits.
    """

    key: str
    subject: SubjectId
    sealed: bytes
    at: datetime
    message_id: str
    closed_at: datetime | None = None
    answer: bytes = b""


class CorrectionStore(Protocol):
    """What is kept."""

    def insert(self, kept: Kept, *, work: Work) -> None: ...
    def load(self, key: str, *, work: Work) -> Kept | None: ...
    def by_message(self, message_id: str, *, work: Work) -> Kept | None: ...
    def count(self, prefix: str, *, work: Work) -> int: ...
    def waiting(self, *, limit: int, work: Work) -> list[Kept]: ...
    def of_subject(self, subject: SubjectId, register: str, *, work: Work) -> list[Kept]: ...
    def count_since(
        self, subject: SubjectId, register: str, since: datetime, *, work: Work
    ) -> int: ...
    def close(self, key: str, *, at: datetime, answer: bytes, work: Work) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrections:
    """The requests of one node's registers.

    Attributes:
        registers: The registers of this node.
        days: Within how many days the owner answers.
        texts: What people are told, by what happened (``received``, ``corrected``, ``refused``)
            and language: ``title`` and ``body``.
        appeal: How to appeal, by language.
        law: By which people see what is held of them.
    """

    store: CorrectionStore
    registers: Registers
    database: Database
    vault: Vault
    outbox: Outbox
    clock: Clock
    days: int
    texts: Mapping[str, Mapping[str, Mapping[str, str]]]
    appeal: Mapping[str, str] = field(default_factory=dict)
    law: str = "GDPR"

    def receive(
        self, correction: Correction, *, caller: Caller, subject: PersonCode, once: str = ""
    ) -> str:
        """Keep a person's word against a record, and answer its number.

        Args:
            correction: What is wrong.
            caller: Who brings it.
            subject: Whose record it is about.
            once: The caller's name for this wish: said again, when no answer came, it is kept
                once and gets the same number.

        Raises:
            AuthorityRefused: The person did not say this here and now.
            RightMissing: This node keeps no such register (``register``).
            RequestRefused: For ``field``, ``empty`` or ``long``.
            CorrectionsTooMany: The person said enough within a day (``often``).
            UnknownSubject: The register knows no such person.
        """
        asker = caller.user or subject
        self.registers.check_asker(caller, asker=asker, subject=subject)
        self._check(correction)
        known = self.vault.find(subject)
        if known is None:
            raise UnknownSubject("this register knows no such record", why="unknown")
        # A name of a wish is its person's own: nobody learns the number of another's by it.
        message = f"{caller.client} {f'{known} {once}' if once else caller.message_id}"
        with self.database.work() as work:
            found = self.store.by_message(message, work=work)
            if found is not None:
                return found.key.partition("/")[2]
            now = self.clock.now()
            self._check_often(known, correction.register, now, work=work)
            prefix = f"{correction.register}/{now.year}-"
            key = f"{prefix}{self.store.count(prefix, work=work) + 1:06d}"
            plain = {"correction": correction, "person": subject, "asker": asker}
            sealed = self.vault.seal(known, msgspec.json.encode(plain), context=_context(key))
            kept = Kept(key=key, subject=known, sealed=sealed, at=now, message_id=message)
            self.store.insert(kept, work=work)
            self.outbox.put(RECEIVED, key, key.encode(), work=work)
        return key.partition("/")[2]

    def waiting(self, *, limit: int = 100) -> list[dict[str, Any]]:
        """What the owner has to decide, the oldest first; nobody's data."""
        with self.database.read() as work:
            kept = self.store.waiting(limit=limit, work=work)
        return [
            {"register": one.key.partition("/")[0], "number": number, "at": to_text(one.at)}
            for one in kept
            for number in [one.key.partition("/")[2]]
        ]

    def read(
        self, key: str, *, kept: Kept | None = None
    ) -> tuple[Kept, Correction, PersonCode, PersonCode]:
        """A request, what it says, whose record it is about, and who asked.

        Raises:
            UnknownSubject: There is no such request (``unknown``).
        """
        if kept is None:
            with self.database.read() as work:
                kept = self.store.load(key, work=work)
        if kept is None:
            raise UnknownSubject("there is no such request", why="unknown")
        plain = msgspec.json.decode(
            self.vault.open(kept.subject, kept.sealed, context=_context(key))
        )
        correction = msgspec.convert(plain["correction"], Correction)
        return kept, correction, PersonCode(plain["person"]), PersonCode(plain["asker"])

    def answer_of(self, kept: Kept) -> dict[str, str]:
        """What was answered: ``verdict``, ``reason``, ``official``; empty while it waits."""
        if not kept.answer:
            return {}
        opened = self.vault.open(kept.subject, kept.answer, context=f"{_context(kept.key)}/a")
        return msgspec.json.decode(opened, type=dict[str, str])

    def of_person(
        self, register: str, *, caller: Caller, subject: PersonCode
    ) -> list[dict[str, Any]]:
        """What a person said against their record, and what was answered; a look of their own.

        Raises:
            AuthorityRefused: The person did not ask for this here and now.
            UnknownSubject: The register knows no such person.
        """
        asker = caller.user or subject
        self.registers.check_asker(caller, asker=asker, subject=subject)
        known = self.vault.find(subject)
        if known is None:
            raise UnknownSubject("this register knows no such record", why="unknown")
        holding = self.holding(register)
        with self.database.work() as work:
            found = self.store.of_subject(known, register, work=work)
            self.registers.record_access(
                known,
                reader=caller.client,
                purpose=caller.purpose,
                legal_basis=caller.legal_basis,
                service=f"{holding.provider}/corrections",
                work=work,
                action=AccessAction.CONSULT,
                fields=(),
                acting=asker,
                case=caller.issue,
                message_id=caller.message_id or None,
            )
        return [self._told(one) for one in found]

    def _told(self, kept: Kept) -> dict[str, Any]:
        _, correction, _, _ = self.read(kept.key, kept=kept)
        answer = self.answer_of(kept)
        return {
            "number": kept.key.partition("/")[2],
            "field": correction.field,
            "says": correction.says,
            "should_be": correction.should_be,
            "at": to_text(kept.at),
            "due": to_text(kept.at + timedelta(days=self.days)),
            "answered_at": to_text(kept.closed_at) if kept.closed_at else None,
            "verdict": answer.get("verdict", ""),
            "reason": answer.get("reason", ""),
            "official": answer.get("official", ""),
            "appeal": dict(self.appeal) if answer.get("verdict") == "refused" else {},
        }

    def notice(self, key: str) -> tuple[PersonCode, dict[str, Any]]:
        """Whom to tell what became of a request, and what, in every language of the register.

        Raises:
            UnknownSubject: There is no such request (``unknown``).
        """
        kept, correction, person, _ = self.read(key)
        answer = self.answer_of(kept)
        verdict = answer.get("verdict", "received")
        holding = self.holding(correction.register)
        texts = {
            language: {
                "title": text["title"],
                "body": text["body"]
                .format(
                    register=holding.definition.names.get(language, correction.register),
                    number=key.partition("/")[2],
                    field=holding.definition.texts.get(language, {}).get(
                        f"field:{correction.field}", correction.field
                    ),
                    days=self.days,
                    reason=answer.get("reason", ""),
                    appeal=self.appeal.get(language, ""),
                )
                .strip(),
            }
            for language, text in self.texts[verdict].items()
        }
        suffix = "" if verdict == "received" else "-answer"
        return person, {
            "id": f"correction-{key.replace('/', '-')}{suffix}",
            "case": "",
            "legal_effect": verdict == "refused",
            "texts": texts,
        }

    def _check(self, correction: Correction) -> None:
        definition = self.holding(correction.register).definition
        fields = {field for read in definition.reads.values() for field in read.fields}
        if correction.field not in fields:
            raise RequestRefused("this register has no such field", why="field")
        if is_blank(correction.should_be):
            raise RequestRefused("what is right has to be said", why="empty")
        parts = (correction.says, correction.should_be, correction.why)
        if any(len(part) > LONGEST for part in parts):
            raise RequestRefused("this is too long", why="long", most=LONGEST)

    def _check_often(self, known: SubjectId, register: str, now: datetime, *, work: Work) -> None:
        since = now - timedelta(days=1)
        if self.store.count_since(known, register, since, work=work) >= MOST_A_DAY:
            raise CorrectionsTooMany("that is enough for a day", why="often", most=MOST_A_DAY)

    def holding(self, register: str) -> Holding:
        """A register of this node.

        Raises:
            RightMissing: This node keeps no such register (``register``).
        """
        holding = self.registers.holdings.get(register)
        if holding is None:
            raise RightMissing("this node keeps no such register", why="register")
        return holding


def _context(key: str) -> str:
    return f"registers_correction/{key}"
