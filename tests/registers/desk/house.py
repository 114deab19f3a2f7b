"""The boats' register with its officials, their pens simulated, and a person whose boat it is."""

import json
from dataclasses import dataclass, replace
from datetime import date
from types import SimpleNamespace

from tests.registers.folder.house import boats, draft, text
from tests.registers.house import House, P256Signer
from tests.registers.test_corrections import APPEAL, TEXTS

from riik.core import ClientId, MemberId, Refused, person_code
from riik.registers import Holding, NewRecord
from riik.registers.corrections.component import Corrections
from riik.registers.corrections.owner import Official, OwnersDesk
from riik.registers.corrections.store import SqlCorrectionStore
from riik.registers.desk.component import RecordsDesk, Wish
from riik.registers.desk.looking import Looking
from riik.registers.desk.reading import Errand, OwnRights
from riik.registers.desk.store import SqlOrderStore
from riik.testing.ports import ImmediateThread

OWNER = ClientId(MemberId.parse("EE-DEMO/GOV/70001053"), "boats")
SKIPPER, EHA, PEETER, STRANGER = map(
    person_code, ("EE49001019904", "EE49310159899", "EE37003030002", "EE38001019903")
)
ERRAND = Errand(register="boats", purpose="register-keeping", case="7-1/12")
TICKET = "t" * 30
FOUR_EYES = {
    "register_toml": text(
        "register.toml", ("[[law]]", '[desk]\nfour-eyes = ["correction"]\n[[law]]')
    )
}

SINKING = {
    "register_toml": text("register.toml", ("[[law]]", '[desk]\nfour-eyes = ["sinking"]\n[[law]]')),
    "offers_toml": text(
        "offers.toml",
        (
            '[[change]]\nid = "correction"',
            '[[change]]\nid = "sinking"\nkind = "change"\nnames = { en = "Sinking" }\n'
            'fields = ["state"]\n[[change]]\nid = "correction"',
        ),
    ),
    "rights_toml": text(
        "rights.toml",
        (
            '[[right]]\nclient = { role = "insurer" }',
            '[[right]]\nclient = { role = "transport" }\naction = "correct"\n'
            'offers = ["correction"]\npurpose = "correction"\nlegal-basis = "Ships Act"\n'
            'fields = ["state"]\nstatement = "not-needed"\n'
            '[[right]]\nclient = { role = "insurer" }',
        ),
    ),
    "locale_en_toml": text(
        "locale/en.toml", ("[purposes]\n", '[purposes]\ncorrection = "Correction"\n')
    ),
}


class NoSignature(Refused):
    code = "tests.signature"


class Pens:
    """Containers as JSON: the paper, and who signed it; ``ok`` is a signature."""

    async def begin(self, content, certificate, /, *, person, language, name="x"):
        return self._begun({"paper": content, "signed": []}, certificate, person)

    async def begin_more(self, container, certificate, /, *, person):
        return self._begun(json.loads(container), certificate, person)

    async def finish(self, opaque, value, /):
        if value != b"ok":
            raise NoSignature("the signature does not pass", why="signature")
        return opaque

    def _begun(self, container, certificate, person):
        if certificate != person.encode():
            raise NoSignature("another person's certificate", why="person")
        container["signed"].append(person)
        opaque = json.dumps(container).encode()
        return SimpleNamespace(digest=b"d" * 48, hash="SHA-384", opaque=opaque)


@dataclass
class Harbour:
    """The register, its desk, and what one can ask of them."""

    house: House
    files: dict

    def __post_init__(self):
        house = self.house
        held = Holding(definition=draft(self.files), provider=OWNER, signer=P256Signer())
        self.registers = replace(
            house.registers,
            holdings={"boats": held},
            roles=lambda client: frozenset({"transport"}),
        )
        self.corrections = Corrections(
            store=SqlCorrectionStore(),
            registers=self.registers,
            database=house.database,
            vault=house.vault,
            outbox=house.outbox,
            clock=house.clock,
            days=30,
            texts=TEXTS,
            appeal=APPEAL,
        )
        officials = [
            Official(person=EHA, name="Eha Lill"),
            Official(person=PEETER, name="Peeter Kask"),
            Official(person=SKIPPER, name="Mari Tamm"),
            Official(person=STRANGER, name="Jaan Tamm", registers=frozenset({"cars"})),
        ]
        self.owners = OwnersDesk(
            corrections=self.corrections,
            officials={one.person: one for one in officials},
            country="ee",
        )
        self.looking = Looking(
            owners=self.owners,
            rights=OwnRights(
                holdings=self.registers.holdings, roles=self.registers.roles, country="ee"
            ),
            orders=SqlOrderStore(),
            knows_case={"7-1/12", "1"}.__contains__,
        )
        self.desk = RecordsDesk(looking=self.looking, pens=Pens(), in_thread=ImmediateThread())
        boat = {"number": "AB 1", "state": "afloat", "note": "leaks"}
        new = NewRecord(subject=SKIPPER, values=boat, valid_from=date(2020, 1, 1))
        [self.record] = self.registers.open_many("boats", [new], ground="Ships Act")
        house.clock.advance(minutes=1)

    def wish(self, *, offer="correction", reason="Found on the slip", since=None, correction="", always=True,
             record=None, **typed):  # fmt: skip
        return Wish(
            record=record or self.record,
            offer=offer,
            typed={name: {"value": value} for name, value in typed.items()},
            since=since,
            reason=reason,
            correction=correction,
            always=always,
        )

    async def sign(self, wish, *, person=EHA, ticket=TICKET, value=b"ok", errand=ERRAND):
        await self.desk.prepare(person, errand, wish, certificate=person.encode(), ticket=ticket)
        return await self.desk.complete(person, ticket, value)

    async def agree(self, *, person=PEETER, order=TICKET, value=b"ok"):
        await self.desk.agree(person, order, certificate=person.encode())
        return await self.desk.complete(person, order, value)

    def state(self):
        told = self.looking.open(EHA, ERRAND, self.record)
        return next(one["value"] for one in told["fields"] if one["field"] == "state")

    def looks(self):
        return [one.access for one in self.house.looks(SKIPPER)]


def harbour(folder, **files):
    return Harbour(House(folder, names=()), boats(**files))
