"""A public service as its folder defines it, and what is known in one case of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from riik.core import ServiceId
from riik.rules import Rules
from riik.services.applicant.model import ApplicantRule
from riik.services.folder.grounds import Ground
from riik.services.folder.guide import Guide
from riik.services.folder.paying import Paying
from riik.services.forms.lists import CodeList
from riik.services.joint.model import JointRule
from riik.services.offering.model import OfferRule
from riik.services.process import Process
from riik.services.terms.model import Terms

__all__ = [
    "Exit",
    "Fact",
    "Instead",
    "Letter",
    "Need",
    "Notice",
    "Page",
    "RecordChange",
    "ServiceDefinition",
    "ShownFact",
    "Standing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One entry of the once-only list: what is asked of whom, why, by what right.

    Attributes:
        id: Under which name rules, form and letter see the answer.
        provider: Role of the register, such as ``population``; the node knows its address.
        service: The offer asked, such as ``person``.
        fields: What is asked; nothing else is answered.
        purpose: The purpose code.
        legal_basis: The law.
        step: When it is asked: ``start`` or ``decision``.
        of: Of whom: ``applicant``, ``other`` (who signs as well, once they did) or
            ``occasion`` (with whom it began).
        source: Text id of how people call the register, ``population register``, or empty.
        from_source: Text id of "from the population register", or empty.
    """

    id: str
    provider: str
    service: str
    fields: tuple[str, ...]
    purpose: str
    legal_basis: str
    step: str
    of: str = "applicant"
    source: str = ""
    from_source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instead:
    """Another way: in words, and perhaps where it leads."""

    text: str
    address: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """Why an application can't go on, and what to do instead: texts of the folder."""

    title: str
    body: tuple[str, ...]
    instead: tuple[Instead, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of questions.

    Attributes:
        id: Its name in addresses.
        fields: The properties of the schema that it asks.
        when: FEEL condition over facts and answers; empty asks always.
        exit: What it says where the application ends with it; None on a page of questions.
    """

    id: str
    fields: tuple[str, ...]
    when: str = ""
    exit: Exit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordChange:
    """What a granted case changes, in which register.

    Attributes:
        provider: Role of the register.
        service: The change offer.
        purpose: The purpose code.
        legal_basis: The law.
        values: FEEL expression by field.
        of: FEEL expression of whose record it is, one personal code or several; empty is the
            person's own.
        key: The field that says which record, where somebody has several, and FEEL of its value.
    """

    provider: str
    service: str
    purpose: str
    legal_basis: str
    values: Mapping[str, str]
    of: str = ""
    key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What the person is told: text ids of the folder's catalogue."""

    title: str
    body: str
    legal_effect: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFact:
    """A fact that the decision letter shows, under a label of the folder's catalogue.

    Attributes:
        need: Whose field it is, of what registers said.
        field: The field.
        record: Instead of both, a field of the record that a granted case writes: what is new.
        answer: Instead of these, a question: what was answered, as it was read.
        when: FEEL over what is known: shown where it is true; empty for always.
    """

    need: str
    field: str
    label: str
    record: str = ""
    answer: str = ""
    when: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What the decision letter says: text ids of the folder's catalogue.

    Attributes:
        template: Typst source; empty when the service sends no letter.
        granted: The decision in one sentence.
        refused: Likewise.
        because: Why it was granted.
        appeal: How to disagree.
        appeal_days: For how many days after the decision one may.
        next_granted: What happens next.
        next_refused: Likewise.
        facts: What the decision rests on.
        receipt: Typst source of the slip that says when the answer comes; empty without one.
        receipt_title: What the slip is called.
        received: What it says.
        encloses: A question whose files lie inside a granted decision; empty for none.
    """

    template: str = ""
    granted: str = ""
    refused: str = ""
    because: str = ""
    appeal: str = ""
    appeal_days: int = 30
    next_granted: tuple[str, ...] = ()
    next_refused: tuple[str, ...] = ()
    facts: tuple[ShownFact, ...] = ()
    receipt: str = ""
    receipt_title: str = ""
    received: str = ""
    encloses: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceDefinition:
    """One public service, as data; nothing in it can execute.

    Attributes:
        id: Catalogue id, ``driving-licence``.
        version: The owner's version.
        owner: Role of the organisation that answers for it.
        digest: SHA-256 of the folder's files, hex: a running case stays with its own.
        names: By language.
        law: The laws it rests on.
        level: Least level of assurance of the login.
        deadline_days: Calendar days to decide, from submission.
        languages: The languages it speaks; the first is the law's.
        currency: ISO 4217, of its fees; empty without fees.
        needs: What is asked of registers.
        form: JSON Schema of all answers (2020-12).
        pages: The questions in order.
        rules: DMN models by file name.
        process: What happens in which order.
        fee_decision: Name of the decision that gives the fee, or empty.
        paying: When the fee is paid.
        proposal_decision: Name of the decision that proposes, or empty (an official decides).
        record: What is changed when granted, or None.
        also: What is changed with it, in this order.
        notices: By outcome, ``granted`` or ``refused``.
        letter: What the decision letter says.
        grounds: What can stand against an application, by the rules.
        four_eyes: Two officials decide: one proposes, another confirms.
        clock_stops: The time to decide stands still while the person is asked.
        guide: What people are told before they begin.
        applicant: Who may do it for whom, and from which age.
        lists: Codes of the folder's files, by name.
        joint: Who else signs, or None where one person does.
        offer: What begins it without being asked for, or None.
        channels: Where it can be had: ``web``, ``desk``, ``api``.
        messages: What others may send into a case, by id: the role of who sends it.
        terms: What time does: escalation, silence, appeals, keeping.
        texts: By language, then by text id.
        official_texts: The same as officials read them, as far as they are worded otherwise.
    """

    id: str
    version: str
    digest: str
    owner: str
    names: Mapping[str, str]
    law: tuple[str, ...]
    level: str
    deadline_days: int
    languages: tuple[str, ...]
    currency: str
    needs: tuple[Need, ...]
    form: Mapping[str, Any]
    pages: tuple[Page, ...]
    rules: Rules | None
    process: Process
    fee_decision: str
    paying: Paying
    proposal_decision: str
    record: RecordChange | None
    also: tuple[RecordChange, ...]
    notices: Mapping[str, Notice]
    letter: Letter
    guide: Guide
    applicant: ApplicantRule
    lists: Mapping[str, CodeList]
    channels: tuple[str, ...]
    messages: Mapping[str, str]
    joint: JointRule | None
    offer: OfferRule | None
    terms: Terms
    grounds: tuple[Ground, ...]
    four_eyes: bool
    clock_stops: bool
    texts: Mapping[str, Mapping[str, str]]
    official_texts: Mapping[str, Mapping[str, str]]

    def text(self, text_id: str, language: str) -> str:
        """A text of the folder in a language; the id itself is the English text."""
        return self.texts.get(language, {}).get(text_id, text_id)

    def official_text(self, text_id: str, language: str) -> str:
        """A text as officials read it: the person's wording where the folder has no other."""
        own = self.official_texts.get(language, {}).get(text_id)
        return own or self.text(text_id, language)

    def ground(self, code: str, language: str) -> dict[str, Any]:
        """A ground for officials: ``code``, ``text``; ``quoted`` if it is worded to the person."""
        own = self.official_texts.get(language, {}).get(code)
        known = any(one.code == code for one in self.grounds)
        text = self.official_text(code, language)
        return {"code": code, "text": text, "quoted": known and not own}


class Standing(StrEnum):
    """What became of a need."""

    KNOWN = "known"
    NOTHING = "nothing"
    UNAVAILABLE = "unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What a register answered for one need.

    Attributes:
        need: The need's id.
        standing: Known, nothing there, or to be checked by an official.
        values: Field by field; empty unless known.
        source: The service that was asked.
        message_id: The exchange that proves it.
        at: When, UTC.
    """

    need: str
    standing: Standing
    values: Mapping[str, Any]
    source: ServiceId
    message_id: str
    at: datetime
