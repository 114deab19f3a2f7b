"""The countries as data: what is theirs is theirs, and rests on no law of the other."""

import re
import tomllib
from datetime import date, timedelta
from importlib.resources import files

import pytest

from riik.demo.acts.client import TRAVELLER
from riik.demo.configuration import configurations
from riik.demo.country import DATA, NATION, free_places, read_country
from riik.demo.front.doors import DESKS, door, here
from riik.demo.people import read_people
from riik.demo.population.residents import residents
from riik.demo.storytelling import countries_of, read_story, stories
from riik.formats.payments.checks import is_iban
from riik.portal.design.shell import Shell
from riik.profiles import COUNTRIES, country_profile

CATALOGUE = files("riik") / "catalogue"
FOREIGN = {"ee": ("VN ", "luật "), "vn": ("seadus", "gdpr", "määrus", "itds")}
"""How laws begin or end that are the other country's."""

TWO = """
[[person]]
id = "anna"
given = "Anna"
family = "Näide"
sex = "F"
born = "today-40y"
serial = "991"
spouse = "juku"
records.population = { phone = "+372 5550000" }
records.vehicles = [{ from = "today-10d", number = "1" }, { number = "2", keeper = "@juku" }]

[[person]]
id = "juku"
given = "Juku"
family = "Näide"
sex = "M"
born = "today-41y"
serial = "992"
lives-with = "anna"
"""


def _read(kind, name, file):
    return tomllib.loads((CATALOGUE / kind / name / file).read_text("utf-8"))


KEPT = [
    (country, register) for country in COUNTRIES for register in read_country(country).registers
]


def _services(country):
    return list(read_country(country).providers)


@pytest.mark.parametrize(("country", "register"), KEPT)
def test_people_read_their_own_data_by_a_law_of_their_country(country, register):
    read = read_country(country)
    own = read.members[read.registers[register]].registers[register]
    law = own.own_law or country_profile(country).access.law
    [right] = [
        one
        for one in _read("registers", register, "rights.toml")["right"]
        if one["offers"] == [own.own] and (one["purpose"], one["legal-basis"]) == ("own-data", law)
    ]
    assert right["statement"] == "required"
    [named] = [
        one for one in _read("registers", register, "register.toml")["law"] if one["id"] == law
    ]
    assert set(named["names"]) == {"et", "vi", "en"}


@pytest.mark.parametrize("country", COUNTRIES)
def test_services_rest_on_laws_of_their_country(country):
    for name in _services(country):
        service, needs = (
            _read("services", name, "service.toml"),
            _read("services", name, "needs.toml"),
        )
        bases = [
            *service["law"],
            *([service["record"]["legal-basis"]] if "record" in service else ()),
            *(need["legal-basis"] for need in needs["need"]),
            *(law["id"] for law in service["guide"]["laws"]),
        ]
        assert [law for law in bases if law.lower().endswith(FOREIGN[country])] == []
        assert [law for law in bases if law.startswith(FOREIGN[country])] == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_service_speaks_its_country_s_language_first(country):
    for name in _services(country):
        assert (
            _read("services", name, "service.toml")["languages"][0]
            == country_profile(country).languages[0]
        )


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_services_of_a_country_are_in_the_catalogue_and_their_owner_is_who_offers_them(country):
    read = read_country(country)
    for service, role in read.providers.items():
        assert _read("services", service, "service.toml")["owner"] == role
    for register, role in read.registers.items():
        assert _read("registers", register, "register.toml")["owner"] == role


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_smaller_country_has_what_everybody_needs_and_who_was_named(country):
    small = read_country(country).only(["school"])
    assert set(small.members) == {*NATION, "school"}
    assert set(small.providers.values()) == {"school", *(country == "ee") * ("bank",)}
    assert "driving-rights" not in small.registers
    trees = configurations(
        small,
        free_places(small, shift=9_500),
        keys=dict.fromkeys((*small.keepers, "witness"), "key"),
        officials={},
        secrets=dict.fromkeys(small.members, "00"),
        began="2026-11-23T12:00:00Z",
    )
    assert "transport" not in str(trees)


def test_people_of_stories_share_a_home_and_name_each_other(tmp_path):
    path = tmp_path / "ee.toml"
    path.write_text(TWO)
    anna, juku = read_people(path, country="ee", today=date(2026, 12, 1))
    assert juku.person.lives_with == anna.person.code
    assert anna.person.records["vehicles"][1].values["keeper"] == juku.person.code
    found = residents(
        "ee", seed="x", count=2, today=date(2026, 12, 1), story=[anna.person, juku.person]
    )
    first, second = (one.records["population"][0].values for one in found)
    assert first["residence"] == second["residence"]
    assert (first["phone"], first["spouse"]) == ("+372 5550000", juku.person.code)


