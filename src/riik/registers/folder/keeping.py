"""The versions of a register that a node ran: kept as they were, compared before the next begins.

A record stays as it was signed under its version; the newer one reads it through its steps
(`steps.upgrade`). So a version that does not answer for what was is refused before it runs.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import msgspec

from riik.core import Work
from riik.registers.definition import draft_register
from riik.registers.folder.publishing import check_successor
from riik.registers.folder.versions import differences
from riik.registers.model import RegisterDefinition

__all__ = ["FolderStore", "KeptFolder", "RanVersion", "keep_version", "ran_versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFolder:
    """A version as the store has it."""

    version: str
    digest: str
    began_at: datetime
    packed: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RanVersion:
    """A version that a node ran, since when, and what it changed, a sentence each."""

    version: str
    digest: str
    began_at: datetime
    changed: tuple[str, ...]


class FolderStore(Protocol):
    """What is kept; `store.SqlFolderStore` keeps it in SQL."""

    def folders(self, register: str, *, work: Work) -> list[KeptFolder]: ...
    def add(
        self,
        register: str,
        *,
        number: int,
        version: str,
        digest: str,
        at: datetime,
        packed: bytes,
        work: Work,
    ) -> None: ...


def keep_version(
    definition: RegisterDefinition,
    files: Mapping[str, bytes],
    *,
    store: FolderStore,
    at: datetime,
    work: Work,
) -> str:
    """Keep what the node runs from now on, and answer the first version that it ran.

    Raises:
        DefinitionRefused: For ``version``: it breaks what the version before left here.
    """
    kept = store.folders(definition.id, work=work)
    if not kept or kept[-1].digest != definition.digest:
        if kept:
            check_successor(_opened(kept[-1]), definition)
        store.add(
            definition.id,
            number=len(kept) + 1,
            version=definition.version,
            digest=definition.digest,
            at=at,
            packed=_packed(files),
            work=work,
        )
    return kept[0].version if kept else definition.version


def ran_versions(register: str, *, store: FolderStore, work: Work) -> Iterator[RanVersion]:
    """A register's versions at this node, the first one first."""
    before: RegisterDefinition | None = None
    for kept in store.folders(register, work=work):
        opened = _opened(kept)
        yield RanVersion(
            version=kept.version,
            digest=kept.digest,
            began_at=kept.began_at,
            changed=tuple(differences(before, opened)) if before else (),
        )
        before = opened


def _packed(files: Mapping[str, bytes]) -> bytes:
    return msgspec.json.encode(
        {name: b64encode(content).decode() for name, content in sorted(files.items())}
    )


def _opened(kept: KeptFolder) -> RegisterDefinition:
    packed = msgspec.json.decode(kept.packed, type=dict[str, str])
    return draft_register({name: b64decode(content) for name, content in packed.items()})
