"""What a node's file says of GovStack's doors."""

from typing import Annotated

import msgspec

from riik.formats.toml import Shape

__all__ = ["ErrandSection", "GovstackClientSection", "GovstackRightSection", "GovstackSection"]

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class ErrandSection(Shape):
    """What for a client looks at data, and by which law."""

    purpose: Text
    legal_basis: Text


class GovstackRightSection(ErrandSection):
    """What a client may do with one register: through which of its offers, and how it is named.

    ``person`` opens the question who looked at a person, which only the person may ask.
    """

    register: Text
    offers: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    key: Text
    person: str = ""


class GovstackClientSection(Shape):
    """Who calls: the reference to its token, its subsystem, and what it may do."""

    token: Text
    member: Text
    scheduler: ErrandSection | None = None
    rights: tuple[GovstackRightSection, ...] = ()
    schemas: bool = False


class GovstackSection(Shape):
    """Doors for GovStack's building blocks: which are open, and who may call.

    ``clients`` are callers by the name that they give the Scheduler.
    """

    scheduler: bool = False
    registries: bool = False
    registration: bool = False
    clients: dict[str, GovstackClientSection] = msgspec.field(default_factory=dict)
