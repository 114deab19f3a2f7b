"""What can be wrong at a desk.

ServiceRefused
├── DeskRefused      the official may not do this, here or now
└── DeskConflict     somebody else did something with the case meanwhile
"""

from typing import ClassVar

from riik.services.errors import ServiceRefused

__all__ = ["DeskConflict", "DeskRefused"]


class DeskRefused(ServiceRefused):
    """The official may not do this with this case."""

    code = "services.desk-refused"
    status: ClassVar[int] = 403


class DeskConflict(ServiceRefused):
    """A colleague has the case, or it was changed or decided since it was opened."""

    code = "services.desk-conflict"
    status: ClassVar[int] = 409
