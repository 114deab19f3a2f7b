"""A text that shows nothing says nothing."""

import pytest

from riik.core import is_blank


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t", "\u200b", "\u2060\ufeff", "\u00a0", "\u3164", "\u2800", "\u0301", "\0"],
)
def test_it_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "Đ", "\u200ba", "7", "–", "°", "e\u0301", "👍", "中"])
def test_it_says_something(text):
    assert not is_blank(text)
