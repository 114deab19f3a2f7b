"""A press for the whole folder: starting one costs more than a letter."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from riik.documents import Attachment, Documents
from riik.documents.device import TEMPLATES, TypstPress

VECTORS = Path(__file__).parents[1] / "vectors" / "documents"


@pytest.fixture(scope="session")
def documents():
    """Letters on a warm press."""
    press = TypstPress(seconds=30)
    yield Documents(press=press)
    press.close()


@pytest.fixture(scope="session")
def printed(documents):
    """Prints the letter of one vector, with its data inside."""

    def print_letter(kind, language, **changes):
        source = (VECTORS / f"{kind}-{language}.json").read_bytes()
        letter = json.loads(source)
        given = {
            "language": language,
            "title": letter["title"],
            "author": letter["organisation"]["name"],
            "at": datetime(2026, 11, 23, 10, tzinfo=UTC),
            "attachments": [
                Attachment(
                    name="decision.json",
                    media_type="application/json",
                    content=source,
                    description="The decision as data",
                )
            ],
        }
        template = (TEMPLATES / f"{kind}.typ").read_bytes()
        return documents.render(template, letter, **(given | changes))

    return print_letter
