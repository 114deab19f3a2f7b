"""What a pure function answered, so that the same question need not be worked out twice.

Sound only where the key says everything that the answer follows from: bytes and keys in, a
value out, no clock and no disk between. Then nothing that is remembered can be stale, for other
bytes are another key. Whoever needs a memo is given one; it belongs to nobody else.
"""

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Generic, TypeVar

__all__ = ["Memo"]

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Memo(Generic[K, V]):
    """The latest answers, each by its question; threads may share it."""

    __slots__ = ("_answer",)

    def __init__(self, most: int) -> None:
        """Remember at most ``most`` answers; what was not asked for longest goes first."""
        if most < 1:
            raise ValueError("a memo remembers something")
        self._answer = lru_cache(maxsize=most)(_Question[K, V].answer)

    def __len__(self) -> int:
        return self._answer.cache_info().currsize

    def of(self, key: K, work_out: Callable[[], V], /) -> V:
        """The answer to ``key``: the one remembered, or the one worked out now.

        What raises is not remembered: it is worked out, and raises, again. Two threads that ask
        the same at once may both work it out.

        Args:
            key: All that the answer follows from.
            work_out: Answers; what it answers is shared, so nobody may change it.
        """
        return self._answer(_Question(key, work_out))


class _Question(Generic[K, V]):
    """A key, and until it is answered how to answer it."""

    __slots__ = ("_key", "_work_out")

    def __init__(self, key: K, work_out: Callable[[], V]) -> None:
        self._key = key
        self._work_out: Callable[[], V] | None = work_out

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Question) and bool(self._key == other._key)

    def __hash__(self) -> int:
        return hash(self._key)

    def answer(self) -> V:
        """Work it out; only the key stays, not what the answer was made of."""
        work_out, self._work_out = self._work_out, None
        if work_out is None:
            raise RuntimeError("a question is answered once")
        return work_out()
