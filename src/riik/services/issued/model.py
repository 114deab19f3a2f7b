"""A paper as its issuer remembers it, and how it can stand. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from riik.cases import Case, State

__all__ = ["DECISION", "RECEIPT", "IssuedPaper", "PaperStanding", "standing_of"]

DECISION, RECEIPT = "decision", "receipt"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedPaper:
    """One paper.

    Attributes:
        key: SHA-256 of its token: who reads the table can't check anybody's paper.
        kind: ``decision`` or ``receipt``.
        number: The case's, as it is printed.
        digest: SHA-256 of the sealed file.
        at: When it was sealed, RFC 3339.
        looks: How often anybody checked it.
        tries: Wrong case numbers since the last right one.
    """

    key: bytes
    kind: str
    number: str
    digest: bytes
    at: str
    looks: int = 0
    tries: int = 0


class PaperStanding(StrEnum):
    """How a paper stands at this moment."""

    IN_FORCE = "in-force"
    APPEALED = "appealed"
    SET_ASIDE = "set-aside"
    ANSWERED = "answered"
    REPLACED = "replaced"
    FORGOTTEN = "forgotten"


def standing_of(
    paper: IssuedPaper, case: Case | None, about: Sequence[Case], *, digests: frozenset[bytes]
) -> PaperStanding:
    """How a paper stands.

    Args:
        paper: The paper.
        case: Its case; None when it is no longer here.
        about: Appeals against its decision.
        digests: SHA-256 of the papers that the case holds now.
    """
    if case is None or case.erased_at is not None:
        return PaperStanding.FORGOTTEN
    # A letter that was printed and then not sent (somebody was faster) is no paper of the case.
    if paper.digest not in digests:
        return PaperStanding.REPLACED
    if paper.kind == RECEIPT:
        return PaperStanding.ANSWERED if case.state.ended else PaperStanding.IN_FORCE
    if any(one.state is State.GRANTED for one in about):
        return PaperStanding.SET_ASIDE
    if any(not one.state.ended for one in about):
        return PaperStanding.APPEALED
    return PaperStanding.IN_FORCE
