"""Registration's catalogue: each answer is what the definition says; applications aren't begun."""

import json

import httpx
import pytest
from jsonschema_rs import validator_for
from starlette.applications import Starlette
from tests.corpora import corpora

from riik.govstack.registration import Catalogue, Offered
from riik.govstack.registration.http import registration_routes

pytestmark = pytest.mark.anyio

FORM = {"type": "object", "properties": {"plate": {"type": "string"}}}
GARDEN, BOATS = (
    Offered(id=name, version="1", name=title, form=FORM)
    for name, title in (("garden", "Garden plot"), ("boats", "Boat licence"))
)


@pytest.fixture
async def ask():
    catalogue = Catalogue(member="EE-DEMO/GOV/70001053", offered=lambda: [GARDEN, BOATS])
    transport = httpx.ASGITransport(app=Starlette(routes=registration_routes(catalogue, at="")))
    async with httpx.AsyncClient(transport=transport, base_url="http://node.example") as client:
        yield client.get


@pytest.fixture(scope="module")
def definition():
    file = corpora() / "govstack" / "bb-registration" / "GovStack_Registration_BB_API.json"
    if not file.exists():
        pytest.skip("the corpora are not on this machine")
    return json.loads(file.read_text(encoding="utf-8"))


async def places(ask):
    """Each path of the definition with one of ours in it."""
    service = (await ask("/services")).json()[0]["id"]
    form = (await ask(f"/services/{service}/eForms")).json()[0]["eFormId"]
    return {
        "/services": "/services",
        "/services/{serviceId}": f"/services/{service}",
        "/services/{serviceId}/eForms": f"/services/{service}/eForms",
        "/eForms/{eFormId}": f"/eForms/{form}",
    }


async def test_each_answer_is_as_it_is_defined(ask, definition):
    for path, place in (await places(ask)).items():
        told = await ask(place)
        content = definition["paths"][path]["get"]["responses"]["200"]["content"]
        schema = content["application/json"]["schema"] | {"components": definition["components"]}
        validator_for(schema).validate(told.json())
        assert told.status_code == 200


async def test_a_form_has_its_schema_and_a_name_finds_its_service(ask):
    form = (await places(ask))["/eForms/{eFormId}"]
    assert (await ask(form)).json()["schema"] == FORM
    found = (await ask("/services", params={"name": "Boat licence"})).json()
    assert [one["description"] for one in found] == ["boats"]
    assert (await ask("/services", params={"name": "Boat"})).json() == []


@pytest.mark.parametrize(
    "path",
    ["/services/1", "/services/1/eForms", "/eForms/1", "/applications", "/tasks", "/documents"],
)
async def test_what_is_not_there_is_said(ask, path):
    assert (await ask(path)).status_code == 404
