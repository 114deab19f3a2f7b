"""Who looked at a person's data: looks of all registers, grouped, in plain words, proved.

Pure: what registers told goes in, with the keys that this portal trusts; groups by
organisation and purpose come out. A look is *proved* when its receipt holds here and now: the
record opens the commitment that the log holds, the entry is in the tree, and the tree's head
is signed by the log and by enough witnesses (`riik.transparency.Receipts`). The record that
is shown must be the one that was proved.
"""

from base64 import b64decode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec
from markupsafe import Markup

from riik.core import ClientId, PersonCode, Refused, TimeRefused, from_text, to_text
from riik.portal.citizen.errors import AnswerUnreadable
from riik.portal.citizen.guides import named
from riik.portal.citizen.words import Words
from riik.portal.design.texts import Texts, in_sentence, later
from riik.transparency import Receipts, TrustPolicy, VerifierKey

__all__ = ["LogKeys", "Told", "ToldLooks", "View", "group", "read_looks"]

LATE = timedelta(minutes=10)
"""A proof comes with the next tree head, within a minute; after this time it is missing."""

MOST_LOOKS = 10_000
DESK = "desk"

_HOUSE_PURPOSES = {
    "case-review": later("To decide your application"),
    "assistance": later("To fill in an application with you, at a desk"),
    "person-here": later("To look you up while you were at the desk"),
    "person-calls": later("To look you up while you were on the phone"),
    "related-case": later("To look at a related case"),
    "own-data": later("You looked at your own data"),
    "mandates": later("To know for whom you may act"),
    "correction": later("To set your data right"),
    "paper-check": later("Someone with the paper checked whether it holds"),
    "unstated": later("Without saying what for"),
}
"""Purposes that every register knows, where it has no word of its own."""

