"""`source.toml` is strict: what it can't mean is refused before anything runs, with a remedy."""

import pytest
from tests.registers.source.conftest import OFFERS, SOURCE, folder, read

from riik.core import Refused
from riik.registers import load_register
from riik.registers.definition import draft_register
from riik.registers.errors import DefinitionRefused
from riik.registers.folder.strict import findings


def test_the_file_as_it_should_be():
    said = read()
    assert said.header == (
        "holder", "issued", "expires", "entered", "replaced", "permit_no", "fee", "kind",
    )  # fmt: skip
    assert (said.seconds, said.country, said.position("number")) == (2, "EE", 5)


WRONG = [
    ("an unknown key", 'table = "permits"', 'tabel = "permits"', "table"),
    ("an unknown key of the record", 'country = "EE"', 'contry = "EE"', "country"),
    ("a field that there isn't", 'name = "fee"', 'name = "price"', "'price'"),
    ("a field twice", 'name = "fee"', 'name = "number"', "twice"),
    ("a needed field that is missing", 'name = "number"', 'name = "fee"', "twice|'number'"),
    ("neither column nor value", 'fixed = "kept"', "", "column or a fixed"),
    ("both", 'fixed = "kept"', 'fixed = "kept"\ncolumn = "x"', "column or a fixed"),
    ("a way to read that there isn't", 'as = "amount"', 'as = "money"', "as is one of"),
    ("an end without a beginning", 'valid-from = "issued"\n', "", "valid-from"),
    ("two ends", 'last-day = "expires"', 'last-day = "a"\nvalid-to = "b"', "not both"),
    ("half of the moments", 'known-to = "replaced"\n', "", "known-from and known-to"),
    ("too long", 'table = "permits"', 'table = "permits"\nseconds = 60', "seconds"),
    ("no country", 'country = "EE"', 'country = "E"', "country"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "said"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_file_is_refused_for(old, new, said):
    assert old in SOURCE
    with pytest.raises(Refused, match=said):
        read(SOURCE.replace(old, new, 1))


FITS = [
    ("an offer that asks for a value the table lacks", "offers_toml",
     OFFERS + 'where = { note = "x" }\n', "offers.toml", "'note'"),
    ("an offer that looks up by a fixed value", "offers_toml",
     OFFERS.replace('["number"]\n', '["state"]\n'), "offers.toml", "'state'"),
    ("a change", "offers_toml",
     OFFERS + '[[change]]\nid = "enter"\nnames = { en = "E" }\nkind = "open"\n'
     'fields = ["number", "issued", "kind"]\n', "offers.toml", "takes no changes"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "file", "said"), [f[1:] for f in FITS],
                         ids=[f[0] for f in FITS])  # fmt: skip
def test_what_does_not_fit_is_found_with_its_file_line_and_remedy(name, text, file, said):
    files = folder(**{name: text})
    found = findings(draft_register(files), files)
    assert [
        one for one in found if said in one.text and one.file == file and one.line and one.remedy
    ]
    with pytest.raises(DefinitionRefused):
        load_register(files)


def test_the_whole_folder_is_checked_and_answers_nothing_that_is_changed():
    definition = load_register(folder())
    assert definition.source.table == "permits"
    assert load_register(folder(source_toml=None)).source is None
