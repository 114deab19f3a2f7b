"""Whoever holds a paper asks its issuer: is it yours, and does it still hold?

Nobody signs in. Without more than the code an issuer tells what says nothing of a person: its own
name, what kind of paper, when, how it stands, the file's digest. Who types the case number that is
printed on it holds the paper, and is told what stands there anyway: the name, the matter, the
outcome. That is a look at the person's data, and the person sees it: somebody with the paper.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Protocol

from riik.cases import Case, Cases, CaseUnknown
from riik.core import ClientId, Clock, Database, Entropy, Signer, SubjectId, Work, to_text
from riik.documents import Check, PaperStatement, code_of, token_of, write_statement
from riik.services.errors import ServiceRefused
from riik.services.issued.model import DECISION, RECEIPT, IssuedPaper, standing_of
from riik.services.issued.tries import (
    MOST_OF_ALL,
    MOST_OF_ONE,
    REFILL,
    Tries,
    opens_at,
    with_one_more,
)
from riik.services.letters import Authority, person_name
from riik.services.running import Files

__all__ = ["CHECK_PURPOSE", "Begun", "Issued", "IssuedStore", "PaperUnknown"]

CHECK_PURPOSE = "paper-check"
_PDF = "application/pdf"


class PaperUnknown(ServiceRefused):
    """No paper here has this code (``unknown``), or that number (``number``, ``tries``)."""

    code = "services.paper-unknown"


class RecordStranger(Protocol):
    """Writes down that somebody with the paper saw whose it is."""

    def __call__(
        self,
        subject: SubjectId,
        *,
        reader: ClientId,
        purpose: str,
        legal_basis: str,
        case: str,
        work: Work,
    ) -> object: ...


class IssuedStore(Protocol):
    """What is kept of papers."""

    def add(self, paper: IssuedPaper, *, work: Work) -> None: ...
    def load(self, key: bytes, *, work: Work) -> IssuedPaper | None: ...
    def note(self, key: bytes, *, tries: int, work: Work) -> None: ...
    def tries(self, key: bytes, source: str, *, work: Work) -> Tries | None: ...
    def tried(self, key: bytes, source: str, tries: Tries, *, work: Work) -> None: ...
    def forget_tries(self, key: bytes, *, before: str, work: Work) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A paper that is about to be printed."""

    token: str
    kind: str
    number: str
    check: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """One issuer's papers. Its methods block.

    Attributes:
        member: The issuer, with the subsystem that answers for it.
        signer: Its seal.
        portal: Origin of the site where anybody checks papers.
    """

    database: Database
    store: IssuedStore
    files: Files
    cases: Cases
    clock: Clock
    entropy: Entropy
    member: ClientId
    signer: Signer
    portal: str
    authority: Authority
    record_look: RecordStranger

    def begin(self, content: Mapping[str, Any], digest: bytes) -> Begun:
        """What will be printed on a letter with this content.

        Args:
            content: The letter's values.
            digest: SHA-256 of the data inside it.
        """
        token = token_of(self.entropy.bytes(16))
        kind = DECISION if "outcome" in content else RECEIPT
        statement = PaperStatement(
            issuer=str(self.member.member),
            token=token,
            kind=kind,
            day=date.fromisoformat(str(content["date"])),
            digest=digest,
        )
        code = code_of(self.member.member.code, token)
        signed = write_statement(statement, signer=self.signer)
        check = Check(
            place=f"{self.portal.partition('://')[2]}/check",
            address=f"{self.portal}/check/{code}#{signed}",
            code=code,
        )
        return Begun(token=token, kind=kind, number=str(content["reference"]), check=check)

    def keep(self, begun: Begun, pdf: bytes) -> None:
        """Remember a paper as it was sealed; before anybody has it."""
        paper = IssuedPaper(
            key=_key(begun.token),
            kind=begun.kind,
            number=begun.number,
            digest=sha256(pdf).digest(),
            at=to_text(self.clock.now()),
        )
        with self.database.work() as work:
            self.store.add(paper, work=work)

    def check(self, token: str) -> dict[str, Any]:
        """How a paper stands; the look is counted.

        Raises:
            PaperUnknown: For ``unknown``.
        """
        with self.database.work() as work:
            paper, case = self._paper(token, work=work)
            self.store.note(paper.key, tries=paper.tries, work=work)
            return self._told(paper, case, work=work)

    def show(
        self, token: str, number: str, language: str, *, reader: ClientId, source: str = ""
    ) -> dict[str, Any]:
        """The same with what stands on the paper, for who typed the case number on it.

        Args:
            token: The code's.
            number: As typed.
            language: Of the answer.
            reader: The portal that asks.
            source: For whom, as the portal masks them: who guesses is to harm nobody else.

        Raises:
            PaperUnknown: For ``unknown``, ``number``, or ``tries`` with ``until``.
        """
        asker = f"{reader} {source}"
        with self.database.work() as work:
            paper, case = self._paper(token, work=work)
            self._check_tries(paper.key, asker, work=work)
            right = case is not None and compare_digest(
                number.strip().encode(), paper.number.encode()
            )
            self.store.note(paper.key, tries=0 if right else paper.tries + 1, work=work)
            if right and case is not None:
                return self._told(paper, case, work=work) | self._inside(
                    case, language, reader=reader, work=work
                )
            self._count_try(paper.key, asker, work=work)
        raise PaperUnknown("no paper with this code has this number", why="number")

    def _check_tries(self, key: bytes, asker: str, *, work: Work) -> None:
        now = self.clock.now()
        shares = ((asker, MOST_OF_ONE), ("", MOST_OF_ALL))
        until = [
            opens_at(self.store.tries(key, source, work=work), most=most, now=now)
            for source, most in shares
        ]
        if any(until):
            latest = max(one for one in until if one is not None)
            raise PaperUnknown("too many numbers were tried", why="tries", until=to_text(latest))

    def _count_try(self, key: bytes, asker: str, *, work: Work) -> None:
        now = self.clock.now()
        self.store.forget_tries(key, before=to_text(now - MOST_OF_ALL * REFILL), work=work)
        for source in (asker, ""):
            tries = self.store.tries(key, source, work=work)
            self.store.tried(key, source, with_one_more(tries, now=now), work=work)

    def _paper(self, token: str, *, work: Work) -> tuple[IssuedPaper, Case | None]:
        paper = self.store.load(_key(token), work=work)
        if paper is None:
            raise PaperUnknown("no paper has such a code", why="unknown")
        with suppress(CaseUnknown):
            return paper, self.cases.numbered(paper.number, work=work)
        return paper, None

    def _told(self, paper: IssuedPaper, case: Case | None, *, work: Work) -> dict[str, Any]:
        about = self.cases.about(case, work=work) if case else ()
        appeals = [one for one in about if not one.handed_by]
        here = case is not None and case.erased_at is None
        digests = self._digests(case, work=work) if case and here else frozenset()
        return {
            "issuer": dict(self.authority.names),
            "code": self.authority.code,
            "kind": paper.kind,
            "issued": paper.at,
            "standing": standing_of(paper, case, appeals, digests=digests).value,
            "digest": paper.digest.hex(),
            "at": to_text(self.clock.now()),
        }

    def _digests(self, case: Case, *, work: Work) -> frozenset[bytes]:
        return frozenset(
            sha256(self.cases.document(case, one.name, work=work).content).digest()
            for one in self.cases.papers(case, work=work)
            if one.media_type == _PDF
        )

    def _inside(self, case: Case, language: str, *, reader: ClientId, work: Work) -> dict[str, Any]:
        running = self.files.load(case.id, work=work)
        self.record_look(
            case.subject,
            reader=reader,
            purpose=CHECK_PURPOSE,
            legal_basis=running.definition.law[0],
            case=case.number,
            work=work,
        )
        names = running.definition.names
        return {
            "number": case.number,
            "name": self.authority.full_name(**person_name(running)),
            "matter": names.get(language, names.get("en", running.definition.id)),
            "outcome": case.state.value if case.state.ended else "",
        }


def _key(token: str) -> bytes:
    return sha256(token.encode()).digest()
