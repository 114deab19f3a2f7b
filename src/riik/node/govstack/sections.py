"""What a node's file says of GovStack's doors."""

import msgspec

from riik.formats.toml import Shape

__all__ = ["GovstackSection"]


class GovstackSection(Shape):
    """Doors for GovStack's building blocks: which are open, and the callers' tokens.

    ``clients`` are callers by the name that they give, each with a reference to its token.
    """

    scheduler: bool = False
    clients: dict[str, str] = msgspec.field(default_factory=dict)
