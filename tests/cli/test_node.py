"""`riik node check` and what `riik node serve` refuses before anything starts."""

import json

import pytest

NODE = """
[node]
name = "transport"
member = "{instance}/GOV/70000005"
profile = "ee"
names = {{ en = "Transport Administration" }}
role = "transport"
code = "70000005"
began = "2026-11-23T12:00:00.000000Z"
demonstration = {demonstration}

[people]
port = 7104
origin = "http://localhost:7104"

[state]
passphrase = "file:passphrase"

[exchange]
host = "127.0.0.6"
anchor = "anchor.xml"
"""


@pytest.fixture
def node(tmp_path):
    """Writes a node's file; its passphrase lies beside it."""
    (tmp_path / "passphrase").write_text("open sesame")

    def write(instance="EE", *, demonstration=False, change=("", "")):
        source = NODE.format(instance=instance, demonstration=str(demonstration).lower())
        path = tmp_path / "node.toml"
        path.write_text(source.replace(*change) if change[0] else source)
        return path

    return write


def test_every_value_is_shown_with_where_it_came_from(riik, node):
    done = riik("node", "check", node())
    assert done.exit_code == 0, done.output
    rows = {line.split()[0]: line.split()[1:] for line in done.stdout.splitlines()}
    assert rows["people.port"] == ["file", "7104"]
    assert rows["people.host"] == ["default", "127.0.0.1"]


def test_secrets_are_shown_as_references(riik, node):
    done = riik("node", "check", node())
    assert "open sesame" not in done.output
    assert "file:passphrase" in done.stdout


def test_a_machine_gets_a_value_a_line(riik, node):
    rows = [
        json.loads(line) for line in riik("node", "check", "--json", node()).stdout.splitlines()
    ]
    assert {"key": "exchange.port", "value": "5500", "from": "default"} in rows


REFUSED = [
    ("an unknown key", ("host =", "hots ="), "did you mean 'host'?"),
    ("an unknown section", ("[people]", "[poeple]"), "did you mean 'people'?"),
    ("a port that is a word", ("port = 7104", 'port = "x"'), "formats.toml-refused, value"),
    ("a file that is no TOML", ("[people]", "[people"), "formats.toml-refused, syntax"),
    ("a secret in clear", ("file:passphrase", "open sesame"), "never a value"),
    ("a secret that isn't there", ("file:passphrase", "file:nowhere"), "can't be read"),
    ("an environment without the secret", ("file:passphrase", "env:RIIK_NOWHERE"), "no RIIK_NOWHERE"),
]  # fmt: skip


@pytest.mark.parametrize("command", ["check", "serve"])
@pytest.mark.parametrize(("change", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_file_that_cant_be_used_is_refused_in_one_line(riik, node, command, change, why):
    done = riik("node", command, node(change=change))
    assert done.exit_code == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


GATES = [
    ("without the word of the file", "EE-DEMO", False, ["--demonstration"]),
    ("without the option", "EE-DEMO", True, []),
    ("without both", "EE-DEMO", False, []),
    ("a real country that says it is one", "EE", True, ["--demonstration"]),
]


@pytest.mark.parametrize(
    ("instance", "demonstration", "words"), [g[1:] for g in GATES], ids=[g[0] for g in GATES]
)
def test_a_demonstration_is_never_served_by_mistake(riik, node, instance, demonstration, words):
    done = riik("node", "serve", node(instance, demonstration=demonstration), *words)
    assert done.exit_code == 1
    assert "cli.refused, demonstration" in done.stderr


def test_a_demonstration_s_file_can_be_checked(riik, node):
    assert riik("node", "check", node("EE-DEMO", demonstration=True)).exit_code == 0


SERVICES = """

[services]
folders = ["catalogue:driving-exam"]
zone = "Europe/Tallinn"
"""


def test_a_nodes_services_are_written_as_open_data_without_starting_it(riik, node, tmp_path):
    path = node()
    path.write_text(path.read_text() + SERVICES)
    done = riik("service", "catalogue", path, "--out", tmp_path / "out.jsonld")
    assert (done.exit_code, "1 services" in done.stderr) == (0, True), done.output
    graph = json.loads((tmp_path / "out.jsonld").read_text())["@graph"]
    assert {"http://localhost:7104/catalogue.jsonld#driving-exam"} <= {one["@id"] for one in graph}


def test_a_node_without_services_has_no_catalogue(riik, node):
    done = riik("service", "catalogue", node())
    assert (done.exit_code, done.stdout, "[services]" in done.stderr) == (1, "", True)


def test_a_folder_that_is_not_there_makes_no_catalogue(riik, node, tmp_path):
    path = node()
    path.write_text(path.read_text() + SERVICES.replace("catalogue:driving-exam", "nowhere"))
    assert riik("service", "catalogue", path, "--out", tmp_path / "out").exit_code == 1
    assert not (tmp_path / "out").exists()
