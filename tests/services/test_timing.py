"""Times in forms: held when chosen, booked when handed in, given up when nothing comes of it."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.appointments import conftest as town

from riik.core import person_code
from riik.formats.icalendar import read_lines
from riik.services import Times
from riik.services.errors import AnswerRefused, FolderRefused
from riik.services.forms.timing import appointment_faults, find_in

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
SCHEMA = {"type": "string", "x-kind": "appointment", "x-appointment": "ceremony"}
TEN = "hall@2026-11-30T10:00+02:00"


plan, appointments_on, appointments = town.plan, town.appointments_on, town.appointments


@dataclass(frozen=True)
class Definition:
    """A form with one question for a time."""

    form: dict[str, Any] = field(
        default_factory=lambda: {"properties": {"when": SCHEMA, "name": {"type": "string"}}}
    )
    lists: dict[str, Any] = field(default_factory=dict)


@pytest.fixture
def times(appointments):
    return Times(appointments=appointments)


@pytest.fixture
def hold(times, database):
    def act(person=MARI, value=TEN, case="case-1"):
        with database.work() as work:
            times.hold(SCHEMA, value, field="when", case=case, person=person, work=work)

    return act


@pytest.fixture
def found(times, database):
    def act(words="", field="when", case="case-1"):
        with database.read() as work:
            return find_in(times, Definition(), (field, words), case=case, language="en", work=work)

    return act


def test_without_words_the_first_week_with_a_free_time_is_found(found):
    week = found()
    assert (week["place"], week["since"], week["earlier"]) == ("hall", "2026-11-23", "")
    assert week["later"] == "hall 2026-11-30"
    assert [day["day"] for day in week["days"]] == ["2026-11-24", "2026-11-29"]
    assert week["days"][0]["times"][0] == {"value": "hall@2026-11-24T09:00+02:00", "title": "09:00"}


def test_a_time_that_is_held_is_found_by_its_owner_alone(found, hold):
    hold()
    own, others = (
        {
            time["value"]
            for day in found("hall 2026-11-30", case=case)["days"]
            for time in day["times"]
        }
        for case in ("case-1", "case-2")
    )
    assert own - others == {TEN}


@pytest.mark.parametrize(("value", "why"), [(TEN, "taken"), ("hall@x", "unknown"), ("", "unknown")])
def test_what_can_not_be_had_is_an_answer_that_does_not_fit(hold, value, why):
    hold(JAAN, case="case-2")
    with pytest.raises(AnswerRefused) as refused:
        hold(value=value)
    assert (refused.value.why, refused.value.facts["field"]) == (why, "when")


def test_a_time_held_too_long_and_taken_is_not_booked(times, hold, database, clock):
    hold()
    clock.advance(minutes=11)
    hold(JAAN, case="case-2")
    with database.work() as work, pytest.raises(AnswerRefused) as refused:
        times.book("when", case="case-1", work=work)
    assert refused.value.why == "taken"


def test_a_case_that_comes_to_nothing_gives_its_time_back(times, hold, database, found):
    hold()
    with database.work() as work:
        times.book("when", case="case-1", work=work)
    with database.work() as work:
        times.give_up("case-1", work=work)
    hold(JAAN, case="case-2")


@pytest.mark.parametrize("words", ["hall soon", "hall 2026-13-01"])
def test_a_week_of_no_day_is_refused(found, words):
    with pytest.raises(AnswerRefused):
        found(words)


def test_a_question_without_times_has_none(found):
    with pytest.raises(AnswerRefused):
        found(field="name")


@pytest.mark.parametrize("kind", ["exam", "unknown"])
def test_a_form_that_asks_for_what_is_not_offered_is_refused(times, kind):
    form = {"properties": {"when": {**SCHEMA, "x-appointment": kind}}}
    with pytest.raises(FolderRefused) as refused:
        times.check("marriage", form)
    assert refused.value.why == "appointment"


def test_a_form_says_which_kind_and_that_it_is_a_text():
    assert len(list(appointment_faults("when", {"x-kind": "appointment", "type": "array"}))) == 2
    assert list(appointment_faults("when", SCHEMA)) == []


def test_what_was_booked_is_told_and_made_for_a_calendar(times, hold, database):
    with database.read() as work:
        assert times.calendar("case-1", "en", work=work) == b""
    hold()
    with database.work() as work:
        assert times.told("case-1", "en", work=work) == []
        times.book("when", case="case-1", work=work)
        [told] = times.told("case-1", "en", work=work)
        source = times.calendar("case-1", "en", work=work)
    assert (told["begins"], told["standing"]) == ("2026-11-30T08:00:00.000000Z", "booked")
    assert ("DTSTART", "20261130T080000Z") in read_lines(source)


def test_a_time_is_told_with_its_place(times):
    assert times.text(TEN, "en") == "Town hall, Square 1, Tartu: 2026-11-30 10:00"


@pytest.mark.parametrize(
    "day", ["9999-12-31", "9999-12-20", "0001-01-01", "0001-01-05", "2126-11-23", "1926-11-23"]
)
def test_a_day_at_the_end_of_all_calendars_is_refused_in_words(found, day):
    with pytest.raises(AnswerRefused, match="too far") as refused:
        found(f"hall {day}")
    assert (refused.value.why, refused.value.facts["field"]) == ("unknown", "when")
