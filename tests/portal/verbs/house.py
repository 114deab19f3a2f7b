"""A portal's verbs, with members that answer, are silent, or talk nonsense; no network."""

import asyncio

import msgspec

from riik.core import ClientId, Memo, person_code
from riik.exchange import Answer
from riik.exchange.errors import NetworkFailed
from riik.login import Level
from riik.portal.citizen import Portal, PortalRefused
from riik.portal.citizen.catalogue import Catalogue, Provider
from riik.portal.citizen.errands import Errands
from riik.portal.citizen.hall.remembered import Remembered
from riik.portal.citizen.lately.component import CasesLately
from riik.portal.citizen.lately.store import SqlLatelyStore
from riik.portal.citizen.mine import Mandated, MyCases
from riik.portal.citizen.model import CatalogueEntry, Register
from riik.portal.citizen.notices import Notices
from riik.portal.citizen.own import OwnData
from riik.portal.citizen.shelf import Shelf
from riik.portal.citizen.store import SqlPortalStore, SqlShelfStore
from riik.portal.citizen.words import RegisterWords
from riik.portal.design.texts import LANGUAGES, read_texts
from riik.portal.session import SignedOut, Visitor
from riik.runtime.vault import SqlVault
from riik.testing.ports import NOON

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
CHILD = person_code("EE61511010002")
PORTAL = ClientId.parse("EE-DEMO/GOV/70001065/portal")
INBOX = ClientId.parse("EE-DEMO/GOV/70001065/inbox")
LOGIN = ClientId.parse("EE-DEMO/GOV/70001012/login")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
SCHOOL = ClientId.parse("EE-DEMO/COM/10001035/services")
POPULATION = ClientId.parse("EE-DEMO/GOV/70001047/population")
RIGHTS = ClientId.parse("EE-DEMO/GOV/70001053/driving-rights")
PATIENCE = 1.5
"""Seconds for who never answers; who does answers at once, however busy the machine is."""
ORGANISATIONS = {
    str(TRANSPORT.member): {"et": "Transpordiamet", "en": "Transport Administration"},
    str(SCHOOL.member): {"et": "Autokool", "en": "Driving School"},
    str(POPULATION.member): {"et": "Siseministeerium", "en": "Interior"},
    str(PORTAL.member): {"et": "Riigiportaal", "en": "State Portal"},
}
HOLDS = {
    TRANSPORT: {"driving-licence": ORGANISATIONS[str(TRANSPORT.member)]},
    SCHOOL: {"driving-course": ORGANISATIONS[str(SCHOOL.member)]},
}
WORDS = {
    "names": {"et": "Rahvastikuregister", "en": "Population register"},
    "fields": {
        "given_names": {"et": "Eesnimed", "en": "Given names"},
        "birth_date": {"et": "Sünniaeg", "en": "Date of birth"},
        "residence": {"et": "Elukoht", "en": "Residence"},
        "sex": {"et": "Sugu", "en": "Sex"},
    },
    "values": {"sex.F": {"et": "naine", "en": "female"}},
    "purposes": {"driving-licence-renewal": {"et": "Juhiloa vahetamine", "en": "Renewal of a licence"}},
    "laws": {"Liiklusseadus": {"et": "Liiklusseadus", "en": "Traffic Act"}},
}  # fmt: skip


def row(case, opened, **others):
    return {
        "case": case,
        "number": "2026-000017",
        "service": "driving-licence",
        "title": "Renew a driving licence",
        "organisation": "Transport Administration",
        "state": "to-sign",
        "opened": opened,
        "next": {"step": "submission"},
        "may": ["sign"],
        **others,
    }


