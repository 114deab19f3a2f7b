"""Records with a legal history: what held on a day, as it was known at a moment?

Two times: the days for which a value holds in law (``valid_from``, ``valid_to``), and the
moment from which the register knew it (``recorded_at``). Changes are only ever added; each
is canonical JSON (RFC 8785), carries the digest of the change before it in its record, and
is signed by the register's owner. `replay` tells the state out of the changes alone;
`advance` keeps the same state as versions, one rectangle of the two times each, for quick
reading. Pure: keeping both is `store`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import load_der_public_key

from riik.core import Signer, from_text, to_text
from riik.formats.canonical_json import encode
from riik.registers.errors import HistoryRefused, RecordRefused
from riik.registers.model import Kind
from riik.registers.signing import verify_together

__all__ = [
    "FOREVER",
    "FORMS",
    "Change",
    "SignedChange",
    "Version",
    "advance",
    "moment_text",
    "next_moment",
    "replay",
    "sign",
    "verify",
]

FOREVER: Final = date.max

# Thousands of changes are recorded at one moment when a table is imported.
moment_text = lru_cache(maxsize=8)(to_text)
FORMS: Final = ("riik-change/1", "riik-change/2")
"""The second says that a change was signed together with others: `signing`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of one record.

    Attributes:
        register: The register's id.
        record: The record's id.
        position: From 0, without a gap, in its record.
        kind: What it does.
        valid_from: First day it holds.
        valid_to: Day after the last; `FOREVER` when it holds on.
        recorded_at: When the register came to know it, UTC; later than the change before.
        values: Fields and new values; None takes a value away.
        ground: The law or decision it rests on.
        actor: Who asked for it: a member or a subsystem.
        message_id: Message or case it came with.
        salt: 16 random bytes, hex: nobody guesses values back from the digest.
        previous: Digest of the change before, hex; empty at position 0.
        together: It is signed together with others, under one signature.
    """

    register: str
    record: str
    position: int
    kind: Kind
    valid_from: date
    valid_to: date = FOREVER
    recorded_at: datetime
    values: Mapping[str, Any]
    ground: str
    actor: str
    message_id: str
    salt: str
    previous: str
    together: bool = False

    def to_json(self) -> dict[str, Any]:
        """The change as values of JSON; one change has one text."""
        return {
            "form": FORMS[self.together],
            "register": self.register,
            "record": self.record,
            "position": self.position,
            "kind": self.kind.value,
            "valid_from": self.valid_from.isoformat(),
            "valid_to": self.valid_to.isoformat(),
            "recorded_at": moment_text(self.recorded_at),
            "values": dict(self.values),
            "ground": self.ground,
            "actor": self.actor,
            "message_id": self.message_id,
            "salt": self.salt,
            "previous": self.previous,
        }

    @classmethod
    def from_json(cls, tree: Any) -> "Change":
        """Read what `to_json` wrote.

        Raises:
            HistoryRefused: For ``form``.
        """
        try:
            known = dict(tree)
            form = known.pop("form")
            if form not in FORMS:
                raise HistoryRefused("this is another form of change", why="form")
            known["together"] = form == FORMS[1]
            known["kind"] = Kind(known["kind"])
            known["valid_from"] = date.fromisoformat(known["valid_from"])
            known["valid_to"] = date.fromisoformat(known["valid_to"])
            known["recorded_at"] = from_text(known["recorded_at"])
            return cls(**known)
        except (KeyError, TypeError, ValueError) as error:
            raise HistoryRefused("this is no change", why="form") from error


@dataclass(frozen=True, slots=True)
class SignedChange:
    """A change with its owner's signature.

    Attributes:
        change: The change.
        content: Its canonical JSON, the bytes that were signed.
        signature: The signature.
    """

    change: Change
    content: bytes
    signature: bytes

    @property
    def digest(self) -> str:
        """SHA-256 of the content, hex: what the next change names."""
        return sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What held in one stretch of days, as known in one stretch of time.

    Attributes:
        values: The whole record.
        alive: False after the record was closed.
        valid_from: First day.
        valid_to: Day after the last.
    """

    values: Mapping[str, Any]
    alive: bool
    valid_from: date
    valid_to: date


def sign(change: Change, signer: Signer) -> SignedChange:
    """Sign a change with the register owner's key."""
    content = encode(change.to_json())
    return SignedChange(change, content, signer.sign(content))


def next_moment(now: datetime, last: datetime | None) -> datetime:
    """When a change is recorded: now, and a microsecond after the last at least."""
    return now if last is None or now > last else last + timedelta(microseconds=1)


