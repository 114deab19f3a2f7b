"""What a case waits for and then comes: a time, or a message of another organisation.

Every method blocks: it writes one unit of work. An event that came while the case was changed by
somebody else is tried again; one that came twice changes nothing the second time.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from riik.cases import Cases, CaseUnknown
from riik.core import ClientId, Clock, Database, RiikError, Unavailable, to_text
from riik.services.errors import StepRefused
from riik.services.process import due_events, expected
from riik.services.running import Files, Running

__all__ = ["Waits"]

AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """What the cases of one authority wait for.

    Attributes:
        providers: Which subsystem plays which role.
    """

    database: Database
    files: Files
    cases: Cases
    clock: Clock
    providers: Mapping[str, ClientId]

    def tick(self) -> int:
        """Let every time that has come do what it does; answers in how many cases.

        Raises:
            RiikError: Of the first case that could not go on; the others did.
        """
        first: RiikError | None = None
        done = 0
        for case in self._due():
            try:
                self._tick(case)
            except RiikError as error:
                first = first or error
            else:
                done += 1
        if first is not None:
            raise first
        return done

    def message(
        self, case: str, name: str, content: Mapping[str, Any], *, sender: ClientId, key: str
    ) -> bool:
        """Take a message of another organisation into a case; says whether it was waited for.

        Args:
            case: The case's id.
            name: Which message, as the service's folder calls it.
            content: What rules and conditions see as ``messages.<name>``.
            sender: Who sent it.
            key: The message's own id: the same again is taken once.

        Raises:
            CaseUnknown: There is no such case, or its service has this message of nobody or of
                somebody else; the answer is the same.
            StepRefused: The case does not wait for it (``not-waiting``).
        """
        with self.database.work() as work:
            running = self.files.load(case, work=work)
            role = running.definition.messages.get(name, "")
            if not role or self.providers.get(role) != sender:
                raise CaseUnknown("no such case", why="unknown")
            earlier = running.dossier.messages.get(name)
            if earlier is not None and earlier["key"] == key:
                return False
            event = next(iter(_waits_for(running, name)), None)
            if event is None:
                raise StepRefused("the case waits for no such message", why="not-waiting")
            kept = {**running.dossier.messages, name: {**content, "key": key}}
            after = replace(running, dossier=replace(running.dossier, messages=kept)).after(event)
            self.files.save(after, work=work)
            self.cases.note(running.case, kind="message", actor=str(sender), detail=name, work=work)
        return True

    def _due(self) -> list[str]:
        with self.database.read() as work:
            now = to_text(self.clock.now())
            return self.files.store.due(now, limit=AT_ONCE, work=work)

    def _tick(self, case: str) -> None:
        with self.database.work() as work:
            running = self.files.load(case, work=work)
            if running.case.state.ended:
                ended = replace(running.state, timers=())
                self.files.save(replace(running, state=ended), wake=False, work=work)
                return
            due = due_events(running.state, at=self.clock.now())
            if not due:
                raise Unavailable("the case was changed meanwhile", why="changed")
            self.files.save(running.after(due[0]), work=work)
            self.cases.note(running.case, kind="time", actor="computer", detail=due[0], work=work)


def _waits_for(running: Running, name: str) -> Iterator[str]:
    for event, node in expected(running.definition.process, running.state):
        if node.message == name:
            yield event
