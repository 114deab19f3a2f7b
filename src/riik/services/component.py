"""Public services: what must happen for this person to get this?

Every channel (web, desk, API, chat) makes the same calls: start, step, status. A step ends
with one commit; what follows without the person (lookups, rules, letters, registers, notices)
is done by `run`, woken through the outbox, so that a fall at any point loses nothing.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from riik.cases import Case, Cases
from riik.core import (
    Clock,
    Database,
    InThread,
    PersonCode,
    Unavailable,
    to_text,
)
from riik.payments import Fees
from riik.services.applicant.admitting import admit_age, admit_role
from riik.services.desk.amending import AMENDMENT, amendment_file, may_amend
from riik.services.desk.helping.assisting import Assisting
from riik.services.dossier import Dossier
from riik.services.errors import AuthorityMissing, StepRefused
from riik.services.folder.catalogue import guide_view
from riik.services.forms.lists import OPENED
from riik.services.forms.timing import find_in, let_go, paper_of, papers_of
from riik.services.letters import APPLICATION, application_file
from riik.services.measures.past import Measures
from riik.services.measures.telling import IN_EARNEST, Telling
from riik.services.model import ServiceDefinition
from riik.services.operations import Operations
from riik.services.outcome import Outcome, VerifyVisit, Visit
from riik.services.process import Kind, Node, State, start, waiting
from riik.services.running import BY_COMPUTER, Files, Running, local_day
from riik.services.shown.rows import Speaker
from riik.services.steps import Steps
from riik.services.terms.appealing import Appeals
from riik.services.terms.beginnings import Beginnings
from riik.services.terms.refunding import LateFees
from riik.services.views import may_sign, summary, view

__all__ = ["Services"]

MOST_OPERATIONS = 50
MOST_CASES = 200
TRIES_AT_ONCE = 3
SETTLE_SECONDS = 2.0
"""So long a step waits for what follows without the person; then they are told what goes on."""


class WhoHas(Protocol):
    """Which officials have a case (the desk's staff)."""

    def __call__(self, case: Case, /) -> tuple[Mapping[str, str], str]:
        """Names of the unit by language, and the official's name; empty when nobody has it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One provider's public services.

    Attributes:
        assisting: Its officials who fill in with people at the desk.
        telling: How roughly figures tell of people's cases.
        beginnings: How often a person may begin a service; not counted at a desk.
    """

    database: Database
    files: Files
    clock: Clock
    in_thread: InThread
    cases: Cases
    fees: Fees
    operations: Operations
    steps: Steps
    verify: VerifyVisit
    who_has: WhoHas
    assisting: Assisting
    appeals: Appeals
    late_fees: LateFees | None = None
    telling: Telling = IN_EARNEST
    beginnings: Beginnings = field(default_factory=Beginnings)

    async def start(self, service: str, visit: Visit) -> dict[str, Any]:
        """Open a case and ask the registers; the same case again is answered as it stands.

        At a desk an official fills in for a person who is present: both sign in, both are named
        in the case, and the person signs with their own card.

        Raises:
            StepRefused: There is no such service here (``no-service``).
            StatementRefused: The person did not ask for this here and now.
            BeginningsTooMany: For ``unfinished`` or ``often``.
            AuthorityMissing: For ``no-assistant``: a desk is where an official sits; for
                ``no-official`` or ``own-case``.
            ApplicantRefused: For ``represented`` or ``age``.
        """
        definition = self.files.definitions.get(service)
        if definition is None:
            raise StepRefused("this authority has no such service", why="no-service")
        if (visit.channel == "desk") is not (visit.assistant is not None):
            raise AuthorityMissing(
                "an official is at the desk, and nowhere else", why="no-assistant"
            )
        visit = await self._authorised(visit, level=definition.level)
        admit_role(definition.applicant, visit)
        today = local_day(self.clock.now(), self.files.zone)
        admit_age(definition.applicant, visit.person, today=today)
        await self.in_thread(self._start, definition, visit)
        return await self._settled(visit)

    async def step(self, step: str, content: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
        """Take what the person does next.

        Args:
            step: ``answers/<page>``, ``submission``, ``signature``, ``payment`` or
                ``withdrawal``.
            content: The step's own input.
            visit: Who, in which case, with which statement of login.

        Raises:
            StepRefused: The case is at another step.
            AnswerRefused: An answer does not fit.
            CaseUnknown: There is no such case of this person.
        """
        for _ in range(TRIES_AT_ONCE):
            try:
                return await self._step(step, content, visit)
            except Unavailable as error:
                # Two windows at once: whoever came second takes the step where the case is now,
                # and is told that it was sent already.
                if error.why != "changed":
                    raise
        return await self._step(step, content, visit)

    async def _step(self, step: str, content: Mapping[str, Any], visit: Visit) -> dict[str, Any]:
        running = await self.in_thread(self._load, visit.case)
        visit = await self._authorised(visit, level=running.definition.level)
        self.steps.admit(running, visit)
        await self._note(running, visit)
        running = replace(running, dossier=_carried(running.dossier, visit))
        if step == "appeal":
            return await self._appeal(running, content, visit)
        outcome = await self.steps.take(step, content, running, visit)
        after = None
        if outcome.ended:
            await self.in_thread(self._end, running, outcome)
        elif outcome.node is not None:
            after = await self.in_thread(self._finish, running, outcome.node, outcome)
        elif outcome.dossier != running.dossier:
            after = await self.in_thread(self._keep, running, outcome)
        return {**await self._settled(visit, after), **outcome.answer}

    async def status(
        self, visit: Visit, *, language: str = "", find: tuple[str, str] | None = None
    ) -> dict[str, Any]:
        """Where the person's case stands, what is asked next, what is known and from where.

        Args:
            visit: Who, in which case, with which statement of login.
            language: In which language to tell it; the case's own when empty.
            find: A question that a list answers, and words: the view then has ``found``.

        Raises:
            CaseUnknown: There is no such case of this person.
            StatementRefused: The person did not ask for this here and now.
            AnswerRefused: No list answers this question (``unknown``).
        """
        running = await self.in_thread(self._load, visit.case, visit.person)
        await self._authorised(visit, level=running.definition.level)
        await self._note(running, visit)
        opened = find[1] if find is not None and find[0] == OPENED else ""
        view = await self.in_thread(self._view, running, visit, language, opened)
        if find is None or opened:
            return view
        found = await self.in_thread(self._found, running, find, view["language"])
        return {**view, "found": found}

    async def document(self, name: str, visit: Visit, *, language: str = "") -> tuple[bytes, str]:
        """A document of the person's case: content and media type.

        Args:
            name: As the case shows it; before the signature also the file that will be signed.
            visit: Who, in which case, with which statement of login.
            language: Of a file that is not signed yet; the case's own when empty.

        Raises:
            CaseUnknown: No such case or document of this person.
            StatementRefused: The person did not ask for this here and now.
        """
        running = await self.in_thread(self._load, visit.case, visit.person)
        await self._authorised(visit, level=running.definition.level)
        await self._note(running, visit)
        if name == APPLICATION and running.dossier.signers:
            return await self.in_thread(self._signed_file, running), "application/json"
        if name == APPLICATION and may_sign(running):
            content = application_file(running, language=language or running.dossier.language)
            return content, "application/json"
        if name == AMENDMENT and may_amend(running):
            content = amendment_file(running, language=language or running.dossier.language)
            return content, "application/json"
        return await self.in_thread(self._document, running, name)

    async def of_person(self, visit: Visit, *, language: str = "") -> list[dict[str, Any]]:
        """The person's cases, newest first; the statement is for the errand `visit.case`.

        Raises:
            StatementRefused: The person did not ask for this here and now.
        """
        await self._authorised(visit, level="substantial")
        return await self.in_thread(self._of_person, visit.person, language)

    def catalogue(self) -> list[dict[str, Any]]:
        """The guide of each service, in every language, with today's fees; nobody's data."""
        today = local_day(self.clock.now(), self.files.zone)
        return [
            guide_view(
                definition,
                authority=self.operations.authority.names,
                sources=self.operations.sources,
                today=today,
            )
            for definition in self.files.definitions.values()
        ]

    def measures(self, *, days: int = 30) -> dict[str, Any]:
        """How each service did in a period; see `Measures.told`."""
        return self._measures.told(days=days)

    def what_if(
        self, service: str, *, fee: tuple[int, int] | None = None, deadline: int | None = None
    ) -> dict[str, Any]:
        """What another fee or deadline would have made; see `Measures.what_if`."""
        return self._measures.what_if(service, fee=fee, deadline=deadline)

    @property
    def _measures(self) -> Measures:
        return Measures(
            database=self.database,
            cases=self.cases,
            fees=self.fees,
            clock=self.clock,
            definitions=self.files.definitions,
            telling=self.telling,
        )

    async def run(self, case: str) -> None:
        """Do what waits without the person, one durable operation after the other.

        Raises:
            Unavailable: Something it depends on is silent; the job repeats it later.
        """
        running = await self.in_thread(self._load, case)
        for _ in range(MOST_OPERATIONS):
            tasks = [task for task in self._waiting(running) if task.kind in BY_COMPUTER]
            if not tasks:
                return
            if tasks[0].kind is Kind.RULE:
                effect = self.operations.judge(tasks[0].does, running)
            else:
                effect = await self.operations.run(tasks[0].does, running)
            # The event that woke us stays until we return: no other is needed to go on.
            running = await self.in_thread(self._finish, running, tasks[0], effect, wake=False)
        raise Unavailable("the case has still more to do", why="more")

    async def fee_paid(self, case: str) -> None:
        """Go on with a case whose fee was settled; a repeated word changes nothing."""
        running = await self.in_thread(self._load, case)
        task = running.task("pay")
        if task is not None:
            outcome = self.steps.paid(running, task)
            await self.in_thread(self._finish, running, task, outcome)
        elif self.late_fees is not None:
            await self.in_thread(self.late_fees, running)

    async def lapse(self) -> None:
        """End the joint applications that not everybody signed in time."""
        for case in await self.in_thread(self._overdue):
            running = await self.in_thread(self._load, case)
            outcome = self.steps.joint.lapse(running)
            if outcome is not None:
                await self.in_thread(self._end, running, outcome)

    async def joint_over(self, case: str) -> None:
        """Tell the people of a joint application that it has ended."""
        await self.steps.joint.tell_over(await self.in_thread(self._load, case))

    async def _settled(self, visit: Visit, written: Running | None = None) -> dict[str, Any]:
        """How a case stands once nothing runs in it without the person, or after a while.

        Args:
            visit: Whose.
            written: The case as it was just written; read when not given.
        """
        pause = 0.004
        began = self.clock.monotonic()
        running = written if written is not None else await self.in_thread(self._load, visit.case)
        while running.busy and self.clock.monotonic() - began <= SETTLE_SECONDS:
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, 0.25)
            running = await self.in_thread(self._load, visit.case)
        return await self.in_thread(self._view, running, visit)

    def _of_person(self, person: PersonCode, language: str) -> list[dict[str, Any]]:
        subject = self.files.vault.find(person)
        if subject is None:
            return []
        with self.database.read() as work:
            found = self.cases.of_person(subject, limit=MOST_CASES, work=work)
            own = [case.id for case in found]
            asked = self.files.store.signed_by(subject, work=work)
            cases = dict.fromkeys([*own, *asked][:MOST_CASES])
            running = [self.files.load(case, work=work) for case in cases]
        return [summary(self._speaker(one, language, viewer=person)) for one in running]

    def _overdue(self) -> list[str]:
        with self.database.read() as work:
            return self.files.store.overdue(to_text(self.clock.now()), work=work)

    def _signed_file(self, running: Running) -> bytes:
        with self.database.read() as work:
            return self.steps.joint.signed_file(running, work=work)

    def _document(self, running: Running, name: str) -> tuple[bytes, str]:
        with self.database.read() as work:
            times, spoken = self.steps.times, running.dossier.language
            return paper_of(self.cases, running.case, times, name, spoken, work=work)

    async def _note(self, running: Running, visit: Visit) -> None:
        """What an official who helps will see is on record before anything leaves."""
        if visit.assistant is not None:
            await self.in_thread(self._write_look, running, visit)

    def _write_look(self, running: Running, visit: Visit) -> None:
        with self.database.work() as work:
            self.assisting.note(running, visit, work=work)

    async def _authorised(self, visit: Visit, *, level: str) -> Visit:
        acting = await self.in_thread(
            self.verify,
            visit.authority,
            carrier=visit.carrier,
            person=visit.person,
            case=visit.case,
            level=level,
        )
        if visit.actor != acting.person:
            raise AuthorityMissing("somebody else signed in", why="asker")
        helper = self.assisting.check(visit)
        if helper is not None:
            signed_in = await self.in_thread(
                self.verify,
                visit.assistance,
                carrier=visit.carrier,
                person=helper,
                case=visit.case,
                level=level,
            )
            if signed_in.person != helper:
                raise AuthorityMissing("another official signed in", why="asker")
        return replace(visit, role=acting.role)

    async def _appeal(
        self, running: Running, content: Mapping[str, Any], visit: Visit
    ) -> dict[str, Any]:
        """Open an appeal; answers the decided case, and ``appealed``: the id of the new one."""
        if visit.person != running.dossier.person:
            raise AuthorityMissing("the applicant appeals", why="not-yours")
        opened = await self.in_thread(self._open_appeal, running, content)
        return {**await self._settled(visit), "appealed": opened}

    def _open_appeal(self, running: Running, content: Mapping[str, Any]) -> str:
        with self.database.work() as work:
            return self.appeals.open(running, content, work=work)

    def _start(self, definition: ServiceDefinition, visit: Visit) -> None:
        subject = self.files.vault.subject_of(visit.person)
        years = definition.terms.keep_years
        # What is kept for a time only has a key of its own, which can be destroyed with it.
        own = PersonCode(f"case:{visit.case}")
        key = self.files.vault.subject_of(own) if years else None
        with self.database.work() as work:
            case = self.cases.open(
                visit.case,
                service=definition.id,
                subject=subject,
                channel=visit.channel,
                sealed_by=key,
                keep_years=years,
                work=work,
            )
            if self.files.store.load(case.id, work=work) is not None:
                self.assisting.note(self.files.load(case.id, work=work), visit, work=work)
                return
            if visit.assistant is None:
                self.beginnings.check(case, self.cases.of_person(subject, work=work))
            dossier = Dossier(
                person=visit.person,
                actor=visit.actor,
                language=visit.language,
                channel=visit.channel,
                authority=visit.authority,
                helpers=(visit.assistant,) if visit.assistant else (),
                role=visit.role,
            )
            known = dossier.known(case={"id": case.id})
            now = self.clock.now()
            state = start(definition.process, known, at=now, zone=self.files.zone)
            running = self.files.begin(case, definition, dossier, state)
            self.files.insert(running, work=work)
            self.assisting.note(running, visit, work=work)

    def _load(self, case_id: str, person: PersonCode | None = None) -> Running:
        with self.database.read() as work:
            return self.files.load(case_id, person=person, work=work)

    def _finish(self, running: Running, task: Node, effect: Any, *, wake: bool = True) -> Running:
        """Write what a task brought and move the case on, in one unit; answers how it stands."""
        after = running.done(task, effect.dossier)
        with self.database.work() as work:
            if effect.write is not None:
                effect.write(work)
            self.files.save(after, wake=wake, work=work)
            stands = self.files.standing(after, work=work)
            if stands.state.ended:
                let_go(self.steps.times, stands.case, work=work)
        return stands

    def _end(self, running: Running, outcome: Any) -> None:
        """End a case where it stands: no task of its process waits any more."""
        ended = replace(running, dossier=outcome.dossier, state=State(ended=True))
        with self.database.work() as work:
            outcome.write(work)
            self.files.save(ended, wake=False, work=work)
            let_go(self.steps.times, self.files.standing(ended, work=work).case, work=work)

    def _keep(self, running: Running, outcome: Outcome) -> Running:
        """Write a changed dossier without moving on, with what belongs to it."""
        kept = replace(running, dossier=outcome.dossier)
        with self.database.work() as work:
            if outcome.write is not None:
                outcome.write(work)
            self.files.save(kept, wake=False, work=work)
            return self.files.standing(kept, work=work)

    def _waiting(self, running: Running) -> list[Node]:
        return waiting(running.definition.process, running.state)

    def _found(self, running: Running, find: tuple[str, str], language: str) -> dict[str, Any]:
        """What is in a list by words, or which times are free."""
        with self.database.read() as work:
            case, times = running.case.id, self.steps.times
            return find_in(times, running.definition, find, case=case, language=language, work=work)

    def _speaker(
        self, running: Running, language: str = "", *, viewer: PersonCode | None = None
    ) -> Speaker:
        return Speaker(
            running=running,
            viewer=viewer or running.dossier.person,
            language=language or running.dossier.language,
            authority=self.operations.authority,
            sources=self.operations.sources,
            zone=self.files.zone,
            holder=self.who_has(running.case),
            names=self.assisting.names,
            scanner=self.steps.receiving.scan.scanner,
            times=self.steps.times,
        )

    def _view(
        self, running: Running, visit: Visit, language: str = "", opened: str = ""
    ) -> dict[str, Any]:
        with self.database.read() as work:
            waits, times = running.task("cosign") is not None, self.steps.times
            spoken = language or running.dossier.language
            return view(
                replace(self._speaker(running, language, viewer=visit.person), opened=opened),
                signed=self.steps.joint.signed_file(running, work=work) if waits else None,
                timeline=self.cases.timeline(running.case, work=work),
                documents=papers_of(self.cases, running.case, times, spoken, work=work),
                appointments=times.told(running.case.id, spoken, work=work) if times else (),
                fee=(fee := self.fees.of_case(running.case.id, work=work)),
                way=self.fees.way(fee),
            )


def _carried(dossier: Dossier, visit: Visit) -> Dossier:
    """The dossier with who brings the step: the last statement, and who helped."""
    if visit.person != dossier.person:
        return dossier
    kept = replace(dossier, authority=visit.authority, role=visit.role)
    return kept.helped_by(visit.assistant)
