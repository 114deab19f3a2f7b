"""What can be wrong with a visit to the portal."""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "AnswerUnreadable",
    "ApplicationChanged",
    "CorrectionRefused",
    "CorrectionUnsure",
    "CorrectionsTooMany",
    "ForeignAddress",
    "GuidesRefused",
    "MemoryBusy",
    "PortalRefused",
    "RegisterSilent",
    "ServiceSuspended",
    "StatementMissing",
]


class PortalRefused(Refused):
    """A request the portal can't follow: no such service, no such case."""

    code = "portal.refused"
    status: ClassVar[int] = 404


class StatementMissing(Refused):
    """Login does not state that this person wants this: the session or the mandate is over."""

    code = "portal.statement-missing"
    status: ClassVar[int] = 403


class ServiceSuspended(Refused):
    """The service's provider did not answer for several rounds: it is not offered until it does."""

    code = "portal.service-suspended"
    status: ClassVar[int] = 503


class GuidesRefused(Refused):
    """What a provider tells of its services is not of the shape it must have."""

    code = "portal.guides-refused"


class ApplicationChanged(Refused):
    """What would be signed is not what the page showed: another tab, or another day."""

    code = "portal.application-changed"
    status: ClassVar[int] = 409


class CorrectionRefused(Refused):
    """A correction lacks what has to be said, or says more than a register takes."""

    code = "portal.correction-refused"
    status: ClassVar[int] = 422


class CorrectionsTooMany(Refused):
    """The register takes no more corrections of this person today; tomorrow it does."""

    code = "portal.corrections-too-many"
    status: ClassVar[int] = 429


class CorrectionUnsure(Unavailable):
    """No answer came: it may have arrived. Sent again with the same "once", it is kept once."""

    code = "portal.correction-unsure"


class ForeignAddress(Refused):
    """An address that a provider names leads to a site that this portal sends nobody to."""

    code = "portal.foreign-address"
    status: ClassVar[int] = 409


class AnswerUnreadable(Refused):
    """What somebody answered is not of the shape it must have."""

    code = "portal.answer-unreadable"
    status: ClassVar[int] = 502


class RegisterSilent(Unavailable):
    """A register does not answer: what it would tell can't be called missing."""

    code = "portal.register-silent"


class MemoryBusy(Unavailable):
    """Another request remembered a log's first head in the same moment."""

    code = "portal.memory-busy"
