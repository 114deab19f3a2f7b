"""The front page, the laws and the page of progress, in the visitor's language. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

import riik.demo.front
from riik.demo.front.doors import DESKS, DOORS, KEEPERS, here
from riik.demo.front.laws import LAWS
from riik.demo.front.words import asked_for
from riik.node import Country, Message
from riik.portal.design.pages import Link, Pages, Shell
from riik.portal.design.texts import Texts
from riik.profiles import Profile

__all__ = ["FrontPages"]

SHOWN = 6
"""How many of the last questions the front page tells; the status page has more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPages:
    """Renders the room's pages.

    Attributes:
        profile: The country's.
    """

    profile: Profile
    pages: Pages = field(default_factory=lambda: Pages(riik.demo.front))

    def front(
        self,
        country: Country,
        *,
        language: str,
        address: str,
        token: str,
        drawing: Markup,
        acts: Sequence[Mapping[str, Any]] = (),
        places: Collection[str] = (),
        cast: Sequence[Mapping[str, str]] = (),
    ) -> str:
        """Doors, map, messages, acts; ``places`` are there, ``cast`` is who can do what."""
        texts = self.pages.texts[language]
        names = {one.listed.member: one.listed.called(language) for one in country.members}
        return self.pages.render(
            "front.html",
            self.shell(language, address, token=token),
            country=country,
            doors=DOORS,
            keepers=[*KEEPERS, *here(DESKS, places)],
            cast=cast,
            drawing=drawing,
            silent=", ".join(one.listed.called(language) for one in country.silent),
            messages=_newest([_told(one, names, texts) for one in country.messages]),
            acts=acts,
        )

    def laws(self, *, language: str, address: str) -> str:
        """The seven laws."""
        return self.pages.render("laws.html", self.shell(language, address), laws=LAWS)

    def phone(self, rows: Sequence[Mapping[str, Any]], *, language: str, address: str) -> str:
        """What arrived on the country's phones."""
        return self.pages.render("phone.html", self.shell(language, address), rows=rows)

    def progress(self, lines: Sequence[str], *, language: str, address: str) -> str:
        """The country is being founded."""
        return self.pages.render("progress.html", self.shell(language, address), lines=lines)

    def shell(self, language: str, address: str, *, token: str = "", front: str = "") -> Shell:
        """The frame of the front site's pages; ``front`` shows the ribbon."""
        texts = self.pages.texts[language]
        return Shell(
            language=language,
            profile=self.profile,
            address=address,
            place=texts("A digital state that runs"),
            csrf=token,
            demonstration=front,
            foot=(
                Link("/laws", texts("Seven laws it keeps")),
                Link("/phone", texts("Text messages that arrived")),
                Link("/status", texts("Every organisation, every log")),
                Link("/design/", texts("How its pages are made")),
            ),
        )


def _newest(told: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each question once, by its newest message."""
    first: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in told:
        first.setdefault((one["asker"], one["provider"], one["what"]), one)
    return list(first.values())[:SHOWN]


def _told(message: Message, names: Mapping[str, str], texts: Texts) -> dict[str, Any]:
    """A message in words."""
    return {
        "at": message.at,
        "asker": names.get(message.asker, message.asker),
        "provider": names.get(message.provider, message.provider),
        "what": asked_for(message.offer, texts),
        "outcome": message.outcome,
    }
