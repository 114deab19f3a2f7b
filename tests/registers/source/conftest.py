"""A table of somebody else, in three kinds of database, and the register that reads it in place."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import create_engine, text
from tests.registers.folder.house import files_of
from tests.registers.house import House
from tests.registers.importing.conftest import estonian

from riik.core import ClientId
from riik.registers import load_register
from riik.registers.model import Caller, Look
from riik.registers.schema import read_schema
from riik.registers.source import InPlace, read_source
from riik.registers.source.client import SqlSource

TODAY, NOW = date(2026, 11, 23), datetime(2026, 11, 23, 12, tzinfo=UTC)
KINDS = [
    "sqlite",
    pytest.param("postgresql", marks=pytest.mark.postgresql),
    pytest.param("mariadb", marks=pytest.mark.mariadb),
]

RECORD = {
    "type": "object",
    "properties": {
        "number": {"type": "string", "maxLength": 20, "x-index": True},
        "issued": {"type": "string", "format": "date"},
        "fee": {"type": "integer"},
        "kind": {"enum": ["fishing", "hunting"]},
        "state": {"type": "string"},
    },
    "required": ["number", "issued", "kind"],
    "additionalProperties": False,
}
SOURCE = """
table = "permits"
[record]
subject = "holder"
country = "EE"
valid-from = "issued"
last-day = "expires"
known-from = "entered"
known-to = "replaced"
[[field]]
name = "number"
column = "permit_no"
[[field]]
name = "issued"
column = "issued"
as = "date"
[[field]]
name = "fee"
column = "fee"
as = "amount"
[[field]]
name = "kind"
column = "kind"
values = { K = "fishing", J = "hunting" }
[[field]]
name = "state"
fixed = "kept"
"""
TABLE = (
    "CREATE TABLE permits (id INTEGER PRIMARY KEY, holder VARCHAR(20), permit_no VARCHAR(20),"
    " issued DATE, expires DATE, fee NUMERIC(10,2), kind CHAR(1), entered TIMESTAMP NULL,"
    " replaced TIMESTAMP NULL)"
)
INSERT = text(
    "INSERT INTO permits VALUES (:id, :holder, :no, :issued, :expires, :fee, :kind, :e, :r)"
)


def read(source=SOURCE):
    return read_source(source.encode(), schema=read_schema(RECORD, name="record.json"))


def look(who=None, *, key=None, known_at=None):
    return Look(
        register="permits",
        offer="permit",
        caller=Caller(client=None),
        subject=f"EE{estonian(who)}" if who is not None else None,
        key=key,
        known_at=known_at,
    )


@dataclass
class Table:
    """Somebody else's table, and how a register sees it."""

    url: str

    def __post_init__(self):
        self.engine = create_engine(self.url)
        self.run(TABLE)
        self.source = SqlSource(read(), self.url)

    def run(self, statement, **values):
        with self.engine.begin() as connection:
            connection.execute(text(statement) if isinstance(statement, str) else statement, values)

    def put(self, n, **others):
        row = {"id": n, "holder": estonian(n), "no": f"K-{n}", "issued": date(2024, 4, 13),
               "expires": None, "fee": "12.50", "kind": "K", "e": None, "r": None}  # fmt: skip
        self.run(INSERT, **(row | others))

    def place(self, source=SOURCE):
        self.source.close()
        self.source = SqlSource(read(source), self.url)
        schema = read_schema(RECORD, name="record.json")
        return InPlace(definition=read(source), schema=schema, rows_of=self.source)

    def find(self, who=None, *, as_of=TODAY, known_at=None, key=None):
        asked = look(who, key=key, known_at=known_at)
        place = self.place()
        return place.find(asked, as_of=as_of, known_at=known_at or NOW, today=TODAY)

    def closed(self):
        self.source.close()
        self.engine.dispose()


@pytest.fixture(params=KINDS)
def table(request, tmp_path):
    """An empty table of permits."""
    url = f"sqlite:///{tmp_path}/others.db"
    if request.param != "sqlite":
        url = request.getfixturevalue(request.param).new_database()
    made = Table(url)
    yield made
    made.closed()


@pytest.fixture
def plain(tmp_path):
    """The same in a file."""
    made = Table(f"sqlite:///{tmp_path}/others.db")
    yield made
    made.closed()


OFFERS = """
[[read]]
id = "permit"
names = { en = "Permit" }
fields = ["number", "issued", "fee", "kind", "state"]
records = "all"
look-up = ["number"]
"""
RIGHTS = """
[[right]]
client = { role = "transport" }
action = "read"
offers = ["permit"]
purpose = "inspection"
legal-basis = "Permits Act"
fields = ["number", "issued", "kind"]
statement = "not-needed"
[[right]]
client = { role = "portal" }
action = "read"
offers = ["permit"]
purpose = "own-data"
legal-basis = "Permits Act"
fields = ["number", "issued", "fee", "kind", "state"]
statement = "required"
"""
REGISTER = """
id = "permits"
version = "1"
owner = "interior"
subject = "person"
records = "many"
languages = ["en"]
[names]
en = "Permits"
[[law]]
id = "Permits Act"
names = { en = "Permits Act" }
assumed = true
[retention]
years-after-close = 10
ground = "Permits Act"
assumed = true
"""
LOCALE = """
[fields]
number = "Number"
issued = "Issued"
fee = "Fee"
kind = "Kind"
state = "State"
[purposes]
inspection = "Inspection"
own-data = "Own data"
[values]
"""


def folder(**others):
    """The files of the register that reads the table in place."""
    texts = {
        "register.toml": REGISTER,
        "offers.toml": OFFERS,
        "rights.toml": RIGHTS,
        "locale/en.toml": LOCALE,
        "source.toml": SOURCE,
    }
    return files_of(texts, RECORD, **others)


@pytest.fixture
def house(tmp_path, plain):
    """A node whose one register reads `plain` in place."""
    made = House(tmp_path)
    [kept] = made.registers.holdings.values()
    definition = load_register(folder())
    holding = replace(
        kept,
        definition=definition,
        provider=ClientId(kept.provider.member, "permits"),
        source=plain.place(),
    )
    made.registers = replace(made.registers, holdings={"permits": holding})
    yield made
    made.closed()
