"""Tables of others that this node's registers read in place: where they lie is told here."""

from collections.abc import Callable

from riik.node.config import ConfigRefused, NodeConfig
from riik.registers import RegisterDefinition
from riik.registers.source import InPlace
from riik.registers.source.client import SqlSource

__all__ = ["check_source", "in_place"]


def in_place(
    config: NodeConfig, definition: RegisterDefinition
) -> tuple[InPlace | None, Callable[[], None]]:
    """A register's table, if it reads one in place, and how to let go of it.

    The database is called when the first question comes: a source that is down keeps no node
    from starting.

    Raises:
        ConfigRefused: For ``source``: no address was given, or one that no register needs.
    """
    address = _address(config, definition)
    if definition.source is None or address is None:
        return None, lambda: None
    source = SqlSource(definition.source, config.database_url(address))
    placed = InPlace(definition=definition.source, schema=definition.schema, rows_of=source)
    return placed, source.close


def check_source(config: NodeConfig, definition: RegisterDefinition) -> None:
    """Compare `source.toml` with the table as it is now.

    Raises:
        ConfigRefused: For ``source``.
        SourceUnavailable: For ``down``, ``slow`` or ``changed``, with the columns that lack.
    """
    address = _address(config, definition)
    if definition.source is None or address is None:
        message = f"{definition.id} keeps its records itself: there is no source.toml"
        raise ConfigRefused(message, why="source")
    source = SqlSource(definition.source, config.database_url(address))
    try:
        source.check()
    finally:
        source.close()


def _address(config: NodeConfig, definition: RegisterDefinition) -> str | None:
    section, id_ = config.file.registers, definition.id
    given = (section.sources if section else {}).get(id_)
    if definition.source is not None and given is None:
        message = f"{id_} reads a table in place: say where, sources.{id_} under [registers]"
        raise ConfigRefused(message, why="source")
    if definition.source is None and given is not None:
        message = f"{id_} keeps its records itself: sources.{id_} means nothing"
        raise ConfigRefused(message, why="source")
    return config.secret(given) if given is not None else None
