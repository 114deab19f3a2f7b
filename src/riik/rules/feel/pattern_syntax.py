"""The syntax of regular expressions: XML Schema part 2 appendix F with XPath's additions.

XPath Functions 3.1 §5.6.1 (syntax, flags), XML Schema §F.1 (character classes with
subtraction, categories, blocks). Gives instructions for the machine in `patterns`.
"""

import re
import unicodedata
from collections.abc import Callable
from typing import TypeAlias

__all__ = ["Instruction", "Matcher", "PatternWrong", "read_pattern"]

Matcher: TypeAlias = Callable[[str], bool]
Instruction: TypeAlias = tuple[str, int, int, Matcher | None]

MOST_INSTRUCTIONS = 4_000
DEEPEST = 30
_FLAGS = frozenset("smixq")
_SPECIAL = frozenset("\\|.-^?*+{}()[]$")
_PLAIN = {"n": "\n", "r": "\r", "t": "\t"}
_COUNT = re.compile(r"\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_BLOCKS = {
    "BasicLatin": (0x0, 0x7F),
    "Latin-1Supplement": (0x80, 0xFF),
    "LatinExtended-A": (0x100, 0x17F),
    "LatinExtended-B": (0x180, 0x24F),
    "LatinExtendedAdditional": (0x1E00, 0x1EFF),
    "CombiningDiacriticalMarks": (0x300, 0x36F),
    "Greek": (0x370, 0x3FF),
    "GreekandCoptic": (0x370, 0x3FF),
    "Cyrillic": (0x400, 0x4FF),
    "GeneralPunctuation": (0x2000, 0x206F),
    "CurrencySymbols": (0x20A0, 0x20CF),
}
_CATEGORY_NAMES = (
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C "
    "Cc Cf Co Cn"
)
_CATEGORIES = frozenset(_CATEGORY_NAMES.split())


class PatternWrong(Exception):
    """Not a pattern; FEEL's functions answer null."""


def _initial(sign: str) -> bool:
    return sign in "_:" or unicodedata.category(sign)[0] == "L"


def _name_part(sign: str) -> bool:
    return _initial(sign) or sign in "-.\u00b7" or unicodedata.category(sign)[:1] in ("N", "M")


_CLASSES: dict[str, Matcher] = {
    "s": lambda sign: sign in " \t\n\r",
    "d": lambda sign: unicodedata.category(sign) == "Nd",
    "w": lambda sign: unicodedata.category(sign)[0] not in "PZC",
    "i": _initial,
    "c": _name_part,
}


def _negated(matcher: Matcher) -> Matcher:
    return lambda sign: not matcher(sign)


def _variants(sign: str) -> set[str]:
    found = {sign, sign.lower(), sign.upper(), sign.casefold()}
    found |= {each.lower() for each in found} | {each.upper() for each in found}
    return {each for each in found if len(each) == 1}


def _any_case(matcher: Matcher) -> Matcher:
    return lambda sign: any(matcher(each) for each in _variants(sign))


def read_pattern(pattern: str, flags: str) -> tuple[tuple[Instruction, ...], int, int]:
    """Instructions, the number of groups, and of slots to save positions in.

    Raises:
        PatternWrong: When pattern or flags aren't as XPath has them.
    """
    if not set(flags) <= _FLAGS or len(pattern) > 10_000:
        raise PatternWrong
    reader = _Reader(pattern, flags)
    return reader.program()


