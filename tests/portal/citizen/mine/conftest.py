"""The citizens' site with what is a person's own."""

import asyncio
from types import SimpleNamespace

import pytest
import typst
from tests.portal.citizen.house import Guides, Provider, Town, definition_of
from tests.portal.citizen.mine.house import (
    ASKED,
    DRAFT,
    ENDED,
    GRANTED,
    LETTER,
    NOTICE,
    OWN,
    REFUSED,
    ROW,
    VIEW,
    WAITING,
    Cases,
    Choices,
    Counter,
)
from tests.signatures.house import FILES, component, make, rewrite

from riik.portal.citizen.apply.http import routes as apply_routes
from riik.portal.citizen.apply.sign.http import routes as sign_routes
from riik.portal.citizen.following.http import routes as following_routes
from riik.portal.citizen.front.http import routes as front_routes
from riik.portal.citizen.letters.http import routes as letter_routes
from riik.portal.citizen.me.http import routes as me_routes
from riik.portal.citizen.papers.http import MOST_SENT
from riik.portal.citizen.papers.http import routes as paper_routes
from riik.portal.citizen.telling.component import Told
from riik.portal.citizen.telling.http import routes as telling_routes
from riik.portal.citizen.tracker.http import routes as tracker_routes
from riik.portal.design.http import KeepsLanguage, design_routes
from riik.portal.session.door.http import door_routes
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.web import edge
from riik.signatures import OrganisationSeal, validate
from riik.testing.pki import make_pki

VIEWS = [VIEW, GRANTED, REFUSED, ASKED, WAITING, VIEW | DRAFT | {"timeline": [], "documents": []}]


@pytest.fixture
def desk(house, clock):
    """What the pages may ask."""
    services = [definition_of("driving-licence"), definition_of("driving-course")]
    guides = Guides(definitions=services, today=clock.now().date())
    cases = Cases(
        provider=Provider(services=house.services),
        views={view["case"]: view for view in VIEWS},
        files={"application.asice": b"PK\x03\x04 no container", "decision.pdf": b"%PDF-1.7"},
    )
    told = {
        "mine": {"cases": [ROW, DRAFT, ENDED], "silent": []},
        "notices": {"notices": [NOTICE, LETTER], "unread": 1},
        "own": OWN,
        "mandates": {
            "people": [{"person": "EE51101010013", "name": "Joosep Maasikas", "role": "parent"}],
            "silent": [],
        },
    }
    return Counter(catalogue=guides, portal=cases, told=told)


@pytest.fixture
def judge(clock):
    """Judges signed files: nobody is trusted until a test says whom."""
    trusted = []

    def judged(document):
        return validate(document, anchors=trusted, at=clock.now())

    judged.trusted = trusted
    return judged


@pytest.fixture(scope="session")
def signed():
    """A container that a person signed, the same with another file, and whom to trust for it."""
    pki = make_pki()
    container = make(pki, pki.person().signature)
    [name] = [file.name for file in FILES if file.name.endswith(".txt")]
    changed = rewrite(container, lambda one, content: b"other" if one == name else content)
    return SimpleNamespace(anchors=pki.anchors, container=container, changed=changed, pki=pki)


@pytest.fixture(scope="session")
def sealed(signed):
    """A letter that an organisation sealed."""
    credential = signed.pki.seal()
    seal = OrganisationSeal(signer=credential.key, certificate=credential.certificate)
    letter = typst.compile(b'#set document(title: "Otsus")\n= Otsus', pdf_standards=["a-3a"])
    return asyncio.run(component(signed.pki).seal_pdf(letter, seal=seal))


@pytest.fixture
def choices():
    """What the person chose of how they are told: nothing yet."""
    told = Told(
        channels=("mail", "text"),
        language="",
        refused=(),
        quiet=("22:00", "07:00"),
        chosen=False,
        offered=("mail", "text"),
        optional=("case", "reminder"),
        letter_days=10,
    )
    return Choices(told=told)


@pytest.fixture
def rooms(hall, judge, in_thread, choices):
    """The routes of everything that is a person's own."""
    return [
        *front_routes(hall),
        *apply_routes(hall),
        *sign_routes(hall),
        *paper_routes(hall, judge=judge, in_thread=in_thread),
        *following_routes(hall),
        *letter_routes(hall),
        *telling_routes(hall, choices),
        *me_routes(hall),
        *tracker_routes(hall),
    ]


@pytest.fixture
def town(rooms, hall, desk, login, world, tmp_path, clock):
    """The site as its node serves it."""
    log = open_log(tmp_path / "node.log", clock=clock, node="portal")
    routes = [*door_routes(hall.site), *rooms, *design_routes()]
    larger = {"/verify": MOST_SENT}
    app = KeepsLanguage(edge(routes, metrics=Metrics(), logger=log, larger=larger))
    return Town(app=app, desk=desk, login=login, world=world, hall=hall)
