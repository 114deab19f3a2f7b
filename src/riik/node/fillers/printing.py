"""A service's paper form, printed without a running node."""

from collections.abc import Mapping
from typing import Any

from riik.core import Clock
from riik.documents import Documents
from riik.documents.device import TEMPLATES, TypstPress
from riik.services import ServiceDefinition
from riik.services.paper.form import paper_form

__all__ = ["print_form"]


def print_form(
    definition: ServiceDefinition,
    *,
    language: str,
    authority: str,
    answers: Mapping[str, Any],
    clock: Clock,
) -> bytes:
    """The form as a tagged PDF (PDF/UA-1, PDF/A-3a), as letters are.

    Raises:
        ServiceRefused: For ``language``.
        LetterRefused: What it says can't be printed.
        PressUnavailable: When it takes too long.
    """
    now = clock.now()
    data = paper_form(
        definition,
        language=language,
        organisation={"name": authority},
        day=now.date().isoformat(),
        answers=answers,
    )
    press = TypstPress()
    try:
        return Documents(press=press).render(
            (TEMPLATES / "form.typ").read_bytes(),
            data,
            language=language,
            title=data["title"],
            author=authority,
            at=now,
        )
    finally:
        press.close()
