"""What people are told of a service before they begin: the ``[guide]`` of its folder.

Pure: the section of ``service.toml`` goes in, values with text ids come out; the texts are in
the folder's locale, and amounts are never written here but follow from the folder's own rules.
What a portal shows of it is `services.catalogue`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import msgspec

from riik.formats.toml import Shape
from riik.services.errors import FolderRefused

__all__ = [
    "EVENTS",
    "FeeRow",
    "Guide",
    "GuideSection",
    "KnownRow",
    "Law",
    "Told",
    "check_guide",
    "guide_of",
]

_CURRENCY = re.compile(r"[A-Z]{3}")

EVENTS = frozenset(
    {
        "birth",
        "home",
        "travel",
        "health",
        "work",
        "business",
        "education",
        "marriage",
        "care",
    }
)
"""Life events by which people find services; portals show them in this set and name them."""

_LONGEST = {"summary": 300, "decide": 60, "deliver": 60}


class _Contact(Shape):
    email: str = ""
    phone: str = ""
    web: str = ""


class _Fee(Shape):
    title: str
    answers: dict[str, Any]


class _Known(Shape):
    need: str
    label: str
    fields: tuple[str, ...]
    money: str = ""


class _Told(Shape):
    title: str
    text: str
    ahead: bool = False


class _Law(Shape):
    id: str
    name: str
    address: str = ""


class GuideSection(Shape):
    """``[guide]`` of ``service.toml``, as it is written."""

    changed: date
    summary: str
    fill_minutes: int
    decide: str
    deliver: str
    statement: str
    events: tuple[str, ...]
    for_whom: tuple[str, ...]
    note: str = ""
    other_ways: tuple[str, ...] = ()
    assumed: tuple[str, ...] = ()
    contact: _Contact = _Contact()
    words: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict)
    fees: tuple[_Fee, ...] = ()
    known: tuple[_Known, ...] = ()
    steps: tuple[_Told, ...] = ()
    laws: tuple[_Law, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow:
    """One row of the table of fees: what for, and the answers from which the rules reckon it."""

    title: str
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRow:
    """A line of what is known already, in the guide and in a case: a label for some fields.

    Attributes:
        need: The need that brings it.
        label: Text id.
        fields: Fields of the need; names of a person make one value together.
        money: The currency where it is an amount in minor units (ISO 4217); else empty.
    """

    need: str
    label: str
    fields: tuple[str, ...]
    money: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A step of the service as people live it: text ids; ``ahead`` comes after the decision."""

    title: str
    text: str
    ahead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A law of the service: its id there, the text id of its name, where it can be read."""

    id: str
    name: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What people are told before they begin; texts are text ids of the folder's catalogue.

    Attributes:
        changed: When the owner last changed what is told.
        summary: When one needs it, in one or two short sentences.
        note: What else is good to know at once, or empty.
        for_whom: Who can get it, a sentence each.
        fill_minutes: How long filling in takes.
        decide: How soon it is decided, such as "usually at once".
        deliver: How soon one has it in one's hand.
        statement: What the person says by signing.
        other_ways: How to get it without this portal, a sentence each.
        assumed: What is assumed, and not yet confirmed by the owner, a sentence each.
        contact: ``email``, ``phone`` and ``web`` of who answers.
        events: Life events by which it is found.
        words: Further words by which it is found, by language.
        fees: The table of fees; the first row is the usual one.
        known: What is not asked.
        steps: How it goes.
        laws: The laws by name.
    """

    changed: date
    summary: str
    note: str
    for_whom: tuple[str, ...]
    fill_minutes: int
    decide: str
    deliver: str
    statement: str
    other_ways: tuple[str, ...]
    assumed: tuple[str, ...]
    contact: Mapping[str, str]
    events: tuple[str, ...]
    words: Mapping[str, tuple[str, ...]]
    fees: tuple[FeeRow, ...]
    known: tuple[KnownRow, ...]
    steps: tuple[Told, ...]
    laws: tuple[Law, ...]

    def texts(self) -> set[str]:
        """Every text id that the guide uses."""
        single = {self.summary, self.note, self.decide, self.deliver, self.statement} - {""}
        lines = {*self.for_whom, *self.other_ways, *self.assumed}
        rows = {row.title for row in self.fees} | {row.label for row in self.known}
        steps = {text for step in self.steps for text in (step.title, step.text)}
        return single | lines | rows | steps | {law.name for law in self.laws}


