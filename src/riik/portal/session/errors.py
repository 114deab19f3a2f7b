"""What can be wrong with a guest: not signed in, a sign-in that failed, a form that is not ours.

Refused
├── SignedOut        nobody is signed in here, or the session ended
├── SignInRefused    the sign-in came back wrong: another browser, too late, used, or cancelled
├── TokenRefused     what login signed doesn't hold, or is for somebody else
├── ForeignRequest   the request doesn't come from a page that this site gave this person
│   └── StalePage    it comes from our page, but of an earlier session
├── FormRefused      a form that is too large, or isn't one
└── AlreadyReceived  the same form was sent before and is still being worked on
Unavailable
└── LoginSilent      the national login does not answer
"""

from typing import ClassVar

from riik.core import Refused, Unavailable

__all__ = [
    "AlreadyReceived",
    "ForeignRequest",
    "FormRefused",
    "LoginSilent",
    "SignInRefused",
    "SignedOut",
    "StalePage",
    "TokenRefused",
]


class SignedOut(Refused):
    """Nobody is signed in here, or the session ended."""

    code = "session.signed-out"
    status: ClassVar[int] = 401


class SignInRefused(Refused):
    """The sign-in came back from the national login, but not as it was begun here."""

    code = "session.sign-in-refused"
    status: ClassVar[int] = 403


class TokenRefused(Refused):
    """A token of the national login doesn't hold, or is for somebody else."""

    code = "session.token-refused"
    status: ClassVar[int] = 403


class ForeignRequest(Refused):
    """The request doesn't come from a page that this site gave to this person."""

    code = "session.foreign-request"
    status: ClassVar[int] = 403


class StalePage(ForeignRequest):
    """The page was made for an earlier session; its answers can be sent again."""

    code = "session.stale-page"
    status: ClassVar[int] = 409


class FormRefused(Refused):
    """What was sent is no form, or larger than a form is."""

    code = "session.form-refused"


class AlreadyReceived(Refused):
    """The same form was sent before and is still being worked on."""

    code = "session.already-received"
    status: ClassVar[int] = 409


class LoginSilent(Unavailable):
    """The national login does not answer; nothing is lost, try again in a moment."""

    code = "session.login-silent"
