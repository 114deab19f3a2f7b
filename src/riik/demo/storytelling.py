"""Stories as data: who asks what, and how it must end; told against a running country."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from riik.core import Refused
from riik.demo.browser import Browser
from riik.demo.country import DATA
from riik.demo.journey import Journey, JourneyResult, Step
from riik.demo.population.births import Birth, born_code, register_birth
from riik.demo.running import Demonstration
from riik.formats.toml import Shape, read_toml
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock

__all__ = [
    "Story",
    "StoryRefused",
    "countries_of",
    "needs_of",
    "read_story",
    "stories",
    "tell_story",
]

FOLDER = DATA / "stories"
_COUNTED = re.compile(r"(?:([\w-]+)@)?(today|workday|friday)([+-]\d+)d(?:T(\d\d:\d\d))?\Z")


class StoryRefused(Refused):
    """There is no such story."""

    code = "demo.story-refused"


class Story(Shape):
    """One story.

    ``for`` is whom the person represents; ``review`` is what the reviewer decides; ``signers``
    sign as well, or say no where one ``declines``. An answer ``@mari`` is her personal code; days
    are counted from today: ``today+7d``, and ``workday+7d`` is the next working day on or after
    it, ``friday+7d`` the next Friday that is one; ``tartu@workday+7dT10:00`` is a time there on
    that day. A story of another
    ``service`` than its file's follows from the one before. Before
    a story with a ``birth`` that child is born; what is ``offered`` nobody applies for.
    """

    id: str
    person: str
    expect: str
    answers: dict[str, Any]
    service: dict[str, str] = msgspec.field(default_factory=dict)
    grounds: tuple[str, ...] = ()
    for_: str = ""
    signers: tuple[str, ...] = ()
    declines: bool = False
    birth: str = ""
    offered: bool = False
    reviewer: str = ""
    review: dict[str, Any] = msgspec.field(default_factory=dict)


class _Stories(Shape):
    """The stories of one service: its catalogue id in each country that has it.

    Stories that change what they find name the ``members`` that they need: each telling begins
    in a small country of its own, so that the same story ends the same way again.
    """

    service: dict[str, str]
    members: tuple[str, ...] = ()
    birth: tuple[Birth, ...] = ()
    story: tuple[Story, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """How a story ended.

    Attributes:
        story: The story.
        result: What the person saw.
        as_expected: It ended as its data say.
    """

    story: Story
    result: JourneyResult

    @property
    def as_expected(self) -> bool:
        """State and grounds are those of the data."""
        found = tuple(ground["code"] for ground in self.result.status.get("grounds", ()))
        return self.result.outcome == self.story.expect and found == self.story.grounds


def stories() -> Mapping[str, tuple[str, ...]]:
    """All stories by the file they stand in."""
    return {path.stem: tuple(s.id for s in _read(path).story) for path in sorted(FOLDER.glob("*"))}


def countries_of(name: str) -> tuple[str, ...]:
    """The countries whose people live a story, that where it is told by default first."""
    return tuple(_read(_path(name)).service)


def needs_of(name: str) -> tuple[str, ...]:
    """Whom a story needs, where it is told in a small country of its own; else nobody."""
    return _read(_path(name)).members


def births_of(story: Story) -> tuple[Birth, ...]:
    """The children who may be born in the stories of one file."""
    for path in sorted(FOLDER.glob("*")):
        read = _read(path)
        if story in read.story:
            return read.birth
    return ()


def read_story(name: str, variant: str = "") -> tuple[Mapping[str, str], Story]:
    """A story, and its service's id by country; the first of its file without a variant.

    Raises:
        StoryRefused: For ``unknown``.
    """
    read = _read(_path(name))
    for story in read.story:
        if variant in ("", story.id):
            return story.service or read.service, story
    known = ", ".join(story.id for story in read.story)
    raise StoryRefused(f"no variant {variant!r}; known: {known}", why="unknown")


async def tell_story(
    running: Demonstration,
    service: Mapping[str, str],
    story: Story,
    *,
    clock: Callable[[], float],
    tell: Callable[[Step], None],
) -> Told:
    """Let the people of a story live it.

    Raises:
        StoryRefused: For ``elsewhere``: this country has no such service.
    """
    catalogue_id = service.get(running.country.profile, "")
    if catalogue_id not in running.country.providers:
        raise StoryRefused(f"this story is lived in {', '.join(service)}", why="elsewhere")
    person = running.holder(story.for_).code if story.for_ else ""
    async with Browser(running.holder(story.person), running.folder / "cards") as browser:
        journey = Journey(
            country=running.country,
            places=running.places,
            browser=browser,
            clock=clock,
            tell=tell,
            answers=_answers(running, story),
            service=catalogue_id,
            language=running.country.profile_language,
            person=person,
        )
        births = {birth.id: birth for birth in births_of(story)}
        if story.birth:
            await register_birth(running, births[story.birth])
        result = await (journey.accept() if story.offered else journey.run())
        if journey.next_step == "other":
            await _cosign(running, story, journey)
            await journey.refresh()
            await journey.go_on()
        if story.reviewer and journey.next_step == "review":
            await _review(running, story, journey)
            await journey.wait()
            await journey.collect()
    return Told(story, result)


def _answers(running: Demonstration, story: Story) -> dict[str, Any]:
    """What is answered: ``@mari`` is her code, so is a newborn's, and days are counted."""
    country = running.country
    zone = ZoneInfo(country.zone)
    today = SystemClock().now().astimezone(zone).date()
    works = country_profile(country.profile).is_working_day
    born = {birth.id: birth for birth in births_of(story)}

    def meant(value: Any) -> Any:
        if not isinstance(value, str) or not value.startswith("@"):
            return _day(value, today, works=works, zone=zone)
        name = value[1:]
        return born_code(running, born[name]) if name in born else running.holder(name).code

    return {field: meant(value) for field, value in story.answers.items()}


