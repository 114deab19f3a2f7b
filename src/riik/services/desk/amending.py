"""How a person answers an official's question: change what was asked, sign it, hand it in.

While a question is open, the steps of the application (`answers/<page>`, `submission`,
`signature`) lead here: only the pages that were asked can be answered, what is signed is an
amendment (the question, the answers before and after), and the case goes back to the official.
What was answered so far is a draft and decides nothing until it is handed in.

Registers that were silent are asked again then: the person is here, and so is their word.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from riik.cases import Cases, Document, Mark
from riik.core import Clock, Work, to_text
from riik.formats import canonical_json
from riik.services.desk.model import Amendment, Question
from riik.services.dossier import Dossier, Proposal
from riik.services.errors import AnswerRefused, StepRefused
from riik.services.forms.days import check_days
from riik.services.forms.groups import changed_items
from riik.services.forms.lists import refuse_unlisted
from riik.services.forms.pages import check_page, group_of, needed_fields, wanted_pages
from riik.services.forms.seen import check_seen
from riik.services.forms.uploads import is_upload
from riik.services.letters import answers as told_answers
from riik.services.model import Fact, Page
from riik.services.running import Running

__all__ = [
    "AMENDMENT",
    "Amendments",
    "AskAgain",
    "amendment_file",
    "amendment_paper",
    "asked_page",
    "differences",
    "may_amend",
    "pages_asked",
]

AMENDMENT = "amendment.json"
"""The file that a person signs when they answer; its name in the container, and before."""


class AskAgain(Protocol):
    """Asks the registers that were silent, and lets the rules propose anew."""

    async def silent(self, running: Running, /) -> list[Fact]:
        """What they answer now; nothing when none was silent."""
        ...

    def proposal(self, running: Running, /) -> Proposal:
        """What the rules propose by what is known now."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendments:
    """The person's side of a question."""

    cases: Cases
    clock: Clock
    again: AskAgain

    def answer(self, page_id: str, content: Mapping[str, Any], running: Running) -> Dossier:
        """Take the answers of one page that was asked.

        Raises:
            AnswerRefused: They don't fit, or nobody asked for this page (``unknown``).
        """
        page_id, _, item = page_id.partition("/")
        dossier, form = running.dossier, running.definition.form
        page, content, items = self._opened(page_id, content, running)
        group = group_of(form, page)
        if item:
            return self.drafting(group, changed_items(form, group, item, content, items), running)
        if group and (group not in content or is_upload(form["properties"][group])):
            content = {group: items}
        given = check_page(form, page, content, facts=dossier.facts)
        check_days(form["properties"], given, today=running.today)
        refuse_unlisted(form["properties"], given, running.definition.lists)
        drafted = {name: value for name, value in dossier.drafted.items() if name not in given}
        # What was laid out to sign before says something else now.
        return replace(dossier, amended={**dossier.amended, **given}, drafted=drafted, prepared=b"")

    def listed(self, page_id: str, content: Mapping[str, Any], running: Running) -> list[Any]:
        """The files of a page that was asked, as they stand.

        Raises:
            AnswerRefused: Nobody asked for this page (``unknown``), or ``elsewhere``.
        """
        return self._opened(page_id, content, running)[2]

    def drafting(self, question: str, items: list[Any], running: Running) -> Dossier:
        """A list that is worked on: until it is complete, it answers nothing."""
        dossier = running.dossier
        amended = {name: value for name, value in dossier.amended.items() if name != question}
        drafted = {**dossier.drafted, question: items}
        return replace(dossier, amended=amended, drafted=drafted, prepared=b"")

    def _opened(
        self, page_id: str, content: Mapping[str, Any], running: Running
    ) -> tuple[Page, dict[str, Any], list[Any]]:
        """A page that was asked, what is answered now, and its list as it stands."""
        page = next((one for one in pages_asked(running) if one.id == page_id), None)
        if page is None:
            raise AnswerRefused("nobody asked for this page", why="unknown", field=page_id[:40])
        dossier, group = running.dossier, group_of(running.definition.form, page)
        said = {**dossier.answers, **dossier.amended}
        given = check_seen(page, content, answers=said, drafted=dossier.drafted)
        return page, given, list(dossier.drafted.get(group, said.get(group, ())) or ())

    def paper(self, running: Running) -> dict[str, Any]:
        """What the person signs.

        Raises:
            AnswerRefused: A page that was asked has no answer yet (``missing``).
        """
        page = asked_page(running)
        if page is not None:
            raise AnswerRefused("a question has no answer", why="missing", field=page.id)
        return amendment_paper(running)

    async def hand_in(
        self, running: Running, container: bytes
    ) -> tuple[Dossier, Callable[[Work], None]]:
        """End the question: the answers count, the rules propose anew, the official has it.

        Args:
            running: The case with its question.
            container: The signed amendment; empty for a service that wants no signature.
        """
        question, dossier = _question(running), running.dossier
        number = len(dossier.amendments) + 1
        paper = f"amendment-{number}.asice" if container else ""
        before, after = differences(dossier)
        amendment = Amendment(
            question=question,
            before=before,
            after=after,
            at=to_text(self.clock.now()),
            document=paper,
        )
        dossier = replace(
            dossier.with_answers(dossier.amended),
            question=None,
            amended={},
            prepared=b"",
            amendments=(*dossier.amendments, amendment),
            # A colleague's proposal rested on the answers before.
            colleague=None,
        )
        facts = await self.again.silent(replace(running, dossier=dossier))
        dossier = dossier.with_facts(facts)
        proposal = self.again.proposal(replace(running, dossier=dossier))
        dossier = replace(dossier, proposal=proposal)

        def write(work: Work) -> None:
            if container:
                kept = Document(name=paper, media_type=ASIC_E, content=container)
                self.cases.attach(running.case, kept, work=work)
            mark = Mark(needs=(AMENDED, *proposal.grounds), proposal=proposal.outcome)
            self.cases.answered(
                running.case,
                kind="amended",
                actor="person",
                stops=running.definition.clock_stops,
                work=work,
            )
            self.cases.mark(running.case, mark, work=work)

        return dossier, write


