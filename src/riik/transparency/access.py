"""Access records: who looked at whose data, why, and by what law?

An access record has what GDPR art. 15(1)(a) and (c) let a person ask for, what art. 30
wants kept, and the kinds of processing of Directive (EU) 2016/680 art. 25. The log holds
only a commitment to it: HMAC-SHA-256 under a key of the record's own, so that without the
key nobody can guess whose look it was, and destroying the key forgets the person, not the
tree. Keeping records is `store`, proving that they were logged is `proofs`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from hmac import digest
from typing import Any

from riik.core import (
    ClientId,
    MemberId,
    PersonCode,
    RiikError,
    SubjectId,
    from_text,
    person_code,
    to_text,
)
from riik.formats.canonical_json import decode, encode
from riik.transparency.errors import AccessRefused
from riik.transparency.notes import from_base64, to_base64

__all__ = ["Access", "Action", "Opening"]

KEY_BYTES = 32
LONGEST_TEXT = 2000
MOST_FIELDS = 500
FORM = "riik-access/1"


class Action(StrEnum):
    """What was done with the data (Directive (EU) 2016/680 art. 25(1), GDPR art. 4(2))."""

    CONSULT = "consult"
    DISCLOSE = "disclose"
    COLLECT = "collect"
    ALTER = "alter"
    COMBINE = "combine"
    ERASE = "erase"


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """One look at one person's data, or one change of them.

    Attributes:
        subject: Whose data, as this node calls the person.
        reader: The organisation that received them, with its subsystem where there is one.
        purpose: What for, in words that the person understands.
        legal_basis: The article or the consent that allows it.
        service: The service that gave the data, ``instance/class/code/subsystem/service``.
        at: When, in UTC to the microsecond.
        action: What was done.
        fields: Names of the data that were given, never their values.
        acting: Who acted: an official, or the person; none for a machine's errand.
        case: Number of the case that it was done for.
        message_id: Id of the exchange's message, under which the evidence is found.
        refused: Why nothing was given: a code such as ``purpose``; empty when it was.
    """

    subject: SubjectId
    reader: MemberId | ClientId
    purpose: str
    legal_basis: str
    service: str
    at: datetime
    action: Action = Action.CONSULT
    fields: tuple[str, ...] = ()
    acting: PersonCode | None = None
    case: str | None = None
    message_id: str | None = None
    refused: str = ""

    def __post_init__(self) -> None:
        for name in ("subject", "purpose", "legal_basis", "service"):
            _check_text(getattr(self, name), name, empty=False)
        for name in ("case", "message_id", "refused"):
            _check_text(getattr(self, name) or "", name, empty=True)
        for field in self.fields:
            _check_text(field, "fields", empty=False)
        if len(self.fields) > MOST_FIELDS:
            raise AccessRefused("too many fields for one look", why="fields", most=MOST_FIELDS)

    @property
    def member(self) -> MemberId:
        """The organisation that received the data."""
        return self.reader.member if isinstance(self.reader, ClientId) else self.reader

    def to_json(self) -> dict[str, Any]:
        """The record as values of JSON; what isn't known is left out."""
        values = {
            "form": FORM,
            "subject": self.subject,
            "reader": str(self.reader),
            "purpose": self.purpose,
            "legal_basis": self.legal_basis,
            "service": self.service,
            "at": to_text(self.at),
            "action": self.action.value,
            "fields": list(self.fields),
            "acting": self.acting,
            "case": self.case,
            "message_id": self.message_id,
            "refused": self.refused or None,
        }
        return {name: value for name, value in values.items() if value is not None}

    @classmethod
    def from_json(cls, values: Any) -> "Access":
        """Read what `to_json` wrote; nothing missing, nothing more.

        Raises:
            AccessRefused: For ``form``, or for the name of the text that isn't one.
        """
        try:
            access = cls(
                subject=SubjectId(values["subject"]),
                reader=_reader(values["reader"]),
                purpose=values["purpose"],
                legal_basis=values["legal_basis"],
                service=values["service"],
                at=from_text(values["at"]),
                action=Action(values["action"]),
                fields=tuple(values["fields"]),
                acting=person_code(values["acting"]) if "acting" in values else None,
                case=values.get("case"),
                message_id=values.get("message_id"),
                refused=values.get("refused", ""),
            )
            same = encode(access.to_json()) == encode(values)
        except (KeyError, TypeError, ValueError, AttributeError, RiikError) as error:
            raise AccessRefused("this is no access record", why="form") from error
        if not same:
            raise AccessRefused("this access record says more than it may", why="form")
        return access


@dataclass(frozen=True, slots=True)
class Opening:
    """An access record with the key that opens the commitment to it.

    Attributes:
        access: The record.
        key: 32 random bytes, this record's own.
    """

    access: Access
    key: bytes

    def __post_init__(self) -> None:
        # With keys of one length, no other record opens the same commitment.
        if len(self.key) != KEY_BYTES:
            raise AccessRefused(f"a record's key has {KEY_BYTES} bytes", why="key")

    @property
    def commitment(self) -> bytes:
        """What the log holds: HMAC-SHA-256 of the canonical record, 32 bytes."""
        return digest(self.key, encode(self.access.to_json()), sha256)

    def __bytes__(self) -> bytes:
        return encode({"access": self.access.to_json(), "key": to_base64(self.key)})

    @classmethod
    def parse(cls, text: bytes) -> "Opening":
        """Read record and key from canonical JSON.

        Raises:
            AccessRefused: For ``form`` or ``key``.
        """
        try:
            values = decode(text, canonical=True)
        except RiikError as error:
            raise AccessRefused("this is no access record", why="form") from error
        match values:
            case {"access": access, "key": str(key), **others} if not others:
                return cls(Access.from_json(access), _key(key))
        raise AccessRefused("this is no access record with its key", why="form")


def _reader(text: str) -> MemberId | ClientId:
    return MemberId.parse(text) if text.count("/") == 2 else ClientId.parse(text)


def _key(text: str) -> bytes:
    try:
        return from_base64(text)
    except RiikError as error:
        raise AccessRefused("a record's key is base64", why="key") from error


def _check_text(text: object, name: str, *, empty: bool) -> None:
    if not isinstance(text, str) or len(text) > LONGEST_TEXT or not (text.strip() or empty):
        why = name.replace("_", "-")
        raise AccessRefused(f"a look at a person's data needs its {why}", why=why)
