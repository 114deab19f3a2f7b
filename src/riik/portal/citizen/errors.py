"""What can be wrong with a visit to the portal."""

from typing import ClassVar

from riik.core import Refused

__all__ = ["ForeignPage", "GuidesRefused", "PortalRefused", "SignedOut", "StatementMissing"]


class PortalRefused(Refused):
    """A request the portal can't follow: no such service, no such case."""

    code = "portal.refused"
    status: ClassVar[int] = 404


class ForeignPage(Refused):
    """A request that changes something and doesn't come from a page of this portal."""

    code = "portal.foreign-page"
    status: ClassVar[int] = 403


class SignedOut(Refused):
    """Nobody is signed in here, or the session ended."""

    code = "portal.signed-out"
    status: ClassVar[int] = 401


class StatementMissing(Refused):
    """Login does not state that this person wants this: the session or the mandate is over."""

    code = "portal.statement-missing"
    status: ClassVar[int] = 403


class GuidesRefused(Refused):
    """What a provider tells of its services is not of the shape it must have."""

    code = "portal.guides-refused"
