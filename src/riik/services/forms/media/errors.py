"""Why a file is not kept."""

from riik.core import Refused

__all__ = ["MediaRefused"]


class MediaRefused(Refused):
    """A file that is of no known kind, or not what it says, or not safe to keep."""

    code = "services.media-refused"
