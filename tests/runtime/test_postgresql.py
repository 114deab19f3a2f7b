"""What only a server does: several processes of a node, lost connections."""

import os
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import text

from riik.runtime import outbox
from riik.runtime.clock import SystemClock
from riik.runtime.database import open_database
from riik.runtime.errors import DatabaseUnavailable
from riik.runtime.migrate import migrate
from riik.runtime.outbox import Bell, SqlOutbox

pytestmark = pytest.mark.postgresql

WORKER = """
import asyncio, sys
from riik.runtime.clock import SystemClock
from riik.runtime.database import open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.jobs import Jobs
from riik.runtime.logs import JsonLog
from riik.runtime.metrics import Metrics
from riik.runtime.outbox import Bell
from riik.runtime.threads import ThreadPool

async def main():
    pool, clock = ThreadPool(), SystemClock()
    log = JsonLog(sys.stderr, clock=clock)
    jobs = Jobs(database=open_database(sys.argv[1], name="worker"), clock=clock,
        entropy=SystemEntropy(), in_thread=pool, bell=Bell(), log=log, metrics=Metrics())
    async def handler(delivery):
        await asyncio.sleep(0)
        print(delivery.key, flush=True)
    jobs.on("letters", handler)
    print("ready", flush=True)
    sys.stdin.readline()
    while await jobs.run_due():
        pass
    pool.close()
asyncio.run(main())
"""


@pytest.fixture
def url(postgresql):
    return postgresql.new_database()


def start_worker(url):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )


def test_two_processes_handle_each_event_once(url):
    database = open_database(url, name="node")
    migrate(database, {"runtime": outbox.MIGRATIONS})
    events = SqlOutbox(clock=SystemClock(), bell=Bell())
    with database.work() as work:
        for number in range(300):
            events.put("letters", str(number), b"", work=work)
    workers = [start_worker(url), start_worker(url)]
    assert [worker.stdout.readline() for worker in workers] == ["ready\n"] * 2
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    handled = [worker.communicate(timeout=60)[0].split() for worker in workers]
    database.close()
    assert Counter(key for keys in handled for key in keys) == {str(n): 1 for n in range(300)}
    assert all(handled)


def test_a_server_that_hangs_up_is_unavailable_and_then_there_again(url):
    database = open_database(url, name="node")
    with database.work() as work:
        work.execute(text("CREATE TABLE note (id INTEGER PRIMARY KEY)"))

    def cut_off():
        with database.work() as work:
            work.execute(text("INSERT INTO note VALUES (1)"))
            hang_up(url)
            work.execute(text("INSERT INTO note VALUES (2)"))

    with pytest.raises(DatabaseUnavailable) as failed:
        cut_off()
    assert failed.value.why == "connection"
    with database.read() as work:
        assert work.execute(text("SELECT count(*) FROM note")).scalar() == 0
    database.close()


def hang_up(url):
    """Let the server end everyone else's connections to this database."""
    other = open_database(url, name="operator")
    with other.work_loosely() as work:
        work.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    other.close()


def test_a_server_that_is_not_there_is_unavailable(tmp_path):
    database = open_database(f"postgresql://nobody@/none?host={tmp_path}", name="node")
    with pytest.raises(DatabaseUnavailable) as failed, database.read():
        pass
    assert failed.value.why == "connection"


def test_two_nodes_that_start_together_migrate_once(url):
    databases = [open_database(url, name=name) for name in ("one", "two")]
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        folders = {"runtime": outbox.MIGRATIONS}
        list(pool.map(lambda database: migrate(database, folders), databases))
    with databases[0].read() as work:
        assert work.execute(text("SELECT count(*) FROM runtime_alembic")).scalar() == 1
    for database in databases:
        database.close()
