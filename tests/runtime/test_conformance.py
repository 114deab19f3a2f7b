"""One suite for both engines: SQLite in a file and PostgreSQL on a server mean the same."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, Text, func, insert, select, text
from sqlalchemy.exc import IntegrityError

from riik.core import PersonCode, Refused, Unavailable
from riik.runtime import outbox, vault
from riik.runtime.errors import DatabaseMisused, DatabaseUnavailable, VaultRefused
from riik.runtime.jobs import LEASE, LONGEST_PAUSE, Jobs
from riik.runtime.leases import Leases
from riik.runtime.migrate import migrate
from riik.runtime.outbox import Bell, Deliveries, SqlOutbox
from riik.runtime.vault import SqlVault
from riik.runtime.vault.belonging import check_belonging

METADATA = MetaData()
NOTE = Table(
    "note",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("text", Text, nullable=False, unique=True),
)
ALL = select(NOTE.c.text).order_by(NOTE.c.id)


@pytest.fixture
def notes(engine):
    """A database with one table."""
    with engine.work() as work:
        work.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)"))
    return engine


def write(database, number, words=None):
    with database.work() as work:
        work.execute(insert(NOTE).values(id=number, text=words or f"note {number}"))


def texts(database):
    with database.read() as work:
        return list(work.execute(ALL).scalars())


def fail_after(database, action):
    with database.work() as work:
        action(work)
        raise ZeroDivisionError


def swallow(database, *, before, again, then=None):
    """A unit that goes on after a broken constraint, as no store may."""
    with database.work() as work:
        work.execute(insert(NOTE).values(id=before, text="before"))
        with suppress(IntegrityError):
            work.execute(insert(NOTE).values(id=again, text="again"))
        if then is not None:
            work.execute(then)


def until_it_wins(action, *arguments):
    """Repeat a unit that lost against another, as callers do on ``conflict``."""
    while True:
        try:
            return action(*arguments)
        except (DatabaseUnavailable, IntegrityError) as error:
            if getattr(error, "why", "conflict") != "conflict":
                raise


# --- units of work ---------------------------------------------------------------------------


def test_what_a_unit_wrote_is_read_afterwards(notes):
    write(notes, 1)
    assert texts(notes) == ["note 1"]


def test_a_failed_unit_leaves_nothing(notes):
    with pytest.raises(ZeroDivisionError):
        fail_after(notes, lambda work: work.execute(insert(NOTE).values(id=1, text="lost")))
    assert texts(notes) == []


def test_a_unit_reads_its_own_writes(notes):
    with notes.work() as work:
        work.execute(insert(NOTE).values(id=1, text="mine"))
        assert work.execute(ALL).scalars().all() == ["mine"]


def test_many_rows_are_written_at_once(notes):
    with notes.work() as work:
        work.insert_many("note", ("id", "text"), [(1, "a"), (2, "b")])
        work.insert_many("note", ("id", "text"), [])
    assert texts(notes) == ["a", "b"]


def test_one_row_too_many_fails_the_whole_unit(notes):
    with pytest.raises(IntegrityError), notes.work() as work:
        work.insert_many("note", ("id", "text"), [(1, "a"), (2, "a")])
    assert texts(notes) == []


TWICE = [(1, "Mari Maasikas"), (1, "Jaan Kask")]


@pytest.mark.parametrize(
    "put",
    [
        lambda work: work.insert_many("note", ("id", "text"), TWICE),
        lambda work: work.execute(insert(NOTE), [{"id": one, "text": who} for one, who in TWICE]),
    ],
    ids=["insert_many", "execute"],
)
def test_an_error_tells_no_value_of_a_row(notes, put):
    with pytest.raises(IntegrityError) as broken, notes.work() as work:
        put(work)
    assert "Kask" not in str(broken.value)
    assert "Maasikas" not in str(broken.value)


def test_many_rows_are_not_written_through_a_snapshot(notes):
    with pytest.raises(DatabaseMisused), notes.read() as work:
        work.insert_many("note", ("id", "text"), [(1, "a")])


def many_after_a_failure(database):
    with database.work() as work:
        with suppress(IntegrityError):
            work.insert_many("note", ("id", "text"), [(1, "a"), (1, "a")])
        work.insert_many("note", ("id", "text"), [(2, "b")])


def test_many_rows_are_not_written_after_a_failure(notes):
    with pytest.raises(DatabaseMisused):
        many_after_a_failure(notes)
    assert texts(notes) == []


def test_after_commit_runs_once_the_unit_is_seen_by_others(notes):
    seen = []
    with notes.work() as work:
        work.execute(insert(NOTE).values(id=1, text="told"))
        work.after_commit(lambda: seen.extend(texts(notes)))
        assert seen == []
    assert seen == ["told"]


def test_after_commit_never_runs_for_a_failed_unit(notes):
    seen = []
    with pytest.raises(ZeroDivisionError):
        fail_after(notes, lambda work: work.after_commit(lambda: seen.append("told")))
    assert seen == []


def test_a_snapshot_does_not_move(notes):
    write(notes, 1)
    with notes.read() as work:
        before = work.execute(ALL).scalars().all()
        write(notes, 2)
        assert work.execute(ALL).scalars().all() == before


def test_a_snapshot_can_not_be_written_through(notes):
    with pytest.raises(DatabaseMisused), notes.read() as work:
        work.execute(insert(NOTE).values(id=1, text="smuggled"))
    assert texts(notes) == []


def test_a_broken_constraint_is_told_to_the_store(notes):
    write(notes, 1, "twice")
    with pytest.raises(IntegrityError):
        write(notes, 2, "twice")
    assert texts(notes) == ["twice"]


def test_a_unit_that_swallows_a_failed_statement_is_not_kept(notes):
    write(notes, 1)
    with pytest.raises(DatabaseMisused):
        swallow(notes, before=2, again=1)
    assert texts(notes) == ["note 1"]


def test_nothing_runs_in_a_unit_after_a_failed_statement(notes):
    write(notes, 1)
    with pytest.raises(DatabaseMisused, match="earlier statement"):
        swallow(notes, before=2, again=1, then=ALL)


def test_a_unit_is_over_when_it_is_left(notes):
    with notes.work() as work:
        pass
    with pytest.raises(DatabaseMisused):
        work.execute(ALL)


def test_a_second_unit_in_the_same_thread_is_refused(notes):
    with notes.work(), pytest.raises(DatabaseMisused), notes.work():
        pass
    write(notes, 1)
    assert texts(notes) == ["note 1"]


def test_reading_inside_a_unit_sees_the_state_before_it(notes):
    with notes.work() as work:
        work.execute(insert(NOTE).values(id=1, text="later"))
        assert texts(notes) == []


def test_units_of_many_threads_all_stay(notes):
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: until_it_wins(write, notes, number), range(100)))
    assert len(texts(notes)) == 100


def test_counting_units_are_serial(notes):
    """Each unit writes one more than the largest number it read: none may read the same."""

    def count_on():
        with notes.work() as work:
            last = work.execute(select(func.max(NOTE.c.id))).scalar() or 0
            work.execute(insert(NOTE).values(id=last + 1, text=f"after {last}"))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: until_it_wins(count_on), range(20)))
    assert texts(notes) == [f"after {number}" for number in range(20)]


# --- outbox ----------------------------------------------------------------------------------


@pytest.fixture
def node(engine):
    """A database with the tables of outbox and leases."""
    migrate(engine, {"runtime": outbox.MIGRATIONS})
    return engine


@pytest.fixture
def events(node, clock):
    return SqlOutbox(clock=clock, bell=Bell())


def put(events, node, *keys, topic="letters", payload=b"sealed"):
    with node.work() as work:
        for key in keys:
            events.put(topic, key, payload, work=work)


def worker(node, clock, owner="worker"):
    return Deliveries(database=node, clock=clock, owner=owner)


def lease(deliveries, limit=10):
    return deliveries.lease(["letters"], limit=limit, length=LEASE)


def test_an_event_put_twice_is_one(events, node, clock):
    put(events, node, "a")
    put(events, node, "a", "b", "b")
    assert [each.key for each in lease(worker(node, clock))] == ["a", "b"]


def test_an_event_of_a_failed_unit_never_was(events, node, clock):
    with pytest.raises(ZeroDivisionError):
        fail_after(node, lambda work: events.put("letters", "a", b"", work=work))
    assert lease(worker(node, clock)) == []


def test_the_bell_rings_after_the_commit_and_not_before(events, node):
    rung = []
    events.bell.listen(lambda: rung.append("rung"))
    with node.work() as work:
        events.put("letters", "a", b"", work=work)
        assert rung == []
    assert rung == ["rung"]


def test_a_leased_event_is_nobody_elses(events, node, clock):
    put(events, node, "a", "b", "c")
    first = lease(worker(node, clock, "one"), limit=2)
    second = lease(worker(node, clock, "two"))
    assert ([e.key for e in first], [e.key for e in second]) == (["a", "b"], ["c"])


def test_a_lease_that_ended_is_taken_by_another(events, node, clock):
    put(events, node, "a")
    lease(worker(node, clock, "dead"))
    clock.advance(LEASE + timedelta(microseconds=1))
    [again] = lease(worker(node, clock, "living"))
    assert (again.key, again.attempt) == ("a", 2)


def test_a_renewed_lease_holds_on(events, node, clock):
    put(events, node, "a")
    [mine] = lease(worker(node, clock, "one"))
    clock.advance(LEASE / 2)
    worker(node, clock, "one").renew([mine.id], length=LEASE)
    clock.advance(LEASE / 2 + timedelta(seconds=1))
    assert lease(worker(node, clock, "two")) == []


def test_a_delivered_event_never_comes_again(events, node, clock):
    put(events, node, "a")
    deliveries = worker(node, clock)
    deliveries.delivered(lease(deliveries)[0])
    put(events, node, "a")
    clock.advance(days=1)
    assert lease(deliveries) == []


def test_a_delivered_event_loses_its_payload(events, node, clock):
    put(events, node, "a", payload=b"planted marker")
    deliveries = worker(node, clock)
    deliveries.delivered(lease(deliveries)[0])
    with node.read() as work:
        assert work.execute(text("SELECT payload FROM runtime_outbox")).scalar() == b""


def test_a_worker_that_lost_its_lease_can_not_postpone(events, node, clock):
    put(events, node, "a")
    [late] = lease(worker(node, clock, "slow"))
    clock.advance(LEASE * 2)
    lease(worker(node, clock, "quick"))
    worker(node, clock, "slow").postpone(late, wait=timedelta(0), error="x")
    assert lease(worker(node, clock, "third")) == []


def test_what_waits_is_counted_with_the_age_of_the_oldest(events, node, clock):
    put(events, node, "a")
    clock.advance(seconds=90)
    put(events, node, "b")
    assert worker(node, clock).waiting() == (2, 90.0)


def test_nothing_waits_at_first(node, clock):
    assert worker(node, clock).waiting() == (0, 0.0)


def test_delivered_events_are_forgotten_in_time(events, node, clock):
    put(events, node, "a", "b")
    deliveries = worker(node, clock)
    deliveries.delivered(lease(deliveries, limit=1)[0])
    clock.advance(days=2)
    assert deliveries.prune(older=timedelta(days=1)) == 1
    assert [each.key for each in lease(deliveries)] == ["b"]


# --- jobs ------------------------------------------------------------------------------------


@pytest.fixture
def make_jobs(node, clock, entropy, in_thread, log, metrics):
    """Makes workers of one node: each call is another process's."""

    def make(**handlers):
        jobs = Jobs(
            database=node,
            clock=clock,
            entropy=entropy,
            in_thread=in_thread,
            bell=Bell(),
            log=log,
            metrics=metrics,
        )
        for topic, handler in handlers.items():
            jobs.on(topic, handler)
        return jobs

    return make


