"""What the portal tells of services, whoever is silent and whatever a provider says."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.tables import lay_tables

import riik
import riik.portal.citizen
from riik.core import ClientId, Memo, to_text
from riik.exchange import Answer
from riik.exchange.errors import NetworkFailed
from riik.portal.citizen.catalogue import Catalogue, Provider
from riik.portal.citizen.errors import GuidesRefused, PortalRefused
from riik.portal.citizen.events import EVENTS
from riik.portal.citizen.guides import in_words, read_guides
from riik.portal.citizen.shelf import Shelf
from riik.portal.citizen.standing.component import Standings
from riik.portal.citizen.standing.store import SqlStandingStore
from riik.portal.citizen.store import SqlShelfStore
from riik.portal.design.texts import LANGUAGES, read_texts
from riik.services import read_service
from riik.services.folder.catalogue import guide_view
from riik.services.folder.guide import EVENTS as FOLDERS_EVENTS

pytestmark = pytest.mark.anyio

PORTAL = ClientId.parse("EE-DEMO/GOV/70001065/portal")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
SCHOOL = ClientId.parse("EE-DEMO/COM/10001035/services")
SOURCE = Path(riik.__file__).parent
HOLDS = {TRANSPORT: "driving-licence", SCHOOL: "driving-course"}
NAMES = {
    TRANSPORT: {"et": "Transpordiamet", "en": "Transport"},
    SCHOOL: {"et": "Autokool", "en": "School"},
}


def told(service, today):
    root = SOURCE / "catalogue" / "services" / service
    files = {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}
    standard = (SOURCE / "services" / "standard.bpmn").read_bytes()
    definition = read_service(files, standard=standard)
    return guide_view(
        definition, authority={"et": "Amet", "en": "Authority"}, sources={}, today=today
    )


class Providers:
    """The exchange: two providers with their true catalogues."""

    def __init__(self, today):
        self.today, self.silent, self.says, self.calls = today, set(), {}, 0

    async def call(self, call):
        self.calls += 1
        provider = call.service.provider
        if provider in self.silent:
            raise NetworkFailed("nobody listens", why="connect")
        if provider in self.says:
            return Answer(status=200, body=self.says[provider])
        return Answer(status=200, body=msgspec.json.encode({"services": [self.told(provider)]}))

    def told(self, provider):
        return told(HOLDS[provider], self.today)


@pytest.fixture
def providers(clock):
    """Who is asked."""
    return Providers(clock.now().date())


@pytest.fixture
def catalogue(database, clock, in_thread, providers):
    """A portal that knows two providers."""
    folder = Path(riik.portal.citizen.__file__).parent / "migrations"
    lay_tables(database, {"portal": folder})
    return Catalogue(
        shelf=Shelf(
            store=SqlShelfStore(),
            database=database,
            clock=clock,
            in_thread=in_thread,
            exchange=providers,
            client=PORTAL,
        ),
        providers=[
            Provider(client=one, names=NAMES[one], services={HOLDS[one]: NAMES[one]})
            for one in (TRANSPORT, SCHOOL)
        ],
        texts={code: read_texts("riik.portal.citizen", language=code) for code in LANGUAGES},
        worded=Memo(6),
    )


async def test_each_language_has_its_own_words_and_no_other(catalogue):
    names = {code: (await catalogue.guide("driving-licence", code))["name"] for code in LANGUAGES}
    assert names == {
        "et": "Juhiloa vahetamine",
        "vi": "Đổi giấy phép lái xe",
        "en": "Renew a driving licence",
    }


async def test_fees_are_those_of_the_rules_online_and_at_the_desk(catalogue):
    guide = await catalogue.guide("driving-licence", "en")
    fees = [(row["title"], row["online"]["minor"], row["desk"]["minor"]) for row in guide["fees"]]
    assert fees == [
        ("Usual exchange", 2300, 3300),
        ("Fast, for the day after the next working day", 5000, 6300),
        ("Your name has changed", 1200, 1600),
        ("Stolen or burnt, with proof", 700, 700),
    ]
    assert guide["price"] == {"minor": 2300, "currency": "EUR"}


async def test_a_service_without_a_fee_has_no_price(catalogue):
    guide = await catalogue.guide("driving-course", "en")
    assert (guide["price"], guide["fees"]) == (None, [])


async def test_pages_ask_nobody_once_providers_told(catalogue, providers):
    await catalogue.services("et")
    before = providers.calls
    await catalogue.services("vi")
    assert providers.calls == before == 2


def renamed(guides, provider, name):
    """What a provider tells once one of its services is called otherwise."""
    service = guides.told(provider)
    service["names"] = dict.fromkeys(service["names"], name)
    return msgspec.json.encode({"services": [service]})


async def test_a_guide_that_changed_is_told_as_it_is_now(catalogue, providers):
    await catalogue.services("en")
    providers.says = {TRANSPORT: renamed(providers, TRANSPORT, "A new name")}
    await catalogue.refresh()
    names = [(await catalogue.guide("driving-licence", code))["name"] for code in LANGUAGES]
    assert names == ["A new name"] * len(LANGUAGES)


async def test_a_guide_that_changed_back_is_told_as_it_was(catalogue, providers):
    first = await catalogue.guide("driving-licence", "et")
    for says in ({TRANSPORT: renamed(providers, TRANSPORT, "A new name")}, {}):
        providers.says = says
        await catalogue.refresh()
        told = await catalogue.guide("driving-licence", "et")
    assert told["name"] == first["name"]


async def test_an_unchanged_guide_says_when_it_was_heard_last(catalogue, clock):
    await catalogue.refresh()
    clock.advance(hours=1)
    await catalogue.refresh()
    guide = await catalogue.guide("driving-licence", "et")
    assert guide["as_of"] == to_text(clock.now())


async def test_what_a_page_adds_to_a_guide_is_on_no_other_page(catalogue):
    (await catalogue.guide("driving-licence", "et"))["name"] = "Mine"
    assert (await catalogue.guide("driving-licence", "et"))["name"] != "Mine"


async def test_catalogues_that_change_each_minute_do_not_pile_up(catalogue, providers):
    for number in range(20):
        providers.says = {TRANSPORT: renamed(providers, TRANSPORT, f"Name {number}")}
        await catalogue.refresh()
        assert (await catalogue.guide("driving-licence", "en"))["name"] == f"Name {number}"
    assert len(catalogue.worded) == 6


async def test_a_silent_provider_is_named_and_its_services_stay(catalogue, providers, clock):
    await catalogue.refresh()
    heard = (await catalogue.guide("driving-licence", "et"))["as_of"]
    clock.advance(hours=1)
    providers.silent = {TRANSPORT}
    await catalogue.refresh()
    found = await catalogue.services("et")
    assert found["silent"] == ["Transpordiamet"]
    assert {guide["id"]: guide["as_of"] for guide in found["services"]}["driving-licence"] == heard


async def test_a_provider_that_never_answered_has_no_services(catalogue, providers):
    providers.silent = {TRANSPORT, SCHOOL}
    found = await catalogue.services("en")
    assert found == {"services": [], "silent": ["Transport", "School"]}


async def test_a_provider_that_answers_again_is_silent_no_more(catalogue, providers):
    providers.silent = {SCHOOL}
    await catalogue.services("en")
    providers.silent = set()
    await catalogue.refresh()
    found = await catalogue.services("en")
    assert (found["silent"], len(found["services"])) == ([], 2)


@pytest.fixture
def shadowed(providers):
    """The school tells of the licence too, with a contact of its own, in the other's name."""
    false = told("driving-licence", providers.today)
    false["names"] = dict.fromkeys(false["names"], "Cheap licences")
    false["contact"] = {"email": "thief@school.example", "phone": "", "web": ""}
    false["events"], false["words"] = ["birth"], {"en": ["gratis"]}
    providers.says = {SCHOOL: msgspec.json.encode({"services": [false, providers.told(SCHOOL)]})}


