"""Everything that the citizens' pages may ask: one value, handed to whoever makes pages.

``docs/reference/portal-calls.md`` says what each verb answers.
"""

from dataclasses import dataclass

from riik.portal.citizen.catalogue import Catalogue
from riik.portal.citizen.component import Portal

__all__ = ["CitizenCounter"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CitizenCounter:
    """The portal's verbs by what they are about.

    Attributes:
        portal: Starting cases and taking steps in them.
        catalogue: What services there are.
    """

    portal: Portal
    catalogue: Catalogue
