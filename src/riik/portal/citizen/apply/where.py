"""Where a case is, as an address: pages lead on by it, and back when somebody took a wrong turn.

Pure: a case view of ``docs/reference/portal-calls.md`` goes in. Ids come from providers, who are
strangers to the portal, so what is no plain id is quoted.
"""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

__all__ = ["asked_to_sign", "at", "handed_in", "is_open", "open_page", "signs", "unread", "where"]

View = Mapping[str, Any]

STEPS: Final = {"submission": "check", "payment": "pay", "working": "working", "waiting": "working"}
"""The page of each step that is not a question."""


def at(case: str, page: str = "", detail: str = "") -> str:
    """An address within a case: ``/cases/kq3v``, ``/cases/kq3v/answers/photo``."""
    return "/".join(("/cases", *(quote(part, safe="") for part in (case, page, detail) if part)))


def where(view: View) -> str:
    """The page on which a case goes on."""
    step = str(view["next"]["step"])
    name, _, detail = step.partition("/")
    if name in ("answers", "exit"):
        return at(view["case"], name, detail)
    if name == "submission" and asked_to_sign(view):
        return at(view["case"], "joint")
    return at(view["case"], STEPS.get(name, ""))


def open_page(view: View, page: str) -> Mapping[str, Any] | None:
    """A page of questions that may be answered now, or None."""
    found: Mapping[str, Any] | None = next(
        (one for one in view.get("pages", ()) if one["id"] == page), None
    )
    return found


def unread(view: View, page: str) -> bool:
    """Whether a page of a long form came without its questions: it is to be asked for by name."""
    found = open_page(view, page)
    return found is not None and "questions" not in found


def is_open(view: View) -> bool:
    """Whether answers may be given: before the signature, or because an official asks anew."""
    return bool({"answer", "amend"} & set(view.get("may", ())))


def asked_to_sign(view: View) -> bool:
    """Whether who looks was asked by somebody else to sign as well."""
    return bool((view.get("joint") or {}).get("role") == "other")


def signs(view: View) -> bool:
    """Whether this application is signed: the signature is the step after the last question."""
    if asked_to_sign(view):
        return "sign" in view["may"]
    progress = view.get("progress")
    return progress is not None and progress["of"] > len(view.get("pages", ()))


def handed_in(view: View) -> bool:
    """Whether the person has handed the application in."""
    return view["state"] not in ("draft", "to-sign", "waiting-for-provider")
