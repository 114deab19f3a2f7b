"""One site with guests, its login, and two browsers."""

from pathlib import Path

import pytest
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from tests.portal.session.house import CLIENT, ORIGIN, Browser, Login, rsa_key
from tests.tables import lay_tables

import riik.portal.session
from riik.portal.design.pages import Pages as DesignedPages
from riik.portal.session import Guests, KeptForms, SessionRules
from riik.portal.session.door.http import door_routes
from riik.portal.session.frame import Frame
from riik.portal.session.http import Site
from riik.portal.session.store import SqlSessionStore
from riik.profiles import country_profile
from riik.runtime.database import open_database
from riik.runtime.logs import open_log
from riik.runtime.metrics import Metrics
from riik.runtime.vault import MIGRATIONS as VAULT
from riik.runtime.vault import SqlVault
from riik.runtime.web import edge

DESIGNED = DesignedPages(riik.portal.session)
FRAME = Frame(profile=country_profile("ee"), names={"et": "riigiportaal", "en": "State Portal"})
TABLES = {"session": Path(riik.portal.session.__file__).parent / "migrations"}


@pytest.fixture(scope="session")
def key():
    """Login's key."""
    return rsa_key()


@pytest.fixture
def login(clock, key):
    """The national login."""
    return Login(clock, key)


@pytest.fixture
def ports(database, tmp_path, clock, entropy, in_thread):
    """What sessions stand on."""
    lay_tables(database, TABLES)
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": VAULT})
    yield {
        "store": SqlSessionStore(),
        "rules": SessionRules(),
        "database": database,
        "vault": SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy),
        "clock": clock,
        "entropy": entropy,
        "in_thread": in_thread,
    }
    keys.close()


@pytest.fixture
def guests(ports, login):
    """The guests of the portal."""
    return Guests(client=CLIENT, provider=login, **ports)


@pytest.fixture
def site(guests, ports):
    """The portal's site."""
    return Site(
        guests=guests,
        forms=KeptForms(**ports),
        origin=ORIGIN,
        node="portal",
        frame=FRAME,
        pages=DESIGNED,
        wait=0.0,
    )


class Pages:
    """Pages of a site, as their builders write them."""

    def __init__(self, site):
        self.site, self.begun = site, []

    async def home(self, request):
        """Anyone may see it."""
        visitor = await self.site.who(request)
        return PlainTextResponse(visitor.given_names if visitor else "nobody")

    async def private(self, request):
        """For who is signed in; shows what was kept."""
        visitor, kept = await self.site.visitor(request), await self.site.kept(request)
        return PlainTextResponse(f"{visitor.given_names} {kept.fields if kept else ''}")

    async def begin(self, request):
        """Begins a thing, once."""
        form, once = await self.site.form(request), await self.site.once(request)
        if once.done:
            return self.site.go(once.location)
        self.begun.append((form.text("what"), once.key))
        return await self.site.done(once, f"/private?begun={len(self.begun)}")

    async def careful(self, request):
        """Only with the card just shown."""
        visitor = await self.site.fresh(request, seconds=60)
        return PlainTextResponse(visitor.given_names)

    async def api(self, request):
        """For scripts of ours."""
        content = await self.site.json(request)
        return PlainTextResponse(str(content))

    def routes(self):
        page = self.site.page
        return [
            *door_routes(self.site),
            Route("/", page(self.home), methods=["GET"]),
            Route("/private", page(self.private), methods=["GET"]),
            Route("/private", page(self.begin), methods=["POST"]),
            Route("/refilled", page(self.private, refill=True), methods=["GET"]),
            Route("/refilled", page(self.begin, refill=True), methods=["POST"]),
            Route("/careful", page(self.careful), methods=["GET"]),
            Route("/v1/things", self.api, methods=["POST"]),
        ]


@pytest.fixture
def pages(site):
    """The site's pages."""
    return Pages(site)


@pytest.fixture
def app(pages, tmp_path, clock):
    """The site as the node serves it."""
    log = open_log(tmp_path / "node.log", clock=clock, node="portal")
    return edge(pages.routes(), metrics=Metrics(), logger=log)


@pytest.fixture
def browser(app):
    """Somebody's browser."""
    return Browser(app)


@pytest.fixture
def other(app):
    """Another one."""
    return Browser(app)
