"""How does an existing table become records of a register?"""

from typing import TYPE_CHECKING

from riik.core import on_demand

if TYPE_CHECKING:
    from riik.registers.importing.component import Importer
    from riik.registers.importing.founding import Founding, found_register
    from riik.registers.importing.guessing import Guess, guess_columns
    from riik.registers.importing.mapping import (
        MappingFile,
        Plan,
        SourceShape,
        make_plan,
        read_mapping,
    )
    from riik.registers.importing.model import Run, Source
    from riik.registers.importing.proposal import propose
    from riik.registers.importing.report import Report
else:
    __getattr__ = on_demand(
        __name__,
        {
            "component": "Importer",
            "founding": "Founding found_register",
            "guessing": "Guess guess_columns",
            "mapping": "MappingFile Plan SourceShape make_plan read_mapping",
            "model": "Run Source",
            "proposal": "propose",
            "report": "Report",
        },
    )

__all__ = [
    "Founding",
    "Guess",
    "Importer",
    "MappingFile",
    "Plan",
    "Report",
    "Run",
    "Source",
    "SourceShape",
    "found_register",
    "guess_columns",
    "make_plan",
    "propose",
    "read_mapping",
]
