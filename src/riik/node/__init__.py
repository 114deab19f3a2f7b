"""One organisation's node: its configuration, its composition, its life."""

from riik.identity.device import EstEidCard
from riik.node.certification import certify_many
from riik.node.compose import build, open_trust
from riik.node.config import ConfigRefused, NodeConfig, explain, read_config
from riik.node.founding import Membership, certify, join, log_key, write_anchors
from riik.node.node import Node

__all__ = [
    "ConfigRefused",
    "EstEidCard",
    "Membership",
    "Node",
    "NodeConfig",
    "build",
    "certify",
    "certify_many",
    "explain",
    "join",
    "log_key",
    "open_trust",
    "read_config",
    "write_anchors",
]
