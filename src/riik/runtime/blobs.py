"""Content-addressed files for what is too large for a row: PDFs, containers, images.

A blob's name is the SHA-256 of its bytes, and is checked at each reading. The bytes are
sealed by the caller when they are personal; the same bytes are kept once.
"""

import re
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from riik.runtime.errors import BlobRefused
from riik.runtime.files import Disk

__all__ = ["Blobs"]

NAME = re.compile(r"[0-9a-f]{64}\Z")


@dataclass(frozen=True, slots=True)
class Blobs:
    """Blobs in one folder, spread over 256 by the name's first two digits."""

    folder: Path
    disk: Disk = field(default_factory=Disk)

    def put(self, sealed: bytes, /) -> str:
        """Keep these bytes durably and answer their name.

        Raises:
            DiskUnavailable: For ``write``.
        """
        name = sha256(sealed).hexdigest()
        path = self._path(name)
        self.disk.folder(path.parent)
        self.disk.create(path, sealed, mode=0o400)
        return name

    def get(self, name: str, /) -> bytes:
        """The bytes of this name.

        Raises:
            BlobRefused: For ``name``, ``unknown`` or ``damaged``.
        """
        content = self.disk.read(self._path(name))
        if content is None:
            raise BlobRefused("no such blob", why="unknown")
        if sha256(content).hexdigest() != name:
            raise BlobRefused("this blob isn't what was put", why="damaged")
        return content

    def delete(self, name: str, /) -> None:
        """Remove a blob; none of this name is no error."""
        if self._path(name).exists():
            self.disk.delete(self._path(name))

    def _path(self, name: str) -> Path:
        if not NAME.match(name):
            raise BlobRefused("this is no blob's name", why="name")
        return self.folder / name[:2] / name
