"""What can be wrong with a service's folder, a step of it, or the person's authority.

ServiceRefused
├── FolderRefused     the folder is not a service that this platform can run
├── AnswerRefused     what the person answered does not fit the question
├── StepRefused       the case is not at that step
├── BeginningsTooMany the person began enough of this: go on with one, or go on tomorrow
├── ApplicantRefused  it is not for this one to do: for another person, or at their age
└── AuthorityMissing  no statement of login that this person wants this here
"""

from typing import ClassVar

from riik.core import Refused

__all__ = [
    "AnswerRefused",
    "ApplicantRefused",
    "AuthorityMissing",
    "BeginningsTooMany",
    "FolderRefused",
    "ServiceRefused",
    "StepRefused",
]


class ServiceRefused(Refused):
    """A request to a public service that can't be followed."""

    code = "services.refused"


class FolderRefused(ServiceRefused):
    """A service's folder that is incomplete, contradictory, or asks for more than there is."""

    code = "services.folder-refused"


class AnswerRefused(ServiceRefused):
    """An answer that does not fit its question; ``field`` says which."""

    code = "services.answer-refused"
    status: ClassVar[int] = 422


class StepRefused(ServiceRefused):
    """The case is at another step."""

    code = "services.step-refused"
    status: ClassVar[int] = 409


class BeginningsTooMany(ServiceRefused):
    """Each beginning asks registers: who began enough goes on with one of them, or tomorrow."""

    code = "services.beginnings-too-many"
    status: ClassVar[int] = 429


class ApplicantRefused(ServiceRefused):
    """Who acts may not do this for that person, or the person is too young for it."""

    code = "services.applicant-refused"
    status: ClassVar[int] = 403


class AuthorityMissing(ServiceRefused):
    """Nobody showed that this person wants this of this authority now."""

    code = "services.authority-missing"
    status: ClassVar[int] = 403
