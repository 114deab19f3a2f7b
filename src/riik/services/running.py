"""One case on its way through its process, as it is loaded, changed and written back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Self
from zoneinfo import ZoneInfo

import msgspec

from riik.cases import Case
from riik.core import Work
from riik.rules import decide
from riik.services.dossier import Dossier
from riik.services.model import ServiceDefinition
from riik.services.process import Node, State, complete, waiting

__all__ = ["Effect", "Running", "Stored"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A case's process as the store has it.

    Attributes:
        case: The case's id.
        service: Catalogue id of the service.
        digest: Of the folder it began with.
        state: JSON of the process state; nothing personal.
        sealed: The dossier under the person's data key.
        version: Counts the writes; a write of an old version is refused.
    """

    case: str
    service: str
    digest: str
    state: bytes
    sealed: bytes
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A case with its service, its content and its place in the process.

    Attributes:
        today: The day by the country's calendar.
    """

    case: Case
    definition: ServiceDefinition
    dossier: Dossier
    state: State
    version: int
    today: date

    @classmethod
    def open_state(cls, source: bytes) -> State:
        """The process state from its JSON."""
        return msgspec.json.decode(source, type=State)

    def known(self) -> dict[str, Any]:
        """What rules, conditions and letters may speak of."""
        case = {"id": self.case.id, "number": self.case.number, "today": self.today.isoformat()}
        known = self.dossier.known(case=case)
        proposal = self.dossier.proposal
        known["proposal"] = {
            "outcome": proposal.outcome if proposal else None,
            "grounds": list(proposal.grounds) if proposal else [],
        }
        known["fee"] = self.fee(known)
        return known

    def fee(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """What the rules say is owed now: ``amount`` in minor units and its ``law``."""
        if not self.definition.fee_decision or self.definition.rules is None:
            return {"amount": 0, "law": ""}
        value = decide(self.definition.rules, self.definition.fee_decision, known).plain
        if not isinstance(value, Mapping):
            return {"amount": 0, "law": ""}
        return {"amount": int(value["amount"]), "law": str(value["law"])}

    def task(self, does: str) -> Node | None:
        """The waiting task that does this, or None."""
        for node in waiting(self.definition.process, self.state):
            if node.does == does:
                return node
        return None

    def done(self, task: Node, dossier: Dossier) -> Self:
        """The case after a task, with what is known by then."""
        after = replace(self, dossier=dossier)
        state = complete(self.definition.process, self.state, task.id, after.known())
        return replace(after, state=state)


def local_day(moment: Any, zone: str) -> date:
    """The calendar day of a UTC time in a zone, such as ``Europe/Tallinn``."""
    day: date = moment.astimezone(ZoneInfo(zone)).date()
    return day


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What an operation brings: a new dossier, and writes that belong into the same unit.

    Attributes:
        dossier: The content after it.
        write: Further writes (documents, states, fees), or None.
    """

    dossier: Dossier
    write: Callable[[Work], None] | None = None
