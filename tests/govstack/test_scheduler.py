"""GovStack's Scheduler over HTTP: every path and code of its definition, and what it refuses."""

import json
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from tests.corpora import corpora

import riik.govstack
from riik.core import ClientId
from riik.govstack import Client, Errand, Scheduler
from riik.govstack.http import scheduler_routes
from riik.govstack.store import SqlSchedulerStore
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

pytestmark = pytest.mark.anyio

WHO = {"requestor_id": "clinic", "request_token": "a-token"}
CLINIC = ClientId.parse("EE-DEMO/COM/10001012/booking")
ERRAND = Errand(purpose="appointments", legal_basis="Health Act §4")
VENUE = {"building": "xyz", "city": "Tartu"}
DETAILS = {
    "entity": {"category": "hospital", "name": "abc", "phone": "+3725550000"},
    "resource": {"name": "psrk", "category": "doctor", "alert_preference": "phone"},
    "subscriber": {"name": "Mari Maasikas", "category": "patient", "email": "mari@example.com"},
}
CREATED = {"entity": "details", "event": "details"}


class Looks(list):
    """The looks that were recorded, in the unit of work that was given."""

    def __call__(self, subject, *, work, **look):
        assert work is not None
        self.append((subject, look))


@pytest.fixture
def looked():
    return Looks()


@pytest.fixture
async def call(database, tmp_path, clock, entropy, in_thread, looked):
    """Ask the door as a client does: an answer, or its code."""
    migrate(database, {"govstack": Path(riik.govstack.__file__).parent / "migrations"})
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    migrate(keys, {"vault": Path(vault_file).parent / "migrations"})
    scheduler = Scheduler(
        store=SqlSchedulerStore(),
        vault=SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy),
        clock=clock,
        entropy=entropy,
        clients=[
            Client(name="clinic", token="a-token", member=CLINIC, scheduler=ERRAND),
            Client(name="idle", token="a-token", member=CLINIC),
        ],
        record_access=looked,
        provider=ClientId.parse("EE-DEMO/GOV/70001047/scheduler"),
    )
    routes = scheduler_routes(scheduler, at="/s", database=database, in_thread=in_thread)
    transport = httpx.ASGITransport(app=Starlette(routes=routes))

    async with httpx.AsyncClient(transport=transport, base_url="http://node.example") as client:

        async def act(method, path, query=None, /, **named):
            exploded = {name: json.dumps(value) for name, value in (query or {}).items()}
            answer = await client.request(method, f"/s/{path}", params={**WHO, **exploded, **named})
            return answer.json() if answer.status_code == 200 else answer.status_code

        yield act
    keys.close()


@pytest.fixture
def new(call):
    async def act(kind, details=None):
        name = CREATED.get(kind, f"{kind}_details")
        return await call("POST", f"{kind}/new", {name: details or DETAILS[kind]})

    return act


@pytest.fixture
async def event(new):
    """An event of an hour for one subscriber."""
    return await new("event", await _event(new))


async def _event(new, **named):
    return {
        "name": "camp",
        "host_entity_id": await new("entity"),
        "from": "2026-12-15T11:00:00",
        "to": "2026-12-15T12:00:00",
        "subscriber_limit": "1",
        "venue": VENUE,
    } | named


@pytest.mark.parametrize("kind", sorted(DETAILS))
async def test_a_thing_is_made_listed_changed_and_deleted(call, new, kind):
    made = await new(kind)
    assert made.startswith(f"{kind}_id:")
    bare = made.partition(":")[2]
    listed = await call("GET", f"{kind}/list_details", {f"{kind}_filter": {f"{kind}_id": [bare]}})
    assert listed == [[{f"{kind}_id": bare, "details": DETAILS[kind]}]]
    changed = await call(
        "PUT", f"{kind}/modifications", {"details": {"name": "new"}}, **{f"{kind}_id": bare}
    )
    assert changed == "success"
    flags = {f"{kind}_filter": {"name": "new"}, f"{kind}_details_required": {"name": True}}
    listed = await call("GET", f"{kind}/list_details", flags)
    assert listed == [[{f"{kind}_id": bare, "details": {"name": "new"}}]]
    assert await call("DELETE", kind, **{f"{kind}_id": made}) == "success"
    assert await call("DELETE", kind, **{f"{kind}_id": made}) == 404
    assert await call("GET", f"{kind}/list_details") == [[]]


