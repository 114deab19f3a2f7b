"""Seals personal data: a data key a person, kept apart from what it seals.

A sealed value is AES-256-GCM under the person's own key, bound to the subject and to a
context (table, column, row), so that it can't be moved. The data keys lie wrapped (AES-KW,
RFC 3394) under the node's vault key in a database of their own; destroying one makes all
that it sealed unreadable, in backups too, once the vault's own backups have run out.
A blind index is HMAC-SHA-256 under a key of its field.

Sealed format 1: ``01``, 8 bytes that tell the context, 12 bytes nonce, ciphertext and tag.
The context's mark only tells a misplaced value from a damaged one; GCM decides.
"""

import hmac
from base64 import b32encode
from collections.abc import Iterable, Sequence
from functools import lru_cache, partial
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from sqlalchemy.exc import IntegrityError

from riik.core import Entropy, PersonCode, SubjectId
from riik.runtime.database import SqlDatabase
from riik.runtime.errors import DatabaseUnavailable, SealRefused
from riik.runtime.vault.store import SubjectStore

__all__ = ["MIGRATIONS", "SqlVault"]

MIGRATIONS = Path(__file__).parent / "migrations"

FORMAT = b"\x01"
KEY_BYTES = 32
MARK_BYTES = 8
NONCE_BYTES = 12
ID_BYTES = 16
TRIES = 5
NAME_BYTES, NAME_LETTERS = 20, 32
HEADER_BYTES = 1 + MARK_BYTES + NONCE_BYTES
CONTEXT = b"riik context\x00"
CODE_FIELD = "riik.vault.person-code"


