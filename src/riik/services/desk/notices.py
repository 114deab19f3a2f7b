"""What a person is told when an official asks them something, in every language of the service."""

from typing import Any

from riik.services.model import ServiceDefinition

__all__ = ["asked_notice"]

# What is asked itself stands in the case only: the notice may lie open on a screen.
_TITLE = "We need something from you"
_BODY = (
    "An official looked at your case {number} and asks you to change or add something."
    " Open the case: it says what, and why. The case waits for you."
)


def asked_notice(
    definition: ServiceDefinition, *, case: str, number: str, at: str
) -> dict[str, Any]:
    """The notice of one question.

    Args:
        definition: The service, with the house's texts.
        case: The case's id.
        number: The case's number.
        at: When it was asked, RFC 3339: each question has a notice of its own.
    """
    moment = "".join(filter(str.isdigit, at))
    return {
        "id": f"{case}-asked-{moment}",
        "case": case,
        "legal_effect": False,
        "texts": {
            language: {
                "title": definition.text(_TITLE, language),
                "body": definition.text(_BODY, language).format(number=number),
            }
            for language in definition.languages
        },
    }
