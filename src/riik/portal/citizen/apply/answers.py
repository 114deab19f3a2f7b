"""Answers as a browser sends them: read by the questions of the page, never by their own names.

Pure. What a question does not offer is no answer to it, and a field that no question of the page
has makes the whole form nobody's. What was typed comes back in the page as it was typed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from riik.portal.citizen.apply.rows import file_row, item_row, picture, shown, source_of
from riik.portal.citizen.apply.taught import taught_code, taught_day
from riik.portal.design.formats import Formats
from riik.portal.design.texts import Texts
from riik.portal.session import Form, FormRefused

__all__ = [
    "LISTS",
    "Given",
    "blank",
    "earlier",
    "names_of",
    "question_rows",
    "read_answers",
    "within",
]

Question = Mapping[str, Any]

PARTS: Final = ("day", "month", "year")
FILES: Final = {
    "pdf": ("PDF", ".pdf"),
    "jpeg": ("JPEG", ".jpg,.jpeg"),
    "png": ("PNG", ".png"),
    "asice": ("ASiC-E", ".asice"),
}
"""Kinds of files by name, with the endings that a browser offers to open."""
LISTS: Final = frozenset({"group", "upload"})
"""Questions that are answered on pages of their own."""
SEARCHED: Final = frozenset({"listed", "appointment"})
"""Kinds that are answered out of what is found: by words, or by place and week."""

OWN: Final = frozenset({"csrf", "find", "later", "seen"})
AUTOCOMPLETE: Final = {"email": "email", "phone": "tel"}
KINDS: Final = {"phone": "tel", "long-text": "area"}
MOST_TEXT: Final = 5_000
_NUMBER: Final = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,6})?\Z")


@dataclass(frozen=True, slots=True)
class Given:
    """What was given on a page.

    Attributes:
        content: Answers by field that fit their questions, as the step wants them.
        typed: What stands in each field, by the field's name in the form.
        errors: ``{field, text}`` of each question without a fitting answer.
    """

    content: Mapping[str, Any]
    typed: Mapping[str, str]
    errors: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def read_answers(questions: Iterable[Question], form: Form) -> Given:
    """Read the form of a page.

    Raises:
        FormRefused: It has a field that no question of the page has (``fields``).
    """
    asked = list(questions)
    names = {name for question in asked for name in _names(question)}
    if set(form.fields) - names - OWN:
        raise FormRefused("the form has fields that this page does not", why="fields")
    typed = {name: form.text(name)[:MOST_TEXT] for name in names}
    content: dict[str, Any] = {}
    errors = []
    for question in (one for one in asked if one["kind"] not in LISTS):
        value = _read(question, typed)
        if value is not None:
            content[question["field"]] = value
        elif question["required"] or _touched(question, typed):
            errors.append({"field": question["field"], "text": str(question["error"])})
    return Given(content, typed, errors)


def within(questions: Iterable[Question], given: Given, formats: Formats, texts: Texts) -> Given:
    """What was given, with an error that teaches at each day or code that can't be right."""
    asked = list(questions)
    errors = [_taught(error, asked, given, texts) for error in given.errors]
    for question in asked:
        code = given.content.get(question["field"])
        if question["kind"] == "person" and (text := taught_code(str(code or ""), formats, texts)):
            errors += [{"field": question["field"], "text": text}] if code else []
        day = given.content.get(question["field"])
        first, last = question.get("earliest"), question.get("latest")
        outside = day and ((first and day < first) or (last and day > last))
        if question["kind"] == "day" and outside:
            text = _between(first, last, formats, texts)
            errors.append({"field": question["field"], "text": text})
    return Given(given.content, given.typed, errors)


def _taught(
    error: Mapping[str, str], asked: Sequence[Question], given: Given, texts: Texts
) -> Mapping[str, str]:
    """The error of a day that was written, in words that show how; any other as it is."""
    for question in asked:
        if question["field"] == error["field"] and question["kind"] == "day":
            parts = {part: given.typed.get(f"{error['field']}-{part}", "") for part in PARTS}
            if any(parts.values()):
                return {**error, "text": taught_day(parts, texts)}
    return error


def _between(first: str | None, last: str | None, formats: Formats, texts: Texts) -> str:
    told = [formats.date(date.fromisoformat(day)) if day else "" for day in (first, last)]
    if not first:
        return texts("The last day that you can choose is {day}", day=told[1])
    if not last:
        return texts("The first day that you can choose is {day}", day=told[0])
    return texts("You can choose a day between {first} and {last}", first=told[0], last=told[1])


def earlier(questions: Iterable[Question]) -> Given:
    """What the person answered before."""
    typed: dict[str, str] = {}
    for question in questions:
        typed |= _typed(question)
    return Given({}, typed)


def blank(given: Given) -> bool:
    """Whether nothing stands in any field."""
    return not any(given.typed.values())


def question_rows(
    questions: Iterable[Question], given: Given, formats: Formats
) -> list[dict[str, Any]]:
    """Questions as the template asks them, with what was given."""
    return [_row(question, given, formats) for question in questions]


def _row(question: Question, given: Given, formats: Formats) -> dict[str, Any]:
    name, kind = question["field"], question["kind"]
    if kind == "upload":
        files = [file_row(file, formats) for file in question["items"]]
        kinds = [FILES[kind] for kind in question["accept"] if kind in FILES]
        return {
            **question,
            "items": files,
            "most_size": formats.size(question["bytes"]),
            "kinds": ", ".join(name for name, _ in kinds),
            "endings": ",".join(endings for _, endings in kinds),
        }
    if kind == "group":
        return {
            **question,
            "items": [item_row(question, item, formats) for item in question["items"]],
        }
    errors = [one["text"] for one in given.errors if one["field"] == name]
    parts = {part: given.typed.get(f"{name}-{part}", "") for part in PARTS}
    return {
        "field": name,
        "title": question["title"],
        "hint": question["hint"],
        "kind": "choice" if question["choices"] else KINDS.get(kind, kind),
        "required": question["required"],
        "autocomplete": AUTOCOMPLETE.get(kind, ""),
        "value": given.typed.get(name, ""),
        "value_text": question.get("value_text", ""),
        "words": given.typed.get(f"{name}-words", ""),
        "found": None,
        "places": question.get("places", ()),
        "error": errors[0] if errors else "",
        "options": [_option(choice, formats) for choice in question["choices"]],
        "source": _source(question["facts"], formats),
        **parts,
    }


