"""Who may do it for whom, and how old they must be: at the beginning and at every step."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tomllib import loads

import pytest
from tests.services.house import CERTIFICATE, JAAN, MARI, VALUE
from tests.services.test_joint import first_signs

import riik
from riik.core import person_code
from riik.services.applicant.admitting import admit_age, admit_role, birth_day
from riik.services.applicant.model import ApplicantRule
from riik.services.errors import ApplicantRefused

pytestmark = pytest.mark.anyio

CATALOGUE = Path(riik.__file__).parent / "catalogue" / "services"
CHILD = person_code("EE61506160013")
VIETNAMESE = person_code("VN001208000123")
PARENTS = ApplicantRule(represented_by=("parent",))
ADULTS = ApplicantRule(least_age=18)


def acting(house, role, person=CHILD):
    """Mari's visit for another person, as what login states that she represents them."""
    word = f"{MARI}~{role}" if role else MARI
    return replace(house.visit(person, MARI), authority=word)


async def start(house, visit):
    return await house.services.start("driving-licence", visit)


@pytest.mark.parametrize("role", ["parent", "guardian", "", "Parent", "parent guardian"])
async def test_nobody_begins_a_personal_act_for_another(house, role):
    house.change(applicant=ApplicantRule())
    with pytest.raises(ApplicantRefused) as refused:
        await start(house, acting(house, role))
    assert refused.value.why == "represented"
    assert house.worker.tasks == set()


async def test_a_parent_begins_what_parents_may(house):
    house.change(applicant=PARENTS)
    assert (await start(house, acting(house, "parent")))["next"]["step"] == "answers/reason"


async def test_a_guardian_does_not_begin_what_only_parents_may(house):
    house.change(applicant=PARENTS)
    with pytest.raises(ApplicantRefused):
        await start(house, acting(house, "guardian"))


@pytest.mark.parametrize("step", ["answers/reason", "submission", "signature", "withdrawal"])
async def test_no_step_of_a_personal_act_is_another_s(house, step):
    """The case is Mari's child's own: a parent of theirs can neither fill in nor sign it."""
    house.change(applicant=PARENTS)
    await start(house, acting(house, "parent"))
    with house.database.read() as work:
        running = house.services.files.load(house.case, work=work)
    definition = replace(running.definition, applicant=ApplicantRule())
    visit = replace(acting(house, "parent"), role="parent")
    with pytest.raises(ApplicantRefused):
        house.services.steps.admit(replace(running, definition=definition), visit)


async def test_who_is_too_young_by_their_code_begins_nothing(house):
    house.change(applicant=ADULTS)
    with pytest.raises(ApplicantRefused) as refused:
        await start(house, house.visit(CHILD))
    assert (refused.value.why, refused.value.facts) == ("age", {"least": 18})


async def test_the_register_s_day_of_birth_counts_when_it_is_sent(house, world, clock):
    """The code says an adult, the register another day: nothing is handed in."""
    house.change(applicant=ADULTS)
    young = (clock.now().date() - timedelta(days=17 * 365)).isoformat()
    world.known["person"] = {**world.known["person"], "birth_date": young}
    await house.start()
    await house.answer()
    with pytest.raises(ApplicantRefused) as refused:
        await house.step("submission", CERTIFICATE)
    assert refused.value.why == "age"


async def test_who_is_asked_to_sign_as_well_must_be_old_enough(house):
    await first_signs(house, partner="61506160013")
    with house.database.read() as work:
        running = house.services.files.load(house.case, work=work)
    adults = replace(running, definition=replace(running.definition, applicant=ADULTS))
    with pytest.raises(ApplicantRefused) as refused:
        await house.services.steps.take("submission", CERTIFICATE, adults, house.visit(CHILD))
    assert refused.value.why == "age"


async def test_nobody_signs_for_who_is_asked_to_sign_a_personal_act(house):
    house.change(applicant=ApplicantRule())
    await first_signs(house)
    with pytest.raises(ApplicantRefused):
        await house.services.step("signature", VALUE, acting(house, "guardian", JAAN))


# Age --------------------------------------------------------------------------------------

DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("person", "born"),
    [
        ("EE50811300000", date(2008, 12, 1)),
        (VIETNAMESE, date(2008, 12, 1)),
        ("VN001209000123", None),
        ("FI010100", date(2026, 11, 30)),
    ],
    ids=["a day before 18", "Vietnam's year says 18", "a year too young", "born today"],
)
def test_a_day_too_young_is_too_young(person, born):
    with pytest.raises(ApplicantRefused):
        admit_age(ADULTS, person_code(person), today=DAY, born=born)


@pytest.mark.parametrize(
    ("person", "born"),
    [(MARI, date(2008, 11, 30)), (VIETNAMESE, None), ("FI010100", None), (CHILD, date(1990, 1, 1))],
    ids=["18 today", "the year alone is read for them", "a code that tells nothing", "register"],
)
def test_who_may_be_old_enough_is_let_in(person, born):
    admit_age(ADULTS, person_code(person), today=DAY, born=born)


def test_a_role_says_nothing_in_one_s_own_matter(house):
    admit_role(ApplicantRule(), replace(house.visit(MARI), role="parent"))


def test_a_day_that_is_none_tells_no_age(house):
    assert birth_day(house.definition.needs, {}, of="applicant") is None


def test_every_service_of_the_catalogue_says_who_may_do_it():
    rules = {
        one.parent.name: loads(one.read_text(encoding="utf-8")).get("applicant")
        for one in CATALOGUE.glob("*/service.toml")
    }
    assert [name for name, rule in rules.items() if rule is None] == []
    adults = {name for name, rule in rules.items() if rule.get("least-age") == 18}
    assert {"marriage", "vehicle", "motor-insurance", "driving-licence"} <= adults
    personal = {name for name, rule in rules.items() if not rule["represented-by"]}
    assert {"marriage", "employment-registration", "driving-licence-vn"} <= personal