class _Reader:
    """One pattern being read; parts of the program are lists joined bottom up."""

    def __init__(self, pattern: str, flags: str) -> None:
        self.flags = flags
        self.text = pattern
        if "x" in flags and "q" not in flags:
            self.text = _without_space(pattern)
        self.at = 0
        self.groups = 0
        self.closed: set[int] = set()
        self.loops = 0
        self.depth = 0

    def program(self) -> tuple[tuple[Instruction, ...], int, int]:
        """The instructions, the number of groups and of slots."""
        if "q" in self.flags:
            body = [self.character(sign) for sign in self.text]
        else:
            body = self.choice()
            if self.at < len(self.text):
                raise PatternWrong
        # Loop slots come after the groups', whose number is known only now.
        shift = self.groups * 2
        moved = [self._placed(each, shift) for each in body]
        return (*moved, ("match", 0, 0, None)), self.groups, shift + self.loops

    @staticmethod
    def _placed(instruction: Instruction, shift: int) -> Instruction:
        action, one, two, matcher = instruction
        if action == "loop-save":
            return "save", one + shift, two, matcher
        return (action, one + shift, two, matcher) if action == "moved" else instruction

    def peek(self) -> str:
        """The sign to be read next, or nothing."""
        return self.text[self.at : self.at + 1]

    def take(self) -> str:
        """Read it."""
        sign = self.peek()
        if not sign:
            raise PatternWrong
        self.at += 1
        return sign

    def character(self, sign: str) -> Instruction:
        """The instruction that takes one character."""
        matcher: Matcher = lambda other: other == sign  # noqa: E731 - a closure is the instruction
        return "one", 0, 0, _any_case(matcher) if "i" in self.flags else matcher

    # Parts of a program hold jumps relative to their own start; `_shifted` moves them.

    def choice(self) -> list[Instruction]:
        """Branches with ``|`` between them."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternWrong
        branches = [self.branch()]
        while self.peek() == "|":
            self.at += 1
            branches.append(self.branch())
        self.depth -= 1
        made = branches.pop()
        while branches:
            first = branches.pop()
            after = len(first) + 2
            head: list[Instruction] = [("split", 1, after, None)]
            tail: list[Instruction] = [("jump", after + len(made), 0, None)]
            made = head + _shifted(first, 1) + tail + _shifted(made, after)
            self.check(made)
        return made

    def check(self, made: list[Instruction]) -> None:
        """Refuse a program that grew too long."""
        if len(made) > MOST_INSTRUCTIONS:
            raise PatternWrong

    def branch(self) -> list[Instruction]:
        """Pieces in a row."""
        made: list[Instruction] = []
        while self.peek() not in ("", "|", ")"):
            made += _shifted(self.piece(), len(made))
            self.check(made)
        return made

    def piece(self) -> list[Instruction]:
        """An anchor, or an atom with how often it comes."""
        if self.peek() in ("^", "$"):
            line = "line-" if "m" in self.flags else ""
            return [(line + ("start" if self.take() == "^" else "end"), 0, 0, None)]
        atom = self.atom()
        least, most = self.count()
        if (least, most) == (1, 1):
            return atom
        greedy = self.peek() != "?"
        self.at += not greedy
        return self.repeated(atom, least, most, greedy=greedy)

    def count(self) -> tuple[int, int | None]:
        """The least and the most repetitions; none is no end."""
        sign = self.peek()
        if sign and sign in "?*+":
            self.at += 1
            return {"?": (0, 1), "*": (0, None), "+": (1, None)}[sign]
        if sign != "{":
            return 1, 1
        found = _COUNT.match(self.text, self.at)
        if found is None:
            raise PatternWrong
        self.at = found.end()
        least = int(found[1])
        most = least if found[2] is None else int(found[3]) if found[3] else None
        if most is not None and most < least:
            raise PatternWrong
        return least, most

    def repeated(
        self, atom: list[Instruction], least: int, most: int | None, *, greedy: bool
    ) -> list[Instruction]:
        """An atom so many times."""
        copies = least if most is None else most
        if copies * (len(atom) + 1) > MOST_INSTRUCTIONS:
            raise PatternWrong
        made: list[Instruction] = []
        for _ in range(least):
            made += _shifted(atom, len(made))
        if most is None:
            return made + _shifted(self.loop(atom, greedy=greedy), len(made))
        optional: list[Instruction] = []
        for _ in range(most - least):
            optional = self.maybe(atom + _shifted(optional, len(atom)), greedy=greedy)
        return made + _shifted(optional, len(made))

    def maybe(self, body: list[Instruction], *, greedy: bool) -> list[Instruction]:
        """A part that may be left out."""
        after = len(body) + 1
        first, second = (1, after) if greedy else (after, 1)
        return [("split", first, second, None), *_shifted(body, 1)]

    def loop(self, atom: list[Instruction], *, greedy: bool) -> list[Instruction]:
        """A part any number of times; a turn that takes nothing ends it."""
        slot, self.loops = self.loops, self.loops + 1
        after = len(atom) + 4
        first, second = (1, after) if greedy else (after, 1)
        head: list[Instruction] = [("split", first, second, None), ("loop-save", slot, 0, None)]
        tail: list[Instruction] = [("moved", slot, after, None), ("jump", 0, 0, None)]
        return head + _shifted(atom, 2) + tail

    def atom(self) -> list[Instruction]:
        """A character, a class, a group or an escape."""
        sign = self.take()
        if sign == "(":
            return self.group()
        if sign == "[":
            return [("one", 0, 0, self.char_class())]
        if sign == ".":
            dot: Matcher = (lambda _: True) if "s" in self.flags else (lambda c: c not in "\n\r")
            return [("one", 0, 0, dot)]
        if sign == "\\":
            return [self.escape()]
        if sign in "?*+{}]":
            raise PatternWrong
        return [self.character(sign)]

    def group(self) -> list[Instruction]:
        """What stands in parentheses, remembered unless it begins with ``?:``."""
        if self.text.startswith("?:", self.at):
            self.at += 2
            body = self.choice()
            if self.take() != ")":
                raise PatternWrong
            return body
        self.groups += 1
        number = self.groups
        body = self.choice()
        if self.take() != ")":
            raise PatternWrong
        self.closed.add(number)
        begin: Instruction = ("save", 2 * number - 2, 0, None)
        end: Instruction = ("save", 2 * number - 1, 0, None)
        return [begin, *_shifted(body, 1), end]

    def escape(self) -> Instruction:
        """What a backslash outside a class begins."""
        sign = self.peek()
        if sign and sign in "123456789":
            digits = self.take()
            while (
                self.peek()
                and self.peek() in "0123456789"
                and int(digits + self.peek()) in self.closed
            ):
                digits += self.take()
            if int(digits) not in self.closed:
                raise PatternWrong
            return "back-i" if "i" in self.flags else "back", int(digits), 0, None
        found = self.class_escape()
        return self.character(found) if isinstance(found, str) else ("one", 0, 0, found)

    def class_escape(self) -> str | Matcher:
        """What follows a backslash: a character, or a class of them."""
        sign = self.take()
        if sign in _SPECIAL:
            return sign
        if sign in _PLAIN:
            return _PLAIN[sign]
        if sign.lower() in _CLASSES:
            matcher = _CLASSES[sign.lower()]
            return matcher if sign.islower() else _negated(matcher)
        if sign in "pP":
            end = self.text.find("}", self.at)
            if self.peek() != "{" or end < 0:
                raise PatternWrong
            matcher = _category(self.text[self.at + 1 : end])
            self.at = end + 1
            return matcher if sign == "p" else _negated(matcher)
        raise PatternWrong

    def char_class(self) -> Matcher:
        """What stands in square brackets."""
        self.depth += 1
        if self.depth > DEEPEST:
            raise PatternWrong
        turned = self.peek() == "^"
        self.at += turned
        parts: list[Matcher] = []
        without: Matcher | None = None
        while self.peek() != "]" or not parts:
            if parts and self.text.startswith("-[", self.at):
                self.at += 2
                without = self.char_class()
                break
            parts.append(self.class_part())
        if self.take() != "]":
            raise PatternWrong
        self.depth -= 1
        inside: Matcher = lambda sign: any(part(sign) for part in parts)  # noqa: E731 - as above
        if "i" in self.flags:
            inside = _any_case(inside)
        found = _negated(inside) if turned else inside
        if without is None:
            return found
        left_out = without
        return lambda sign: found(sign) and not left_out(sign)

    def class_part(self) -> Matcher:
        """One character, range or escape of a class."""
        start = self.class_end()
        if not isinstance(start, str):
            return start
        following = self.text[self.at + 1 : self.at + 2]
        if self.peek() != "-" or following in ("]", "[", ""):
            return lambda sign: sign == start
        self.at += 1
        end = self.class_end()
        if not isinstance(end, str) or end < start:
            raise PatternWrong
        return lambda sign: start <= sign <= end

    def class_end(self) -> str | Matcher:
        """One end of a range in a class."""
        sign = self.take()
        if sign == "\\":
            return self.class_escape()
        if sign in "[]":
            raise PatternWrong
        return sign


def _shifted(part: list[Instruction], by: int) -> list[Instruction]:
    moved: list[Instruction] = []
    for action, one, two, matcher in part:
        if action in ("split", "jump"):
            moved.append((action, one + by, two + by, matcher))
        elif action == "moved":
            moved.append((action, one, two + by, matcher))
        else:
            moved.append((action, one, two, matcher))
    return moved


def _category(name: str) -> Matcher:
    if name.startswith("Is") and name[2:] in _BLOCKS:
        low, high = _BLOCKS[name[2:]]
        return lambda sign: low <= ord(sign) <= high
    if name not in _CATEGORIES:
        raise PatternWrong
    return lambda sign: unicodedata.category(sign).startswith(name)


def _without_space(pattern: str) -> str:
    """The flag ``x``: white space outside character classes says nothing."""
    kept, inside = [], 0
    for place, sign in enumerate(pattern):
        escaped = place > 0 and pattern[place - 1] == "\\"
        inside += (sign == "[" and not escaped) - (sign == "]" and not escaped and inside > 0)
        if inside or sign not in " \t\n\r":
            kept.append(sign)
    return "".join(kept)
