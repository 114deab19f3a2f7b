"""A service's folder, read and checked before anything of it runs.

Pure: the folder's files come as bytes by name, the definition or a refusal goes out. What
the interpreter does not support is refused here, by name; nothing in a folder can execute.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from riik.formats.folders import SIGNATURE, folder_digest
from riik.formats.toml import Shape, read_toml
from riik.rules import load
from riik.services.applicant.checking import ApplicantSection, applicant_of, check_applicant
from riik.services.errors import FolderRefused
from riik.services.folder.grounds import read_grounds
from riik.services.folder.guide import GuideSection, check_guide, guide_of
from riik.services.folder.joint import check_joint
from riik.services.folder.listing import as_standard
from riik.services.folder.paying import FeeSection, paying_of
from riik.services.folder.texts import OFFICIAL, house_texts, read_texts
from riik.services.forms.checking import check_form, every_question
from riik.services.forms.choices import WARN, check_choices
from riik.services.forms.enclosing import enclosing_fault
from riik.services.forms.exits import exit_texts
from riik.services.forms.lists import read_lists
from riik.services.forms.pages import check_schema, pages_of
from riik.services.joint.model import PAYS, JointRule
from riik.services.model import Letter, Need, Notice, RecordChange, ServiceDefinition, ShownFact
from riik.services.offering.checking import check_offer
from riik.services.offering.model import OfferRule
from riik.services.process import Process, read_process
from riik.services.terms.reading import (
    AppealSection,
    DeadlineSection,
    RefundSection,
    RetentionSection,
    terms_of,
)

__all__ = ["OPERATIONS", "USER_TASKS", "draft_service", "read_service", "wanted_texts"]

MOST_FILES, MOST_BYTES = 200, 5_000_000
APPEAL_DAYS, MOST_APPEAL_DAYS = 30, 366
JOINT_DAYS = 14

OPERATIONS = frozenset(
    {
        "collect",
        "invite",
        "owe-fee",
        "acknowledge",
        "propose",
        "decide",
        "record",
        "notify",
        "lapse",
        "offer",
    }
)
"""What a service task may name: each is a method of this platform, never code of a folder."""

USER_TASKS = frozenset({"answer", "sign", "cosign", "pay", "review"})
"""What a user task may name: the person answers, signs, pays; others sign; an official reviews."""

WHOM = ("applicant", "other", "occasion")
"""Of whom a need is asked."""

_NAMES = (
    *("service.toml", "needs.toml", "form.json", "rules.dmn"),
    *("process.bpmn", "process.toml", SIGNATURE),
)
_FOLDERS = ("lists/", "letters/", "locale/", "cases/", "origin/", "processes/", "rules/")
_LEVELS = ("low", "substantial", "high")


class _Decisions(Shape):
    fee: str = ""
    proposal: str = ""


class _Currency(Shape):
    code: str


class _Record(Shape):
    provider: str
    service: str
    purpose: str
    legal_basis: str
    values: dict[str, str] = msgspec.field(default_factory=dict)
    of: str = ""
    key: dict[str, str] = msgspec.field(default_factory=dict)


class _Notice(Shape):
    title: str
    body: str
    legal_effect: bool = False


class _ShownFact(Shape):
    label: str
    need: str = ""
    field: str = ""
    record: str = ""
    answer: str = ""
    when: str = ""


class _Letter(Shape):
    decision: str
    granted: str
    refused: str
    because: str
    appeal: str
    appeal_days: int = APPEAL_DAYS
    next_granted: tuple[str, ...] = ()
    next_refused: tuple[str, ...] = ()
    facts: tuple[_ShownFact, ...] = ()
    receipt: str = ""
    receipt_title: str = ""
    received: str = ""
    encloses: str = ""


class _Message(Shape):
    id: str
    from_: str = msgspec.field(name="from")


class _Joint(Shape):
    field: str
    days: int = JOINT_DAYS
    pays: str = PAYS[0]


class _Offer(Shape):
    register: str
    need: str
    to: str
    kind: str = "open"
    first: str = ""
    question: str = ""


class _Service(Shape):
    id: str
    version: str
    owner: str
    names: dict[str, str]
    law: tuple[str, ...]
    level: str
    deadline_days: int
    languages: tuple[str, ...]
    channels: tuple[str, ...] = ("web",)
    presence: str = "none"
    four_eyes: bool = False
    clock_stops: bool = False
    decisions: _Decisions = _Decisions()
    currency: _Currency | None = None
    record: _Record | None = None
    also: tuple[_Record, ...] = ()
    notices: dict[str, _Notice] = msgspec.field(default_factory=dict)
    letter: _Letter | None = None
    guide: GuideSection | None = None
    messages: tuple[_Message, ...] = ()
    applicant: ApplicantSection | None = None
    joint: _Joint | None = None
    offer: _Offer | None = None
    deadline: DeadlineSection | None = None
    appeal: AppealSection | None = None
    retention: RetentionSection | None = None
    refund: RefundSection | None = None
    fee: FeeSection | None = None


class _Need(Shape):
    id: str
    provider: str
    service: str
    fields: tuple[str, ...]
    purpose: str
    legal_basis: str
    step: str = "start"
    of: str = "applicant"
    source: str = ""
    from_: str = msgspec.field(default="", name="from")


class _Needs(Shape):
    need: tuple[_Need, ...] = ()


def read_service(files: Mapping[str, bytes], *, standard: bytes) -> ServiceDefinition:
    """Read a folder's files, by their path in it, into a definition that can run.

    What must fit together across the files is looked at as well; `draft_service` leaves that out.

    Args:
        files: The folder's files by their path in it.
        standard: The process (BPMN) of a folder that has none of its own.

    Raises:
        FolderRefused: For ``size``, ``file`` (missing or not allowed), ``value``, ``needs``,
            ``pages``, ``schema``, ``process``, ``decision``, ``texts``, ``letter`` or ``guide``.
        TomlRefused: A TOML file with an unknown key or a wrong value.
        RulesRefused: A DMN file that can't be read or uses what isn't supported.
    """
    definition = draft_service(files, standard=standard)
    _check(definition)
    return definition


def draft_service(files: Mapping[str, bytes], *, standard: bytes) -> ServiceDefinition:
    """Read each file by itself; what `strict` then looks at all at once.

    Raises:
        FolderRefused: As `read_service`, for what is wrong inside one file.
        TomlRefused: A TOML file with an unknown key or a wrong value.
        RulesRefused: A DMN file that can't be read or uses what isn't supported.
    """
    _check_files(files)
    digest, files = folder_digest(files), as_standard(files)
    service = read_toml(files["service.toml"], _Service, name="service.toml")
    form = _read_form(files["form.json"])
    rules = load(files["rules.dmn"]) if "rules.dmn" in files else None
    process = read_process(files.get("process.bpmn", standard), _called(files))
    return ServiceDefinition(
        id=service.id,
        version=service.version,
        digest=digest,
        owner=service.owner,
        names=service.names,
        law=service.law,
        level=service.level,
        deadline_days=service.deadline_days,
        languages=service.languages,
        currency=service.currency.code if service.currency else "",
        needs=_read_needs(files.get("needs.toml", b"")),
        form=form,
        pages=pages_of(form),
        rules=rules,
        process=process,
        fee_decision=service.decisions.fee,
        paying=paying_of(service.fee, fee=service.decisions.fee, channels=service.channels),
        proposal_decision=service.decisions.proposal,
        record=_record_of(service.record) if service.record else None,
        also=tuple(map(_record_of, service.also)),
        notices={name: _notice_of(notice) for name, notice in service.notices.items()},
        letter=_letter_of(service.letter, files, record=service.record),
        grounds=read_grounds(files["rules.dmn"]) if rules else (),
        four_eyes=service.four_eyes,
        clock_stops=service.clock_stops,
        guide=guide_of(service.guide),
        channels=service.channels,
        messages={one.id: one.from_ for one in service.messages},
        applicant=applicant_of(service.applicant),
        joint=_joint_of(service.joint),
        lists=read_lists(files),
        offer=_offer_of(service.offer),
        terms=terms_of(
            service.deadline,
            service.appeal,
            service.retention,
            service.refund,
            deadline_days=service.deadline_days,
            appeal_days=service.letter.appeal_days if service.letter else APPEAL_DAYS,
        ),
        texts=_texts(files),
        official_texts=_texts(files, context=OFFICIAL),
    )


def _called(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The processes that the folder's own may call, by their name."""
    start = "processes/"
    return {name.removeprefix(start): one for name, one in files.items() if name.startswith(start)}


