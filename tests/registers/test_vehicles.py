"""A register of several records a person: which of them is meant is said by its number."""

from datetime import date

import pytest
from tests.registers.house import JAAN, MARI, TRANSPORT, House, asks

from riik.core import Refused
from riik.registers import NewRecord
from riik.registers.model import ChangeRequest, Look

CAR = {
    "vin": "WVWZZZ1JZXW000001",
    "category": "M1",
    "make": "Volta",
    "model": "Laps",
    "power": 50,
    "first_registered": "2020-05-05",
    "owner_since": "2020-05-05",
    "inspection_until": "2027-05-05",
    "lock": "none",
    "status": "in-use",
}
LAW = {"purpose": "vehicle-registration", "legal_basis": "Liiklusseadus"}


@pytest.fixture
def cars(tmp_path):
    """Mari has two cars."""
    house = House(tmp_path, names=("vehicles",))
    new = [
        NewRecord(subject=MARI, values=CAR | {"plate": plate}, valid_from=date(2020, 5, 5))
        for plate in ("111AAA", "222BBB")
    ]
    house.registers.open_many("vehicles", new, ground="Liiklusseadus")
    yield house
    house.closed()


def plates(house, code=MARI):
    look = Look(
        register="vehicles",
        offer="vehicles",
        caller=asks(about=code, **LAW),
        subject=code,
        fields=("plate",),
    )
    return [one["plate"] for one in house.registers.read(look).records]


def leave(**others):
    return ChangeRequest(
        **{
            "register": "vehicles",
            "offer": "transfer-out",
            "caller": asks(TRANSPORT, authority="", message_id="m", **LAW),
            "subject": MARI,
            "values": {},
            "key": ("plate", "111AAA"),
            **others,
        }
    )


def test_the_car_that_was_named_leaves_its_owner_and_no_other(cars):
    cars.registers.change(leave())
    assert plates(cars) == ["222BBB"]


REFUSED = [
    ("no car is named", {"key": None}, "several"),
    ("nobody has this plate", {"key": ("plate", "333CCC")}, "unknown"),
    ("another's car", {"subject": JAAN}, "unknown"),
    ("a field by which none is found", {"key": ("vin", CAR["vin"])}, "key"),
]


@pytest.mark.parametrize(("asked", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_change_of_a_record_that_is_not_clear_is_refused(cars, asked, why):
    with pytest.raises(Refused) as refused:
        cars.registers.change(leave(**asked))
    assert refused.value.why == why
    assert len(plates(cars)) == 2


def test_a_car_that_left_cannot_leave_again(cars):
    cars.registers.change(leave())
    with pytest.raises(Refused) as refused:
        cars.registers.change(leave(caller=asks(TRANSPORT, authority="", message_id="n", **LAW)))
    assert refused.value.why == "unknown"
