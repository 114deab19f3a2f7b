"""The seven laws of Riik, each in a plain sentence, with a place where one can see it work."""

from dataclasses import dataclass
from typing import Final

from riik.portal.design.texts import later

__all__ = ["LAWS", "Law"]


@dataclass(frozen=True, slots=True)
class Law:
    """One law.

    Attributes:
        title: What holds.
        text: What that means for a person.
        see: The words of the link.
        href: Where it works before one's eyes: a page of the front site.
    """

    title: str
    text: str
    see: str
    href: str


LAWS: Final = (
    Law(
        later("No central database"),
        later(
            "Each organisation keeps its own data under its own keys; there is nothing in the"
            " middle that could be stolen, sold or switched off."
        ),
        later("The map: each question goes straight to who knows"),
        "/#live",
    ),
    Law(
        later("Ask once"),
        later(
            "What one register knows, no form asks you again: whoever needs it asks that "
            "register, for this case only."
        ),
        later("Be a citizen: the licence form asks only what no register knows"),
        "/#who",
    ),
    Law(
        later("Every look leaves a trace"),
        later(
            "Whoever looks at your data is written down where you can read it, and nobody can"
            " remove the line without being noticed."
        ),
        later("Change a log entry and see who objects"),
        "/acts/rewrite",
    ),
    Law(
        later("A signature is a signature anywhere"),
        later(
            "What you sign here opens as valid in other programs of the field, tomorrow and "
            "in forty years."
        ),
        later("See what holds later"),
        "/acts/later",
    ),
    Law(
        later("State and non-state are the same kind of member"),
        later(
            "A bank, a clinic or an association joins on the same terms as a ministry, with "
            "the same proof of who said what."
        ),
        later("Let the bank look without a case"),
        "/acts/look",
    ),
    Law(
        later("A public service is data"),
        later(
            "Rules, questions and fees of a service are files that its owner signs; pages, "
            "desk and machines all follow from them."
        ),
        later("Be an official: every rule stands beside its article"),
        "/#who",
    ),
    Law(
        later("Nothing single may stop the rest"),
        later(
            "One organisation may be away; the others go on, and what was answered once is "
            "never lost."
        ),
        later("Unplug a register, then apply for a licence"),
        "/acts/unplug",
    ),
)
