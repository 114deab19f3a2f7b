"""Residents from a file: each enrolled once, each fault its own, begun anew when it was cut off."""

import csv
from dataclasses import dataclass
from pathlib import Path

import pytest
from tests.registers.importing.conftest import estonian
from tests.registers.importing.test_component import CutOff, cut_off_at

import riik.identity
from riik.core import PersonCode
from riik.identity import Enrolment
from riik.identity.store import SqlIdentityStore
from riik.profiles import birth_places
from riik.profiles.countries import three_letters
from riik.registers import ImportRefused, load_register, make_plan, read_mapping
from riik.registers.importing.client import RejectedFile, open_file
from riik.registers.importing.enrolling import Enrolling
from riik.registers.store import read_folder
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import MIGRATIONS, SqlVault
from riik.testing.ports import SeededEntropy

POPULATION = Path(riik.identity.__file__).parents[1] / "catalogue" / "registers" / "population"
HEADER = ("isikukood", "eesnimi", "perenimi", "synniaeg", "sugu", "kodakondsus")
MAPPING = """
[record]
subject = "isikukood"
country = "EE"
ground = "Rahvastikuregistri seadus"
valid-from = "synniaeg"
order = "day-first"
[[field]]
name = "code"
column = "isikukood"
as = "person"
country = "EE"
[[field]]
name = "given_names"
column = "eesnimi"
[[field]]
name = "family_name"
column = "perenimi"
[[field]]
name = "birth_date"
column = "synniaeg"
as = "date"
order = "day-first"
[[field]]
name = "sex"
column = "sugu"
values = { N = "F", M = "M" }
[[field]]
name = "citizenship"
column = "kodakondsus"
[[field]]
name = "status"
fixed = "alive"
"""


def resident(n, **others):
    """Who has the n-th code: a woman born on the first of January of 1900 and something."""
    cells = {
        "code": estonian(n),
        "given": "Mari",
        "family": f"Tamm{'abcdefghij'[n % 10]}",
        "born": f"01.01.19{n // 1000 % 100:02d}",
        "sex": "N",
        "citizenship": "EE",
    }
    return list((cells | others).values())


@dataclass
class Authority:
    """An identity authority of its own."""

    folder: Path

    def __post_init__(self):
        self.database = open_database(f"sqlite:///{self.folder}/node.db", name="identity")
        keys = open_database(f"sqlite:///{self.folder}/vault.db", name="vault")
        migrate(self.database, {"identity": Path(riik.identity.__file__).parent / "migrations"})
        migrate(keys, {"vault": MIGRATIONS})
        self.vault = SqlVault(keys, vault_key=bytes(32), entropy=SeededEntropy())
        self.definition = load_register(read_folder(POPULATION))
        self.closed = lambda: (self.database.close(), keys.close())

    def run(self, *rows, dry=False, told=lambda _: None, mapping=MAPPING, middle=False):
        path = self.folder / "residents.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([HEADER, *rows])
        read = read_mapping(mapping.encode())
        source = open_file(path, read.source)
        plan = make_plan(
            read,
            header=source.header,
            definition=self.definition,
            places=birth_places(),
            encoding="utf-8",
        )
        enrolment = Enrolment(
            store=SqlIdentityStore(),
            database=self.database,
            vault=self.vault,
            places=birth_places(),
        )
        enrolling = Enrolling(
            schema=self.definition.schema, enrol_each=enrolment.enrol_each, middle=middle
        )
        rejects = RejectedFile(self.folder / "rejected.csv", source.header, encoding="utf-8")
        return enrolling(plan, source, rejects=rejects, dry=dry, told=told)

    def people(self):
        subjects = [self.vault.find(PersonCode(f"EE{estonian(n)}")) for n in range(4)]
        with self.database.read() as work:
            store = SqlIdentityStore()
            return len(store.people([one for one in subjects if one], work=work))


@pytest.fixture
def authority(tmp_path):
    made = Authority(tmp_path)
    yield made
    made.closed()


def test_residents_are_enrolled_once(authority):
    first = authority.run(resident(1), resident(2), resident(1))
    again = authority.run(resident(1), resident(2), resident(3))
    assert (first.written, first.repeated) == (2, 1)
    assert (again.written, again.repeated) == (1, 2)
    assert authority.people() == 3


def test_a_dry_run_tells_what_the_run_then_does_and_enrols_nobody(authority):
    rows = [resident(1), resident(2, born="31.02.1900"), resident(1), resident(3, family="Kask")]
    dry = authority.run(*rows, dry=True)
    assert authority.people() == 0
    assert authority.vault.find(PersonCode(f"EE{estonian(1)}")) is None
    assert authority.run(*rows).to_json() == dry.to_json()


FAULTS = [
    ("a wrong check digit", {"code": f"{estonian(1)[:-1]}x"}, "code-digits:isikukood"),
    ("another day of birth than the code's", {"born": "02.01.1900"}, "birth-date"),
    ("another sex than the code's", {"sex": "M"}, "sex"),
    ("a sex that nobody named", {"sex": "X"}, "value-unknown:sugu"),
    ("a country that there isn't", {"citizenship": "QQ"}, "citizenship"),
    ("a country in another form", {"citizenship": "EST"}, "schema-pattern:kodakondsus"),
    ("no name", {"given": ""}, "schema-required:given_names"),
    ("a name of spaces", {"family": "  "}, "schema-required:family_name"),
    ("a NUL in a name", {"given": "Ma\x00ri"}, "nul"),
]


@pytest.mark.parametrize(("cells", "why"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_one_persons_fault_stops_nobody_else(authority, cells, why):
    report = authority.run(resident(2), resident(1, **cells), resident(3))
    assert (report.written, report.reasons) == (2, {why: 1})
    assert why in (authority.folder / "rejected.csv").read_text()


def test_somebody_who_is_enrolled_with_other_facts_is_rejected(authority):
    authority.run(resident(1))
    report = authority.run(resident(1, family="Kask"), resident(2))
    assert (report.written, report.reasons) == (1, {"differs": 1})


def test_what_was_cut_off_goes_on_when_it_is_begun_again(authority):
    rows = [resident(n) for n in range(1500)]
    with pytest.raises(CutOff):
        authority.run(*rows, told=cut_off_at(1))
    report = authority.run(*rows)
    assert (report.read, report.repeated, report.written) == (1500, 1000, 500)


def test_a_mapping_without_what_a_card_needs_is_refused(authority):
    short = MAPPING.replace('name = "citizenship"\ncolumn = "kodakondsus"', 'name = "address"')
    with pytest.raises(ImportRefused):
        authority.run(resident(1), mapping=short)


@pytest.mark.parametrize(("two", "three"), [("EE", "EST"), ("VN", "VNM"), ("QQ", None), ("", None)])
def test_countries_have_three_letters_on_cards(two, three):
    assert three_letters(two) == three
