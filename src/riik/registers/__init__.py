"""What is the legal truth of this person or thing, then and now?

One engine for every register: a register is a folder of data, its records have a legal
history of signed changes, and nothing is read without right, purpose and a trace.
"""

from typing import TYPE_CHECKING

from riik.core import on_demand

if TYPE_CHECKING:
    from riik.registers.checks import Outcome, check
    from riik.registers.component import Changed, RecordAccess, Registers, VerifyAuthority
    from riik.registers.definition import draft_register, load_register
    from riik.registers.errors import (
        AuthorityRefused,
        DefinitionRefused,
        HistoryRefused,
        ImportRefused,
        OfficialRefused,
        PurposeRefused,
        RecordRefused,
        RequestRefused,
        RightMissing,
        UnknownSubject,
    )
    from riik.registers.folder.publishing import publish_folder, published_versions
    from riik.registers.folder.strict import findings, place_of_refusal
    from riik.registers.history import Change, SignedChange, verify
    from riik.registers.importing import (
        Importer,
        MappingFile,
        Plan,
        Report,
        SourceShape,
        found_register,
        guess_columns,
        make_plan,
        propose,
        read_mapping,
    )
    from riik.registers.model import (
        Caller,
        ChangeRequest,
        Holding,
        Look,
        NewRecord,
        Reading,
        RegisterDefinition,
        Statement,
    )
    from riik.registers.writing import RegisterStore, Writer
else:
    __getattr__ = on_demand(
        __name__,
        {
            "checks": "Outcome check",
            "component": "Changed RecordAccess Registers VerifyAuthority",
            "definition": "draft_register load_register",
            "errors": (
                "AuthorityRefused DefinitionRefused HistoryRefused "
                "ImportRefused OfficialRefused PurposeRefused RecordRefused "
                "RequestRefused RightMissing UnknownSubject"
            ),
            "folder.publishing": "publish_folder published_versions",
            "folder.strict": "findings place_of_refusal",
            "history": "Change SignedChange verify",
            "importing": (
                "Importer MappingFile Plan Report SourceShape found_register "
                "guess_columns make_plan propose read_mapping"
            ),
            "model": (
                "Caller ChangeRequest Holding Look NewRecord Reading RegisterDefinition Statement"
            ),
            "writing": "RegisterStore Writer",
        },
    )

__all__ = [
    "AuthorityRefused",
    "Caller",
    "Change",
    "ChangeRequest",
    "Changed",
    "DefinitionRefused",
    "HistoryRefused",
    "Holding",
    "ImportRefused",
    "Importer",
    "Look",
    "MappingFile",
    "NewRecord",
    "OfficialRefused",
    "Outcome",
    "Plan",
    "PurposeRefused",
    "Reading",
    "RecordAccess",
    "RecordRefused",
    "RegisterDefinition",
    "RegisterStore",
    "Registers",
    "Report",
    "RequestRefused",
    "RightMissing",
    "SignedChange",
    "SourceShape",
    "Statement",
    "UnknownSubject",
    "VerifyAuthority",
    "Writer",
    "check",
    "draft_register",
    "findings",
    "found_register",
    "guess_columns",
    "load_register",
    "make_plan",
    "place_of_refusal",
    "propose",
    "publish_folder",
    "published_versions",
    "read_mapping",
    "verify",
]
