"""What the pages of money need; the node fills it with `payments`.

Every value is plain: no page reaches into the component that decides.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from riik.portal.official.ports import Reader

__all__ = ["Money"]


class Money(Protocol):
    """One authority's money at its desk; raises what `riik.payments` and the desk raise."""

    async def overview(self, reader: Reader, /) -> Mapping[str, Any]: ...
    async def open(self, reader: Reader, receipt: str, /) -> Mapping[str, Any]: ...
    async def propose(
        self, reader: Reader, receipt: str, /, *, amount: str, law: str, reason: str, account: str
    ) -> None: ...
    async def take(self, reader: Reader, number: str, /, *, amount: str) -> None: ...
    async def resolve(self, reader: Reader, receipt: str, /, *, reason: str) -> None: ...
    async def approve(self, reader: Reader, receipt: str, refund: str, /) -> None: ...
    async def decline(
        self, reader: Reader, receipt: str, refund: str, /, *, reason: str
    ) -> None: ...
