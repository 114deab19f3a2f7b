"""When, where and with whom does a person come, and does nobody else come then?"""

from riik.appointments.calendar import calendar_of
from riik.appointments.component import Appointments
from riik.appointments.errors import AppointmentRefused, PlanRefused
from riik.appointments.files import read_plan
from riik.appointments.model import Booking, Kind, Place, Plan, Resource, Slot, Standing
from riik.appointments.slots import first_shown, free_slots, slot_named

__all__ = [
    "AppointmentRefused",
    "Appointments",
    "Booking",
    "Kind",
    "Place",
    "Plan",
    "PlanRefused",
    "Resource",
    "Slot",
    "Standing",
    "calendar_of",
    "first_shown",
    "free_slots",
    "read_plan",
    "slot_named",
]
