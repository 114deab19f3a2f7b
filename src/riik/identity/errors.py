"""What can be wrong with a person, a document or a card.

Refused
├── CodeRefused       a personal code, identifier or document number breaks its scheme
├── PersonRefused     facts that contradict each other or what is known already
│   └── PersonUnknown no such person or organisation here
├── DocumentRefused   a document that isn't there, or not in a state for that
└── CardRefused       the card said no: wrong PIN, blocked, not what it should be
Unavailable
└── CardSilent        no card, or it was taken out, or it answers nonsense
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "CardRefused",
    "CardSilent",
    "CodeRefused",
    "DocumentRefused",
    "PersonRefused",
    "PersonUnknown",
]


class CodeRefused(Refused):
    """A personal code, identifier or document number that breaks its scheme."""

    code = "identity.code-refused"
    status: ClassVar[int] = 422


class PersonRefused(Refused):
    """Facts about a person that contradict each other or what is known already."""

    code = "identity.person-refused"
    status: ClassVar[int] = 409


class PersonUnknown(PersonRefused):
    """No such person or organisation is enrolled here."""

    code = "identity.person-unknown"
    status: ClassVar[int] = 404


class DocumentRefused(Refused):
    """A document that isn't there, or isn't in a state for what was asked."""

    code = "identity.document-refused"
    status: ClassVar[int] = 409


class CardRefused(Refused):
    """The card said no.

    Attributes:
        tries: How many tries the PIN has left; None when that isn't the matter.
    """

    code = "identity.card-refused"

    def __init__(self, message: str, /, *, why: str, tries: int | None = None) -> None:
        facts = {} if tries is None else {"tries": tries}
        super().__init__(message, why=why, **facts)
        self.tries = tries


class CardSilent(Unavailable):
    """No card answers, or it answers what no card says."""

    code = "identity.card-silent"
