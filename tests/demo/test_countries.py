"""The countries as data: what is theirs is theirs, and rests on no law of the other."""

import tomllib
from datetime import date
from importlib.resources import files

import pytest

from riik.demo.configuration import OWN_DATA, OWN_LAW
from riik.demo.country import DATA, read_country
from riik.demo.people import read_people
from riik.demo.storytelling import stories
from riik.portal.design.shell import Shell
from riik.profiles import COUNTRIES, country_profile

CATALOGUE = files("riik") / "catalogue"
FOREIGN = {"ee": ("VN ", "luật "), "vn": ("seadus", "gdpr", "määrus", "itds")}
"""How laws begin or end that are the other country's."""


def _read(kind, name, file):
    return tomllib.loads((CATALOGUE / kind / name / file).read_text("utf-8"))


def _services(country):
    read = read_country(country)
    return [read.service, read.course]


@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("register", OWN_DATA)
def test_people_read_their_own_data_by_a_law_of_their_country(country, register):
    law = OWN_LAW.get((country, register), country_profile(country).access.law)
    [right] = [
        one
        for one in _read("registers", register, "rights.toml")["right"]
        if one["offers"] == [OWN_DATA[register]]
        and (one["purpose"], one["legal-basis"]) == ("own-data", law)
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
            service["record"]["legal-basis"],
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
def test_units_of_officials_get_the_cases_of_their_country(country):
    units = [
        one for member in read_country(country).members.values() for one in member.units.values()
    ]
    assert sorted(service for unit in units for service in unit.services) == sorted(
        _services(country)
    )


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


def test_stories_are_told_of_both_services():
    assert set(stories()) == {"driving-licence", "driving-course"}
