"""How does an existing table become records of a register?"""

from riik.registers.importing.component import Importer
from riik.registers.importing.founding import Founding, found_register
from riik.registers.importing.guessing import Guess, guess_columns
from riik.registers.importing.mapping import MappingFile, Plan, SourceShape, make_plan, read_mapping
from riik.registers.importing.model import Run, Source
from riik.registers.importing.proposal import propose
from riik.registers.importing.report import Report

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
