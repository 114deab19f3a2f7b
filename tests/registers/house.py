"""A node that keeps registers: database files, vault, log of looks; a standing clock."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, derive_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tests.tables import lay_tables

import riik.registers
import riik.transparency
from riik.core import ClientId, KeyKind, MemberId, PersonCode, to_text
from riik.registers import (
    AuthorityRefused,
    Caller,
    Change,
    Holding,
    Look,
    NewRecord,
    RecordRefused,
    Registers,
    Statement,
    Writer,
    load_register,
)
from riik.registers.model import Kind
from riik.registers.schema import read_schema
from riik.registers.store import SqlRegisterStore, read_folder
from riik.registers.writing import Draft
from riik.runtime.database import open_database
from riik.runtime.vault import MIGRATIONS, SqlVault
from riik.testing.ports import ImmediateThread, SeededEntropy, StandingClock
from riik.transparency import Log, Transparency
from riik.transparency.jobs import Sequencer
from riik.transparency.store import LogStore, LookStore

CATALOGUE = Path(riik.registers.__file__).parents[1] / "catalogue" / "registers"

MARI, JAAN = PersonCode("EE49001019904"), PersonCode("EE38001019903")
TRANSPORT = ClientId.parse("EE-DEMO/GOV/70001053/services")
PORTAL = ClientId.parse("EE-DEMO/GOV/70001065/portal")
BANK = ClientId.parse("EE-DEMO/COM/10001012/payments")
INTERIOR = ClientId.parse("EE-DEMO/GOV/70001047/population")

ROLES = {TRANSPORT: "transport", PORTAL: "portal", BANK: "bank", INTERIOR: "interior"}
ROLES[ClientId.parse("EE-DEMO/GOV/70001018/login")] = "authority"

RENEWAL = ("given_names", "family_name", "birth_date", "residence", "residence_days")


def person(code=MARI, **others):
    """A record of the population register, as small as it may be."""
    return {
        "code": code,
        "given_names": "Mari",
        "family_name": "Tamm",
        "birth_date": "1990-01-01",
        "sex": "F",
        "citizenship": "EE",
        "status": "alive",
    } | others


def definition(name):
    return load_register(read_folder(CATALOGUE / name))


class P256Signer:
    """A key that everyone knows."""

    kind = KeyKind.P256

    def __init__(self, number=7):
        self.private = derive_private_key(number, SECP256R1())
        self.public_key = self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message, /):
        return self.private.sign(message, ECDSA(SHA256()))


@dataclass
class Ed25519Signer:
    """The log's key, which everyone knows as well."""

    private: Ed25519PrivateKey = field(
        default_factory=lambda: Ed25519PrivateKey.from_private_bytes(bytes(32))
    )
    kind: KeyKind = KeyKind.ED25519

    @property
    def public_key(self):
        key = self.private.public_key()
        return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def sign(self, message, /):
        return self.private.sign(message)


@dataclass
class ListedEvents:
    """An outbox that keeps what was put."""

    events: list = field(default_factory=list)

    def put(self, topic, key, payload, /, *, work):
        work.after_commit(lambda: self.events.append((topic, key, payload)))


def stated(statement, /, *, at):
    """Statements for tests: ``person represented audience case``, or refused."""
    parts = statement.split(" ")
    if len(parts) != 4:
        raise AuthorityRefused("no statement", why="signature")
    mine, other, audience, case = parts
    return Statement(
        person=PersonCode(mine),
        represented=PersonCode(other) if other != "-" else None,
        audience=MemberId.parse(audience),
        case=case,
    )


