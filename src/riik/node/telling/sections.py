"""What a node's file says of its inbox, and of the ways out of the house."""

from typing import Annotated, Literal

import msgspec

from riik.formats.toml import Shape

__all__ = ["InboxSection", "LettersSection", "MailSection", "PushSection", "TextSection"]

Port = Annotated[int, msgspec.Meta(ge=1, le=65_535)]


class MailSection(Shape):
    """The relay that takes e-mail; ``line`` is ``plain`` on this machine alone.

    ``password`` is a reference; ``authorities`` a file of certificates (PEM) that the relay's must
    come from, those of the machine when empty.
    """

    host: str
    sender: str
    name: str = ""
    port: Port = 587
    line: Literal["starttls", "tls", "plain"] = "starttls"
    user: str = ""
    password: str = ""
    authorities: str = ""


class TextSection(Shape):
    """The gateway for text messages; ``token`` is a reference."""

    address: str
    token: str = ""
    sender: str = "Riik"


class PushSection(Shape):
    """Web push; ``contact`` is whom a push service may write to: ``mailto:`` or ``https:``."""

    contact: Annotated[str, msgspec.Meta(pattern="^(mailto:|https://)[!-~]+$")]


class LettersSection(Shape):
    """Letters for a printer: the folder in which they are laid, and what the post says of them."""

    folder: str = "letters"


class InboxSection(Shape):
    """The inbox of the portal; a channel that has no section here is not there.

    ``tell`` is ``everyone``, or ``who-chose``: then nobody is told by what they did not choose, and
    only letters come unasked. ``population`` is the register that knows where people are reached,
    ``basis`` the law by which it says so.
    """

    subsystem: str = "inbox"
    tell: Literal["everyone", "who-chose"] = "everyone"
    population: str = ""
    basis: str = ""
    mail: MailSection | None = None
    text: TextSection | None = None
    push: PushSection | None = None
    letters: LettersSection | None = None

    @property
    def speaks(self) -> bool:
        """Is there any way out of the house?"""
        return any((self.mail, self.text, self.push, self.letters))