async def test_things_that_hang_on_others_are_kept_too(call, new, event):
    entity, doctor = await new("entity"), await new("resource")
    hours = [{"day_of_week": "tuesday", "start_time": "09:00:00", "end_time": "12:00:00"}]
    message = await new("message", {"entity_id": entity, "message_body": "come"})
    made = [
        await new(
            "affiliation",
            {
                "resource_id": doctor.partition(":")[2],
                "entity_id": entity,
                "work_days_hours": hours,
            },
        ),
        await new(
            "alert_schedule",
            {"event_id": event, "message_id": message, "alert_datetime": "2026-12-14T09:00:00"},
        ),
        await new("log", {"entity_id": entity, "log_category": "attendance", "log_data": "x"}),
    ]
    for one in made:
        kind = one.partition("_id:")[0]
        [[found]] = await call("GET", f"{kind}/list_details")
        assert found[f"{kind}_id"] == one.partition(":")[2]


async def test_an_event_takes_as_many_as_it_says_and_a_slot_is_an_event(call, new):
    slots = [
        {"from": "2026-12-15T11:00:00", "to": "2026-12-15T11:30:00"},
        {"from": "2026-12-15T11:30:00", "to": "2026-12-15T12:00:00"},
    ]
    details = await _event(new, slots=slots)
    del details["from"], details["to"]
    first, second = (await new("event", details)).split(",")
    one, two = await new("subscriber"), await new("subscriber")
    book = {"event_ids": [first], "participant_type": "subscriber"}
    assert isinstance(
        await new("appointment", {**book, "participant_id": one.partition(":")[2]}), str
    )
    assert await new("appointment", {**book, "participant_id": two}) == 400
    assert isinstance(
        await new("appointment", {**book, "event_ids": [second], "participant_id": two}), str
    )
    flags = {"appointment_details_required": {"status": True, "event_details": True}}
    [told] = await call("GET", "appointment/list_details", flags)
    assert {one["details"]["status_id"] for one in told} == {"confirmed"}
    assert all(one["details"]["event_details"]["venue"] == VENUE for one in told)


async def test_exclusive_means_nowhere_else_at_that_time(new):
    who = await new("subscriber")
    events = [await new("event", await _event(new)) for _ in range(2)]
    book = {"participant_type": "subscriber", "participant_id": who, "exclusive": "true"}
    assert isinstance(await new("appointment", {**book, "event_ids": [events[0]]}), str)
    assert await new("appointment", {**book, "event_ids": [events[1]]}) == 400


async def test_availability_is_working_hours_less_what_is_taken(call, new, event):
    doctor, entity = await new("resource"), await new("entity")
    hours = [{"day_of_week": "tuesday", "start_time": "09:00:00", "end_time": "13:00:00"}]
    bare = doctor.partition(":")[2]
    await new("affiliation", {"resource_id": bare, "entity_id": entity, "work_days_hours": hours})
    await new(
        "appointment",
        {"event_ids": [event], "participant_type": "resource", "participant_id": bare},
    )
    span = {"from": "2026-12-14T00:00:00", "to": "2026-12-18T00:00:00", "Entity_id": entity}
    [[found]] = await call("GET", "resource/availability", {"free_resource_filter": span})
    assert found["free_slots"] == [
        "2026-12-15T09:00:00to2026-12-15T11:00:00",
        "2026-12-15T12:00:00to2026-12-15T13:00:00",
    ]
    assert await call("GET", "resource/availability", {"free_resource_filter": {}}) == 400


async def test_an_event_that_is_deleted_takes_its_appointments_along(call, new, event):
    who = await new("subscriber")
    await new("appointment", {"event_ids": [event], "participant_id": who})
    assert await call("DELETE", "event", event_id=event) == "success"
    assert await call("GET", "appointment/list_details") == [[]]


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({}, 400),
        ({"mood": "good"}, 400),
        ({"name": 5}, 400),
        ({"from": "soon"}, 400),
        ({"from": "2026-12-15T12:00:00", "to": "2026-12-15T11:00:00"}, 400),
        ({"slots": []}, 400),
        ({"slots": ["noon"]}, 400),
        ({"venue": "here"}, 400),
        ({"host_entity_id": "67890"}, 404),
    ],
)
async def test_an_event_that_does_not_fit_is_refused(new, call, details, code):
    assert await call("POST", "event/new", {"details": details}) == code


