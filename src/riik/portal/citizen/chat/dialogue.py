"""What comes next in a conversation: a question of the case, or a page to go on from.

Deterministic: the questions, their order and their errors are those of the service's form, as the
pages ask them. Nothing that a person writes here is read as a wish but the first words, which only
look a service up. Signing, paying, files, lists and what is looked up belong to the pages. Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from riik.portal.citizen.apply.answers import LISTS, SEARCHED
from riik.portal.citizen.apply.where import is_open, open_page, where

__all__ = ["MOST_FOUND", "Turn", "answer_to", "turn"]

MOST_FOUND: Final = 5
View = Mapping[str, Any]
Question = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What the program says next.

    Attributes:
        page: The page of questions it is on, or None where the pages go on.
        position: Which of its questions is asked, from 0.
        go: The page on which it goes on.
    """

    page: Mapping[str, Any] | None
    position: int
    go: str

    @property
    def question(self) -> Question | None:
        """The question, or None."""
        return self.questions[self.position] if self.questions else None

    @property
    def questions(self) -> Sequence[Question]:
        """All questions of the page."""
        return self.page["questions"] if self.page else ()


def turn(view: View, *, answered: Collection[str] = (), page: str = "") -> Turn:
    """What to say next in a case.

    Args:
        view: The case, as its provider tells it.
        answered: Questions of the page that were answered in this conversation, or passed over.
        page: The page that was being asked; another one is asked where the case went on.
    """
    step, _, detail = str(view["next"]["step"]).partition("/")
    here = open_page(view, page or detail) if is_open(view) and step == "answers" else None
    questions = (here or {}).get("questions", ())
    if here is None or not questions or any(_on_pages(one) for one in questions):
        return Turn(page=None, position=0, go=where(view))
    left = [number for number, one in enumerate(questions) if one["field"] not in answered]
    position = left[0] if left else len(questions) - 1
    return Turn(page=here, position=position, go=where(view))


def answer_to(questions: Sequence[Question], answers: Mapping[str, Any]) -> dict[str, Any]:
    """What a step gets: answers of the page's own questions; null passes one over.

    Raises:
        KeyError: An answer is to no question of the page.
    """
    fields = {one["field"] for one in questions}
    for name in answers:
        if name not in fields:
            raise KeyError(name)
    return {name: value for name, value in answers.items() if value is not None}


def _on_pages(question: Question) -> bool:
    return question["kind"] in LISTS or question["kind"] in SEARCHED
