"""SQLite as a node's database: group commit, failing disks, other processes, killed ones."""

import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from sqlalchemy import text

from riik.core import Refused
from riik.runtime.database import open_database
from riik.runtime.errors import DatabaseUnavailable

CREATE = text("CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT)")
WRITE = text("INSERT INTO note (id, text) VALUES (:id, :text)")
COUNT = text("SELECT count(*) FROM note")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "node.db"


@pytest.fixture
def notes(path):
    database = open_database(f"sqlite:///{path}", name="notes")
    with database.work() as work:
        work.execute(CREATE)
    yield database
    database.close()


def write(database, number, words="note"):
    with database.work() as work:
        work.execute(WRITE, {"id": number, "text": words})


def count(database):
    with database.read() as work:
        return work.execute(COUNT).scalar()


class Crowd:
    """Threads that queue for the writer while a first unit is held open."""

    def __init__(self, database, size):
        self.database = database
        self.pool = ThreadPoolExecutor(size + 1)
        self.inside, self.leave = threading.Event(), threading.Event()

    def hold(self, number):
        with self.database.work() as work:
            work.execute(WRITE, {"id": number, "text": "first"})
            self.inside.set()
            self.leave.wait()

    def run(self, *actions):
        """Hold a unit open until all actions wait behind it; answer what became of each."""
        first = self.pool.submit(self.hold, 0)
        self.inside.wait()
        others = [self.pool.submit(action) for action in actions]
        # No port tells when a thread waits for a lock: the database's own count does.
        while self.database._writer._waiting < len(actions):
            time.sleep(0.001)
        self.leave.set()
        return [each.exception() for each in (first, *others)]


@pytest.fixture
def commits(notes):
    """Every COMMIT that the writer sends."""
    sent = []

    def trace(statement):
        sent.extend([statement] if statement == "COMMIT" else [])

    notes._writer._raw.set_trace_callback(trace)
    return sent


def test_units_that_wait_together_share_one_commit(notes, commits):
    actions = [lambda n=n: write(notes, n) for n in range(1, 8)]
    assert Crowd(notes, 7).run(*actions) == [None] * 8
    assert (commits, count(notes)) == (["COMMIT"], 8)


def test_a_failing_unit_takes_nobody_with_it(notes, commits):
    def fail():
        with notes.work() as work:
            work.execute(WRITE, {"id": 100, "text": "lost"})
            raise ZeroDivisionError

    ended = Crowd(notes, 3).run(lambda: write(notes, 1), fail, lambda: write(notes, 2))
    assert [type(each) for each in ended].count(ZeroDivisionError) == 1
    assert (commits, count(notes)) == (["COMMIT"], 3)


