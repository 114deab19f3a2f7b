"""Importing into one of a node's registers: engines, register and source, put together."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from riik.identity import Enrolment
from riik.identity.store import SqlIdentityStore
from riik.node.base import Base, open_base, read_folder
from riik.node.config import ConfigRefused, NodeConfig
from riik.node.fillers.registers import register_writer
from riik.profiles import birth_places
from riik.registers import Holding, RegisterDefinition, load_register
from riik.registers.importing.client import (
    FileSource,
    RejectedFile,
    SheetSource,
    TableSource,
    open_file,
    open_table,
)
from riik.registers.importing.component import Beside, Importer
from riik.registers.importing.enrolling import Enrolling
from riik.registers.importing.mapping import SourceShape
from riik.registers.importing.store import SqlImportStore
from riik.registers.store import SqlRegisterStore

__all__ = [
    "birth_places",
    "open_enrolling",
    "open_importer",
    "open_rejects",
    "open_source",
    "seldom_collected",
]

SCHEMES = ("sqlite:", "postgresql", "mysql", "mariadb", "oracle", "mssql")


@contextmanager
def open_importer(config: NodeConfig, definition: RegisterDefinition) -> Iterator[Importer]:
    """Imports into a register that this node keeps; works beside the running node.

    Raises:
        ConfigRefused: For ``register``: the node doesn't keep this very folder; or ``source``:
            it reads a table in place.
    """
    section, file = config.file.registers, config.file.node
    folders = section.folders if section else ()
    base = open_base(config)
    try:
        kept = [_load(config, name, country=file.profile) for name in folders]
        if definition.digest not in {one.digest for one in kept}:
            message = f"the node doesn't keep {definition.id} as this folder has it"
            raise ConfigRefused(message, why="register")
        if definition.source is not None:
            message = f"{definition.id} reads a table in place (source.toml): nothing is copied"
            raise ConfigRefused(message, why="source")
        with seldom_collected(), ThreadPoolExecutor(1) as pool:
            yield _importer(base, definition, beside=lambda action: pool.submit(action).result)
    finally:
        base.let_go()


@contextmanager
def open_enrolling(config: NodeConfig, definition: RegisterDefinition) -> Iterator[Enrolling]:
    """Enrols residents at this node's identity authority; works beside the running node.

    Raises:
        ConfigRefused: For ``identity``: the node is no identity authority.
    """
    if config.file.identity is None:
        raise ConfigRefused("this node is no identity authority ([identity])", why="identity")
    base = open_base(config)
    try:
        enrolment = Enrolment(
            store=SqlIdentityStore(),
            database=base.database,
            vault=base.vault,
            places=birth_places(),
        )
        yield Enrolling(
            schema=definition.schema,
            enrol_each=enrolment.enrol_each,
            middle=config.file.node.profile == "vn",
        )
    finally:
        base.let_go()


@contextmanager
def seldom_collected() -> Iterator[None]:
    """Let Python look for cycles seldom: an import makes millions of values and no cycle.

    Looking as often as usual took a fifth of its time.
    """
    usual = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(200_000, *usual[1:])
    try:
        yield
    finally:
        gc.set_threshold(*usual)
        gc.unfreeze()


def open_source(
    name: str, *, table: str, shape: SourceShape, config: NodeConfig | None
) -> FileSource | SheetSource | TableSource:
    """A file, or a table of a database whose address is given, or named as a secret.

    Args:
        name: The file's path, or the database's address.
        table: The database's table; of a workbook, the sheet.
        shape: How it is written.
        config: Where secrets are kept.

    Raises:
        ImportRefused: For ``file``, ``encoding``, ``header``, ``line-size``, ``sheet``,
            ``old-workbook`` or ``source``.
        XlsxRefused: For a workbook that can't be read, or must not be.
        ConfigRefused: For ``secret``.
    """
    if table and not Path(name).is_file():
        url = config.secret(name) if config and name.startswith(("env:", "file:")) else name
        return open_table(url, table)
    return open_file(Path(name), shape, sheet=table)


def open_rejects(path: Path, source: FileSource | SheetSource | TableSource) -> RejectedFile:
    """Where this table's rejected rows go."""
    return RejectedFile(path, source.header, encoding=source.encoding)


def _load(config: NodeConfig, name: str, *, country: str) -> RegisterDefinition:
    import riik

    catalogue = Path(riik.__file__).parent / "catalogue" / "registers"
    known = name.startswith("catalogue:")
    folder = catalogue / name.removeprefix("catalogue:") if known else config.path(name)
    return load_register(read_folder(folder), country=country)


def _importer(base: Base, definition: RegisterDefinition, *, beside: Beside) -> Importer:
    store = SqlRegisterStore()
    return Importer(
        holding=Holding(
            definition=definition,
            provider=base.config.client(definition.id),
            signer=base.signer(f"register-{definition.id}"),
        ),
        runs=SqlImportStore(),
        records=store,
        writer=register_writer(base, store),
        database=base.database,
        vault=base.vault,
        clock=base.clock,
        entropy=base.entropy,
        beside=beside,
    )
