"""Neighbours apply by themselves, and an official has something to decide."""

import pytest
from tests.journeys.house import running

from riik.cases import Lane, Pick
from riik.demo.neighbours import neighbours_apply

pytestmark = pytest.mark.anyio


def waiting(country):
    node = country.nodes["transport"]
    with node.base.database.read() as work:
        return node.parts.services.cases.queue(
            Pick(lane=Lane.WAITING, units=("licences",)), work=work
        )


@pytest.mark.parametrize("profile", ["ee", "vn"])
async def test_neighbours_leave_cases_to_an_official_once(tmp_path, profile):
    async with running(tmp_path / profile, profile) as country:
        said = []
        await neighbours_apply(country, tell=said.append)
        assert len(waiting(country)) == len(country.country.neighbours) == 3
        await neighbours_apply(country, tell=said.append)
        assert len(waiting(country)) == 3
        assert said == []
