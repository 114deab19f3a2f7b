"""Booking: one seat, one person; holds lapse; changes end at the limit; offices give reasons."""

import threading
from datetime import date

import pytest

from riik.appointments import AppointmentRefused, Standing, calendar_of
from riik.core import Unavailable, person_code
from riik.formats.icalendar import read_lines
from riik.runtime.database import open_database

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
TEN, ELEVEN = "hall@2026-11-30T08:00Z", "hall@2026-11-30T09:00Z"
DAY = date(2026, 11, 30)


@pytest.fixture
def hold(appointments, database):
    def act(person=MARI, slot=TEN, key="case-1/when", kind="ceremony"):
        with database.work() as work:
            return appointments.hold(
                person, kind=kind, slot=slot, key=key, case=key.partition("/")[0], work=work
            )

    return act


@pytest.fixture
def do(appointments, database):
    """Call a verb in a unit of its own."""

    def act(verb, *args, **named):
        with database.work() as work:
            return getattr(appointments, verb)(*args, work=work, **named)

    return act


@pytest.fixture
def free(do):
    def names(kind="ceremony", **named):
        return [one.name for one in do("free", kind, "hall", since=DAY, until=DAY, **named)]

    return names


@pytest.fixture
def booked(hold, do):
    hold()
    return do("book", "case-1/when")


def refusal(act, *args, **named):
    with pytest.raises(AppointmentRefused) as refused:
        act(*args, **named)
    return refused.value.why


def test_two_people_want_one_time_and_one_gets_it(hold, free):
    hold()
    assert refusal(hold, JAAN, key="case-2/when") == "taken"
    assert free() == ["hall@2026-11-30T07:00Z", ELEVEN]
    assert hold(JAAN, ELEVEN, key="case-2/when").standing is Standing.HELD


def test_who_chose_may_choose_anew_and_gives_the_first_back(hold, free):
    hold()
    assert TEN in free(own="case-1/when")
    hold(slot=ELEVEN)
    assert TEN in free()
    assert ELEVEN not in free()


def test_a_hold_lapses_and_its_owner_still_books_what_nobody_took(hold, free, do, clock):
    hold()
    clock.advance(minutes=11)
    assert TEN in free()
    do("lapse")
    assert do("book", "case-1/when").standing is Standing.BOOKED
    assert TEN not in free()


def test_what_lapsed_and_was_taken_can_not_be_booked(hold, do, clock):
    hold()
    clock.advance(minutes=11)
    hold(JAAN, key="case-2/when")
    assert refusal(do, "book", "case-1/when") == "taken"


def test_the_same_booking_twice_is_one(booked, do):
    assert do("book", "case-1/when") == booked


def test_a_room_takes_as_many_as_it_has_seats(hold, free):
    for number in range(3):
        assert "hall@2026-11-30T07:00Z" in free("exam")
        seat = hold(slot="hall@2026-11-30T07:00Z", key=f"c{number}/when", kind="exam").seat
        assert seat == number
    assert free("exam") == ["hall@2026-11-30T08:30Z"]


def test_another_persons_key_is_no_key(hold):
    hold()
    assert refusal(hold, JAAN) == "unknown"


def test_a_person_moves_and_cancels_until_the_limit(booked, do, free, clock):
    moved = do("move", booked.id, ELEVEN, by=MARI)
    assert (moved.sequence, moved.slot.name) == (1, ELEVEN)
    assert TEN in free()
    assert refusal(do, "cancel", booked.id, by=JAAN) == "unknown"
    clock.advance(days=5)
    assert refusal(do, "cancel", booked.id, by=MARI) == "late"
    assert refusal(do, "cancel", booked.id) == "reason"
    gone = do("cancel", booked.id, why="The registrar is ill")
    assert (gone.standing, gone.reason) == (Standing.CANCELLED, "The registrar is ill")
    assert refusal(do, "move", booked.id, TEN, by=MARI) == "over"


def test_a_move_to_a_taken_time_leaves_the_first(booked, hold, do, free):
    hold(JAAN, ELEVEN, key="case-2/when")
    assert refusal(do, "move", booked.id, ELEVEN, by=MARI) == "taken"
    assert TEN not in free()


def test_nobody_missed_what_has_not_begun(booked, do, clock):
    assert refusal(do, "mark", booked.id, Standing.NO_SHOW) == "early"
    clock.advance(days=8)
    assert do("mark", booked.id, Standing.NO_SHOW).standing is Standing.NO_SHOW
    assert refusal(do, "mark", booked.id, Standing.ARRIVED) == "over"


def test_a_closed_day_gives_up_its_appointments_with_the_reason(booked, do, free):
    assert refusal(do, "close_day", "hall", DAY, reason=" ") == "reason"
    [gone] = do("close_day", "hall", DAY, reason="Water in the hall")
    assert (gone.id, gone.person, gone.reason) == (booked.id, MARI, "Water in the hall")
    assert free() == []


def test_who_waits_longest_is_told_once(do, clock):
    do("wait", JAAN, kind="ceremony", place="hall")
    clock.advance(minutes=1)
    do("wait", MARI, kind="ceremony", place="hall")
    told = [do("next_waiting", "ceremony", "hall") for _ in range(3)]
    assert told == [JAAN, MARI, None]


def test_reminders_come_once_each_and_late_ones_together(booked, do, clock):
    assert [days for _, days in do("to_remind")] == [7]
    assert do("to_remind") == []
    clock.advance(days=6)
    assert [days for _, days in do("to_remind")] == [1]
    assert do("to_remind") == []


def test_nothing_of_a_person_is_readable_in_the_database(booked, database, tmp_path):
    database.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.glob("node.db*"))
    assert b"49001010001" not in stored


@pytest.mark.parametrize("language", ["en", "vi"])
def test_a_calendar_tells_moves_and_cancellation(booked, do, plan, clock, language):
    def told(booking):
        source = calendar_of(booking, plan, language=language, host="town.example", now=clock.now())
        return dict(read_lines(source))

    first = told(booked)
    assert (first["METHOD"], first["DTSTART"], first["SEQUENCE"]) == (
        "PUBLISH",
        "20261130T080000Z",
        "0",
    )
    assert first["LOCATION"] == "Town hall, Square 1, Tartu"
    moved = told(do("move", booked.id, ELEVEN, by=MARI))
    assert (moved["UID"], moved["SEQUENCE"]) == (first["UID"], "1")
    gone = told(do("cancel", booked.id, by=MARI))
    assert (gone["METHOD"], gone["STATUS"], gone["SEQUENCE"]) == ("CANCEL", "CANCELLED", "2")
    assert "TRIGGER" not in gone


def _race(appointments, database):
    """Eight people at once; how many got the time."""
    won, start = [], threading.Barrier(8)

    def want(number):
        person = person_code(f"EE4900101{number:04d}")
        start.wait()
        while True:
            try:
                with database.work() as work:
                    key = f"case-{number}/when"
                    appointments.hold(
                        person, kind="ceremony", slot=TEN, key=key, case=key, work=work
                    )
                    appointments.book(key, work=work)
            except AppointmentRefused:
                return
            except Unavailable:
                continue
            won.append(number)
            return

    threads = [threading.Thread(target=want, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


def test_of_eight_at_once_one_gets_the_time(appointments, database):
    assert len(_race(appointments, database)) == 1


@pytest.mark.full
def test_of_eight_at_once_one_gets_the_time_on_postgresql(appointments_on, postgresql):
    database = open_database(postgresql.new_database(), name="test")
    try:
        assert len(_race(appointments_on(database), database)) == 1
    finally:
        database.close()