@dataclass
class House:
    folder: Path
    names: tuple = ("population",)
    clock: StandingClock = field(default_factory=StandingClock)
    urls: tuple = ()
    entropy: object = field(default_factory=SeededEntropy)

    def __post_init__(self):
        entropy = self.entropy
        node, vault = self.urls or (f"sqlite:///{self.folder}/{n}.db" for n in ("node", "vault"))
        self.database = open_database(node, name="node")
        keys = open_database(vault, name="vault")
        self.closed = lambda: (self.database.close(), keys.close())
        folders = {
            name: Path(module.__file__).parent / "migrations"
            for name, module in (("registers", riik.registers), ("transparency", riik.transparency))
        }
        lay_tables(self.database, folders)
        lay_tables(keys, {"vault": MIGRATIONS})
        self.vault = SqlVault(keys, vault_key=bytes(32), entropy=entropy)
        self.outbox = ListedEvents()
        log = Log(
            origin="log.example/registers",
            signer=Ed25519Signer(),
            store=LogStore(),
            database=self.database,
            witnesses=(),
            threshold=0,
        )
        self.transparency = Transparency(
            log=log,
            looks=LookStore(),
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            entropy=entropy,
        )
        self.store = SqlRegisterStore()
        writer = Writer(
            store=self.store,
            vault=self.vault,
            outbox=self.outbox,
            clock=self.clock,
            entropy=entropy,
        )
        member = MemberId.parse("EE-DEMO/GOV/70001047")
        self.registers = Registers(
            holdings={
                name: Holding(
                    definition=definition(name),
                    provider=ClientId(member, name),
                    signer=P256Signer(),
                )
                for name in self.names
            },
            roles=lambda client: frozenset({ROLES.get(client, "")}),
            store=self.store,
            writer=writer,
            database=self.database,
            vault=self.vault,
            clock=self.clock,
            record_access=self.transparency.record_access,
            verify_authority=stated,
        )

    def fill(self, *people, valid_from=date(2020, 1, 1)):
        new = [NewRecord(subject=p["code"], values=p, valid_from=valid_from) for p in people]
        return self.registers.open_many("population", new, ground="Rahvastikuregistri seadus")

    def publish(self):
        """Integrate what waits and publish a tree head; no witness is asked."""
        asyncio.run(
            Sequencer(log=self.transparency.log, witnesses=[], in_thread=ImmediateThread()).run()
        )

    def looks(self, code=MARI):
        return self.transparency.who_looked(self.vault.find(code)).looks


def asks(client=TRANSPORT, *, about=MARI, case="C1", **others):
    """A caller that brings the person's statement for its own case."""
    given = {
        "purpose": "driving-licence-renewal",
        "legal_basis": "Liiklusseadus",
        "authority": f"{about} - {client.member} {case}",
        "issue": case,
    } | others
    return Caller(client=client, **given)


def look(subject=MARI, *, caller=None, fields=RENEWAL, offer="person", **others):
    return Look(
        register="population",
        offer=offer,
        caller=caller or asks(),
        subject=subject,
        fields=fields,
        **others,
    )


FREE = {
    "type": "object",
    "properties": {
        "a": {"type": "integer", "x-personal": False},
        "b": {"type": "integer"},
        "c": {"type": "integer", "x-index": True},
    },
    "additionalProperties": False,
}


@dataclass
class Keeper:
    """Keeps histories as the component would, whatever a folder's offers allow."""

    house: House
    kept: int = 0

    def __post_init__(self):
        free = replace(
            self.house.registers.holdings["population"].definition,
            schema=read_schema(FREE, name="free"),
        )
        self.holding = replace(self.house.registers.holdings["population"], definition=free)
        self.public_key = self.holding.signer.public_key
        self.writer = self.house.registers.writer

    def keep(self, changes):
        """Keep those changes that aren't refused; answers the record."""
        self.kept += 1
        self.subject = self.house.vault.subject_of(PersonCode(f"EE{self.kept}"))
        first, *others = changes
        self.house.clock.set(first.recorded_at)
        with self.house.database.work() as work:
            [record] = self.writer.open_all(
                self.holding, [self.subject], [draft(first)], tell=True, work=work
            )
        for change in others:
            self.house.clock.set(change.recorded_at)
            with suppress(RecordRefused), self.house.database.work() as work:
                row = self.row(record, work)
                self.writer.change(self.holding, row, draft(change), work=work)
        return record

    def opening(self):
        """The shortest history."""
        opened = Change(
            register="population",
            record="",
            position=0,
            kind=Kind.OPEN,
            valid_from=date(2020, 1, 1),
            recorded_at=self.house.clock.now(),
            values={"a": 1},
            ground="law",
            actor="EE-DEMO/GOV/1",
            message_id="",
            salt="",
            previous="",
        )
        return [opened]

    def change(self, row):
        """Change a record that is thought to stand as the row says."""
        changed = replace(self.opening()[0], kind=Kind.CHANGE, values={"b": 2})
        with self.house.database.work() as work:
            self.writer.change(self.holding, row, draft(changed), work=work)

    def row(self, record, work):
        rows = self.house.store.records_of("population", self.subject, work=work)
        return next(row for row in rows if row.record == record)

    def signed(self, record):
        with self.house.database.read() as work:
            rows = self.house.store.changes(record, work=work)
        return [self.writer.open_change(self.subject, row) for row in rows]

    def read(self, record, *, as_of, known_at):
        with self.house.database.read() as work:
            found = self.house.store.versions_at(
                [record], as_of=as_of.isoformat(), known_at=to_text(known_at), work=work
            )
        alive = [row for row in found if row.alive]
        assert len(found) <= 1
        return self.writer.open_version(self.holding, self.subject, alive[0]) if alive else None


def draft(change):
    return Draft(
        kind=change.kind,
        values=change.values,
        valid_from=change.valid_from,
        valid_to=change.valid_to,
        ground=change.ground,
        actor=change.actor,
    )
