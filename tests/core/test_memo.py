"""What is remembered, how much of it, and what never is."""

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import pytest

from riik.core import Memo, Refused


class Sums:
    """A function that counts how often it was asked."""

    def __init__(self):
        self.asked = []

    def of(self, number):
        self.asked.append(number)
        if number < 0:
            raise Refused("no such number", why="negative")
        return number + number


@pytest.fixture
def sums():
    """How often was it worked out?"""
    return Sums()


def ask(memo, sums, *numbers):
    return [memo.of(number, lambda: sums.of(number)) for number in numbers]  # noqa: B023


def test_the_same_question_is_worked_out_once(sums):
    assert ask(Memo(8), sums, 1, 2, 1, 2) == [2, 4, 2, 4]
    assert sums.asked == [1, 2]


def test_another_question_never_gets_an_earlier_answer(sums):
    assert ask(Memo(1), sums, 1, 2, 3) == [2, 4, 6]


def test_nothing_grows_beyond_its_bound(sums):
    memo = Memo(3)
    ask(memo, sums, *range(100))
    assert len(memo) == 3


def test_what_was_not_asked_for_longest_is_forgotten_first(sums):
    memo = Memo(2)
    ask(memo, sums, 1, 2, 1, 3, 1, 2)
    assert sums.asked == [1, 2, 3, 2]


def test_a_refusal_is_worked_out_each_time(sums):
    memo = Memo(8)
    for _ in range(2):
        with pytest.raises(Refused):
            ask(memo, sums, -1)
    assert (sums.asked, len(memo)) == ([-1, -1], 0)


def test_nothing_is_an_answer_too(sums):
    memo = Memo(8)
    assert [memo.of("key", lambda: sums.asked.append(1)) for _ in range(2)] == [None, None]
    assert sums.asked == [1]


def test_many_threads_keep_within_the_bound(sums):
    memo = Memo(5)
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: memo.of(n % 20, lambda: n % 20), range(4_000)))
    assert answers == [number % 20 for number in range(4_000)]
    assert len(memo) == 5


@pytest.mark.parametrize("most", [0, -1])
def test_a_memo_of_nothing_is_a_mistake(most):
    with pytest.raises(ValueError, match="remembers"):
        Memo(most)


class Content:
    """What an answer is made of."""


def remember(memo):
    """Ask about a content, and go away."""
    content = Content()
    assert memo.of("key", lambda: content is not None)
    return weakref.ref(content)


def test_what_an_answer_was_made_of_is_not_kept():
    memo = Memo(8)
    content = remember(memo)
    gc.collect()
    assert (content(), len(memo)) == (None, 1)
