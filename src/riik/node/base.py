"""What every node has, whatever it runs: clock, threads, keys, databases, outbox, worker.

Opened once from the configuration; each component takes what it needs by keyword.
"""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import riik.appointments
import riik.cases
import riik.exchange
import riik.govstack
import riik.identity
import riik.inbox
import riik.login
import riik.payments
import riik.portal.citizen
import riik.portal.session
import riik.registers
import riik.services
import riik.transparency
import riik.trust
from riik.core import KeyId, KeyKind, Signer
from riik.node.config import NodeConfig
from riik.runtime.clock import SystemClock
from riik.runtime.database import SqlDatabase, open_database
from riik.runtime.entropy import SystemEntropy
from riik.runtime.errors import DatabaseUnavailable
from riik.runtime.files import Disk
from riik.runtime.http_client import HttpClient
from riik.runtime.jobs import Jobs
from riik.runtime.keys import FileKeys
from riik.runtime.logs import JsonLog, open_log
from riik.runtime.metrics import Metrics
from riik.runtime.migrate import migrate
from riik.runtime.outbox import MIGRATIONS as OUTBOX_TABLES
from riik.runtime.outbox import Bell, SqlOutbox
from riik.runtime.threads import ThreadPool
from riik.runtime.vault import MIGRATIONS as VAULT_TABLES
from riik.runtime.vault import SqlVault
from riik.runtime.vault.belonging import check_belonging

__all__ = ["Base", "folder_path", "lay_tables", "open_base", "read_folder"]

CATALOGUE = "catalogue:"

_COMPONENTS = (
    riik.appointments,
    riik.cases,
    riik.exchange,
    riik.govstack,
    riik.identity,
    riik.inbox,
    riik.login,
    riik.payments,
    riik.portal.session,
    riik.registers,
    riik.services,
    riik.transparency,
    riik.trust,
)


def _migrations() -> dict[str, Path]:
    """The folders of all components; a node has all tables, those unused stay empty."""
    folders = {"runtime": OUTBOX_TABLES}
    for component in _COMPONENTS:
        name = component.__name__.rpartition(".")[2]
        folders[name] = Path(str(component.__file__)).parent / "migrations"
    folders["desk"] = Path(str(riik.services.__file__)).parent / "desk" / "migrations"
    folders["portal"] = Path(str(riik.portal.citizen.__file__)).parent / "migrations"
    return folders


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The engines of one node."""

    config: NodeConfig
    clock: SystemClock
    entropy: SystemEntropy
    in_thread: ThreadPool
    keys: FileKeys
    database: SqlDatabase
    vault_database: SqlDatabase
    vault: SqlVault
    outbox: SqlOutbox
    jobs: Jobs
    log: JsonLog
    metrics: Metrics
    http: HttpClient

    def signer(self, purpose: str, kind: KeyKind = KeyKind.P256) -> Signer:
        """The owner's key for a purpose; made at the first start."""
        key = KeyId(str(self.config.member), purpose)
        if self.keys.has(key):
            return self.keys.signer(key)
        return self.keys.generate(key, kind)

    def certificate(self, purpose: str) -> bytes:
        """The certificate of one of the owner's keys, DER, as it was brought to the node.

        Raises:
            ConfigRefused: For ``missing``.
        """
        return self.config.content(f"certificates/{purpose}.der")

    async def close(self) -> None:
        """Stop the worker and let go of everything."""
        await self.jobs.stop()
        await self.http.close()
        self.let_go()

    def let_go(self) -> None:
        """Close databases and threads of a base whose worker never ran."""
        self.in_thread.close()
        self.database.close()
        self.vault_database.close()


