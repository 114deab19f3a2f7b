"""The desk: what officials do with the cases of their authority.

Every verb asks first who it is and whether they may. A case is opened only with login's word that
this official, signed in here, wants this case now; the look at the person's data is on record
before anything leaves. A queue holds no personal data, so seeing it is no look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from riik.core import (
    Clock,
    Database,
    Entropy,
    InThread,
    MemberId,
    PersonCode,
    Vault,
    to_text,
)
from riik.services.desk.amending import AskAgain
from riik.services.desk.deciding import Decisions
from riik.services.desk.errors import DeskRefused
from riik.services.desk.looking import PURPOSES, RELATED, Looking
from riik.services.desk.model import Clerk, Question, Verdict
from riik.services.desk.moving import Moving
from riik.services.desk.notices import asked_notice
from riik.services.desk.previewing import Previews
from riik.services.desk.queues import Queues, official_told
from riik.services.desk.staff import Seat, Staff
from riik.services.desk.verdicts import check_seat, check_text
from riik.services.errors import AuthorityMissing
from riik.services.lookups import Lookups
from riik.services.outcome import VerifyVisit
from riik.services.running import Files, Running
from riik.services.terms.handing import Handing

__all__ = ["Desk"]

MOST_MESSAGE = 1_000
MOST_HANDED = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The officials' desk of one authority.

    Attributes:
        member: The authority itself.
        staff: Who works here.
        again: Asks registers that were silent, and the rules.
        handing: Hands cases to other organisations; None where there are none.
    """

    member: MemberId
    database: Database
    files: Files
    clock: Clock
    entropy: Entropy
    in_thread: InThread
    vault: Vault
    staff: Staff
    queues: Queues
    looking: Looking
    moving: Moving
    decisions: Decisions
    previews: Previews
    again: AskAgain
    lookups: Lookups
    verify: VerifyVisit
    handing: Handing | None = None

    async def queue(
        self,
        clerk: Clerk,
        *,
        which: str = "mine",
        service: str = "",
        after: tuple[str, str] | None = None,
    ) -> dict[str, Any]:
        """One page of the official's work, the most urgent first; no personal data.

        Args:
            clerk: Who asks.
            which: ``mine``, ``team``, ``overdue``, ``asked``, ``ended``, or ``all`` for a lead.
            service: Of one service only.
            after: ``next`` of the page before.

        Raises:
            AuthorityMissing: No official asks (``no-official``).
            DeskRefused: For ``queue``.
        """
        seat = self._seat(clerk)
        return await self.in_thread(
            self.queues.page, seat, which, service=service, after=after, language=clerk.language
        )

    async def open(self, clerk: Clerk, case: str) -> dict[str, Any]:
        """A case with everything that belongs to it; the look is on record first.

        Raises:
            AuthorityMissing: For ``no-official`` or ``asker``.
            DeskRefused: For ``unit`` or ``own-case``.
            CaseUnknown: For ``unknown``.
            StatementRefused: The official isn't signed in surely enough, or not now.
        """
        seat, running = await self._admitted(clerk, case)
        return await self.in_thread(self.looking.open, seat, running, clerk.language)

    async def document(self, clerk: Clerk, case: str, name: str) -> tuple[bytes, str]:
        """A paper of the case: content and media type. Raises as `open`."""
        seat, running = await self._admitted(clerk, case)
        return await self.in_thread(self.looking.document, seat, running, name)

    async def take(self, clerk: Clerk, case: str) -> None:
        """Make a case one's own.

        Raises:
            DeskConflict: A colleague has it (``with-another``).
        """
        seat, running = await self._admitted(clerk, case)
        await self.in_thread(self.moving.take, seat, running.case.id)

    async def hand_over(self, clerk: Clerk, cases: Sequence[str], *, to: PersonCode | None) -> int:
        """Give cases to a colleague, or back to the whole unit; answers how many.

        Raises:
            DeskRefused: For ``how-many``, ``no-colleague``, ``unit`` or ``not-yours``.
        """
        seat = self._seat(clerk)
        if not 0 < len(cases) <= MOST_HANDED:
            raise DeskRefused("one to fifty cases at once", why="how-many", most=MOST_HANDED)
        colleague = self.staff.colleague(seat.official, to) if to else None
        return await self.in_thread(self.moving.hand_over, seat, cases, colleague)

    async def pass_on(self, clerk: Clerk, case: str, partner: str) -> None:
        """Hand a case to another organisation that decides such cases.

        Raises:
            DeskRefused: There is no such organisation (``no-partner``).
            DeskConflict: For ``not-here`` or ``with-another``.
        """
        seat, running = await self._admitted(clerk, case)
        if self.handing is None:
            raise DeskRefused("cases are handed to nobody", why="no-partner")
        self.moving.check_waits(seat, running.case)
        await self.in_thread(self._pass_on, running, partner)

    async def ask(self, clerk: Clerk, case: str, *, pages: Sequence[str], message: str) -> None:
        """Ask the person to change answers; the case waits for them.

        Args:
            clerk: Who asks.
            case: The case's id.
            pages: Ids of the pages to answer anew.
            message: What is wrong and what to do, in words for the person.

        Raises:
            DeskRefused: For ``pages``, ``message`` or ``signs``.
            DeskConflict: For ``not-here`` or ``with-another``.
        """
        seat, running = await self._admitted(clerk, case)
        known = {page.id for page in running.definition.pages if page.exit is None}
        if not pages or not set(pages) <= known:
            raise DeskRefused("choose what the person is to answer anew", why="pages")
        if not 0 < len(message.strip()) <= MOST_MESSAGE:
            raise DeskRefused("say what the person is to do", why="message", most=MOST_MESSAGE)
        check_text(message)
        question = Question(
            pages=tuple(dict.fromkeys(pages)),
            message=message.strip(),
            name=self.decisions.name_of(seat.official),
            unit=seat.unit.names,
            at=to_text(self.clock.now()),
        )
        await self.in_thread(self.moving.ask, seat, running, question)

    async def withdraw_question(self, clerk: Clerk, case: str) -> None:
        """Take a question back: the case waits for the official again.

        Raises:
            DeskConflict: Nothing is asked (``not-asked``), or a colleague has the case.
        """
        seat, running = await self._admitted(clerk, case)
        await self.in_thread(self.moving.withdraw, seat, running)

    async def ask_again(self, clerk: Clerk, case: str) -> dict[str, Any]:
        """Ask the registers that were silent once more, with the person's own word if it holds.

        The rules propose anew by what is known then. Registers want the word of the person: it
        holds for minutes after their last step. Later the person must be asked instead.

        Raises:
            DeskConflict: For ``not-here`` or ``with-another``.
        """
        seat, running = await self._admitted(clerk, case)
        self.moving.check_waits(seat, running.case)
        facts = await self.again.silent(running)
        dossier = running.dossier.with_facts(facts)
        proposal = self.again.proposal(replace(running, dossier=dossier))
        after = replace(running, dossier=replace(dossier, proposal=proposal))
        await self.in_thread(self.moving.asked_again, after)
        return await self.open(clerk, case)

    async def prepare(
        self, clerk: Clerk, verdicts: Sequence[Verdict], *, certificate: bytes, ticket: str = ""
    ) -> dict[str, Any]:
        """Lay out decisions for one signature; see `Decisions.prepare`.

        Returns:
            ``batch``, ``to_sign``, ``digest`` and ``hash`` for the card, and the ``paper``.
        """
        seat = self._seat(clerk)
        laid = await self.decisions.prepare(
            verdicts, seat=seat, certificate=certificate, ticket=ticket
        )
        return {
            "batch": laid.batch,
            "to_sign": laid.prepared.to_sign,
            "digest": laid.prepared.digest,
            "hash": laid.prepared.hash,
            "paper": laid.paper,
        }

    async def letter(self, clerk: Clerk, verdict: Verdict) -> bytes:
        """The letter that a verdict would send, as a PDF that says it is a draft.

        Raises:
            DeskRefused: And for ``no-letter``, or as `check_verdict`; besides, as `open`.
        """
        seat, running = await self._admitted(clerk, verdict.case)
        await self.in_thread(self.looking.note, seat, running)
        name = self.decisions.name_of(seat.official)
        return await self.previews.letter(verdict, running, seat=seat, name=name)

    async def put_aside(self, clerk: Clerk, verdict: Verdict) -> None:
        """Keep a verdict until it is signed with others; raises as `prepare`."""
        seat = self._seat(clerk)
        await self.in_thread(self.decisions.put_aside, verdict, seat=seat)

    async def take_back(self, clerk: Clerk, cases: Sequence[str]) -> None:
        """Forget verdicts that were put aside."""
        await self.in_thread(self.decisions.take_back, cases, seat=self._seat(clerk))

    async def ready(self, clerk: Clerk) -> list[dict[str, Any]]:
        """What waits for the official's signature, without anybody's data.

        Returns:
            ``case``, ``number``, ``title``, ``outcome``, ``mark`` for `prepare_ready`, and
            ``same``: whether the case is as the official saw it.
        """
        seat = self._seat(clerk)
        found = await self.in_thread(self.decisions.ready, seat)
        return [
            {
                "case": case.id,
                "number": case.number,
                "title": self.queues.title(case, clerk.language),
                "outcome": aside.outcome,
                "mark": aside.mark,
                "same": same,
            }
            for case, aside, same in found
        ]

    async def prepare_ready(
        self, clerk: Clerk, shown: Mapping[str, str], *, certificate: bytes, ticket: str = ""
    ) -> dict[str, Any]:
        """Lay verdicts that were put aside out for one signature; as `prepare`.

        Args:
            clerk: Who signs.
            shown: By case, the ``mark`` that `ready` told.
            certificate: Of the official's card, DER.
            ticket: The id that the page chose.

        Raises:
            DeskConflict: And for a case, or a verdict, that was changed since (``changed``).
        """
        seat = self._seat(clerk)
        verdicts = await self.in_thread(self.decisions.put_aside_verdicts, shown, seat=seat)
        return await self.prepare(clerk, verdicts, certificate=certificate, ticket=ticket)

    async def complete(self, clerk: Clerk, batch: str, value: bytes) -> dict[str, Any]:
        """End the signature; see `Decisions.complete`.

        No other case is opened then: that would be a look that nobody made.
        """
        return await self.decisions.complete(batch, value, seat=self._seat(clerk))

    async def find(self, clerk: Clerk, number: str) -> str:
        """The id of the case with this number, if the official may open it.

        Raises:
            CaseUnknown: There is none, or it is another unit's; the answer is the same.
        """
        seat = self._seat(clerk)
        return await self.in_thread(self._find, seat, number.strip())

    async def look_up(
        self, clerk: Clerk, code: PersonCode, *, purpose: str, case: str = ""
    ) -> list[dict[str, Any]]:
        """The cases of a person that this official may open; a look, also when there are none.

        Args:
            clerk: Who asks.
            code: The exact personal code: nobody is found by a part of it or by a name.
            purpose: ``person-here``, ``person-calls`` or ``related-case``.
            case: The number of the case it is needed for, with ``related-case``.

        Raises:
            DeskRefused: For ``purpose`` or ``case``.
            StatementRefused: The official isn't signed in surely enough, or not now.
        """
        if purpose not in PURPOSES:
            raise DeskRefused("say what you look this person up for", why="purpose")
        seat = self._seat(clerk)
        if (purpose == RELATED) is not bool(case):
            raise DeskRefused("name the case that it is needed for", why="case")
        errand = await self.find(clerk, case) if case else f"look-up-{self.entropy.bytes(8).hex()}"
        await self._stated(clerk, errand, level="high")
        return await self.in_thread(
            self.looking.look_up, seat, code, purpose, errand, clerk.language
        )

    async def own_looks(self, clerk: Clerk, *, before: str = "") -> list[dict[str, Any]]:
        """What the official looked at, the newest first, a hundred at once.

        Args:
            clerk: Whose.
            before: ``at`` of the last one of the page before.
        """
        seat = self._seat(clerk)
        return await self.in_thread(self.looking.own_looks, seat, before or "9")

    async def tell_asked(self, case: str) -> None:
        """Tell the person that something is asked; a repeated word is told once.

        Raises:
            Unavailable: The inbox is silent; the job repeats it later.
        """
        running = await self.in_thread(self._load, case)
        if running.dossier.question is None:
            return
        notice = asked_notice(
            running.definition,
            case=case,
            number=running.case.number,
            at=running.dossier.question.at,
        )
        await self.lookups.tell(
            notice,
            legal_basis=running.definition.law[0],
            dossier=running.dossier,
            case=case,
            about=str(notice["id"]).removeprefix(f"{case}-"),
        )

    def seat(self, clerk: Clerk) -> dict[str, Any]:
        """Who sits here: their name, unit, roles, and whom they stand in for."""
        official = self.staff.official(clerk.person)
        absent = self.staff.owners(official)[1:]
        seat = self._seat(clerk)
        return {
            **official_told(official, seat),
            "unit": dict(seat.unit.names),
            "roles": sorted(official.roles),
            "stands_in_for": [
                official_told(self.staff.official(person), seat) for person in absent
            ],
            "partners": self._partners(),
            "colleagues": [official_told(one, seat) for one in self.staff.colleagues(official)],
            "services": [
                {
                    "id": one,
                    "names": dict(self.files.definitions[one].names),
                    "desk": "desk" in self.files.definitions[one].channels,
                }
                for one in self.staff.services_of(seat.units)
                if one in self.files.definitions
            ],
        }

    def _seat(self, clerk: Clerk) -> Seat:
        official = self.staff.official(clerk.person)
        subjects = self.vault.subjects_of(self.staff.owners(official))
        return Seat(
            official=official,
            unit=self.staff.unit(official.unit),
            me=subjects[0],
            owners=tuple(subjects),
            units=self.staff.seen_units(official),
        )

    def _partners(self) -> list[dict[str, Any]]:
        """The organisations to which cases can be handed."""
        if self.handing is None:
            return []
        names = self.handing.names
        return [{"id": one, "names": dict(names.get(one, {}))} for one in self.handing.partners]

    def _pass_on(self, running: Running, partner: str) -> None:
        with self.database.work() as work:
            if self.handing is not None:
                self.handing.pass_on(running, partner, work=work)

    async def _admitted(self, clerk: Clerk, case: str) -> tuple[Seat, Running]:
        """The official and the case, if login says so and the case is theirs to see."""
        seat = self._seat(clerk)
        running = await self.in_thread(self._load, case)
        check_seat(running, seat=seat)
        await self._stated(clerk, case, level=running.definition.level)
        return seat, running

    async def _stated(self, clerk: Clerk, case: str, *, level: str) -> None:
        token = await clerk.state(case)
        acting = await self.in_thread(
            self.verify,
            token,
            carrier=self.member,
            person=clerk.person,
            case=case,
            level=level,
        )
        if acting.person != clerk.person:
            raise AuthorityMissing("somebody else signed in", why="asker")

    def _load(self, case: str) -> Running:
        with self.database.read() as work:
            return self.files.load(case, work=work)

    def _find(self, seat: Seat, number: str) -> str:
        with self.database.read() as work:
            return self.queues.find(seat, number, work=work).id
