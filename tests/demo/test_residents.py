"""People who don't exist: what they are, and that every register would take them."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

import riik.registers
from riik.core import years_between
from riik.demo.population.portraits import portrait, signature
from riik.demo.population.residents import Entry, StoryPerson, residents
from riik.identity.codes import estonian, vietnamese
from riik.profiles import Name, country_profile
from riik.registers import load_register
from riik.registers.store import read_folder

TODAY = date(2026, 11, 23)
CATALOGUE = Path(riik.registers.__file__).parents[1] / "catalogue" / "registers"
LIIS = StoryPerson(
    name=Name(given="Liis", family="Põder"),
    sex="F",
    birth_date=date(1990, 1, 1),
    person={"email": "liis@example.ee"},
    records={"driving-training": (Entry({"course": "B-1"}, date(2020, 1, 1)),)},
)


def people(country="ee", count=300, **others):
    return residents(country, seed="s", count=count, today=TODAY, **others)


@pytest.fixture(scope="module", params=["ee", "vn"])
def country(request):
    return request.param


@pytest.fixture(scope="module")
def thousand(country):
    return people(country, count=1000)


def test_a_seed_has_one_population():
    assert people() == people()
    assert people() != residents("ee", seed="t", count=300, today=TODAY)


def test_every_resident_has_a_code_of_their_own(thousand):
    assert len({resident.code for resident in thousand}) == len(thousand) == 1000


def test_codes_are_what_the_law_wants_and_nobody_has(country, thousand):
    places = {code for place in country_profile("vn").places for code in place.births}
    for resident in thousand:
        code = resident.code[2:]
        facts = estonian(code) if country == "ee" else vietnamese(code, places=places)
        assert (facts.sex, facts.birth_year) == (resident.sex, resident.birth_date.year)
        assert code[7:9] == "99" if country == "ee" else code[6:9] == "999"


def test_a_vietnamese_card_bears_no_signature_and_its_licence_has_twelve_digits(country, thousand):
    cards = [one.records["identity-documents"][0].values for one in thousand]
    licences = [
        one.records["driving-rights"][0].values
        for one in thousand
        if "driving-rights" in one.records
    ]
    numbers = [one["licence_number"] for one in licences]
    vietnamese = country == "vn"
    assert any(card.get("signature") for card in cards) is not vietnamese
    assert all(number.isdecimal() and len(number) == 12 for number in numbers) is vietnamese


def test_an_address_says_what_the_province_is():
    homes = {
        one.records["population"][0].values["residence"]["text"] for one in people("vn", count=300)
    }
    assert [home for home in homes if not home.startswith("Số ")] == []
    assert [home for home in homes if not (", tỉnh " in home or ", thành phố " in home)] == []


def test_every_register_takes_its_records(thousand):
    schemas = {
        folder.name: load_register(read_folder(folder)).schema for folder in CATALOGUE.iterdir()
    }
    for resident in thousand:
        for register, entries in resident.records.items():
            for entry in entries:
                schemas[register].check(entry.values)
                assert entry.valid_from <= TODAY


def test_parents_and_children_know_each_other(thousand):
    person = {resident.code: resident.records["population"][0].values for resident in thousand}
    pairs = [
        (code, child["person"])
        for code, values in person.items()
        for child in values.get("children", ())
    ]
    assert len(pairs) > 150
    for parent, child in pairs:
        assert parent in {found["person"] for found in person[child]["parents"]}
        apart = years_between(
            date.fromisoformat(person[parent]["birth_date"]),
            date.fromisoformat(person[child]["birth_date"]),
        )
        assert 17 <= apart <= 50


def test_spouses_are_married_to_each_other(thousand):
    person = {resident.code: resident.records["population"][0].values for resident in thousand}
    married = {code: values["spouse"] for code, values in person.items() if "spouse" in values}
    assert married
    assert all(married[married[code]] == code for code in married)


def test_licences_are_spread_as_a_demonstration_needs(thousand):
    adults = [r for r in thousand if years_between(r.birth_date, TODAY) >= 18]
    licences = [
        r.records["driving-rights"][0].values for r in adults if "driving-rights" in r.records
    ]
    assert 0.5 < len(licences) / len(adults) < 0.75
    status = Counter(licence["status"] for licence in licences)
    assert status["valid"] > 0.8 * len(licences)
    assert status["suspended"] > 0
    assert status["lost"] > 0
    soon = [lic for lic in licences if "2026-11-23" < lic["valid_until"] < "2027-03-01"]
    assert len(soon) > 20


def test_no_child_drives(thousand):
    for resident in thousand:
        if years_between(resident.birth_date, TODAY) < 18:
            assert "driving-rights" not in resident.records


def test_story_people_come_first_and_stay_as_told():
    first = people(story=[LIIS], count=50)[0]
    assert (first.name.given, first.birth_date) == ("Liis", date(1990, 1, 1))
    assert first.records["population"][0].values["email"] == "liis@example.ee"
    assert first.records["driving-training"] == LIIS.records["driving-training"]
    assert "identity-documents" in first.records


def test_a_code_of_the_story_is_given_to_nobody_else():
    taken = people(count=40)[5].code
    told = StoryPerson(name=LIIS.name, sex="F", birth_date=LIIS.birth_date, code=taken)
    assert Counter(r.code for r in people(count=40, story=[told]))[taken] == 1


@pytest.mark.parametrize("age", [0, 5, 17, 40, 66, 94])
@pytest.mark.parametrize("sex", ["F", "M"])
def test_a_portrait_is_a_small_drawing_without_anything_that_runs(sex, age, country):
    for seed in range(20):
        drawn = portrait(f"{seed}", sex=sex, age=age, country=country)
        assert len(drawn.encode()) < 3000
        assert not any(word in drawn for word in ("script", "href", "<image", "<text"))
    assert portrait("1", sex=sex, age=age, country=country) == portrait(
        "1", sex=sex, age=age, country=country
    )


def test_a_signature_is_a_small_drawing():
    assert len(signature("Nguyễn Thị Ánh Tuyết", seed="x").encode()) < 3000


def test_two_photos_of_different_years_are_of_one_face_and_not_one_photo():
    older, newer = (
        portrait("EE38001085718", sex="M", age=44, country="ee", year=year) for year in (2024, 2025)
    )
    assert older != newer
    assert newer == portrait("EE38001085718", sex="M", age=44, country="ee", year=2025)
