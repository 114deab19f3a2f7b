"""Registers of the example behind the door, one client with rights and one with none."""

import json
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from tests.registers.house import House, P256Signer
from tests.tables import lay_tables

import riik.govstack
from riik.core import ClientId
from riik.govstack import Client, Errand, RegisterRight
from riik.govstack.registries import Registries
from riik.govstack.registries.http import registries_routes
from riik.govstack.store import SqlSchedulerStore
from riik.node.govstack.book import NodeBook
from riik.registers import Holding, load_register
from riik.registers.store import read_folder

EXAMPLE = Path(__file__).parents[3] / "examples" / "govstack" / "registers"
SUITE, OTHER = (
    ClientId.parse(f"eGovStack/GOV/90000009/{name}") for name in ("digitalregistries", "other")
)
ERRAND = Errand(purpose="suite", legal_basis="GovStack")
OFFERS = ("certificate", "register", "change", "strike")
MARI = {
    "uuid": "80bcb084-fa17-11ed-be56-0242ac120002",
    "ID": "EE123627348834",
    "FirstName": "Mari",
    "LastName": "Maasikas",
    "BirthCertificateID": "RR-1",
}


@dataclass
class Door:
    """The door as its clients see it, and the house behind it."""

    house: House
    client: httpx.AsyncClient
    routes: list

    async def __call__(self, method, path, body=None, *, member=SUITE, token="a-token", **params):
        headers = {"Information-Mediator-Client": str(member), "Authorization": f"Bearer {token}"}
        headers = {name: value for name, value in headers.items() if value not in ("", "Bearer ")}
        content = b"" if body is None else json.dumps(body).encode()
        return await self.client.request(
            method, path, content=content, params=params or None, headers=headers
        )

    async def ask(self, act, content=None, *, method="POST", write=None, **how):
        body = {"query": {"content": content}} if content is not None else {}
        body |= {"write": {"content": write}} if write is not None else {}
        return await self(method, f"/data/registryname/111/{act}", body, **how)


def right(register, **others):
    given = {"offers": OFFERS, "errand": ERRAND, "key": "uuid", "person": "ID"} | others
    return RegisterRight(register=register, **given)


CLIENTS = [
    Client(
        name="suite",
        token="a-token",
        member=SUITE,
        rights=(right("registryname"), right("registryempty")),
        schemas=True,
    ),
    # The door would let it in; the register's own rights don't.
    Client(name="other", token="b-token", member=OTHER, rights=(right("registryname"),)),
    Client(
        name="reader",
        token="c-token",
        member=SUITE,
        rights=(right("registryname", offers=("certificate",), person=""),),
    ),
]


@pytest.fixture
def behind(tmp_path):
    """The house with the example's registers, and the door's routes."""
    house = House(tmp_path, names=())
    lay_tables(house.database, {"govstack": Path(riik.govstack.__file__).parent / "migrations"})
    for folder in sorted(EXAMPLE.iterdir()):
        definition = load_register(read_folder(folder))
        house.registers.holdings[definition.id] = Holding(
            definition=definition,
            provider=ClientId.parse(f"EE-DEMO/GOV/70001047/{definition.id}"),
            signer=P256Signer(),
        )
    registries = Registries(
        book=NodeBook(registers=house.registers, transparency=house.transparency),
        store=SqlSchedulerStore(),
        database=house.database,
        vault=house.vault,
        clock=house.clock,
        entropy=house.entropy,
        clients=CLIENTS,
    )
    yield house, registries
    house.closed()


@pytest.fixture
async def door(behind, in_thread):
    house, registries = behind
    routes = registries_routes(registries, at="", in_thread=in_thread)
    transport = httpx.ASGITransport(app=Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://node.example") as client:
        yield Door(house, client, routes)


@pytest.fixture
async def mari(door):
    """The door, with a record behind it."""
    made = await door.ask("create", write=MARI)
    assert made.status_code == 200, made.text
    return door
