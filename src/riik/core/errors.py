"""The two kinds of failure that may leave a component.

RiikError
├── Refused       the request, document or proof is at fault; repeating won't help
└── Unavailable   something we depend on is; the same call may succeed later

Anything else that escapes is a bug: the node answers 500 with its trace id.
"""

from typing import ClassVar

__all__ = ["Refused", "RiikError", "Unavailable"]


class RiikError(Exception):
    """A failure that others act on: they match ``code`` and ``why``, never the text.

    Attributes:
        code: ``component.what-is-wrong``; the type of the problem document (RFC 9457).
        status: What an HTTP edge answers with it (RFC 9110 §15); a subclass may choose.
        why: The reason within it, as a sub-indication is (EN 319 102-1 §5.1.3).
        facts: What the translated message may show anyone. No names, no secrets.
    """

    code: ClassVar[str] = "core.failure"
    status: ClassVar[int] = 500

    def __init__(self, message: str, /, *, why: str, **facts: str | int) -> None:
        super().__init__(message)
        self.why = why
        self.facts = facts


class Refused(RiikError):
    """The request, document or proof is at fault; repeating it won't help."""

    code = "core.refused"
    status = 400


class Unavailable(RiikError):
    """Something we depend on failed; the same call may succeed later."""

    code = "core.unavailable"
    status = 503
