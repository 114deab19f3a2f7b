"""Life events: what happens to people, as they would say it, with the services behind it.

All nine stand on the page, so that people know what a state like this one answers; those
behind which this country has no service yet say so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from riik.portal.design.texts import Texts, later

__all__ = ["EVENTS", "LifeEvent", "event_views"]


@dataclass(frozen=True, slots=True)
class LifeEvent:
    """One event: its id in folders' guides, its drawing, its title and what belongs to it."""

    id: str
    icon: str
    title: str
    text: str


EVENTS = (
    LifeEvent("birth", "person", later("Having a child"), later("Birth, name, benefits")),
    LifeEvent("home", "house", later("Home and address"), later("Moving, buying a home, land")),
    LifeEvent("travel", "car", later("Getting around"), later("Licences, vehicles, inspections")),
    LifeEvent(
        "health", "heart", later("Health"), later("Prescriptions, certificates, who speaks for you")
    ),
    LifeEvent(
        "work", "work", later("Work and taxes"), later("Pre-filled tax return, contract, leave")
    ),
    LifeEvent("business", "shop", later("Starting a business"), later("A company within a day")),
    LifeEvent("education", "book", later("Learning"), later("School, degree, scholarship")),
    LifeEvent(
        "marriage",
        "rings",
        later("Marriage and divorce"),
        later("Prepared online, signed in person"),
    ),
    LifeEvent(
        "care", "people", later("Caring for someone"), later("Acting for a child or a parent")
    ),
)
"""In the order in which they stand on the home page."""


MOST_TOLD: Final = 3


def _told(services: Iterable[Mapping[str, Any]]) -> str:
    """What there really is behind an event, by name; nothing where there is nothing yet."""
    return ", ".join([str(guide["name"]) for guide in services][:MOST_TOLD])


def event_views(guides: Iterable[Mapping[str, Any]], texts: Texts) -> list[dict[str, Any]]:
    """The events in one language, each with its services; ``here`` is false without any."""
    known = list(guides)
    found = []
    for event in EVENTS:
        services = [guide for guide in known if event.id in guide["events"]]
        found.append(
            {
                "id": event.id,
                "icon": event.icon,
                "title": texts(event.title),
                "text": _told(services) or texts(event.text),
                "services": services,
                "here": bool(services),
            }
        )
    return found
