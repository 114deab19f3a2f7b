"""Digital Registries' door: what it answers, what it writes down, and above all what it refuses."""

import pytest
from tests.govstack.registries.conftest import MARI, OTHER, SUITE

pytestmark = pytest.mark.anyio

UUID = MARI["uuid"]
OTHERS = {**MARI, "uuid": "80bcb084-fa17-11ed-be56-0242ac120003", "FirstName": "Jaan"}


def looks(door, key=UUID):
    return door.house.looks(key)


async def test_a_record_is_made_read_changed_and_struck_with_its_history(mari):
    changed = await mari.ask("update", {"ID": MARI["ID"]}, method="PUT", write={"LastName": "Tamm"})
    assert changed.status_code == 200
    read = await mari.ask("read", {"ID": MARI["ID"]})
    assert read.json() == {"content": MARI | {"LastName": "Tamm"}}
    struck = await mari("DELETE", f"/data/registryname/111/{UUID}/delete")
    assert (struck.status_code, struck.headers["riik-struck"]) == (204, "1")
    assert (await mari.ask("read", {"ID": MARI["ID"]})).status_code == 404
    [chain] = mari.house.registers.history("registryname", UUID)
    assert [one.change.kind.value for one in chain] == ["open", "change", "close"]


async def test_each_read_is_a_look_with_the_clients_subsystem_and_errand(mari):
    before = len(looks(mari))
    for act in ("read", "exists"):
        await mari.ask(act, {"ID": MARI["ID"]})
    newest = looks(mari)[0].access
    assert len(looks(mari)) == before + 2
    assert (str(newest.reader), newest.purpose) == (str(SUITE), "suite")
    assert newest.service.endswith("/registryname/certificate")


async def test_who_finds_nothing_of_a_record_in_question_has_looked_at_it(mari):
    before = len(looks(mari))
    found = await mari.ask("exists", {"ID": MARI["ID"], "FirstName": "Jaan"})
    assert found.json()["answer"]["status"] is False
    assert len(looks(mari)) == before + 1


@pytest.mark.parametrize("page", ["1", "2", "900000"])
async def test_who_is_counted_was_looked_at_on_whatever_page_they_stand(mari, page):
    await mari.ask("create", write=OTHERS)
    before = [len(looks(mari, one["uuid"])) for one in (MARI, OTHERS)]
    query = {"query.LastName": "Maasikas", "page": page, "pageSize": "1"}
    assert (await mari("GET", "/data/registryname/111", **query)).json()["count"] == 2
    after = [len(looks(mari, one["uuid"])) for one in (MARI, OTHERS)]
    assert after == [count + 1 for count in before]


async def test_who_does_not_fit_is_not_counted_and_not_looked_at(mari):
    await mari.ask("create", write=OTHERS)
    before = len(looks(mari))
    query = {"query.LastName": "Maasikas", "query.FirstName": "Jaan"}
    assert (await mari("GET", "/data/registryname/111", **query)).json()["count"] == 1
    assert len(looks(mari)) == before


async def test_said_twice_is_done_once(mari):
    for _ in range(2):
        made = await mari.ask(
            "update", {"FirstName": "Mari"}, method="PUT", write={"FirstName": "Mai"}
        )
        assert made.status_code == 200
    [chain] = mari.house.registers.history("registryname", UUID)
    assert len(chain) == 2
    told = [await mari("DELETE", f"/data/registryname/111/{UUID}/delete") for _ in range(2)]
    assert [one.headers["riik-struck"] for one in told] == ["1", "0"]


async def test_all_that_fit_are_changed_and_a_page_says_how_many(mari):
    await mari.ask("create", write=OTHERS)
    await mari.ask(
        "updateEntries", {"LastName": "Maasikas"}, method="PUT", write={"LastName": "Tamm"}
    )
    page = (await mari("GET", "/data/registryname/111", pageSize="1")).json()
    assert (page["count"], len(page["results"]), "page=2" in page["next"]) == (2, 1, True)
    assert page["results"][0]["LastName"] == "Tamm"


async def test_one_value_is_answered_as_it_is(mari):
    told = await mari("GET", f"/data/registryname/111/{UUID}/readValue/LastName.json")
    assert told.json() == "Maasikas"


async def test_a_person_is_told_who_looked_and_that_is_a_look(mari):
    await mari.ask("read", {"ID": MARI["ID"]})
    asked = {"userId": MARI["ID"], "databaseId": "registryname"}
    told = (await mari("GET", "/data/mypersonalDataUsage", **asked)).json()
    assert {one["readerApplicationName"] for one in told} == {str(SUITE)}
    assert looks(mari)[0].access.service.endswith("findUsage")


CLOSED = [
    ("no header", {"member": ""}, 400),
    ("no identifier", {"member": "clinic"}, 400),
    ("no token", {"token": ""}, 401),
    ("another token", {"token": "d-token"}, 401),
    ("another's token", {"token": "b-token"}, 401),
    ("the register's own rights", {"member": OTHER, "token": "b-token"}, 403),
]


