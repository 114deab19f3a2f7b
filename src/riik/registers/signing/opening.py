"""New records, ready to be written: signed together, sealed, indexed. Pure but for its ports.

An import makes a hundred thousand of them, so what they have in common is made once and what each
has of its own goes straight to its text. That text is the one of `history.Change.to_json` in
canonical JSON (RFC 8785), by which every verifier reads it again.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import msgspec

from riik.core import Entropy, SubjectId, Vault
from riik.formats.canonical_json import encode
from riik.registers.errors import RecordRefused
from riik.registers.history import FOREVER, FORMS, moment_text
from riik.registers.model import Holding, Kind
from riik.registers.rows import STILL_KNOWN, ChangeRow, IndexRow, Opening, RecordRow, VersionRow
from riik.registers.signing.batches import sign_together

__all__ = ["prepare_openings"]


class Beginning(Protocol):
    """What a record begins with: `writing.Draft`."""

    @property
    def kind(self) -> Kind: ...
    @property
    def values(self) -> Mapping[str, Any]: ...
    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def ground(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def message_id(self) -> str: ...
    @property
    def wish(self) -> str | None: ...


class _Content(msgspec.Struct):
    """A change's content, its keys in the order that RFC 8785 §3.2.3 gives them."""

    actor: str
    form: str
    ground: str
    kind: str
    message_id: str
    position: int
    previous: str
    record: str
    recorded_at: str
    register: str
    salt: str
    valid_from: str
    valid_to: str
    values: msgspec.Raw


class _Made(NamedTuple):
    """What there is of one record, before its rows."""

    record: str
    subject: SubjectId
    draft: Beginning
    content: bytes
    signature: bytes
    change: bytes
    version: bytes
    plain: str


_text_of = msgspec.json.Encoder().encode


def prepare_openings(
    holding: Holding,
    subjects: Sequence[SubjectId],
    drafts: Sequence[Beginning],
    *,
    now: datetime,
    entropy: Entropy,
    vault: Vault,
) -> list[Opening]:
    """Sign, seal and index new records; several are signed together (decision 18).

    Args:
        holding: The register.
        subjects: Whose records, as many as drafts.
        drafts: What they begin with.
        now: When they are recorded.
        entropy: Their ids and salts.
        vault: Seals and blinds.

    Raises:
        RecordRefused: For ``schema``, or ``period``: a record opens without an end.
    """
    names = _drawn(entropy, len(drafts))
    held = [_alive(holding, draft) for draft in drafts]
    wholes = [encode(values) for values in held]
    form = FORMS[len(drafts) > 1]
    texts = zip(drafts, wholes, names, _drawn(entropy, len(drafts)), strict=True)
    contents = [
        _content(holding, draft, whole, form=form, record=name, salt=salt, now=now)
        for draft, whole, name, salt in texts
    ]
    if len(drafts) > 1:
        signatures = sign_together(contents, holding.signer.sign)
    else:
        signatures = [holding.signer.sign(content) for content in contents]
    personal = [_personal(holding, *one) for one in zip(held, wholes, strict=True)]
    sealed = vault.seal_many([
        *zip(subjects, contents, (f"registers_change/{name}/0" for name in names), strict=True),
        *zip(
            subjects,
            (sealed for sealed, _ in personal),
            (f"registers_version/{name}/0/0" for name in names),
            strict=True,
        ),
    ])  # fmt: skip
    made = map(
        _Made, names, subjects, drafts, contents, signatures, sealed, sealed[len(names) :],
        (plain for _, plain in personal),
    )  # fmt: skip
    opened = [_rows(holding, one, at=moment_text(now)) for one in made]
    indexed = holding.definition.schema.indexed
    return [
        one._replace(blinds=_index(holding, one.head.record, values, vault)) if indexed else one
        for one, values in zip(opened, held, strict=True)
    ]


def _drawn(entropy: Entropy, count: int) -> list[str]:
    """That many times 16 random bytes, hex, drawn at once."""
    drawn = entropy.bytes(16 * count).hex()
    return [drawn[at : at + 32] for at in range(0, 32 * count, 32)]


def _alive(holding: Holding, draft: Beginning) -> Mapping[str, Any]:
    """What the record has on its first day; checked."""
    if draft.valid_to not in (None, FOREVER):
        raise RecordRefused("a record opens without an end", why="period")
    values = draft.values
    if None in values.values():
        values = {name: value for name, value in values.items() if value is not None}
    holding.definition.schema.check(values)
    return values


def _content(
    holding: Holding,
    draft: Beginning,
    whole: bytes,
    *,
    form: str,
    record: str,
    salt: str,
    now: datetime,
) -> bytes:
    content = _Content(
        actor=draft.actor,
        form=form,
        ground=draft.ground,
        kind=draft.kind.value,
        message_id=draft.message_id,
        position=0,
        previous="",
        record=record,
        recorded_at=moment_text(now),
        register=holding.definition.id,
        salt=salt,
        valid_from=draft.valid_from.isoformat(),
        valid_to=FOREVER.isoformat(),
        values=msgspec.Raw(whole),
    )
    return _text_of(content)


def _personal(holding: Holding, values: Mapping[str, Any], whole: bytes) -> tuple[bytes, str]:
    """What is sealed of a record, and what stands in clear."""
    personal = holding.definition.schema.personal
    if personal >= values.keys():
        return whole, "{}"
    sealed = {name: value for name, value in values.items() if name in personal}
    clear = {name: value for name, value in values.items() if name not in personal}
    return encode(sealed), encode(clear).decode()


def _rows(holding: Holding, made: _Made, *, at: str) -> Opening:
    register, digest = holding.definition.id, sha256(made.content).hexdigest()
    name, draft = made.record, made.draft
    return Opening(
        RecordRow(name, register, made.subject, 0, digest, at),
        ChangeRow(name, 0, register, draft.wish, digest, made.signature, made.change),
        VersionRow(
            name, 0, 0, 1, draft.valid_from.isoformat(), FOREVER.isoformat(), at, STILL_KNOWN,
            made.plain, made.version, holding.definition.version,
        ),
    )  # fmt: skip


def _index(
    holding: Holding, record: str, values: Mapping[str, Any], vault: Vault
) -> tuple[IndexRow, ...]:
    register = holding.definition.id
    return tuple(
        IndexRow(register, name, vault.blind(str(values[name]), field=f"{register}/{name}"), record)
        for name in holding.definition.schema.indexed
        if name in values
    )
