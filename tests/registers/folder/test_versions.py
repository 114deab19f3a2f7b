"""A new version of a register: what is compatible passes, what breaks something says so first."""

import pytest
from tests.registers.folder.house import boats, draft, schema, text, version

from riik.registers.errors import DefinitionRefused
from riik.registers.folder.publishing import check_successor
from riik.registers.folder.steps import upgrade
from riik.registers.folder.versions import breaks, differences

OFFERED = ("offers.toml", "rights.toml")


def broken(files):
    return list(breaks(draft(boats()), draft(files)))


def everywhere(old, new):
    """Offers, rights and cases with one field called otherwise."""
    made = {}
    for name in ("offers.toml", "rights.toml", "cases/rights.toml", "locale/en.toml"):
        key = name.replace("/", "_").replace(".", "_")
        made[key] = text(name).replace(f'"{old}"', f'"{new}"').replace(f"{old} =", f"{new} =")
    return made


COMPATIBLE = [
    ("a new optional field", {"record_json": schema(depth={"type": "integer"})}),
    ("a wider choice", {"record_json": schema(state={"enum": ["afloat", "sunk", "lost"]})}),
    ("a longer text", {"record_json": schema(note={"type": "string", "maxLength": 99})}),
    ("a text without an end", {"record_json": schema(note={"type": "string"})}),
    ("a smaller least", {"record_json": schema(length={"type": "integer", "minimum": 0})}),
    ("another type besides", {"record_json": schema(length={"type": ["integer", "null"], "minimum": 1})}),
    ("a choice become a text", {"record_json": schema(state={"type": "string"})}),
    ("a field no longer needed", {"record_json": schema(["number"])}),
    ("a new right", {"rights_toml": text("rights.toml") + text("rights.toml").replace("insurer", "bank")}),
    ("a field more in an offer", {"offers_toml": text("offers.toml", ('fields = ["length", "state"]', 'fields = ["length", "state", "note"]'))}),
]  # fmt: skip


@pytest.mark.parametrize("files", [c[1] for c in COMPATIBLE], ids=[c[0] for c in COMPATIBLE])
def test_what_takes_nothing_away_is_compatible_under_the_same_version(files):
    assert broken(boats(**files)) == []


LOST = text("rights.toml", ('fields = ["number", "state"]', 'fields = ["number"]'))
NARROW = [
    ("a field removed", {"record_json": schema(note=None)}, "record.json", "lost the field 'note'"),
    ("a field renamed", {"record_json": schema(note=None, remark={"type": "string"})}, "record.json", "'note'"),
    ("a shorter text", {"record_json": schema(note={"type": "string", "maxLength": 9})}, "record.json", "maxLength 9"),
    ("an end where there was none", {"record_json": schema(length={"type": "integer", "minimum": 1, "maximum": 50})}, "record.json", "maximum 50"),
    ("a greater least", {"record_json": schema(length={"type": "integer", "minimum": 2})}, "record.json", "minimum 2"),
    ("a choice less", {"record_json": schema(state={"enum": ["afloat"]})}, "record.json", "'sunk'"),
    ("a list of choices", {"record_json": schema(note={"enum": ["a"]})}, "record.json", "choices"),
    ("one value", {"record_json": schema(note={"const": "a"})}, "record.json", "choices"),
    ("another type", {"record_json": schema(length={"type": "string"})}, "record.json", "type"),
    ("a pattern", {"record_json": schema(note={"type": "string", "maxLength": 10, "pattern": "^a"})}, "record.json", "pattern"),
    ("a day", {"record_json": schema(note={"type": "string", "maxLength": 10, "format": "date"})}, "record.json", "format"),
    ("a field needed", {"record_json": schema(["number", "state", "length"])}, "record.json", "'length' is needed"),
    ("a new field needed", {"record_json": schema(["number", "state", "depth"], depth={"type": "integer"})}, "record.json", "'depth' is needed"),
    ("an offer gone", {"offers_toml": text("offers.toml", ('id = "boat"', 'id = "vessel"'))}, "offers.toml", "'boat'"),
    ("a field no longer offered", {"offers_toml": text("offers.toml", ('"length", "state", "note"', '"length", "state"'))}, "offers.toml", "'note'"),
    ("one record instead of all", {"offers_toml": text("offers.toml", ('records = "all"\n', ""))}, "offers.toml", "shape"),
    ("no look-up", {"offers_toml": text("offers.toml", ('look-up = ["number"]\n', ""))}, "offers.toml", "found by"),
    ("another kind of change", {"offers_toml": text("offers.toml", ('kind = "open"', 'kind = "change"'))}, "offers.toml", "kind"),
    ("a right to a field lost", {"rights_toml": LOST}, "rights.toml", "insurer"),
    ("a right for another purpose", {"rights_toml": text("rights.toml", ('purpose = "insurance"', 'purpose = "register-keeping"'))}, "rights.toml", "insurance"),
    ("a right by statement only", {"rights_toml": text("rights.toml")[:-13] + '"required"\n'}, "rights.toml", "insurer"),
    ("about something else", {"register_toml": text("register.toml", ('"person"', '"thing"'))}, "register.toml", "subject"),
    ("one record a person", {"register_toml": text("register.toml", ('"many"', '"one"'))}, "register.toml", "subject"),
    ("a version before", {"register_toml": text("register.toml", ('"1"', '"0.9"'))}, "register.toml", "before"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "file", "told"), [n[1:] for n in NARROW], ids=[n[0] for n in NARROW]
)
def test_what_breaks_records_clients_or_services_is_found_with_what_to_write(files, file, told):
    found = [one for one in broken(boats(**files)) if told in one.text]
    assert [(one.file, one.why) for one in found[:1]] == [(file, "version")]
    assert found[0].remedy
    with pytest.raises(DefinitionRefused) as refused:
        check_successor(draft(boats()), draft(boats(**files)))
    assert refused.value.why == "version"


