"""GovStack's building-block APIs as doors of a node: which of its calls are ours, and how?"""

from riik.govstack.clients import Client, DoorRefused, Errand, RegisterRight
from riik.govstack.scheduler import Scheduler
from riik.govstack.scheduler_model import SchedulerRefused

__all__ = ["Client", "DoorRefused", "Errand", "RegisterRight", "Scheduler", "SchedulerRefused"]
