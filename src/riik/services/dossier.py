"""What is known in one case: facts, answers, what was proposed. Sealed as one piece.

The dossier is a frozen value; each step answers a new one. Its JSON form is sealed under the
person's data key by the component, so nothing of it is in clear in the database.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

import msgspec

from riik.core import PersonCode, ServiceId, from_text, to_text
from riik.services.desk.model import Amendment, Decided, Question
from riik.services.joint.model import Signer
from riik.services.model import Fact, Standing
from riik.services.offering.model import OCCASION

__all__ = ["Appeal", "Dossier", "Proposal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What the rules propose: ``grant``, ``refuse`` or ``official``, and on what grounds.

    Attributes:
        outcome: The proposal, or the decision once it was taken.
        grounds: Codes of what stands against it; texts are in the folder.
        explanation: Which row of which table applied, with its law; for the letter and the desk.
        by: ``computer`` or ``official``.
    """

    outcome: str
    grounds: tuple[str, ...] = ()
    explanation: tuple[Mapping[str, Any], ...] = ()
    by: str = "computer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """What an appeal is against.

    Attributes:
        case: The case whose decision it is, by its id.
        number: Its number.
        outcome: What was decided: ``granted`` or ``refused``.
        reason: Why the person does not agree, in their words.
        at: When they said so, RFC 3339.
        deciders: The officials who took or proposed the decision: none of them hears it.
    """

    case: str
    number: str
    outcome: str
    reason: str
    at: str
    deciders: tuple[PersonCode, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """The content of a case.

    Attributes:
        person: Whose matter it is.
        actor: Who acts: the person, or who represents them.
        language: The person's.
        channel: ``web``, ``desk``, ``api`` …
        authority: Login's statement of the last step, compact JWS.
        facts: What registers answered, by need.
        answers: What the person answered, by field.
        prepared: A signature that was begun: opaque bytes of `signatures`.
        proposal: What the rules proposed or an official decided.
        fee_reference: The fee's creditor reference, or empty.
        question: What an official asks the person now, or None.
        amended: What the person answered to it so far; counts once it is handed in.
        amendments: Questions that were answered, in their order.
        helpers: The officials who filled in with the person present, the last one last.
        colleague: What one official proposed, until another confirms it.
        decided: What an official decided and signed, or None.
        disputed: Which facts the person told their register to be wrong (``person.residence``),
            each with the number under which the register answers.
        decisions: What rule tasks of the process decided, by decision.
        messages: What others sent that the process waited for, by the message's id.
        drafted: Lists that the person is still working on, by question; they are no answers yet.
        visited: Pages that were answered, also with nothing where nothing is needed.
        signers: Who else signs a joint application, once they were asked.
        appeal: The decision that this case is an appeal against, or None.
        occasion: With whom it began where nobody asked for it, such as the child that was born.
        offered: The person was told what they may have for a yes.
        signed_by: The name of who signed last, as on their certificate; empty before.
        role: As what the actor represents the person, as login stated it; empty for oneself.
    """

    person: PersonCode
    actor: PersonCode
    language: str
    channel: str
    authority: str
    facts: Mapping[str, Fact] = field(default_factory=dict)
    answers: Mapping[str, Any] = field(default_factory=dict)
    prepared: bytes = b""
    proposal: Proposal | None = None
    fee_reference: str = ""
    question: Question | None = None
    amended: Mapping[str, Any] = field(default_factory=dict)
    amendments: tuple[Amendment, ...] = ()
    helpers: tuple[PersonCode, ...] = ()
    colleague: Decided | None = None
    decided: Decided | None = None
    disputed: Mapping[str, str] = field(default_factory=dict)
    decisions: Mapping[str, Any] = field(default_factory=dict)
    messages: Mapping[str, Any] = field(default_factory=dict)
    drafted: Mapping[str, Any] = field(default_factory=dict)
    visited: tuple[str, ...] = ()
    signers: tuple[Signer, ...] = ()
    appeal: Appeal | None = None
    occasion: str = ""
    offered: bool = False
    signed_by: str = ""
    role: str = ""

    @property
    def assistant(self) -> PersonCode | None:
        """The official who helped last, or None."""
        return self.helpers[-1] if self.helpers else None

    @property
    def concerned(self) -> frozenset[str]:
        """Whose matter it is in any way: who applied or acts, and everybody who signs as well."""
        others = (code for one in self.signers for code in (one.person, one.actor))
        return frozenset({self.person, self.actor, *others}) - {""}

    def helped_by(self, official: PersonCode | None) -> Self:
        """The dossier with who helps now; all of them stay, for none of them decides."""
        if official is None or official == self.assistant:
            return self
        others = tuple(one for one in self.helpers if one != official)
        return replace(self, helpers=(*others, official))

    def signer(self, person: PersonCode) -> Signer | None:
        """One of those who were asked to sign as well, or None."""
        return next((one for one in self.signers if one.person == person), None)

    def with_signer(self, signer: Signer) -> Self:
        """The dossier with what one of the others did."""
        return replace(
            self,
            signers=tuple(signer if one.person == signer.person else one for one in self.signers),
        )

    def asking(self, of: str) -> tuple[PersonCode, str, PersonCode]:
        """Of whom a register is asked, by whose word, for whom that one acts.

        Args:
            of: ``applicant``; ``other``: the first of those who sign as well; or ``occasion``: with
                whom it began.
        """
        if of == OCCASION:
            return PersonCode(self.occasion), "", PersonCode(self.occasion)
        if of == "other" and self.signers:
            other = self.signers[0]
            return other.person, other.authority, PersonCode(other.actor or other.person)
        return self.person, self.authority, self.actor

    def with_facts(self, facts: list[Fact]) -> Self:
        """The dossier with what registers answered."""
        return replace(self, facts={**self.facts, **{fact.need: fact for fact in facts}})

    def with_answers(self, answers: Mapping[str, Any]) -> Self:
        """The dossier with further answers; the newer one counts."""
        return replace(self, answers={**self.answers, **answers})

    def with_page(self, page: str, answers: Mapping[str, Any]) -> Self:
        """The dossier with a page answered; lists of it are complete now."""
        drafted = {name: value for name, value in self.drafted.items() if name not in answers}
        visited = tuple(dict.fromkeys((*self.visited, page)))
        return replace(self.with_answers(answers), drafted=drafted, visited=visited)

    def with_draft(self, question: str, items: list[Any]) -> Self:
        """The dossier with a list that is being worked on: until it is complete, no answer."""
        answers = {name: value for name, value in self.answers.items() if name != question}
        return replace(self, answers=answers, drafted={**self.drafted, question: items})

    def listed(self, question: str) -> list[Any]:
        """A list as it stands, complete or not."""
        return list(self.drafted.get(question, self.answers.get(question, ())) or ())

    def known(self, *, case: Mapping[str, Any]) -> dict[str, Any]:
        """What rules, conditions and letters may speak of, by name.

        Args:
            case: ``id``, ``number`` and ``today`` of the case, and whose it is: ``person``.
        """
        facts = {
            need: {**fact.values, "standing": fact.standing.value}
            for need, fact in self.facts.items()
        }
        return {
            **facts,
            "answers": dict(self.answers),
            "channel": self.channel,
            "case": dict(case),
            "decisions": dict(self.decisions),
            "messages": dict(self.messages),
            "appeal": {"outcome": self.appeal.outcome if self.appeal else None},
        }

    def to_json(self) -> bytes:
        """The dossier as bytes to seal."""
        plain = {
            "person": self.person,
            "actor": self.actor,
            "language": self.language,
            "channel": self.channel,
            "authority": self.authority,
            "facts": [_fact_to(fact) for fact in self.facts.values()],
            "answers": self.answers,
            "prepared": self.prepared,
            "proposal": self.proposal,
            "fee_reference": self.fee_reference,
            "helpers": self.helpers,
            "question": self.question,
            "amended": self.amended,
            "amendments": self.amendments,
            "colleague": self.colleague,
            "decided": self.decided,
            "disputed": self.disputed,
            "decisions": self.decisions,
            "messages": self.messages,
            "drafted": self.drafted,
            "visited": self.visited,
            "signers": self.signers,
            "occasion": self.occasion,
            "offered": self.offered,
            "appeal": self.appeal,
            "signed_by": self.signed_by,
            "role": self.role,
        }
        return msgspec.json.encode(plain)

    @classmethod
    def from_json(cls, source: bytes) -> Self:
        """The dossier from the bytes of `to_json`."""
        plain = msgspec.json.decode(source)
        facts = [_fact_from(fact) for fact in plain.pop("facts")]
        prepared = msgspec.convert(plain.pop("prepared"), bytes, strict=False)
        # A case that was written by an earlier release lacks what came later.
        parts = {name: msgspec.convert(plain.pop(name, None), kind) for name, kind in _PARTS}
        amendments = msgspec.convert(plain.pop("amendments", ()), tuple[Amendment, ...])
        signers = msgspec.convert(plain.pop("signers", ()), tuple[Signer, ...])
        only = plain.pop("assistant", None)
        helpers = tuple(plain.pop("helpers", [only] if only else ()))
        plain["visited"] = tuple(plain.get("visited", ()))
        return cls(
            facts={fact.need: fact for fact in facts},
            prepared=prepared,
            amendments=amendments,
            signers=signers,
            helpers=helpers,
            **parts,
            **plain,
        )


_PARTS: tuple[tuple[str, Any], ...] = (
    ("proposal", Proposal | None),
    ("question", Question | None),
    ("colleague", Decided | None),
    ("decided", Decided | None),
    ("appeal", Appeal | None),
)


def _fact_to(fact: Fact) -> dict[str, Any]:
    return {
        "need": fact.need,
        "standing": fact.standing.value,
        "values": fact.values,
        "source": str(fact.source),
        "message_id": fact.message_id,
        "at": to_text(fact.at),
    }


def _fact_from(plain: dict[str, Any]) -> Fact:
    return Fact(
        need=plain["need"],
        standing=Standing(plain["standing"]),
        values=plain["values"],
        source=ServiceId.parse(plain["source"]),
        message_id=plain["message_id"],
        at=from_text(plain["at"]),
    )
