"""A folder as bytes, kept for the cases that began with it: they end by the rules they began by.

Pure. The standard process is kept with it, for it can change with the platform; what the house says
("The registers were asked") cannot change a decision and is today's.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from hmac import compare_digest

import msgspec

from riik.services.errors import FolderRefused
from riik.services.folder.definition import read_service
from riik.services.model import ServiceDefinition

__all__ = ["pack_folder", "unpack_folder"]


def pack_folder(files: Mapping[str, bytes], *, standard: bytes) -> bytes:
    """All files of a folder and the standard process, as one JSON document."""
    packed = {name: b64encode(content).decode() for name, content in sorted(files.items())}
    return msgspec.json.encode({"files": packed, "standard": b64encode(standard).decode()})


def unpack_folder(packed: bytes, *, digest: str) -> ServiceDefinition:
    """The service of a folder that was kept.

    Raises:
        FolderRefused: For ``changed``: these aren't the files of that digest; or as `read_service`.
    """
    kept = msgspec.json.decode(packed)
    files = {name: b64decode(content) for name, content in kept["files"].items()}
    definition = read_service(files, standard=b64decode(kept["standard"]))
    if not compare_digest(definition.digest, digest):
        raise FolderRefused("the kept folder was changed", why="changed", digest=digest)
    return definition
