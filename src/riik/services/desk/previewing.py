"""The letter as it would go out: an official reads it before they sign the decision.

It is made as the sealed one will be, from the verdict that stands on the page, and says across each
page that it is a draft. Nothing is kept of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from riik.core import Clock, to_text
from riik.services.desk.deciding import settled
from riik.services.desk.errors import DeskRefused
from riik.services.desk.model import Decided, Verdict
from riik.services.desk.staff import Seat
from riik.services.desk.verdicts import check_verdict
from riik.services.letters import Authority, decision_letter
from riik.services.running import Running

__all__ = ["Drafts", "Previews"]


class Drafts(Protocol):
    """Prints what is not decided yet (fills `operations.Papers`)."""

    async def draft(self, template: str, content: Mapping[str, Any], /, *, language: str) -> bytes:
        """A letter as a PDF that is marked as a draft and has no seal."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Previews:
    """The drafts of one authority's letters.

    Attributes:
        authority: Who decides, as letters say it.
        sources: Names of the organisations that play each role, by language.
    """

    clock: Clock
    papers: Drafts
    authority: Authority
    sources: Mapping[str, Mapping[str, str]]

    async def letter(self, verdict: Verdict, running: Running, *, seat: Seat, name: str) -> bytes:
        """The letter that would follow from a verdict, as a PDF.

        Args:
            verdict: What stands on the page.
            running: The case; whoever asks was let in.
            seat: Who would decide.
            name: Theirs, as letters write it.

        Raises:
            DeskRefused: For ``no-letter``, or as `check_verdict`.
            DeskConflict: As `check_verdict`.
        """
        act = check_verdict(verdict, running, seat=seat)
        template = running.definition.letter.template
        if not template:
            raise DeskRefused("this service sends no letter", why="no-letter")
        decided = Decided(
            act=act,
            official=seat.official.person,
            name=name,
            unit=seat.unit.names,
            outcome=verdict.outcome,
            grounds=verdict.grounds,
            reason=verdict.reason,
            at=to_text(self.clock.now()),
            digest="",
            document="",
        )
        after = replace(running, dossier=settled(running.dossier, decided))
        content = decision_letter(after, authority=self.authority, sources=self.sources)
        return await self.papers.draft(template, content, language=running.dossier.language)
