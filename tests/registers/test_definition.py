"""A register's folder: what fits together is read, what doesn't is refused with its place."""

import json

import pytest
from tests.registers.house import CATALOGUE, definition

from riik.core import Refused
from riik.registers import check, load_register
from riik.registers.errors import DefinitionRefused
from riik.registers.schema import read_schema
from riik.registers.store import read_folder

CATALOGUED = sorted(folder.name for folder in CATALOGUE.iterdir())


def changed(name, old, new):
    """The population folder with a piece of one file exchanged."""
    files = dict(read_folder(CATALOGUE / "population"))
    assert old in files[name].decode()
    files[name] = files[name].decode().replace(old, new, 1).encode()
    return files


def without(name):
    files = dict(read_folder(CATALOGUE / "population"))
    del files[name]
    return files


def with_file(name, content=b""):
    return dict(read_folder(CATALOGUE / "population")) | {name: content}


@pytest.mark.parametrize("name", CATALOGUED)
def test_a_catalogued_register_passes_its_own_tests(name):
    outcomes = check(definition(name))
    assert len(outcomes) >= 5
    assert [outcome for outcome in outcomes if not outcome.passed] == []


@pytest.mark.parametrize("name", CATALOGUED)
def test_a_folder_has_more_tests_of_refusals_than_none(name):
    assert any(case.expect != "ok" for case in definition(name).cases)


@pytest.mark.parametrize("name", CATALOGUED)
def test_everything_personal_is_sealed_unless_said(name):
    schema = definition(name).schema
    assert set(schema.fields) - schema.personal <= {"kind", "status", "category"}


def test_a_failing_test_of_a_folder_is_told():
    files = changed("cases/rights.toml", 'expect = "fields"', 'expect = "ok"')
    assert [o.id for o in check(load_register(files)) if not o.passed] == [
        "transport doesn't see who a person's children are"
    ]


def test_any_change_of_a_file_changes_the_digest():
    files = changed("rights.toml", "# Who may what", "# Who may which")
    assert load_register(files).digest != definition("population").digest


REFUSED = [
    ("no record.json", lambda: without("record.json"), "file", "record.json"),
    ("no rights", lambda: without("rights.toml"), "file", "rights.toml"),
    ("a program", lambda: with_file("rules.py", b"import os"), "file", "rules.py"),
    ("a hidden folder", lambda: with_file("bin/x.toml"), "file", "bin/x.toml"),
    ("too large", lambda: with_file("cases/a.toml", b"#" * 2_000_001), "size", "large"),
    (
        "an unknown key names the nearest",
        lambda: changed("rights.toml", "legal-basis", "legal-bases"),
        "unknown-key",
        "'legal-basis'",
    ),
    (
        "an unknown field names the nearest",
        lambda: changed("offers.toml", '"birth_date"', '"birthdate"'),
        "offer",
        "'birth_date'",
    ),
    (
        "a right to a field that the offer lacks",
        lambda: changed("rights.toml", '["children", "wards", "status"]', '["birth_date"]'),
        "right",
        "birth_date",
    ),
    (
        "a right to an offer that isn't there",
        lambda: changed("rights.toml", 'offers = ["person"]', 'offers = ["people"]'),
        "right",
        "people",
    ),
    (
        "a law that the register doesn't name",
        lambda: changed("rights.toml", '"Krediidiasutuste seadus"', '"Seadus"'),
        "law",
        "Seadus",
    ),
    (
        "a right for everybody",
        lambda: changed("rights.toml", 'client = { role = "bank" }', "client = {}"),
        "right",
        "role",
    ),
    (
        "a correction called a change",
        lambda: changed("rights.toml", 'action = "correct"', 'action = "change"'),
        "right",
        "correction",
    ),
    (
        "a missing translation",
        lambda: changed("locale/vi.toml", "spouse =", "spouze ="),
        "texts",
        "spouse",
    ),
    (
        "a name without a language",
        lambda: changed("register.toml", 'vi = "Sổ đăng ký dân cư"', ""),
        "texts",
        "vi",
    ),
    (
        "a name in a country without a language",
        lambda: changed("register.toml", 'vi = "Cơ sở dữ liệu quốc gia về dân cư", ', ""),
        "texts",
        "called in vn: no name in vi",
    ),
    ("another subject", lambda: changed("register.toml", '"person"', '"animal"'), "value", "thing"),
    (
        "an id with a path",
        lambda: changed("register.toml", '"population"', '"../x"'),
        "value",
        "id",
    ),
    (
        "two offers of one id",
        lambda: changed("offers.toml", 'id = "mandates"', 'id = "person"'),
        "offer",
        "one id",
    ),
    (
        "a look-up that nobody indexed",
        lambda: changed("offers.toml", 'id = "person"', 'id = "person"\nlook-up = ["phone"]'),
        "offer",
        "x-index",
    ),
    (
        "a keyword that isn't known",
        lambda: changed("record.json", '"x-index"', '"x-indexed"'),
        "schema",
        "'x-index'",
    ),
    (
        "an amount that is a text",
        lambda: changed("record.json", '"x-index": true', '"x-money": "EUR"'),
        "schema",
        "minor units",
    ),
    (
        "an object that takes anything",
        lambda: changed("record.json", '"additionalProperties": false', '"description": ""'),
        "schema",
        "additionalProperties",
    ),
    (
        "a fraction",
        lambda: changed("record.json", '"integer"', '"number"'),
        "schema",
        "residence_days",
    ),
    (
        "a reference out of the file",
        lambda: changed("record.json", '"x-index": true', '"$ref": "https://example.org/x"'),
        "schema",
        "$ref",
    ),
    ("no JSON", lambda: with_file("record.json", b"{"), "schema", "record.json"),
    ("no object", lambda: with_file("record.json", b"[]"), "schema", "object"),
    (
        "a pattern that is none",
        lambda: with_file("record.json", json.dumps(BROKEN).encode()),
        "schema",
        "no JSON Schema",
    ),
]