class World:
    """Other members on the exchange: what each service answers, who is silent, what was asked."""

    def __init__(self):
        self.calls, self.silent, self.slow, self.answers = [], set(), set(), {}

    async def call(self, call):
        self.calls.append(call)
        provider = call.service.provider
        if provider in self.slow:
            await asyncio.sleep(min(60, call.timeout))
            raise NetworkFailed("no answer in time", why="timeout")
        if provider in self.silent:
            raise NetworkFailed("nobody listens", why="connect")
        name = (provider, call.service.service, call.path)
        found = self.answers.get(name, self.answers.get(name[:2], (200, {})))
        status, body = found(call) if callable(found) else found
        content = body if isinstance(body, bytes) else msgspec.json.encode(body)
        return Answer(status=status, body=content)

    def asked(self, service):
        return [call for call in self.calls if call.service.service == service]


class States:
    """The national login: Mari acts for her child, Jaan for nobody."""

    def __init__(self):
        self.over, self.asked = False, []

    async def statement(self, visitor, /, *, audience, case, person):
        if self.over:
            raise SignedOut("login ended the session", why="handle")
        if person not in (visitor.person, CHILD) or (visitor.person, person) == (JAAN, CHILD):
            raise PortalRefused("nobody says so", why="unknown")
        self.asked.append((audience, case, person))
        return f"{visitor.person} for {person} to {audience.member} about {case}"


def visitor_of(person):
    return Visitor(
        person=person, handle=f"handle-{person}", given_names="MARI", surname="MAASIKAS",
        birth_date="1990-01-01", level=Level.HIGH, method="idcard", sid="s", began_at=NOON,
    )  # fmt: skip


class Verbs:
    """Everything of the counter that these tests ask."""

    def __init__(self, database, keys, clock, entropy, in_thread, world, states):
        self.texts = {code: read_texts("riik.portal.citizen", language=code) for code in LANGUAGES}
        self.registers = [
            Register(
                client=POPULATION,
                organisation=ORGANISATIONS[str(POPULATION.member)],
                own_offer="person",
                own_basis="RRS",
            ),
            Register(
                client=RIGHTS,
                organisation=ORGANISATIONS[str(RIGHTS.member)],
                own_offer="right",
                own_basis="GDPR",
            ),
        ]
        providers = [
            Provider(client=one, names=ORGANISATIONS[str(one.member)], services=HOLDS[one])
            for one in (TRANSPORT, SCHOOL)
        ]
        self.portal = Portal(
            store=SqlPortalStore(),
            database=database,
            vault=SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy),
            outbox=None,
            clock=clock,
            entropy=entropy,
            in_thread=in_thread,
            exchange=world,
            sign_in=states,
            client=PORTAL,
            inbox=INBOX,
            access_law="GDPR",
            catalogue=[
                CatalogueEntry(id="driving-licence", provider=TRANSPORT, names={}, organisation={})
            ],
            registers=self.registers,
        )
        self.errands = Errands(
            exchange=world,
            sign_in=states,
            entropy=entropy,
            client=PORTAL,
            access_law="GDPR",
            seconds=PATIENCE,
        )
        shelf = Shelf(
            store=SqlShelfStore(),
            database=database,
            clock=clock,
            in_thread=in_thread,
            exchange=world,
            client=PORTAL,
            patience=PATIENCE,
        )
        self.words = RegisterWords(shelf=shelf, registers=[POPULATION, RIGHTS])
        self.notices = Notices(errands=self.errands, inbox=INBOX, organisations=ORGANISATIONS)
        self.cases = MyCases(
            errands=self.errands,
            portal=self.portal,
            catalogue=Catalogue(shelf=shelf, providers=providers, texts=self.texts, worded=Memo(8)),
            providers=providers,
            texts=self.texts,
            notices=self.notices,
            kept=CasesLately(
                store=SqlLatelyStore(),
                database=database,
                vault=self.portal.vault,
                clock=clock,
                in_thread=in_thread,
                texts=self.texts,
            ),
        )
        self.acting = Mandated(
            remembered=Remembered(clock=clock),
            errands=self.errands,
            login=LOGIN,
            names=self.registers[0],
            full_name=lambda parts: f"{parts['given_names']} {parts['family_name']}",
            organisations=ORGANISATIONS,
        )
        self.held = OwnData(
            errands=self.errands, registers=self.registers, words=self.words, texts=self.texts
        )
