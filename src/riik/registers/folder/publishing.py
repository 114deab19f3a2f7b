"""A register's folder published: what each version was, under its owner's seal (ADR 17).

Pure. ``published/<version>/`` keeps what a version asked of records, clients and services, and the
seal that was over the folder then; so the next version can be compared on any machine.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from riik.core import Signer
from riik.formats.folders import SIGNATURE, Sealed, read_seal, seal_folder
from riik.registers.definition import NEEDED, PUBLISHED, draft_register, load_register
from riik.registers.errors import DefinitionRefused
from riik.registers.folder.versions import breaks, differences
from riik.registers.model import RegisterDefinition, version_key

__all__ = ["Published", "check_successor", "past_versions", "publish_folder", "published_versions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version in a register's history.

    Attributes:
        version: Its number.
        seal: The owner's seal over it; None where it has none (yet).
        changed: What it changed, a sentence each; for the first, nothing.
    """

    version: str
    seal: Sealed | None
    changed: tuple[str, ...]


def past_versions(files: Mapping[str, bytes]) -> dict[str, dict[str, bytes]]:
    """The published versions that a folder keeps, the oldest first, each as files."""
    found: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        if name.startswith(PUBLISHED):
            version, _, file = name.removeprefix(PUBLISHED).partition("/")
            found.setdefault(version, {})[file] = content
    return {version: found[version] for version in sorted(found, key=version_key)}


def check_successor(old: RegisterDefinition, new: RegisterDefinition) -> None:
    """Refuse what would break what is there.

    Raises:
        DefinitionRefused: For ``version``, with what to write.
    """
    for fault in breaks(old, new):
        message = f"{new.id}: {fault.text}. {fault.remedy}"
        raise DefinitionRefused(message, why="version")


def publish_folder(
    files: Mapping[str, bytes], *, signer: Signer, certificate: bytes, at: datetime
) -> dict[str, bytes]:
    """The folder with this version kept and its owner's seal over all of it.

    Raises:
        DefinitionRefused: For ``published``: this version was published otherwise; for
            ``version``: it breaks the one before; or as `load_register`.
        SealRefused: For ``signer``.
    """
    definition, past = load_register(files), past_versions(files)
    version = definition.version
    copy = {name: files[name] for name in NEEDED}
    kept = {name: held for name, held in past.get(version, {}).items() if name != SIGNATURE}
    if kept and kept != copy:
        raise DefinitionRefused(
            f"version {version} was published otherwise; raise version in register.toml",
            why="published",
        )
    earlier = [one for one in past if version_key(one) < version_key(version)]
    whole = dict(files)
    if earlier:
        check_successor(draft_register(_whole(past[earlier[-1]])), definition)
        if SIGNATURE in files and version not in past and SIGNATURE not in past[earlier[-1]]:
            whole[f"{PUBLISHED}{earlier[-1]}/{SIGNATURE}"] = files[SIGNATURE]
    whole |= {f"{PUBLISHED}{version}/{name}": content for name, content in copy.items()}
    return seal_folder(whole, signer=signer, certificate=certificate, at=at)


def published_versions(files: Mapping[str, bytes]) -> Iterator[Published]:
    """Each version that a folder keeps, the oldest first.

    Raises:
        SealRefused: A seal in it doesn't hold (``signature``).
        DefinitionRefused: A kept version can't be read.
    """
    past = past_versions(files)
    read = {version: draft_register(_whole(held)) for version, held in past.items()}
    changed: dict[str, tuple[str, ...]] = {}
    for old, new in pairwise(read):
        # What became of fields is written in the folder as it is now, for every version.
        later = draft_register({**_whole(past[new]), **_steps(files)})
        changed[new] = tuple(differences(read[old], later))
    newest = next(reversed(read), "")
    for version, held in past.items():
        signature = held.get(SIGNATURE) or (files.get(SIGNATURE) if version == newest else None)
        yield Published(
            version=version,
            seal=read_seal(signature) if signature else None,
            changed=changed.get(version, ()),
        )


def _whole(held: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: content for name, content in held.items() if name != SIGNATURE}


def _steps(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {name: files[name] for name in ("versions.toml",) if name in files}
