"""Regular expressions of FEEL: ``matches``, ``replace`` and ``split``.

DMN 1.5 §10.3.4.3 takes them from XPath Functions 3.1 §5.6: XML Schema's syntax with
anchors, reluctant quantifiers, groups, back-references and the flags s m i x q. Every
step of matching is counted against the run's limit, so no pattern can hang a node:
that is why Python's own engine, which counts nothing, isn't used. The syntax is read
in `pattern_syntax`; here is the machine: instructions and a stack to go back on.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from riik.rules.feel.pattern_syntax import Matcher, PatternWrong, read_pattern
from riik.rules.feel.values import Tick

__all__ = ["Pattern", "compile_pattern", "replace_all", "split_at"]

MOST_TEXT = 200_000
_State: TypeAlias = tuple[int, int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern made into instructions."""

    program: tuple[tuple[str, int, int, Matcher | None], ...]
    groups: int
    slots: int
    literal: bool

    def search(self, text: str, start: int, tick: Tick) -> tuple[int, ...] | None:
        """The first match from ``start`` on: (start, end) of it and of each group, or -1."""
        for position in range(start, len(text) + 1):
            found = self._match(text, position, tick)
            if found is not None:
                return found
        return None

    def _match(self, text: str, start: int, tick: Tick) -> tuple[int, ...] | None:
        """A match that begins at ``start``; on failure the latest choice is taken back."""
        stack = [(0, start, (-1,) * self.slots)]
        while stack:
            found = self._follow(stack, text, tick)
            if found is not None:
                return (start, found[0], *found[1][: self.groups * 2])
        return None

    def _follow(
        self, stack: list[_State], text: str, tick: Tick
    ) -> tuple[int, tuple[int, ...]] | None:
        """One way through the program until it fails or matches; choices go on the stack."""
        place, position, saved = stack.pop()
        steps = 0
        while True:
            steps += 1
            action, one, two, matcher = self.program[place]
            if action == "match":
                tick(steps)
                return position, saved
            if action == "split":
                stack.append((two, position, saved))
                place = one
            elif action == "jump":
                place = one
            elif action == "save":
                saved = (*saved[:one], position, *saved[one + 1 :])
                place += 1
            elif action == "moved":
                place = two if saved[one] == position else place + 1
            else:
                moved = _advance(action, one, matcher, text, position, saved)
                if moved < 0:
                    tick(steps)
                    return None
                place, position = place + 1, moved


def _advance(  # noqa: PLR0917 - the machine's registers
    action: str,
    one: int,
    matcher: Matcher | None,
    text: str,
    position: int,
    saved: tuple[int, ...],
) -> int:
    """Where a character, a back-reference or an anchor leads; -1 where it doesn't hold."""
    if action == "one":
        fits = position < len(text) and matcher is not None and matcher(text[position])
        return position + 1 if fits else -1
    if action not in ("back", "back-i"):
        return position if _anchored(action, text, position) else -1
    begin, end = saved[2 * one - 2], saved[2 * one - 1]
    part = text[begin:end] if begin >= 0 <= end else ""
    there = text[position : position + len(part)]
    same = there == part if action == "back" else there.casefold() == part.casefold()
    return position + len(part) if same else -1


def _anchored(action: str, text: str, position: int) -> bool:
    if action == "start":
        return position == 0
    if action == "end":
        return position == len(text)
    if action == "line-start":
        return position == 0 or (text[position - 1] == "\n" and position < len(text))
    return position == len(text) or text[position] == "\n"


def compile_pattern(pattern: str, flags: str) -> Pattern | None:
    """The pattern, or nothing when it or its flags are wrong (then FEEL answers null)."""
    try:
        program, groups, slots = read_pattern(pattern, flags)
    except PatternWrong:
        return None
    return Pattern(program, groups, slots, "q" in flags)


def _finds(pattern: Pattern, text: str, tick: Tick) -> Iterator[tuple[int, ...]]:
    position = 0
    while (found := pattern.search(text, position, tick)) is not None and position < len(text):
        if found[1] == found[0]:
            return
        yield found
        position = found[1]


def _filled(replacement: str, found: tuple[int, ...], text: str, groups: int) -> str | None:
    """The replacement with ``$1`` filled in; nothing when it is wrong (XPath FORX0004)."""
    parts, place = [], 0
    while place < len(replacement):
        sign = replacement[place]
        place += 1
        if sign == "\\":
            if replacement[place : place + 1] not in ("\\", "$"):
                return None
            parts.append(replacement[place])
            place += 1
        elif sign == "$":
            end = place
            while end < len(replacement) and replacement[end] in "0123456789":
                longer = int(replacement[place : end + 1])
                if end > place and longer > groups:
                    break
                end += 1
            if end == place:
                return None
            group = int(replacement[place:end])
            if group <= groups and found[2 * group] >= 0:
                parts.append(text[found[2 * group] : found[2 * group + 1]])
            place = end
        else:
            parts.append(sign)
    return "".join(parts)


def replace_all(pattern: Pattern, text: str, replacement: str, tick: Tick) -> str | None:
    """Every match replaced; nothing if the pattern matches the empty text."""
    if pattern.search("", 0, tick) is not None:
        return None
    parts, last, size = [], 0, 0
    for found in _finds(pattern, text, tick):
        filled = (
            replacement if pattern.literal else _filled(replacement, found, text, pattern.groups)
        )
        if filled is None:
            return None
        size += len(filled)
        if size > MOST_TEXT:
            return None
        parts += [text[last : found[0]], filled]
        last = found[1]
    if last == 0 and not pattern.literal and _filled(replacement, (-1,) * 20, "", 9) is None:
        return None
    return "".join([*parts, text[last:]])


def split_at(pattern: Pattern, text: str, tick: Tick) -> list[str] | None:
    """What stands between the matches; nothing if the pattern matches the empty text."""
    if pattern.search("", 0, tick) is not None:
        return None
    parts, last = [], 0
    for found in _finds(pattern, text, tick):
        parts.append(text[last : found[0]])
        last = found[1]
    return [*parts, text[last:]]