@pytest.mark.parametrize(
    ("path", "changes", "code"),
    [
        ("POST entity/new", {"request_token": "another"}, 403),
        ("POST entity/new", {"requestor_id": "another"}, 403),
        ("POST entity/new", {"requestor_id": "idle"}, 403),
        ("GET entity/list_details", {"requestor_id": ""}, 400),
        ("GET entity/list_details", {"qry": "{"}, 400),
        ("PUT entity/modifications", {"qry": "{}"}, 400),
        ("DELETE entity", {}, 400),
        ("DELETE entity", {"entity_id": "nobody"}, 404),
        ("PATCH entity", {}, 405),
    ],
)
async def test_who_is_not_known_or_asks_wrongly_is_refused(call, path, changes, code):
    method, _, where = path.partition(" ")
    assert await call(method, where, **changes) == code


async def test_a_deadline_ends_the_booking(new):
    who = await new("subscriber")
    late = await new("event", await _event(new, deadline="2026-11-01T00:00:00"))
    assert await new("appointment", {"event_ids": [late], "participant_id": who}) == 400


async def test_a_query_may_come_whole_as_json(call):
    whole = json.dumps({"details": DETAILS["entity"]})
    assert (await call("POST", "entity/new", qry_=whole)) == 400
    assert isinstance(await call("POST", "entity/new", {"qry": json.loads(whole)}), str)


async def test_nothing_that_a_client_tells_is_readable_in_the_database(new, database, tmp_path):
    await new("subscriber")
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert b"Maasikas" not in stored


@pytest.fixture(scope="module")
def definition():
    """The building block's own OpenAPI definition."""
    file = corpora() / "govstack" / "bb-scheduler" / "Govstack_scheduler_BB_APIs.json"
    if not file.is_file():
        pytest.skip("the corpora are not on this machine")
    return json.loads(file.read_text())


async def test_the_door_has_every_path_of_the_definition(call, definition):
    for path, methods in definition["paths"].items():
        for method in methods:
            assert await call(method.upper(), path.strip("/"), request_token="x") == 403


def _example(schema, schemas):
    """A value of a schema, of its own examples."""
    schema = schemas[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    if schema["type"] == "object":
        return {name: _example(one, schemas) for name, one in schema["properties"].items()}
    if schema["type"] == "array":
        return [_example(schema["items"], schemas)]
    return schema.get("example", "x")


def _known(kind, details, made):
    """What an example names, as it is called here; and a deadline that is ahead."""
    called = {"host_entity_id": "entity", "participant_entity_id": "entity"}
    ids = {name: made.get(called.get(name, name.removesuffix("_id"))) for name in details}
    told = {name: one for name, one in ids.items() if one and name.endswith("_id")}
    if kind == "appointment":
        told |= {"event_ids": [made["event"]], "participant_id": made["subscriber"]}
    return told | ({"deadline": "2027-01-01T00:00:00"} if kind == "event" else {})


async def test_what_the_definition_shows_as_an_example_is_taken(call, definition):
    schemas = definition["components"]["schemas"]
    made = {}
    order = ["entity", "event", "resource", "subscriber", "message"]
    for kind in [*order, "affiliation", "alert_schedule", "log", "appointment"]:
        query = _example(schemas[f"{kind}_new_qry"], schemas)
        for details in query.values():
            details.update(_known(kind, details, made))
        made[kind] = await call("POST", f"{kind}/new", query)
        assert isinstance(made[kind], str), (kind, made[kind], query)
        listed = await call("GET", f"{kind}/list_details")
        assert len(listed[0]) == 1
    for kind, made_id in reversed(made.items()):
        done = await call("DELETE", kind, **{f"{kind}_id": made_id})
        assert done in ("success", 404), kind


async def test_who_is_listed_was_looked_at_for_the_clients_errand(call, new, looked):
    await new("subscriber")
    assert looked == []
    await call("GET", "subscriber/list_details", {"subscriber_filter": {}})
    [(_, look)] = looked
    assert (look["reader"], look["purpose"], look["legal_basis"]) == (
        CLINIC, "appointments", "Health Act §4",
    )  # fmt: skip
    assert look["service"] == "EE-DEMO/GOV/70001047/scheduler/subscriber"


async def test_an_appointment_is_a_look_at_who_comes_and_a_venue_is_none(call, new, event, looked):
    who = await new("subscriber")
    booked = {"event_id": event, "participant_id": who, "participant_type": "subscriber"}
    await new("appointment", booked)
    await call("GET", "event/list_details", {"event_filter": {}})
    assert looked == []
    await call("GET", "appointment/list_details", {"appointment_filter": {}})
    assert len({subject for subject, _ in looked}) == 2
