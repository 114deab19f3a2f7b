"""Asking every register who looked, and telling it as one page: the person's data tracker."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from riik.core import ClientId, Clock, InThread, Refused, ServiceId, Unavailable, to_text
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.errors import PortalRefused, RegisterSilent, StatementMissing
from riik.portal.citizen.guides import named
from riik.portal.citizen.logs.component import Logs
from riik.portal.citizen.logs.rules import CHANGED, EMPTY, UNKNOWN, WHOLE, Verdict
from riik.portal.citizen.looks import ToldLooks, View, group, read_looks
from riik.portal.citizen.mine import KnowsCases
from riik.portal.citizen.model import Register
from riik.portal.citizen.words import RegisterWords
from riik.portal.design.texts import Texts
from riik.portal.session import SignedOut, Visitor
from riik.transparency import Receipts

__all__ = ["Tracking"]

MOST = 100
MOST_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Tracking:
    """Who looked at the data of who is signed in.

    Attributes:
        portal: Knows which cases are theirs.
        organisations: How members are called, by language.
        logs: By which keys each register's looks are believed, and whether its log goes on from
            what this portal remembers.
        receipts: Checks what registers show as proof.
    """

    errands: Errands
    clock: Clock
    in_thread: InThread
    portal: KnowsCases
    registers: Sequence[Register]
    words: RegisterWords
    organisations: Mapping[str, Mapping[str, str]]
    logs: Logs
    receipts: Receipts
    texts: Mapping[str, Texts]

    async def looks(self, visitor: Visitor, language: str, *, days: int = 30) -> dict[str, Any]:
        """All looks of the last days, grouped; who did not answer is named, and whose log changed.

        ``complete`` only when every register answered, with all its looks, every log goes on from
        the head that this portal remembers, and every look is proved.
        """
        now = self.clock.now()
        since = now - timedelta(days=min(max(days, 1), MOST_DAYS))
        asked = [self._of(visitor, register.client, since) for register in self.registers]
        words, known, verdicts, answers = await asyncio.gather(
            self.words.all(), self.portal.known(visitor), self.logs.all(), asyncio.gather(*asked)
        )
        told = [look for answer in answers if answer is not None for look in answer.looks]
        view = View(
            person=visitor.person,
            portal=str(self.errands.client.member),
            texts=self.texts[language],
            words=words,
            organisations=self.organisations,
            people={code: name for one in told for code, name in one.names.items()},
            keys=self.logs.keys,
            changed=frozenset(
                one for one, verdict in verdicts.items() if verdict.standing == CHANGED
            ),
            receipts=self.receipts,
            cases=frozenset(case.id for case, _ in known),
            now=now,
        )
        grouped = await self.in_thread(group, told, view)
        silent = [
            register
            for register, answer in zip(self.registers, answers, strict=True)
            if answer is None
        ]
        more = any(answer is not None and answer.more for answer in answers)
        logs = self._logs(verdicts, language)
        unproved = grouped["coming"] + grouped["broken"] + grouped["unknown"]
        return {
            **grouped,
            "silent": _names(silent, language),
            "logs": logs,
            "complete": not (silent or more or logs or unproved),
            "days": days,
            "more": more,
        }

    def _logs(self, verdicts: Mapping[ClientId, Verdict], language: str) -> list[dict[str, Any]]:
        """The organisations whose log is not known to go on as it was, each once."""
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for register in self.registers:
            verdict = verdicts.get(register.client, Verdict(standing=UNKNOWN))
            if verdict.standing in (WHOLE, EMPTY):
                continue
            row = {
                "organisation": named(register.organisation, language),
                "standing": verdict.standing,
                "why": verdict.why,
                "since": to_text(verdict.since) if verdict.since else None,
            }
            found.setdefault((str(register.client.member), verdict.standing), row)
        return list(found.values())

    async def receipt(self, visitor: Visitor, *, register: ClientId, entry: str) -> bytes:
        """The receipt of one look, as a ``.tlog-proof`` file that its person can keep.

        Raises:
            PortalRefused: For ``no-register`` or ``no-look``.
            RegisterSilent: It does not answer; the look may well be there.
        """
        if register not in [one.client for one in self.registers]:
            raise PortalRefused("there is no such register", why="no-register")
        told = await self._of(visitor, register, None)
        if told is None:
            raise RegisterSilent("the register does not answer", why="silent")
        for look in told.looks:
            if look.entry == entry and look.receipt is not None:
                return look.receipt
        raise PortalRefused("there is no such look", why="no-look")

    async def _of(
        self, visitor: Visitor, register: ClientId, since: datetime | None
    ) -> ToldLooks | None:
        """One register's looks; None when it does not answer."""
        query = {"limit": str(MOST)}
        if since is not None:
            query["periodStart"] = to_text(since)
        try:
            answer = await self.errands.ask(
                visitor,
                ServiceId(register, "findUsage"),
                path="/v2/proofs",
                query=urlencode(query),
            )
            # The register knows nothing of this person: nobody looked at anything there.
            if answer.status == 404:
                return ToldLooks()
            return read_looks(register, answer.accepted().body)
        except (SignedOut, StatementMissing):
            raise
        except (Unavailable, Refused):
            return None


def _names(registers: Sequence[Register], language: str) -> list[str]:
    """Who keeps these registers, each once."""
    return list(dict.fromkeys(named(one.organisation, language) for one in registers))