def open_base(config: NodeConfig) -> Base:
    """Open keys and databases, bring the tables up to date, prepare the worker.

    Raises:
        KeyRefused: For ``passphrase`` or ``damaged``.
        DatabaseUnavailable: For ``damaged``, ``cannot-open`` and others, with the database's name.
        VaultRefused: For ``other``, ``empty`` or ``database``: they don't belong together.
    """
    state, name = config.file.state, config.file.node.name
    clock, entropy, metrics = SystemClock(), SystemEntropy(), Metrics()
    log = open_log(config.path("node.log"), clock=clock, node=name)
    keys = FileKeys(
        config.path(state.keys), config.passphrase, entropy=entropy, cost=state.key_cost
    )
    database, vault_database, vault = _open_state(config, keys, entropy)
    in_thread, bell = ThreadPool(name=name), Bell()
    return Base(
        config=config,
        clock=clock,
        entropy=entropy,
        in_thread=in_thread,
        keys=keys,
        database=database,
        vault_database=vault_database,
        vault=vault,
        outbox=SqlOutbox(clock=clock, bell=bell),
        jobs=Jobs(
            database=database,
            clock=clock,
            entropy=entropy,
            in_thread=in_thread,
            bell=bell,
            log=log,
            metrics=metrics,
        ),
        log=log,
        metrics=metrics,
        http=HttpClient(),
    )


def _open_state(
    config: NodeConfig, keys: FileKeys, entropy: SystemEntropy
) -> tuple[SqlDatabase, SqlDatabase, SqlVault]:
    """The node's database and its vault, their tables up to date, and sure to be of one node."""
    state, name = config.file.state, config.file.node.name
    with ExitStack() as opened:
        database = _open(config.database_url(state.database), name, _migrations())
        opened.callback(database.close)
        url, folders = config.database_url(state.vault), {"vault": VAULT_TABLES}
        vault_database = _open(url, f"{name}-vault", folders)
        opened.callback(vault_database.close)
        vault_key = keys.secret(KeyId(str(config.member), "vault"))
        vault = SqlVault(vault_database, vault_key=vault_key, entropy=entropy)
        check_belonging(database, vault)
        opened.pop_all()
    return database, vault_database, vault


def _open(url: str, name: str, folders: Mapping[str, Path]) -> SqlDatabase:
    with ExitStack() as opened:
        try:
            database = open_database(url, name=name)
            opened.callback(database.close)
            migrate(database, folders)
        except DatabaseUnavailable as error:
            # Which of the node's databases it is, only we know.
            message = f"the database {name} can't be used"
            raise DatabaseUnavailable(message, why=error.why) from error
        opened.pop_all()
    return database


def lay_tables(configs: Sequence[NodeConfig]) -> None:
    """Make the empty databases of nodes that begin together: one migrated, the others copies.

    Databases that are there, or on a server, are left alone; every node migrates its own when
    it starts, and finds nothing to do.
    """
    states = [(config, config.file.state) for config in configs]
    databases = [config.database_url(state.database) for config, state in states]
    vaults = [config.database_url(state.vault) for config, state in states]
    _lay(databases, _migrations())
    _lay(vaults, {"vault": VAULT_TABLES})


def _lay(urls: Sequence[str], folders: Mapping[str, Path]) -> None:
    prefix = "sqlite:///"
    files = [Path(url.removeprefix(prefix)) for url in urls if url.startswith(prefix)]
    missing = [file for file in files if not file.exists()]
    if not missing:
        return
    model, *copies = missing
    database = open_database(f"{prefix}{model}", name="founding")
    try:
        migrate(database, folders)
    finally:
        database.close()
    disk, content = Disk(), model.read_bytes()
    for copy in copies:
        disk.create(copy, content)


def folder_path(config: NodeConfig, name: str, *, kind: str) -> Path:
    """A service's or register's folder: ``catalogue:<id>``, or a path beside the node's file."""
    if name.startswith(CATALOGUE):
        source = Path(str(riik.__file__)).parent
        return source / "catalogue" / kind / name.removeprefix(CATALOGUE)
    return config.path(name)


def read_folder(root: Path) -> Mapping[str, bytes]:
    """A folder's files by their path in it; links are not followed."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }
