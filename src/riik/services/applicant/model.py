"""Who may apply: the person alone or others for them, and how old the person must be. Pure."""

from dataclasses import dataclass

__all__ = ["REPRESENTATIVES", "ApplicantRule"]

REPRESENTATIVES = ("parent", "guardian")
"""As what login states that somebody acts for another person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicantRule:
    """The folder's ``[applicant]``; a folder without it has a personal act, of any age.

    Attributes:
        represented_by: Some of `REPRESENTATIVES`; empty: nobody does it for another.
        least_age: Whole years of whose matter it is, and of each who signs as well; 0 without.
        law: Which law says so.
    """

    represented_by: tuple[str, ...] = ()
    least_age: int = 0
    law: str = ""