async def _cosign(running: Demonstration, story: Story, journey: Journey) -> None:
    """Whom the person asked sign as well, each at their own computer; or one says no."""
    for name in story.signers:
        async with Browser(running.holder(name), running.folder / "cards") as browser:
            other = Journey(
                country=running.country,
                places=running.places,
                browser=browser,
                clock=journey.clock,
                tell=journey.tell,
                answers={},
                service=journey.service,
                language=journey.language,
            )
            await other.join(journey.result.status["case"], agrees=not story.declines)


async def _review(running: Demonstration, story: Story, journey: Journey) -> None:
    """The official of the story decides, signed in with their own card."""
    async with Browser(running.holder(story.reviewer), running.folder / "cards") as desk:
        official = Journey(
            country=running.country,
            places=running.places,
            browser=desk,
            clock=journey.clock,
            tell=journey.tell,
            answers={},
            service=journey.service,
            language=journey.language,
        )
        provider = running.country.providers[journey.service]
        await official.review(provider, journey.result.status["case"], story.review)


def _day(value: Any, today: date, *, works: Callable[[date], bool], zone: ZoneInfo) -> Any:
    found = _COUNTED.match(value) if isinstance(value, str) else None
    if found is None:
        return value
    place, counted, days, clock = found.groups()
    day = today + timedelta(days=int(days))
    while counted != "today" and not (works(day) and (counted != "friday" or day.weekday() == 4)):
        day += timedelta(days=1)
    if not clock:
        return day.isoformat()
    at = datetime.combine(day, time.fromisoformat(clock), zone)
    return f"{place}@{at.isoformat(timespec='minutes')}"


def _path(name: str) -> Path:
    path = FOLDER / f"{name}.toml"
    if not path.is_file():
        raise StoryRefused(f"no story {name!r}; known: {', '.join(stories())}", why="unknown")
    return path


def _read(path: Path) -> _Stories:
    return read_toml(path.read_bytes(), _Stories, name=path.name)
