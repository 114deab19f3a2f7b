"""What a node's file says of appointments."""

from riik.formats.toml import Shape

__all__ = ["AppointmentsSection"]


class AppointmentsSection(Shape):
    """Where, with whom and for what people come: a file, see docs/reference/appointments.md."""

    file: str