def replay(
    changes: Iterable[Change], *, as_of: date, known_at: datetime
) -> Mapping[str, Any] | None:
    """The record on a day as it was known at a moment, out of its changes alone; or None."""
    values: dict[str, Any] = {}
    alive = False
    for change in changes:
        if change.recorded_at > known_at or not change.valid_from <= as_of < change.valid_to:
            continue
        values = _patched(values, change.values)
        if change.kind is not Kind.CHANGE:
            alive = change.kind is not Kind.CLOSE
    return values if alive else None


def advance(
    versions: Sequence[Version], change: Change
) -> tuple[tuple[Version, ...], tuple[Version, ...]]:
    """What a change makes of the versions that are known now.

    The versions of an opened record cover all days from its first without a gap.

    Args:
        versions: All that hold in the present knowledge, in order of days.
        change: The change.

    Returns:
        The versions that are known no longer, and those that take their place.

    Raises:
        RecordRefused: For ``opened``, ``unopened``, ``period``, ``before-record``,
            ``closed`` or ``runs-over``.
    """
    if change.valid_to <= change.valid_from:
        raise RecordRefused("a change holds for one day at least", why="period")
    if change.kind is Kind.OPEN:
        return (), (_opened(versions, change),)
    if not versions:
        raise RecordRefused("the record was never opened", why="unopened")
    if change.valid_from < versions[0].valid_from:
        raise RecordRefused("the record begins later", why="before-record")
    touched = tuple(
        version
        for version in versions
        if version.valid_from < change.valid_to and change.valid_from < version.valid_to
    )
    _check_order(touched, change)
    made = tuple(piece for version in touched for piece in _cut(version, change))
    return touched, made


def _opened(versions: Sequence[Version], change: Change) -> Version:
    if versions:
        raise RecordRefused("the record is open already", why="opened")
    if change.valid_to != FOREVER:
        raise RecordRefused("a record opens without an end", why="period")
    values = _patched({}, change.values)
    return Version(
        values=values, alive=True, valid_from=change.valid_from, valid_to=change.valid_to
    )


def _check_order(touched: Sequence[Version], change: Change) -> None:
    """Only a correction may override what was recorded for later days, or wake the closed."""
    if change.kind is Kind.CORRECT:
        return
    if not all(version.alive for version in touched):
        raise RecordRefused("the record is closed on these days", why="closed")
    if change.kind is Kind.CHANGE and any(
        version.values.get(name) != touched[0].values.get(name)
        for version in touched[1:]
        for name in change.values
    ):
        raise RecordRefused("another change holds from a later day", why="runs-over")


def _cut(version: Version, change: Change) -> Iterable[Version]:
    """A touched version in at most three pieces; the middle one has the change in it."""
    first = max(version.valid_from, change.valid_from)
    last = min(version.valid_to, change.valid_to)
    if version.valid_from < first:
        yield replace(version, valid_to=first)
    alive = version.alive if change.kind is Kind.CHANGE else change.kind is not Kind.CLOSE
    yield Version(
        values=_patched(version.values, change.values),
        alive=alive,
        valid_from=first,
        valid_to=last,
    )
    if last < version.valid_to:
        yield replace(version, valid_from=last)


def _patched(values: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**values, **patch}.items() if value is not None}


def verify(changes: Sequence[SignedChange], *, public_key: bytes) -> None:
    """Check one record's changes from its first: order, chain and every signature.

    Args:
        changes: All changes of one record, in order.
        public_key: The owner's key as SubjectPublicKeyInfo, DER.

    Raises:
        HistoryRefused: For ``position``, ``record``, ``order``, ``chain``, ``content`` or
            ``signature``.
    """
    previous, last = "", None
    for position, signed in enumerate(changes):
        change = signed.change
        if change.position != position:
            raise HistoryRefused("a change is missing or twice", why="position")
        if change.record != changes[0].change.record:
            raise HistoryRefused("a change is of another record", why="record")
        if last is not None and change.recorded_at <= last:
            raise HistoryRefused("a change was recorded before the one before it", why="order")
        if change.previous != previous:
            raise HistoryRefused("a change doesn't follow the one before", why="chain")
        if signed.content != encode(change.to_json()):
            raise HistoryRefused("what was signed is another change", why="content")
        if change.together:
            checked = partial(_verify_signature, public_key)
            verify_together(signed.content, signed.signature, checked)
        else:
            _verify_signature(public_key, signed.content, signed.signature)
        previous, last = signed.digest, change.recorded_at


def _verify_signature(public_key: bytes, message: bytes, signature: bytes) -> None:
    key = load_der_public_key(public_key)
    try:
        if isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, message)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            digest = SHA384() if key.key_size > 256 else SHA256()
            key.verify(signature, message, ec.ECDSA(digest))
        elif isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, message, padding.PKCS1v15(), SHA256())
        else:
            raise HistoryRefused("no such kind of key signs changes", why="signature")
    except InvalidSignature as error:
        raise HistoryRefused("a change is not what was signed", why="signature") from error
