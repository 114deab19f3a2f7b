"""A fee that is given back: what the law of a service says, and what the person is told.

A rule proposes (`[refund]` of the folder: a case that was withdrawn or refused); an official
approves; the bank's word is told to the person by a notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from riik.cases import Cases, State
from riik.core import Database, InThread, Work
from riik.services.lookups import Lookups
from riik.services.running import Files, Running

__all__ = [
    "GivingBack",
    "LateFees",
    "RefundNotices",
    "RefundTold",
    "Told",
    "by_rule",
    "refund_notice",
]

_PAID = "A fee was paid back"
_PAID_BODY = (
    "{amount} of the fee in your case {number} was paid back to the account that it came from."
    " The reason: {law}."
)
_REJECTED = "A fee could not be paid back"
_REJECTED_BODY = (
    "The bank could not pay {amount} of the fee in your case {number} back to the account that it"
    " came from. An official sees to it and asks you for another account if one is needed."
)


class GivingBack(Protocol):
    """Proposes to give back what a case paid (filled with `payments`)."""

    def __call__(self, case: str, /, *, law: str, outcome: str, work: Work) -> None: ...


class KeepingLate(Protocol):
    """Has what came for an ended case wait for an official; False where nothing newly does."""

    def __call__(self, case: str, /, *, work: Work) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the bank said of a refund.

    Attributes:
        refund: Its id.
        case: The case's id.
        amount: Written out with its currency.
        law: The article.
        paid: It was done; otherwise the bank rejected it.
    """

    refund: str
    case: str
    amount: str
    law: str
    paid: bool


class RefundTold(Protocol):
    """What the bank said of a refund; None where it is of no case (filled with `payments`)."""

    def __call__(self, refund: str, /, *, work: Work) -> Told | None: ...


def by_rule(running: Running, state: State, giving: GivingBack | None, *, work: Work) -> None:
    """Propose to give the fee back, in the unit that ends the case, where its folder says so."""
    terms = running.definition.terms
    if giving is not None and state.value in terms.refund_when:
        giving(running.case.id, law=terms.refund_law, outcome=state.value, work=work)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateFees:
    """Fees that came after their case had ended, as from a bank's page that was open still.

    Attributes:
        keeping: Where officials find them.
        giving: Proposes to give them back where the folder's rule says so.
    """

    database: Database
    cases: Cases
    keeping: KeepingLate
    giving: GivingBack

    def __call__(self, running: Running, /) -> None:
        """Queue what came; a repeated word, or one of a fee that came in time, changes nothing."""
        case = running.case
        with self.database.work() as work:
            if not case.state.ended or any(
                event.kind == "fee-paid" for event in self.cases.timeline(case, work=work)
            ):
                return
            if self.keeping(case.id, work=work):
                self.cases.note(case, kind="fee-late", actor="bank", work=work)
                by_rule(running, case.state, self.giving, work=work)


def refund_notice(running: Running, told: Told) -> dict[str, Any]:
    """What the person reads, in every language of the service."""
    definition = running.definition
    title, body = (_PAID, _PAID_BODY) if told.paid else (_REJECTED, _REJECTED_BODY)
    shown = {"amount": told.amount, "number": running.case.number, "law": told.law}
    return {
        "id": f"{told.case}-refund-{told.refund}-{'paid' if told.paid else 'rejected'}",
        "case": told.case,
        "legal_effect": False,
        "texts": {
            language: {
                "title": definition.text(title, language),
                "body": definition.text(body, language).format_map(shown),
            }
            for language in definition.languages
        },
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundNotices:
    """Tells people that a fee was given back."""

    files: Files
    lookups: Lookups
    told: RefundTold
    database: Database
    in_thread: InThread

    def handlers(self, topic: str) -> Mapping[str, Any]:
        """The handler of the bank's word; a repeated word is told once."""
        return {topic: self._tell}

    async def _tell(self, payload: bytes) -> None:
        found = await self.in_thread(self._find, msgspec.json.decode(payload, type=str))
        if found is None:
            return
        running, told = found
        notice = refund_notice(running, told)
        await self.lookups.tell(
            notice,
            legal_basis=running.definition.law[0],
            dossier=running.dossier,
            case=told.case,
            about=str(notice["id"]).removeprefix(f"{told.case}-"),
        )

    def _find(self, refund: str) -> tuple[Running, Told] | None:
        with self.database.read() as work:
            told = self.told(refund, work=work)
            return None if told is None else (self.files.load(told.case, work=work), told)
