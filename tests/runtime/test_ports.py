"""The system's ports and the tests' own: clock, entropy, threads, metrics."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

import pytest

from riik.runtime.clock import SystemClock
from riik.runtime.entropy import SystemEntropy
from riik.runtime.metrics import Metrics
from riik.runtime.threads import ThreadPool
from riik.testing.ports import ImmediateThread, SeededEntropy, StandingClock

ASKED = ContextVar("asked", default="nobody")


def test_the_system_s_clock_tells_utc_and_never_goes_back():
    clock = SystemClock()
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()


def test_the_system_s_entropy_never_repeats():
    assert len({SystemEntropy().bytes(16) for _ in range(100)}) == 100
    assert SystemEntropy().bytes(0) == b""


def test_a_standing_clock_moves_when_told(clock):
    begun = clock.now()
    assert clock.now() == begun
    clock.advance(hours=1, seconds=2)
    clock.advance(timedelta(days=1))
    assert clock.now() - begun == timedelta(days=1, hours=1, seconds=2)
    assert clock.monotonic() == 90_002.0


def test_a_corrected_clock_goes_back_and_its_stopwatch_does_not(clock):
    clock.advance(seconds=5)
    clock.set(datetime(2020, 1, 1, tzinfo=UTC))
    assert clock.now().year == 2020
    assert clock.monotonic() == 5.0


def test_two_standing_clocks_are_two():
    one, two = StandingClock(), StandingClock()
    one.advance(days=1)
    assert one.now() != two.now()


def test_entropy_follows_from_its_seed():
    taken = [SeededEntropy("a"), SeededEntropy("a"), SeededEntropy("b")]
    first, again, other = ([each.bytes(n) for n in (1, 32, 33, 0)] for each in taken)
    assert first == again != other
    assert [len(each) for each in first] == [1, 32, 33, 0]


def test_seeded_entropy_never_gives_the_same_twice_to_threads():
    entropy = SeededEntropy()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: entropy.bytes(16), range(500)))) == 500


@pytest.fixture(params=["pool", "immediate"])
def in_any_thread(request):
    if request.param == "immediate":
        yield ImmediateThread()
        return
    pool = ThreadPool(2, name="test")
    yield pool
    pool.close()


def test_a_thread_answers_what_the_action_answers(in_any_thread):
    assert asyncio.run(in_any_thread(int, "ff", base=16)) == 255


def test_a_thread_raises_what_the_action_raises(in_any_thread):
    with pytest.raises(ZeroDivisionError):
        asyncio.run(in_any_thread(divmod, 1, 0))


def test_a_thread_knows_who_asked(in_any_thread):
    async def run():
        ASKED.set("mari")
        return await in_any_thread(ASKED.get)

    assert asyncio.run(run()) == "mari"


def test_the_loop_goes_on_while_a_thread_works():
    pool, gate = ThreadPool(1), threading.Event()

    async def run():
        waiting = asyncio.ensure_future(pool(gate.wait, 5))
        await asyncio.sleep(0)
        gate.set()
        return await waiting

    assert asyncio.run(run())
    pool.close()


def test_two_nodes_count_apart():
    one, two = Metrics(), Metrics()
    one.counter("riik_test", "A test.", "kind").labels("x").inc()
    two.counter("riik_test", "A test.", "kind").labels("x").inc(5)
    assert one.value("riik_test_total", kind="x") == 1


def test_a_metric_asked_for_again_is_the_same():
    metrics = Metrics()
    assert metrics.counter("a", "A.") is metrics.counter("a", "A.")
    assert metrics.gauge("b", "B.") is metrics.gauge("b", "B.")
    assert metrics.histogram("c", "C.") is metrics.histogram("c", "C.")


def test_figures_are_text():
    metrics = Metrics()
    metrics.gauge("riik_waiting", "What waits.").set(3)
    assert b"# HELP riik_waiting What waits.\n" in metrics.text()
    assert b"riik_waiting 3.0\n" in metrics.text()