ASIC_E = "application/vnd.etsi.asic-e+zip"

AMENDED = "amended"
"""What needs a human, besides the rules' own codes: the person changed their answers."""


def asked_page(running: Running) -> Page | None:
    """The first page that was asked and is not answered yet, or None."""
    dossier = running.dossier
    for page in pages_asked(running):
        needed = needed_fields(running.definition.form, page)
        if not needed <= set(dossier.amended) or not set(page.fields) & set(dossier.amended):
            return page
    return None


def may_amend(running: Running) -> bool:
    """Whether an official asked and all is answered: what is left is to sign and hand it in."""
    return running.dossier.question is not None and asked_page(running) is None


def pages_asked(running: Running) -> list[Page]:
    """The pages that were asked, and those that the new answers make necessary."""
    question, dossier = _question(running), running.dossier
    drafted = replace(running, dossier=dossier.with_answers(dossier.amended))
    known = set(dossier.answers)
    return [
        page
        for page in wanted_pages(running.definition.pages, known=drafted.known())
        if page.id in question.pages or not set(page.fields) & known
    ]


def differences(dossier: Dossier) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers that a draft changes: as they were, and as they would be."""
    changed = [
        field for field, value in dossier.amended.items() if dossier.answers.get(field) != value
    ]
    before = {field: dossier.answers.get(field) for field in changed}
    return before, {field: dossier.amended[field] for field in changed}


def amendment_paper(running: Running) -> dict[str, Any]:
    """An amendment as plain values: what was asked, what the answers were and are."""
    question, dossier = _question(running), running.dossier
    definition, language = running.definition, running.dossier.language
    changed = replace(running, dossier=replace(dossier, answers=dict(dossier.amended)))
    earlier = {row["field"]: row for row in told_answers(running)}
    return {
        "service": {
            "id": definition.id,
            "version": definition.version,
            "digest": definition.digest,
        },
        "title": definition.names.get(language, definition.id),
        "case": {"id": running.case.id, "number": running.case.number},
        "date": running.today.isoformat(),
        "person": {"code": dossier.person, "acting": dossier.actor},
        "question": {"message": question.message, "by": question.name, "at": question.at},
        "answers": [
            {**row, "before": earlier.get(row["field"], {}).get("answer", "")}
            for row in told_answers(changed)
        ],
    }


def amendment_file(running: Running, *, language: str) -> bytes:
    """The very bytes that are signed when the amendment is laid out in this language."""
    told = replace(running, dossier=replace(running.dossier, language=language))
    return canonical_json.encode(amendment_paper(told))


def _question(running: Running) -> Question:
    question = running.dossier.question
    if question is None:
        raise StepRefused("nothing is asked", why="order", step="amendment")
    return question
