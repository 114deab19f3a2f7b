"""A signed folder of another authority made one's own, its origin kept.

Pure. The seal itself, over services' and registers' folders alike, is `riik.formats.folders`.
"""

import re
from collections.abc import Mapping, Sequence

from riik.formats.folders import SIGNATURE, verify_folder
from riik.services.errors import FolderRefused

__all__ = ["adopt_folder"]

ORIGIN = "origin/"


def adopt_folder(
    files: Mapping[str, bytes], *, signers: Sequence[bytes], owner: str
) -> dict[str, bytes]:
    """Another authority's signed folder as one's own: its owner replaced, where it came from kept.

    The signature that it came with goes to ``origin/``: it says who signed which digest. What is
    left is unsigned, until the new owner signs it.

    Raises:
        SealRefused: As `verify_folder`.
        FolderRefused: For ``value``: that is no role.
    """
    verify_folder(files, signers=signers)
    if not re.fullmatch(r"[a-z][a-z0-9-]*", owner):
        raise FolderRefused(f"{owner!r} is no role", why="value")
    service = files["service.toml"].decode()
    replaced, count = re.subn(r'(?m)^owner = "[^"\n]*"', f'owner = "{owner}"', service, count=1)
    if not count:
        raise FolderRefused("service.toml names no owner in a line of its own", why="value")
    number = 1 + sum(name.startswith(ORIGIN) for name in files)
    kept = {name: content for name, content in files.items() if name != SIGNATURE}
    return {
        **kept,
        "service.toml": replaced.encode(),
        f"{ORIGIN}{number}.jws": files[SIGNATURE],
    }
