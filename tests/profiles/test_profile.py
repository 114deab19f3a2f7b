"""Profiles are data: what they say, and what is refused in them."""

from datetime import date
from importlib.resources import files

import pytest

from riik.profiles import COUNTRIES, ProfileRefused, country_profile, read_profile

PLACES = b'[[place]]\ncode = "1"\nname = "A"\n'


@pytest.mark.parametrize("country", COUNTRIES)
def test_a_countrys_own_examples_fit_its_schemes(country):
    profile = country_profile(country)
    assert profile.is_person_code(profile.person_code.example)
    assert not profile.is_person_code(profile.person_code.example + "0")


def test_vietnam_has_34_provinces_that_took_over_63():
    places = country_profile("vn").places
    births = [code for place in places for code in place.births]
    assert (len(places), len(births), len(set(births))) == (34, 63, 63)


def test_estonia_has_fifteen_counties():
    assert len({place.code for place in country_profile("ee").places}) == 15


DAYS = [
    ("ee", date(2026, 11, 24), True),
    ("ee", date(2026, 12, 25), False),
    ("ee", date(2026, 11, 28), False),
    ("vn", date(2026, 11, 24), False),
    ("vn", date(2026, 11, 25), True),
    ("vn", date(2027, 2, 8), False),
]


@pytest.mark.parametrize(("country", "day", "works"), DAYS)
def test_offices_work_on_working_days(country, day, works):
    assert country_profile(country).is_working_day(day) is works


def test_a_fee_has_a_day_from_which_it_is_due():
    profile = country_profile("ee")
    assert profile.fee("driving-licence.e-service", on=date(2026, 11, 23)).minor == 2300
    with pytest.raises(ProfileRefused) as refused:
        profile.fee("driving-licence.e-service", on=date(2024, 6, 30))
    assert refused.value.why == "fee"


@pytest.mark.parametrize(("country", "law", "days"), [("ee", "GDPR", 30), ("vn", "VN 91/2025", 10)])
def test_people_see_their_data_by_the_country_s_own_law(country, law, days):
    access = country_profile(country).access
    assert (access.law, access.answer_days) == (law, days)
    assert {"et", "vi", "en"} <= set(access.see) & set(access.correct)


def test_a_law_of_access_that_the_profile_does_not_know_is_refused():
    file = files("riik.profiles").joinpath("vn", "profile.toml").read_bytes()
    with pytest.raises(ProfileRefused) as refused:
        read_profile(file.replace(b'law = "VN 91/2025"', b'law = "GDPR"'), places=PLACES)
    assert refused.value.why == "law"


@pytest.mark.parametrize("country", COUNTRIES)
def test_no_country_counts_silence_or_sending_as_delivery_and_says_by_which_article(country):
    delivery = country_profile(country).delivery
    assert delivery.fiction is None
    assert delivery.letter.days > 0
    for rule in (delivery.opened, delivery.letter):
        assert {"et", "vi", "en"} <= set(rule.says)
        assert rule.assumed


@pytest.mark.parametrize(
    ("now", "then", "why"),
    [
        (b'"push", "mail"', b'"pigeon", "mail"', "delivery"),
        (b'"push", "mail"', b'"mail", "mail"', "delivery"),
        (b'["22:00", "07:00"]', b'["22:00", "22:00"]', "delivery"),
        (b'["22:00", "07:00"]', b'["24:00", "07:00"]', "delivery"),
        (b'["22:00", "07:00"]', b'["22:00"]', "value"),
        (b"days = 10\n", b"days = 0\n", "delivery"),
        (b'law = "HMS"', b'law = "HSM"', "law"),
    ],
)
def test_a_wrong_rule_of_delivery_is_refused(now, then, why):
    file = files("riik.profiles").joinpath("ee", "profile.toml").read_bytes()
    assert now in file
    with pytest.raises(ProfileRefused) as refused:
        read_profile(file.replace(now, then), places=PLACES)
    assert refused.value.why == why


REFUSED = [
    ("no TOML", b"= 1", "syntax"),
    ("no UTF-8", b"\xff", "syntax"),
    ("an unknown key", b'cuntry = "EE"', "unknown-key"),
    ("a missing key", b'country = "EE"', "value"),
]


@pytest.mark.parametrize(("source", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_wrong_profile_is_refused(source, why):
    with pytest.raises(ProfileRefused) as refused:
        read_profile(source, places=PLACES)
    assert refused.value.why == why


def test_a_country_without_a_profile_is_refused():
    with pytest.raises(ProfileRefused) as refused:
        country_profile("xx")
    assert refused.value.why == "country"
