"""A ministry that offers and a clinic that asks; what each test changes, it changes back."""

import pytest

from riik.core import ServiceId
from riik.exchange import Answer
from riik.testing.federation import Federation, FederationNode, simulated_federation


@pytest.fixture
def federation(tmp_path):
    """A ministry and a clinic, each with its own keys and database; a standing clock."""
    with simulated_federation(tmp_path, members=["ministry", "clinic"]) as nodes:
        yield nodes


@pytest.fixture
def ministry(federation: Federation) -> FederationNode:
    """The node that offers."""
    return federation.ministry


@pytest.fixture
def clinic(federation: Federation) -> FederationNode:
    """The node that asks."""
    return federation.clinic


@pytest.fixture
def asked() -> list:
    """What the ministry's service was asked, in order."""
    return []


@pytest.fixture
def person(ministry: FederationNode, clinic: FederationNode, asked: list) -> ServiceId:
    """A service that counts its calls; the clinic may ask it."""

    async def handler(incoming):
        asked.append(incoming)
        return Answer(
            headers=(("Content-Type", "application/json"), ("X-Call", str(len(asked)))),
            body=b'{"name":"Mari"}',
        )

    service = ministry.offer("person", handler)
    ministry.allow(clinic, service)
    return service
