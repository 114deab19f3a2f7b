"""Asking a witness over HTTP (C2SP tlog-witness, ``add-checkpoint``)."""

from dataclasses import dataclass

import aiohttp

from riik.transparency.errors import LogUnavailable, WitnessRefused
from riik.transparency.notes import VerifierKey
from riik.transparency.witness import AddCheckpoint

__all__ = ["WitnessClient"]

LARGEST_ANSWER = 50_000
SECONDS = 10

_WHY = {
    400: "old-size",
    403: "signature",
    404: "origin",
    409: "conflict",
    422: "proof",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessClient:
    """One witness as a log reaches it.

    Attributes:
        key: The witness's key; its name is the witness's.
        prefix: The submission prefix: a URL without a last slash.
        session: The node's HTTP session.
    """

    key: VerifierKey
    prefix: str
    session: aiohttp.ClientSession

    async def add_checkpoint(self, request: AddCheckpoint) -> list[str]:
        """Ask for cosignatures on a tree head.

        Returns:
            Signature lines, none of them checked.

        Raises:
            WitnessRefused: With the ``why`` of `Witness.add_checkpoint`.
            LogUnavailable: For ``witness-away`` or ``witness-answer``.
        """
        timeout = aiohttp.ClientTimeout(total=SECONDS)
        try:
            async with self.session.post(
                f"{self.prefix}/add-checkpoint", data=bytes(request), timeout=timeout
            ) as response:
                status = response.status
                body = await response.content.read(LARGEST_ANSWER)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise LogUnavailable("a witness doesn't answer", why="witness-away") from error
        text = body.decode("utf-8", errors="replace")
        if status == 200:
            return text.removesuffix("\n").split("\n")
        raise _refusal(status, text)


def _refusal(status: int, text: str) -> WitnessRefused | LogUnavailable:
    if status == 409 and text.strip().isdecimal() and len(text) < 22:
        return WitnessRefused("the witness knows another size", why="conflict", size=int(text))
    if status in _WHY and status != 409:
        return WitnessRefused("the witness refuses this tree head", why=_WHY[status])
    return LogUnavailable(f"a witness answered {status}", why="witness-answer")
