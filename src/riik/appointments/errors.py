"""What can be wrong with an appointment, or with the file that says where and when there are any.

Refused
├── AppointmentRefused   this time can't be had, or this appointment can't be changed
└── PlanRefused          the file of places, people and kinds is incomplete or contradictory
"""

from typing import ClassVar

from riik.core import Refused

__all__ = ["AppointmentRefused", "PlanRefused"]


class AppointmentRefused(Refused):
    """A time that is taken, gone or none; a change that comes too late or from another."""

    code = "appointments.refused"
    status: ClassVar[int] = 409


class PlanRefused(Refused):
    """A file of appointments that can't be followed."""

    code = "appointments.plan-refused"