def collect(into, *, fail=()):
    """A handler that keeps keys, and raises one failure after the other before."""
    failures = list(fail)

    async def handler(delivery):
        if failures:
            raise failures.pop(0)
        into.append((delivery.key, delivery.attempt))

    return handler


def test_a_handler_gets_its_events(events, node, make_jobs):
    put(events, node, "a", "b")
    got = []
    asyncio.run(make_jobs(letters=collect(got)).run_due())
    assert got == [("a", 1), ("b", 1)]


def test_events_without_a_handler_wait(events, node, make_jobs, clock):
    put(events, node, "a", topic="unknown")
    asyncio.run(make_jobs(letters=collect([])).run_due())
    assert worker(node, clock).waiting()[0] == 1


@pytest.mark.parametrize(
    ("failure", "pause", "error"),
    [
        (Unavailable("gone", why="timeout"), timedelta(seconds=1), "core.unavailable:timeout"),
        (ValueError("EE38001085718"), timedelta(seconds=1), "ValueError"),
        (Refused("never", why="form"), LONGEST_PAUSE, "core.refused:form"),
    ],
    ids=["unavailable", "bug", "refused"],
)
def test_a_failed_event_comes_again_after_a_pause(
    events, node, make_jobs, clock, failure, pause, error
):
    put(events, node, "a")
    got = []
    jobs = make_jobs(letters=collect(got, fail=[failure]))
    asyncio.run(jobs.run_due())
    with node.read() as work:
        assert work.execute(text("SELECT error FROM runtime_outbox")).scalar() == error
    clock.advance(pause - timedelta(microseconds=1))
    asyncio.run(jobs.run_due())
    assert got == []
    clock.advance(microseconds=1)
    asyncio.run(jobs.run_due())
    assert got == [("a", 2)]


