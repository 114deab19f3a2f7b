"""What must fit together across the files of a register's folder, or nothing of it runs.

Pure. `definition` refuses a folder at the first of these faults; `strict` tells whoever writes one
all of them, each with its place.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from riik.registers.model import (
    Action,
    ChangeOffer,
    Kind,
    ReadOffer,
    RegisterDefinition,
    Right,
    version_key,
)

__all__ = ["Fault", "faults"]

SUBJECTS: Final = ("person", "organisation", "thing")
_IDENTIFIER: Final = re.compile(r"[a-z][a-z0-9-]{1,63}\Z")
MOST_YEARS: Final = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """What does not fit.

    Attributes:
        why: Its kind: ``value``, ``offer``, ``right``, ``law``, ``texts``, ``case`` or ``version``.
        text: What is wrong, a sentence without its full stop.
        remedy: What to do.
        file: Where it stands.
        words: By which words, one after the other, it is found there.
    """

    why: str
    text: str
    remedy: str
    file: str
    words: tuple[str, ...] = ()


def faults(definition: RegisterDefinition) -> Iterator[Fault]:
    """Everything that doesn't fit, file by file."""
    yield from _register(definition)
    yield from _offers(definition)
    yield from _source(definition)
    laws = {law.id for law in definition.laws}
    for position, right in enumerate(definition.rights):
        yield from _right(definition, right, laws, f"right {position}")
    yield from _texts(definition)
    yield from _names(definition)


def _register(definition: RegisterDefinition) -> Iterator[Fault]:
    def fault(text: str, remedy: str, *words: str) -> Fault:
        return Fault("value", text, remedy, "register.toml", words)

    if definition.subject not in SUBJECTS:
        text = f"subject is one of {', '.join(SUBJECTS)}"
        yield fault(text, "say what a record is about", "subject")
    if not _IDENTIFIER.match(definition.id) or not definition.languages:
        text = "id is small letters, digits and hyphens"
        yield fault(text, "correct the id, and name one language at least", "id")
    if not version_key(definition.version):
        text = f"version {definition.version!r} is no number such as 1 or 1.2"
        yield fault(text, "write numbers with points between", "version")
    if not 0 <= definition.retention.years_after_close <= MOST_YEARS:
        text = f"years-after-close is 0 to {MOST_YEARS}"
        yield fault(text, "say how many years the law asks for", "retention", "years-after-close")
    for name in definition.four_eyes:
        if name not in definition.changes:
            text = f"four-eyes names {name!r}, which is no change that the register takes"
            remedy = f"name some of: {', '.join(definition.changes) or 'there are none'}"
            yield Fault("offer", text, remedy, "register.toml", ("desk", "four-eyes", name))


def _offers(definition: RegisterDefinition) -> Iterator[Fault]:
    for offer in definition.reads.values():
        yield from _fields(definition, offer.fields, offer.id)
        yield from _fields(definition, (*offer.where, *filter(None, [offer.newest_by])), offer.id)
        yield from _look_up(definition, offer)
    for change in definition.changes.values():
        yield from _fields(definition, change.fields, change.id)
        yield from _look_up(definition, change)


def _source(definition: RegisterDefinition) -> Iterator[Fault]:
    """A table that is read in place is asked only by what it has, and never changed."""
    source = definition.source
    if source is None:
        return
    for change in definition.changes:
        text = f"{change}: a table that is read in place takes no changes"
        remedy = "take the change out, and change the table in its own program"
        yield Fault("source", text, remedy, "offers.toml", ("change", change))
    for offer in definition.reads.values():
        for name in sorted({*offer.where, *filter(None, [offer.newest_by])} - source.fields):
            text = f"{offer.id} asks by {name!r}, which source.toml doesn't have"
            yield Fault("source", text, "name its column there", "offers.toml", (offer.id, name))
        for name in sorted({*offer.look_up} - source.searched):
            text = f"{offer.id} looks up by {name!r}, which is no column of text in source.toml"
            remedy = "name its column there, as text and without values; or look up by another"
            yield Fault("source", text, remedy, "offers.toml", (offer.id, "look-up", name))


