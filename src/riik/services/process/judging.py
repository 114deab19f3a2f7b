"""Which way a token goes: FEEL over what a case knows (BPMN 2.0.2 §13.4, §13.3.7).

Pure. A condition holds when it is true, not when it is unknown. Within an activity that is done
several times conditions may speak of ``loopCounter``; its completion condition of
``numberOfInstances``, ``numberOfActiveInstances``, ``numberOfCompletedInstances`` and
``numberOfTerminatedInstances`` (Table 10.30).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from riik.rules import to_plain
from riik.services.errors import FolderRefused
from riik.services.process.model import Flow, Kind, Loop, Node
from riik.services.process.places import number_of, scope_of

__all__ = ["MOST_TIMES", "Judge", "Knowing"]

MOST_TIMES = 1_000


class Judge(Protocol):
    """Decides where a process leaves it open."""

    def ways(self, gateway: Node, flows: Sequence[Flow], place: str, /) -> Sequence[Flow]:
        """The flows on which tokens leave a gateway that splits."""
        ...

    def number(self, activity: Node, place: str, /) -> int:
        """How many times an activity is to be done."""
        ...

    def enough(self, activity: Node, loop: Loop, /) -> bool:
        """Whether it is over before all are done."""
        ...


@dataclass(frozen=True, slots=True)
class Knowing:
    """Judges by what the case knows."""

    known: Mapping[str, Any]

    def ways(self, gateway: Node, flows: Sequence[Flow], place: str, /) -> Sequence[Flow]:
        """Exclusive: the first that holds (§13.4.2); inclusive: all that hold (§13.4.3).

        Raises:
            FolderRefused: No condition holds and there is no default (``no-way``).
        """
        known = self._at(place)
        found = []
        for flow in flows:
            if flow.id == gateway.default:
                continue
            if flow.test is None or flow.test.value(known) is True:
                found.append(flow)
                if gateway.kind is Kind.EXCLUSIVE:
                    return found
        found = found or [flow for flow in flows if flow.id == gateway.default]
        if not found:
            raise FolderRefused(f"no way leads on from {gateway.id}", why="no-way")
        return found

    def number(self, activity: Node, place: str, /) -> int:
        """How many times.

        Raises:
            FolderRefused: Not a whole number up to a thousand (``times``).
        """
        value = to_plain(activity.many.number.value(self._at(place))) if activity.many else 1
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not whole or not 0 <= value <= MOST_TIMES:
            text = f"{activity.id} can't be done {value!r} times"
            raise FolderRefused(text, why="times", most=MOST_TIMES)
        return int(value)

    def enough(self, activity: Node, loop: Loop, /) -> bool:
        """Whether the completion condition holds."""
        if activity.many is None or activity.many.until is None:
            return False
        counted = {
            "numberOfInstances": loop.total,
            "numberOfActiveInstances": loop.begun - loop.done,
            "numberOfCompletedInstances": loop.done,
            "numberOfTerminatedInstances": 0,
        }
        return activity.many.until.value({**self._at(loop.activity), **counted}) is True

    def _at(self, place: str) -> Mapping[str, Any]:
        while place:
            number = number_of(place)
            if number:
                return {**self.known, "loopCounter": number}
            place = scope_of(place)
        return self.known
