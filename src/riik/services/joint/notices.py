"""What the people of a joint application are told, in every language of the service. Pure.

A notice may lie open on a screen: it says who asks and for what, nothing of the application.
"""

from typing import Any

from riik.services.running import Running

__all__ = ["ended_notice", "invitation"]

_TITLE = "You are asked to sign"
_BODY = (
    "{who} asks you to sign an application together: {service}. Open the case and read it."
    " You have {days} days to sign or to say no. If you do neither, it ends by itself."
)
_ENDED = {
    "declined": (
        "Your joint application has ended",
        "One of those who were asked to sign said no: {service}, case {number}."
        " Nothing was decided and there is no fee. You may begin anew.",
    ),
    "lapsed": (
        "Your joint application has ended",
        "Not everybody signed in time: {service}, case {number}."
        " Nothing was decided and there is no fee. You may begin anew.",
    ),
    "withdrawn": (
        "A joint application was taken back",
        "Who asked you to sign took it back: {service}, case {number}. You need not do anything.",
    ),
}
"""Title and body by what ended it."""


def invitation(running: Running, *, who: str, days: int) -> dict[str, Any]:
    """The notice by which another person is asked to sign."""
    return _notice(running, "invite", _TITLE, _BODY, who=who, days=str(days))


def ended_notice(running: Running, *, why: str) -> dict[str, Any]:
    """The notice that nothing more comes of it: ``declined``, ``lapsed`` or ``withdrawn``."""
    title, body = _ENDED[why]
    return _notice(running, f"joint-{why}", title, body)


def _notice(running: Running, about: str, title: str, body: str, **values: str) -> dict[str, Any]:
    definition = running.definition
    return {
        "id": f"{running.case.id}-{about}",
        "case": running.case.id,
        "legal_effect": False,
        "texts": {
            language: {
                "title": definition.text(title, language),
                "body": definition.text(body, language).format(
                    service=definition.names.get(language, definition.id),
                    number=running.case.number,
                    **values,
                ),
            }
            for language in definition.languages
        },
    }