@pytest.mark.usefixtures("shadowed")
async def test_a_provider_does_not_stand_in_for_another(catalogue):
    guide = await catalogue.guide("driving-licence", "en")
    assert (guide["name"], guide["provider"]) == ("Renew a driving licence", str(TRANSPORT))
    assert "school" not in guide["contact"]["email"]


@pytest.mark.usefixtures("shadowed")
async def test_what_is_not_a_provider_s_own_is_listed_found_and_offered_nowhere(catalogue):
    listed = [one["id"] for one in (await catalogue.services("en"))["services"]]
    assert sorted(listed) == ["driving-course", "driving-licence"]
    assert await catalogue.search("gratis", "en") == []
    events = {one["id"]: one["here"] for one in await catalogue.events("en")}
    assert not events["birth"]


@pytest.mark.usefixtures("shadowed")
async def test_another_s_service_is_not_taken_from_who_is_there_alone(catalogue, providers):
    providers.silent = {TRANSPORT}
    with pytest.raises(PortalRefused) as refused:
        await catalogue.guide("driving-licence", "en")
    assert refused.value.why == "no-service"


@pytest.mark.usefixtures("shadowed")
async def test_who_tells_of_another_s_service_stands_in_the_log(catalogue, caplog):
    await catalogue.services("en")
    [line] = caplog.messages
    assert str(SCHOOL) in line
    assert "driving-licence" in line