def test_a_failing_commit_fails_all_its_units(notes):
    # A deferred constraint is checked by COMMIT alone.
    with notes.work() as work:
        work.execute(
            text(
                "CREATE TABLE child (of INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        )

    def orphan():
        with notes.work() as work:
            work.execute(text("INSERT INTO child VALUES (999)"))

    ended = Crowd(notes, 2).run(orphan, lambda: write(notes, 1))
    assert [type(each) for each in ended] == [DatabaseUnavailable] * 3
    assert count(notes) == 0
    write(notes, 5)
    assert count(notes) == 1


def test_after_commit_of_a_failing_commit_never_runs(notes):
    told = []
    with notes.work() as work:
        work.execute(
            text(
                "CREATE TABLE child (of INTEGER REFERENCES note (id) DEFERRABLE INITIALLY DEFERRED)"
            )
        )

    def orphan():
        with notes.work() as work:
            work.execute(text("INSERT INTO child VALUES (999)"))
            work.after_commit(lambda: told.append("told"))

    with pytest.raises(DatabaseUnavailable):
        orphan()
    assert told == []


def test_other_processes_wait_for_each_other(notes, path):
    program = (
        "import sqlite3,sys\n"
        "c=sqlite3.connect(sys.argv[1],timeout=10,isolation_level=None)\n"
        "for n in range(1000,1050): c.execute('INSERT INTO note VALUES (?,?)',(n,'other'))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program, path]) as other:
        for number in range(50):
            write(notes, number)
        assert other.wait(30) == 0
    assert count(notes) == 100


def test_a_file_that_another_holds_too_long_is_locked(notes, path):
    with closing(open_database(f"sqlite:///{path}", name="hasty", patience=0.01)) as hasty:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseUnavailable) as failed:
                write(hasty, 1)
        assert failed.value.why == "locked"
        write(hasty, 1)
    assert count(notes) == 1


@pytest.mark.parametrize("batched", [False, True])
def test_a_full_disk_refuses_and_recovers(notes, batched):
    """SQLite's own limit on pages stands for the disk's end."""
    write(notes, 1)
    pages = notes._writer._raw.execute("PRAGMA page_count").fetchone()[0]
    notes._writer._raw.execute(f"PRAGMA max_page_count={pages}").fetchone()
    big = lambda: write(notes, 2, "x" * 100_000)  # noqa: E731 - one line says it
    if batched:
        first, *_ = ended = Crowd(notes, 2).run(big)
        assert [type(each) for each in ended] == [type(first), DatabaseUnavailable]
    else:
        with pytest.raises(DatabaseUnavailable) as failed:
            big()
        assert failed.value.why == "full"
    notes._writer._raw.execute("PRAGMA max_page_count=1073741823").fetchone()
    write(notes, 3, "x" * 100_000)
    assert count(notes) in {2, 3}


def test_a_file_that_may_not_grow_is_unavailable_and_keeps_what_it_has(notes):
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    write(notes, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, limit[1]))
    try:
        with pytest.raises(DatabaseUnavailable):
            write(notes, 2, "x" * 1_000_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    write(notes, 3)
    assert count(notes) == 2


ACKNOWLEDGE = """
import sys, threading
from sqlalchemy import text
from riik.runtime.database import open_database
database = open_database(f"sqlite:///{sys.argv[1]}", name="killed")
lock = threading.Lock()
def go_on(first):
    for number in range(first, 10**9, 4):
        with database.work() as work:
            work.execute(text("INSERT INTO note VALUES (:n, 'acknowledged')"), {"n": number})
        with lock:
            sys.stdout.write(f"{number}\\n")
            sys.stdout.flush()
for first in range(4):
    threading.Thread(target=go_on, args=[first]).start()
"""


def test_what_was_acknowledged_survives_kill_9(notes, path):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", ACKNOWLEDGE, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as child:
        told = [child.stdout.readline() for _ in range(300)]
        child.send_signal(signal.SIGKILL)
        told += child.stdout.readlines()
    acknowledged = {int(line) for line in told if line.endswith(b"\n")}
    with notes.read() as work:
        kept = set(work.execute(text("SELECT id FROM note")).scalars())
    assert len(acknowledged) >= 300
    assert acknowledged <= kept
    with notes.read() as work:
        assert work.execute(text("PRAGMA integrity_check")).scalar() == "ok"


def test_destroyed_rows_leave_the_disk(notes, path):
    write(notes, 1, "planted marker")
    with notes.work() as work:
        work.execute(text("UPDATE note SET text = NULL"))
    notes.checkpoint()
    files = path.parent.glob("node.db*")
    assert not any(b"planted marker" in file.read_bytes() for file in files)


def test_the_file_is_its_owners_alone(notes, path):
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("sqlite://", "memory"),
        ("sqlite:///:memory:", "memory"),
        ("mysql://host/node", "engine"),
        ("not an address: secret", "shape"),
    ],
)
def test_other_addresses_are_refused(url, why):
    with pytest.raises(Refused) as refused:
        open_database(url, name="node")
    assert refused.value.why == why
    assert "secret" not in str(refused.value)


def test_a_file_that_is_no_database_is_damaged(path):
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(DatabaseUnavailable) as failed:
        open_database(f"sqlite:///{path}", name="node")
    assert failed.value.why == "damaged"


def test_a_folder_that_can_not_be_is_told(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DatabaseUnavailable) as failed:
        open_database(f"sqlite:///{tmp_path}/file/node.db", name="node")
    assert failed.value.why == "cannot-open"
