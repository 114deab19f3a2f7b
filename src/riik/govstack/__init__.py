"""GovStack's building-block APIs as doors of a node: which of its calls are ours, and how?"""

from riik.govstack.scheduler import Client, Scheduler
from riik.govstack.scheduler_model import SchedulerRefused

__all__ = ["Client", "Scheduler", "SchedulerRefused"]
