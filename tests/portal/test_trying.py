"""What if? One figure is tried, the provider counts, and nothing that is no figure is asked."""

import pytest
from starlette.applications import Starlette
from tests.portal.house import get
from tests.portal.sight import opened, served, violations

from riik.core import Refused, Unavailable
from riik.portal.design.http import design_routes
from riik.portal.operator.http import try_routes
from riik.portal.operator.trying import TryPage, read_amount, read_wish
from riik.profiles import country_profile

FEE = {
    "amount": 2_300, "becomes": 2_500, "paid": 12,
    "income": 27_600, "would_be": 30_000, "difference": 2_400,
}  # fmt: skip
TOLD = {
    "since": "2025-11-30T10:00:00.000000Z", "until": "2026-11-30T10:00:00.000000Z", "least": 10,
    "step": 5, "deadlines": [1, 3, 7, 14, 30, 60, 90],
    "service": "licence", "names": {"en": "Licence"}, "name": "Licence",
    "organisation": "Transport Administration", "currency": "EUR", "deadline_days": 14,
    "fees": [{"amount": 2_300, "paid": 12}, {"amount": 5_000, "paid": 15}],
    "fee": None, "deadline": None,
}  # fmt: skip


class Provided:
    """Providers that answer, or are silent."""

    def __init__(self, told=None):
        self.told, self.asked = told, []

    async def services(self, language):
        return [{"id": "licence", "name": "Licence"}]

    async def what_if(self, service, language, **figures):
        self.asked.append((service, figures))
        if self.told is None:
            raise Unavailable("no answer", why="connect")
        return self.told


def site(provided):
    page = TryPage(profile=country_profile("ee"), place={"en": "State Portal"})
    return Starlette(routes=[*try_routes(provided, page=page), *design_routes()])


def main_of(provided, query="", language="en"):
    text = get(site(provided), f"/numbers/what-if?lang={language}{query}").text
    return text.replace("\N{NO-BREAK SPACE}", " ").partition("<main")[2]


def test_before_a_service_is_chosen_nobody_is_asked():
    provided = Provided(TOLD)
    assert "Choose a service" in main_of(provided)
    assert provided.asked == []


@pytest.mark.parametrize("query", ["&service=", "&service=+", "&service=&fee=1&becomes=2"])
def test_nothing_chosen_is_said_and_nobody_is_asked(query):
    provided = Provided(TOLD)
    answer = get(site(provided), f"/numbers/what-if?lang=en{query}")
    assert (answer.status_code, provided.asked) == (422, [])
    assert "Choose a service first" in answer.text.partition("<main")[2]


def test_another_fee_tells_what_would_have_come_in():
    page = main_of(Provided(TOLD | {"fee": FEE}), "&service=licence&fee=2300&becomes=25")
    assert "At least 12 cases paid 23.00 €: 276.00 € in all." in page
    assert "At 25.00 € it would have been 300.00 €: 24.00 € more." in page


def test_another_deadline_tells_about_how_many_would_be_late():
    told = TOLD | {"deadline": {"days": 7, "decided": 120, "late": 20}}
    page = main_of(Provided(told), "&service=licence&deadline=7")
    assert "At least 120 decisions were made." in page
    assert "With 7 days to decide, at least 20 would have been late." in page


def test_what_is_about_too_few_is_said_to_be():
    hidden = FEE | dict.fromkeys(("paid", "income", "would_be", "difference"))
    told = TOLD | {"fee": hidden, "deadline": {"days": 7, "decided": None, "late": None}}
    page = main_of(Provided(told), "&service=licence&fee=5000&becomes=1")
    assert "Too few paid this amount" in page
    assert "Too few decisions to tell" in page


def test_none_and_a_few_would_be_late_in_the_same_words():
    told = TOLD | {"deadline": {"days": 7, "decided": 20, "late": None}}
    page = main_of(Provided(told), "&service=licence&deadline=7")
    assert "With 7 days to decide, fewer than 10 would have been late, or none." in page


def test_a_deadline_that_the_provider_does_not_offer_is_shown_again():
    class Choosy(Provided):
        async def what_if(self, service, language, **figures):
            if figures:
                raise Refused("this deadline can't be tried", why="days")
            return TOLD

    answer = get(site(Choosy()), "/numbers/what-if?lang=en&service=licence&deadline=86")
    assert (answer.status_code, 'id="deadline-error"' in answer.text) == (422, True)


def test_a_silent_provider_is_said_to_be_silent():
    assert "Its provider does not answer." in main_of(Provided(), "&service=licence")


@pytest.mark.parametrize("language", ["en", "et", "vi"])
def test_every_sentence_is_there_in_every_language(language):
    told = TOLD | {"fee": FEE, "deadline": {"days": 7, "decided": 120, "late": 20}}
    page = main_of(Provided(told), "&service=licence&fee=2300&becomes=x", language)
    assert "{" not in page


WRONG = [
    ("fee=2300&becomes=", "becomes"),
    ("fee=2300&becomes=-5", "becomes"),
    ("fee=2300&becomes=25.001", "becomes"),
    ("fee=2300&becomes=1e9", "becomes"),
    ("fee=&becomes=25", "fee"),
    ("fee=²³&becomes=25", "fee"),
    ("deadline=", "deadline"),
    ("deadline=0", "deadline"),
    ("deadline=-3", "deadline"),
    ("deadline=9999", "deadline"),
]


@pytest.mark.parametrize(("query", "field"), WRONG)
def test_what_is_no_figure_is_shown_again_and_not_asked(query, field):
    provided = Provided(TOLD)
    answer = get(site(provided), f"/numbers/what-if?lang=en&service=licence&{query}")
    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert provided.asked == [("licence", {})]


def test_what_was_written_is_escaped():
    assert "<img" not in main_of(Provided(TOLD), "&service=licence&fee=1&becomes=%3Cimg%20src=x%3E")


AMOUNTS = [
    ("25", "EUR", 2_500),
    ("25,5", "EUR", 2_550),
    ("25.05 €", "EUR", 2_505),
    ("0", "EUR", 0),
    ("1.234.567 ₫", "VND", 1_234_567),
    ("135000", "VND", 135_000),
    ("135.5", "VND", None),
    ("1,234.00", "EUR", None),
    ("٢٥", "EUR", None),
    ("9999999999", "EUR", None),
]


@pytest.mark.parametrize(("text", "currency", "minor"), AMOUNTS)
def test_amounts_are_read_as_people_write_them(text, currency, minor):
    assert read_amount(text, currency=currency) == minor


def test_only_one_figure_is_tried_at_a_time():
    query = {"service": "licence", "fee": "2300", "becomes": "25", "deadline": "7"}
    assert read_wish(query, currency="EUR").figures == {"fee": 2_300, "becomes": 2_500}


SCREENS = [("en", "light", 1280), ("vi", "dark", 320)]


@pytest.mark.parametrize(("language", "scheme", "width"), SCREENS)
def test_axe_finds_nothing(addresses, language, scheme, width):
    browser, where = addresses
    page = browser.new_page(
        viewport={"width": width, "height": 700}, color_scheme=scheme, bypass_csp=True
    )
    tried = "service=licence&fee=2300&becomes=x"
    page.goto(f"{where}/numbers/what-if?lang={language}&{tried}")
    assert violations(page) == ""
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.fixture(scope="module")
def addresses():
    told = TOLD | {"fee": FEE, "deadline": {"days": 7, "decided": 120, "late": 20}}
    with opened() as browser, served(site(Provided(told))) as where:
        yield browser, where
