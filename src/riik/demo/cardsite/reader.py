"""The reader with a card in it: shows the card to people, speaks APDUs to it for the window.

A card is powered anew for each call, as a reader does it for a program that takes the card for
itself: no verified PIN outlives the call. Two calls never hold cards at the same time.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from threading import Lock

from riik.core import Clock
from riik.demo.card import MOST_TRIES, CardState, DemonstrationCard
from riik.demo.seeding import Holder
from riik.demo.webeid import authentication_token
from riik.node import EstEidCard, Pin
from riik.runtime.files import Disk
from riik.trust import read_certificate

__all__ = ["Face", "Reader"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A card as its holder sees it.

    Attributes:
        holder: Whose it is, with the PINs that the page prints.
        code: Personal code as printed, without a country.
        document_number: As printed.
        expires_on: The last day of the document.
        tries: Left of PIN1, PIN2 and PUK.
        ends: When each certificate runs out: authentication, signature.
        digest: Of the certificate for signatures, hex: the card's weave.
        now: The moment this was read.
    """

    holder: Holder
    code: str
    document_number: str
    expires_on: date
    tries: Mapping[Pin, int]
    ends: tuple[datetime, datetime]
    digest: str
    now: datetime

    def expired(self, *, signs: bool) -> bool:
        """Has the certificate run out that this needs?"""
        return self.now > self.ends[signs]

    def left(self, *, signs: bool) -> int:
        """Tries left of the PIN that this needs."""
        return self.tries[Pin.PIN2 if signs else Pin.PIN1]

    @property
    def puk_left(self) -> int:
        """Tries left of the PUK."""
        return self.tries[Pin.PUK]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """The cards of the people of the stories.

    Attributes:
        holders: Those who hold one, in the order of the stories.
        folder: Where the cards' states are.
        clock: For what has run out.
    """

    holders: Sequence[Holder]
    folder: Path
    clock: Clock
    _one: Lock = field(default_factory=Lock)

    def holder(self, name: str) -> Holder | None:
        """Who is called so in the stories; nobody for an empty reader or an unknown name."""
        return next((holder for holder in self.holders if holder.id == name), None)

    def face(self, holder: Holder) -> Face:
        """What the card shows without a PIN."""
        with self._card(holder) as card:
            printed = card.personal_data()
            certificates = (card.authentication_certificate(), card.signature_certificate())
            tries = {pin: card.tries_left(pin) for pin in (Pin.PIN1, Pin.PIN2, Pin.PUK)}
        first, second = (read_certificate(one).not_after for one in certificates)
        return Face(
            holder=holder,
            code=printed.code,
            document_number=printed.document_number,
            expires_on=printed.expires_on,
            tries=tries,
            ends=(first, second),
            digest=sha256(certificates[1]).hexdigest(),
            now=self.clock.now(),
        )

    def token(self, holder: Holder, *, origin: str, nonce: str, pin: str) -> dict[str, str]:
        """The answer to ``authenticate``.

        Raises:
            CardRefused: For ``pin-shape``, ``pin-wrong`` or ``pin-blocked``.
        """
        with self._card(holder) as card:
            return authentication_token(card, origin=origin, nonce=nonce, pin=pin)

    def certificate(self, holder: Holder) -> bytes:
        """The certificate for signatures, DER."""
        with self._card(holder) as card:
            return card.signature_certificate()

    def sign(self, holder: Holder, digest: bytes, *, pin: str) -> bytes:
        """A signature with PIN2: ``r || s``.

        Raises:
            CardRefused: As `token`.
        """
        with self._card(holder) as card:
            return card.sign(digest, pin=pin)

    def unblock(self, holder: Holder, pin: Pin, *, puk: str) -> None:
        """Give a PIN its tries back with the PUK; the PIN stays the one that is printed.

        Raises:
            CardRefused: As `token`, of the PUK.
        """
        with self._card(holder) as card:
            card.unblock_pin(pin, puk=puk, new=holder.pin2 if pin is Pin.PIN2 else holder.pin1)

    def renew(self, holder: Holder) -> None:
        """Give all tries back; a real holder would need a new card."""
        path = self._path(holder)
        with self._one:
            state = CardState.from_bytes(path.read_bytes())
            whole = dict.fromkeys(state.tries, MOST_TRIES)
            Disk().write(path, replace(state, tries=whole).to_bytes())

    @contextmanager
    def _card(self, holder: Holder) -> Iterator[EstEidCard]:
        path = self._path(holder)
        with self._one:
            state = CardState.from_bytes(path.read_bytes())
            chip = DemonstrationCard(state, remember=lambda new: Disk().write(path, new.to_bytes()))
            yield EstEidCard(chip.transmit)

    def _path(self, holder: Holder) -> Path:
        return self.folder / f"{holder.code}.json"