async def test_a_service_told_twice_counts_as_it_was_told_first(catalogue, providers):
    second = providers.told(SCHOOL) | {"contact": {"email": "b@school.example"}}
    providers.says = {
        SCHOOL: msgspec.json.encode({"services": [providers.told(SCHOOL), second]}),
    }
    assert len((await catalogue.services("en"))["services"]) == 2


async def test_an_organisation_is_called_as_the_portal_calls_it(catalogue, providers):
    service = providers.told(SCHOOL) | {"organisation": {"en": "Transport", "et": "Transpordiamet"}}
    providers.says = {SCHOOL: msgspec.json.encode({"services": [service]})}
    assert (await catalogue.guide("driving-course", "et"))["organisation"] == "Autokool"


BAD = [
    ("no JSON", b"<html>"),
    ("another shape", b'{"services": [{"id": "x"}]}'),
    ("a list", b"[]"),
    ("too deep", b"[" * 100_000),
    ("too large", b'{"services": []' + b" " * 2_000_001 + b"}"),
]


@pytest.mark.parametrize("body", [b[1] for b in BAD], ids=[b[0] for b in BAD])
async def test_a_provider_that_talks_nonsense_counts_as_silent(catalogue, providers, body):
    providers.says = {TRANSPORT: body}
    found = await catalogue.services("en")
    assert (found["silent"], [one["id"] for one in found["services"]]) == (
        ["Transport"],
        ["driving-course"],
    )


async def test_a_service_that_nobody_tells_of_is_refused(catalogue):
    with pytest.raises(PortalRefused) as refused:
        await catalogue.guide("space-travel", "et")
    assert refused.value.why == "no-service"


def test_an_address_that_no_page_may_link_is_left_out(clock):
    service = told("driving-licence", clock.now().date())
    service["law"][0]["address"] = "javascript:alert(1)"
    service["contact"] = {"web": "http://example", "email": '"><script>@x', "phone": "1"}
    [read] = read_guides(msgspec.json.encode({"services": [service]}))
    guide = in_words(read, "en")
    assert (guide["law"][0]["address"], guide["contact"]) == (
        "",
        {"web": "", "email": "", "phone": "1"},
    )


def test_more_services_than_anybody_has_are_refused(clock):
    many = [told("driving-course", clock.now().date())] * 201
    with pytest.raises(GuidesRefused) as refused:
        read_guides(msgspec.json.encode({"services": many}))
    assert refused.value.why == "size"


@pytest.mark.parametrize(
    ("words", "language", "first"),
    [
        ("juhiluba", "et", "driving-licence"),
        ("doi bang lai", "vi", "driving-licence"),
        ("bang lai", "vi", "driving-licence"),
        ("bang lai", "en", "driving-licence"),
        ("hoc bang lai", "vi", "driving-course"),
        ("hoc lai xe", "vi", "driving-course"),
        ("autokool", "et", "driving-course"),
        ("lost licence", "en", "driving-licence"),
    ],
)
async def test_people_find_what_they_mean(catalogue, words, language, first):
    assert (await catalogue.search(words, language))[0]["id"] == first


async def test_what_there_is_not_is_not_found(catalogue):
    assert await catalogue.search("khai sinh", "vi") == []


async def test_all_life_events_stand_there_and_say_which_are_not_here_yet(catalogue):
    events = await catalogue.events("et")
    assert [event["id"] for event in events if event["here"]] == ["travel", "education"]
    assert len(events) == len(EVENTS) == 9


def test_folders_and_portal_know_the_same_life_events():
    assert {event.id for event in EVENTS} == FOLDERS_EVENTS


async def test_a_provider_that_tells_nonsense_is_suspended_as_a_silent_one(catalogue, providers):
    shelf = catalogue.shelf
    standings = Standings(
        store=SqlStandingStore(),
        database=shelf.database,
        clock=shelf.clock,
        in_thread=shelf.in_thread,
        seal=lambda content, kind: "sealed",
    )
    watched = replace(catalogue, standings=standings)
    assert (await watched.guide("driving-course", "en"))["suspended"] is None
    providers.says[SCHOOL] = b"{}"
    for _ in range(3):
        await watched.refresh()
    assert (await watched.guide("driving-course", "en"))["suspended"] is not None
    assert (await watched.guide("driving-licence", "en"))["suspended"] is None
