"""Failures as problem documents (RFC 9457): what is wrong, never who or with what values.

The title is the first line of the error class's docstring, which can't hold a person's
data; the message of the error stays inside. Translations go by ``type`` and ``why``.
"""

import inspect
from dataclasses import dataclass, field
from typing import ClassVar

import msgspec
from starlette.exceptions import HTTPException

from riik.core import Refused, RiikError, Unavailable

__all__ = ["BodyTooLarge", "InputRefused", "Problem", "problem_of"]

RETRY_SECONDS = 2

# Words for what Starlette's router refuses by itself.
ROUTING = {404: ("not-found", "Nothing is at this address."), 405: ("method", "Not this way.")}


class InputRefused(Refused):
    """A parameter or a body doesn't have the form that this address takes."""

    code = "web.input-refused"
    status: ClassVar[int] = 422


class BodyTooLarge(Refused):
    """The body is larger than this address takes."""

    code = "web.body-too-large"
    status: ClassVar[int] = 413


class HeadersTooLarge(Refused):
    """The request has more header fields, or longer ones, than are read here."""

    code = "web.headers-too-large"
    status: ClassVar[int] = 431


class TooSlow(Unavailable):
    """The answer wasn't ready in time."""

    code = "web.too-slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem document before it is written, as JSON or as a page.

    Attributes:
        code: Of the error; ``urn:riik:problem:<code>`` is its type.
        title: The same for every occurrence.
        status: Of the answer.
        why: The reason within the code; empty for a bug.
        facts: What the translated message may show anyone.
        request: The id of the request: what a person can tell the help desk.
        headers: That the answer needs besides: ``Retry-After``, ``Allow``.
    """

    code: str
    title: str
    status: int
    why: str = ""
    facts: dict[str, str | int] = field(default_factory=dict)
    request: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def document(self) -> bytes:
        """The problem as ``application/problem+json``."""
        members: dict[str, object] = {
            "type": f"urn:riik:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "instance": f"urn:riik:request:{self.request}",
        }
        if self.why:
            members["why"] = self.why
        if self.facts:
            members["facts"] = self.facts
        return msgspec.json.encode(members)


def problem_of(error: Exception, *, request: str) -> Problem:
    """The problem that others may see of any failure; a bug shows its request id alone."""
    if isinstance(error, RiikError):
        title = (inspect.getdoc(type(error)) or "A failure.").partition("\n")[0]
        headers = {}
        if isinstance(error, Unavailable) or error.status == 429:
            headers["retry-after"] = str(error.facts.get("retry_after", RETRY_SECONDS))
        return Problem(
            code=error.code,
            title=title,
            status=error.status,
            why=error.why,
            facts=error.facts,
            request=request,
            headers=headers,
        )
    if isinstance(error, HTTPException):
        code, title = ROUTING.get(error.status_code, ("refused", "The request was refused."))
        return Problem(
            code=f"web.{code}",
            title=title,
            status=error.status_code,
            request=request,
            headers=dict(error.headers or {}),
        )
    title = "Something broke on our side."
    return Problem(code="web.failure", title=title, status=500, request=request)
