"""The provider's signing keys: which one signs, and which ones do clients still see?

A new key is shown to clients for an hour before it signs, and the one before it stays shown,
so that nobody who keeps the key set for a while is surprised (TARA §4.4: two ``kid`` during a
change). Which generations there are is in the store, the keys in the node's key store.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Protocol

from riik.core import Clock, Database, KeyId, KeyKind, Keys, Signer, Work
from riik.formats.jose import thumbprint
from riik.login.oidc.errors import KeyMissing
from riik.login.oidc.tokens import Key

__all__ = ["KeyStore", "Keyring"]

PURPOSE: Final = "oidc"
SHOWN_BEFORE: Final = timedelta(hours=1)


class KeyStore(Protocol):
    """What the ring needs kept."""

    def key_generations(self, *, work: Work) -> list[tuple[int, datetime]]: ...
    def put_key_generation(self, generation: int, *, at: datetime, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyring:
    """The RSA keys of one login, by generation.

    Attributes:
        member: Whose keys.
        store: Which generations there are.
        keys: The key store.
        life: How long a generation signs.
    """

    member: str
    store: KeyStore
    keys: Keys
    database: Database
    clock: Clock
    life: timedelta = timedelta(days=90)
    _read: dict[int, Key] = field(default_factory=dict)

    def turn(self) -> None:
        """Make the first key, or the next one when the newest is old; a job and the start do."""
        with self.database.work() as work:
            known = self.store.key_generations(work=work)
            if known and self.clock.now() - known[-1][1] < self.life:
                return
            generation = known[-1][0] + 1 if known else 1
            self._make(generation)
            self.store.put_key_generation(generation, at=self.clock.now(), work=work)

    def signing(self, *, work: Work) -> tuple[Signer, str]:
        """The key that signs now, and its ``kid``."""
        generation = self._signing(self.store.key_generations(work=work))
        return self._signer(generation), self._key(generation).kid

    def shown(self, *, work: Work) -> list[Key]:
        """The keys that clients see: the one that signs, the one before it, newer ones."""
        known = self.store.key_generations(work=work)
        least = self._signing(known) - 1
        return [self._key(generation) for generation, _ in known if generation >= least]

    def all(self, *, work: Work) -> dict[str, Key]:
        """Every key there ever was, by ``kid``: hints may be of an older one."""
        known = [self._key(generation) for generation, _ in self.store.key_generations(work=work)]
        return {key.kid: key for key in known}

    def _signing(self, known: list[tuple[int, datetime]]) -> int:
        if not known:
            raise KeyMissing("the login has no key yet", why="no-key")
        now = self.clock.now()
        ready = [generation for generation, made in known if made + SHOWN_BEFORE <= now]
        return ready[-1] if ready else known[0][0]

    def _make(self, generation: int) -> None:
        key = self._id(generation)
        if not self.keys.has(key):
            self.keys.generate(key, KeyKind.RSA2048)

    def _signer(self, generation: int) -> Signer:
        return self.keys.signer(self._id(generation))

    def _key(self, generation: int) -> Key:
        # A thumbprint costs more than the lookup, and a key never changes.
        found = self._read.get(generation)
        if found is None:
            public = self._signer(generation).public_key
            found = self._read[generation] = Key(thumbprint(public), public)
        return found

    def _id(self, generation: int) -> KeyId:
        return KeyId(self.member, PURPOSE, generation)
