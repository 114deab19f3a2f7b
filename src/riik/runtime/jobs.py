"""What a node does by itself: deliver its events, and what comes round by the clock.

A worker leases due events and calls the handler of their topic, at least once: a failed one
comes again after a pause that doubles up to a cap, for ever, with the failure's code beside
it. It wakes at once when this process put an event, and looks every second for those of
others. Periodic jobs run in one process of the node at a time, by lease.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from riik.core import Clock, Entropy, InThread, Refused, RiikError
from riik.runtime.database import SqlDatabase
from riik.runtime.leases import Leases
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.outbox import Bell, Deliveries, Delivery

__all__ = ["Jobs"]

Handler = Callable[[Delivery], Awaitable[None]]
Periodic = Callable[[], Awaitable[None]]

LEASE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=15)
POLL_SECONDS = 1.0
MEASURE_SECONDS = 10.0
KEPT_KEYS = timedelta(days=90)


@dataclass(slots=True)
class _Round:
    """A job that comes round, and when this process looks at it next (its stopwatch)."""

    every: timedelta
    handler: Periodic
    look: float = 0.0
    running: bool = False
    failed: str = ""


class Jobs:
    """The worker of one process; several processes of a node may each have one."""

    def __init__(
        self,
        *,
        database: SqlDatabase,
        clock: Clock,
        entropy: Entropy,
        in_thread: InThread,
        bell: Bell,
        log: JsonLog,
        metrics: Metrics,
        at_once: int = 8,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        """Prepare a worker; `on` and `periodic` tell it what to do, `start` lets it.

        Args:
            database: The node's, migrated with `riik.runtime.outbox.MIGRATIONS`.
            clock: Decides what is due.
            entropy: Names this worker.
            in_thread: Where the database is asked.
            bell: Rung by the node's `SqlOutbox`.
            log: Failures, by code.
            metrics: Gets ``riik_outbox_oldest_seconds``, the one to put an alarm on.
            at_once: How many handlers run at a time.
            poll_seconds: How often it looks for events that other processes put.
        """
        owner = entropy.bytes(8).hex()
        self._deliveries = Deliveries(database=database, clock=clock, owner=owner)
        self._leases = Leases(database=database, clock=clock, owner=owner, length=LEASE)
        self._clock, self._in_thread, self._bell, self._log = clock, in_thread, bell, log
        self._at_once, self._poll_seconds = at_once, poll_seconds
        self._handlers: dict[str, Handler] = {}
        self._rounds: dict[str, _Round] = {}
        self._running: dict[asyncio.Task[None], Delivery | None] = {}
        self._renewed = self._measured = float("-inf")
        self._wake = asyncio.Event()
        self._loop_task: asyncio.Task[None] | None = None
        self._stopping = self._abandoned = False
        self._oldest = metrics.gauge(
            "riik_outbox_oldest_seconds", "Age of the oldest undelivered event."
        )
        self._waiting = metrics.gauge("riik_outbox_waiting", "Events that wait for delivery.")
        self._done = metrics.counter("riik_jobs_done", "Handlers that ended well.", "topic")
        self._failed = metrics.counter("riik_jobs_failed", "Handlers that failed.", "topic")
        self.periodic("runtime.prune-outbox", timedelta(hours=6), self._prune)

    def on(self, topic: str, handler: Handler) -> None:
        """Let ``handler`` take the events of this topic; one handler a topic."""
        if topic in self._handlers:
            raise ValueError(f"topic {topic} has a handler")
        self._handlers[topic] = handler

    def periodic(self, name: str, every: timedelta, handler: Periodic) -> None:
        """Call ``handler`` once in each period, in one process of the node."""
        if name in self._rounds:
            raise ValueError(f"job {name} is known")
        self._rounds[name] = _Round(every, handler)

    def start(self) -> None:
        """Begin in the running loop."""
        loop = asyncio.get_running_loop()

        def ring() -> None:
            loop.call_soon_threadsafe(self._wake.set)

        end = self._bell.listen(ring)
        self._loop_task = loop.create_task(self._run())
        self._loop_task.add_done_callback(lambda _: end())

    async def stop(self, *, grace: float = 10.0) -> None:
        """Take nothing new, let handlers end for ``grace`` seconds, give the rest back."""
        self._stopping = True
        self._wake.set()
        if self._loop_task is not None:
            await self._loop_task
        if self._running:
            await asyncio.wait(self._running, timeout=grace)
        for task in tuple(self._running):
            task.cancel()
        while self._running:
            await asyncio.wait(tuple(self._running))
        for name in self._rounds:
            with suppress(RiikError):
                await self._in_thread(self._leases.release, name)

    def abandon(self) -> None:
        """Stop in the middle, as a process does that is killed: nothing is given back."""
        self._stopping = self._abandoned = True
        for task in (self._loop_task, *self._running):
            if task is not None:
                task.cancel()

    def rounds(self) -> list[tuple[str, timedelta, str]]:
        """What comes round: name, period, and why it failed last; empty when it did not."""
        return [(name, each.every, each.failed) for name, each in sorted(self._rounds.items())]

    def waiting(self) -> tuple[int, float]:
        """How many events wait, and for how many seconds the oldest does; asks the database.

        Events that nobody here handles are kept for whoever will, and hold nothing up.
        """
        return self._deliveries.waiting(tuple(self._handlers))

    async def run_due(self) -> int:
        """Do all that is due now, and what that makes due, and answer how many handlers ran.

        For tests and commands; `start` is for nodes.
        """
        count = 0
        while started := await self._step():
            count += started
            await asyncio.wait(tuple(self._running))
        await self._keep()
        return count

    async def _run(self) -> None:
        while not self._stopping:
            self._wake.clear()
            try:
                await self._step()
                await self._keep()
            except Exception as error:  # noqa: BLE001 - the job loop outlives everything
                self._log.failure("jobs-step-failed", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._until_next_look())

    def _until_next_look(self) -> float:
        next_round = min(each.look for each in self._rounds.values())
        return min(self._poll_seconds, max(0.01, next_round - self._clock.monotonic()))

    async def _step(self) -> int:
        """Start what is due and has room; answer how many were started."""
        started = 0
        for name, each in self._rounds.items():
            if not each.running and self._clock.monotonic() >= each.look:
                started += await self._start_round(name, each)
        free = self._at_once - len(self._running)
        if self._handlers and free > 0:
            lease, topics = self._deliveries.lease, tuple(self._handlers)
            for delivery in await self._in_thread(lease, topics, limit=free, length=LEASE):
                self._spawn(self._deliver(delivery), delivery)
                started += 1
        return started

    async def _start_round(self, name: str, each: _Round) -> bool:
        taken = await self._in_thread(self._leases.take_due, name, every=each.every)
        # When another process has it, look again soon, in case that one dies.
        wait = each.every if taken else min(each.every, LEASE)
        each.look = self._clock.monotonic() + wait.total_seconds()
        if not taken:
            return False
        each.running = True
        self._spawn(self._go_round(name, each), None)
        return True

    def _spawn(self, work: Awaitable[None], delivery: Delivery | None) -> None:
        task = asyncio.ensure_future(work)
        self._running[task] = delivery

        def ended(task: asyncio.Task[None]) -> None:
            del self._running[task]
            self._wake.set()

        task.add_done_callback(ended)

    async def _go_round(self, name: str, each: _Round) -> None:
        try:
            await each.handler()
        except Exception as error:  # noqa: BLE001 - the job loop outlives everything
            self._failed.labels(name).inc()
            self._log.failure("job-failed", error, job=name)
            each.failed = code(error)
        else:
            each.failed = ""
            self._done.labels(name).inc()
        finally:
            each.running = False

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._handlers[delivery.topic](delivery)
        except asyncio.CancelledError:
            if not self._abandoned:
                await self._in_thread(self._deliveries.give_back, delivery)
            raise
        except Exception as error:  # noqa: BLE001 - the job loop outlives everything
            await self._put_off(delivery, error)
        else:
            self._done.labels(delivery.topic).inc()
            await self._mark(self._deliveries.delivered, delivery)

    async def _put_off(self, delivery: Delivery, error: Exception) -> None:
        self._failed.labels(delivery.topic).inc()
        topic, attempts = delivery.topic, delivery.attempt
        self._log.failure("delivery-failed", error, topic=topic, attempts=attempts)
        wait = pause(attempts, error)
        await self._mark(self._deliveries.postpone, delivery, wait=wait, error=code(error))

    async def _mark(self, action: Callable[..., None], delivery: Delivery, **how: object) -> None:
        try:
            await self._in_thread(action, delivery, **how)
        except RiikError as error:
            # The lease ends by itself and the event comes again: at least once.
            self._log.failure("delivery-unmarked", error, topic=delivery.topic)

    async def _keep(self) -> None:
        """Renew leases of what still runs; measure what waits."""
        now = self._clock.monotonic()
        if now - self._renewed >= LEASE.total_seconds() / 3:
            self._renewed = now
            if ids := [each.id for each in self._running.values() if each is not None]:
                await self._in_thread(self._deliveries.renew, ids, length=LEASE)
            for name in [name for name, each in self._rounds.items() if each.running]:
                await self._in_thread(self._leases.take, name)
        if now - self._measured >= MEASURE_SECONDS:
            self._measured = now
            count, seconds = await self._in_thread(self._deliveries.waiting)
            self._waiting.set(count)
            self._oldest.set(seconds)

    async def _prune(self) -> None:
        await self._in_thread(self._deliveries.prune, older=KEPT_KEYS)


def pause(attempt: int, error: Exception) -> timedelta:
    """How long to wait after this attempt: 1, 2, 4 … seconds, at most 15 minutes.

    What was refused won't be accepted a second later: it waits the longest at once.
    """
    if isinstance(error, Refused) or attempt > 10:
        return LONGEST_PAUSE
    return min(timedelta(seconds=1 << (attempt - 1)), LONGEST_PAUSE)


def code(error: Exception) -> str:
    """What is kept of a failure: ``code:why`` of ours, the class of a bug; no text."""
    if isinstance(error, RiikError):
        return f"{error.code}:{error.why}"
    return type(error).__name__
