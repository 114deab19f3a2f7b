"""The same journey in the other country: its names, numbers, money and rules."""

from importlib.resources import files

import pytest
from tests.journeys.house import LICENCE, balance, live, running

FOLDER = files("riik") / "catalogue" / "services" / "driving-licence-vn"

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not (FOLDER / "service.toml").is_file(), reason="no Vietnamese service yet"),
]


@pytest.fixture(scope="module")
async def vietnam(tmp_path_factory):
    """The demonstration country by the Vietnamese profile."""
    async with running(tmp_path_factory.mktemp("vietnam"), "vn") as country:
        yield country


@pytest.fixture(scope="module")
async def renewed(vietnam):
    """Somebody's licence was renewed there."""
    holder = vietnam.holders[0]
    before = balance(vietnam, holder.code)
    lived = await live(vietnam, holder.id, answers=LICENCE)
    return lived, before - balance(vietnam, holder.code)


async def test_a_licence_is_renewed_for_its_fee_in_dong(renewed):
    lived, paid = renewed
    assert (lived.status["state"], lived.grounds) == ("granted", [])
    assert lived.status["fee"]["currency"] == "VND"
    assert lived.status["fee"]["amount"] == paid > 0


async def test_names_stand_in_the_order_of_the_country(vietnam, renewed):
    lived, _ = renewed
    [name] = [fact["value"] for fact in lived.status["facts"] if "family_name" in fact["fields"]]
    [holder] = [one for one in vietnam.holders if one.code == lived.code]
    assert holder.name == name
    assert len(lived.code) == len("VN") + 12


async def test_each_look_names_a_law_of_the_country(renewed):
    lived, _ = renewed
    bases = {one["access"]["legal_basis"] for looks in lived.looks.values() for one in looks}
    assert bases == {"VN 36/2024"}


async def test_who_has_no_health_certificate_is_refused(vietnam):
    lived = await live(vietnam, "jaan", answers=LICENCE)
    assert (lived.status["state"], lived.grounds) == ("refused", ["no-medical-certificate"])