def _check_files(files: Mapping[str, bytes]) -> None:
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES:
        raise FolderRefused("the folder is too large", why="size", most=MOST_BYTES)
    for name in ("service.toml", "form.json"):
        if name not in files:
            raise FolderRefused(f"the folder has no {name}", why="file")
    for name in files:
        if name not in _NAMES and not name.startswith(_FOLDERS):
            raise FolderRefused(f"a service's folder has no place for {name!r}", why="file")


def _read_form(source: bytes) -> dict[str, Any]:
    try:
        form = msgspec.json.decode(source)
    except (msgspec.DecodeError, RecursionError) as error:
        raise FolderRefused("form.json is not JSON", why="schema") from error
    if not isinstance(form, dict):
        raise FolderRefused("form.json is not an object", why="schema")
    check_schema(form)
    return form


def _read_needs(source: bytes) -> tuple[Need, ...]:
    return tuple(
        Need(
            id=need.id,
            provider=need.provider,
            service=need.service,
            fields=need.fields,
            purpose=need.purpose,
            legal_basis=need.legal_basis,
            step=need.step,
            of=need.of,
            source=need.source,
            from_source=need.from_,
        )
        for need in read_toml(source, _Needs, name="needs.toml").need
    )


def _record_of(record: _Record) -> RecordChange:
    if len(record.key) > 1:
        raise FolderRefused("a record is named by one field: key = { field = FEEL }", why="value")
    return RecordChange(
        provider=record.provider,
        service=record.service,
        purpose=record.purpose,
        legal_basis=record.legal_basis,
        values=record.values,
        of=record.of,
        key=record.key,
    )


