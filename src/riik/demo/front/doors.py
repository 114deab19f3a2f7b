"""Who a visitor may be today: which card is put into the reader, and where the door leads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from riik.portal.design.texts import later

__all__ = ["DOORS", "Door", "door"]


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


def door(name: str) -> Door | None:
    """The door of a role; nothing for an unknown one."""
    return next((one for one in DOORS if one.id == name), None)