@pytest.mark.parametrize(
    ("how", "expected"), [one[1:] for one in CLOSED], ids=[c[0] for c in CLOSED]
)
async def test_who_may_not_learns_nothing(mari, how, expected):
    before = len(looks(mari))
    told = await mari.ask("read", {"ID": MARI["ID"]}, **how)
    assert told.status_code == expected
    assert "Maasikas" not in told.text
    assert len(looks(mari)) == before


SHUT = [
    ("create", "POST", "create", {"write": {"content": OTHERS}}),
    ("update", "PUT", "update", {"query": {"content": MARI}, "write": {"content": {"ID": "1"}}}),
    ("strike", "DELETE", f"{UUID}/delete", None),
]


@pytest.mark.parametrize(
    ("method", "path", "body"), [o[1:] for o in SHUT], ids=[o[0] for o in SHUT]
)
async def test_who_may_only_read_changes_nothing(mari, method, path, body):
    told = await mari(method, f"/data/registryname/111/{path}", body, token="c-token")
    assert told.status_code == 403
    [chain] = mari.house.registers.history("registryname", UUID)
    assert len(chain) == 1


REFUSED = [
    ("another version", "POST", "/data/registryname/112/read", {"query": {"content": MARI}}, 404),
    ("no such register", "POST", "/data/population/1/read", {"query": {"content": MARI}}, 403),
    ("an empty query", "POST", "/data/registryname/111/read", {"query": {"content": {}}}, 400),
    ("no query", "POST", "/data/registryname/111/read", {"ID": "1"}, 400),
    ("an unknown field", "POST", "/data/registryname/111/read", {"query": {"content": {"Sex": "F"}}}, 403),
    ("a number for a text", "POST", "/data/registryname/111/read", {"query": {"content": {"ID": 1}}}, 404),
    ("a key that is taken", "POST", "/data/registryname/111/create", {"write": {"content": MARI}}, 400),
    ("an empty record", "POST", "/data/registryname/111/create", {"write": {"content": {}}}, 400),
    ("half a record", "POST", "/data/registryname/111/create", {"write": {"content": {"ID": "1"}}}, 400),
    ("a field too many", "POST", "/data/registryname/111/create", {"write": {"content": OTHERS | {"Sex": "F"}}}, 403),
    ("another key", "PUT", "/data/registryname/111/update", {"query": {"content": MARI}, "write": {"content": {"uuid": OTHERS["uuid"]}}}, 400),
    ("nothing to change", "PUT", "/data/registryname/111/update", {"query": {"content": {"ID": "0"}}, "write": {"content": {"ID": "2"}}}, 404),
    ("a value as xml", "GET", f"/data/registryname/111/{UUID}/readValue/ID.xml", None, 400),
    ("a value that isn't", "GET", f"/data/registryname/111/{UUID}/readValue/Sex.json", None, 404),
    ("page zero", "GET", "/data/registryname/111?page=0", None, 400),
    ("a page too long", "GET", "/data/registryname/111?pageSize=101", None, 400),
    ("a parameter too many", "GET", "/data/registryname/111?sort=up", None, 400),
    ("a search of no field", "GET", "/data/registryname/111?search=Mari", None, 400),
    ("a schema of no code", "POST", "/database/modify", {"schema": {}}, 400),
    ("a register's end", "DELETE", "/database/1", None, 403),
    ("no such database", "GET", "/database/77", None, 404),
]  # fmt: skip


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"), [o[1:] for o in REFUSED], ids=[o[0] for o in REFUSED]
)
async def test_what_is_wrong_is_refused(mari, method, path, body, expected):
    assert (await mari(method, path, body)).status_code == expected


async def test_looks_are_told_only_where_the_right_says_so(mari):
    asked = {"userId": MARI["ID"], "databaseId": "registryname"}
    told = await mari("GET", "/data/mypersonalDataUsage", token="c-token", **asked)
    assert told.status_code == 403


async def test_a_proposed_schema_is_kept_and_is_no_register(mari):
    proposed = {"code": "MCR", "catalogName": "Mother and Child", "schema": {"type": "object"}}
    assert (await mari("POST", "/database/modify", proposed)).status_code == 200
    listed = (await mari("GET", "/databases")).json()["databases"]
    [draft] = [one for one in listed if one["isDraft"]]
    assert (
        await mari("POST", "/data/MCR/1/create", {"write": {"content": MARI}})
    ).status_code == 403
    assert (await mari("GET", f"/database/{draft['id']}")).json()["name"] == "Mother and Child"
    assert (await mari("DELETE", f"/database/{draft['id']}")).json() == "Success"
    assert (await mari("GET", f"/database/{draft['id']}")).status_code == 404
    assert (await mari("POST", "/database/modify", proposed, token="c-token")).status_code == 403
