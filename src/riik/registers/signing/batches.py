"""One signature for many changes: a Merkle tree over them, and each one's way to the root.

Decision 18. A key that lies in a token signs a few hundred times a second, and so does none need
to sign a million rows of an old table one by one. The owner signs the root of a tree over up to
`MOST` changes; each change keeps its place, the hashes on its way (RFC 9162 §2.1.1, §2.1.3) and
that signature, so that it is verified alone, with nothing of the others: their salted contents
can't be guessed from a hash. What is signed begins in a way that no single change does, and a
change says in its own content which kind of signature it has. Pure.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

from riik.registers.errors import HistoryRefused

__all__ = ["MOST", "sign_together", "verify_together"]

MOST: Final = 64
"""So many changes a signature: six hashes each, and a sixty-fourth of a signature."""

_STATEMENT: Final = b"riik-changes/1\x00"
_HASH: Final = 32
_HEAD: Final = 2

Sign = Callable[[bytes], bytes]
Verify = Callable[[bytes, bytes], None]


def sign_together(contents: Sequence[bytes], sign: Sign) -> list[bytes]:
    """Sign changes, `MOST` at a time.

    Args:
        contents: Their canonical texts.
        sign: The owner's key.

    Returns:
        For each: size of its tree and its index, one byte each, its way to the root, and the
        signature of size and root.
    """
    found: list[bytes] = []
    for start in range(0, len(contents), MOST):
        found += _signed(contents[start : start + MOST], sign)
    return found


def verify_together(content: bytes, signature: bytes, verify: Verify) -> None:
    """Check one change of a tree: its way must lead to the root that was signed.

    Args:
        content: The change's canonical text.
        signature: What `sign_together` answered for it.
        verify: Checks a message and its signature with the owner's key, or raises.

    Raises:
        HistoryRefused: For ``signature``, and what ``verify`` raises.
    """
    size, index = signature[:1], signature[1:_HEAD]
    if not index or not index[0] < size[0] <= MOST:
        raise HistoryRefused("a change has no place in a signed tree", why="signature")
    steps = _steps(index[0], size[0])
    way, rest = signature[_HEAD:], signature[_HEAD + _HASH * len(steps) :]
    if not rest:
        raise HistoryRefused("a change's way to the signed root is cut short", why="signature")
    node = sha256(b"\x00" + content).digest()
    for step, left in enumerate(steps):
        other = way[_HASH * step : _HASH * (step + 1)]
        node = _pair(other, node) if left else _pair(node, other)
    verify(_STATEMENT + size + node, rest)


def _signed(contents: Sequence[bytes], sign: Sign) -> list[bytes]:
    size = len(contents)
    ways: list[list[bytes]] = [[] for _ in contents]
    level = [sha256(b"\x00" + content).digest() for content in contents]
    width = 1
    while len(level) > 1:
        for index, way in enumerate(ways):
            other = (index // width) ^ 1
            if other < len(level):
                way.append(level[other])
        pairs = [_pair(*level[at : at + 2]) for at in range(0, len(level) - 1, 2)]
        # The last one without a neighbour moves up as it is: RFC 9162's tree of any size.
        level = pairs + level[2 * len(pairs) :]
        width *= 2
    signature = sign(_STATEMENT + bytes([size]) + level[0])
    return [bytes([size, index]) + b"".join(way) + signature for index, way in enumerate(ways)]


def _steps(index: int, size: int) -> list[bool]:
    """For each hash on the way up: does it stand on the left?"""
    found = []
    while size > 1:
        if index ^ 1 < size:
            found.append(bool(index & 1))
        index, size = index // 2, (size + 1) // 2
    return found


def _pair(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()
