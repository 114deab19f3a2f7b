"""`node.toml`: what it may say, where its secrets are, and the nearest known name of a slip."""

import pytest

from riik.formats.toml import TomlRefused
from riik.node import ConfigRefused, explain, read_config

NODE = """
[node]
name = "transport"
member = "EE-DEMO/GOV/70001053"
profile = "ee"
role = "transport"
code = "70001053"
began = "2026-11-23T12:00:00Z"
names = { et = "Transpordiamet", en = "Transport Administration" }

[people]
port = 7104
origin = "http://localhost:7104"

[state]
passphrase = "file:passphrase"

[exchange]
host = "127.0.0.6"
anchor = "anchor.xml"
"""
SECRET = "correct horse battery staple"


@pytest.fixture
def written(tmp_path):
    """Write a node's file; answers where it is."""
    (tmp_path / "passphrase").write_text(f"{SECRET}\n")

    def write(source):
        path = tmp_path / "node.toml"
        path.write_text(source)
        return path

    return write


def test_a_file_becomes_values(written, tmp_path):
    config = read_config(written(NODE))
    assert (str(config.member), config.passphrase) == ("EE-DEMO/GOV/70001053", SECRET)
    assert str(config.client("services")) == "EE-DEMO/GOV/70001053/services"
    assert config.database_url("sqlite:///state.db") == f"sqlite:///{tmp_path}/state.db"


def test_a_component_that_is_not_named_is_not_run(written):
    file = read_config(written(NODE)).file
    assert (file.trust, file.services, file.bank, file.right) == (None, None, None, ())


@pytest.mark.parametrize(
    ("old", "new", "nearest"),
    [
        ("[people]", "[peple]", "people"),
        ("port = 7104", "prot = 7104", "port"),
        ('anchor = "anchor.xml"', 'ancor = "anchor.xml"', "anchor"),
        ("[exchange]", "ocsp_prot = 1\n[exchange]", "passphrase"),
        ("[exchange]", "[[rigth]]\n[exchange]", "right"),
        ("[exchange]", "[roles.bank]\nmembr = 'x'\n[exchange]", "member"),
        ("[exchange]", "[[right]]\nclient = 'x'\npurpose = []\n[exchange]", "purposes"),
        ("[exchange]", "[portal]\ncatalog = []\n[exchange]", "catalogue"),
    ],
    ids=lambda text: text.splitlines()[0],
)
def test_an_unknown_key_is_told_with_the_nearest_known_name(written, old, new, nearest):
    with pytest.raises(TomlRefused) as refused:
        read_config(written(NODE.replace(old, new)))
    assert refused.value.why == "unknown-key"
    assert nearest in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("port = 7104", "port = '7104'", "value"),
        ("port = 7104", "", "value"),
        ("names = {", "names = [{", "syntax"),
        ('role = "transport"', "role = 7", "value"),
        ("[node]", "[node", "syntax"),
    ],
    ids=["text-for-a-number", "missing", "bracket", "number-for-a-text", "half-a-table"],
)
def test_what_is_not_of_its_shape_is_refused(written, old, new, why):
    with pytest.raises(TomlRefused) as refused:
        read_config(written(NODE.replace(old, new)))
    assert refused.value.why == why


PROXIES = '[people]\ntrusted-proxies = ["10.0.0.0/8", "{}"]'


@pytest.mark.parametrize(
    "proxy", ["0.0.0.0/0", "::/0", "10.0.0.1/8", "proxy.example", "10.0.0", ""]
)
def test_only_networks_are_trusted_and_never_everyone(written, proxy):
    with pytest.raises(ConfigRefused) as refused:
        read_config(written(NODE.replace("[people]", PROXIES.format(proxy))))
    assert (refused.value.why, "people.trusted-proxies" in str(refused.value)) == ("proxy", True)


def test_proxies_write_into_a_header_that_is_known(written):
    wrong = NODE.replace("[people]", '[people]\nproxy-header = "x-real-ip"')
    with pytest.raises(TomlRefused) as refused:
        read_config(written(wrong))
    assert refused.value.why == "value"


@pytest.mark.parametrize(
    "reference",
    [SECRET, "file:nothing-here", "env:RIIK_NOBODY_SET_THIS", "pkcs12:x", ""],
)
def test_a_secret_is_a_reference_that_leads_somewhere(written, reference):
    with pytest.raises(ConfigRefused) as refused:
        read_config(written(NODE.replace("file:passphrase", reference)))
    assert refused.value.why == "secret"


def test_a_secret_may_stand_in_the_environment(written, monkeypatch):
    monkeypatch.setenv("RIIK_PASSPHRASE", SECRET)
    config = read_config(written(NODE.replace("file:passphrase", "env:RIIK_PASSPHRASE")))
    assert config.passphrase == SECRET


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigRefused) as refused:
        read_config(tmp_path / "node.toml")
    assert refused.value.why == "file"


def test_every_value_is_explained_and_no_secret_is_shown(written):
    rows = {name: (value, source) for name, value, source in explain(read_config(written(NODE)))}
    assert rows["people.port"] == ("7104", "file")
    assert rows["people.host"] == ("127.0.0.1", "default")
    assert rows["state.passphrase"] == ("file:passphrase", "file")
    assert SECRET not in str(rows)
