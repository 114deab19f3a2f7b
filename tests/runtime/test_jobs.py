"""A worker in a running loop: it wakes, it stops, it keeps its leases, it tells of itself."""

import asyncio
import json
from datetime import timedelta

import pytest

from riik.core import Unavailable
from riik.runtime import outbox
from riik.runtime.clock import SystemClock
from riik.runtime.jobs import LEASE, LONGEST_PAUSE, Jobs, pause
from riik.runtime.migrate import migrate
from riik.runtime.outbox import Bell, Deliveries, SqlOutbox
from riik.runtime.threads import ThreadPool
from riik.testing.ports import StandingClock

SOON = 20.0


@pytest.fixture
def node(database):
    migrate(database, {"runtime": outbox.MIGRATIONS})
    return database


class Worker:
    """A worker on the system's threads, and its clock if there is no other, with its outbox."""

    def __init__(self, node, entropy, log, metrics, *, clock=None, threads=None, **options):
        self.node, self.clock = node, clock or SystemClock()
        self.threads, self.bell = threads or ThreadPool(4), Bell()
        self.events = SqlOutbox(clock=self.clock, bell=self.bell)
        self.jobs = Jobs(
            database=node,
            clock=self.clock,
            entropy=entropy,
            in_thread=self.threads,
            bell=self.bell,
            log=log,
            metrics=metrics,
            **options,
        )

    async def put(self, *keys):
        def write():
            with self.node.work() as work:
                for key in keys:
                    self.events.put("letters", key, b"", work=work)

        await self.threads(write)

    def waiting(self):
        return Deliveries(database=self.node, clock=self.clock, owner="test").waiting()[0]


class Watched(ThreadPool):
    """Threads that call ``before`` and ``after`` with the name of what is done in them."""

    def __init__(self, *, before=lambda name: None, after=lambda name: None):
        super().__init__(4)
        self.before, self.after = before, after

    async def __call__(self, action, /, *arguments, **options):
        name = getattr(action, "__name__", "")
        self.before(name)
        answer = await super().__call__(action, *arguments, **options)
        self.after(name)
        return answer


@pytest.fixture
def worker(node, entropy, log, metrics):
    worker = Worker(node, entropy, log, metrics)
    yield worker
    worker.threads.close()


def test_an_event_put_by_this_process_is_taken_at_once(node, entropy, log, metrics):
    worker = Worker(node, entropy, log, metrics, poll_seconds=1000.0)
    got = asyncio.Event()

    async def run():
        async def handler(_delivery):
            got.set()

        worker.jobs.on("letters", handler)
        worker.jobs.start()
        await worker.put("a")
        await asyncio.wait_for(got.wait(), SOON)
        await worker.jobs.stop()

    asyncio.run(run())
    worker.threads.close()
    assert worker.waiting() == 0


def test_stopping_waits_for_the_handler(worker):
    ended = []

    async def run():
        inside, leave = asyncio.Event(), asyncio.Event()

        async def handler(delivery):
            inside.set()
            await leave.wait()
            ended.append(delivery.key)

        worker.jobs.on("letters", handler)
        await worker.put("a")
        worker.jobs.start()
        await asyncio.wait_for(inside.wait(), SOON)
        stopping = asyncio.ensure_future(worker.jobs.stop())
        await asyncio.sleep(0)
        leave.set()
        await stopping

    asyncio.run(run())
    assert (ended, worker.waiting()) == (["a"], 0)


def test_a_handler_that_does_not_end_is_cut_off_and_its_event_given_back(worker):
    async def run():
        inside = asyncio.Event()

        async def handler(_delivery):
            inside.set()
            await asyncio.Event().wait()

        worker.jobs.on("letters", handler)
        await worker.put("a")
        worker.jobs.start()
        await asyncio.wait_for(inside.wait(), SOON)
        await worker.jobs.stop(grace=0.01)

    asyncio.run(run())
    deliveries = Deliveries(database=worker.node, clock=worker.clock, owner="next")
    [again] = deliveries.lease(["letters"], limit=1, length=LEASE)
    assert (again.key, again.attempt) == ("a", 1)


def test_no_more_handlers_run_than_there_is_room_for(node, entropy, log, metrics):
    worker, most, now = Worker(node, entropy, log, metrics, at_once=2), [0], [0]

    async def run():
        async def handler(_delivery):
            now[0] += 1
            most[0] = max(most[0], now[0])
            for _ in range(10):
                await asyncio.sleep(0)
            now[0] -= 1

        worker.jobs.on("letters", handler)
        await worker.put(*"abcdefg")
        await worker.jobs.run_due()

    asyncio.run(run())
    worker.threads.close()
    assert (most, worker.waiting()) == ([2], 0)


