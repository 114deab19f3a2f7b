"""The catalogue of a node's own services, as it is served and as the command line prints it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import riik
from riik.core import ClientId, Clock
from riik.node.assembly import Assembly
from riik.node.base import folder_path, read_folder
from riik.node.config import ConfigRefused, NodeConfig
from riik.profiles import country_profile
from riik.services import read_service
from riik.services.published.catalogue import Publisher, catalogue_document
from riik.services.published.http import ADDRESS, catalogue_routes
from riik.services.running import local_day

__all__ = ["add_catalogue", "catalogue_of"]

SOURCE = Path(riik.__file__).parent


def add_catalogue(assembly: Assembly) -> None:
    """What the node's services are, as open data at its own address; nothing without services."""
    services = assembly.parts.services
    if services is None:
        return
    files, publisher, clock = services.files, _publisher(assembly.config), assembly.base.clock
    assembly.routes += catalogue_routes(
        lambda day: catalogue_document(files.definitions.values(), publisher=publisher, today=day),
        today=lambda: local_day(clock.now(), files.zone),
        in_thread=assembly.base.in_thread,
    )


def catalogue_of(config: NodeConfig, *, clock: Clock) -> Mapping[str, Any]:
    """The catalogue that the node of this file serves, made without starting it.

    Raises:
        ConfigRefused: For ``services``: the node has none.
        FolderRefused: A folder that could not run.
    """
    section = config.file.services
    if section is None:
        raise ConfigRefused("this node has no [services]", why="services")
    standard = (SOURCE / "services" / "standard.bpmn").read_bytes()
    definitions = [
        read_service(read_folder(folder_path(config, name, kind="services")), standard=standard)
        for name in section.folders
    ]
    today = local_day(clock.now(), section.zone)
    return catalogue_document(definitions, publisher=_publisher(config), today=today)


def _publisher(config: NodeConfig) -> Publisher:
    """Who publishes, as the node's file names it."""
    file, section = config.file, config.file.services
    named = {one.member: dict(one.names) for one in file.roles.values()}
    sources = {
        role: named.get(str(ClientId.parse(client).member), {})
        for role, client in (section.providers if section else {}).items()
    }
    origin = file.people.origin.rstrip("/")
    return Publisher(
        address=origin + ADDRESS,
        identifier=str(config.member),
        names=dict(file.node.names),
        country=country_profile(file.node.profile).country,
        site=f"{origin}/",
        sources=sources,
    )
