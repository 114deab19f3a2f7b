"""What must happen for this person to get this? Public services, each from its folder."""

from riik.services.component import Services
from riik.services.errors import (
    AnswerRefused,
    AuthorityMissing,
    FolderRefused,
    ServiceRefused,
    StepRefused,
)
from riik.services.folder.checks import Check, Outcome, check
from riik.services.folder.definition import read_service
from riik.services.lookups import Lookups
from riik.services.model import ServiceDefinition
from riik.services.operations import Operations
from riik.services.running import RUN, Files
from riik.services.steps import Prepared, Steps, Visit

__all__ = [
    "RUN",
    "AnswerRefused",
    "AuthorityMissing",
    "Check",
    "Files",
    "FolderRefused",
    "Lookups",
    "Operations",
    "Outcome",
    "Prepared",
    "ServiceDefinition",
    "ServiceRefused",
    "Services",
    "StepRefused",
    "Steps",
    "Visit",
    "check",
    "read_service",
]
