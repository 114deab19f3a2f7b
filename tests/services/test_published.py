"""The catalogue as open data: CPSV-AP 3.2 as its text demands it, and as its own shapes check it."""

import json
import os
from datetime import date
from pathlib import Path

import pytest
import rdflib
from pyshacl import validate
from starlette.applications import Starlette
from starlette.testclient import TestClient
from tests.services.test_guide import CATALOGUE, STANDARD, folder

from riik.services import read_service
from riik.services.published.catalogue import Publisher, catalogue_document
from riik.services.published.http import catalogue_routes

OWN = Path(__file__).parents[1] / "vectors" / "services" / "cpsv" / "mandatory.ttl"
OFFICIAL = os.environ.get("RIIK_CPSV_SHAPES", "")
TODAY = date(2026, 11, 23)
BASE = "https://transport.example/catalogue.jsonld"
NAMES = sorted(path.name for path in CATALOGUE.iterdir())
SHACL = "http://www.w3.org/ns/shacl#"
CPSV = rdflib.Namespace("http://purl.org/vocab/cpsv#")
DCT = rdflib.Namespace("http://purl.org/dc/terms/")
LICENCE = rdflib.URIRef(f"{BASE}#driving-licence")


def publisher():
    return Publisher(
        address=BASE,
        identifier="EE-DEMO/GOV/70001490",
        names={"et": "Transpordiamet", "vi": "Cục Giao thông", "en": "Transport Administration"},
        country="EE",
        site="https://transport.example/",
        sources={},
    )


def document(*names):
    definitions = [read_service(folder(name), standard=STANDARD) for name in names]
    return catalogue_document(definitions, publisher=publisher(), today=TODAY)


def graph_of(told):
    return rdflib.Graph().parse(data=json.dumps(told), format="json-ld")


def faults(graph, shapes=OWN):
    """How many results a validation has."""
    shapes = rdflib.Graph().parse(shapes, format="turtle")
    _, report, _ = validate(graph, shacl_graph=shapes, inference="none")
    return len(list(report.subjects(rdflib.RDF.type, rdflib.URIRef(f"{SHACL}ValidationResult"))))


@pytest.fixture(scope="module")
def licence():
    return document("driving-licence")


def node(told, address):
    return next(one for one in told["@graph"] if one["@id"] == address)


def kinds(told, kind):
    return [one for one in told["@graph"] if kind in one["@type"]]


def test_every_service_of_the_catalogue_is_what_the_text_demands():
    graph = graph_of(document(*NAMES))
    services = list(graph.subjects(rdflib.RDF.type, CPSV.PublicService))
    assert (len(services), faults(graph)) == (len(NAMES), 0)


TAKEN = [
    ("cpsv:PublicService", "identifier"),
    ("cpsv:PublicService", "name"),
    ("cpsv:PublicService", "description"),
    ("cpsv:PublicService", "authority"),
    ("cv:PublicOrganisation", "label"),
    ("cv:PublicOrganisation", "spatial"),
    ("cv:PublicOrganisation", "identifier"),
    ("cv:Channel", "identifier"),
    ("cv:Cost", "identifier"),
    ("cv:LifeEvent", "name"),
    ("cv:Evidence", "name"),
    ("cv:EvidenceType", "identifier"),
    ("cv:Output", "name"),
    ("cv:Requirement", "name"),
    ("cpsv:Rule", "description"),
    ("dcat:Dataset", "publisher"),
]


@pytest.mark.parametrize(("kind", "term"), TAKEN)
def test_a_catalogue_without_what_is_mandatory_is_found(kind, term):
    told = document("driving-exam" if kind != "cv:Cost" else "driving-licence")
    del kinds(told, kind)[0][term]
    assert faults(graph_of(told)) == 1


SPOILT = [
    ("a text without language", "cpsv:PublicService", {"name": None, "dct:title": "Exam"}),
    ("an empty name", "cpsv:PublicService", {"name": {"en": ""}}),
    ("a time that is none", "cpsv:PublicService", {"processingTime": "14 days"}),
    ("an authority that is a channel", "cpsv:PublicService", {"authority": "#nobody"}),
    ("two identifiers", "cv:Channel", {"identifier": ["one", "two"]}),
]


@pytest.mark.parametrize(
    ("kind", "change"), [row[1:] for row in SPOILT], ids=[row[0] for row in SPOILT]
)
def test_a_value_of_another_kind_is_found(kind, change):
    told = document("driving-exam")
    kinds(told, kind)[0].update(change)
    assert faults(graph_of(told)) >= 1


