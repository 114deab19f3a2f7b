"""`riik register new` and `import`, as somebody with a table uses them."""

import csv
import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from tests.registers.importing.conftest import HEADER, row
from tests.registers.importing.test_enrolling import HEADER as RESIDENTS
from tests.registers.importing.test_enrolling import MAPPING, POPULATION, resident

import riik as riik_package

NODE = """
[node]
name = "transport"
member = "EE-DEMO/GOV/70000005"
profile = "ee"
names = { en = "Transport Administration" }
role = "transport"
code = "70000005"
began = "2026-11-23T12:00:00.000000Z"
demonstration = true

[people]
port = 7104
origin = "http://localhost:7104"

[state]
key-cost = 1024
passphrase = "file:passphrase"

[exchange]
host = "127.0.0.6"
anchor = "anchor.xml"

[registers]
folders = ["permits"]
"""


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder with a node's file and a table of thirty rows."""
    monkeypatch.chdir(tmp_path)
    Path("node.toml").write_text(NODE)
    Path("passphrase").write_text("open sesame")
    write("table.csv", [row(n, issued=f"{1 + n % 28:02d}.04.2024") for n in range(30)])
    return tmp_path


def write(name, rows, header=HEADER):
    with Path(name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


@pytest.fixture
def ready(riik, place):
    """The register and the mapping that the commands themselves make."""
    assert riik("register", "new", "permits", "--from", "table.csv").exit_code == 0
    proposed = riik("register", "import", "permits", "table.csv", "--propose")
    Path("map.toml").write_text(proposed.stdout)
    return place


def import_(riik, *more, file="table.csv"):
    words = ("register", "import", "permits", file, "--node", "node.toml", "--mapping", "map.toml")
    return riik(*words, *more)


def test_a_new_register_passes_its_check_and_says_what_it_guessed(riik, place):
    made = riik("register", "new", "permits", "--from", "table.csv")
    assert made.exit_code == 0
    assert len(made.stdout.splitlines()) == len(HEADER) + 2
    assert riik("register", "check", "permits").exit_code == 0


def test_a_folder_that_is_not_empty_stays_as_it_is(riik, place):
    made = riik("register", "new", ".", "--from", "table.csv")
    assert made.exit_code == 1
    assert not Path("register.toml").exists()


def test_a_table_is_tried_and_imported_and_taken_back(riik, ready):
    dry = import_(riik, "--dry-run", "--json")
    assert (dry.exit_code, json.loads(dry.stdout)["written"]) == (0, 30)
    done = json.loads(import_(riik, "--json").stdout)
    assert (done["written"], done["rejected"]) == (30, 0)
    undone = riik("register", "import", "permits", "--undo", done["run"], "--node", "node.toml")
    assert "30 records closed" in undone.stdout


def test_rejected_rows_are_told_counted_and_written(riik, ready):
    write("more.csv", [row(50), row(51, code="49001019905"), row(52, issued="31.02.2024")])
    done = import_(riik, file="more.csv")
    assert done.exit_code == 1
    assert "code-check-digit:code" in done.stdout
    assert "more.rejected.csv" in done.stdout
    assert len(Path("more.rejected.csv").read_text().splitlines()) == 3


def test_no_cell_is_in_what_the_command_prints(riik, ready):
    done = import_(riik)
    assert row(1)[0] not in done.output
    assert "Põlva" not in done.output


@pytest.mark.parametrize(
    ("missing", "why"), [("--mapping", "mapping"), ("--node", "node")], ids=["mapping", "node"]
)
def test_what_is_missing_is_named_with_its_remedy(riik, ready, missing, why):
    given = {"--node": "node.toml", "--mapping": "map.toml"}
    del given[missing]
    words = [word for pair in given.items() for word in pair]
    done = riik("register", "import", "permits", "table.csv", *words)
    assert done.exit_code == 1
    assert f"(cli.refused, {why})" in done.stderr


def test_another_folder_than_the_nodes_is_refused(riik, ready):
    path = Path("permits/register.toml")
    Path("other").mkdir()
    for file in Path("permits").rglob("*"):
        if file.is_file():
            copy = Path("other") / file.relative_to("permits")
            copy.parent.mkdir(exist_ok=True)
            copy.write_bytes(file.read_bytes())
    (Path("other") / path.name).write_text(path.read_text().replace("0.1", "0.2"))
    words = ("other", "table.csv", "--node", "node.toml", "--mapping", "map.toml")
    done = riik("register", "import", *words)
    assert "(node.config-refused, register)" in done.stderr


LONG = 24_000


def test_a_run_that_was_killed_goes_on(riik, ready):
    # Long, so that the kill comes before the end on any machine that reads a line in time.
    write("long.csv", [row(n) for n in range(LONG)])
    words = ("register", "import", "permits", "long.csv", "--node", "node.toml")
    command = [sys.executable, "-m", "riik.cli", *words, "--mapping", "map.toml"]
    env = os.environ | {"PYTHONPATH": str(Path(riik_package.__file__).parents[1])}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=env) as running:
        for line in running.stderr:
            if re.match(r"\d+ read", line):
                break
        running.send_signal(signal.SIGKILL)
    refused = import_(riik, file="long.csv")
    assert "(registers.import-refused, unfinished)" in refused.stderr
    done = json.loads(import_(riik, "--resume", "--json", file="long.csv").stdout)
    assert (done["read"], done["written"]) == (LONG, LONG)


@pytest.mark.parametrize("file", ["table.csv", "map.toml", "node.toml"])
def test_rejected_rows_are_never_written_over_what_is_needed(riik, ready, file):
    before = Path(file).read_bytes()
    done = import_(riik, "--rejected", file)
    assert "(cli.refused, rejected)" in done.stderr
    assert Path(file).read_bytes() == before


