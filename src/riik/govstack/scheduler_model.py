"""What GovStack's Scheduler keeps: the details of each resource, and which of them are references.

After the building block's OpenAPI definition, version 1.0 (components/schemas). Pure: whether
details fit, whether they fit a filter, and which of them somebody asked for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from riik.core import Refused

__all__ = ["RESOURCES", "Resource", "SchedulerRefused", "fits", "moment", "read_details", "shown"]

MOST_TEXT: Final = 4_000
MOST_ITEMS: Final = 500


class SchedulerRefused(Refused):
    """A request to the Scheduler that is invalid, or names what there is not."""

    code = "govstack.scheduler-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One kind of thing, as the definition calls it.

    Attributes:
        name: The path's first part.
        created: Name of the object in which its details come in a creation.
        fields: Its details: ``text``, ``time``, ``truth``, ``venue``, ``hours``.
        refers: Details that name another thing, and which kind.
        asked: Flags of ``*_details_required`` that are called otherwise than their details.
        filtered: The same of filters.
    """

    name: str
    created: str
    fields: Mapping[str, str]
    refers: Mapping[str, str] = field(default_factory=dict)
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    filtered: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What its id is called."""
        return f"{self.name}_id"


def _texts(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "text")


_REACHED = _texts(
    "name", "category", "phone", "email", "alert_url", "alert_preference", "status_poll_url"
)

RESOURCES: Final[Mapping[str, Resource]] = {
    one.name: one
    for one in (
        Resource(
            name="entity",
            created="details",
            fields=_texts("category", "name", "phone", "email", "website"),
        ),
        Resource(
            name="event",
            created="details",
            fields={
                **_texts("name", "description", "category", "host_entity_id"),
                **_texts("subscriber_limit", "terms", "status"),
                "from": "time",
                "to": "time",
                "deadline": "time",
                "venue": "venue",
            },
            refers={"host_entity_id": "entity"},
            asked={"period": ("from", "to")},
        ),
        Resource(name="resource", created="resource_details", fields=_REACHED),
        Resource(name="subscriber", created="subscriber_details", fields=_REACHED),
        Resource(
            name="message",
            created="message_details",
            fields=_texts("entity_id", "category", "message_body"),
            refers={"entity_id": "entity"},
        ),
        Resource(
            name="affiliation",
            created="affiliation_details",
            fields={
                **_texts("resource_id", "entity_id", "resource_category"),
                "work_days_hours": "hours",
            },
            refers={"resource_id": "resource", "entity_id": "entity"},
            asked={"category": ("resource_category",)},
            filtered={"category": "resource_category"},
        ),
        Resource(
            name="alert_schedule",
            created="alert_schedule_details",
            fields={
                **_texts("event_id", "target_category", "message_id"),
                "alert_datetime": "time",
            },
            refers={"event_id": "event", "message_id": "message"},
        ),
        Resource(
            name="log",
            created="log_details",
            fields={
                **_texts("logger_role", "logger_id", "entity_id", "log_category", "log_data"),
                "datetime": "time",
            },
            refers={"entity_id": "entity"},
            asked={"logger_category": ("logger_role",)},
            filtered={"category": "log_category"},
        ),
        Resource(
            name="appointment",
            created="appointment_details",
            fields={
                **_texts("event_id", "participant_type", "participant_id", "status_id"),
                **_texts("participant_entity_id"),
                "exclusive": "truth",
            },
            refers={"event_id": "event", "participant_entity_id": "entity"},
            asked={"status": ("status_id",), "event_details": ()},
            filtered={"status": "status_id"},
        ),
    )
}


def read_details(resource: Resource, details: object) -> dict[str, Any]:
    """Details of a resource, each known and of its type.

    Raises:
        SchedulerRefused: For ``details``.
    """
    if not isinstance(details, Mapping) or not details:
        raise SchedulerRefused(f"{resource.name} has details", why="details")
    for name, value in details.items():
        kind = resource.fields.get(str(name))
        if kind is None or not _is(kind, value):
            raise SchedulerRefused(f"{str(name)[:40]!r} is no such detail", why="details")
    return {
        name: _truth(value) if resource.fields[name] == "truth" else value
        for name, value in details.items()
    }


def _is(kind: str, value: object) -> bool:
    if kind == "truth":
        return isinstance(value, bool) or value in ("true", "false")
    if kind == "venue":
        return isinstance(value, Mapping) and all(_is("text", one) for one in value.values())
    if kind == "hours":
        return (
            isinstance(value, list)
            and len(value) <= MOST_ITEMS
            and all(_is("venue", one) for one in value)
        )
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        return False
    return kind == "text" or moment(value) is not None


def _truth(value: object) -> bool:
    return value in (True, "true")


def moment(text: object) -> datetime | None:
    """A date-time; one without a zone (as in the definition's examples) is read as UTC."""
    try:
        read = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def fits(
    resource: Resource, record_id: str, details: Mapping[str, Any], wanted: Mapping[str, Any]
) -> bool:
    """Whether a thing fits a filter: every field that it names.

    ``from`` and ``to`` bound the thing's own time, whichever field of it that is.
    """
    return all(
        _one_fits(resource, record_id, details, name, value) for name, value in wanted.items()
    )


def _one_fits(
    resource: Resource, record_id: str, details: Mapping[str, Any], name: str, value: Any
) -> bool:
    if name == resource.key:
        return record_id in (value if isinstance(value, list) else [value])
    if name in ("from", "to"):
        bound = moment(value)
        times = [when for one in _times(resource) if (when := moment(details.get(one)))]
        if bound is None or not times:
            return bound is not None
        return max(times) >= bound if name == "from" else min(times) <= bound
    known = details.get(resource.filtered.get(name, name))
    if isinstance(known, bool):
        return known is _truth(value)
    if isinstance(known, Mapping) and isinstance(value, Mapping):
        return all(known.get(part) == one for part, one in value.items())
    return bool(known == value)


def _times(resource: Resource) -> Iterator[str]:
    return (name for name, kind in resource.fields.items() if kind == "time" and name != "deadline")


def shown(
    resource: Resource,
    record_id: str,
    details: Mapping[str, Any],
    required: Mapping[str, Any],
    *,
    event: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """A thing as lists tell it: its id, and those of its details that were asked for.

    Without any flag it is told whole.
    """
    flags = [name for name, wanted in required.items() if _truth(wanted)]
    if not flags:
        return {resource.key: record_id, "details": dict(details)}
    names = {one for flag in flags for one in resource.asked.get(flag, (flag,))}
    told: dict[str, Any] = {name: value for name, value in details.items() if name in names}
    if "event_details" in flags and event is not None:
        told["event_details"] = dict(event)
    return {resource.key: record_id, "details": told}
