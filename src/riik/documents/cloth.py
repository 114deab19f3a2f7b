"""The weave: a woven band drawn from a digest, so that two copies of one paper look alike.

A band is a row of lozenges. Each takes one byte of the digest: it chooses a balanced set
of rings, never nearly empty and never nearly full, and the ring that takes the second
thread. It helps people to recognise a document; it proves nothing, and no page may say
that it does. The belt is the same cloth with a pattern that is always the same.
"""

from collections.abc import Mapping

__all__ = ["belt", "weave"]

HALF = 5
CLOTH, LINEN, MARIGOLD = "#1d2761", "#f3ead9", "#eeb04a"


def weave(digest: bytes, *, units: int = 30, ground: bool = True) -> str:
    """The band of a digest as SVG on indigo cloth.

    Args:
        digest: At least one byte; SHA-256 of what the band stands for.
        units: Lozenges in the band; each is 10 threads wide.
        ground: Draw the cloth too; a page may have its own behind the threads.
    """
    return _svg(_woven(digest, units, HALF), units * 2 * HALF + 1, 2 * HALF + 1, ground=ground)


def belt(*, units: int = 70) -> str:
    """The belt under every head: small lozenges, every fifth with a marigold heart."""
    woven: dict[tuple[int, int], int] = {}
    for unit in range(units):
        for x in range(-3, 4):
            rest = 3 - abs(x)
            for y in (-rest, rest):
                woven[unit * 6 + x + 3, y + 4] = 1
            if unit % 5 == 0 and abs(x) <= 1:
                for y in range(abs(x) - 1, 2 - abs(x)):
                    woven[unit * 6 + x + 3, y + 4] = 2
    return _svg(woven, units * 6 + 1, 9)


def _balanced(levels: int) -> list[tuple[int, int]]:
    """The (rings, second-thread ring) pairs that look like cloth."""
    pairs: list[tuple[int, int]] = []
    for rings in range(1 << levels):
        bits = format(rings, f"0{levels}b")
        if 2 <= bits.count("1") <= levels - 2 and "111" not in bits and "000" not in bits:
            pairs += [(rings, level) for level in range(levels) if rings >> level & 1]
    return pairs


def _woven(digest: bytes, units: int, half: int) -> dict[tuple[int, int], int]:
    """The woven cells of a band: (column, row) to thread 1 or 2."""
    woven: dict[tuple[int, int], int] = {}
    choices = _balanced(half + 1)
    for unit in range(units):
        rings, second = choices[digest[unit % len(digest)] % len(choices)]
        for x in range(-half, half + 1):
            for y in range(-half, half + 1):
                ring = abs(x) + abs(y)
                # Rings grow from the heart and, mirrored, from the corners.
                level = min(ring, 2 * half - ring)
                if rings >> level & 1:
                    thread = 2 if level == second else 1
                    woven[unit * 2 * half + x + half, y + half] = thread
    return woven


def _svg(
    woven: Mapping[tuple[int, int], int], width: int, height: int, *, ground: bool = True
) -> str:
    paths = {1: "", 2: ""}
    for y in range(height):
        ends: dict[int, int] = {}
        x = 0
        while x < width:
            thread, start = woven.get((x, y), 0), x
            while x < width and woven.get((x, y), 0) == thread:
                x += 1
            if thread:
                # Steps from the end of the last run repeat, and so compress to a fifth.
                step = f"m{start - ends[thread]} 0" if thread in ends else f"M{start} {y}.5"
                paths[thread] += f"{step}h{x - start}"
                ends[thread] = x
    cloth = f'<path fill="{CLOTH}" d="M0 0h{width}v{height}h-{width}z"/>' if ground else ""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" shape-rendering="crispEdges">'
        f'{cloth}<path stroke="{LINEN}" d="{paths[1]}"/>'
        f'<path stroke="{MARIGOLD}" d="{paths[2]}"/></svg>'
    )
