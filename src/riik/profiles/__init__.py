"""What is done otherwise in each country: codes, names, letters, money, days, places.

A profile is data of this package, one folder a country; reading it is no more than
importing is.
"""

from functools import cache
from importlib.resources import files
from typing import Final

from riik.profiles.delivery import CHANNELS, Delivery, DeliveryRule
from riik.profiles.profile import (
    Access,
    Address,
    CodeScheme,
    Fee,
    Holiday,
    Law,
    Name,
    Place,
    Profile,
    ProfileRefused,
    read_profile,
)
from riik.profiles.script import (
    Alphabet,
    collation_key,
    fold_for_search,
    in_small_letters,
    name_key,
)

__all__ = [
    "CHANNELS",
    "COUNTRIES",
    "Access",
    "Address",
    "Alphabet",
    "CodeScheme",
    "Delivery",
    "DeliveryRule",
    "Fee",
    "Holiday",
    "Law",
    "Name",
    "Place",
    "Profile",
    "ProfileRefused",
    "birth_places",
    "collation_key",
    "country_profile",
    "fold_for_search",
    "in_small_letters",
    "name_key",
    "read_profile",
]

COUNTRIES: Final = ("ee", "vn")


def country_profile(country: str) -> Profile:
    """The profile of a country of this package, ``ee`` or ``vn``.

    Raises:
        ProfileRefused: For ``country``.
    """
    if country not in COUNTRIES:
        raise ProfileRefused(f"there is no profile of {country!r}", why="country")
    folder = files(__name__).joinpath(country)
    return read_profile(
        folder.joinpath("profile.toml").read_bytes(),
        places=folder.joinpath("places.toml").read_bytes(),
    )


@cache
def birth_places() -> frozenset[str]:
    """The numbers with which personal codes begin where they tell the place of birth."""
    return frozenset(
        code
        for country in COUNTRIES
        for place in country_profile(country).places
        for code in place.births
    )
