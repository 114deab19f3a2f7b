"""One site for citizens; its provider, its login, its browsers."""

import pytest
from tests.portal.citizen.house import Desk, Guides, Provider, Town, definition_of
from tests.portal.session.conftest import guests, key, login, ports  # noqa: F401 - fixtures
from tests.portal.session.house import ORIGIN
from tests.services.conftest import house, paper, weather, world  # noqa: F401 - fixtures

import riik.portal.citizen
import riik.portal.session
from riik.portal.citizen.apply.files.http import routes as files_routes
from riik.portal.citizen.apply.http import routes as apply_routes
from riik.portal.citizen.apply.items.http import routes as items_routes
from riik.portal.citizen.apply.joint.http import routes as joint_routes
from riik.portal.citizen.apply.sign.http import routes as sign_routes
from riik.portal.citizen.chat.http import routes as chat_routes
from riik.portal.citizen.front.http import routes as front_routes
from riik.portal.citizen.hall.http import Hall
from riik.portal.citizen.http import routes as call_routes
from riik.portal.design.http import KeepsLanguage, design_routes
from riik.portal.design.pages import Pages
from riik.portal.session import KeptForms
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.profiles import country_profile
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge

PAGES = Pages(riik.portal.citizen)
DOOR = Pages(riik.portal.session)


@pytest.fixture
def profile():
    """The country whose pages these are."""
    return "ee"


@pytest.fixture
def desk(house, clock):  # noqa: F811 - the fixture
    """What the pages may ask: a real provider of one service, and what a test says otherwise."""
    services = [definition_of("driving-licence"), definition_of("driving-course")]
    guides = Guides(definitions=services, today=clock.now().date())
    return Desk(catalogue=guides, portal=Provider(services=house.services))


@pytest.fixture
def hall(guests, ports, desk, clock, profile):  # noqa: F811 - the fixtures
    """The citizens' hall."""
    frame = Frame(
        profile=country_profile(profile),
        names={"en": "State Portal"},
        demonstration="http://localhost:7099/",
        leads_to=("http://bank",),
    )
    forms = KeptForms(**ports)
    site = Site(
        guests=guests,
        forms=forms,
        origin=ORIGIN,
        node="portal",
        frame=frame,
        pages=DOOR,
        wait=0.0,
    )
    return Hall(site=site, counter=desk, pages=PAGES, clock=clock)


@pytest.fixture
def town(hall, desk, login, world, tmp_path, clock):  # noqa: F811 - the fixtures
    """The site as its node serves it."""
    log = open_log(tmp_path / "node.log", clock=clock, node="portal")
    rooms = [*front_routes(hall), *apply_routes(hall), *items_routes(hall), *sign_routes(hall)]
    rooms += [*joint_routes(hall), *files_routes(hall), *chat_routes(hall)]
    rooms += call_routes(desk.portal, site=hall.site)
    routes = [*door_routes(hall.site), *rooms, *design_routes()]
    app = KeepsLanguage(edge(routes, metrics=Metrics(), logger=log))
    return Town(app=app, desk=desk, login=login, world=world, hall=hall)