def test_a_slow_handler_keeps_its_lease(node, entropy, log, metrics):
    """On a clock of its own, which renewals alone move on: half a lease at each of them."""
    clock, runs, renewals, enough = StandingClock(), [], [], asyncio.Event()

    def count(name):
        if name == "renew":
            renewals.append(name)
            clock.advance(LEASE / 2)
        # Three leases long: without renewal the event would have come again.
        if len(renewals) > 6:
            enough.set()

    threads = Watched(after=count)
    worker = Worker(node, entropy, log, metrics, clock=clock, threads=threads, poll_seconds=0.01)

    async def run():
        async def handler(delivery):
            runs.append(delivery.attempt)
            await asyncio.wait_for(enough.wait(), SOON)

        worker.jobs.on("letters", handler)
        await worker.put("a")
        worker.jobs.start()
        await asyncio.wait_for(enough.wait(), SOON)
        await worker.jobs.stop()

    asyncio.run(run())
    threads.close()
    assert runs == [1]


def test_the_loop_outlives_a_database_that_fails(node, entropy, log, metrics, lines):
    failures = [Unavailable("locked", why="locked"), ValueError("a bug")]

    def fail(name):
        if name == "lease" and failures:
            raise failures.pop()

    threads = Watched(before=fail)
    worker = Worker(node, entropy, log, metrics, threads=threads, poll_seconds=0.01)

    async def run():
        got = asyncio.Event()

        async def handler(_delivery):
            got.set()

        worker.jobs.on("letters", handler)
        await worker.put("a")
        worker.jobs.start()
        await asyncio.wait_for(got.wait(), SOON)
        await worker.jobs.stop()

    asyncio.run(run())
    threads.close()
    events = [json.loads(line)["event"] for line in lines.getvalue().splitlines()]
    assert events == ["jobs-step-failed"] * 2


def test_the_age_of_the_oldest_event_is_measured(worker, metrics):
    async def run():
        await worker.put("nobody-takes-it")
        await worker.jobs.run_due()

    asyncio.run(run())
    assert metrics.value("riik_outbox_waiting") == 1
    assert metrics.value("riik_outbox_oldest_seconds") > 0


def test_a_topic_has_one_handler_and_a_job_one_name(worker):
    async def handler(*_):
        pass

    worker.jobs.on("letters", handler)
    worker.jobs.periodic("round", LEASE, handler)
    with pytest.raises(ValueError, match="letters"):
        worker.jobs.on("letters", handler)
    with pytest.raises(ValueError, match="round"):
        worker.jobs.periodic("round", LEASE, handler)


@pytest.mark.parametrize(
    ("attempt", "seconds"), [(1, 1), (2, 2), (3, 4), (9, 256), (10, 512), (11, 900), (10_000, 900)]
)
def test_pauses_double_up_to_a_quarter_of_an_hour(attempt, seconds):
    assert pause(attempt, ValueError()) == timedelta(seconds=seconds)
    assert pause(attempt, ValueError()) <= LONGEST_PAUSE


def test_events_that_nobody_here_handles_hold_nothing_up(worker):
    asyncio.run(worker.put("a"))
    assert worker.jobs.waiting() == (0, 0.0)
    worker.jobs.on("letters", lambda _delivery: None)
    assert worker.jobs.waiting()[0] == 1


def test_what_comes_round_says_how_it_ended_last(worker):
    async def run():
        async def fail():
            raise Unavailable("no disk", why="disk")

        worker.jobs.periodic("sweep", timedelta(days=1), fail)
        await worker.jobs.run_due()

    asyncio.run(run())
    assert ("sweep", timedelta(days=1), "core.unavailable:disk") in worker.jobs.rounds()


def test_what_is_abandoned_is_not_given_back(worker):
    async def run():
        inside = asyncio.Event()

        async def handler(_delivery):
            inside.set()
            await asyncio.Event().wait()

        worker.jobs.on("letters", handler)
        await worker.put("a")
        worker.jobs.start()
        await asyncio.wait_for(inside.wait(), SOON)
        worker.jobs.abandon()
        await asyncio.sleep(0.05)

    asyncio.run(run())
    later = Deliveries(database=worker.node, clock=worker.clock, owner="other")
    assert later.lease(["letters"], limit=9, length=timedelta(seconds=30)) == []
