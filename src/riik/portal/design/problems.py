"""Error pages: what happened, what became of it, what to do, and a number to quote.

Pure: a status and a request's number go in, a page comes out. Nothing of the error's own text
is shown, and nobody's data (OWASP ASVS 5.0 V16.5.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import riik.portal.design
from riik.portal.design.pages import Pages, Shell
from riik.portal.design.texts import later

__all__ = ["SAID", "ProblemPage", "Said"]


@dataclass(frozen=True, slots=True)
class Said:
    """The sentences of one kind of problem.

    Attributes:
        title: What happened, in words of the visitor.
        detail: A sentence more of it.
        remedy: What to do now.
    """

    title: str
    detail: str
    remedy: str


SAID: Final[Mapping[int, Said]] = {
    400: Said(
        later("We could not read what was sent"),
        later("Something on the way changed it, or it came from an old page."),
        later("Go back, load the page again and send it once more."),
    ),
    401: Said(
        later("Sign in to go on"),
        later("Nobody is signed in here, or you were away for a long time."),
        later("Sign in, then open this page again."),
    ),
    403: Said(
        later("This is not open to you"),
        later("You are signed in, but nobody gave you the right to see or do this."),
        later("If you should have it, ask the organisation that answers for this page."),
    ),
    404: Said(
        later("There is nothing at this address"),
        later("The page was moved or removed, or the address was written otherwise."),
        later("Check the address, or start from the beginning."),
    ),
    409: Said(
        later("Something changed in the meantime"),
        later("You, or somebody else, has already gone a step further."),
        later("Load the page again: it shows how things stand now."),
    ),
    413: Said(
        later("That was too large"),
        later("The file or the text is larger than we take."),
        later("Make it smaller, then go back and send it once more."),
    ),
    422: Said(
        later("Something in the form does not fit"),
        later("A value is missing, or has a form that we can't read."),
        later("Go back and look at your answers once more."),
    ),
    429: Said(
        later("Too many attempts"),
        later("From here there were more attempts in a short time than we allow."),
        later("Wait a few minutes, then go on."),
    ),
    500: Said(
        later("A fault of ours"),
        later("It is not because of you. We have written it down and will look into it."),
        later("Try again a little later. If it happens once more, tell us the number below."),
    ),
    503: Said(
        later("A part of the state does not answer just now"),
        later("What we depend on is away or slow. Everything else goes on."),
        later("Try again in a minute."),
    ),
}
"""By status; `ProblemPage` finds the nearest for others."""

KEPT: Final = later("Nothing was changed.")
UNSURE: Final = later(
    "We can't be sure whether your last step arrived. "
    "See how things stand before you send it again."
)
NOT_DONE: Final = later("What you sent was not carried out.")


@dataclass(frozen=True, slots=True)
class ProblemPage:
    """Renders the page of a problem."""

    pages: Pages = field(default_factory=lambda: Pages(riik.portal.design))

    def render(self, shell: Shell, *, status: int, number: str, changes: bool) -> str:
        """A page for whoever met a problem.

        Args:
            shell: The site's frame, for somebody who isn't known here.
            status: Of the answer.
            number: Of the request: the help desk finds it in the log.
            changes: The request was to change something.
        """
        kept = _kept(status, changes=changes)
        return self.pages.render(
            "problem.html", shell, said=_said(status), kept=kept, number=number, status=status
        )


def _kept(status: int, *, changes: bool) -> str:
    """What became of what was sent; a page that was only asked for sent nothing."""
    if changes:
        return UNSURE if status >= 500 else NOT_DONE
    return KEPT if status >= 500 else ""


def _said(status: int) -> Said:
    if status in SAID:
        return SAID[status]
    if status >= 500:
        return SAID[503 if status in (502, 504) else 500]
    return SAID[404 if status in (405, 410) else 400]
