"""Who may call GovStack's doors: by what they are known, and what for. Nothing is open by default.

A client is known by its token; the mediator's header ``Information-Mediator-Client`` must then
name its subsystem. What it may do are rights of the node's file; the register's own rights
(`rights.toml`) are asked again for each call.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hmac import compare_digest

from riik.core import ClientId, Refused

__all__ = ["Client", "DoorRefused", "Errand", "RegisterRight", "admit"]


class DoorRefused(Refused):
    """A call to a GovStack door that is invalid, or not this client's to make."""

    code = "govstack.door-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """What for and by which law a client looks at data."""

    purpose: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterRight:
    """What a client may do with one register through the door.

    Attributes:
        register: Its id, which is the path's ``registryName``.
        offers: Through which of the register's offers: a question, and changes of each kind.
        errand: What for, by which law.
        key: Field that names a record, in a register about things also its subject; in one
            about people the name under which a call gives the person's code.
        person: Field by which a person's looks are asked for; empty: not through this door.
    """

    register: str
    offers: tuple[str, ...]
    errand: Errand
    key: str
    person: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Who may call.

    Attributes:
        name: The name by which the Scheduler's callers give themselves.
        token: What proves it.
        member: The subsystem that calls; it is who looked at the data.
        scheduler: What for it sees people in the Scheduler; None: that door is closed to it.
        rights: What it may do with registers.
        schemas: Whether it may see and propose schemas of registers.
    """

    name: str
    token: str
    member: ClientId
    scheduler: Errand | None = None
    rights: tuple[RegisterRight, ...] = ()
    schemas: bool = False

    def right(self, register: str) -> RegisterRight:
        """What it may do with a register.

        Raises:
            DoorRefused: For ``permission``.
        """
        for one in self.rights:
            if one.register == register:
                return one
        raise DoorRefused("this client has no right to such a register", why="permission")


def admit(clients: Sequence[Client], *, header: str, token: str) -> Client:
    """Who calls, by the mediator's header and the token.

    Raises:
        DoorRefused: For ``header``: none, or no identifier; ``token``: none such of this member.
    """
    try:
        member = ClientId.parse(header)
    except Refused as refused:
        raise DoorRefused("Information-Mediator-Client is needed", why="header") from refused
    for one in clients:
        if compare_digest(one.token.encode(), token.encode()) and one.member == member:
            return one
    raise DoorRefused("no such client and token", why="token")
