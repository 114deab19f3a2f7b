"""Services of private members: what each leaves behind where it belongs, and nowhere else."""

import time

import pytest
from tests.journeys.house import running, told, visit

from riik.core import PersonCode
from riik.demo.storytelling import read_story, stories, tell_story
from riik.payments.errors import OrderRefused

pytestmark = pytest.mark.anyio

PRIVATE = ("medical", "training", "insurance", "account", "employment")


async def lived(country, name, variant=""):
    """A story of the data, told in this country."""
    service, story = read_story(name, variant)
    found = await tell_story(country, service, story, clock=time.monotonic, tell=lambda _step: None)
    assert found.as_expected, found.result.status
    return found


def account_of(country, code):
    """The account in the bank's ledger, or None."""
    node = country.nodes["bank"]
    with node.base.database.work() as work:
        try:
            return node.parts.bank.account_of(PersonCode(code), work=work)
        except OrderRefused:
            return None


async def looks_of_case(country, who, case):
    async with visit(country, who) as journey:
        await journey.sign_in()
        journey.result.status = {"case": case}
        return (await told(journey)).looks


async def test_the_transport_authority_finds_the_clinic_s_certificate(country):
    certified = await lived(country, "medical", "certified")
    looks = await looks_of_case(country, "kaja", certified.result.status["case"])
    [look] = looks["population"]
    assert sorted(look["access"]["fields"]) == ["birth_date", "family_name", "given_names"]
    assert {name for name, several in looks.items() if several} == {
        "population",
        "medical-certificates",
    }
    await lived(country, "medical", "found-by-transport")


async def test_an_account_is_in_the_ledger_once_it_is_granted(country):
    code = country.holder("mart").code
    assert account_of(country, code) is None
    await lived(country, "account", "opened")
    account = account_of(country, code)
    assert account is not None
    await lived(country, "account", "opened")
    assert account_of(country, code) == account


async def test_nobody_on_a_list_of_sanctions_gets_an_account(country):
    await lived(country, "account", "sanctioned")
    assert account_of(country, country.holder("raivo").code) is None


async def test_the_employee_sees_the_entry_and_says_that_it_is_wrong(country):
    await lived(country, "employment", "registered")
    async with visit(country, "mart") as journey:
        await journey.sign_in()
        number = list(country.country.registers).index("employment")
        own = await journey.browser.get(f"{journey.portal}/v1/registers/{number}/own")
        [entry] = own["records"]
        assert (entry["employer"], entry["hours"], entry["status"]) == (
            "10001041",
            40,
            "registered",
        )
        wrong = {
            "register": str(country.country.client("tax", "employment")),
            "field": "hours",
            "says": "40",
            "should_be": "20",
        }
        answered = await journey.browser.post(f"{journey.portal}/v1/mine/corrections", wrong)
        assert answered["organisation"] == "Tax and Customs Board"


@pytest.mark.full
@pytest.mark.parametrize("name", PRIVATE)
async def test_a_private_service_ends_as_its_stories_say(tmp_path, name):
    async with running(tmp_path) as country:
        for variant in stories()[name]:
            await lived(country, name, variant)
