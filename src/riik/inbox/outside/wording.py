"""What is said outside: never what a notice says, only that there is one, who wrote it, and where.

The texts are files of this package, one a language, read strictly: a language that lacks a text, a
text with another gap than it may have, and one that is too long for its channel are refused before
a node starts. An e-mail or a text message lies open on many a screen; what it can't say it can't
tell the wrong eyes. Pure.
"""

import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

from riik.formats.toml import Shape, TomlRefused, read_toml
from riik.inbox.errors import WordsRefused
from riik.inbox.outside.choice import DECISION, LANGUAGES, SECURITY

__all__ = ["MOST_TEXT", "Words", "house_words", "read_words", "said", "text_message"]

GAPS: Final = frozenset({"organisation", "link"})
MOST_TEXT: Final = 201
"""Three parts of a text message in UCS-2 (3GPP TS 23.040 §9.2.3.24.1): 67 signs each."""
MOST_TITLE: Final = 100
_GAP: Final = re.compile(r"\{([^{}]*)\}")


class Kinds(Shape):
    """One text for each kind of notice; reminders and news of a case are told alike."""

    notice: str
    decision: str
    security: str

    def of(self, kind: str) -> str:
        """The text for a kind."""
        return {DECISION: self.decision, SECURITY: self.security}.get(kind, self.notice)


class Mails(Shape):
    """E-mail: plain text, for everybody can read that."""

    subject: Kinds
    body: Kinds


class Pushes(Shape):
    """What a browser shows."""

    title: str
    body: Kinds


class Letters(Shape):
    """What stands around a notice on paper."""

    lead: str
    why: str
    sender: str


class Words(Shape):
    """All texts in one language."""

    mail: Mails
    text: Kinds
    push: Pushes
    letter: Letters


def house_words() -> Mapping[str, Words]:
    """The house's own texts, checked."""
    folder = files(__package__).joinpath("words")
    return read_words({one: folder.joinpath(f"{one}.toml").read_bytes() for one in LANGUAGES})


def read_words(sources: Mapping[str, bytes]) -> Mapping[str, Words]:
    """The texts by language.

    Raises:
        WordsRefused: For ``language`` (one is missing), ``shape``, ``gap`` or ``long``.
    """
    missing = set(LANGUAGES) - set(sources)
    if missing:
        raise WordsRefused(f"no words in {', '.join(sorted(missing))}", why="language")
    found = {}
    for language, source in sources.items():
        try:
            found[language] = read_toml(source, Words, name=f"{language}.toml")
        except TomlRefused as error:
            raise WordsRefused(str(error), why="shape") from error
        _check(found[language], language)
    return found


def _check(words: Words, language: str) -> None:
    mail, push = words.mail, words.push
    for kind in ("notice", "decision", "security"):
        _gaps(getattr(mail.subject, kind), {"organisation"}, f"{language}: mail.subject.{kind}")
        _gaps(getattr(mail.body, kind), GAPS, f"{language}: mail.body.{kind}")
        _gaps(getattr(words.text, kind), GAPS, f"{language}: text.{kind}")
        _gaps(getattr(push.body, kind), {"organisation"}, f"{language}: push.body.{kind}")
        if len(getattr(mail.subject, kind)) > MOST_TITLE:
            raise WordsRefused(f"{language}: mail.subject.{kind} is too long", why="long")
        if len(getattr(words.text, kind)) > MOST_TEXT // 2:
            raise WordsRefused(f"{language}: text.{kind} leaves no room", why="long")
    _gaps(push.title, set(), f"{language}: push.title")
    _gaps(words.letter.lead, {"organisation"}, f"{language}: letter.lead")
    _gaps(words.letter.why, {"days"}, f"{language}: letter.why")
    _gaps(words.letter.sender, set(), f"{language}: letter.sender")


def _gaps(text: str, wanted: frozenset[str] | set[str], place: str) -> None:
    """A text names exactly the gaps it should, once each: a message without its sender misleads."""
    found = _GAP.findall(text)
    if not text.strip() or sorted(found) != sorted(wanted) or "{" in _GAP.sub("", text):
        raise WordsRefused(f"{place} must have the gaps {sorted(wanted)}", why="gap")


def said(text: str, **values: str) -> str:
    """A text with its gaps filled; what fills them is never a text with gaps itself."""
    return _GAP.sub(lambda gap: values[gap.group(1)], text)


def text_message(words: Words, kind: str, *, organisation: str, link: str) -> str:
    """A text message that fits three parts; a long organisation's name is cut, never the link.

    Raises:
        WordsRefused: For ``long``: the link alone leaves no room.
    """
    template = words.text.of(kind)
    room = MOST_TEXT - len(said(template, organisation="", link=link))
    if room < 1:
        raise WordsRefused("the portal's address is too long for a text message", why="long")
    name = organisation if len(organisation) <= room else f"{organisation[: room - 1].rstrip()}…"
    return said(template, organisation=name, link=link)
