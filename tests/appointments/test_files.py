"""The file of appointments: what is contradictory is refused by name."""

import pytest
from tests.appointments.conftest import PLAN

from riik.appointments import PlanRefused, read_plan


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (b'id = "town"', b'id = "town"\nmood = "good"', "syntax"),
        (b"minutes = 60", b'minutes = "long"', "syntax"),
        (b"minutes = 60", b"minutes = 61", "minutes"),
        (b'skill = "marry"', b'skill = "fly"', "skill"),
        (b'place = "hall"', b'place = "moon"', "place"),
        (b"09:00-12:00", b"12:00-09:00", "hours"),
        (b"09:00-12:00", b"nine to twelve", "hours"),
        (b"09:00-12:00", b"09:00-25:00", "hours"),
        (b'"13:00-15:00"', b'"11:00-15:00"', "hours"),
        (b"mon = ", b"monday = ", "hours"),
        (b'address = "Square 1, Tartu"', b'address = "x"\nzone = "Europe/Nowhere"', "zone"),
        (b'id = "anne"', b'id = "room"', "name"),
        (b'id = "anne"', b'id = "Anne"', "name"),
        (b'names = { en = "Anne" }', b'names = { fr = "Anne" }', "language"),
    ],
)
def test_a_file_that_can_not_be_followed_is_refused(old, new, why):
    assert old in PLAN
    with pytest.raises(PlanRefused) as refused:
        read_plan(PLAN.replace(old, new), name="t", zone="Europe/Tallinn", languages=("en",))
    assert refused.value.why == why