def _option(choice: Mapping[str, Any], formats: Formats) -> dict[str, Any]:
    facts = choice["facts"]
    told = [str(choice["hint"]), *(_about(fact, formats) for fact in facts)]
    fee = choice.get("fee")
    if fee:
        told.insert(0, formats.money(fee["minor"], fee["currency"]))
    return {
        "value": _text(choice["value"]),
        "title": choice["title"],
        "hint": " ".join(filter(None, told)),
        "source": _source(facts, formats),
        "image": next(filter(None, map(picture, facts)), ""),
        "warning": choice.get("warning", ""),
    }


def _about(fact: Mapping[str, Any], formats: Formats) -> str:
    if fact["standing"] != "known":
        return str(fact["note"])
    value = shown(fact, formats)
    return f"{fact['label']}: {value}" if fact["kind"] == "day" and fact["label"] else value


def _source(facts: Sequence[Mapping[str, Any]], formats: Formats) -> dict[str, str] | None:
    """One mark for all facts of an answer: they come from one register."""
    if not facts:
        return None
    kind = "register" if facts[0]["standing"] == "known" else "none"
    return {"kind": kind, "text": source_of(facts[0], formats)}


def searched(questions: Iterable[Question], given: Given, asked: str) -> str | None:
    """The question in whose list somebody looks: by its button, or by words without a choice."""
    for question in questions:
        name = str(question["field"])
        if question["kind"] in SEARCHED and (
            asked.partition(" ")[0] == name
            or (
                question["kind"] == "listed"
                and given.typed[f"{name}-words"]
                and not given.typed[name]
            )
        ):
            return name
    return None


def to_find(questions: Iterable[Question]) -> tuple[str, str] | None:
    """A question whose page is of no use without what is free: it is looked up unasked."""
    for question in questions:
        if question["kind"] == "appointment" and question.get("places"):
            place, _, moment = str(question["value"] or "").partition("@")
            return str(question["field"]), f"{place} {moment[:10]}".strip()
    return None


def free_times(found: Mapping[str, Any] | None, formats: Formats) -> Mapping[str, Any] | None:
    """What was found, its days as they are read; what else was found as it is."""
    if not found or "days" not in found:
        return found
    since, until = (date.fromisoformat(found[name]) for name in ("since", "until"))
    titles = [formats.weekday(date.fromisoformat(day["day"])) for day in found["days"]]
    days = [
        {**day, "title": title[:1].upper() + title[1:]}
        for day, title in zip(found["days"], titles, strict=True)
    ]
    return {**found, "days": days, "since": formats.day(since), "until": formats.day(until)}


def week_asked(asked: str, words: str) -> str:
    """The place and week of a button of another week, or the place that was chosen."""
    return asked.partition(" ")[2] or words


def with_found(rows: list[dict[str, Any]], found: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Questions with what was found in the list of one of them."""
    return [
        {**row, "found": found} if found and row["field"] == found["field"] else row for row in rows
    ]


def names_of(questions: Iterable[Question]) -> list[str]:
    """The fields of a form that ask these questions; of a list that is answered elsewhere none."""
    return [name for question in questions for name in _names(question)]


def _names(question: Question) -> list[str]:
    name = str(question["field"])
    if question["kind"] in LISTS:
        return []
    if question["kind"] in SEARCHED:
        return [name, f"{name}-words"]
    return [f"{name}-{part}" for part in PARTS] if question["kind"] == "day" else [name]


def _touched(question: Question, typed: Mapping[str, str]) -> bool:
    return any(typed[name] for name in _names(question))


def _typed(question: Question) -> dict[str, str]:
    name, value = str(question["field"]), question["value"]
    if value is None or question["kind"] in LISTS:
        return {}
    if question["kind"] == "day":
        day = date.fromisoformat(str(value))
        whole = (str(day.day), str(day.month), str(day.year))
        return {f"{name}-{part}": text for part, text in zip(PARTS, whole, strict=True)}
    return {name: _text(value)}


def _read(question: Question, typed: Mapping[str, str]) -> Any:
    """The answer, or None where there is none that fits."""
    if question["choices"]:
        offered = {_text(choice["value"]): choice["value"] for choice in question["choices"]}
        return offered.get(typed[question["field"]])
    if question["kind"] == "day":
        return _day([typed[name] for name in _names(question)])
    text = typed[question["field"]]
    if question["kind"] == "number":
        return _number(text, whole=question.get("type") == "integer")
    return text or None


def _day(parts: Sequence[str]) -> str | None:
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    try:
        return date(*(int(part) for part in reversed(parts))).isoformat()
    except ValueError:
        return None


def _number(text: str, *, whole: bool) -> int | float | None:
    plain = text.replace("\N{NO-BREAK SPACE}", "").replace(" ", "").replace(",", ".")
    if not _NUMBER.match(plain) or (whole and "." in plain):
        return None
    return int(plain) if whole else float(plain)


def _text(value: Any) -> str:
    """A value as its field carries it: truth as ``true`` and ``false``."""
    return str(value).lower() if isinstance(value, bool) else str(value)