@pytest.mark.parametrize(
    ("country", "name"),
    [
        ("", "Sổ đăng ký dân cư"),
        ("ee", "Sổ đăng ký dân cư"),
        ("vn", "Cơ sở dữ liệu quốc gia về dân cư"),
    ],
)
def test_a_register_is_called_as_its_country_calls_it(country, name):
    found = load_register(read_folder(CATALOGUE / "population"), country=country)
    assert (found.names["vi"], found.id) == (name, "population")


BROKEN = {
    "type": "object",
    "properties": {"a": {"type": "string", "pattern": "("}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("make", "why", "told"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_a_wrong_folder_is_refused(make, why, told):
    with pytest.raises(Refused) as refused:
        load_register(make())
    assert refused.value.why == why
    assert told in str(refused.value)


RECORDS = [
    ("a name too short", {"given_names": ""}, "/given_names", "minLength"),
    ("no such day", {"birth_date": "1990-02-30"}, "/birth_date", "format"),
    ("a third sex code", {"sex": "X"}, "/sex", "enum"),
    ("a child without a code", {"children": [{"name": "A"}]}, "/children/0", "required"),
    ("a field of nobody", {"shoe_size": 44}, "/", "additionalProperties"),
    ("an address with more", {"residence": {"system": "A"}}, "/residence", "required"),
]


@pytest.mark.parametrize(
    ("values", "pointer", "rule"), [r[1:] for r in RECORDS], ids=[r[0] for r in RECORDS]
)
def test_a_wrong_record_is_told_by_its_place_and_never_by_its_value(values, pointer, rule):
    from tests.registers.house import person

    with pytest.raises(Refused) as refused:
        definition("population").schema.check(person() | values)
    assert (refused.value.facts["pointer"], refused.value.facts["rule"]) == (pointer, rule)
    assert "1990" not in str(refused.value)


@pytest.mark.parametrize("said", ["eur", "€", "currenci", "", 100, True])
def test_an_amount_is_of_a_currency_or_of_a_field_that_has_it(said):
    amount = {"type": "integer", "x-money": said}
    document = {"type": "object", "properties": {"sum": amount}, "additionalProperties": False}
    with pytest.raises(DefinitionRefused):
        read_schema(document, name="record.json")


def test_amounts_are_known_with_their_currency():
    properties = {
        "sum": {"type": "integer", "x-money": "EUR"},
        "price": {"type": "integer", "x-money": "currency"},
        "currency": {"type": "string"},
    }
    document = {"type": "object", "properties": properties, "additionalProperties": False}
    schema = read_schema(document, name="record.json")
    assert dict(schema.money) == {"sum": "EUR", "price": "currency"}
    assert "x-money" not in str(schema.part(("sum", "price")))
