"""What the engines refuse, and when they fail.

RiikError
├── Refused
│   ├── MigrationRefused    the database's tables are not ones this release can use
│   ├── KeyRefused          no such key, one too many, or another passphrase
│   ├── SealRefused         a sealed value can't be opened
│   ├── VaultRefused        this vault isn't the one the database was written with
│   ├── MailRefused         no message may be written so, or to such an address
│   ├── BlobRefused         no such blob, or another than its name says
│   └── UrlRefused          no engine of ours is behind this address
└── Unavailable
    ├── DatabaseUnavailable  full, locked, gone, or another unit was in the way
    ├── DiskUnavailable      full, read-only or broken
    ├── PeerUnavailable      another server did not answer, or not within the limits
    ├── PortsTaken           no port to listen on
    └── TokenUnavailable     the token with the keys doesn't answer

The HTTP edge adds its own, in `riik.runtime.web.problems`.

`DatabaseMisused` is neither: it is a mistake of our own, and the node answers 500.
"""

from riik.core import Refused, Unavailable

__all__ = [
    "BlobRefused",
    "DatabaseMisused",
    "DatabaseUnavailable",
    "DiskUnavailable",
    "KeyRefused",
    "MailRefused",
    "MigrationRefused",
    "PeerUnavailable",
    "PortsTaken",
    "SealRefused",
    "TokenUnavailable",
    "UrlRefused",
    "VaultRefused",
]


class MigrationRefused(Refused):
    """The tables are newer than this release, or the revisions don't form one line."""

    code = "runtime.migration-refused"


class KeyRefused(Refused):
    """The key store has no such key, has it already, or was closed with other words."""

    code = "runtime.key-refused"


class MailRefused(Refused):
    """A message that can't be written: its address, a header or its size."""

    code = "runtime.mail-refused"


class SealRefused(Refused):
    """A sealed value can't be opened: its key is gone, or it isn't what was sealed."""

    code = "runtime.seal-refused"


class VaultRefused(Refused):
    """The node's database and its vault don't belong together: one of them, or a key, was lost."""

    code = "runtime.vault-refused"


class UrlRefused(Refused):
    """The address names no engine that can be opened."""

    code = "runtime.url-refused"


class DatabaseUnavailable(Unavailable):
    """The unit did not become durable; the same unit may succeed later."""

    code = "runtime.database-unavailable"


class PeerUnavailable(Unavailable):
    """Another server could not be reached, broke off, or exceeded a limit."""

    code = "runtime.peer-unavailable"


class DiskUnavailable(Unavailable):
    """The disk is full, read-only or broken; nothing was acknowledged."""

    code = "runtime.disk-unavailable"


class BlobRefused(Refused):
    """There is no such blob, or it isn't what its name says."""

    code = "runtime.blob-refused"


class TokenUnavailable(Unavailable):
    """The token, its library or its slot doesn't answer."""

    code = "runtime.token-unavailable"


class PortsTaken(Unavailable):
    """No free port was found near the one that was asked for."""

    code = "runtime.ports-taken"


class DatabaseMisused(RuntimeError):
    """A unit of work was used in a way that could deadlock or lose a write."""