RENAMED = {
    "record_json": schema(note=None, remark={"type": "string", "maxLength": 10}),
    **everywhere("note", "remark"),
}
STATED = [
    ("a field renamed", RENAMED, 'field = "remark"\nrenamed-from = "note"'),
    ("a field that ended", {"record_json": schema(note=None), "offers_toml": text("offers.toml").replace(', "note"', ""), "rights_toml": text("rights.toml").replace(', "note"', "")}, 'field = "note"\nended = true'),
    ("a choice that is another now", {"record_json": schema(state={"enum": ["afloat", "wreck"]})}, 'field = "state"\nvalues = { sunk = "wreck" }'),
    ("a narrower text with a default", {"record_json": schema(note={"type": "string", "maxLength": 3})}, 'field = "note"\ndefault = "-"'),
    ("a new field needed with a default", {"record_json": schema(["number", "state", "depth"], depth={"type": "integer"})}, 'field = "depth"\ndefault = 0'),
]  # fmt: skip


@pytest.mark.parametrize(("files", "said"), [s[1:] for s in STATED], ids=[s[0] for s in STATED])
def test_a_new_version_that_says_what_became_of_fields_passes(files, said):
    steps = f'[[change]]\nto = "2"\n{said}\n'
    assert broken(version("2", versions_toml=steps, **files)) == []


@pytest.mark.parametrize(("files", "said"), [s[1:] for s in STATED], ids=[s[0] for s in STATED])
@pytest.mark.parametrize("to", ["1", "3"])
def test_what_another_version_says_is_no_answer(files, said, to):
    steps = f'[[change]]\nto = "{to}"\n{said}\n'
    assert broken(version("2", versions_toml=steps, **files)) != []


@pytest.mark.parametrize(("files", "said"), [s[1:] for s in STATED], ids=[s[0] for s in STATED])
def test_the_same_version_is_never_another(files, said):
    steps = f'[[change]]\nto = "1"\n{said}\n'
    assert any("raise version" in one.remedy for one in broken(boats(versions_toml=steps, **files)))


def test_a_step_from_a_field_that_never_was_is_told():
    steps = '[[change]]\nto = "2"\nfield = "note"\nrenamed-from = "remark"\n'
    told = [one.text for one in broken(version("2", versions_toml=steps))]
    assert any("'remark'" in text for text in told)


@pytest.mark.parametrize(
    ("said", "passes"),
    [
        ('offer = "boat"\nclient = { role = "insurer" }', True),
        ('offer = "boat"\nclient = { role = "insurer" }\npurpose = "insurance"', True),
        ('offer = "boat"\npurpose = "insurance"', True),
        ('offer = "boat"\nclient = { role = "bank" }', False),
        ('offer = "boat"\npurpose = "register-keeping"', False),
        ('offer = "enter"\nclient = { role = "insurer" }', False),
    ],
)
def test_a_right_ends_only_for_whom_it_is_said(said, passes):
    steps = f'[[ended]]\nto = "2"\n{said}\n'
    files = version("2", versions_toml=steps, rights_toml=LOST)
    assert (broken(files) == []) is passes


UPGRADED = [
    ('field = "remark"\nrenamed-from = "note"', {"note": "old"}, {"remark": "old"}),
    ('field = "note"\nended = true', {"note": "old", "number": "1"}, {"number": "1"}),
    ('field = "state"\nvalues = { sunk = "wreck" }', {"state": "sunk"}, {"state": "wreck"}),
    ('field = "state"\nvalues = { sunk = "wreck" }', {"state": "afloat"}, {"state": "afloat"}),
    ('field = "note"\ndefault = "-"', {"note": "much too long for it"}, {"note": "-"}),
    ('field = "note"\ndefault = "-"', {"note": "short"}, {"note": "short"}),
    ('field = "note"\ndefault = "-"', {}, {"note": "-"}),
]


@pytest.mark.parametrize(("said", "before", "after"), UPGRADED)
def test_an_older_record_is_read_as_the_newer_version_has_it(said, before, after):
    now = draft(version("2", versions_toml=f'[[change]]\nto = "2"\n{said}\n'))
    assert upgrade(before, written="1", definition=now) == after
    assert upgrade(before, written="2", definition=now) == before
    assert upgrade(before, written="", definition=now) == before


def test_steps_of_several_versions_are_taken_one_after_the_other():
    steps = """
[[change]]
to = "2"
field = "remark"
renamed-from = "note"
[[change]]
to = "1.10"
field = "note"
values = { a = "b" }
[[change]]
to = "3"
field = "remark"
values = { b = "c" }
"""
    now = draft(version("2", versions_toml=steps))
    assert upgrade({"note": "a"}, written="1.9", definition=now) == {"remark": "b"}
    assert upgrade({"note": "a"}, written="1.10", definition=now) == {"remark": "a"}


def test_what_changed_is_told_in_sentences():
    steps = '[[change]]\nto = "2"\nfield = "remark"\nrenamed-from = "note"\n'
    told = list(differences(draft(boats()), draft(version("2", versions_toml=steps, **RENAMED))))
    assert "field note is called remark" in told
    assert "offer boat changed" in told
    assert not any(text.startswith("field note ended") for text in told)