def test_an_event_is_tried_for_ever(events, node, make_jobs, clock):
    put(events, node, "a")
    got = []
    jobs = make_jobs(letters=collect(got, fail=[Unavailable("gone", why="down")] * 30))
    for _ in range(31):
        asyncio.run(jobs.run_due())
        clock.advance(LONGEST_PAUSE)
    assert got == [("a", 31)]


def test_a_periodic_job_runs_once_a_period_in_one_of_two_processes(make_jobs, clock):
    ran = []

    async def handler():
        ran.append(clock.now())

    workers = [make_jobs(), make_jobs()]
    for jobs in workers:
        jobs.periodic("test.round", timedelta(minutes=5), handler)
    for _ in range(3):
        for jobs in workers:
            asyncio.run(jobs.run_due())
        clock.advance(minutes=5)
    assert len(ran) == 3


def test_a_periodic_job_that_fails_comes_round_again(make_jobs, clock, lines):
    ran = []

    async def handler():
        ran.append(1)
        raise ValueError("a person's name")

    jobs = make_jobs()
    jobs.periodic("test.round", timedelta(minutes=5), handler)
    asyncio.run(jobs.run_due())
    clock.advance(minutes=5)
    asyncio.run(jobs.run_due())
    assert len(ran) == 2
    assert "person" not in lines.getvalue()


