"""The desk's site with a real desk behind it; its login, its browsers."""

import pytest
from tests.portal.official.house import as_official
from tests.portal.session.conftest import guests, key, login, ports  # noqa: F401 - fixtures
from tests.portal.session.house import ORIGIN
from tests.services.conftest import house, paper, weather, world  # noqa: F401 - fixtures
from tests.services.house import ANNELI, TRANSPORT

import riik.portal.official
import riik.portal.session
from riik.node.fillers.beside import pages_beside
from riik.node.fillers.desk import OfficialDesk
from riik.portal.design.http import KeepsLanguage, design_routes, problem_pages
from riik.portal.design.pages import Pages
from riik.portal.official.http import routes
from riik.portal.official.room.http import Room
from riik.portal.session import KeptForms
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.profiles import country_profile
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge

PAGES = Pages(riik.portal.official)
DOOR = Pages(riik.portal.session)


class Party:
    """Login's word for an official and a case, as the desk's node would fetch it."""

    client = TRANSPORT

    async def statement(self, visitor, /, *, audience, case, person):
        return f"{visitor.person}/{case}"


@pytest.fixture
def front():
    """The address of the demonstration's front page; here there is none."""
    return ""


@pytest.fixture
def room(guests, ports, house, clock, front):  # noqa: F811 - the fixtures
    """The officials' room."""
    site = Site(
        guests=guests,
        forms=KeptForms(**ports),
        origin=ORIGIN,
        node="portal",
        frame=Frame(
            profile=country_profile("ee"),
            names={"en": "Transport Administration"},
            leads_to=("http://bank",),
            demonstration=front,
        ),
        pages=DOOR,
        wait=0.0,
    )
    desk = OfficialDesk(desk=house.desk, party=Party(), country="EE")
    return Room(site=site, desk=desk, pages=PAGES, clock=clock, card="http://localhost:7111")


@pytest.fixture
def app(room, house, tmp_path, clock):  # noqa: F811 - the fixture
    """The site as the node serves it."""
    log = open_log(tmp_path / "node.log", clock=clock, node="transport")
    help_pages = pages_beside(
        room, house.services, errands=house.errands, party=Party(), judge=lambda document: None
    )
    rooms = [*door_routes(room.site), *routes(room), *help_pages, *design_routes()]
    pages = problem_pages(country_profile("ee"), place={"en": "Transport Administration"})
    return KeepsLanguage(edge(rooms, metrics=Metrics(), logger=log, pages=pages))


@pytest.fixture
async def anneli(app, login):  # noqa: F811 - the fixture
    """An official's browser, signed in, in English."""
    return await as_official(app, login, ANNELI)
