"""What these pages need of the register's owner; the node fills it with `registers`.

Every value is plain JSON: no page reaches into the component that decides.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Protocol

from riik.portal.session import Visitor

__all__ = ["Owner"]


class Owner(Protocol):
    """The desk of one node's registers; raises what `riik.registers` raises.

    ``key`` is register and number, ``population/2026-000003``.
    """

    async def waiting(self, visitor: Visitor, /) -> Sequence[Mapping[str, Any]]: ...
    async def open(self, visitor: Visitor, key: str, /) -> Mapping[str, Any]: ...
    async def correct(
        self,
        visitor: Visitor,
        key: str,
        /,
        *,
        record: str,
        typed: Mapping[str, str],
        since: date | None,
        reason: str,
    ) -> None: ...
    async def refuse(self, visitor: Visitor, key: str, /, *, reason: str) -> None: ...
