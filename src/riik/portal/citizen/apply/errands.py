"""What a step of a case may bring besides the next page, told apart.

Pure. A provider answers over the exchange with a status and a reason; pages make of it an error
beside its question, a way to where the case is now, or nothing that this person has.
"""

from riik.core import RiikError
from riik.exchange import ServiceRefused
from riik.portal.citizen.errors import PortalRefused

__all__ = ["answered_elsewhere", "field_of", "moved_on", "rethrown"]

MISFIT, MOVED = frozenset({400, 422}), frozenset({409})
UNKNOWN = frozenset({404, 410})


def field_of(refused: ServiceRefused) -> str | None:
    """The question whose answer did not fit, empty when none is named; None for other reasons."""
    if refused.facts.get("status") in MISFIT:
        return str(refused.facts.get("field", ""))
    return None


def answered_elsewhere(refused: ServiceRefused) -> bool:
    """Whether the page was answered in another window since it was opened here."""
    return refused.why == "elsewhere"


def moved_on(refused: RiikError) -> bool:
    """Whether the case is at another step than the page believed."""
    return isinstance(refused, ServiceRefused) and refused.facts.get("status") in MOVED


def rethrown(refused: ServiceRefused) -> RiikError:
    """A refusal as pages tell it: what the provider does not know is nothing that is here."""
    if refused.facts.get("status") in UNKNOWN:
        return PortalRefused("the provider knows no such case", why="no-case")
    return refused