def test_a_child_is_named_in_the_order_of_the_country():
    told = read_people(DATA / "people" / "vn.toml", country="vn", today=date(2026, 12, 1))
    mother = next(one for one in told if one.id == "mari")
    assert [child["name"] for child in mother.person.person["children"]] == ["Trần Quang Minh"]


@pytest.mark.parametrize(
    ("country", "first"), [("ee", ["et", "en", "vi"]), ("vn", ["vi", "en", "et"])]
)
def test_pages_offer_the_country_s_own_languages_first(country, first):
    assert list(Shell(language="en", profile=country_profile(country)).languages) == first


def test_each_country_has_laws_of_its_own():
    laws = [set(country_profile(country).laws) for country in COUNTRIES]
    assert set.intersection(*laws) == set()


@pytest.mark.parametrize("name", stories())
def test_a_story_is_of_a_service_of_its_country(name):
    service, _ = read_story(name)
    for country in countries_of(name):
        assert service[country] in read_country(country).providers


@pytest.mark.parametrize("country", COUNTRIES)
def test_the_person_behind_the_citizens_door_has_a_licence_to_renew(country):
    citizen = door("citizen").holder
    _, lived = read_story("driving-licence", "renewed")
    today = date(2026, 12, 1)
    told = read_people(DATA / "people" / f"{country}.toml", country=country, today=today)
    [visitor] = [one for one in told if one.id == citizen]
    [right] = visitor.person.records["driving-rights"]
    assert lived.person != citizen
    assert today < date.fromisoformat(right.values["valid_until"]) < today + timedelta(days=90)


def test_the_story_of_every_start_can_be_lived_at_every_start():
    _, lived = read_story("driving-licence", "renewed")
    assert lived.answers["reason"] == "lost"
    assert lived.person == TRAVELLER


# Accounts ---------------------------------------------------------------------------------

ACCOUNT = re.compile(r'account = "([A-Z]{2}[0-9A-Z ]{12,40})"')


def _accounts(folder):
    """Every account that a file of people or stories names, with where it stands."""
    return {
        (one.name, part.partition("\n")[0] + str(number)): found.replace(" ", "")
        for one in DATA.joinpath(folder).iterdir()
        for number, part in enumerate(re.split(r"\[\[(?:person|story)\]\]", one.read_text("utf-8")))
        for found in ACCOUNT.findall(part)
    }


def _authorities():
    return {
        found.replace(" ", "")
        for country in COUNTRIES
        for found in ACCOUNT.findall(
            DATA.joinpath("countries", f"{country}.toml").read_text("utf-8")
        )
    }


@pytest.mark.parametrize("folder", ["people", "stories"])
def test_no_person_s_account_is_an_authority_s(folder):
    theirs = _accounts(folder)
    assert theirs
    assert len(_authorities()) > 4
    assert {place: one for place, one in theirs.items() if one in _authorities()} == {}


def test_the_check_digits_of_every_account_hold():
    every = {**_accounts("people"), **_accounts("stories")}
    assert {place: one for place, one in every.items() if not is_iban(one)} == {}


def test_nobody_shares_an_account():
    own = [one for _, one in _accounts("people").items()]
    assert len(set(own)) == len(own)


# Who can do what --------------------------------------------------------------------------


@pytest.mark.parametrize("country", COUNTRIES)
def test_somebody_can_try_every_service(country):
    read = read_country(country)
    assert {one.service for one in read.cast} == set(read.providers)


@pytest.mark.parametrize("country", COUNTRIES)
def test_who_can_do_something_is_somebody_told_in_every_language(country):
    people = {
        one.id
        for one in read_people(
            DATA / "people" / f"{country}.toml", country=country, today=date(2026, 11, 30)
        )
    }
    read = read_country(country)
    for one in read.cast:
        assert one.person in people
        assert {"en", "et", "vi"} == set(one.text)
        assert set(re.findall(r"\{(\w+)\}", "".join(one.text.values()))) <= people
    assert {one.mother for one in read.newborns} <= people


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_door_to_a_desk_is_there_where_the_organisation_is(country):
    members = set(read_country(country).members)
    found = {one.place for one in here(DESKS, members)}
    assert found == {one.place for one in DESKS} & members
    assert here(DESKS, ()) == []
