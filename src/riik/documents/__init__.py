"""How a decision is told: letters as accessible PDF that carries its own data.

``Documents.render`` prints a template with data; ``letter`` gives the house's own
templates by name; ``weave`` draws the band by which people recognise a paper.
"""

from riik.documents.cloth import belt, weave
from riik.documents.component import Attachment, Documents, Press
from riik.documents.errors import LetterRefused, PressUnavailable

__all__ = [
    "Attachment",
    "Documents",
    "LetterRefused",
    "Press",
    "PressUnavailable",
    "belt",
    "weave",
]
