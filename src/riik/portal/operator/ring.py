"""Where members stand in the ring, and which way their messages go. A drawing, nothing more.

Pure geometry for the page's map: everything it shows stands in the table beneath it as well.
Units are those of the drawing, `WIDTH` by `HEIGHT`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, hypot, pi, sin

from riik.portal.operator.status import Country, Member, Message

__all__ = ["HEIGHT", "WIDTH", "Pill", "Ring", "Thread", "ring"]

WIDTH, HEIGHT = 1080, 520
CENTRE_X, CENTRE_Y, RADIUS_X, RADIUS_Y = 540, 260, 415, 214
LINE_CHARACTERS = 20
CHARACTER, PADDING, LINE = 7.7, 46, 19
GAP = 10
"""Room between two names."""
GIVEN_WAY, MOST_ROUNDS = 0.002, 400
"""How far a name moves at once, in turns, and how often at most."""
WORDS_X, WORDS_Y = 210, 60
"""How far the words in the middle reach to each side."""
MOVING = 4
"""So many of the newest messages travel; the others are lines."""


@dataclass(frozen=True, slots=True)
class Pill:
    """A member's place: its middle, its size, its name in at most two lines."""

    x: int
    y: int
    width: int
    height: int
    lines: tuple[str, ...]
    state_body: bool
    up: bool
    busy: bool


@dataclass(frozen=True, slots=True)
class Thread:
    """The way of messages between two members, as an SVG path; ``kind`` names its class."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Ring:
    """The drawing: threads first, pills on top of them."""

    threads: tuple[Thread, ...]
    pills: tuple[Pill, ...]


def ring(country: Country, *, language: str) -> Ring:
    """Draw the members in a ring, with threads for the last messages."""
    messages = country.messages
    busy = {member for message in messages for member in (message.asker, message.provider)}
    pills = _apart(
        [
            _pill(member, language=language, busy=member.listed.member in busy)
            for member in country.members
        ]
    )
    places = {
        member.listed.member: pill for member, pill in zip(country.members, pills, strict=True)
    }
    return Ring(tuple(_threads(messages, places)), tuple(pills))


def _apart(pills: Sequence[Pill]) -> list[Pill]:
    """Pills around the ring, evenly; neighbours that would cover each other give way a little."""
    count = len(pills)
    turns = [place / count for place in range(count)]
    placed = [_at(pill, turn) for pill, turn in zip(pills, turns, strict=True)]
    for _ in range(MOST_ROUNDS):
        close = [n for n in range(count) if _touch(placed[n], placed[(n + 1) % count])]
        if not close or count < 2:
            break
        for place in close:
            turns[place] -= GIVEN_WAY
            turns[(place + 1) % count] += GIVEN_WAY
        placed = [_at(pill, turn) for pill, turn in zip(pills, turns, strict=True)]
    return placed


def _at(pill: Pill, turn: float) -> Pill:
    """The same pill, so far around the ring; 0 is the top."""
    x = round(CENTRE_X + RADIUS_X * sin(2 * pi * turn))
    return replace(pill, x=x, y=round(CENTRE_Y - RADIUS_Y * cos(2 * pi * turn)))


def _touch(one: Pill, other: Pill) -> bool:
    beside = abs(one.x - other.x) >= (one.width + other.width) / 2 + GAP
    return not beside and abs(one.y - other.y) < (one.height + other.height) / 2 + GAP


def _pill(member: Member, *, language: str, busy: bool) -> Pill:
    lines = _lines(member.listed.called(language))
    longest = max(len(line) for line in lines)
    return Pill(
        x=CENTRE_X,
        y=CENTRE_Y,
        width=round(longest * CHARACTER + PADDING),
        height=16 + LINE * len(lines),
        lines=lines,
        state_body=member.listed.state_body,
        up=member.up,
        busy=busy,
    )


def _lines(name: str) -> tuple[str, ...]:
    """A name in one line, or in two that are as even as its words allow."""
    words = name.split()
    if len(name) <= LINE_CHARACTERS or len(words) < 2:
        return (name,)
    splits = [(" ".join(words[:cut]), " ".join(words[cut:])) for cut in range(1, len(words))]
    return min(splits, key=lambda pair: max(map(len, pair)))


def _threads(messages: Sequence[Message], places: Mapping[str, Pill]) -> list[Thread]:
    """One thread a pair of members, by its newest message; failures are broken lines.

    What moves has the colour of who asked: of the state, or private.
    """
    newest: dict[tuple[str, str], Message] = {}
    for message in messages:
        pair = (message.asker, message.provider)
        if pair[0] != pair[1] and pair[0] in places and pair[1] in places:
            newest.setdefault(pair, message)
    threads, moving = [], []
    for rank, ((asker, provider), message) in enumerate(newest.items()):
        path = _path(places[asker], places[provider])
        if message.outcome == "waiting":
            threads.append(Thread(path, "still broken"))
            continue
        threads.append(Thread(path, "path"))
        if rank < MOVING:
            kinds = "ab" if places[asker].state_body else "cd"
            moving.append(Thread(path, f"msg {kinds[rank % 2]}"))
    return [*threads, *moving]


def _path(start: Pill, end: Pill) -> str:
    """A curve that bends towards the middle, but leaves the words there free."""
    middle_x, middle_y = (start.x + end.x) / 2, (start.y + end.y) / 2
    if abs(middle_x - CENTRE_X) < WORDS_X / 2 and abs(middle_y - CENTRE_Y) < WORDS_Y:
        return _around(start, end)
    pull = 0.35
    bend_x = round(middle_x + (CENTRE_X - middle_x) * pull)
    bend_y = round(middle_y + (CENTRE_Y - middle_y) * pull)
    return f"M{start.x} {start.y}Q{bend_x} {bend_y} {end.x} {end.y}"


def _around(start: Pill, end: Pill) -> str:
    """A curve past the words in the middle, for members that stand opposite each other."""
    across_x, across_y = end.y - start.y, start.x - end.x
    length = hypot(across_x, across_y) or 1
    # A quadratic curve passes half as far from the middle as its bend.
    bend_x = round(CENTRE_X + 2 * WORDS_X * across_x / length)
    bend_y = round(CENTRE_Y + 2 * WORDS_Y * across_y / length)
    return f"M{start.x} {start.y}Q{bend_x} {bend_y} {end.x} {end.y}"
