"""What the exchange does by the clock: time-stamp the log, refresh what it believes, publish.

Each is one step that may be repeated and may fail; who runs them sees to the intervals:
configuration every 60 seconds, time-stamps as the configuration says, the rest hourly.
"""

from datetime import timedelta
from hashlib import sha512
from typing import Protocol

from riik.core import Work
from riik.exchange.component import CLAIMS_KEPT, Exchange
from riik.exchange.model import ms_of
from riik.exchange.protocol.hashchain import tree_root, write_result
from riik.trust import TimeStamper, verify_timestamp

__all__ = ["forget_handled", "refresh_configuration", "refresh_statuses", "stamp_log"]


class Source(Protocol):
    """Where the global configuration comes from; `client.ConfigurationSource`."""

    async def download(self) -> tuple[str, bytes, dict[str, bytes]]:
        """The signed directory's content type and bytes, and its parts by location."""
        ...


MOST_IN_A_BATCH = 10_000


async def stamp_log(exchange: Exchange, *, stamper: TimeStamper) -> int:
    """Time-stamp what isn't yet, in one batch; answers how many messages.

    Run by one worker at a time (under a lease).

    Raises:
        TrustUnavailable: The authority doesn't answer; the log is tried again next time, and
            after four hours no message is taken any more.
        TimeStampRefused: Its token can't be believed.
    """

    def waiting() -> list[tuple[int, bytes]]:
        with exchange.database.read() as work:
            return exchange.store.unstamped(limit=MOST_IN_A_BATCH, work=work)

    found = await exchange.in_thread(waiting)
    if not found:
        return 0
    leaves = [digest for _, digest in found]
    root = await exchange.in_thread(tree_root, leaves)
    imprint = sha512(write_result(root, chain="/ts-hashchain.xml")).digest()
    token = await stamper.stamp(imprint, hash_name="sha512")
    verify_timestamp(token, imprint=imprint, anchors=exchange.configuration().stampers)

    def keep() -> None:
        with exchange.database.work() as work:
            exchange.store.add_batch(
                [number for number, _ in found],
                token=token,
                at_ms=ms_of(exchange.clock.now()),
                work=work,
            )

    await exchange.in_thread(keep)
    return len(found)


async def refresh_configuration(exchange: Exchange, *, source: Source) -> None:
    """Download the global configuration and take it over if it can be believed.

    Raises:
        NetworkFailed: The centre isn't reached; what is known holds until it expires.
        ConfigurationRefused: What came can't be believed.
    """
    content_type, directory, parts = await source.download()
    await exchange.in_thread(exchange.learn, content_type, directory, parts)


async def refresh_statuses(exchange: Exchange) -> None:
    """Ask for OCSP responses of our own certificates before they are needed.

    Raises:
        RevocationUnknown: The responder is down and what was known is too old.
    """
    await exchange.knowledge.status(exchange.tls_certificate)
    for seal in exchange.seals.values():
        await exchange.knowledge.status(seal.certificate)


async def forget_handled(exchange: Exchange, *, kept: timedelta = CLAIMS_KEPT) -> None:
    """Forget which message ids were handled longer ago than they are kept."""

    def forget(work: Work) -> None:
        before = exchange.clock.now() - kept
        exchange.store.forget_claims(before_ms=ms_of(before), work=work)

    def run() -> None:
        with exchange.database.work() as work:
            forget(work)

    await exchange.in_thread(run)
