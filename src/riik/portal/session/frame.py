"""What stands around every page of a site, whoever looks at it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from riik.profiles import Profile

__all__ = ["Frame"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """A site's part of its pages' `Shell`.

    Attributes:
        profile: The country's.
        names: The site's, by language, beside the brand.
        zone: Time zone; the country's when empty.
        demonstration: Address of the demonstration's front page; empty outside it.
        leads_to: Origins besides ours and login's to which forms may lead, such as a bank's.
    """

    profile: Profile
    names: Mapping[str, str] = field(default_factory=dict)
    zone: str = ""
    demonstration: str = ""
    leads_to: tuple[str, ...] = ()

    def name(self, language: str) -> str:
        """The site's name in a language, or in the first it has."""
        return self.names.get(language) or next(iter(self.names.values()), "")
