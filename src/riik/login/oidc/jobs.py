"""What the provider does later: tell sites that a session ended, and turn its keys over."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Final, Protocol

import msgspec

from riik.login.component import FAREWELL
from riik.login.oidc.component import OpenIdProvider

__all__ = ["TURN_EVERY", "TellLogout", "handlers", "turner"]

TURN_EVERY: Final = timedelta(hours=6)


class TellLogout(Protocol):
    """Posts a logout token to a site; `client` fills it."""

    def __call__(self, address: str, token: str, /) -> Awaitable[None]: ...


class _Farewell(msgspec.Struct):
    client: str
    sid: str


def handlers(
    provider: OpenIdProvider, *, tell: TellLogout
) -> Mapping[str, Callable[[bytes], Awaitable[None]]]:
    """By topic: what takes the outbox's events.

    The token is made at each attempt, for it is good for two minutes only. A site may hear the
    same session's end twice, and that does nothing more (Back-Channel Logout 1.0 §2.6).
    """

    async def tell_site(payload: bytes) -> None:
        told = msgspec.json.decode(payload, type=_Farewell)
        client = provider.clients.get(told.client)
        if client is None or not client.backchannel_uri:
            return
        make = provider.logout_token
        await tell(
            client.backchannel_uri, await provider.login.in_thread(make, told.client, told.sid)
        )

    return {FAREWELL: tell_site}


def turner(provider: OpenIdProvider) -> Callable[[], Awaitable[None]]:
    """The job that makes the next key when the newest is old."""

    async def turn() -> None:
        await provider.login.in_thread(provider.keyring.turn)

    return turn
