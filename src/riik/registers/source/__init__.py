"""A register that reads an existing table in place, without a copy of it.

The table stays where it is and its owner's programs go on writing it. The register answers its
offers from it through the same rights, and each look is on record before anything leaves.
"""

from typing import TYPE_CHECKING

from riik.core import on_demand

if TYPE_CHECKING:
    from riik.registers.source.definition import SourceDefinition, read_source
    from riik.registers.source.reading import Found, InPlace
else:
    __getattr__ = on_demand(
        __name__,
        {
            "definition": "SourceDefinition read_source",
            "reading": "Found InPlace",
        },
    )

__all__ = ["Found", "InPlace", "SourceDefinition", "read_source"]
