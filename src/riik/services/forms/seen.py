"""What a page showed when it was opened: so that a second window does not undo the first. Pure."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from riik.formats import canonical_json
from riik.services.errors import AnswerRefused
from riik.services.model import Page

__all__ = ["SEEN", "check_seen", "seen_of"]

SEEN = "_seen"
"""Beside the answers of a step: the mark of what they change. No question may be called so."""


def seen_of(page: Page, *, answers: Mapping[str, Any], drafted: Mapping[str, Any]) -> str:
    """The mark of a page's answers as they stand."""
    now = {field: drafted.get(field, answers.get(field)) for field in page.fields}
    return sha256(canonical_json.encode(now)).hexdigest()[:16]


def check_seen(
    page: Page,
    content: Mapping[str, Any],
    *,
    answers: Mapping[str, Any],
    drafted: Mapping[str, Any],
) -> dict[str, Any]:
    """The step's answers, if nobody answered this page since it was opened.

    The same answers again are no change. A step without a mark comes from a program that does
    not look first.

    Raises:
        AnswerRefused: For ``elsewhere``.
    """
    given = {field: value for field, value in content.items() if field != SEEN}
    mark = content.get(SEEN)
    if mark and mark != seen_of(page, answers=answers, drafted=drafted):
        now = {field: drafted.get(field, answers.get(field)) for field in page.fields}
        if any(now.get(field) != value for field, value in given.items()):
            raise AnswerRefused("this page was answered meanwhile", why="elsewhere", field="")
    return given
