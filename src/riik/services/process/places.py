"""Places of tokens as text: ``heard#1/ask`` is node ``heard/ask`` in the first hearing.

Pure. The text tells node and surroundings, so that a state needs no tables of its own.
"""

import re
from collections.abc import Iterable, Iterator

__all__ = ["activities", "base_of", "inside", "node_of", "number_of", "place_in", "scope_of"]

_NUMBER = re.compile(r"#[0-9]+")
_LAST = re.compile(r"#([0-9]+)\Z")


def node_of(place: str) -> str:
    """The node's id."""
    return _NUMBER.sub("", place) if "#" in place else place


def scope_of(place: str) -> str:
    """The call in which a place lies; empty outside of any."""
    return place.rpartition("/")[0]


def place_in(scope: str, node: str) -> str:
    """Where a node lies in a scope."""
    name = node.rpartition("/")[2]
    return f"{scope}/{name}" if scope else name


def base_of(place: str) -> str:
    """The activity of which a place is one of several; the place itself when it is alone."""
    return _LAST.sub("", place)


def number_of(place: str) -> int:
    """Which one of several it is, from 1; 0 when it is alone."""
    found = _LAST.search(place)
    return int(found[1]) if found else 0


def inside(place: str, activity: str) -> bool:
    """Whether a place is the activity, one of its several, or within it."""
    return place == activity or place.startswith((f"{activity}/", f"{activity}#"))


def activities(places: Iterable[str]) -> Iterator[str]:
    """Every activity that is going on when tokens stand at these places, each once."""
    told: set[str] = set()
    for place in places:
        around = place
        while around:
            activity = base_of(around)
            if activity not in told:
                told.add(activity)
                yield activity
            around = scope_of(around)
