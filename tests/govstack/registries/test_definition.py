"""Each path of the definitions 1.3.0 is answered, and each answer is what they say it is."""

import json

import pytest
from jsonschema_rs import validator_for
from tests.corpora import corpora
from tests.govstack.registries.conftest import MARI

pytestmark = pytest.mark.anyio

FILES = ("Data", "Database")
PLACE = {"registryName": "registryname", "versionNumber": "111", "id": "1", "uuid": MARI["uuid"]}
PLACE |= {"field": "FirstName", "ext": "json"}
QUERY = {"query": {"content": {"ID": MARI["ID"]}}, "write": {"content": {"LastName": "Tamm"}}}
BODY = {
    "create": {"write": {"content": MARI | {"uuid": "y" * 36, "ID": "EE1"}}},
    "createEntries": {"write": [{"content": MARI | {"uuid": "x" * 36, "ID": "EE2"}}]},
    "modify": {"code": "MCR", "schema": {"type": "object"}},
}
USAGE = {"userId": MARI["ID"], "databaseId": "registryname"}
NOT_OURS = {("/database/{id}", "delete"): 403}
"""A register that is kept is its owner's: no client of a door ends it."""


def definition(name):
    folder = corpora() / "govstack" / "bb-digital-registries"
    file = folder / f"GovStack_Digital_registries_BB_{name}_API_template-1.3.0.json"
    if not file.exists():
        pytest.skip("the corpora are not on this machine")
    return json.loads(file.read_text(encoding="utf-8"))


def answers(document, told):
    """The schema of an answer, as a JSON Schema of its own."""
    content = told.get("content", {}).get("application/json", {})
    text = json.dumps({**content.get("schema", {}), "components": document.get("components", {})})
    # One of the definition's references is written otherwise than what it names.
    return json.loads(text.replace("schemas/DatabasesSchema", "schemas/databasesSchema"))


@pytest.mark.parametrize("name", FILES)
async def test_every_path_answers_as_it_is_defined(door, name):
    document, asked = definition(name), 0
    await door.ask("create", write=MARI)
    for path, methods in document["paths"].items():
        for method, act in methods.items():
            place = path.replace("/mcts/", "/registryname/").format_map(PLACE)
            last = place.rpartition("/")[2]
            body = BODY.get(last, QUERY) if method in ("post", "put") else None
            params = USAGE if "personal" in path else {}
            told = await door(method.upper(), place, body, **params)
            asked += 1
            if (path, method) in NOT_OURS:
                assert told.status_code == NOT_OURS[path, method]
                continue
            expected = next(iter(act["responses"]))
            assert told.status_code == int(expected), (path, told.text)
            if told.content:
                validator_for(answers(document, act["responses"][expected])).validate(told.json())
    assert asked == sum(map(len, document["paths"].values())) > 3
