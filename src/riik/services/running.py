"""One case on its way through its process, as it is loaded, changed and written back.

`Files` is where cases lie between two steps: sealed under the person's key, counted by version
so that one writer gets through, woken through the outbox.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

import msgspec

from riik.cases import Case, Cases, CaseUnknown
from riik.core import Clock, Memo, Outbox, PersonCode, SubjectId, Vault, Work
from riik.rules import decide, explain
from riik.services.dossier import Dossier, Proposal
from riik.services.errors import AnswerRefused
from riik.services.folder.definition import read_service
from riik.services.folder.versions import pack_folder, unpack_folder
from riik.services.forms.pages import wanted_pages
from riik.services.joint.model import INVITED, SIGNED, named
from riik.services.model import Page, ServiceDefinition
from riik.services.process import Kind, Node, Process, State, complete, occur, waiting
from riik.services.terms.delivering import Reached

__all__ = [
    "BY_COMPUTER",
    "RUN",
    "Effect",
    "Files",
    "Running",
    "ServiceStore",
    "Stored",
    "Waits",
    "due_after",
    "local_day",
]

MOST_DAYS_OFF = 30
"""More days without work in a row no country has; a profile that says so ends no search."""

MOST_VERSIONS = 64

BY_COMPUTER = frozenset({Kind.SERVICE, Kind.RULE, Kind.THROW})
"""Tasks that nobody is asked for."""

DISPUTED = "disputed"
"""What needs a human, besides the rules' own codes: the person says that a register is wrong."""