def _look_up(definition: RegisterDefinition, offer: ReadOffer | ChangeOffer) -> Iterator[Fault]:
    if not set(offer.look_up) <= set(definition.schema.indexed):
        yield Fault(
            "offer",
            f"{offer.id}: look-up needs x-index",
            'say "x-index": true of the field in record.json, or look up by another',
            "offers.toml",
            (offer.id, "look-up"),
        )


def _fields(definition: RegisterDefinition, fields: Iterable[str], place: str) -> Iterator[Fault]:
    for name in fields:
        if name not in definition.schema.fields:
            near = get_close_matches(name, definition.schema.fields, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            yield Fault(
                "offer",
                f"{place}: no field {name!r}{hint}",
                "name a field of record.json",
                "offers.toml",
                (place, name),
            )


def _right(
    definition: RegisterDefinition, right: Right, laws: set[str], place: str
) -> Iterator[Fault]:
    words = (right.who.role or right.who.member_class or right.who.client, right.purpose)

    def fault(text: str, remedy: str, *more: str, why: str = "right") -> Fault:
        return Fault(why, f"{place}: {text}", remedy, "rights.toml", (*words, *more))

    if not (right.who.role or right.who.member_class or right.who.client):
        yield fault("role, member-class or client is needed", "say who may")
    if right.legal_basis not in laws:
        yield fault(
            f"no law {right.legal_basis!r} here",
            "name a law of register.toml, or add it there",
            right.legal_basis,
            why="law",
        )
    offers: Mapping[str, ReadOffer | ChangeOffer] = (
        definition.reads if right.action in (Action.READ, Action.SUBSCRIBE) else definition.changes
    )
    for name in right.offers:
        offer = offers.get(name)
        if offer is None:
            remedy = f"name some of: {', '.join(offers) or 'there are none'}"
            yield fault(f"no {right.action} offer {name!r}", remedy, name)
            continue
        beyond = sorted(right.fields - set(offer.fields))
        if beyond:
            remedy = f"leave it out, or let {name} have it in offers.toml"
            yield fault(f"{name} has no {beyond[0]!r}", remedy, beyond[0])
        correcting = isinstance(offer, ChangeOffer) and offer.kind is Kind.CORRECT
        if correcting != (right.action is Action.CORRECT):
            yield fault(f"{name} is another action", 'say action = "correct" of corrections', name)
    if right.action is Action.SUBSCRIBE and right.statement:
        remedy = 'say statement = "not-needed"; what needs a statement is asked, not told'
        yield fault("nobody states what will be told in days to come", remedy, "statement")


def _texts(definition: RegisterDefinition) -> Iterator[Fault]:
    """Names of fields and purposes in every language."""
    wanted = {f"field:{name}" for name in definition.schema.fields}
    wanted |= {f"purpose:{right.purpose}" for right in definition.rights}
    for language in definition.languages:
        known = definition.texts.get(language, {})
        for text in sorted(wanted - set(known)):
            kind, _, code = text.partition(":")
            yield Fault(
                "texts",
                f"{language} has no text for the {kind} {code!r}",
                f"add it to locale/{language}.toml under [{kind}s]",
                *(("record.json", (code,)) if kind == "field" else ("rights.toml", (code,))),
            )


def _names(definition: RegisterDefinition) -> Iterator[Fault]:
    offers: list[ReadOffer | ChangeOffer] = [*definition.reads.values()]
    offers += definition.changes.values()
    named: list[tuple[str, tuple[str, ...], Mapping[str, str]]] = [
        ("register.toml", ("names",), definition.names),
        *(("register.toml", (law.id, "names"), law.names) for law in definition.laws),
        *(("offers.toml", (offer.id, "names"), offer.names) for offer in offers),
    ]
    for file, words, names in named:
        for language in definition.languages:
            if language not in names:
                text = f"{words[0] if len(words) > 1 else 'the register'} has no name in {language}"
                yield Fault("texts", text, "add it under names", file, words)