SOURCE = """
table = "permits"
[record]
subject = "code"
country = "EE"
[[field]]
name = "number"
column = "no"
"""


@pytest.fixture
def placed(riik, ready):
    """The register reads a table in place instead."""
    folder = Path("permits")
    offers = folder.joinpath("offers.toml").read_text().split("[[change]]")[0]
    rights = folder.joinpath("rights.toml").read_text().split("[[right]]")
    folder.joinpath("offers.toml").write_text(offers)
    kept = [one for one in rights if 'action = "read"' in one or "[" not in one]
    folder.joinpath("rights.toml").write_text("[[right]]".join(kept))
    schema = json.loads(folder.joinpath("record.json").read_text())
    schema["required"] = ["number"]
    folder.joinpath("record.json").write_text(json.dumps(schema))
    folder.joinpath("source.toml").write_text(SOURCE)
    with sqlite3.connect("others.db") as others:
        others.execute("CREATE TABLE permits (code TEXT, no TEXT)")
    node = NODE.replace('["permits"]', '["permits"]\nsources = { permits = "file:source" }')
    Path("node.toml").write_text(node)
    Path("source").write_text("sqlite:///others.db")
    return folder


def test_a_table_that_is_read_in_place_is_compared_with_the_folder(riik, placed):
    done = riik("register", "check", "permits", "--node", "node.toml")
    assert "the table has every column that source.toml names" in done.stderr, done.output
    with sqlite3.connect("others.db") as others:
        others.execute("ALTER TABLE permits RENAME COLUMN no TO number")
    refused = riik("register", "check", "permits", "--node", "node.toml")
    assert refused.exit_code == 1
    assert "no column no" in refused.stderr
    assert "(registers.source-unavailable, changed)" in refused.stderr


def test_nothing_is_copied_into_a_register_that_reads_in_place(riik, placed):
    assert "(node.config-refused, source)" in import_(riik).stderr


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("sources = {", "unsigned = true\n#"),
        ('{ permits = "file:source" }', '{ permits = "file:nowhere" }'),
        ("sources = {", "sourcs = {"),
    ],
    ids=["nowhere said", "a secret that isn't there", "a key mistaken"],
)
def test_where_the_table_lies_must_be_said(riik, placed, old, new):
    Path("node.toml").write_text(Path("node.toml").read_text().replace(old, new))
    refused = riik("register", "check", "permits", "--node", "node.toml")
    assert refused.exit_code == 1
    assert "refused" in refused.stderr


@pytest.fixture
def residents(place):
    """The population register's folder, a file of residents, and a mapping for both."""
    shutil.copytree(POPULATION, "population")
    people = [resident(1), resident(2), resident(3, sex="M")]
    write("residents.csv", people, header=RESIDENTS)
    Path("residents.toml").write_text(MAPPING)
    return ("population", "residents.csv", "--mapping", "residents.toml")


def test_residents_are_enrolled_by_the_mapping_of_the_population_register(riik, residents):
    Path("node.toml").write_text(f'{NODE}\n[identity]\ntrust-centre = "EE-DEMO/GOV/1/trust"\n')
    dry = riik("register", "import", *residents, "--node", "node.toml", "--enrol", "--dry-run")
    assert "dry run, nothing was written" in dry.stdout, dry.output
    done = riik("register", "import", *residents, "--node", "node.toml", "--enrol", "--json")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["written"], told["reasons"]) == (2, {"sex": 1})
    again = riik("register", "import", *residents, "--node", "node.toml", "--enrol", "--json")
    assert json.loads(again.stdout)["repeated"] == 2


def test_people_are_enrolled_by_an_identity_authority_only(riik, residents):
    refused = riik("register", "import", *residents, "--node", "node.toml", "--enrol")
    assert "(node.config-refused, identity)" in refused.stderr


def test_a_folder_that_reads_in_place_is_made_out_of_the_table_and_passes_its_check(riik, place):
    with sqlite3.connect("others.db") as others:
        others.execute("CREATE TABLE permits (code TEXT, no TEXT, issued DATE, fee NUMERIC)")
        rows = [(row(n)[0], f"K-{n}", f"2024-04-{1 + n % 28:02d}", f"{n}.50") for n in range(40)]
        others.executemany("INSERT INTO permits VALUES (?, ?, ?, ?)", rows)
    words = ("--from", "sqlite:///others.db", "--table", "permits", "--in-place")
    assert riik("register", "new", "permits", *words).exit_code == 0
    node = NODE.replace('["permits"]', '["permits"]\nsources = { permits = "file:source" }')
    Path("node.toml").write_text(node)
    Path("source").write_text("sqlite:///others.db")
    done = riik("register", "check", "permits", "--node", "node.toml")
    assert done.exit_code == 0, done.output
    assert "has every column" in done.stderr
    assert 'look-up = ["no"]' in Path("permits/offers.toml").read_text()


@pytest.mark.parametrize("words", [("--from", "table.csv"), ("--from", "sqlite:///others.db")])
def test_only_a_databases_table_is_read_in_place(riik, place, words):
    assert riik("register", "new", "permits", *words, "--in-place").exit_code == 2


def test_a_table_without_codes_of_persons_is_not_read_in_place(riik, place):
    with sqlite3.connect("others.db") as others:
        others.execute("CREATE TABLE permits (no TEXT)")
    words = ("--from", "sqlite:///others.db", "--table", "permits", "--in-place")
    refused = riik("register", "new", "permits", *words)
    assert "(registers.import-refused, column)" in refused.stderr
    assert not Path("permits").exists()
