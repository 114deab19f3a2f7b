"""Where does a matter stand, who has it, and what belongs to it?"""

from riik.cases.component import Cases
from riik.cases.errors import CaseRefused, CaseUnknown, TransitionRefused
from riik.cases.model import Case, Document, Event, Journey, Lane, Mark, Paper, Pick, State

__all__ = [
    "Case",
    "CaseRefused",
    "CaseUnknown",
    "Cases",
    "Document",
    "Event",
    "Journey",
    "Lane",
    "Mark",
    "Paper",
    "Pick",
    "State",
    "TransitionRefused",
]