# --- leases ----------------------------------------------------------------------------------


def leases(node, clock, owner):
    return Leases(database=node, clock=clock, owner=owner)


def test_a_lease_has_one_owner(node, clock):
    assert leases(node, clock, "one").take("sequencer")
    assert not leases(node, clock, "two").take("sequencer")
    assert leases(node, clock, "one").take("sequencer")


def test_a_lease_given_back_is_free(node, clock):
    leases(node, clock, "one").take("sequencer")
    leases(node, clock, "two").release("sequencer")
    assert not leases(node, clock, "two").take("sequencer")
    leases(node, clock, "one").release("sequencer")
    assert leases(node, clock, "two").take("sequencer")


def test_a_lease_ends(node, clock):
    leases(node, clock, "one").take("sequencer")
    clock.advance(seconds=30)
    assert leases(node, clock, "two").take("sequencer")
    assert not leases(node, clock, "one").take("sequencer")


def test_of_many_who_want_a_lease_one_gets_it(node, clock):
    barrier = threading.Barrier(6)

    def want(owner):
        barrier.wait()
        return leases(node, clock, str(owner)).take("sequencer")

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(want, range(6))) == 1


# --- vault -----------------------------------------------------------------------------------

MARI, JAAN = PersonCode("EE60001019906"), PersonCode("EE38001085718")


