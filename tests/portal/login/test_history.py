"""What happened in one's name, in words: complete, and short enough to be read."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from riik.core import MemberId
from riik.login import Event
from riik.portal.login import LoginPages
from riik.portal.login.page import Sight
from riik.profiles import country_profile

PORTAL, POLICE = MemberId("VN-DEMO", "GOV", "1"), MemberId("VN-DEMO", "GOV", "2")
NAMES = {PORTAL: {"en": "Public Service Portal"}, POLICE: {"en": "Traffic Police"}}
AT = datetime(2026, 11, 30, 18, 34, 5, tzinfo=UTC)


@pytest.fixture
def history():
    """The rows that a history of these events has."""
    pages = LoginPages(
        profile=country_profile("vn"), origin="https://login.demo.vn", sites={}, members=NAMES
    )

    def rows(*events):
        page = pages.sessions(Sight(language="en", address="/sessions", now=AT), [], events)
        cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", page.split('id="history"')[1], re.DOTALL)
        return [re.sub(r"<[^>]+>", "", one).strip() for one in cells[2:]][1::2]

    return rows


def stated(to, case, *, seconds=0):
    at = AT + timedelta(seconds=seconds)
    return Event(at=at, action="stated", relying=PORTAL, why=f"{to} {case}")


def test_looks_at_one_s_own_data_are_one_row_a_minute_with_their_number(history):
    several = [stated(PORTAL, f"own-{number}", seconds=number) for number in range(24)]
    assert history(*several) == [
        "Public Service Portal asked for your own data, as you wanted (24 times)"
    ]


def test_each_minute_has_a_row_of_its_own(history):
    said = "Public Service Portal asked for your own data, as you wanted"
    assert history(stated(PORTAL, "own-1"), stated(PORTAL, "own-2", seconds=60)) == [said, said]


def test_what_stands_between_is_not_lost(history):
    rows = history(
        stated(PORTAL, "own-1"), Event(at=AT, action="signed-in-again"), stated(PORTAL, "own-2")
    )
    assert len(rows) == 3
    assert rows[1] == "You showed your card again"


@pytest.mark.parametrize(
    ("to", "case", "said"),
    [
        (
            POLICE,
            "kq3v",
            "Public Service Portal took your word to Traffic Police, for a case of yours",
        ),
        (
            PORTAL,
            "kq3v",
            "Public Service Portal took your word to Public Service Portal, for a case of yours",
        ),
        (POLICE, "own-1", "Public Service Portal asked Traffic Police what it has of yours"),
    ],
)
def test_a_word_for_a_case_names_the_case(history, to, case, said):
    assert history(stated(to, case)) == [said]
