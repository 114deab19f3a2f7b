"""The citizens' site with a real provider behind it: one service from its own folder, no network.

`Desk` is the counter of `portal.citizen.hall.ports`: it asks the provider's `Services` in this
process, and answers what the exchange would.
"""

from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace

import msgspec
from tests.portal.session.house import Browser, Login
from tests.services.house import PORTAL, stated

import riik.services
from riik.core import Refused, Unavailable
from riik.exchange import Answer
from riik.portal.citizen.errors import PortalRefused
from riik.portal.citizen.events import event_views
from riik.portal.citizen.guides import in_words, read_guides
from riik.portal.design.texts import read_texts
from riik.services import Visit, read_service
from riik.services.folder.catalogue import guide_view

CATALOGUE = Path(riik.services.__file__).parent.parent / "catalogue" / "services"
STANDARD = (CATALOGUE.parents[1] / "services" / "standard.bpmn").read_bytes()
AUTHORITY = {
    "en": "Transport Administration",
    "et": "Transpordiamet",
    "vi": "Cơ quan Giao thông",
}
SOURCES = {
    "population": {"en": "Ministry of the Interior", "et": "Siseministeerium", "vi": "Bộ Nội vụ"},
    "identity-documents": {"en": "Police", "et": "Politsei", "vi": "Cảnh sát"},
    "medical-certificates": {"en": "Clinic", "et": "Kliinik", "vi": "Phòng khám"},
}
PROVIDER = "EE-DEMO/GOV/70001053/services"


@cache
def definition_of(service):
    """A service from its folder, read once."""
    folder = CATALOGUE / service
    files = {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
    return read_service(files, standard=STANDARD)


@dataclass
class Guides:
    """The catalogue of one provider.

    Attributes:
        silent: Organisations that do not answer just now.
        definitions: Its services.
    """

    definitions: list
    today: object
    silent: list = field(default_factory=list)

    async def services(self, language):
        views = [
            guide_view(one, authority=AUTHORITY, sources=SOURCES, today=self.today)
            for one in self.definitions
        ]
        told = read_guides(msgspec.json.encode({"services": views}))
        guides = [
            {**in_words(one, language), "provider": PROVIDER, "as_of": "2026-11-23T09:00:00Z"}
            for one in told
        ]
        return {"services": guides, "silent": self.silent}

    async def guide(self, service, language):
        for one in (await self.services(language))["services"]:
            if one["id"] == service:
                return one
        raise PortalRefused("there is no such service", why="no-service")

    async def search(self, words, language):
        found = (await self.services(language))["services"]
        return [one | {"score": 1.0} for one in found if words.lower() in one["name"].lower()]

    async def events(self, language):
        texts = read_texts("riik.portal.citizen", language=language)
        return event_views((await self.services(language))["services"], texts)


@dataclass
class Provider:
    """Cases at the provider, as the portal's component would ask for them.

    Attributes:
        services: The provider's own component.
        silent: It does not answer: what is sent waits.
        begun: Who began which case.
        sent: Steps that were sent, in order.
    """

    services: object
    silent: bool = False
    begun: dict = field(default_factory=dict)
    sent: list = field(default_factory=list)
    opened: int = 0

    async def start(self, visitor, *, service, language, person=None, once=""):
        self.opened += 1
        case = f"case-{sha256((once or str(self.opened)).encode()).hexdigest()[:24]}"
        self.begun[case] = SimpleNamespace(
            actor=visitor.person, person=person or visitor.person, service=service
        )
        if self.silent:
            return self._waits(case)
        visit = self._visit(visitor, case, language=language)
        return _over_the_wire(await _answered(self.services.start(service, visit)))

    async def step(self, visitor, case_id, *, step, content):
        self._known(visitor, case_id)
        self.sent.append((step, dict(content)))
        if self.silent:
            return self._waits(case_id)
        visit = self._visit(visitor, case_id)
        return _over_the_wire(await _answered(self.services.step(step, content, visit)))

    async def status(self, visitor, case_id, *, language="", find=None):
        self._known(visitor, case_id)
        if self.silent:
            return self._waits(case_id)
        visit = self._visit(visitor, case_id)
        return _over_the_wire(
            await _answered(self.services.status(visit, language=language, find=find))
        )

    async def document(self, visitor, case_id, name, *, language=""):
        self._known(visitor, case_id)
        visit = self._visit(visitor, case_id)
        content, _ = await _answered(self.services.document(name, visit, language=language))
        return content

    def _visit(self, visitor, case, language="en"):
        known = self.begun[case]
        return Visit(
            person=known.person,
            actor=visitor.person,
            case=case,
            authority=stated(visitor.person, known.person),
            carrier=PORTAL,
            language=language,
        )

    def _known(self, visitor, case):
        if case not in self.begun or self.begun[case].actor != visitor.person:
            raise PortalRefused("there is no such case", why="no-case")

    def _waits(self, case):
        return {
            "case": case,
            "state": "waiting-for-provider",
            "why": "connect",
            "service": self.begun[case].service,
            "next": {"step": "waiting"},
        }


@dataclass
class Told:
    """A person's cases, as `Desk.told` has them."""

    desk: object

    async def mine(self, visitor, language):
        return self.desk._told("mine", {"cases": [], "silent": []})

    async def told(self, visitor, view, language):
        self.desk.seen[view["case"]] = view["state"]

    async def lately(self, visitor, language):
        return self.desk._told("lately", {})


@dataclass
class Desk:
    """The counter: what the pages may ask.

    Attributes:
        told: What each of the other verbs answers; an exception is raised.
    """

    catalogue: Guides
    portal: Provider
    told: dict = field(default_factory=dict)
    asked_own: int = 0
    seen: dict = field(default_factory=dict)

    @property
    def cases(self):
        return Told(self)

    async def mandates(self, visitor, language="en"):
        return self._told("mandates", {"people": [], "silent": []})

    async def notices(self, visitor, language):
        return self._told("notices", {"notices": [], "unread": 0})

    async def own(self, visitor, language, *, only=()):
        self.asked_own += 1
        return self._told(f"own {only[0]}" if only and f"own {only[0]}" in self.told else "own", [])

    def _told(self, verb, usual):
        answer = self.told.get(verb, usual)
        if isinstance(answer, Exception):
            raise answer
        return answer


@dataclass
class Town:
    """Everything of a test: the site, who signs in, what is behind it."""

    app: object
    desk: Desk
    login: Login
    world: object
    hall: object

    def browser(self):
        """Somebody's browser, not signed in; it wants English until a page is asked otherwise."""
        browser = Browser(self.app)
        browser.cookies["riik-lang"] = "en"
        return browser

    async def visitor(self, to="/"):
        """A browser whose person is signed in."""
        browser = self.browser()
        await browser.sign_in(self.login, to=to)
        return browser


async def _answered(asked):
    """What the exchange makes of a refusal: status and reason, nothing of its text."""
    try:
        return await asked
    except Unavailable:
        raise
    except Refused as refused:
        problem = {"why": refused.why, **refused.facts}
        Answer(status=refused.status, body=msgspec.json.encode(problem)).accepted()
        raise AssertionError("a refusal has a status of 400 or more") from refused


def _over_the_wire(view):
    """Plain JSON, as it comes from another organisation."""
    return msgspec.json.decode(msgspec.json.encode(view))
