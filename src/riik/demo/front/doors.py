"""Who a visitor may be today: which card is put into the reader, and where the door leads."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from riik.portal.design.texts import later

__all__ = ["DESKS", "DOORS", "KEEPERS", "Door", "door", "here"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One role.

    Attributes:
        id: In the address ``/as/<id>``.
        title: In English; a text of this room, as ``text``.
        text: What one does there.
        icon: Its drawing.
        place: The site, a place of the country; empty for a page of the front site itself.
        path: The page there.
        holder: Whose card is put into the reader; empty leaves the reader as it is.
    """

    id: str
    title: str
    text: str
    icon: str
    path: str
    place: str = ""
    holder: str = ""

    def address(self, origins: Mapping[str, str]) -> str:
        """Where it leads, by the origins of the country's places."""
        return origins[self.place] + self.path if self.place else self.path


DOORS: Final = (
    Door(
        id="citizen",
        title=later("Citizen"),
        text=later("Renew a driving licence, then see who looked at your data. Two minutes."),
        icon="person",
        place="portal",
        path="/",
        holder="mari",
    ),
    Door(
        id="official",
        title=later("Official"),
        text=later("Decide a case with everything on one page and one signature."),
        icon="desk",
        place="transport",
        path="/desk",
        holder="anneli",
    ),
    Door(
        id="bank",
        title=later("Bank clerk"),
        text=later("A private company’s desk: it sees what customers allow, and nothing else."),
        icon="bank",
        place="bank-site",
        path="/desk",
        holder="kalev",
    ),
    Door(
        id="minister",
        title=later("Minister"),
        text=later("How long people wait, and who looked at how much. One minute."),
        icon="chart",
        place="portal",
        path="/numbers",
    ),
    Door(
        id="operator",
        title=later("Operator"),
        text=later("Every organisation’s node: certificates, queues, logs, files."),
        icon="server",
        path="/status",
    ),
    Door(
        id="attacker",
        title=later("Attacker"),
        text=later("Forge, replay, steal a session. Real attacks, and what they get."),
        icon="mask",
        path="/attacks",
    ),
)

KEEPERS: Final = (
    Door(
        id="population",
        title=later("Keeper of the population register"),
        text=later("Somebody says that a record is wrong: set it right, or say why not."),
        icon="house",
        place="interior",
        path="/desk/corrections",
        holder="eha",
    ),
    Door(
        id="identity",
        title=later("Issuer of identity documents"),
        text=later("Photos, signatures and documents, and what people say against them."),
        icon="card",
        place="identity",
        path="/desk/corrections",
        holder="onne",
    ),
    Door(
        id="clinic",
        title=later("Doctor of a private clinic"),
        text=later("It keeps its register of certificates on the same terms as the state."),
        icon="person",
        place="clinic",
        path="/desk/corrections",
        holder="liis",
    ),
)
"""Whoever answers for a register: doors of a second row."""


DESKS: Final = (
    Door(
        id="town",
        title=later("Registrar of the town"),
        text=later("Who moves and who marries. A marriage is attested with both present."),
        icon="desk",
        place="town",
        path="/desk",
        holder="maret",
    ),
    Door(
        id="social",
        title=later("Official for family benefits"),
        text=later("Benefits that are offered before anybody asks."),
        icon="desk",
        place="social",
        path="/desk",
        holder="reet",
    ),
    Door(
        id="school",
        title=later("Teacher of a driving school"),
        text=later("A private school: places on courses, and who comes to the exam today."),
        icon="desk",
        place="school",
        path="/desk",
        holder="rein",
    ),
    Door(
        id="insurer",
        title=later("Clerk of an insurer"),
        text=later("A private company that asks registers on the same terms as the state."),
        icon="desk",
        place="insurer",
        path="/desk",
        holder="olev",
    ),
    Door(
        id="employer",
        title=later("Manager of a shop"),
        text=later("An employer registers who begins to work, before the first day."),
        icon="desk",
        place="employer",
        path="/desk",
        holder="kaie",
    ),
    Door(
        id="tax",
        title=later("Keeper of the employment register"),
        text=later("The tax board: who works where, and what people say against it."),
        icon="desk",
        place="tax",
        path="/desk/corrections",
        holder="urve",
    ),
)
"""Desks of organisations that not every country has."""


def here(doors: Iterable[Door], places: Collection[str]) -> list[Door]:
    """Those that lead somewhere in this country."""
    return [one for one in doors if not one.place or one.place in places]


def door(name: str) -> Door | None:
    """The door of a role; nothing for an unknown one."""
    return next((one for one in (*DOORS, *KEEPERS, *DESKS) if one.id == name), None)
