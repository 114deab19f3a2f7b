"""Why a file was not taken, in words that say what to do. Pure."""

from collections.abc import Mapping
from typing import Final

from riik.portal.design.texts import Texts, later

__all__ = ["REFUSALS", "refusal_text"]

REFUSALS: Final[Mapping[str, str]] = {
    "empty": later("The file is empty. Choose another one."),
    "missing": later("Choose a file first"),
    "large": later("The file is larger than we take. Save it smaller and send it again."),
    "kind": later("The file is of another kind than is asked for, whatever its name says."),
    "unknown-kind": later("We don’t know this kind of file. Send a PDF or a picture."),
    "broken": later("The file is damaged. Open it, save it anew and send that."),
    "locked": later("The file wants a password, so nobody could read it. Save it without one."),
    "acts": later("The file would run or fetch something. Print it to a new PDF and send that."),
    "attached": later("A file inside the PDF could run a program. Send the PDF without it."),
    "program": later(
        "A file in the container could run a program. Sign it anew without that file."
    ),
    "two-kinds": later("Something else hangs on the file. Open it, save it anew and send that."),
    "path": later(
        "A file in the container has a name that does harm. Sign it anew under a plain name."
    ),
    "unsigned": later("Nobody signed the container. Sign it and send it again."),
    "bomb": later("The file is small outside and enormous inside. We don’t open such files."),
    "harmful": later("The file looks like a harmful one. It was stopped and not kept."),
    "many": later("There are as many files as this question takes. Remove one first."),
    "unread": later("The file did not arrive whole. Send it once more."),
}
"""By the reason that the provider gives."""


def refusal_text(why: str, texts: Texts) -> str:
    """Why a file was not taken, and what to do."""
    return texts(REFUSALS.get(why, REFUSALS["unread"]))
