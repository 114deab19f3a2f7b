"""Runs the acts, one at a time, and remembers what is not as it was."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from riik.core import Clock, Refused, Unavailable
from riik.demo.acts import forging, outages, store
from riik.demo.acts.attacking import run_attack
from riik.demo.acts.client import verdict
from riik.demo.acts.looking import look
from riik.demo.acts.model import Act, ActRefused, Attack, Line, Outcome
from riik.demo.acts.papers import hold_later
from riik.demo.acts.stage import Stage
from riik.demo.running import Demonstration
from riik.node import PortTaken
from riik.portal.design.texts import later
from riik.runtime.logs import JsonLog

__all__ = ["Backstage", "Done", "Hurt"]

MOST_SECONDS: Final = 90.0
FOUNDING_SECONDS: Final = 600.0
SOON: Final = 4.0
"""So long a form waits for its act; then the page says that it goes on."""


@dataclass(frozen=True, slots=True)
class Hurt:
    """A node that is not as it was.

    Attributes:
        act: ``unplug`` or ``kill``.
        role: Whose.
        since: When that was done.
        killed: What it had then, when it was killed.
    """

    act: str
    role: str
    since: datetime
    killed: outages.Killed | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """An act's last result, and when it came."""

    outcome: Outcome
    at: datetime


@dataclass(slots=True, kw_only=True)
class Backstage:
    """Does what visitors ask for.

    Attributes:
        stage: The country.
        out: Where the last journey left its files.
        clock: For when something was done.
        log: Where failures are written down.
        done: Results, by the id of act or attack.
        hurt: What is unplugged or dead.
        doing: The id of what is being done; empty when nothing is.
    """

    stage: Stage
    out: Path
    clock: Clock
    log: JsonLog
    done: dict[str, Done] = field(default_factory=dict)
    hurt: list[Hurt] = field(default_factory=list)
    doing: str = ""
    _task: asyncio.Task[None] | None = None

    async def act(self, act: Act, *, undo: bool = False, role: str = "") -> None:
        """Do an act, or take it back; waits a little for its end.

        Raises:
            ActRefused: For ``busy``, ``role``, ``hurt`` (it is unplugged or dead already),
                ``whole`` (it is not), or ``nothing`` (there is nothing to take back).
        """
        if act.roles and role not in act.roles:
            raise ActRefused("this one can't be chosen", why="role")
        if undo and not act.undo:
            raise ActRefused("this act leaves nothing", why="nothing")
        if act.roles and self.is_hurt(role) is not undo:
            raise ActRefused("it is so already", why="whole" if undo else "hurt")
        if act.id == "reset":
            await self._begin(act.id, self._found_anew())
            return
        await self._begin(act.id, self._do(act, undo=undo, role=role))

    async def attack(self, attack: Attack) -> None:
        """Run an attack; waits a little for its end.

        Raises:
            ActRefused: For ``busy``.
        """
        await self._begin(attack.id, run_attack(attack.id, self._running(), self.out))

    def is_hurt(self, role: str) -> bool:
        """Is this node unplugged or dead?"""
        return any(one.role == role for one in self.hurt)

    def is_rewritten(self) -> bool:
        """Is the clinic's log rewritten now?"""
        running = self.stage.running
        return running is not None and store.rewritten(running.folder) is not None

    async def stop(self) -> None:
        """Give up what is being done."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _begin(self, name: str, work: Awaitable[Outcome | None]) -> None:
        if self.doing:
            if asyncio.iscoroutine(work):
                work.close()
            raise ActRefused("another act is on the stage", why="busy")
        self.doing = name
        self._task = asyncio.create_task(self._go(name, work))
        await asyncio.wait({self._task}, timeout=0.2 if name == "reset" else SOON)

    async def _go(self, name: str, work: Awaitable[Outcome | None]) -> None:
        try:
            async with asyncio.timeout(FOUNDING_SECONDS if name == "reset" else MOST_SECONDS):
                outcome = await work
        except Exception as error:  # noqa: BLE001 - the stage outlives every act
            self.log.failure("act-failed", error, act=name)
            outcome = _failed(error, hurt=bool(self.hurt))
        finally:
            self.doing = ""
        if outcome is not None:
            self.done[name] = Done(outcome, self.clock.now())

    async def _do(self, act: Act, *, undo: bool, role: str) -> Outcome:
        running = self._running()
        if act.id == "look":
            return await look(running)
        if act.id == "later":
            return await hold_later(running, self.out, clock=self.clock)
        if act.id == "rewrite":
            return await (forging.mend(running) if undo else forging.rewrite(running))
        return await (self._heal(running, role) if undo else self._hurt(running, act.id, role))

    async def _hurt(self, running: Demonstration, name: str, role: str) -> Outcome:
        if name == "unplug":
            self.hurt.append(Hurt(name, role, self.clock.now()))
            return await outages.unplug(running, role)
        killed = outages.Killed()
        self.hurt.append(Hurt(name, role, self.clock.now(), killed))
        return await outages.kill(running, role, killed)

    async def _heal(self, running: Demonstration, role: str) -> Outcome:
        [hurt] = [one for one in self.hurt if one.role == role]
        if hurt.killed is not None:
            outcome = await outages.start(running, role, hurt.killed)
        else:
            outcome = await outages.plug(running, role)
        self.hurt.remove(hurt)
        return outcome

    async def _found_anew(self) -> None:
        if self.stage.again is None:
            raise ActRefused("nobody said how", why="nothing")
        await self.stage.again()
        self.done.clear()
        self.hurt.clear()

    def _running(self) -> Demonstration:
        if self.stage.running is None:
            raise ActRefused("the country is not there yet", why="founding")
        return self.stage.running


def _failed(error: Exception, *, hurt: bool) -> Outcome:
    known = isinstance(error, Refused | Unavailable)
    anew = Line(later("Try again; if it stays so, found the country anew."), href="/acts/reset")
    mend = Line(later("Something is unplugged or dead: mend that first."), href="/#break")
    plain = Line(
        later("The reason: {reason}."),
        "wait",
        {"reason": verdict(error) if known else type(error).__name__},
    )
    return Outcome(
        did=[Line(later("The act did not come to its end."))],
        state=[_in_words(error) or plain],
        see=[mend if hurt else anew],
        held=False,
    )


def _in_words(error: Exception) -> Line | None:
    """What went wrong, where a visitor can do something about it."""
    if isinstance(error, PortTaken):
        return Line(
            later(
                "Another program on this computer took its port meanwhile. End that program and "
                "try again; or found the country anew: it then looks for free ports."
            ),
            "wait",
        )
    if isinstance(error, ActRefused) and error.why == "no-journey":
        return Line(
            later(
                "It needs an application of which time-stamped messages are kept, and there is "
                "none. Found the country anew: the first application is then made for you."
            ),
            "wait",
        )
    return None