@pytest.fixture
def safe(engine, entropy):
    migrate(engine, {"vault": vault.MIGRATIONS})
    return SqlVault(engine, vault_key=bytes(32), entropy=entropy)


def test_a_person_keeps_one_subject(safe):
    assert safe.find(MARI) is None
    subject = safe.subject_of(MARI)
    assert safe.subjects_of([JAAN, MARI, JAAN])[1] == safe.find(MARI) == subject


def test_what_was_sealed_opens_in_its_place(safe):
    mari = safe.subject_of(MARI)
    sealed = safe.seal(mari, b"Mari Maasikas", context="person/name/1")
    assert safe.open(mari, sealed, context="person/name/1") == b"Mari Maasikas"
    assert b"Mari" not in sealed


@pytest.mark.parametrize(
    ("spoil", "context", "why"),
    [
        (lambda sealed: sealed, "person/name/2", "context"),
        (lambda sealed: sealed[:-1] + bytes([sealed[-1] ^ 1]), "person/name/1", "damaged"),
        (lambda sealed: sealed[:20], "person/name/1", "damaged"),
        (lambda sealed: b"\x02" + sealed[1:], "person/name/1", "damaged"),
        (lambda _: b"", "person/name/1", "damaged"),
    ],
    ids=["another-place", "flipped-bit", "cut-short", "later-format", "empty"],
)
def test_what_is_not_what_was_sealed_stays_shut(safe, spoil, context, why):
    mari = safe.subject_of(MARI)
    sealed = spoil(safe.seal(mari, b"Mari Maasikas", context="person/name/1"))
    with pytest.raises(Refused) as refused:
        safe.open(mari, sealed, context=context)
    assert refused.value.why == why


def test_another_person_can_not_open_it(safe):
    mari, jaan = safe.subjects_of([MARI, JAAN])
    sealed = safe.seal(mari, b"Mari Maasikas", context="person/name/1")
    with pytest.raises(Refused) as refused:
        safe.open(jaan, sealed, context="person/name/1")
    assert refused.value.why == "context"


def test_a_forgotten_person_can_not_be_read_and_is_new_when_met_again(safe):
    mari = safe.subject_of(MARI)
    sealed = safe.seal(mari, b"Mari Maasikas", context="person/name/1")
    safe.forget(mari)
    with pytest.raises(Refused) as refused:
        safe.open(mari, sealed, context="person/name/1")
    assert refused.value.why == "forgotten"
    assert safe.find(MARI) is None
    assert safe.subject_of(MARI) != mari


def test_many_are_sealed_at_once_each_for_its_person_and_place(safe):
    codes = [PersonCode(f"EE{number:011d}") for number in range(700)]
    subjects = safe.subjects_of(codes)
    values = [(subject, subject.encode(), f"row/{subject}") for subject in (*subjects, *subjects)]
    sealed = safe.seal_many(iter(values))
    opened = [
        safe.open(subject, one, context=place)
        for (subject, _, place), one in zip(values, sealed, strict=True)
    ]
    assert opened == [plain for _, plain, _ in values]
    assert len(set(sealed)) == len(values)
    assert safe.seal_many([]) == []


def test_many_of_one_person_are_opened_at_once_in_their_order(safe):
    mari = safe.subject_of(MARI)
    values = [(mari, f"{number}".encode(), f"row/{number}") for number in range(20)]
    sealed = safe.seal_many(values)
    places = [place for _, _, place in values]
    opened = safe.open_many(mari, iter(zip(sealed, places, strict=True)))
    assert opened == [plain for _, plain, _ in values]


