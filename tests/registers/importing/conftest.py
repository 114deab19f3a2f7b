"""A node with an empty register that was made out of a table, and ways to import into it."""

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.registers.house import House

from riik.core import ClientId, PersonCode
from riik.registers import Holding, load_register, make_plan, read_mapping
from riik.registers.importing.client import RejectedFile, open_file
from riik.registers.importing.component import Importer
from riik.registers.importing.founding import found_register
from riik.registers.importing.guessing import Guess
from riik.registers.importing.store import SqlImportStore

HEADER = ("code", "number", "issued", "fee", "place")
PLACES = frozenset({"001", "079"})
ENGINES = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]


def estonian(number):
    """The n-th of a row of valid codes that belong to nobody."""
    base = f"4{number // 1000 % 100:02d}0101{number % 1000:03d}"
    for weights in ((1, 2, 3, 4, 5, 6, 7, 8, 9, 1), (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)):
        rest = sum(w * int(d) for w, d in zip(weights, base, strict=True)) % 11
        if rest < 10:
            return f"{base}{rest}"
    return f"{base}0"


def row(who, /, **others):
    """A good row."""
    cells = {
        "code": estonian(who),
        "number": f"K-{who:05d}",
        "issued": "13.04.2024",
        "fee": "12,50",
        "place": "Põlva",
    }
    return list((cells | others).values())


def guess(name, kind, **others):
    made = {"full": True, "unique": False, "longest": 20, "why": "a test"} | others
    return Guess(column=name, field=name, kind=kind, **made)


def definition(*, single=True):
    """The register of permits: a number, a day, a fee, a place."""
    columns = [
        guess("code", "person", unique=single),
        guess("number", "text", unique=True),
        guess("issued", "date"),
        guess("fee", "amount"),
        guess("place", "text", full=False),
    ]
    made = found_register("permits", owner="interior", languages=("en",), columns=columns)
    return load_register(made.files)


MAPPING = """
[record]
subject = "code"
country = "EE"
ground = "LAW-TO-BE-NAMED"
valid-from = "2024-01-01"
totals = ["fee"]
decimal = ","
{record}
[[field]]
name = "number"
column = "number"
[[field]]
name = "issued"
column = "issued"
as = "date"
order = "day-first"
[[field]]
name = "fee"
column = "fee"
as = "amount"
decimal = ","
[[field]]
name = "place"
column = "place"
"""


def mapping(record=""):
    return MAPPING.format(record=record).encode()


def at_once(action):
    """No thread: what is to be done beside is done before the next."""
    done = action()
    return lambda: done


@dataclass
class Bench:
    """Imports files into the register of one node."""

    folder: Path
    house: House
    single: bool = True
    beside: object = at_once
    batch: int = 1000
    told: list = field(default_factory=list)

    def __post_init__(self):
        made = definition(single=self.single)
        provider = ClientId(next(iter(self.house.registers.holdings.values())).provider.member, "x")
        signer = next(iter(self.house.registers.holdings.values())).signer
        self.holding = Holding(definition=made, provider=provider, signer=signer)
        self.house.registers = replace(self.house.registers, holdings={"permits": self.holding})
        self.importer = Importer(
            holding=self.holding,
            runs=SqlImportStore(),
            records=self.house.store,
            writer=self.house.registers.writer,
            database=self.house.database,
            vault=self.house.vault,
            clock=self.house.clock,
            entropy=self.house.registers.writer.entropy,
            beside=self.beside,
            batch=self.batch,
        )

    def file(self, *rows, name="table.csv", encoding="utf-8", header=HEADER):
        path = self.folder / name
        with path.open("w", encoding=encoding, newline="") as file:
            csv.writer(file).writerows([header, *rows])
        return path

    def opened(self, path, source=None):
        read = read_mapping(source or mapping())
        table = open_file(path, read.source)
        plan = make_plan(
            read,
            header=table.header,
            definition=self.holding.definition,
            places=PLACES,
            encoding=table.encoding,
        )
        return plan, table

    @property
    def rejected(self):
        return self.folder / "rejected.csv"

    def run(self, path, *, mapping=None, resume=False, told=None, source=None):
        plan, table = self.opened(path, mapping)
        rejects = RejectedFile(self.rejected, table.header, encoding=table.encoding)
        return self.importer.run(
            plan, source or table, rejects=rejects, resume=resume, told=told or self.told.append
        )

    def dry_run(self, path, *, mapping=None):
        plan, table = self.opened(path, mapping)
        rejects = RejectedFile(self.rejected, table.header, encoding=table.encoding)
        return self.importer.dry_run(plan, table, rejects=rejects, told=self.told.append)

    def history(self, number):
        """Each record of a person: the kinds of its changes, verified."""
        chains = self.house.registers.history("permits", PersonCode(f"EE{estonian(number)}"))
        return [[signed.change.kind.value for signed in chain] for chain in chains]

    def alive(self):
        """How many versions are known now in which a record lives."""
        query = text("SELECT count(*) FROM registers_version WHERE alive = 1 AND known_to = '9'")
        with self.house.database.read() as work:
            return work.execute(query).scalar()


def make(request, folder, *, single):
    urls = ()
    if request.param == "postgresql":
        server = request.getfixturevalue("postgresql")
        urls = (server.new_database(), server.new_database())
    return Bench(folder, House(folder, urls=urls), single=single)


@pytest.fixture(params=ENGINES)
def bench(request, tmp_path):
    """A register of one record a person, on each engine."""
    made = make(request, tmp_path, single=True)
    yield made
    made.house.closed()


@pytest.fixture
def many(tmp_path):
    """A register of many records a person."""
    made = Bench(tmp_path, House(tmp_path), single=False)
    yield made
    made.house.closed()