def test_fees_are_those_of_the_rules_by_channel_and_no_float_holds_them(licence):
    costs = {one["identifier"]: one for one in kinds(licence, "cv:Cost")}
    values = {name.rpartition("/")[2]: one["value"] for name, one in costs.items()}
    assert values["1-web"] != values["1-desk"]
    assert all(isinstance(one, str) for one in values.values())
    assert all("Riigilõivuseadus" in one["description"]["et"] for one in costs.values())
    through = {one["through"] for one in costs.values()}
    assert through == {f"{BASE}#driving-licence/channel/{one}" for one in ("web", "desk")}


def test_a_service_without_a_fee_has_no_cost():
    assert kinds(document("address"), "cv:Cost") == []


def test_dong_have_no_decimals():
    values = [one["value"] for one in kinds(document("driving-licence-vn"), "cv:Cost")]
    assert values
    assert all(one.isdecimal() for one in values)


def test_what_registers_answer_is_evidence_that_nobody_brings(licence):
    asked = {need.id for need in read_service(folder("driving-licence"), standard=STANDARD).needs}
    given = {one["identifier"].rpartition("/")[2] for one in kinds(licence, "cv:Evidence")}
    assert asked <= given
    types = {one["classification"] for one in kinds(licence, "cv:EvidenceType")}
    assert f"{BASE}#evidence-asked" in types


def test_every_ground_that_refuses_is_a_rule_with_its_law(licence):
    definition = read_service(folder("driving-licence"), standard=STANDARD)
    rules = {one["identifier"].rpartition("/")[2]: one for one in kinds(licence, "cpsv:Rule")}
    assert set(rules) == {one.code for one in definition.grounds if one.refuses}
    for ground in definition.grounds:
        assert not ground.refuses or ground.law in rules[ground.code]["description"]["et"]
    laws = {one["@id"] for one in kinds(licence, "eli:LegalResource")}
    assert {law for one in rules.values() for law in one["implements"]} <= laws


def test_life_events_and_texts_stand_in_every_language(licence):
    event = node(licence, f"{BASE}#event-travel")
    assert event["name"] == {"en": "Getting around", "et": "Liikumine", "vi": "Đi lại"}
    assert event["relatedServices"] == [str(LICENCE)]
    graph = graph_of(licence)
    assert {one.language for one in graph.objects(LICENCE, DCT.title)} == {"et", "vi", "en"}
    assert len(list(graph.objects(LICENCE, DCT.language))) == 3


def test_nothing_points_at_what_is_not_there(licence):
    there = {one["@id"] for one in licence["@graph"]}
    linked = {name for name, told in licence["@context"].items() if isinstance(told, dict)}
    linked = {name for name in linked if licence["@context"][name].get("@type") == "@id"}
    for one in licence["@graph"]:
        for name in linked & set(one):
            values = one[name] if isinstance(one[name], list) else [one[name]]
            assert set(values) <= there, (one["@id"], name)


class Door:
    """The public address, with a day that can be turned."""

    def __init__(self):
        self.today, self.made = TODAY, 0
        routes = catalogue_routes(self.document, today=lambda: self.today, in_thread=self.thread)
        self.client = TestClient(Starlette(routes=list(routes)))

    def document(self, day):
        self.made += 1
        return {"@graph": [], "day": day.isoformat()}

    async def thread(self, work):
        return work()


def test_anybody_and_any_cache_may_have_it():
    answer = Door().client.get("/catalogue.jsonld")
    assert answer.headers["content-type"] == "application/ld+json"
    assert answer.headers["cache-control"] == "public, max-age=3600"
    assert answer.headers["access-control-allow-origin"] == "*"


def test_who_has_it_already_gets_nothing_until_the_day_changes_it():
    door = Door()
    tag = door.client.get("/catalogue.jsonld").headers["etag"]
    again = door.client.get("/catalogue.jsonld", headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content, door.made) == (304, b"", 1)
    door.today = date(2026, 11, 24)
    fresh = door.client.get("/catalogue.jsonld", headers={"if-none-match": tag})
    assert (fresh.status_code, fresh.json()["day"], door.made) == (200, "2026-11-24", 2)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_writes_to_it(method):
    assert Door().client.request(method, "/catalogue.jsonld").status_code == 405


needs_shapes = pytest.mark.skipif(
    not OFFICIAL,
    reason="RIIK_CPSV_SHAPES names no file: the official shapes (SEMICeu/CPSV-AP, 3.2.0) are fetched",
)


@needs_shapes
@pytest.mark.full
def test_the_official_shapes_hold_for_every_service():
    assert faults(graph_of(document(*NAMES)), shapes=OFFICIAL) == 0


@needs_shapes
@pytest.mark.full
@pytest.mark.parametrize(("kind", "term"), TAKEN)
def test_the_official_shapes_miss_what_ours_miss(kind, term):
    told = document("driving-licence")
    del kinds(told, kind)[0][term]
    assert faults(graph_of(told), shapes=OFFICIAL) >= 1
