"""Forms that must not be lost, nor done twice.

Whose session ended while they wrote signs in again and finds the answers kept: sealed under a
key that only that browser has, and under the person's own, so that nobody else gets them. A
form that comes twice, by a double click, a reload or a repetition after silence, is done once.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    PersonCode,
    Refused,
    SubjectId,
    Unavailable,
    Vault,
    Work,
    to_text,
)
from riik.formats.jose import JwsRefused, decode_base64url, encode_base64url
from riik.portal.session.errors import AlreadyReceived
from riik.portal.session.model import KeptForm, Once, SessionRules, hash_of

__all__ = ["FormStore", "KeptForms"]

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TICKET_BYTES: Final = 16
LEASE: Final = timedelta(seconds=30)
TRIES: Final = 4


class FormStore(Protocol):
    """What forms need kept: `store` keeps it in SQL."""

    def put_form(
        self, key: bytes, *, subject: SubjectId, sealed: bytes, until: datetime, work: Work
    ) -> None: ...
    def form(self, key: bytes, *, at: datetime, work: Work) -> tuple[SubjectId, bytes] | None: ...
    def drop_form(self, key: bytes, *, work: Work) -> None: ...
    def once(self, key: bytes, *, work: Work) -> tuple[datetime, datetime, str] | None: ...
    def put_once(self, key: bytes, *, at: datetime, work: Work) -> None: ...
    def take_once(self, key: bytes, *, at: datetime, work: Work) -> None: ...
    def end_once(self, key: bytes, *, location: str, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptForms:
    """The forms of one site."""

    rules: SessionRules
    store: FormStore
    database: Database
    vault: Vault
    clock: Clock
    entropy: Entropy
    in_thread: InThread

    async def keep(self, form: KeptForm, *, subject: SubjectId) -> str:
        """Keep the answers of whoever this subject is; the key is for that browser's cookie."""
        return await self.in_thread(self._keep, form, subject)

    async def kept(self, key: str, *, person: PersonCode, path: str = "") -> KeptForm | None:
        """The answers kept under this key, if they are this person's (and for this path).

        Somebody else's are destroyed: who sits there now is not who wrote them.
        """
        return await self.in_thread(self._kept, key, person, path)

    async def forget(self, key: str) -> None:
        """Forget answers that were taken up, or that their person leaves behind."""
        await self.in_thread(self._forget, key)

    async def once(self, ticket: str, *, person: PersonCode) -> Once:
        """Take up one sending of a form.

        Args:
            ticket: As the form carried it, from `ticket`; an empty one is new.
            person: Who sent it.

        Returns:
            `Once.done` when it was done before; else the caller does it, then calls `done`.

        Raises:
            AlreadyReceived: It is being done now (``in-progress``); facts have ``at``.
        """
        ticket = ticket or self.ticket()
        for _ in range(TRIES):
            # Two processes may both think that they are first: then one looks again.
            with suppress(Unavailable):
                return await self.in_thread(self._once, ticket, person)
        return await self.in_thread(self._once, ticket, person)

    async def done(self, once: Once, *, location: str) -> None:
        """Write down where a sending led: whoever sends it again is led there too."""
        await self.in_thread(self._done, once, location)

    async def led(self, ticket: str, *, person: PersonCode) -> str:
        """Where an earlier sending of this person's led; empty where there was none."""
        return await self.in_thread(self._led, ticket, person)

    def ticket(self) -> str:
        """A new ticket, for a hidden field of a form."""
        return encode_base64url(self.entropy.bytes(TICKET_BYTES))

    def _keep(self, form: KeptForm, subject: SubjectId) -> str:
        secret, nonce = self.entropy.bytes(KEY_BYTES), self.entropy.bytes(NONCE_BYTES)
        inner = nonce + AESGCM(secret).encrypt(nonce, msgspec.json.encode(form), None)
        key = encode_base64url(secret)
        name = hash_of(key)
        sealed = self.vault.seal(subject, inner, context=_context(name))
        until = self.clock.now() + timedelta(seconds=self.rules.form_seconds)
        with self.database.work() as work:
            self.store.put_form(name, subject=subject, sealed=sealed, until=until, work=work)
        return key

    def _kept(self, key: str, person: PersonCode, path: str) -> KeptForm | None:
        name = hash_of(key)
        with self.database.read() as work:
            found = self.store.form(name, at=self.clock.now(), work=work)
        if found is None:
            return None
        subject, sealed = found
        if subject != self.vault.find(person):
            self._forget(key)
            return None
        try:
            inner = self.vault.open(subject, sealed, context=_context(name))
            secret = decode_base64url(key)
            plain = AESGCM(secret).decrypt(inner[:NONCE_BYTES], inner[NONCE_BYTES:], None)
        except (Refused, JwsRefused, InvalidTag, ValueError):
            return None
        form = msgspec.json.decode(plain, type=KeptForm)
        return form if path in ("", form.path.partition("?")[0]) else None

    def _forget(self, key: str) -> None:
        with self.database.work() as work:
            self.store.drop_form(hash_of(key), work=work)

    def _once(self, ticket: str, person: PersonCode) -> Once:
        now = self.clock.now()
        key = sha256(f"{person}:{ticket}".encode()).digest()
        with self.database.work() as work:
            known = self.store.once(key, work=work)
            if known is None:
                self.store.put_once(key, at=now, work=work)
                return Once(key=key.hex(), location="", at=now)
            first, begun, location = known
            if not location and now < begun + LEASE:
                raise AlreadyReceived("this is being done", why="in-progress", at=to_text(first))
            if not location:
                self.store.take_once(key, at=now, work=work)
        return Once(key=key.hex(), location=location, at=first)

    def _led(self, ticket: str, person: PersonCode) -> str:
        key = sha256(f"{person}:{ticket}".encode()).digest()
        with self.database.read() as work:
            known = self.store.once(key, work=work)
        return known[2] if known else ""

    def _done(self, once: Once, location: str) -> None:
        with self.database.work() as work:
            self.store.end_once(bytes.fromhex(once.key), location=location, work=work)


def _context(name: bytes) -> str:
    return f"session_form/sealed/{name.hex()}"
