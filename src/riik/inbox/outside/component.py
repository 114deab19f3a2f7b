"""How people are told outside that something waits for them: what they choose, and how it went."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Protocol

from riik.core import ClientId, Clock, PersonCode, SubjectId, Vault, Work, to_text
from riik.inbox.errors import PushRefused
from riik.inbox.outside.choice import Choice, read_choice, usual, written
from riik.inbox.outside.model import LETTER, Sending, State, Step
from riik.inbox.outside.push.subscription import read_browser
from riik.profiles import Delivery

__all__ = ["Outside", "OutsideStore", "ref_of"]

MOST_BROWSERS = 10


class OutsideStore(Protocol):
    """What this component needs kept."""

    def begin(self, sending: Sending, *, person: bytes, ref: str, due: str, work: Work) -> None: ...
    def claim(self, now: str, *, until: str, work: Work) -> list[tuple[str, Sending, bytes]]: ...
    def save(self, changed: Sequence[tuple[str, Sending, str | None]], *, work: Work) -> None: ...
    def by_ref(self, ref: str, *, work: Work) -> Sending | None: ...
    def of_sender(
        self, sender: ClientId, ids: Collection[str], *, work: Work
    ) -> dict[str, Sending]: ...
    def waiting(self, now: str, *, work: Work) -> tuple[int, str | None]: ...
    def choices(self, subjects: Iterable[SubjectId], *, work: Work) -> dict[SubjectId, bytes]: ...
    def choose(self, subject: SubjectId, sealed: bytes, *, at: str, work: Work) -> None: ...
    def browsers(
        self, subjects: Iterable[SubjectId], *, work: Work
    ) -> list[tuple[SubjectId, str, bytes]]: ...
    def add_browser(
        self, subject: SubjectId, place: str, sealed: bytes, *, at: str, work: Work
    ) -> None: ...
    def drop_browser(self, place: str, *, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Choices of all persons, and what is under way.

    Attributes:
        delivery: The country's law.
        channels: What this house can do; a letter is among them where it has a printer.
        everyone: People are told who have chosen nothing; else only of what has legal effect, which
            comes on paper in the end.
    """

    store: OutsideStore
    vault: Vault
    clock: Clock
    delivery: Delivery
    channels: tuple[str, ...]
    everyone: bool = True

    def begin(self, person: PersonCode, sending: Sending, *, work: Work) -> None:
        """A notice is there: let it be told of, in the unit that keeps it."""
        now = to_text(self.clock.now())
        sealed = self.vault.seal(
            sending.subject, str(person).encode(), context=_context("sending", sending)
        )
        begun = replace(sending, since=now)
        ref = ref_of(sending.sender, sending.id)
        self.store.begin(begun, person=sealed, ref=ref, due=now, work=work)

    def person_of(self, sending: Sending, sealed: bytes) -> PersonCode:
        """Whose it is."""
        plain = self.vault.open(sending.subject, sealed, context=_context("sending", sending))
        return PersonCode(plain.decode())

    def paper_days(self) -> int:
        """After how many days unopened something comes on paper; 0 for never."""
        letter = self.delivery.letter
        return letter.days if letter is not None and LETTER in self.channels else 0

    def usual(self) -> Choice:
        """What holds for who has chosen nothing."""
        found = usual(self.delivery)
        return found if self.everyone else replace(found, channels=())

    def choice_of(self, person: PersonCode, *, work: Work) -> Choice:
        """What a person chose."""
        subject = self.vault.find(person)
        if subject is None:
            return self.usual()
        sealed = self.store.choices([subject], work=work).get(subject)
        return self.opened_choice(subject, sealed)

    def opened_choice(self, subject: SubjectId, sealed: bytes | None) -> Choice:
        """A choice as the store has it, or what holds without."""
        if sealed is None:
            return self.usual()
        return read_choice(self.vault.open(subject, sealed, context="inbox_choice"))

    def choose(self, person: PersonCode, content: bytes, *, work: Work) -> Choice:
        """Keep what a person chose.

        Raises:
            ChoiceRefused: For ``json``, ``channel``, ``language``, ``must-tell`` or ``quiet``.
        """
        choice = read_choice(content)
        subject = self.vault.subject_of(person)
        sealed = self.vault.seal(subject, written(choice), context="inbox_choice")
        self.store.choose(subject, sealed, at=to_text(self.clock.now()), work=work)
        return choice

    def subscribe(self, person: PersonCode, content: bytes, *, work: Work) -> None:
        """Let a browser be told too (Push API §8).

        Raises:
            PushRefused: For ``json``, ``address``, ``key`` or ``many``.
        """
        browser = read_browser(content)
        subject, place = (
            self.vault.subject_of(person),
            sha256(browser.endpoint.encode()).hexdigest(),
        )
        known = {one for _, one, _ in self.store.browsers([subject], work=work)}
        if len(known | {place}) > MOST_BROWSERS:
            raise PushRefused("so many browsers nobody reads", why="many", most=MOST_BROWSERS)
        sealed = self.vault.seal(subject, content, context=f"inbox_browser/{place}")
        at = to_text(self.clock.now())
        self.store.add_browser(subject, place, sealed, at=at, work=work)

    def forget_browser(self, endpoint: str, *, work: Work) -> None:
        """A browser takes no messages any more."""
        self.store.drop_browser(_place(endpoint), work=work)

    def browsers_of(
        self, subjects: Iterable[SubjectId], *, work: Work
    ) -> dict[SubjectId, tuple[str, ...]]:
        """Where persons' browsers take messages, opened."""
        found: dict[SubjectId, tuple[str, ...]] = {}
        for subject, place, sealed in self.store.browsers(subjects, work=work):
            plain = self.vault.open(subject, sealed, context=f"inbox_browser/{place}")
            found[subject] = (*found.get(subject, ()), plain.decode())
        return found

    def posted_back(self, ref: str, *, at: str, why: str, work: Work) -> Sending | None:
        """A letter came back undelivered, or another than one that is with the post (None)."""
        sending = self.store.by_ref(ref, work=work)
        if sending is None or sending.state is not State.LETTER:
            return None
        state = State.UNREACHABLE if why else State.DELIVERED
        step = Step(channel=sending.channel, outcome="bounced" if why else "sent", at=at, why=why)
        done = replace(sending, state=state, steps=(*sending.steps, step))
        self.store.save([(ref, done, None)], work=work)
        return done


def ref_of(sender: ClientId, notice: str) -> str:
    """What messages call a notice: always the same, and nothing that says what it is about."""
    return sha256(f"{sender}/{notice}".encode()).hexdigest()[:32]


def _place(endpoint: str) -> str:
    return sha256(endpoint.encode()).hexdigest()


def _context(table: str, sending: Sending) -> str:
    return f"inbox_{table}/{sending.sender}/{sending.id}"
