"""The card's site for one country: whose cards are there, and which sites may ask them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from riik.demo.cardsite.asking import Asker
from riik.demo.cardsite.http import CardSite
from riik.demo.cardsite.reader import Reader
from riik.demo.configuration import sites
from riik.demo.country import Country, Place
from riik.demo.seeding import Holder
from riik.profiles import country_profile
from riik.runtime.clock import SystemClock
from riik.runtime.logs import open_log

__all__ = ["card_site"]


def card_site(
    country: Country, places: Mapping[str, Place], holders: Sequence[Holder], folder: Path
) -> CardSite:
    """The site, not serving yet; every node and every other site of the country may ask."""
    owners = {place: role for role, place in sites(country).values()}
    askers = [
        Asker(place.origin, country.members[owners.get(name, name)].names)
        for name, place in places.items()
        if owners.get(name, name) in country.members
    ]
    clock = SystemClock()
    return CardSite(
        profile=country_profile(country.profile),
        reader=Reader(holders=holders, folder=folder / "cards", clock=clock),
        askers=askers,
        offices={role: member.names for role, member in country.members.items()},
        log=open_log(folder / "card.log", clock=clock, node="card"),
    )
