"""GovStack's Digital Registries building block as a door to the registers of a node."""

from riik.govstack.registries.component import (
    Asker,
    Described,
    Found,
    RegisterBook,
    Registries,
    Usage,
)

__all__ = ["Asker", "Described", "Found", "RegisterBook", "Registries", "Usage"]
