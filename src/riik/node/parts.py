"""The components of one node: what an organisation runs, and None for what it does not."""

from collections.abc import Callable
from dataclasses import dataclass, field

from riik.appointments import Appointments
from riik.exchange.centre import Centre
from riik.identity import Identity
from riik.inbox import Inbox
from riik.inbox.outside.jobs import Courier
from riik.login import Login, OpenIdProvider
from riik.node.fillers.money import Money
from riik.payments import Bank
from riik.payments.clearing.component import Clearing
from riik.portal import Portal
from riik.registers import Registers
from riik.registers.corrections.owner import OwnersDesk
from riik.services import Desk, Services
from riik.signatures import Signatures
from riik.transparency import Transparency, Witness
from riik.trust.component import ListPublisher, Trust

__all__ = ["Parts"]


@dataclass(slots=True, kw_only=True)
class Parts:
    """Filled by `compose`, in the order of the layers."""

    trust: Trust | None = None
    signatures: Signatures | None = None
    transparency: Transparency | None = None
    witness: Witness | None = None
    identity: Identity | None = None
    centre: Centre | None = None
    lists: ListPublisher | None = None
    login: Login | None = None
    provider: OpenIdProvider | None = None
    registers: Registers | None = None
    owner: OwnersDesk | None = None
    bank: Bank | None = None
    clearing: Clearing | None = None
    money: Money | None = None
    inbox: Inbox | None = None
    courier: Courier | None = None
    appointments: Appointments | None = None
    services: Services | None = None
    desk: Desk | None = None
    portal: Portal | None = None
    closers: list[Callable[[], None]] = field(default_factory=list)

    def close(self) -> None:
        """Let go of what components hold besides the engines."""
        for closer in self.closers:
            closer()