def _notice_of(notice: _Notice) -> Notice:
    return Notice(title=notice.title, body=notice.body, legal_effect=notice.legal_effect)


def _offer_of(offer: _Offer | None) -> OfferRule | None:
    if offer is None:
        return None
    return OfferRule(
        register=offer.register,
        kind=offer.kind,
        need=offer.need,
        to=offer.to,
        first=offer.first,
        question=offer.question,
    )


def _joint_of(joint: _Joint | None) -> JointRule | None:
    if joint is None:
        return None
    return JointRule(field=joint.field, days=joint.days, pays=joint.pays)


def _letter_of(
    letter: _Letter | None, files: Mapping[str, bytes], *, record: _Record | None
) -> Letter:
    if letter is None:
        return Letter()
    if not 1 <= letter.appeal_days <= MOST_APPEAL_DAYS:
        raise FolderRefused("appeal-days are 1 to 366", why="letter")
    written = record.values if record else {}
    for fact in letter.facts:
        if [bool(fact.record), bool(fact.answer), bool(fact.need and fact.field)].count(True) != 1:
            raise FolderRefused("letter.facts: need and field, record, or answer", why="letter")
        if fact.record and fact.record not in written:
            raise FolderRefused(f"letter.facts: [record] writes no {fact.record!r}", why="letter")
    for name in filter(None, (letter.decision, letter.receipt)):
        if name not in files:
            raise FolderRefused(f"the folder has no {name}", why="letter")
    if bool(letter.receipt) is not bool(letter.receipt_title and letter.received):
        raise FolderRefused("a receipt has its receipt-title and says received", why="letter")
    return Letter(
        template=files[letter.decision].decode(),
        granted=letter.granted,
        refused=letter.refused,
        because=letter.because,
        appeal=letter.appeal,
        appeal_days=letter.appeal_days,
        next_granted=letter.next_granted,
        next_refused=letter.next_refused,
        facts=tuple(ShownFact(**msgspec.to_builtins(fact)) for fact in letter.facts),
        receipt=files[letter.receipt].decode() if letter.receipt else "",
        receipt_title=letter.receipt_title,
        received=letter.received,
        encloses=letter.encloses,
    )


def _texts(files: Mapping[str, bytes], *, context: str | None = None) -> dict[str, dict[str, str]]:
    """The folder's texts over the house's: what a folder says itself is what people read."""
    house, own = house_texts(context=context), read_texts(files, context=context)
    return {language: house.get(language, {}) | own.get(language, {}) for language in house | own}


