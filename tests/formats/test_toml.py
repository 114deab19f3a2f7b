import tomllib

import msgspec
import pytest

from riik.formats.toml import Shape, TomlRefused, read_toml, write_toml


class Address(Shape):
    host: str
    port_number: int = 80


class File(Shape):
    title: str
    address: Address
    others: tuple[Address, ...] = ()
    by_name: dict[str, Address] = msgspec.field(default_factory=dict)


GOOD = b'title = "a"\n[address]\nhost = "h"\n[[others]]\nhost = "o"\n[by-name.x]\nhost = "y"\n'


def test_a_file_becomes_a_frozen_value():
    read = read_toml(GOOD, File, name="f.toml")
    assert (read.address.port_number, read.others[0].host) == (80, "o")
    assert read.by_name["x"].host == "y"


REFUSED = [
    ("an unknown key names the nearest", b'titel = "a"', "unknown-key", "'title'"),
    ("in a table", b'title = "a"\n[address]\nhots = "h"', "unknown-key", "'host'"),
    ("in a list", GOOD + b'[[others]]\nport = 1\nhost="x"', "unknown-key", "'port-number'"),
    ("in a named table", GOOD + b'[by-name.z]\nhostt = "x"', "unknown-key", "'host'"),
    ("a missing key", b'title = "a"', "value", "address"),
    ("a wrong type", b'title = 1\n[address]\nhost="h"', "value", "title"),
    ("no TOML", b"title = ", "syntax", "f.toml"),
    ("no UTF-8", b"\xff\xfe", "syntax", "f.toml"),
    ("too large", b"#" * 1_000_001, "size", "larger"),
]


@pytest.mark.parametrize(
    ("source", "why", "told"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_wrong_is_told(source, why, told):
    with pytest.raises(TomlRefused) as refused:
        read_toml(source, File, name="f.toml")
    assert refused.value.why == why
    assert told in str(refused.value)


TREE = {
    "title": 'say "a"\n',
    "on": True,
    "number": 7,
    "list": ["x", "õ"],
    "table": {"a b": "1", "inner": {"c": "2"}},
    "rows": [{"r": "1", "deep": {"d": "3"}}, {"r": "2"}],
}


def test_what_is_written_is_read_again():
    assert tomllib.loads(write_toml(TREE)) == TREE
