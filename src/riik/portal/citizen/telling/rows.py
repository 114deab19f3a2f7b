"""How a person says how they want to be told: the rows of the page, what its form says. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from riik.portal.citizen.telling.component import Told
from riik.portal.design.texts import Texts, later
from riik.portal.session import Form

__all__ = ["FIELDS", "chosen_by", "errors_of", "settings_of"]

FIELDS: Final = frozenset({"channels", "first", "kinds", "begins", "ends", "language"})

CHANNELS: Final = {
    "push": (
        later("A message of this browser"),
        later("Where you allow it"),
    ),
    "mail": (later("E-mail"), later("To the address in the population register")),
    "text": (later("Text message"), later("To the phone number in the population register")),
}
KINDS: Final = {
    "case": (later("News of my cases"), later("A question, a step, an answer")),
    "reminder": (later("Reminders"), later("An appointment, a term that ends soon")),
}
LANGUAGES: Final = {"et": "Eesti", "vi": "Tiếng Việt", "en": "English"}
HOURS: Final = tuple(f"{hour:02}:00" for hour in range(24))
LONGEST_REST: Final = 16

UNKNOWN: Final = {
    "mail": later("The population register knows no address of yours"),
    "text": later("The population register knows no number of yours"),
}
NOT_BOTH: Final = later("Choose from when and until when, or neither")
TOO_LONG: Final = later("Quiet hours are at most sixteen hours long")
CONTACTS: Final = {"email": "mail", "phone": "text"}


def settings_of(
    told: Told, texts: Texts, *, held: Sequence[Mapping[str, Any]] = (), typed: Form | None = None
) -> dict[str, Any]:
    """The page's values: what the person typed just now, else what holds.

    ``held`` is what the population register has of them; empty when it was silent.
    """
    channels: Sequence[str] = told.channels
    first, quiet, language = (channels[0] if channels else ""), told.quiet, told.language
    kinds: Iterable[str] = [one for one in told.optional if one not in told.refused]
    begins, ends = quiet or ("", "")
    if typed is not None:
        channels, kinds = typed.texts("channels"), typed.texts("kinds")
        first, language = typed.text("first"), typed.text("language")
        begins, ends = typed.text("begins"), typed.text("ends")
    offered = [one for one in told.offered if one in CHANNELS]
    return {
        "chosen": told.chosen,
        "letter_days": told.letter_days,
        "push_key": told.push_key,
        "channels": [_channel(one, held, texts) for one in offered],
        "reached": reached_at(held),
        "ticked": list(channels),
        "firsts": [{"value": one, "title": texts(CHANNELS[one][0])} for one in offered],
        "first": first,
        "kinds": [_option(one, KINDS, texts) for one in told.optional if one in KINDS],
        "wanted": list(kinds),
        "hours": [{"value": hour, "title": hour} for hour in HOURS],
        "begins": begins,
        "ends": ends,
        "languages": [{"value": k, "title": v, "lang": k} for k, v in LANGUAGES.items()],
        "language": language,
    }


def errors_of(form: Form, texts: Texts) -> list[dict[str, str]]:
    """What has to be put right; hidden fields that lie are the inbox's to refuse."""
    begins, ends = form.text("begins"), form.text("ends")
    if bool(begins) != bool(ends) or (begins and begins == ends):
        return [{"field": "begins", "text": texts(NOT_BOTH)}]
    if begins in HOURS and ends in HOURS:
        length = (HOURS.index(ends) - HOURS.index(begins)) % 24
        if length > LONGEST_REST:
            return [{"field": "begins", "text": texts(TOO_LONG)}]
    return []


def chosen_by(form: Form, told: Told) -> dict[str, Any]:
    """The choice as the inbox takes it: the first channel first, the others as they are offered."""
    ticked = [one for one in told.offered if one in form.texts("channels")]
    first = form.text("first")
    channels = [one for one in ticked if one == first] + [one for one in ticked if one != first]
    begins, ends = form.text("begins"), form.text("ends")
    return {
        "channels": channels,
        "language": form.text("language"),
        "refused": [one for one in told.optional if one not in form.texts("kinds")],
        "quiet": [begins, ends] if begins else None,
    }


def reached_at(held: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """E-mail address and phone number as the population register has them."""
    return [
        {"label": row["label"], "value": row["value"], "source": one["name"]}
        for one in held
        for row in one["rows"]
        if set(row["fields"]) & set(CONTACTS)
    ]


def _channel(value: str, held: Sequence[Mapping[str, Any]], texts: Texts) -> dict[str, Any]:
    option = _option(value, CHANNELS, texts)
    known = {CONTACTS.get(f) for one in held for row in one["rows"] for f in row["fields"]}
    if value in UNKNOWN and known and value not in known:
        return option | {"hint": texts(UNKNOWN[value])}
    return option


def _option(value: str, words: Mapping[str, tuple[str, str]], texts: Texts) -> dict[str, Any]:
    title, hint = words[value]
    return {"value": value, "title": texts(title), "hint": texts(hint)}
