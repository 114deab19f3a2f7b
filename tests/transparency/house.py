"""A log with its witness on a database file, clocks that stand, keys that everyone knows."""

import asyncio
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import aiohttp
import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.applications import Starlette
from tests.tables import lay_tables

import riik.transparency
from riik.core import KeyKind, PersonCode
from riik.runtime.database import open_database
from riik.runtime.vault import MIGRATIONS, SqlVault
from riik.testing.ports import ImmediateThread, SeededEntropy, StandingClock
from riik.transparency import Log, LogUnavailable, Transparency, Witness, verifier_key
from riik.transparency.http import routes, witness_routes
from riik.transparency.jobs import Sequencer
from riik.transparency.store import LogStore, LookStore, WitnessStore

ORIGIN, WITNESS = "log.example/population", "witness.example/w1"


class Killed(BaseException):
    """The process ended here: nothing after this line happens, nothing is cleaned up."""


@dataclass
class Engine:
    """A database file; `statements_left` counts down to the moment when the process dies."""

    path: Path
    statements_left: int = 10**9
    killed = Killed

    def __post_init__(self):
        self.open()

    def open(self):
        self.database = open_database(f"sqlite:///{self.path}", name="node")

    def close(self):
        self.database.close()

    def restart(self):
        self.close()
        self.statements_left = 10**9
        self.open()

    def step(self):
        self.statements_left -= 1
        if self.statements_left < 0:
            raise Killed

    @contextmanager
    def work(self):
        with self.database.work() as unit:
            yield Statements(unit, self)
            self.step()
        self.step()

    @contextmanager
    def read(self):
        with self.database.read() as unit:
            yield Statements(unit, self)

    def migrated(self):
        folder = Path(riik.transparency.__file__).parent / "migrations"
        lay_tables(self.database, {"transparency": folder})
        return self


@dataclass
class Statements:
    """A unit of work that counts its statements."""

    unit: object
    owner: Engine

    def execute(self, statement, parameters=None, /):
        self.owner.step()
        return self.unit.execute(statement, parameters)

    def after_commit(self, action, /):
        self.unit.after_commit(action)


@dataclass
class Ed25519Signer:
    """A key from its name; `signed` keeps every message that ever got a signature."""

    name: str
    signed: list = field(default_factory=list)
    kind: KeyKind = KeyKind.ED25519

    @property
    def private(self):
        return Ed25519PrivateKey.from_private_bytes(sha256(self.name.encode()).digest())

    @property
    def public_key(self):
        return self.private.public_key().public_bytes(
            Encoding.DER, PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, message, /):
        self.signed.append(message)
        return self.private.sign(message)


@dataclass
class NearWitness:
    """A witness without a network between."""

    witness: Witness
    away: bool = False

    @property
    def key(self):
        return self.witness.key

    async def add_checkpoint(self, request):
        if self.away:
            raise LogUnavailable("no answer", why="witness-away")
        return [self.witness.add_checkpoint(request).removesuffix("\n")]


@dataclass
class House:
    """One node's transparency and one independent witness, each with its database."""

    database: Engine
    log_signer: Ed25519Signer
    vault: SqlVault
    near: NearWitness
    entropy: SeededEntropy

    @property
    def mari(self):
        return self.vault.subject_of(PersonCode("EE60001017869"))

    @property
    def jaan(self):
        return self.vault.subject_of(PersonCode("EE39901012239"))

    @property
    def log(self):
        return Log(
            origin=ORIGIN,
            database=self.database,
            store=LogStore(),
            signer=self.log_signer,
            witnesses=(self.near.key,),
            threshold=1,
        )

    @property
    def transparency(self):
        return Transparency(
            log=self.log,
            looks=LookStore(),
            database=self.database,
            vault=self.vault,
            clock=StandingClock(),
            entropy=self.entropy,
        )

    @property
    def sequencer(self):
        return Sequencer(log=self.log, witnesses=[self.near], in_thread=ImmediateThread())

    def append(self, count, *, prefix="entry"):
        with self.database.work() as work:
            contents = [f"{prefix}-{n}".encode() for n in range(count)]
            return [self.transparency.append(content, work=work) for content in contents]

    def sequence(self):
        return asyncio.run(self.sequencer.run())


def make_witness(database, signer, logs):
    return Witness(
        name=WITNESS,
        database=database,
        store=WitnessStore(),
        signer=signer,
        clock=StandingClock(),
        logs=logs,
    )


def build(folder, *, seed="riik"):
    """A migrated node and its witness, in an empty folder."""
    signer = Ed25519Signer("log")
    database = Engine(folder / "witness.sqlite").migrated()
    logs = {ORIGIN: [verifier_key(signer, name=ORIGIN)]}
    witness = make_witness(database, Ed25519Signer("witness"), logs)
    node = Engine(folder / "node.sqlite").migrated()
    entropy = SeededEntropy(seed)
    keys = open_database(f"sqlite:///{folder}/vault.sqlite", name="vault")
    lay_tables(keys, {"vault": MIGRATIONS})
    vault = SqlVault(keys, vault_key=bytes(32), entropy=entropy)
    return House(node, signer, vault, NearWitness(witness), entropy)


class Server(uvicorn.Server):
    """A server that says when it listens."""

    async def startup(self, sockets=None):
        await super().startup(sockets)
        self.ready.set()


@asynccontextmanager
async def served(house):
    """The node and its witness on one port of this machine."""
    app = Starlette(
        routes=[
            *routes(house.transparency, in_thread=in_thread),
            *witness_routes(house.near.witness, in_thread=in_thread),
        ]
    )
    server = Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    server.ready = asyncio.Event()
    running = asyncio.create_task(server.serve())
    await server.ready.wait()
    port = server.servers[0].sockets[0].getsockname()[1]
    async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
        yield session
    server.should_exit = True
    await running


async def in_thread(action, /, *args, **kwargs):
    return await asyncio.to_thread(action, *args, **kwargs)
