"""The same journey in the other country: its names, numbers, money and rules."""

from importlib.resources import files

import pytest
from tests.journeys.house import LICENCE, balance, live, running, visit

from riik.demo.browser import PageRefused

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


async def test_own_data_are_read_by_the_law_of_the_country(vietnam):
    async with visit(vietnam, "mari") as journey:
        await journey.sign_in()
        mine = f"{journey.portal}/v1/mine"
        held = await journey.browser.get(f"{mine}/data?language=vi")
        seen = await journey.browser.get(f"{mine}/looks?language=vi&days=1")
    assert [one["silent"] for one in held] == [False] * len(vietnam.country.registers)
    laws = {look["law"] for group in seen["groups"] for look in group["looks"]}
    assert "Luật Bảo vệ dữ liệu cá nhân số 91/2025" in laws
    assert [law for law in laws if not law.startswith("Luật ")] == []


async def test_who_is_under_18_begins_no_course(vietnam):
    async with visit(vietnam, "joosep", service="driving-course-vn") as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused) as refused:
            await journey.start()
    assert refused.value.why == "age"


async def test_a_class_that_the_school_does_not_teach_is_refused(vietnam):
    answers = {"category": "C1"}
    async with visit(vietnam, "jaan", service="driving-course-vn", answers=answers) as journey:
        await journey.sign_in()
        await journey.start()
        with pytest.raises(PageRefused):
            await journey.answer()


async def test_the_estonian_course_is_not_to_be_had(vietnam):
    async with visit(vietnam, "jaan", service="driving-course") as journey:
        await journey.sign_in()
        with pytest.raises(PageRefused):
            await journey.start()


async def test_who_has_no_health_certificate_is_refused(vietnam):
    lived = await live(vietnam, "jaan", answers=LICENCE)
    assert (lived.status["state"], lived.grounds) == ("refused", ["no-medical-certificate"])