_SENTENCES = {
    ("computer", "read"): later(
        "A <strong>computer</strong> read your data: <strong>{what}</strong>. No person saw them."
    ),
    ("computer", "wrote"): later(
        "A <strong>computer</strong> entered new data: <strong>{what}</strong>."
    ),
    ("official", "read"): later(
        "<strong>{name}</strong>, an official, looked at your data: <strong>{what}</strong>."
    ),
    ("official", "wrote"): later(
        "<strong>{name}</strong>, an official, entered new data: <strong>{what}</strong>."
    ),
    ("unnamed", "read"): later(
        "An <strong>official</strong> looked at your data: <strong>{what}</strong>."
    ),
    ("unnamed", "wrote"): later(
        "An <strong>official</strong> entered new data: <strong>{what}</strong>."
    ),
    ("representative", "read"): later(
        "Your <strong>representative</strong> looked at your data: <strong>{what}</strong>."
    ),
    ("representative", "wrote"): later(
        "Your <strong>representative</strong> had new data entered: <strong>{what}</strong>."
    ),
    ("you", "read"): later("<strong>You</strong> looked at your data: <strong>{what}</strong>."),
    ("you", "wrote"): later("<strong>You</strong> had new data entered: <strong>{what}</strong>."),
    ("refused", "read"): later(
        "{organisation} asked for your data: <strong>{what}</strong>. It was"
        " <strong>refused</strong> and nothing was given."
    ),
}
"""One sentence a look: who, and whether data were read or written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKeys:
    """The keys by which a register's looks are believed.

    Attributes:
        log: Of the log of the register's node.
        witnesses: Of the witnesses that this portal trusts.
        threshold: How many of them must have cosigned.
    """

    log: VerifierKey
    witnesses: tuple[VerifierKey, ...]
    threshold: int = 1

    @property
    def policy(self) -> TrustPolicy:
        """The same as a tree head is held against it."""
        return TrustPolicy(log=self.log, witnesses=self.witnesses, threshold=self.threshold)


class _Access(msgspec.Struct, frozen=True):
    reader: str
    purpose: str
    legal_basis: str
    service: str
    at: str
    action: str
    fields: list[str]
    acting: str = ""
    case: str = ""
    message_id: str = ""
    refused: str = ""


class _Proof(msgspec.Struct, frozen=True):
    entry: str
    access: msgspec.Raw
    disclosure: str | None = None


class _Answer(msgspec.Struct, frozen=True):
    totalUsages: int  # noqa: N815 - the tracker's word
    proofs: list[_Proof]
    people: dict[str, str] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One look as a register told it, before anything of it is believed.

    Attributes:
        register: Who told it.
        entry: The register's name for it.
        record: The whole record, as values of JSON: what a receipt must prove.
        access: The same, read.
        receipt: The proof, or None while it is to come.
        names: Names of officials, by person code, as the register's own node knows them.
    """

    register: ClientId
    entry: str
    record: Mapping[str, Any]
    access: _Access
    receipt: bytes | None
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLooks:
    """What one register told: looks, and whether there are more than these."""

    looks: tuple[Told, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """For whom and in which words looks are told.

    Attributes:
        person: Whose data.
        portal: The portal's own member: what it asked, the person asked.
        texts: In which language.
        words: What registers' codes mean.
        organisations: Names of members, by language.
        people: Names of officials, by person code, as their organisations tell.
        keys: By which keys each register's looks are believed.
        changed: Registers whose log does not go on from what this portal remembers.
        receipts: Checks what registers show as proof.
        cases: The person's own cases, as far as this portal knows them.
        now: The moment.
    """

    person: PersonCode
    portal: str
    texts: Texts
    words: Mapping[ClientId, Words]
    organisations: Mapping[str, Mapping[str, str]]
    people: Mapping[str, str]
    keys: Mapping[ClientId, LogKeys]
    receipts: Receipts
    cases: frozenset[str]
    now: datetime
    changed: frozenset[ClientId] = frozenset()


def read_looks(register: ClientId, body: bytes) -> ToldLooks:
    """What a register's ``/v2/proofs`` answered.

    Raises:
        AnswerUnreadable: For ``shape`` or ``size``.
    """
    try:
        answer = msgspec.json.decode(body, type=_Answer)
        found = [
            Told(
                register=register,
                entry=proof.entry,
                record=msgspec.json.decode(proof.access, type=dict[str, Any]),
                access=msgspec.json.decode(proof.access, type=_Access),
                receipt=b64decode(proof.disclosure, validate=True) if proof.disclosure else None,
                names=answer.people,
            )
            for proof in answer.proofs[:MOST_LOOKS]
        ]
        for told in found:
            from_text(told.access.at)
    except (msgspec.DecodeError, RecursionError, ValueError, TimeRefused) as error:
        raise AnswerUnreadable("this is no list of looks", why="shape") from error
    return ToldLooks(looks=tuple(found), more=answer.totalUsages > len(found))


def group(told: Iterable[Told], view: View) -> dict[str, Any]:
    """Looks by organisation and purpose, the newest first, with counts of their proofs."""
    looks = [_look(one, view) for one in _once(told)]
    groups: dict[tuple[str, str], dict[str, Any]] = {}
    for look in sorted(looks, key=lambda one: str(one["at"]), reverse=True):
        key = (look.pop("member"), look.pop("purpose"))
        made = groups.setdefault(
            key,
            {
                "member": key[0],
                "organisation": look["organisation"],
                "purpose": key[1],
                "cases": [],
                "looks": [],
            },
        )
        made["looks"].append(look)
        if look["case"] in view.cases and look["case"] not in made["cases"]:
            made["cases"].append(look["case"])
    standings = [look["proof"]["standing"] for look in looks]
    given = [look for look in looks if look["outcome"] == "answered"]
    return {
        "looks": len(given),
        "organisations": len({group["member"] for group in groups.values()}),
        "refused": len(looks) - len(given),
        "proved": standings.count("proved"),
        "coming": standings.count("coming"),
        "broken": standings.count("broken"),
        "unknown": standings.count("unknown"),
        "groups": list(groups.values()),
    }


def _once(told: Iterable[Told]) -> list[Told]:
    """Each entry once: registers of one node share one log of looks."""
    found: dict[tuple[str, str], Told] = {}
    for one in told:
        found.setdefault((str(one.register.member), one.entry), one)
    return list(found.values())


def _look(told: Told, view: View) -> dict[str, Any]:
    access, language = told.access, view.texts.language
    words = view.words.get(told.register, Words())
    member = "/".join(access.reader.split("/")[:3])
    organisation = named(view.organisations.get(member, {}), language) or member
    who = _who(told, view, member)
    name = view.people.get(access.acting, "") if who == "official" else ""
    what = [words.field(field, language) for field in access.fields]
    # A look into a case at its desk names no fields: the official sees all of the case.
    if not what:
        texts = view.texts
        what = [texts("your case") if _at_desk(access) else texts("nothing in particular")]
    keeper = told.register if _of(told, access) else None
    return {
        "entry": told.entry,
        "at": access.at,
        "who": who,
        "name": name,
        "organisation": organisation,
        "member": member,
        "what": what,
        "action": access.action,
        "outcome": "refused" if access.refused else "answered",
        "why": access.refused,
        "purpose": _purpose(access, words, view),
        "sentence": _sentence(
            access, who=who, name=name, organisation=organisation, what=what, texts=view.texts
        ),
        "register": str(told.register),
        "source": named(words.names, language) if keeper else organisation,
        "law": words.law(access.legal_basis, language),
        "case": access.case,
        "message": access.message_id,
        "proof": _proof(told, view),
    }


def _sentence(
    access: _Access, *, who: str, name: str, organisation: str, what: Sequence[str], texts: Texts
) -> Markup:
    """One look in one sentence; its own tags count, names and words are escaped."""
    wrote = access.action in ("alter", "collect", "erase")
    speaker = "unnamed" if who == "official" and not name else who
    kind = ("refused", "read") if access.refused else (speaker, "wrote" if wrote else "read")
    return texts.html(
        _SENTENCES[kind], name=name, organisation=organisation, what=_listed(what, texts)
    )


def _of(told: Told, access: _Access) -> bool:
    """Whether the look was into the register itself, not into a case at its organisation."""
    return access.service.startswith(f"{told.register}/")


def _at_desk(access: _Access) -> bool:
    return access.service.rpartition("/")[2] == DESK


def _who(told: Told, view: View, member: str) -> str:
    """Who saw the data: ``computer``, ``official``, ``you`` or ``representative``."""
    acting = told.access.acting
    if _at_desk(told.access):
        return "official"
    if acting == view.person:
        return "you" if member == view.portal else "computer"
    if not acting:
        return "computer"
    # In a case of their own, the person acts themselves: somebody else there is an official.
    own_case = told.access.case in view.cases
    return "official" if acting in view.people or own_case else "representative"


def _purpose(access: _Access, words: Words, view: View) -> str:
    said = words.purpose(access.purpose, view.texts.language)
    if said == access.purpose and access.purpose in _HOUSE_PURPOSES:
        return view.texts(_HOUSE_PURPOSES[access.purpose])
    return said


def _listed(parts: Sequence[str], texts: Texts) -> str:
    """``name, birth date and address``; words that begin a sentence elsewhere are small here."""
    small = [in_sentence(part) for part in parts]
    if len(small) < 2:
        return "".join(small)
    return texts("{several} and {last}", several=", ".join(small[:-1]), last=small[-1])


def _proof(told: Told, view: View) -> dict[str, Any]:
    """Whether the receipt holds for the record that is shown (`riik.transparency.Receipts`)."""
    keys = view.keys.get(told.register)
    empty: dict[str, Any] = {
        "position": None,
        "log": "",
        "size": None,
        "witnesses": [],
        "receipt": "",
        "why": "",
    }
    if told.receipt is None:
        why = "log" if told.register in view.changed else ""
        # From a log that was changed no proof will come: nobody witnesses its heads.
        why = why or ("late" if view.now - from_text(told.access.at) > LATE else "")
        return {**empty, "standing": "broken" if why else "coming", "why": why}
    if keys is None:
        return {**empty, "standing": "unknown", "why": "no-key"}
    try:
        held = view.receipts.verify(told.receipt, told.record, policy=keys.policy)
    except Refused as refused:
        return {**empty, "standing": "broken", "why": refused.why}
    return {
        "standing": "proved",
        "position": held.index,
        "log": held.checkpoint.origin,
        "size": held.checkpoint.size,
        "witnesses": [{"name": name, "at": to_text(at)} for name, at in held.witnesses.items()],
        "receipt": told.entry,
        "why": "",
    }
