"""APDUs and BER-TLV: what goes to a card and what comes back, as bytes.

Implements command and response APDUs with short lengths (ISO/IEC 7816-4 §5.1) and reading
of BER-TLV data objects with tags of up to three bytes (ISO/IEC 7816-4 §6.3).
Pure; which commands a card wants is in `device`.
"""

from dataclasses import dataclass

from riik.identity.errors import CardSilent

__all__ = ["OK", "Response", "command", "find", "tlv"]

OK = 0x9000


@dataclass(frozen=True, slots=True)
class Response:
    """What a card answered: its data and its status word."""

    octets: bytes
    status: int

    @classmethod
    def read(cls, answer: bytes) -> "Response":
        """Split an answer.

        Raises:
            CardSilent: For ``answer``, when it has no status word.
        """
        if len(answer) < 2:
            raise CardSilent("the card's answer has no status word", why="answer")
        return cls(answer[:-2], int.from_bytes(answer[-2:], "big"))


def command(  # the four header bytes are one thing and stand together
    header: bytes, body: bytes = b"", *, expected: int | None = None
) -> bytes:
    """Write a command APDU with short lengths.

    Args:
        header: CLA, INS, P1 and P2.
        body: At most 255 bytes.
        expected: Most bytes of the answer, 256 for as many as there are; None for no Le.
    """
    assert len(header) == 4, "a header has four bytes"  # noqa: S101 - our own mistake only
    assert len(body) < 256, "short APDUs only"  # noqa: S101 - our own mistake only
    length = bytes([len(body)]) if body else b""
    wanted = b"" if expected is None else bytes([expected % 256])
    return header + length + body + wanted


def tlv(tag: str, value: bytes) -> bytes:
    """Write one data object; the tag in hexadecimal."""
    if len(value) < 0x80:
        length = bytes([len(value)])
    elif len(value) < 0x100:
        length = bytes([0x81, len(value)])
    else:
        length = b"\x82" + len(value).to_bytes(2, "big")
    return bytes.fromhex(tag) + length + value


def find(octets: bytes, *path: str) -> bytes | None:
    """The value at a path of tags (hexadecimal), or None when there is no such object.

    Raises:
        CardSilent: For ``answer``, when the bytes are no BER-TLV.
    """
    for tag in path:
        for name, value in _objects(octets):
            if name == bytes.fromhex(tag):
                octets = value
                break
        else:
            return None
    return octets


def _objects(octets: bytes) -> list[tuple[bytes, bytes]]:
    found, at = [], 0
    while at < len(octets):
        try:
            tag_end = _tag_end(octets, at)
            length, start = _length(octets, tag_end)
        except IndexError as error:
            raise CardSilent("a data object is cut off", why="answer") from error
        if start + length > len(octets):
            raise CardSilent("a data object is longer than the answer", why="answer")
        found.append((octets[at:tag_end], octets[start : start + length]))
        at = start + length
    return found


def _tag_end(octets: bytes, at: int) -> int:
    """Where the tag ends: five set bits say that more bytes follow, bit 8 that one more does."""
    end = at + 1
    if octets[at] & 0x1F == 0x1F:
        while octets[end] & 0x80:
            end += 1
        end += 1
    return end


def _length(octets: bytes, at: int) -> tuple[int, int]:
    first = octets[at]
    if first < 0x80:
        return first, at + 1
    size = first & 0x7F
    if not 1 <= size <= 2:
        raise CardSilent("a data object of unlikely length", why="answer")
    octets[at + size]  # a length that is cut off is an IndexError here
    return int.from_bytes(octets[at + 1 : at + 1 + size], "big"), at + 1 + size
