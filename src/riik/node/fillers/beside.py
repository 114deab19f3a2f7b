"""The routes of helping a person who is here: the citizens' pages, at the officials' desk."""

from starlette.routing import Route

import riik.portal.citizen
from riik.node.fillers.helping import DeskHelp, HelpCounter, LocalCases, LocalGuides
from riik.node.fillers.relying import RelyingParty
from riik.portal.citizen.apply.files.http import routes as files_routes
from riik.portal.citizen.apply.http import routes as apply_routes
from riik.portal.citizen.apply.items.http import routes as items_routes
from riik.portal.citizen.apply.sign.http import routes as sign_routes
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.hall.ports import JudgesFiles
from riik.portal.citizen.papers.http import routes as paper_routes
from riik.portal.design.pages import Pages
from riik.portal.official.helping.http import at_side, help_routes
from riik.portal.official.room.http import Room
from riik.services import Services
from riik.services.desk.helping.errands import Errands

__all__ = ["pages_beside"]


def pages_beside(
    room: Room, services: Services, *, errands: Errands, party: RelyingParty, judge: JudgesFiles
) -> list[Route]:
    """All routes of helping at one desk.

    Args:
        room: The desk's site.
        services: Of this node.
        errands: Who helps whom.
        party: Asks login for the person's and the official's word.
        judge: Who signed a file.
    """
    hall = Hall(
        site=room.site,
        counter=HelpCounter(
            catalogue=LocalGuides(own=services, client=party.client, clock=room.clock),
            portal=LocalCases(own=services, errands=errands, party=party),
        ),
        pages=Pages(riik.portal.citizen),
        clock=room.clock,
        card=room.card,
    )
    papers = [
        route
        for route in paper_routes(hall, judge=judge, in_thread=services.in_thread)
        if route.path.startswith("/cases/")
    ]
    helps = DeskHelp(errands=errands, party=party)
    applying = [*apply_routes(hall), *items_routes(hall), *files_routes(hall), *sign_routes(hall)]
    person = at_side(room, helps, [*applying, *papers])
    return [*help_routes(room, helps), *person]
