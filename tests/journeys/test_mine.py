"""What the portal can tell of somebody whose licence was renewed: cases, data, looks, people."""

import pytest
from tests.journeys.house import until, visit

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def mari(country):
    """What Mari sees after her licence was renewed, by what she asks."""
    async with visit(country, "mari") as journey:
        await journey.run()

        async def ask(what, **query):
            parameters = "&".join(f"{name}={value}" for name, value in query.items())
            return await journey.browser.get(f"{journey.portal}/v1/{what}?{parameters}")

        async def proved():
            looks = await ask("mine/looks", language="en", days=1)
            return looks if looks["coming"] == 0 else None

        wrong = {
            "register": str(country.country.client("interior", "population")),
            "field": "residence",
            "says": "Tallinn",
            "should_be": "Tartu",
        }
        corrected = await journey.browser.post(f"{journey.portal}/v1/mine/corrections", wrong)

        async def told():
            notices = (await ask("mine/notices", language="en"))["notices"]
            return next((one for one in notices if one["id"].startswith("correction-")), None)

        yield {
            "corrected": corrected,
            "told": await until(told),
            "case": journey.result.status["case"],
            "looks": await until(proved),
            "cases": await ask("mine/cases", language="vi"),
            "data": await ask("mine/data", language="et"),
            "mandates": await ask("mine/mandates", language="en"),
            "notices": await ask("mine/notices", language="en"),
            "catalogue": await ask("catalogue", language="et"),
            "numbers": await ask("numbers", language="et", days=30),
        }


async def test_every_look_is_proved_by_the_log_and_its_witness(mari):
    looks = mari["looks"]
    assert (looks["coming"], looks["broken"], looks["silent"]) == (0, 0, [])
    assert looks["proved"] == looks["looks"] + looks["refused"] > 5
    proofs = [look["proof"] for group in looks["groups"] for look in group["looks"]]
    assert {len(proof["witnesses"]) for proof in proofs} == {1}


async def test_looks_for_the_licence_stand_together_and_name_the_case(mari):
    [group] = [one for one in mari["looks"]["groups"] if mari["case"] in one["cases"]]
    assert (group["organisation"], group["purpose"]) == (
        "Transport Administration",
        "Renewal of a driving licence",
    )
    sources = {look["source"] for look in group["looks"]}
    assert {"Population register", "Drivers' medical certificates"} <= sources
    assert {look["who"] for look in group["looks"]} == {"computer"}
    assert all("." not in look["law"] for look in group["looks"])


async def test_the_case_is_told_in_the_language_of_the_page(mari):
    [case] = [one for one in mari["cases"]["cases"] if one["case"] == mari["case"]]
    assert (case["title"], case["state_text"]) == ("Đổi giấy phép lái xe", "Đã chấp thuận")
    assert (mari["cases"]["silent"], case["unread"]) == ([], 1)


async def test_own_data_are_told_in_words(mari):
    data = {one["name"]: one for one in mari["data"]}
    rows = {row["label"]: row for row in data["Rahvastikuregister"]["rows"]}
    assert (rows["Eesnimed"]["value"], rows["Sugu"]["value"]) == ("Mari", "naine")
    assert rows["Sünniaeg"]["kind"] == "day"
    assert not any(one["silent"] for one in mari["data"])


async def test_a_parent_sees_for_whom_she_may_act_by_name(mari):
    people = mari["mandates"]["people"]
    assert {one["role"] for one in people} == {"parent"}
    assert all(one["name"].endswith("Maasikas") for one in people)


async def test_notices_name_who_sent_them(mari):
    told = next(one for one in mari["notices"]["notices"] if one["case"] == mari["case"])
    assert told["organisation"] == "Transport Administration"
    assert told["title"] == "Your driving licence is renewed"


async def test_the_catalogue_tells_of_services_of_state_and_private_alike(country, mari):
    services = {one["id"]: one for one in mari["catalogue"]["services"]}
    assert set(services) == set(country.country.providers)
    assert {"driving-licence", "motor-insurance"} <= set(services)
    assert services["driving-licence"]["known"][0]["from"] == "rahvastikuregistrist"
    assert mari["catalogue"]["silent"] == []


async def test_this_is_wrong_gets_a_number_and_a_notice(mari):
    number = mari["corrected"]["number"]
    assert mari["corrected"] == {"number": number, "days": 30, "organisation": "Interior"}
    assert mari["told"]["organisation"] == "Interior"
    assert number in mari["told"]["body"]
    assert "Tartu" not in mari["told"]["body"]


async def test_numbers_name_the_service_and_who_answers(mari):
    rows = {one["service"]: one for one in mari["numbers"]["services"]}
    licence = rows["driving-licence"]
    assert (licence["name"], licence["organisation"]) == (
        "Juhiloa vahetamine",
        "Transpordiamet (näidis)",
    )
    assert mari["numbers"]["silent"] == []
