"""Where a person is reached: asked of the population register when a message is about to leave."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import msgspec

from riik.core import ClientId, PersonCode, ServiceId
from riik.exchange import Call, Exchange
from riik.inbox.outside.model import Contact
from riik.profiles import Name, Profile

__all__ = ["RegisterContacts"]

OFFER = "person"
HINT = ("email", "phone", "language", "status")
ENVELOPE = ("given_names", "middle_names", "family_name", "residence", "language", "status")
"""No more is asked than the message needs: the person reads of every look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterContacts:
    """Asks the population register (the inbox's port `Contacts`).

    Attributes:
        client: The inbox's subsystem.
        register: The register's.
        basis: The law by which it says so.
    """

    exchange: Exchange
    client: ClientId
    register: ClientId
    basis: str
    profile: Profile

    async def __call__(self, person: PersonCode, /, *, notice: str, letter: bool) -> Contact:
        """Ask; nobody is reached of whom it knows nothing, or who is dead.

        Raises:
            Unavailable: It does not answer now.
            Refused: It gives nothing to this node: the operator's matter, told by a failing job.
        """
        answer = await self.exchange.call(
            Call(
                client=self.client,
                service=ServiceId(self.register, OFFER),
                query=urlencode({"fields": ",".join(ENVELOPE if letter else HINT)}),
                purpose="notice",
                legal_basis=self.basis,
                subject=person,
                issue=notice,
                timeout=10.0,
            )
        )
        if answer.status == 404:
            return Contact()
        try:
            found = msgspec.json.decode(answer.accepted().body, type=dict[str, Any])
        except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
            return Contact()
        return Contact() if found.get("status") == "dead" else self._contact(found)

    def _contact(self, found: Mapping[str, Any]) -> Contact:
        def text(key: str) -> str:
            value = found.get(key)
            return value if isinstance(value, str) else ""

        residence = found.get("residence")
        place = residence.get("text") if isinstance(residence, dict) else None
        name = Name(
            family=text("family_name"), given=text("given_names"), middle=text("middle_names")
        )
        return Contact(
            email=text("email"),
            phone=text("phone"),
            name=self.profile.display_name(name, formal=True),
            address=place if isinstance(place, str) else "",
            language=text("language"),
        )
