"""A case as it stood when its organisation told it last, in words of the day.

Pure: what was told then goes in, a row that says so comes out. What the person could do then is
left out: only its organisation knows whether they still may.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import msgspec

from riik.core import to_text
from riik.portal.design.texts import Texts, later

__all__ = ["Lately", "as_it_was", "of_view"]

_ENDED: Final = {
    "granted": later("Granted"),
    "refused": later("Refused"),
    "withdrawn": later("Taken back"),
}
_DRAFT: Final = later("Not handed in yet")
_OPEN: Final = later("Under way")


class Lately(msgspec.Struct, frozen=True):
    """What is kept of a case.

    Attributes:
        state: Where it stood.
        text: In words, in that language.
        language: Which.
        number: The organisation's own.
        title: Of the service, in that language.
    """

    state: str
    text: str
    language: str
    number: str
    title: str


def of_view(view: Mapping[str, Any], language: str) -> Lately:
    """What is kept of what an organisation tells of a case."""
    return Lately(
        state=str(view.get("state", "")),
        text=str(view.get("state_text", "")),
        language=language,
        number=str(view.get("number") or ""),
        title=str(view.get("title") or ""),
    )


def as_it_was(lately: Lately, at: datetime, texts: Texts) -> dict[str, Any]:
    """Where a case stood then, for a row or a page of one whose organisation is silent."""
    text = lately.text if lately.language == texts.language else ""
    if not text:
        word = _ENDED.get(lately.state) or (_DRAFT if lately.state == "draft" else _OPEN)
        text = texts(word)
    return {
        "state": lately.state,
        "state_text": text,
        "state_tag": "plain",
        "number": lately.number,
        "as_of": to_text(at),
    }
