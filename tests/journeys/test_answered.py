"""A person says that a record is wrong; its owner's official answers; the person reads it."""

import re

import pytest
from tests.journeys.house import running, until, visit

from riik.demo.browser import Browser, PageRefused

pytestmark = pytest.mark.anyio
RIGHT = {
    "value-system": "ADS",
    "value-code": "1",
    "value-text": "Lai 2, Tartu",
    "from": "always",
}


@pytest.fixture(scope="module")
def anyio_backend():
    """One loop for the module: the country lives in it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def country(anyio_backend, tmp_path_factory):
    """The demonstration country, small."""
    async with running(tmp_path_factory.mktemp("answered")) as country:
        yield country


def value_of(page, name):
    """A hidden field of a page."""
    return re.search(rf'name="{name}" value="([^"]*)"', page.content.decode())[1]


async def test_what_is_wrong_is_set_right_and_everybody_sees_by_whom(country):
    interior = country.places["interior"].origin
    population = str(country.country.client("interior", "population"))
    async with (
        visit(country, "mari") as mari,
        Browser(country.holder("eha"), country.folder / "cards") as eha,
    ):
        await mari.sign_in()
        wrong = {"register": population, "field": "residence", "says": "x", "should_be": "Tartu"}
        said = await mari.browser.post(f"{mari.portal}/v1/mine/corrections", wrong)
        path = f"{interior}/desk/corrections/population/{said['number']}"
        page = await eha.visit(path)
        form = {name: value_of(page, name) for name in ("csrf", "once", "record")}
        await eha._walk("POST", path, {**form, **RIGHT, "act": "correct"})

        async def told():
            notices = (await mari.browser.get(f"{mari.portal}/v1/mine/notices?language=en"))[
                "notices"
            ]
            return next((one for one in notices if one["id"].endswith("-answer")), None)

        assert (await until(told))["title"] == "The data are corrected"
        answers = (await mari.browser.visit(f"{mari.portal}/me/wrong/answers?lang=en")).content
        assert b"Corrected" in answers
        assert "Eha Lill" in answers.decode()

        async def right():
            # A register that is slow to answer is named on the page as silent: then once more.
            own = (await mari.browser.visit(f"{mari.portal}/me?lang=en")).content.decode()
            return own if "Lai 2, Tartu" in own else None

        assert "Population" in await until(right)
        looks = await mari.browser.get(f"{mari.portal}/v1/mine/looks?language=en&days=1")
        assert "Eha Lill" in str(looks)


async def test_an_official_of_another_organisation_is_nobody_here(country):
    interior = country.places["interior"].origin
    async with Browser(country.holder("anneli"), country.folder / "cards") as anneli:
        with pytest.raises(PageRefused):
            await anneli.visit(f"{interior}/desk/corrections")
