"""What the engines refuse, and when they fail.

RiikError
├── Refused
│   ├── MigrationRefused    the database's tables are not ones this release can use
│   ├── KeyRefused          no such key, one too many, or another passphrase
│   ├── SealRefused         a sealed value can't be opened
│   └── UrlRefused          no engine of ours is behind this address
└── Unavailable
    ├── DatabaseUnavailable  full, locked, gone, or another unit was in the way
    └── PeerUnavailable      another server did not answer, or not within the limits

`DatabaseMisused` is neither: it is a mistake of our own, and the node answers 500.
"""

from riik.core import Refused, Unavailable

__all__ = [
    "DatabaseMisused",
    "DatabaseUnavailable",
    "KeyRefused",
    "MigrationRefused",
    "PeerUnavailable",
    "SealRefused",
    "UrlRefused",
]


class MigrationRefused(Refused):
    """The tables are newer than this release, or the revisions don't form one line."""

    code = "runtime.migration-refused"


class KeyRefused(Refused):
    """The key store has no such key, has it already, or was closed with other words."""

    code = "runtime.key-refused"


class SealRefused(Refused):
    """A sealed value can't be opened: its key is gone, or it isn't what was sealed."""

    code = "runtime.seal-refused"


class UrlRefused(Refused):
    """The address names no engine that can be opened."""

    code = "runtime.url-refused"


class DatabaseUnavailable(Unavailable):
    """The unit did not become durable; the same unit may succeed later."""

    code = "runtime.database-unavailable"


class PeerUnavailable(Unavailable):
    """Another server could not be reached, broke off, or exceeded a limit."""

    code = "runtime.peer-unavailable"


class DatabaseMisused(RuntimeError):
    """A unit of work was used in a way that could deadlock or lose a write."""
