"""Keeps how a person's cases stood when their organisations told it, for when these are silent.

Nothing but the state, its words and the case's number is kept, sealed under the person's key.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

import msgspec

from riik.core import Clock, Database, InThread, PersonCode, SubjectId, Vault, Work
from riik.portal.citizen.lately.rules import Lately, as_it_was, of_view
from riik.portal.design.texts import Texts

__all__ = ["CasesLately", "LatelyStore"]

FRESH: Final = timedelta(minutes=1)
"""What is told again in this time, and is the same, is not written again."""


class LatelyStore(Protocol):
    """What is kept; `store.SqlLatelyStore` keeps it in SQL."""

    def put(
        self, subject: SubjectId, sealed: Mapping[str, bytes], *, at: datetime, work: Work
    ) -> None: ...
    def all(self, subject: SubjectId, *, work: Work) -> dict[str, tuple[datetime, bytes]]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesLately:
    """How cases stood last, by person."""

    store: LatelyStore
    database: Database
    vault: Vault
    clock: Clock
    in_thread: InThread
    texts: Mapping[str, Texts]

    async def told(
        self, person: PersonCode, views: Mapping[str, Mapping[str, Any]], language: str
    ) -> None:
        """Keep what organisations tell just now, by case."""
        kept = {case: of_view(view, language) for case, view in views.items()}
        await self.in_thread(self._keep, person, kept)

    async def all(self, person: PersonCode, language: str) -> dict[str, dict[str, Any]]:
        """How each case stood, as a row or a page shows it."""
        found = await self.in_thread(self._found, person)
        texts = self.texts[language]
        return {case: as_it_was(one, at, texts) for case, (at, one) in found.items()}

    def _keep(self, person: PersonCode, kept: Mapping[str, Lately]) -> None:
        now, known = self.clock.now(), self._found(person)
        changed = {
            case: lately
            for case, lately in kept.items()
            if case not in known or known[case][1] != lately or now - known[case][0] > FRESH
        }
        if not changed:
            return
        subject = self.vault.subject_of(person)
        sealed = {
            case: self.vault.seal(subject, msgspec.json.encode(lately), context=_context(case))
            for case, lately in changed.items()
        }
        with self.database.work() as work:
            self.store.put(subject, sealed, at=now, work=work)

    def _found(self, person: PersonCode) -> dict[str, tuple[datetime, Lately]]:
        subject = self.vault.find(person)
        if subject is None:
            return {}
        with self.database.read() as work:
            rows = self.store.all(subject, work=work)
        sealed = [(content, _context(case)) for case, (_, content) in rows.items()]
        plain = self.vault.open_many(subject, sealed)
        return {
            case: (at, msgspec.json.decode(one, type=Lately))
            for (case, (at, _)), one in zip(rows.items(), plain, strict=True)
        }


def _context(case: str) -> str:
    return f"portal_lately/sealed/{case}"
