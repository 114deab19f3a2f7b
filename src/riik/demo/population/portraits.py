"""Portraits and signatures of people who don't exist: drawings, and nobody takes them for more.

Each follows from its seed: flat colours, indigo line, threads behind, after the look of the
whole (LOOK.md). At most 3 KB of SVG, without script, font or reference.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from riik.demo.population.dice import Dice

__all__ = ["as_data_uri", "portrait", "signature"]

INK = "#1a1d2e"
SKINS = ("#f6d9c4", "#f0c8a8", "#e8bb96", "#dca67c", "#c98f66", "#a9714b", "#7d5237")
EASTERN = ("#f5d7b8", "#efc9a0", "#e6b98d", "#d9a878")
HAIRS = ("#23202a", "#3a2a22", "#5b3d28", "#8a5f37", "#b98a4e", "#d9b777", "#a14f2b")
DARK = ("#1d1b24", "#2a2226", "#33261f")
GREYS = ("#8d8f9a", "#b9bbc4", "#dcdde2")
CLOTHES = ("#2a3990", "#1d2761", "#8c2f39", "#17643f", "#7d4f00", "#505469", "#eeb04a", "#f3ead9")
GROUNDS = ("#dfe3f6", "#f3ead9", "#e4ece6", "#ecdfe0", "#e6e5ee")


@dataclass(frozen=True, slots=True)
class _Face:
    """What was chosen for one face."""

    skin: str
    hair: str
    cloth: str
    ground: str
    woman: bool
    age: int
    wide: int
    style: int


def portrait(seed: str, *, sex: str, age: int, country: str, year: int = 0) -> str:
    """Draw one portrait, 120 by 150.

    Args:
        seed: Whose; the same seed has the same face, older or younger.
        sex: ``F`` or ``M``.
        age: In years.
        country: ``ee`` or ``vn``: which skins and hairs are common there.
        year: When it was taken: of another year, other clothes before another wall.
    """
    dice = Dice(f"portrait {seed}")
    eastern = country == "vn"
    skin = dice.one_of(EASTERN) if eastern else dice.weighted(_WEIGHED_SKINS)
    hair = dice.one_of(DARK if eastern else HAIRS)
    greys_at = dice.between(46, 66)
    if age >= greys_at:
        hair = GREYS[min(2, (age - greys_at) // 9)]
    face = _Face(
        skin=skin,
        hair=hair,
        cloth=_of_year(CLOTHES, dice, year),
        ground=_of_year(GROUNDS, dice, year),
        woman=sex == "F",
        age=age,
        wide=dice.between(24, 28) + (2 if age < 12 else 0),
        style=dice.below(6),
    )
    parts = [
        _ground(face, dice),
        _hair_behind(face),
        _body(face, dice),
        _head(face),
        _features(face, dice),
        _hair_before(face),
        _extras(face, dice),
    ]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 120 150" width="240" height="300">'
        f'<g stroke="{INK}" stroke-width="1.6" stroke-linecap="round" stroke-linejoin="round"'
        f' fill="none">{"".join(parts)}</g></svg>'
    )


def _of_year(all_of_them: Sequence[str], dice: Dice, year: int) -> str:
    return all_of_them[(all_of_them.index(dice.one_of(all_of_them)) + year) % len(all_of_them)]


_WEIGHED_SKINS = tuple(zip(SKINS, (34, 30, 16, 8, 5, 4, 3), strict=True))


def _ground(face: _Face, dice: Dice) -> str:
    """A plain ground and a few crossing threads."""
    step, start = dice.between(13, 19), dice.between(3, 12)
    across = "".join(f"M{x} 0v150" for x in range(start, 120, step))
    down = "".join(f"M0 {y}h120" for y in range(start, 150, step))
    return (
        f'<rect width="120" height="150" fill="{face.ground}" stroke="none"/>'
        f'<path d="{across}{down}" stroke="#2b3781" stroke-width=".7" opacity=".14"/>'
    )


def _body(face: _Face, dice: Dice) -> str:
    """Neck, shoulders and a collar."""
    broad = 44 if not face.woman else 38
    if face.age < 13:
        broad -= 7
    neck = 9 if face.woman or face.age < 13 else 12
    left, right = 60 - broad, 60 + broad
    collars = (
        f"M{60 - neck} 111q{neck} 13 {2 * neck} 0",
        f"M{60 - neck} 110L60 128 {60 + neck} 110M60 128v24",
        f"M{60 - neck - 4} 109l{neck - 2} 13 6-5 6 5 {neck - 2}-13",
        f"M{60 - neck - 2} 108v7q{neck + 2} 6 {2 * neck + 4} 0v-7",
    )
    return (
        f'<path d="M{60 - neck} 88v24h{2 * neck}v-24z" fill="{face.skin}"/>'
        f'<path d="M{left} 152q2-34 {broad - neck} -42q{neck} 15 {2 * neck} 0'
        f'q{broad - neck - 2} 8 {right - 60 - neck} 42z" fill="{face.cloth}"/>'
        f'<path d="{dice.one_of(collars)}" stroke="{_on(face.cloth)}"/>'
    )


def _on(cloth: str) -> str:
    return INK if cloth in ("#eeb04a", "#f3ead9") else "#f3ead9"


def _head(face: _Face) -> str:
    wide = face.wide
    chin = 35 if face.woman else 37
    return (
        f'<ellipse cx="{60 - wide}" cy="70" rx="4.4" ry="6.6" fill="{face.skin}"/>'
        f'<ellipse cx="{60 + wide}" cy="70" rx="4.4" ry="6.6" fill="{face.skin}"/>'
        f'<path d="M{60 - wide} 62c0-36 {2 * wide}-36 {2 * wide} 0'
        f"c0 {chin - 12} -{wide - 12} {chin + 2}"
        f' -{wide} {chin + 2}c-{12} 0 -{wide} -14 -{wide} -{chin + 2}z" fill="{face.skin}"/>'
    )


def _features(face: _Face, dice: Dice) -> str:
    """Brows, eyes, nose and mouth."""
    apart, high = dice.between(10, 12), dice.between(66, 69)
    left, right = 60 - apart, 60 + apart
    tilt = dice.between(-1, 1)
    mouth_wide, smile = dice.between(6, 9), dice.between(2, 5)
    noses = ("M60 69q-4 9-1 11h3", "M61 70v9q-1 3-4 2", "M59 71q5 7 2 10h-4")
    eye = dice.below(3)
    eyes = (
        f'<circle cx="{left}" cy="{high}" r="1.9" fill="{INK}"/>'
        f'<circle cx="{right}" cy="{high}" r="1.9" fill="{INK}"/>'
    )
    if eye:
        lid = 4 if eye == 1 else 3
        eyes += f'<path d="M{left - 5} {high}q5-{lid} 10 0M{right - 5} {high}q5-{lid} 10 0"/>'
    brow = high - dice.between(7, 9)
    brows = (
        f'<path d="M{left - 5} {brow + tilt}q5-3 10 0M{right - 5} {brow}q5-3 10 {tilt}"'
        f' stroke="{face.hair}" stroke-width="{1.5 if face.woman else 2.4}"/>'
    )
    lip = "#a8434a" if face.woman and face.age > 15 else INK
    return (
        f"{brows}{eyes}"
        f'<path d="{dice.one_of(noses)}"/>'
        f'<path d="M{60 - mouth_wide} 87q{mouth_wide} {smile} {2 * mouth_wide} 0" stroke="{lip}"/>'
    )


def _hair_behind(face: _Face) -> str:
    """What falls behind the shoulders or stands as a knot."""
    wide = face.wide
    if not face.woman:
        return ""
    paths = (
        f"M{58 - wide} 60c-8 30-4 52-8 62h{2 * wide + 20}c-4-10 0-32-8-62z",
        f"M{57 - wide} 60c-4 24-2 36-2 40q{wide + 5} 8 {2 * wide + 10} 0c0-4 2-16-2-40z",
        f"M{57 - wide} 62c-3 18 0 24 2 28h{2 * wide + 2}c2-4 5-10 2-28z",
        "M47 39a13 13 0 1 1 26 0z",
        f"M{62 + wide} 54c14 8 12 34 6 54-6-2-10-20-12-40z",
        "",
    )
    path = paths[face.style]
    return f'<path d="{path}" fill="{face.hair}"/>' if path else ""


def _hair_before(face: _Face) -> str:
    """The hair over the forehead."""
    wide, style = face.wide, face.style
    left, right = 60 - wide, 60 + wide
    if not face.woman and face.age > 48 and style in (0, 3):
        # Bald on top, a rim at the sides.
        return (
            f'<path d="M{left - 1} 66c-3-8-1-16 3-20q2 8-1 18zM{right + 1} 66c3-8 1-16-3-20'
            f'q-2 8 1 18z" fill="{face.hair}"/>'
        )
    women = (
        f"M{left - 2} 66C{left - 4} 24 {right + 4} 24 {right + 2} 66C{right - 4} 46 66 46 60 42"
        f"C54 46 {left + 4} 46 {left - 2} 66z",
        f"M{left - 2} 68C{left - 6} 22 {right + 6} 22 {right + 2} 68C{right} 54 {right - 2} 52"
        f" {right - 3} 50H{left + 3}C{left + 2} 52 {left} 54 {left - 2} 68z",
        f"M{left - 2} 66C{left - 4} 22 {right + 6} 24 {right + 2} 66C{right - 2} 50 76 46 48 40"
        f"C46 50 {left + 2} 52 {left - 2} 66z",
    )
    men = (
        f"M{left - 1} 62C{left - 4} 26 {right + 4} 26 {right + 1} 62q-3-6-4-14H{left + 3}"
        f"q-1 8-4 14z",
        f"M{left - 1} 60C{left - 6} 30 52 24 70 28C{right + 6} 30 {right + 4} 48 {right + 1} 60"
        f"q-4-8-6-14Q60 50 50 42Q{left + 4} 48 {left - 1} 60z",
        f"M{left - 1} 58C{left - 2} 28 {right + 2} 28 {right + 1} 58q-2-8-8-13Q60 38 {left + 7} 45"
        f"q-6 5-8 13z",
        f"M{left - 2} 60q-2-14 5-19 0-6 8-8 4-6 11-4 8-5 14 1 8 0 9 8 7 6 5 22-4-4-5-10-8 2-14-3"
        f"-8 6-16 2-8 6-12 3-2 6-5 8z",
    )
    path = women[style % 3] if face.woman else men[style % 4]
    return f'<path d="{path}" fill="{face.hair}"/>'


def _extras(face: _Face, dice: Dice) -> str:
    """Glasses, beard, lines of age, freckles, earrings."""
    found = ""
    if dice.chance(14 + face.age // 3) and face.age > 6:
        rim = dice.one_of((INK, "#2a3990", "#7d4f00"))
        found += (
            f'<g stroke="{rim}"><circle cx="49" cy="68" r="7.6"/><circle cx="71" cy="68" r="7.6"/>'
            f'<path d="M56.6 67q3.4-2 6.8 0M41.4 66l-{face.wide - 20}-1"/>'
            f'<path d="M78.6 66l{face.wide - 20}-1"/></g>'
        )
    if not face.woman and face.age > 22 and dice.chance(34):
        beard = (
            f"M{61 - face.wide} 76c2 26 18 31 {face.wide - 1} 31"
            f"s{face.wide - 3}-5 {face.wide - 1}-31c-8 8-14 5-{face.wide - 1} 5"
            f"s-{face.wide - 7} 3-{face.wide - 1}-5z",
            "M50 82q10-7 20 0-4 4-10 2-6 2-10-2z",
        )
        found += f'<path d="{dice.one_of(beard)}" fill="{face.hair}"/>'
        found += '<path d="M54 88q6 3 12 0" stroke="#f3ead9"/>'
    if face.age > 55:
        found += '<path d="M40 74l-4 2M80 74l4 2M47 79q-2 4-1 7M73 79q2 4 1 7" stroke-width=".9"/>'
    if face.age < 30 and dice.chance(18):
        dots = "".join(f"M{x} {y}h.1" for x, y in ((46, 76), (50, 78), (70, 76), (74, 78)))
        found += f'<path d="{dots}" stroke="#a9714b"/>'
    if face.woman and face.age > 12 and dice.chance(40):
        found += "".join(
            f'<circle cx="{60 + side * (face.wide + 1)}" cy="79" r="1.9" fill="#eeb04a"/>'
            for side in (-1, 1)
        )
    return found


def signature(name: str, *, seed: str) -> str:
    """Draw a signature, 200 by 60: strokes that begin as the name does, and end as nobody's."""
    dice = Dice(f"signature {seed}")
    slant, x = dice.between(4, 9), 30
    pieces = [f"M14 {46 + dice.between(-3, 3)}C18 20 {24 + slant} 4 26 12S{x - 4} 44 {x} 40"]
    for letter in name.replace(" ", "")[1:12]:
        step = dice.between(8, 14)
        tall = letter.isupper() or letter in "bdfhkltđ"
        top = dice.between(10, 17) if tall else dice.between(26, 32)
        foot = 54 if letter in "gjpqy" else dice.between(39, 43)
        middle = x + step // 2
        pieces.append(
            f"S{middle + slant} {top - 3} {middle} {top}S{x + step - 4} {foot} {x + step} {foot}"
        )
        x += step
    pieces.append(f"q{dice.between(12, 26)}-{dice.between(2, 9)} {dice.between(24, 38)} -2")
    path = "".join(pieces)
    tail = ""
    if dice.chance(55):
        start, length = dice.between(16, 40), dice.between(70, 130)
        tail = f'<path d="M{start} {52 + dice.between(-2, 2)}q{length // 2}-9 {length}-3"/>'
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 60" width="400" height="120">'
        f'<g fill="none" stroke="#1d2761" stroke-width="{dice.one_of(("1.6", "2", "2.4"))}"'
        f' stroke-linecap="round"><path d="{path}"/>{tail}</g></svg>'
    )


def as_data_uri(svg: str) -> str:
    """A drawing as registers keep pictures."""
    return f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
