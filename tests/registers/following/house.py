"""A boats' register that an insurer follows, and the insurer's server as weather has it."""

from dataclasses import dataclass, field, replace
from datetime import date

from tests.registers.folder.house import boats, draft, text
from tests.registers.house import House, P256Signer

from riik.core import ClientId, MemberId, PersonCode, Refused, Unavailable
from riik.registers import Caller, ChangeRequest, Holding, NewRecord
from riik.registers.following.component import Following
from riik.registers.following.store import SqlFollowingStore
from riik.testing.ports import ImmediateThread

OWNER = ClientId(MemberId.parse("EE-DEMO/GOV/70001053"), "boats")
INSURER = ClientId.parse("EE-DEMO/COM/10009999/claims")
BANK = ClientId.parse("EE-DEMO/COM/10001012/payments")
ROLES = {OWNER: "transport", INSURER: "insurer", BANK: "bank"}
SKIPPER = PersonCode("EE49001019904")
RIGHT = text("rights.toml", ('"insurer" }\naction = "read"', '"insurer" }\naction = "subscribe"'))
NO_RIGHT = text("rights.toml")


class Down(Unavailable):
    code = "tests.down"


class Unwanted(Refused):
    code = "tests.unwanted"


@dataclass
class Weather:
    """A subscriber's server: it takes batches, is down, falls after taking, or refuses them."""

    fails: list = field(default_factory=list)
    batches: list = field(default_factory=list)

    async def __call__(self, subscription, batch, /):
        how = self.fails.pop(0) if self.fails else ""
        if how == "down":
            raise Down("down", why="down")
        if how == "refuses":
            raise Unwanted("no", why="no")
        self.batches.append((str(subscription.client), batch))
        if how == "slow":
            # It took them, but its answer came too late.
            raise Down("slow", why="slow")

    def numbers(self, client=INSURER):
        return [
            event["number"]
            for told, batch in self.batches
            if told == str(client)
            for event in batch["events"]
        ]


def asks(client=INSURER, **others):
    given = {"purpose": "insurance", "legal_basis": "Ships Act", "message_id": "m1"} | others
    return Caller(client=client, **given)


@dataclass
class Quay:
    house: House
    weather: Weather = field(default_factory=Weather)

    def __post_init__(self):
        self.made = 0
        self.run(RIGHT)

    def run(self, rights):
        """Run the register with these rights."""
        held = Holding(
            definition=draft(boats(rights_toml=rights)), provider=OWNER, signer=P256Signer()
        )
        self.registers = replace(
            self.house.registers,
            holdings={"boats": held},
            roles=lambda client: frozenset(filter(None, [ROLES.get(client)])),
        )
        self.following = Following(
            registers=self.registers,
            store=SqlFollowingStore(),
            outbox=self.house.outbox,
            in_thread=ImmediateThread(),
        )

    def subscribe(self, caller=None, *, service="changes", after=None, offer="boat"):
        return self.following.subscribe(
            "boats", caller=caller or asks(), offer=offer, service=service, after=after
        )

    def change(self, **values):
        """The owner corrects the boat, which it enters first."""
        if not self.made:
            boat = {"number": "AB 1", "state": "afloat", "note": "leaks"}
            new = NewRecord(subject=SKIPPER, values=boat, valid_from=date(2020, 1, 1))
            self.registers.open_many("boats", [new], ground="Ships Act")
        self.made += 1
        self.house.clock.advance(seconds=1)
        asked = ChangeRequest(
            register="boats",
            offer="correction",
            caller=Caller(client=OWNER, purpose="register-keeping", legal_basis="Ships Act"),
            subject=SKIPPER,
            values=values,
            valid_from=date(2020, 1, 1),
        )
        self.registers.correct(asked)

    async def deliver(self):
        await self.following.deliver("boats", self.weather)

    def events(self, caller=None, *, after=None):
        return self.following.events("boats", caller=caller or asks(), offer="boat", after=after)

    def looks(self):
        return [one.access for one in self.house.looks(SKIPPER)]
