"""One organisation's node: its configuration, its composition, its life."""

from riik.identity.device import EstEidCard, Pin
from riik.node.base import lay_tables
from riik.node.compose import build, open_member, open_reader, open_trust, publish_list
from riik.node.config import ConfigRefused, NodeConfig, explain, read_config
from riik.node.fillers.accounting import export_movements, reconcile_file
from riik.node.fillers.catalogued import catalogue_of
from riik.node.fillers.certification import certify_many
from riik.node.fillers.importing import (
    birth_places,
    open_enrolling,
    open_importer,
    open_rejects,
    open_source,
)
from riik.node.fillers.placing import check_source
from riik.node.fillers.printing import print_form
from riik.node.fillers.registers import versions_ran
from riik.node.founding import Membership, certify, join, log_key, write_anchors
from riik.node.node import Node, PortTaken
from riik.node.preview.jobs import Watched, serve_preview
from riik.node.status import Country, CountryPages, Listed, Message

__all__ = [
    "ConfigRefused",
    "Country",
    "CountryPages",
    "EstEidCard",
    "Listed",
    "Membership",
    "Message",
    "Node",
    "NodeConfig",
    "Pin",
    "PortTaken",
    "Watched",
    "birth_places",
    "build",
    "catalogue_of",
    "certify",
    "certify_many",
    "check_source",
    "explain",
    "export_movements",
    "join",
    "lay_tables",
    "log_key",
    "open_enrolling",
    "open_importer",
    "open_member",
    "open_reader",
    "open_rejects",
    "open_source",
    "open_trust",
    "print_form",
    "publish_list",
    "read_config",
    "reconcile_file",
    "serve_preview",
    "versions_ran",
    "write_anchors",
]
