"""Asking a witness over HTTP (C2SP tlog-witness, ``add-checkpoint``)."""

from dataclasses import dataclass

from riik.runtime.http_client import HttpClient
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
        http: The node's HTTP client.
    """

    key: VerifierKey
    prefix: str
    http: HttpClient

    async def add_checkpoint(self, request: AddCheckpoint) -> list[str]:
        """Ask for cosignatures on a tree head.

        Returns:
            Signature lines, none of them checked.

        Raises:
            WitnessRefused: With the ``why`` of `Witness.add_checkpoint`.
            LogUnavailable: For ``witness-answer``.
            Unavailable: When it can't be reached in time.
        """
        reply = await self.http.request(
            "POST",
            f"{self.prefix}/add-checkpoint",
            body=bytes(request),
            timeout=SECONDS,
            max_bytes=LARGEST_ANSWER,
        )
        status, text = reply.status, reply.body.decode("utf-8", errors="replace")
        if status == 200:
            return text.removesuffix("\n").split("\n")
        raise _refusal(status, text)


def _refusal(status: int, text: str) -> WitnessRefused | LogUnavailable:
    if status == 409 and text.strip().isdecimal() and len(text) < 22:
        return WitnessRefused("the witness knows another size", why="conflict", size=int(text))
    if status in _WHY and status != 409:
        return WitnessRefused("the witness refuses this tree head", why=_WHY[status])
    return LogUnavailable(f"a witness answered {status}", why="witness-answer")