class SqlVault:
    """The vault of one node, its keys in SQL; migrate ``{"vault": MIGRATIONS}`` first."""

    def __init__(self, database: SqlDatabase, *, vault_key: bytes, entropy: Entropy) -> None:
        """Open the vault.

        Args:
            database: One of its own, with backups of its own: never the node's.
            vault_key: 32 bytes, such as `riik.runtime.keys.FileKeys.secret` answers.
            entropy: Data keys, nonces and subjects.
        """
        if len(vault_key) != KEY_BYTES:
            raise ValueError(f"a vault key has {KEY_BYTES} bytes")
        self._database = database
        self._store = SubjectStore()
        self._entropy = entropy
        self._wrapping_key = _derived(vault_key, "wrap data keys")
        self._index_key = _derived(vault_key, "blind indices")
        self._field_key = lru_cache(maxsize=256)(partial(_field_key, self._index_key))

    def __repr__(self) -> str:
        return "<SqlVault>"

    def subject_of(self, code: PersonCode, /) -> SubjectId:
        """The opaque subject of this person at this node; made, durably, when new."""
        return self.find(code) or self.subjects_of([code])[0]

    def subjects_of(self, codes: Iterable[PersonCode], /) -> list[SubjectId]:
        """The same for many, in one commit and in the given order."""
        indices = [self.blind(code, field=CODE_FIELD) for code in codes]
        for _ in range(TRIES):
            try:
                known = self._met(indices)
            except (IntegrityError, DatabaseUnavailable) as error:
                # Another process met one of them at the same moment: look again.
                if isinstance(error, DatabaseUnavailable) and error.why != "conflict":
                    raise
                continue
            return [known[index] for index in indices]
        raise DatabaseUnavailable("others meet the same people all the time", why="conflict")

    def _met(self, indices: Sequence[bytes]) -> dict[bytes, SubjectId]:
        with self._database.read() as unit:
            known = self._store.find(set(indices), work=unit)
        unknown = [index for index in dict.fromkeys(indices) if index not in known]
        if unknown:
            new = self._new_subjects(unknown)
            with self._database.work() as unit:
                # Whom another process met meanwhile breaks the constraint, and is looked up again.
                self._store.add(new, work=unit)
            known |= {index: subject for index, (subject, _) in new.items()}
        return known

    def find(self, code: PersonCode, /) -> SubjectId | None:
        """The subject if this node has met the person."""
        index = self.blind(code, field=CODE_FIELD)
        with self._database.read() as unit:
            return self._store.find_one(index, work=unit)

    def seal(self, subject: SubjectId, plaintext: bytes, /, *, context: str) -> bytes:
        """Encrypt for this person; ``context`` (table, column, row) is bound to it.

        Raises:
            SealRefused: For ``forgotten``, when the person has no key, or never had one.
        """
        return self._sealed(self._data_key(subject), subject, plaintext, context)

    def seal_many(self, values: Iterable[tuple[SubjectId, bytes, str]], /) -> list[bytes]:
        """The same for many, each with its subject and context, in the given order.

        Keys are read once, in one snapshot.

        Raises:
            SealRefused: For ``forgotten``, when one of the people has no key.
        """
        wanted = list(values)
        subjects = {subject for subject, _, _ in wanted}
        with self._database.read() as unit:
            wrapped = self._store.wrapped_keys(subjects, work=unit)
        sealers = {
            subject: (key, AESGCM(key).encrypt, _bound(subject, ""))
            for subject in subjects
            for key in [self._unwrapped(wrapped.get(subject))]
        }
        nonces = self._entropy.bytes(NONCE_BYTES * len(wanted))
        found = []
        for n, (subject, plain, context) in enumerate(wanted):
            key, encrypt, bound = sealers[subject]
            nonce, place = nonces[NONCE_BYTES * n : NONCE_BYTES * (n + 1)], context.encode()
            mark = hmac.digest(key, CONTEXT + place, "sha256")[:MARK_BYTES]
            sealed = encrypt(nonce, plain, bound + place)
            found.append(b"".join((FORMAT, mark, nonce, sealed)))
        return found

    def open(self, subject: SubjectId, sealed: bytes, /, *, context: str) -> bytes:
        """Decrypt what `seal` made.

        Raises:
            SealRefused: For ``forgotten``, ``context`` or ``damaged``.
        """
        return self._opened(self._data_key(subject), subject, sealed, context)

    def open_many(self, subject: SubjectId, values: Iterable[tuple[bytes, str]], /) -> list[bytes]:
        """The same for many of one person, each with its context, in the given order.

        The key is read once; nothing to open needs no key.

        Raises:
            SealRefused: As `open`, for any of them.
        """
        wanted = list(values)
        key = self._data_key(subject) if wanted else b""
        return [self._opened(key, subject, sealed, context) for sealed, context in wanted]

    def blind(self, value: str, /, *, field: str) -> bytes:
        """A keyed index of a value, 32 bytes: equal values look up, nobody reads back."""
        return hmac.digest(self._field_key(field), value.encode(), "sha256")

    def forget(self, subject: SubjectId, /) -> None:
        """Destroy the person's data key: what it sealed is unreadable, backups included.

        The code no longer leads to the subject either; a person met again is a new one.
        """
        with self._database.work() as unit:
            self._store.forget(subject, work=unit)
        self._database.checkpoint()

    def mark(self) -> bytes:
        """What tells this vault, with this key, from any other: 32 bytes, always the same."""
        with self._database.read() as unit:
            own = self._store.own_id(work=unit)
        if own is None:
            with self._database.work_loosely() as unit:
                self._store.keep_id(self._entropy.bytes(ID_BYTES), work=unit)
            # Another process may have been quicker: the first id is the vault's.
            return self.mark()
        return hmac.digest(self._index_key, b"riik vault\x00" + own, "sha256")

    def is_new(self) -> bool:
        """Has it met nobody yet? Who was forgotten was met."""
        with self._database.read() as unit:
            return not self._store.knows_anybody(work=unit)

    def _new_subjects(self, indices: Sequence[bytes]) -> dict[bytes, tuple[SubjectId, bytes]]:
        """Draw names and keys for people met for the first time; what is drawn, at once."""
        count = len(indices)
        names = b32encode(self._entropy.bytes(NAME_BYTES * count)).decode().lower()
        keys = self._entropy.bytes(KEY_BYTES * count)
        return {
            index: (
                SubjectId(names[NAME_LETTERS * n : NAME_LETTERS * (n + 1)]),
                aes_key_wrap(self._wrapping_key, keys[KEY_BYTES * n : KEY_BYTES * (n + 1)]),
            )
            for n, index in enumerate(indices)
        }

    def _data_key(self, subject: SubjectId) -> bytes:
        with self._database.read() as unit:
            wrapped = self._store.wrapped_key(subject, work=unit)
        return self._unwrapped(wrapped)

    def _sealed(self, key: bytes, subject: SubjectId, plaintext: bytes, context: str) -> bytes:
        nonce = self._entropy.bytes(NONCE_BYTES)
        sealed = AESGCM(key).encrypt(nonce, plaintext, _bound(subject, context))
        return FORMAT + _mark(key, context) + nonce + sealed

    def _opened(self, key: bytes, subject: SubjectId, sealed: bytes, context: str) -> bytes:
        header, content = sealed[:HEADER_BYTES], sealed[HEADER_BYTES:]
        if len(header) < HEADER_BYTES or header[:1] != FORMAT:
            raise SealRefused("this is no sealed value", why="damaged")
        if not hmac.compare_digest(header[1 : 1 + MARK_BYTES], _mark(key, context)):
            raise SealRefused("this was sealed for another person or place", why="context")
        try:
            nonce = header[1 + MARK_BYTES :]
            return AESGCM(key).decrypt(nonce, content, _bound(subject, context))
        except InvalidTag as error:
            raise SealRefused("this sealed value was changed", why="damaged") from error

    def _unwrapped(self, wrapped: bytes | None) -> bytes:
        if wrapped is None:
            raise SealRefused("the key of this subject was destroyed", why="forgotten")
        try:
            return aes_key_unwrap(self._wrapping_key, wrapped)
        except InvalidUnwrap as error:
            raise SealRefused(
                "this key was wrapped under another vault key", why="damaged"
            ) from error


def _derived(vault_key: bytes, purpose: str) -> bytes:
    info = b"riik vault 1: " + purpose.encode()
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=info).derive(vault_key)


def _field_key(index_key: bytes, field: str) -> bytes:
    return hmac.digest(index_key, field.encode(), "sha256")


def _mark(key: bytes, context: str) -> bytes:
    return hmac.digest(key, CONTEXT + context.encode(), "sha256")[:MARK_BYTES]


def _bound(subject: SubjectId, context: str) -> bytes:
    # The length keeps subject and context from running into each other.
    name = subject.encode()
    return FORMAT + len(name).to_bytes(2, "big") + name + context.encode()