RUN = "services.run"
"""Outbox topic: a case has work to do without the person; the payload is its id."""


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
        due: The next time that the process waits for, RFC 3339; empty without one.
    """

    case: str
    service: str
    digest: str
    state: bytes
    sealed: bytes
    version: int
    due: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A case with its service, its content and its place in the process.

    Attributes:
        today: The day by the country's calendar.
        now: When it was loaded: timers that begin in this step run from here.
        zone: The country's, in which timers count days.
        reached: How its decision came to the person; None where none is watched.
    """

    case: Case
    definition: ServiceDefinition
    dossier: Dossier
    state: State
    version: int
    today: date
    now: datetime | None = None
    zone: str = "UTC"
    reached: Reached | None = None
    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)
    _pages: list[Page] = field(default_factory=list, init=False, repr=False, compare=False)

    @classmethod
    def open_state(cls, source: bytes) -> State:
        """The process state from its JSON."""
        return msgspec.json.decode(source, type=State)

    def known(self) -> dict[str, Any]:
        """What rules, conditions and letters may speak of; worked out once, for nothing changes."""
        if not self._known:
            self._known.update(self._now_known())
        return dict(self._known)

    def pages(self) -> list[Page]:
        """The pages to ask and those that end it; their conditions are judged once."""
        if not self._pages:
            wanted = wanted_pages(self.definition.pages, known=self.known(), exits=True)
            self._pages.extend(wanted)
        return list(self._pages)

    def _now_known(self) -> dict[str, Any]:
        case = {
            "id": self.case.id,
            "number": self.case.number,
            "today": self.today.isoformat(),
            "person": self.dossier.person,
            "occasion": self.with_occasion().dossier.occasion or None,
        }
        known = self.dossier.known(case=case)
        proposal = self.dossier.proposal
        known["proposal"] = {
            "outcome": proposal.outcome if proposal else None,
            "grounds": list(proposal.grounds) if proposal else [],
        }
        known["joint"] = self.joint()
        known["offered"] = self.dossier.offered
        known["fee"] = self.fee(known) | {"when": self.pays_when}
        return known

    def with_occasion(self) -> Self:
        """The case with the person of the event as the applicant names them, if they do."""
        dossier, rule = self.dossier, self.definition.offer
        if rule is None or dossier.occasion or not dossier.answers.get(rule.question):
            return self
        text = str(dossier.answers[rule.question]).strip().upper()
        code = text if text[:2].isalpha() else dossier.person[:2] + text
        return replace(self, dossier=replace(dossier, occasion=code))

    def joint(self) -> dict[str, Any]:
        """What a process may ask of a joint application: is anybody ``wanted``, who ``signed``.

        ``others`` are the codes of those who sign as well, with their country.
        """
        dossier = self.dossier
        try:
            others = named(
                self.definition.joint, dossier.answers, by=dossier.person, actor=dossier.actor
            )
        except AnswerRefused:
            others = ()
        signed = [one for one in dossier.signers if one.standing == SIGNED]
        return {"wanted": bool(others), "signed": len(signed), "others": list(others)}

    def pays(self, person: PersonCode) -> bool:
        """Whether the fee is this one's to pay: of a joint application, as its folder says."""
        rule, mine = self.definition.joint, person == self.dossier.person
        if rule is None or not self.dossier.signers or rule.pays == "either":
            return mine or self.dossier.signer(person) is not None
        return mine is (rule.pays == "applicant")

    @property
    def pays_when(self) -> str:
        """When the fee of this case is paid: ``before``, ``in``, ``after`` or at the ``desk``."""
        return self.definition.paying.of(self.dossier.channel)

    def fee(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """What the rules say is owed now: ``amount`` in minor units and its ``law``."""
        if not self.definition.fee_decision or self.definition.rules is None:
            return {"amount": 0, "law": ""}
        value = decide(self.definition.rules, self.definition.fee_decision, known).plain
        if not isinstance(value, Mapping):
            return {"amount": 0, "law": ""}
        return {"amount": int(value["amount"]), "law": str(value["law"])}

    def proposed(self) -> Proposal:
        """What the rules propose by what is known; without rules an official decides."""
        definition = self.definition
        # What a person says is wrong, no computer decides upon.
        said = (DISPUTED,) if self.dossier.disputed else ()
        if definition.rules is None or not definition.proposal_decision:
            return Proposal(outcome="official", grounds=said)
        decision = decide(definition.rules, definition.proposal_decision, self.known())
        value = decision.plain if isinstance(decision.plain, Mapping) else {}
        outcome = value.get("outcome")
        return Proposal(
            outcome=outcome if outcome in ("grant", "refuse") and not said else "official",
            grounds=(*said, *(str(ground) for ground in value.get("grounds") or ())),
            explanation=tuple(explain(decision)),
        )

    def task(self, does: str) -> Node | None:
        """The waiting task that does this, or None."""
        for node in waiting(self.definition.process, self.state):
            if node.does == does:
                return node
        return None

    @property
    def busy(self) -> bool:
        """Something is to be done without the person."""
        tasks = waiting(self.definition.process, self.state)
        return any(task.kind in BY_COMPUTER for task in tasks)

    def done(self, task: Node, dossier: Dossier) -> Self:
        """The case after a task, with what is known by then."""
        after = replace(self, dossier=dossier)
        state = complete(
            self.definition.process,
            self.state,
            task.id,
            after.known(),
            at=self.now,
            zone=self.zone,
        )
        return replace(after, state=state)

    def after(self, event: str) -> Self:
        """The case after a time or a message that it waited for.

        Raises:
            StepRefused: It waits for no such event (``not-waiting``).
        """
        process = self.definition.process
        state = occur(process, self.state, event, self.known(), at=self.now, zone=self.zone)
        return replace(self, state=state)


def due_after(
    moment: datetime, *, days: int, zone: str, works: Callable[[date], bool] | None = None
) -> datetime:
    """When a time limit ends: on a working day, for people can't be answered on another.

    A last day without work gives way to the next working day (Estonia: TsÜS § 136 (8);
    Vietnam: Civil Code 91/2015/QH13 art. 148 (5)).

    Args:
        moment: When it begins, UTC.
        days: Calendar days.
        zone: The country's.
        works: Whether offices work on a day; on every day when nobody says.
    """
    # Days are the calendar's: the hour stays when clocks are changed, and so does the last day.
    due = moment.astimezone(ZoneInfo(zone)) + timedelta(days=days)
    for _ in range(MOST_DAYS_OFF):
        if works is None or works(due.date()):
            break
        due += timedelta(days=1)
    return due.astimezone(UTC)


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


@dataclass(frozen=True, slots=True)
class Waits:
    """That somebody was asked to sign a case, and until when it waits for them.

    Attributes:
        subject: Who, opaque.
        until: RFC 3339; empty once it waits no longer.
    """

    subject: SubjectId
    until: str


class ServiceStore(Protocol):
    """What is kept of running cases."""

    def insert(self, stored: Stored, *, work: Work) -> None: ...
    def load(self, case: str, *, work: Work) -> Stored | None: ...
    def save(self, stored: Stored, *, work: Work) -> None: ...
    def put_signers(self, case: str, signers: Sequence[Waits], *, work: Work) -> None: ...
    def signs(self, case: str, subject: SubjectId | None, *, work: Work) -> bool: ...
    def signed_by(self, subject: SubjectId, *, work: Work) -> list[str]: ...
    def overdue(self, now: str, *, work: Work) -> list[str]: ...
    def keep_folder(self, digest: str, service: str, files: bytes, *, work: Work) -> None: ...
    def folder(self, digest: str, *, work: Work) -> bytes | None: ...
    def drop(self, case: str, *, work: Work) -> None: ...
    def delivery(self, case: str, *, work: Work) -> Reached | None: ...
    def due(self, before: str, *, limit: int, work: Work) -> list[str]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Files:
    """The running cases of one authority.

    Attributes:
        definitions: Its services, by id, in the version with which cases begin now.
        zone: Where the law's days begin, such as ``Europe/Tallinn``.
        appeals: What happens with an appeal, in every service; None where there are none.
        handed: What happens with a case of another organisation, likewise.
        versions: Earlier versions that were read, by digest.
    """

    store: ServiceStore
    cases: Cases
    vault: Vault
    outbox: Outbox
    clock: Clock
    definitions: Mapping[str, ServiceDefinition]
    zone: str
    appeals: Process | None = None
    handed: Process | None = None
    versions: Memo[str, ServiceDefinition] = field(default_factory=lambda: Memo(MOST_VERSIONS))

    def begin(
        self, case: Case, definition: ServiceDefinition, dossier: Dossier, state: State
    ) -> Running:
        """A case at its first step; `insert` writes it down."""
        now = self.clock.now()
        return Running(
            case=case,
            definition=definition,
            dossier=dossier,
            state=state,
            version=0,
            today=local_day(now, self.zone),
            now=now,
            zone=self.zone,
        )

    def load(self, case_id: str, *, work: Work, person: PersonCode | None = None) -> Running:
        """A case, opened; with ``person`` only if it is that person's.

        Raises:
            CaseUnknown: For ``unknown`` or ``not-yours``.
        """
        subject = self.vault.find(person) if person else None
        if person and subject is None:
            raise CaseUnknown("no such case", why="not-yours")
        case = self.cases.find(case_id, work=work)
        own = subject is None or subject == case.subject
        if not own and not self.store.signs(case_id, subject, work=work):
            raise CaseUnknown("no such case", why="not-yours")
        stored = self.store.load(case_id, work=work)
        if stored is None:
            raise CaseUnknown("no such case", why="unknown")
        definition = self.definition_of(stored, work=work)
        if case.handed_by:
            definition = self.as_handed(definition)
        elif case.about:
            definition = self.as_appeal(definition)
        sealed = self.vault.open(case.key, stored.sealed, context=_context(case_id))
        now = self.clock.now()
        return Running(
            case=case,
            definition=definition,
            dossier=Dossier.from_json(sealed),
            state=Running.open_state(stored.state),
            version=stored.version,
            today=local_day(now, self.zone),
            now=now,
            zone=self.zone,
            reached=self.store.delivery(case_id, work=work) if case.state.ended else None,
        )

    def keep(self, folder: Mapping[str, bytes], *, standard: bytes, work: Work) -> None:
        """Keep a version of a service, for the cases that begin with it."""
        packed = pack_folder(folder, standard=standard)
        definition = read_service(folder, standard=standard)
        self.store.keep_folder(definition.digest, definition.id, packed, work=work)

    def definition_of(self, stored: Stored, *, work: Work) -> ServiceDefinition:
        """The service as it was when the case began: its questions, rules, fee and process.

        A case from before versions were kept goes on by the present one.

        Raises:
            CaseUnknown: For ``no-service``: neither the service nor its version is here.
            FolderRefused: The version that was kept can't be read any more.
        """
        present = self.definitions.get(stored.service)
        if present is not None and present.digest == stored.digest:
            return present
        packed = self.store.folder(stored.digest, work=work)
        if packed is not None:
            digest = stored.digest
            return self.versions.of(digest, lambda: unpack_folder(packed, digest=digest))
        if present is None:
            raise CaseUnknown("this service is no longer here", why="no-service")
        return present

    def as_appeal(self, definition: ServiceDefinition) -> ServiceDefinition:
        """The same service as its appeals go: another process, and nothing to pay."""
        if self.appeals is None:
            raise CaseUnknown("there are no appeals here", why="no-service")
        terms = replace(definition.terms, silence="")
        return replace(definition, process=self.appeals, fee_decision="", terms=terms)

    def as_handed(self, definition: ServiceDefinition) -> ServiceDefinition:
        """The same service for a case that was signed, and perhaps paid for, elsewhere."""
        if self.handed is None:
            raise CaseUnknown("no cases are taken here", why="no-service")
        return replace(definition, process=self.handed, fee_decision="")

    def insert(self, running: Running, *, work: Work) -> None:
        """Write a case that starts, and wake it."""
        self.store.insert(self._stored(running, version=0), work=work)
        self._wake(running, work=work)

    def save(self, running: Running, *, work: Work, wake: bool = True) -> None:
        """Write a case that was changed, in the version after the one that was loaded.

        Args:
            running: The case after the step.
            work: The unit in which all of the step is written.
            wake: Have what waits without the person done; False from the worker itself.

        Raises:
            Unavailable: Somebody wrote it meanwhile (``changed``); load it again.
        """
        self.store.save(self._stored(running, version=running.version + 1), work=work)
        if running.dossier.signers:
            self.store.put_signers(running.case.id, self._waits(running), work=work)
        if wake:
            self._wake(running, work=work)

    def standing(self, running: Running, *, work: Work) -> Running:
        """A case as it stands after `save` in the same unit; its content is not opened again."""
        now = self.clock.now()
        return replace(
            running,
            case=self.cases.find(running.case.id, work=work),
            version=running.version + 1,
            today=local_day(now, self.zone),
            now=now,
        )

    def _waits(self, running: Running) -> list[Waits]:
        return [
            Waits(
                subject=self.vault.subject_of(one.person),
                until="" if running.state.ended or one.standing != INVITED else one.until,
            )
            for one in running.dossier.signers
        ]

    def _wake(self, running: Running, *, work: Work) -> None:
        if running.busy:
            key = f"{running.case.id}/{running.version}"
            self.outbox.put(RUN, key, running.case.id.encode(), work=work)

    def _stored(self, running: Running, *, version: int) -> Stored:
        context = _context(running.case.id)
        sealed = self.vault.seal(running.case.key, running.dossier.to_json(), context=context)
        return Stored(
            case=running.case.id,
            service=running.definition.id,
            digest=running.definition.digest,
            state=msgspec.json.encode(running.state),
            sealed=sealed,
            version=version,
            due=running.state.due,
        )


def _context(case: str) -> str:
    return f"services_running/{case}"
