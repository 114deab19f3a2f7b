"""Inviting the others, taking their signatures, and ending what not everybody signs.

The others sign the very file that the first one signed, as one more signature in the same
container (EN 319 162-1 §4.4); each may say no. A job ends by the clock what is not signed in time.
All of them are told, through the outbox, whatever ends it.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from hashlib import sha256
from typing import Any, Protocol

from riik.cases import Cases, State
from riik.core import Clock, Database, InThread, Outbox, PersonCode, Work, from_text, to_text
from riik.services.dossier import Dossier
from riik.services.errors import AuthorityMissing, StepRefused
from riik.services.joint.model import DECLINED, INVITED, LAPSED, SIGNED, Signer, named
from riik.services.joint.notices import ended_notice, invitation
from riik.services.letters import Authority, person_name
from riik.services.lookups import Lookups
from riik.services.outcome import Outcome, Prepared, Visit, bytes_of
from riik.services.process import Node
from riik.services.running import Effect, Running

__all__ = ["CONTAINER", "JOINT_OVER", "JointSigning"]

JOINT_OVER = "services.joint-over"
"""Outbox topic: a joint application has ended unsigned; the payload is its case."""

CONTAINER = "application.asice"
MOST_CERTIFICATE = 8_192


class MorePens(Protocol):
    """Adds one more signature to a container."""

    async def begin_more(
        self, container: bytes, certificate: bytes, /, *, person: PersonCode
    ) -> Prepared:
        """What the card must sign for one more signature over the same files."""
        ...

    async def finish(self, opaque: bytes, value: bytes, /) -> bytes:
        """The container with it, every signature validated before it is answered."""
        ...

    def paper(self, container: bytes, /) -> bytes:
        """The file that was signed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class JointSigning:
    """The joint applications of one authority.

    Attributes:
        authority: Who answers for them, and how the country says names.
    """

    cases: Cases
    pens: MorePens
    lookups: Lookups
    database: Database
    outbox: Outbox
    clock: Clock
    in_thread: InThread
    authority: Authority

    async def invite(self, running: Running) -> Effect:
        """Ask the others through their inboxes; from now on the case waits for them."""
        rule, dossier = running.definition.joint, running.dossier
        if rule is None:
            raise StepRefused("this service has one signer", why="order", step="invite")
        until = to_text(self.clock.now() + timedelta(days=rule.days))
        others = named(rule, dossier.answers, by=dossier.person, actor=dossier.actor)
        who = self.authority.full_name(**person_name(running))
        notice = invitation(running, who=who, days=rule.days)
        for other in others:
            await self._tell(running, notice, other, about=f"invite-{_mark(running, other)}")
        signers = tuple(Signer(person=other, until=until) for other in others)

        def write(work: Work) -> None:
            self.cases.move(
                running.case, State.TO_COSIGN, kind="invited", actor="computer", work=work
            )

        return Effect(dossier=replace(dossier, signers=signers), write=write)

    async def take(
        self, step: str, content: Mapping[str, Any], running: Running, visit: Visit
    ) -> Outcome:
        """A step of one of the others.

        Raises:
            AuthorityMissing: For ``not-yours``.
            StepRefused: For ``order``, ``late``, ``not-prepared`` or ``no-step``.
        """
        signer = running.dossier.signer(visit.person)
        if signer is None:
            raise AuthorityMissing("this is another person's case", why="not-yours")
        if step not in ("submission", "signature", "decline"):
            raise StepRefused("there is no such step", why="no-step", step=step[:40])
        task = running.task("cosign")
        if task is None or signer.standing != INVITED:
            raise StepRefused("the case is at another step", why="order", step="cosign")
        if self.clock.now() >= from_text(signer.until):
            raise StepRefused("the time to sign is over", why="late")
        signer = replace(signer, actor=visit.actor, authority=visit.authority)
        if step == "submission":
            return await self._lay_out(signer, content, running)
        if step == "signature":
            return await self._sign(signer, content, running, task)
        return self._ended(running, replace(signer, standing=DECLINED, at=self._now()))

    def lapse(self, running: Running) -> Outcome | None:
        """End what was not signed in time; None for what is not late, or is over."""
        now = self.clock.now()
        late = next(
            (
                one
                for one in running.dossier.signers
                if one.standing == INVITED and from_text(one.until) <= now
            ),
            None,
        )
        if late is None or running.task("cosign") is None:
            return None
        return self._ended(running, replace(late, standing=LAPSED, at=self._now()))

    async def tell_over(self, running: Running) -> None:
        """Tell everybody but who ended it; a repeated word is told once.

        Raises:
            Unavailable: The inbox is silent; the job repeats it later.
        """
        dossier = running.dossier
        ends = {one.standing for one in dossier.signers}
        why = next((one for one in (DECLINED, LAPSED) if one in ends), "withdrawn")
        told = [one.person for one in dossier.signers if one.standing != DECLINED]
        if why != "withdrawn":
            told.append(dossier.person)
        for person in told:
            about = f"joint-{why}-{_mark(running, person)}"
            await self._tell(running, ended_notice(running, why=why), person, about=about)

    def over(self, running: Running, *, work: Work) -> None:
        """Have the others told that it has ended, in the unit in which it does."""
        if running.dossier.signers:
            case = running.case.id
            self.outbox.put(JOINT_OVER, case, case.encode(), work=work)

    def signed_file(self, running: Running, *, work: Work) -> bytes:
        """The file that was signed, as it lies in the container."""
        return self.pens.paper(self.cases.document(running.case, CONTAINER, work=work).content)

    async def _lay_out(
        self, signer: Signer, content: Mapping[str, Any], running: Running
    ) -> Outcome:
        certificate = bytes_of(content, "certificate", most=MOST_CERTIFICATE)
        container = await self.in_thread(self._container, running)
        prepared = await self.pens.begin_more(
            container, certificate, person=PersonCode(signer.actor)
        )
        over = sha256(container).hexdigest()
        signer = replace(signer, prepared=prepared.opaque, over=over)
        answer = {
            "signature": {
                "to_sign": base64.b64encode(prepared.to_sign).decode(),
                "digest": base64.b64encode(prepared.digest).decode(),
                "hash": prepared.hash,
            }
        }
        return Outcome(dossier=running.dossier.with_signer(signer), answer=answer)

    async def _sign(
        self, signer: Signer, content: Mapping[str, Any], running: Running, task: Node
    ) -> Outcome:
        container = await self.in_thread(self._container, running)
        # Somebody else may have signed since it was laid out: their signature must stay.
        if not signer.prepared or signer.over != sha256(container).hexdigest():
            raise StepRefused("nothing was laid out to sign", why="not-prepared")
        signed = await self.pens.finish(signer.prepared, bytes_of(content, "value", most=1_024))
        signer = replace(signer, standing=SIGNED, at=self._now(), prepared=b"", over="")
        dossier = running.dossier.with_signer(signer)
        whole = all(one.standing == SIGNED for one in dossier.signers)

        def write(work: Work) -> None:
            self.cases.replace(running.case, CONTAINER, signed, work=work)
            state = State.IN_PROGRESS if whole else State.TO_COSIGN
            self.cases.move(running.case, state, kind="cosigned", actor="other", work=work)

        return Outcome(dossier=dossier, node=task if whole else None, write=write)

    def _ended(self, running: Running, signer: Signer) -> Outcome:
        """It ends with this one's no, or silence."""
        dossier = running.dossier.with_signer(signer)
        said_no = signer.standing == DECLINED
        kind, actor = ("declined", "other") if said_no else ("unsigned", "computer")

        def write(work: Work) -> None:
            self.cases.move(running.case, State.WITHDRAWN, kind=kind, actor=actor, work=work)
            self.over(replace(running, dossier=dossier), work=work)

        return Outcome(dossier=dossier, ended=True, write=write)

    def _container(self, running: Running) -> bytes:
        with self.database.read() as work:
            return self.cases.document(running.case, CONTAINER, work=work).content

    async def _tell(
        self, running: Running, notice: Mapping[str, Any], person: PersonCode, *, about: str
    ) -> None:
        dossier: Dossier = replace(running.dossier, person=person)
        content = {**notice, "id": f"{running.case.id}-{about}"}
        law = running.definition.law[0]
        await self.lookups.tell(
            content, legal_basis=law, dossier=dossier, case=running.case.id, about=about
        )

    def _now(self) -> str:
        return to_text(self.clock.now())


def _mark(running: Running, person: PersonCode) -> str:
    """Sets one person's notice apart from another's without naming them."""
    return sha256(f"{running.case.id}/{person}".encode()).hexdigest()[:12]