def test_none_of_many_is_opened_for_another_place_or_person(safe):
    mari, jaan = safe.subjects_of([MARI, JAAN])
    whole = [(safe.seal(mari, b"Mari", context=f"row/{n}"), f"row/{n}") for n in range(2)]
    swapped = [(whole[0][0], "row/1"), (whole[1][0], "row/0")]
    for subject, values in ((mari, swapped), (jaan, whole)):
        with pytest.raises(Refused) as refused:
            safe.open_many(subject, values)
        assert refused.value.why == "context"


def test_of_a_forgotten_person_nothing_is_opened_unless_there_is_nothing(safe):
    mari = safe.subject_of(MARI)
    sealed = safe.seal(mari, b"Mari", context="row/1")
    safe.forget(mari)
    with pytest.raises(Refused) as refused:
        safe.open_many(mari, [(sealed, "row/1")])
    assert (refused.value.why, safe.open_many(mari, [])) == ("forgotten", [])


def test_many_are_not_sealed_when_one_of_them_is_forgotten(safe):
    mari, jaan = safe.subjects_of([MARI, JAAN])
    safe.forget(jaan)
    with pytest.raises(Refused) as refused:
        safe.seal_many([(mari, b"Mari", "name"), (jaan, b"Jaan", "name")])
    assert refused.value.why == "forgotten"


def test_blind_indices_are_equal_for_equal_values_of_one_field_only(safe):
    assert safe.blind("Tamm", field="family") == safe.blind("Tamm", field="family")
    assert safe.blind("Tamm", field="family") != safe.blind("Tamm", field="given")
    assert safe.blind("Tamm", field="family") != safe.blind("Saar", field="family")
    assert len(safe.blind("Tamm", field="family")) == 32


def test_a_database_knows_its_vault_again(node, safe):
    check_belonging(node, safe)
    safe.subject_of(MARI)
    check_belonging(node, safe)
    assert (len(safe.mark()), safe.is_new()) == (32, False)


def test_many_starts_at_once_agree_on_one_vault(node, safe):
    with ThreadPoolExecutor(6) as pool:
        marks = {bytes(one) for one in pool.map(lambda _: safe.mark(), range(6))}
        list(pool.map(lambda _: check_belonging(node, safe), range(6)))
    assert len(marks) == 1


def test_another_vault_key_is_another_vault(node, safe, entropy):
    check_belonging(node, safe)
    with pytest.raises(VaultRefused) as refused:
        check_belonging(node, SqlVault(node, vault_key=bytes(31) + b"\x01", entropy=entropy))
    assert refused.value.why == "other"


def test_a_database_that_speaks_of_people_wants_a_vault_that_met_them(node, safe):
    check_belonging(node, safe)
    with node.work() as unit:
        unit.execute(text("CREATE TABLE test_person (subject TEXT)"))
        unit.execute(text("INSERT INTO test_person VALUES ('somebody')"))
    with pytest.raises(VaultRefused) as refused:
        check_belonging(node, safe)
    assert refused.value.why == "empty"


def test_a_database_that_is_new_is_not_begun_beside_a_vault_that_met_people(node, safe):
    safe.subject_of(MARI)
    with pytest.raises(VaultRefused) as refused:
        check_belonging(node, safe)
    assert refused.value.why == "database"


def test_another_vault_key_finds_and_opens_nothing(safe, engine, entropy):
    mari = safe.subject_of(MARI)
    sealed = safe.seal(mari, b"Mari Maasikas", context="person/name/1")
    other = SqlVault(engine, vault_key=bytes(31) + b"\x01", entropy=entropy)
    assert other.find(MARI) is None
    with pytest.raises(Refused) as refused:
        other.open(mari, sealed, context="person/name/1")
    assert refused.value.why == "damaged"
