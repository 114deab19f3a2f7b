"""What a person can do next in a case: answer, submit, sign, pay, take back."""

import base64
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from riik.cases import Case, Cases, Document, Mark, State
from riik.core import PersonCode, Work
from riik.services.applicant.admitting import admit_age, admit_role, birth_day
from riik.services.desk.amending import AMENDMENT, Amendments
from riik.services.dossier import Dossier
from riik.services.errors import AnswerRefused, AuthorityMissing, StepRefused
from riik.services.forms.days import check_days
from riik.services.forms.groups import changed_items
from riik.services.forms.lists import refuse_unlisted
from riik.services.forms.pages import check_answers, check_page, group_of, wanted_pages
from riik.services.forms.receiving import Receiving
from riik.services.forms.seen import check_seen
from riik.services.forms.timing import Times, timed
from riik.services.forms.uploads import is_upload
from riik.services.joint.model import named
from riik.services.joint.signing import JointSigning
from riik.services.letters import application
from riik.services.model import Page
from riik.services.outcome import Outcome, Prepared, Visit, bytes_of
from riik.services.process import Node
from riik.services.running import Running
from riik.services.terms.refunding import GivingBack, by_rule
from riik.services.views import next_page

__all__ = ["Pens", "RequestPayment", "Steps"]

MOST_CERTIFICATE = 8_192
MOST_ADDRESS = 500
MOST_DISPUTED = 10
"""So many facts of one case may be said to be wrong; what is more the registers' owners know."""
_LANGUAGE = re.compile(r"[a-z]{2}\Z")

_NUMBER = re.compile(r"[0-9A-Za-z-]{1,32}\Z")
_AMENDING = frozenset({"answers", "submission", "signature"})
_SENDING = frozenset({"submission", "signature"})


class Pens(Protocol):
    """Makes and finishes the person's signature under an application."""

    async def begin(
        self,
        content: Mapping[str, Any],
        certificate: bytes,
        /,
        *,
        person: PersonCode,
        language: str,
        name: str = "application.json",
    ) -> Prepared:
        """Lay a paper out under its name and answer what the card must sign."""
        ...

    async def finish(self, opaque: bytes, value: bytes, /) -> bytes:
        """The signed container (ASiC-E LT), validated before it is answered."""
        ...


