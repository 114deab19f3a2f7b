"""Assembling GovStack's Registration, where a node's file opens that door."""

from collections.abc import Mapping

from riik.govstack.registration import Catalogue, Offered
from riik.govstack.registration.http import registration_routes
from riik.node.assembly import Assembly
from riik.node.config import ConfigRefused

__all__ = ["REGISTRATION", "add_registration"]

REGISTRATION = "/govstack/registration"
"""Below this path of the node's site are the building block's own."""


def add_registration(assembly: Assembly) -> None:
    """The catalogue of the node's services; closed unless it is opened by name."""
    section, services = assembly.config.file.govstack, assembly.parts.services
    if section is None or not section.registration:
        return
    if services is None:
        raise ConfigRefused("govstack.registration needs services", why="govstack")
    definitions = services.files.definitions
    catalogue = Catalogue(
        member=str(assembly.member),
        offered=lambda: [
            Offered(id=one.id, version=one.version, name=_name(one.names), form=one.form)
            for one in definitions.values()
        ],
    )
    assembly.routes += registration_routes(catalogue, at=REGISTRATION)


def _name(names: Mapping[str, str]) -> str:
    """The API has one name of a service: the English one, or the law's."""
    return names.get("en") or next(iter(names.values()))
