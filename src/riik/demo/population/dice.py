"""Choices that follow from a seed and from nothing else, the same on every machine.

SplitMix64 (Steele, Lea and Flood 2014): good enough for people who don't exist, and never
for a key.
"""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

__all__ = ["Dice"]

T = TypeVar("T")

MASK = (1 << 64) - 1


class Dice:
    """A stream of choices."""

    def __init__(self, seed: str) -> None:
        """Begin the stream that this text names."""
        self._state = int.from_bytes(sha256(seed.encode()).digest()[:8], "big")

    def below(self, count: int) -> int:
        """A whole number from 0, less than ``count``."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & MASK
        mixed = self._state
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & MASK
        return (mixed ^ (mixed >> 31)) % count

    def between(self, least: int, most: int) -> int:
        """A whole number, both ends included."""
        return least + self.below(most - least + 1)

    def chance(self, percent: int) -> bool:
        """True in so many of a hundred."""
        return self.below(100) < percent

    def one_of(self, choices: Sequence[T]) -> T:
        """One of these."""
        return choices[self.below(len(choices))]

    def weighted(self, choices: Sequence[tuple[T, int]]) -> T:
        """One of these, by their weights."""
        left = self.below(sum(weight for _, weight in choices))
        for choice, weight in choices:
            left -= weight
            if left < 0:
                return choice
        raise AssertionError("weights are positive")