class RequestPayment(Protocol):
    """Asks the bank to have a fee paid."""

    async def __call__(self, case: Case, /, *, text: str, back: str = "") -> Mapping[str, str]:
        """The bank's order and where the person pays it; ``back`` is where they go then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """The steps of one authority's services."""

    cases: Cases
    pens: Pens
    request_payment: RequestPayment
    amendments: Amendments
    joint: JointSigning
    receiving: Receiving
    times: Times | None = None
    giving_back: GivingBack | None = None

    def admit(self, running: Running, visit: Visit) -> None:
        """Refuse who may not take a step: the case is the person's, and theirs who sign as well.

        Raises:
            AuthorityMissing: For ``not-yours``.
            ApplicantRefused: For ``represented``.
        """
        if visit.person != running.dossier.person and not running.dossier.signer(visit.person):
            raise AuthorityMissing("this is another person's case", why="not-yours")
        admit_role(running.definition.applicant, visit)

    async def take(
        self, step: str, content: Mapping[str, Any], running: Running, visit: Visit
    ) -> Outcome:
        """Take one step; what it brings is written by the caller.

        Raises:
            StepRefused: The case is at another step, or there is no such step.
            ApplicantRefused: For ``age``: who hands in or signs is too young for it.
        """
        name, _, detail = step.partition("/")
        if name in _SENDING:
            self._of_age(running, visit.person)
        if step == "payment" and not running.pays(visit.person):
            raise StepRefused("somebody else pays", why="order", step=step)
        if step != "payment" and visit.person != running.dossier.person:
            return await self.joint.take(step, content, running, visit)
        if running.dossier.question is not None and name in _AMENDING:
            return await self._amend(name, detail, content, running)
        if name == "answers" and running.dossier.appeal is not None:
            raise StepRefused("an appeal is about what was said then", why="order", step="answers")
        if name == "answers":
            page, _, item = detail.partition("/")
            files = self._files(running, page) if item else ""
            if files:
                return await self._receive(item, content, running, page, files)
            return self.answer(detail, content, running)
        known: Mapping[str, Callable[[Mapping[str, Any], Running], Awaitable[Outcome]]] = {
            "submission": self.submit,
            "signature": self.sign,
            "payment": self.pay,
            "withdrawal": self.withdraw,
            "dispute": self.dispute,
        }
        if name not in known or detail:
            raise StepRefused("there is no such step", why="no-step", step=step[:40])
        return await known[name](content, running)

    def _of_age(self, running: Running, person: PersonCode) -> None:
        """By what registers said of this person; of one whom none told of, by the code."""
        rule, of = running.definition.applicant, "applicant"
        if person != running.dossier.person:
            of = "other"
        born = birth_day(running.definition.needs, running.dossier.facts, of=of)
        admit_age(rule, person, today=running.today, born=born)

    def answer(self, page_id: str, content: Mapping[str, Any], running: Running) -> Outcome:
        """Take the answers of one page; they may be given anew until they are signed."""
        page_id, _, item = page_id.partition("/")
        page = self._page(running, page_id)
        dossier, form, rule = running.dossier, running.definition.form, running.definition.joint
        content = check_seen(page, content, answers=dossier.answers, drafted=dossier.drafted)
        group = group_of(form, page)
        if item:
            items = changed_items(form, group, item, content, dossier.listed(group))
            check_days(form["properties"], {group: items}, today=running.today)
            return Outcome(dossier=replace(dossier.with_draft(group, items), prepared=b""))
        if group and (group not in content or is_upload(form["properties"][group])):
            content = {group: dossier.listed(group)}
        given = check_page(form, page, content, facts=dossier.facts)
        check_days(form["properties"], given, today=running.today)
        refuse_unlisted(form["properties"], given, running.definition.lists)
        if rule is not None and rule.question in page.fields:
            named(rule, given, by=dossier.person, actor=dossier.actor)
        # What was laid out to be signed says something else now.
        after = replace(dossier.with_page(page.id, given), prepared=b"")
        return Outcome(dossier=after, write=self._holding(given, running))

    def _holding(self, given: Mapping[str, Any], running: Running) -> Callable[[Work], None] | None:
        """Keep the times among some answers, in the unit in which these are written."""
        properties, times = running.definition.form["properties"], self.times
        chosen = timed(properties, given)
        if times is None or not chosen:
            return None

        def write(work: Work) -> None:
            for field, value in chosen.items():
                times.hold(
                    properties[field],
                    value,
                    field=field,
                    case=running.case.id,
                    person=running.dossier.person,
                    work=work,
                )

        return write

    def _booking(self, running: Running, then: Callable[[Work], None]) -> Callable[[Work], None]:
        """Book the times that were held, in the unit in which the application is handed in."""
        times = self.times
        chosen = timed(running.definition.form["properties"], running.dossier.answers)
        if times is None or not chosen:
            return then

        def write(work: Work) -> None:
            for field in chosen:
                times.book(field, case=running.case.id, work=work)
            then(work)

        return write

    def _files(self, running: Running, page_id: str) -> str:
        """The question of a page that files answer, or nothing."""
        form = running.definition.form
        page = next((one for one in running.definition.pages if one.id == page_id), None)
        field = group_of(form, page) if page else ""
        return field if field and is_upload(form["properties"][field]) else ""

    async def _receive(
        self, item: str, content: Mapping[str, Any], running: Running, page_id: str, field: str
    ) -> Outcome:
        """Take a file, or take one back; the page may be answered as any other."""
        page = self._page(running, page_id)
        dossier, properties = running.dossier, running.definition.form["properties"]
        content = check_seen(page, content, answers=dossier.answers, drafted=dossier.drafted)
        others = [
            file
            for name, schema in properties.items()
            if name != field and is_upload(schema)
            for file in dossier.listed(name)
        ]
        files, write = await self.receiving.take(
            item,
            content,
            case=running.case,
            field=field,
            schema=properties[field],
            files=dossier.listed(field),
            kept=others,
        )
        after = replace(dossier.with_draft(field, files), prepared=b"")
        return Outcome(dossier=after, write=write)

    async def _amend_files(
        self, item: str, content: Mapping[str, Any], running: Running, page: str, field: str
    ) -> Outcome:
        """Take a file that an official asked for."""
        said = self.amendments.listed(page, content, running)
        files, write = await self.receiving.take(
            item,
            content,
            case=running.case,
            field=field,
            schema=running.definition.form["properties"][field],
            files=said,
            # What was signed before stays with the case, whatever is answered now.
            kept=[*said, *running.dossier.answers.get(field, ())],
        )
        dossier = self.amendments.drafting(field, files, running)
        return Outcome(dossier=dossier, write=write)

    def _page(self, running: Running, page_id: str) -> Page:
        """A page that may be answered now."""
        if running.task("sign") is None:
            self._need(running, "answer")
        pages = (page for page in running.pages() if page.exit is None)
        page = next((page for page in pages if page.id == page_id), None)
        if page is None:
            raise AnswerRefused("there is no such page", why="unknown", field=page_id[:40])
        return page

    async def submit(self, content: Mapping[str, Any], running: Running) -> Outcome:
        """Close the answers and lay out what is to be signed.

        The first submission completes the answers; a service that wants a signature then needs
        the certificate of the person's card, and a new one lays the same paper out anew.
        """
        task = running.task("answer")
        if task is not None:
            self._check_complete(running)
            after = running.done(task, running.dossier)
            if after.task("sign") is None:
                moved = self._booking(running, self._moved(running, "submitted"))
                return Outcome(dossier=running.dossier, node=task, write=moved)
            running = after
        else:
            self._need(running, "sign")
            self._check_complete(running)
        # What people sign, they read: it is laid out in the language of the page.
        running = replace(running, dossier=_in_language(running.dossier, content))
        laid = await self._lay_out(application(running), content, running, name="application.json")
        write = self._booking(running, self._moved(running, "submitted", State.TO_SIGN))
        return replace(laid, node=task, write=write)

    async def sign(self, content: Mapping[str, Any], running: Running) -> Outcome:
        """Take the card's signature; the container is validated before it is kept."""
        task = self._need(running, "sign")
        if not running.dossier.prepared:
            raise StepRefused("nothing was laid out to sign", why="not-prepared")
        value = bytes_of(content, "value", most=1_024)
        container = await self.pens.finish(running.dossier.prepared, value)
        paper = Document(
            name="application.asice",
            media_type="application/vnd.etsi.asic-e+zip",
            content=container,
        )

        def write(work: Work) -> None:
            self.cases.attach(running.case, paper, work=work)
            self.cases.move(
                running.case, State.IN_PROGRESS, kind="signed", actor="person", work=work
            )

        return Outcome(dossier=replace(running.dossier, prepared=b""), node=task, write=write)

    async def _amend(
        self, name: str, detail: str, content: Mapping[str, Any], running: Running
    ) -> Outcome:
        """A step while an official's question is open: answer it, sign the answer."""
        if name == "answers":
            page, _, item = detail.partition("/")
            files = self._files(running, page) if item else ""
            if files:
                return await self._amend_files(item, content, running, page, files)
            return Outcome(dossier=self.amendments.answer(detail, content, running))
        signs = "sign" in running.definition.process.user_tasks
        if name == "submission" and signs:
            running = replace(running, dossier=_in_language(running.dossier, content))
            paper = self.amendments.paper(running)
            return await self._lay_out(paper, content, running, name=AMENDMENT)
        if name == "submission":
            self.amendments.paper(running)
            dossier, write = await self.amendments.hand_in(running, b"")
            return Outcome(dossier=dossier, write=write)
        if name == "signature" and running.dossier.prepared:
            value = bytes_of(content, "value", most=1_024)
            container = await self.pens.finish(running.dossier.prepared, value)
            dossier, write = await self.amendments.hand_in(running, container)
            return Outcome(dossier=dossier, write=write)
        raise StepRefused("first answer what the official asks", why="order", step=name[:40])

    async def _lay_out(
        self, paper: Mapping[str, Any], content: Mapping[str, Any], running: Running, *, name: str
    ) -> Outcome:
        """Begin the person's signature under a paper."""
        prepared = await self.pens.begin(
            paper,
            bytes_of(content, "certificate", most=MOST_CERTIFICATE),
            person=running.dossier.actor,
            language=running.dossier.language,
            name=name,
        )
        answer = {
            "signature": {
                "to_sign": base64.b64encode(prepared.to_sign).decode(),
                "digest": base64.b64encode(prepared.digest).decode(),
                "hash": prepared.hash,
            }
        }
        name = self.joint.authority.full_name(
            given_names=prepared.given_names, family_name=prepared.family_name
        )
        dossier = replace(running.dossier, prepared=prepared.opaque, signed_by=name)
        return Outcome(dossier=dossier, answer=answer)

    async def pay(self, content: Mapping[str, Any], running: Running) -> Outcome:
        """Ask the bank to have the fee paid; the bank's word moves the case on, not this."""
        self._need(running, "pay")
        if running.pays_when == "desk":
            raise StepRefused("this fee is paid at the desk", why="at-desk")
        title = running.definition.names.get(running.dossier.language, running.definition.id)
        back = _address(content, "return")
        text = f"{title} {running.case.number}"
        order = await self.request_payment(running.case, text=text, back=back)
        return Outcome(dossier=running.dossier, answer={"payment": dict(order)})

    async def withdraw(self, content: Mapping[str, Any], running: Running) -> Outcome:
        """Take the application back, as long as nobody decided it."""
        if running.case.state.ended or running.busy:
            why = "ended" if running.case.state.ended else "busy"
            raise StepRefused("the case can't be withdrawn now", why=why)
        moved = self._moved(running, "withdrawn", State.WITHDRAWN)

        def write(work: Work) -> None:
            moved(work)
            self.joint.over(running, work=work)
            by_rule(running, State.WITHDRAWN, self.giving_back, work=work)

        dossier = replace(running.dossier, prepared=b"", question=None, amended={})
        return Outcome(dossier=dossier, ended=True, write=write)

    async def dispute(self, content: Mapping[str, Any], running: Running) -> Outcome:
        """Keep that the person told a register it is wrong: an official decides, and sees it.

        The content names the ``register``, its ``field``, and the ``number`` that it gave. The
        portal brings it once the register took the correction, and nobody else. Said again of the
        same fact it changes nothing: a case is as often changed so as it has facts, at most.
        """
        if running.case.state.ended or running.busy:
            why = "ended" if running.case.state.ended else "busy"
            raise StepRefused("nothing can be added to the case now", why=why)
        number, register = content.get("number", ""), content.get("register", "")
        if not isinstance(number, str) or not _NUMBER.match(number):
            raise AnswerRefused("this is no number of a correction", why="value", field="number")
        dossier, named = running.dossier, content.get("field", "")
        said = {
            f"{need.id}.{named}": number
            for need in running.definition.needs
            if named in need.fields
            and need.id in dossier.facts
            and str(dossier.facts[need.id].source.provider) == register
        }
        if not said:
            raise AnswerRefused("this case rests on no such fact", why="unknown", field="field")
        fresh = {fact: number for fact in said if fact not in dossier.disputed}
        if not fresh:
            return Outcome(dossier=dossier)
        if len(dossier.disputed) + len(fresh) > MOST_DISPUTED:
            raise StepRefused("an official knows enough of it", why="often", most=MOST_DISPUTED)
        disputed = {**dossier.disputed, **fresh}
        after = replace(running, dossier=replace(dossier, disputed=disputed))
        if running.case.state is not State.WITH_OFFICIAL or dossier.proposal is None:
            return Outcome(dossier=after.dossier)
        return self._disputed_late(after)

    def _disputed_late(self, after: Running) -> Outcome:
        """The rules had proposed already: the official is told, and they propose anew."""
        case, proposal = after.case, after.proposed()

        def write(work: Work) -> None:
            mark = Mark(
                needs=proposal.grounds, proposal=proposal.outcome, proposed_by=case.proposed_by
            )
            self.cases.mark(case, mark, work=work)

        return Outcome(dossier=replace(after.dossier, proposal=proposal), write=write)

    def paid(self, running: Running, task: Node) -> Outcome:
        """The bank's word came, or the desk's: the fee is paid."""
        actor = "desk" if running.pays_when == "desk" else "bank"

        def write(work: Work) -> None:
            if running.case.state.ended:
                self.cases.note(running.case, kind="fee-paid", actor=actor, work=work)
            else:
                self.cases.move(
                    running.case, State.IN_PROGRESS, kind="fee-paid", actor=actor, work=work
                )

        return Outcome(dossier=running.dossier, node=task, write=write)

    def _need(self, running: Running, task: str) -> Node:
        node = running.task(task)
        if node is None:
            raise StepRefused("the case is at another step", why="order", step=task)
        return node

    def _check_complete(self, running: Running) -> None:
        pages = wanted_pages(running.definition.pages, known=running.known())
        page = next_page(running)
        if page is not None and page.exit is not None:
            raise StepRefused("an answer ends this application", why="exit", step=page.id)
        answers, form = running.dossier.answers, running.definition.form
        check_answers(form, pages, answers)
        check_days(form["properties"], answers, today=running.today)
        if page is not None:
            raise AnswerRefused("a question has no answer", why="missing", field=page.id)

    def _moved(
        self, running: Running, kind: str, state: State | None = None
    ) -> Callable[[Work], None]:
        def write(work: Work) -> None:
            self.cases.move(
                running.case, state or running.case.state, kind=kind, actor="person", work=work
            )

        return write


def _in_language(dossier: Dossier, content: Mapping[str, Any]) -> Dossier:
    """The dossier in the language that a step names, if it names one."""
    language = content.get("language", dossier.language)
    if not isinstance(language, str) or not _LANGUAGE.match(language):
        raise AnswerRefused("no such language", why="value", field="language")
    return replace(dossier, language=language)


def _address(content: Mapping[str, Any], name: str) -> str:
    """An address of a site, or nothing; whether it is a good one the bank decides."""
    address = content.get(name, "")
    if not isinstance(address, str) or len(address) > MOST_ADDRESS:
        raise AnswerRefused(f"{name} is no address", why="value", field=name)
    if address and not address.startswith(("https://", "http://localhost:")):
        raise AnswerRefused(f"{name} is no address of a site", why="value", field=name)
    return address