def _check(definition: ServiceDefinition) -> None:
    """What must fit together across the files."""
    if definition.level not in _LEVELS:
        raise FolderRefused(f"level is one of {', '.join(_LEVELS)}", why="value")
    _check_decisions(definition)
    ids = [need.id for need in definition.needs]
    if len(set(ids)) != len(ids) or any(need.step not in ("start",) for need in definition.needs):
        raise FolderRefused("needs have ids of their own, and step is start", why="needs")
    if any(need.of not in WHOM for need in definition.needs):
        raise FolderRefused(f"of is one of {', '.join(WHOM)}", why="needs")
    _check_tasks(definition.process)
    unsent = sorted(definition.process.messages - set(definition.messages))
    if unsent:
        raise FolderRefused(f"nobody sends {unsent[0]!r}: [[messages]]", why="message")
    check_applicant(definition)
    check_joint(definition)
    check_offer(definition)
    check_form(definition)
    _check_shown(definition)
    check_guide(
        definition.guide,
        needs={need.id: need.fields for need in definition.needs},
        form=definition.form["properties"],
        law=definition.law,
        languages=definition.languages,
        fee=bool(definition.fee_decision),
    )
    _check_translations(definition)


def _check_decisions(definition: ServiceDefinition) -> None:
    for decision in filter(None, (definition.fee_decision, definition.proposal_decision)):
        if definition.rules is None or decision not in definition.rules.by_name:
            raise FolderRefused(f"rules.dmn has no decision {decision!r}", why="decision")
    if definition.fee_decision and not definition.currency:
        raise FolderRefused("a fee needs a currency", why="value")


def _check_tasks(process: Process) -> None:
    for known, used, kind in (
        (OPERATIONS, process.operations, "service task"),
        (USER_TASKS, process.user_tasks, "user task"),
    ):
        unknown = sorted(set(used) - known)
        if unknown:
            raise FolderRefused(
                f"{kind} {unknown[0]!r} is none of {', '.join(sorted(known))}", why="process"
            )


def _check_shown(definition: ServiceDefinition) -> None:
    """A question shows what is asked of registers anyway, a letter what was asked."""
    letter, questions = definition.letter, definition.form["properties"]
    fault = enclosing_fault(questions.get(letter.encloses)) if letter.encloses else ""
    lost = [one.answer for one in letter.facts if one.answer and one.answer not in questions]
    if fault or lost:
        raise FolderRefused(fault or f"letter.facts: no question {lost[0]!r}", why="letter")
    asked = {f"{need.id}.{field}" for need in definition.needs for field in need.fields}
    for field, schema in definition.form["properties"].items():
        check_choices(schema, field=field)
        for shown in (schema, *schema.get("oneOf", ())):
            unknown = sorted(set(shown.get("x-facts", ())) - asked)
            if unknown:
                raise FolderRefused(f"x-facts: nobody asks for {unknown[0]!r}", why="schema")


def wanted_texts(definition: ServiceDefinition) -> set[str]:
    """Every text of the folder that people read."""
    wanted = {
        text for notice in definition.notices.values() for text in (notice.title, notice.body)
    }
    wanted |= definition.guide.texts()
    wanted |= {text for need in definition.needs for text in (need.source, need.from_source)} - {""}
    letter = definition.letter
    wanted |= {letter.granted, letter.refused, letter.because, letter.appeal} - {""}
    wanted |= {letter.receipt_title, letter.received} - {""}
    wanted |= {*letter.next_granted, *letter.next_refused, *(fact.label for fact in letter.facts)}
    for schema in every_question(definition.form):
        wanted |= {schema[key] for key in ("title", "description", "x-error") if key in schema}
        for choice in schema.get("oneOf", ()):
            wanted |= {choice[key] for key in ("title", "description") if key in choice}
            wanted |= {choice[WARN]["text"]} if WARN in choice else set()
    wanted |= {text for page in definition.pages if page.exit for text in exit_texts(page.exit)}
    return wanted


def _check_translations(definition: ServiceDefinition) -> None:
    """Every text that people read in every language; English may be the text's id itself."""
    wanted = wanted_texts(definition)
    for language in definition.languages:
        if language == "en":
            continue
        missing = sorted(wanted - set(definition.texts.get(language, {})))
        if missing:
            raise FolderRefused(
                f"{language} lacks {len(missing)} texts, first {missing[0]!r}", why="texts"
            )
