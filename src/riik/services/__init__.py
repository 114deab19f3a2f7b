"""What must happen for this person to get this? Public services, each from its folder."""

from typing import TYPE_CHECKING

from riik.core import on_demand

if TYPE_CHECKING:
    from riik.services.component import Services
    from riik.services.desk.amending import Amendments
    from riik.services.desk.component import Desk
    from riik.services.desk.deciding import Decisions
    from riik.services.desk.errors import DeskConflict, DeskRefused
    from riik.services.desk.model import Clerk, Official, Unit, Verdict
    from riik.services.desk.model import Role as DeskRole
    from riik.services.desk.queues import Queues
    from riik.services.desk.records import verify_record
    from riik.services.desk.staff import Staff
    from riik.services.errors import (
        AnswerRefused,
        AuthorityMissing,
        FolderRefused,
        ServiceRefused,
        StepRefused,
    )
    from riik.services.folder.beginning import LANGUAGES, begin_folder, begin_from
    from riik.services.folder.checks import Check, Outcome, check, read_cases, rule_rows
    from riik.services.folder.definition import draft_service, read_service
    from riik.services.folder.differences import Difference, differences
    from riik.services.folder.finding import Finding
    from riik.services.folder.listing import as_standard, export_folder
    from riik.services.folder.once import Grant, Held
    from riik.services.folder.places import place_of_refusal
    from riik.services.folder.sealing import adopt_folder
    from riik.services.folder.strict import findings
    from riik.services.forms.receiving import Receiving
    from riik.services.forms.scanning import PatternCheck, Scan
    from riik.services.forms.timing import Times
    from riik.services.joint.signing import JointSigning
    from riik.services.lookups import Lookups
    from riik.services.model import ServiceDefinition
    from riik.services.operations import Operations
    from riik.services.outcome import Acting, Prepared, Visit
    from riik.services.running import RUN, Files
    from riik.services.shown.reminders import reminder
    from riik.services.steps import Steps
else:
    __getattr__ = on_demand(
        __name__,
        {
            "component": "Services",
            "desk.amending": "Amendments",
            "desk.component": "Desk",
            "desk.deciding": "Decisions",
            "desk.errors": "DeskConflict DeskRefused",
            "desk.model": "Clerk Official Unit Verdict DeskRole=Role",
            "desk.queues": "Queues",
            "desk.records": "verify_record",
            "desk.staff": "Staff",
            "errors": "AnswerRefused AuthorityMissing FolderRefused ServiceRefused StepRefused",
            "forms.receiving": "Receiving",
            "forms.scanning": "PatternCheck Scan",
            "folder.beginning": "LANGUAGES begin_folder begin_from",
            "folder.checks": "Check Outcome check read_cases rule_rows",
            "folder.definition": "draft_service read_service",
            "folder.differences": "Difference differences",
            "folder.finding": "Finding",
            "folder.listing": "as_standard export_folder",
            "folder.once": "Grant Held",
            "folder.places": "place_of_refusal",
            "folder.sealing": "adopt_folder",
            "folder.strict": "findings",
            "joint.signing": "JointSigning",
            "lookups": "Lookups",
            "model": "ServiceDefinition",
            "operations": "Operations",
            "running": "RUN Files",
            "outcome": "Acting Prepared Visit",
            "steps": "Steps",
            "forms.timing": "Times",
            "shown.reminders": "reminder",
        },
    )

__all__ = [
    "LANGUAGES",
    "RUN",
    "Acting",
    "Amendments",
    "AnswerRefused",
    "AuthorityMissing",
    "Check",
    "Clerk",
    "Decisions",
    "Desk",
    "DeskConflict",
    "DeskRefused",
    "DeskRole",
    "Difference",
    "Files",
    "Finding",
    "FolderRefused",
    "Grant",
    "Held",
    "JointSigning",
    "Lookups",
    "Official",
    "Operations",
    "Outcome",
    "PatternCheck",
    "Prepared",
    "Queues",
    "Receiving",
    "Scan",
    "ServiceDefinition",
    "ServiceRefused",
    "Services",
    "Staff",
    "StepRefused",
    "Steps",
    "Times",
    "Unit",
    "Verdict",
    "Visit",
    "adopt_folder",
    "as_standard",
    "begin_folder",
    "begin_from",
    "check",
    "differences",
    "draft_service",
    "export_folder",
    "findings",
    "place_of_refusal",
    "read_cases",
    "read_service",
    "reminder",
    "rule_rows",
    "verify_record",
]