def guide_of(section: GuideSection | None) -> Guide:
    """The guide of a folder.

    Raises:
        FolderRefused: For ``guide``: there is none, or a text is too long to be read at once.
    """
    if section is None:
        raise FolderRefused("service.toml has no [guide]: nobody could find it", why="guide")
    for name, most in _LONGEST.items():
        if not 0 < len(getattr(section, name)) <= most:
            raise FolderRefused(f"guide.{name} has 1 to {most} characters", why="guide")
    contact = section.contact
    return Guide(
        changed=section.changed,
        summary=section.summary,
        note=section.note,
        for_whom=section.for_whom,
        fill_minutes=section.fill_minutes,
        decide=section.decide,
        deliver=section.deliver,
        statement=section.statement,
        other_ways=section.other_ways,
        assumed=section.assumed,
        contact={"email": contact.email, "phone": contact.phone, "web": contact.web},
        events=section.events,
        words=section.words,
        fees=tuple(FeeRow(title=row.title, answers=row.answers) for row in section.fees),
        known=tuple(
            KnownRow(need=row.need, label=row.label, fields=row.fields, money=row.money)
            for row in section.known
        ),
        steps=tuple(
            Told(title=step.title, text=step.text, ahead=step.ahead) for step in section.steps
        ),
        laws=tuple(Law(id=law.id, name=law.name, address=law.address) for law in section.laws),
    )


def check_guide(
    guide: Guide,
    *,
    needs: Mapping[str, Iterable[str]],
    form: Mapping[str, Any],
    law: Iterable[str],
    languages: Iterable[str],
    fee: bool,
) -> None:
    """Refuse a guide that tells of what the folder does not have, or is silent on what it has.

    Args:
        guide: The guide.
        needs: The fields of each need of the once-only list.
        form: The properties of the form.
        law: The laws of the service.
        languages: The languages of the service.
        fee: Whether the rules reckon a fee.

    Raises:
        FolderRefused: For ``guide``.
    """
    _check_known(guide, needs)
    for need in set(needs) - {row.need for row in guide.known}:
        raise FolderRefused(f"guide.known does not tell of the need {need!r}", why="guide")
    for fee_row in guide.fees:
        if set(fee_row.answers) - set(form):
            raise FolderRefused(f"guide.fees: {fee_row.title!r} answers no question", why="guide")
    if fee is not bool(guide.fees):
        raise FolderRefused("guide.fees and the fee of the rules go together", why="guide")
    if set(guide.events) - EVENTS or not guide.events:
        raise FolderRefused(f"guide.events are some of {', '.join(sorted(EVENTS))}", why="guide")
    for missing in set(law) - {one.id for one in guide.laws}:
        raise FolderRefused(f"guide.laws does not name {missing!r}", why="guide")
    for language in set(languages) - set(guide.words):
        raise FolderRefused(f"guide.words has no words in {language}", why="guide")


def _check_known(guide: Guide, needs: Mapping[str, Iterable[str]]) -> None:
    """Refuse a line of fields that nobody asks for, or of amounts in no currency."""
    for row in guide.known:
        unknown = set(row.fields) - set(needs.get(row.need, ()))
        if unknown or not row.fields:
            raise FolderRefused(
                f"guide.known: nobody asks {row.need} for {sorted(unknown)}", why="guide"
            )
        if row.money and not _CURRENCY.fullmatch(row.money):
            raise FolderRefused(f"guide.known: {row.money!r} is no currency", why="guide")
