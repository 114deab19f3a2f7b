"""What registers say in a preview: as the folder's own tests have it, or made up. Pure."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from riik.core import Refused
from riik.services import ServiceDefinition, read_cases

__all__ = ["made_up"]

_PERSON: Mapping[str, Any] = {
    "given_names": "Mari",
    "middle_names": None,
    "family_name": "Maasikas",
    "birth_date": "1990-05-14",
    "residence": {"text": "Pikk 7-3, Tallinn"},
    "citizenship": "EE",
    "language": "et",
    "email": "mari@example.ee",
    "phone": "+372 5123 4567",
    "status": "valid",
}


def made_up(
    definition: ServiceDefinition, files: Mapping[str, bytes], *, today: date
) -> dict[str, dict[str, Any]]:
    """Values by need: those of the folder's first test that knows them, the others made up.

    Args:
        definition: The service.
        files: Its folder, for ``cases/*.toml``.
        today: Days are made up around it.
    """
    try:
        cases = read_cases(files, definition=definition)
    except Refused:
        cases = ()
    told: dict[str, dict[str, Any]] = {}
    for need in definition.needs:
        known: Mapping[str, Any] = next(
            (
                case.known[need.id]
                for case in cases
                if case.known.get(need.id, {}).get("standing") == "known"
            ),
            {},
        )
        told[need.id] = {
            field: known.get(field, _value(field, today=today)) for field in need.fields
        }
    return told


def _value(field: str, *, today: date) -> Any:
    if field in _PERSON:
        return _PERSON[field]
    if field.endswith(("_until", "_to")):
        return (today + timedelta(days=400)).isoformat()
    if field.endswith(("_date", "_on", "_at", "_since", "_from")):
        return (today - timedelta(days=400)).isoformat()
    if field.endswith(("_days", "_hours", "_years", "_count")):
        return 365
    if field.endswith("s"):
        return ["example"]
    return "example"
