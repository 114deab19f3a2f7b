"""How a decision is told: letters as accessible PDF that carries its own data.

``Documents.render`` prints a template with data; ``letter`` gives the house's own
templates by name; ``weave`` draws the band by which people recognise a paper. Whoever takes a
text that a letter will print asks ``unprintable`` first; ``render`` prints U+FFFD for the rest.
"""

from riik.documents.cloth import belt, weave
from riik.documents.component import Attachment, Documents, Press
from riik.documents.errors import LetterRefused, PaperRefused, PressUnavailable
from riik.documents.papers import (
    Check,
    PaperStatement,
    code_of,
    read_code,
    read_statement,
    token_of,
    write_statement,
)
from riik.documents.printable import printed, unprintable

__all__ = [
    "Attachment",
    "Check",
    "Documents",
    "LetterRefused",
    "PaperRefused",
    "PaperStatement",
    "Press",
    "PressUnavailable",
    "belt",
    "code_of",
    "printed",
    "read_code",
    "read_statement",
    "token_of",
    "unprintable",
    "weave",
    "write_statement",
]
