"""Rights of registers' folders as the exchange wants them: roles become members."""

import pytest

from riik.core import ClientId, MemberId
from riik.node.base import read_folder
from riik.node.fillers.rights import Roles, register_rights
from riik.node.public import SOURCE
from riik.registers import load_register

TRANSPORT = MemberId.parse("EE-DEMO/GOV/70001053")
SCHOOL = MemberId.parse("EE-DEMO/COM/10001035")
POPULATION = ClientId.parse("EE-DEMO/GOV/70001047/population")
ROLES = Roles({"transport": TRANSPORT, "school": SCHOOL})
CLIENTS = [
    ClientId(TRANSPORT, "services"),
    ClientId(TRANSPORT, "driving-rights"),
    ClientId(SCHOOL, "services"),
    ClientId.parse("EE-DEMO/COM/10009999/services"),
]


@pytest.fixture(scope="module")
def rights():
    """What the population register's folder gives to these clients."""
    folder = SOURCE / "catalogue" / "registers" / "population"
    definition = load_register(read_folder(folder))
    return register_rights(definition, provider=POPULATION, roles=ROLES, clients=CLIENTS)


def test_a_right_names_client_service_purpose_and_law(rights):
    [right] = [
        right
        for right in rights
        if right.client == ClientId(TRANSPORT, "services") and right.service.service == "person"
        and right.legal_bases == {"Liiklusseadus"}
        and "driving-licence-renewal" in right.purposes
    ]  # fmt: skip
    assert right.purposes == {"driving-licence-renewal"}


def test_no_right_is_for_all_purposes(rights):
    assert all(right.purposes and right.legal_bases for right in rights)


@pytest.mark.parametrize("client", [CLIENTS[1], CLIENTS[3]], ids=["subsystem", "member"])
def test_who_plays_no_role_has_no_right(rights, client):
    assert client not in [right.client for right in rights]


def test_a_member_may_play_several_roles():
    both = Roles({"transport": TRANSPORT, "police": TRANSPORT})
    assert both.of(ClientId(TRANSPORT, "services")) == {"transport", "police"}
    assert both.of(ClientId(SCHOOL, "services")) == frozenset()
