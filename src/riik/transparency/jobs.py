"""The sequencer: by the clock, entries become a tree head that witnesses cosigned.

One sequencer a node, held by a lease; a second one by mistake changes nothing, for each
step moves the head from the size that it read. A witness that is away holds back what is
published, never what is written down.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from riik.core import InThread, Refused, Unavailable
from riik.transparency.checkpoints import Checkpoint
from riik.transparency.errors import LogRefused, LogUnavailable, WitnessRefused
from riik.transparency.log import BATCH, Log
from riik.transparency.notes import Note, VerifiedSignature, VerifierKey
from riik.transparency.witness import AddCheckpoint

__all__ = ["Round", "Sequencer", "WitnessPort", "rounds"]

MOST_BATCHES = 16


class WitnessPort(Protocol):
    """A witness as the sequencer needs it; `client.WitnessClient` is one."""

    @property
    def key(self) -> VerifierKey:
        """The witness's key, with its name."""
        ...

    async def add_checkpoint(self, request: AddCheckpoint) -> list[str]:
        """Ask for cosignatures; signature lines, none of them checked."""
        ...


@dataclass(frozen=True, slots=True)
class Round:
    """What one round of the sequencer did.

    Attributes:
        integrated: How many entries got their positions.
        size: Size of the tree head that was signed or still waited; None if there was none.
        published: Whether it is published now.
        failed: Why a witness gave no cosignature, by its name.
    """

    integrated: int
    size: int | None = None
    published: bool = False
    failed: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sequencer:
    """Runs a log's steps, one round after the other."""

    log: Log
    witnesses: Sequence[WitnessPort]
    in_thread: InThread

    async def check_memory(self) -> None:
        """Before the first round: does any witness remember more than our database?

        A database that was restored from an old copy would sign a second history. The
        witnesses are shown the tree head that it knows, and answer the size they know.

        Raises:
            LogRefused: For ``rewound``.
        """
        try:
            note = await self.in_thread(self.log.checkpoint)
        except LogUnavailable:
            return
        head = Checkpoint.parse(Note.parse(note).text)
        request = AddCheckpoint(0, (), note)
        asked = [witness.add_checkpoint(request) for witness in self.witnesses]
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            known = answer.facts.get("size") if isinstance(answer, WitnessRefused) else None
            if isinstance(known, int) and known > head.size:
                raise LogRefused(
                    "witnesses know a longer log than this database",
                    why="rewound",
                    signed=known,
                    here=head.size,
                )

    async def go(self) -> None:
        """One round, as the node's worker calls it; what stays unpublished is a failure.

        Raises:
            LogUnavailable: For ``threshold``, when too few witnesses cosigned; and as `run`.
            LogRefused: As `run`.
        """
        done = await self.run()
        if done.size is not None and not done.published:
            raise LogUnavailable("too few witnesses cosigned", why="threshold")

    async def run(self) -> Round:
        """Integrate what waits, sign the head, ask the witnesses, publish.

        Raises:
            LogRefused: For ``rewound`` or ``inconsistent``; a person must look.
            LogUnavailable: For ``another-sequencer``.
        """
        integrated = 0
        for _ in range(MOST_BATCHES):
            done = await self.in_thread(self.log.integrate)
            integrated += done
            if done < BATCH:
                break
        note = await self.in_thread(self.log.sign)
        if note is None:
            return Round(integrated)
        return await self._publish(note, integrated)

    async def _publish(self, note: Note, integrated: int) -> Round:
        size = Checkpoint.parse(note.text).size
        old_size = await self.in_thread(self._published_size)
        asked = [self._ask(witness, note, size, old_size) for witness in self.witnesses]
        found: list[VerifiedSignature] = []
        failed: dict[str, str] = {}
        answers = await asyncio.gather(*asked, return_exceptions=True)
        for witness, answer in zip(self.witnesses, answers, strict=True):
            if isinstance(answer, Refused | Unavailable):
                failed[witness.key.name] = answer.why
            elif isinstance(answer, BaseException):
                raise answer
            else:
                found += answer
        published = await self.in_thread(self.log.publish, note, found)
        return Round(integrated, size, published, failed)

    def _published_size(self) -> int:
        try:
            return Checkpoint.parse(Note.parse(self.log.checkpoint()).text).size
        except LogUnavailable:
            return 0

    async def _ask(
        self, witness: WitnessPort, note: Note, size: int, old_size: int
    ) -> list[VerifiedSignature]:
        """Ask a witness, once more if it knows another size than we thought."""
        for _ in range(2):
            path = await self.in_thread(self.log.growth, old_size, size)
            request = AddCheckpoint(old_size, tuple(path), bytes(note))
            try:
                lines = await witness.add_checkpoint(request)
            except WitnessRefused as refused:
                known = refused.facts.get("size")
                if refused.why != "conflict" or not isinstance(known, int) or known == old_size:
                    raise
                if known > size:
                    raise LogRefused(
                        "a witness knows a longer log", why="rewound", signed=known, here=size
                    ) from refused
                old_size = known
            else:
                return await self.in_thread(self.log.cosignatures, note, lines)
        raise LogUnavailable("a witness can't make up its mind", why="witness-answer")


def rounds(sequencer: Sequencer) -> Callable[[], Awaitable[None]]:
    """`Sequencer.go` as a worker calls it: before its first round it asks the witnesses' memory."""
    remembered = False

    async def go() -> None:
        nonlocal remembered
        if not remembered:
            await sequencer.check_memory()
            remembered = True
        await sequencer.go()

    return go
