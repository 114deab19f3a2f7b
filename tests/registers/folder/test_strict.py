"""Everything that is wrong in a register's folder is told at once: file, line, remedy."""

import pytest
from tests.registers.folder.house import boats, draft, schema, text

from riik.core import Refused
from riik.registers import check, draft_register, findings, load_register, place_of_refusal


def found(files):
    return findings(draft(files), files)


def test_a_whole_folder_has_nothing_to_correct():
    assert [one for one in found(boats()) if one.grave] == []
    assert all(outcome.passed for outcome in check(load_register(boats())))


def right(*pairs):
    return {"rights_toml": text("rights.toml", *pairs)}


def offers(*pairs):
    return {"offers_toml": text("offers.toml", *pairs)}


def register(*pairs):
    return {"register_toml": text("register.toml", *pairs)}


def cases(*pairs):
    return {"cases_rights_toml": text("cases/rights.toml", *pairs)}


GRAVE = [
    ("a law that isn't there", right(('basis = "Ships Act"', 'basis = "Boats Act"')), "law", "rights.toml:7", "Boats Act"),
    ("a law without articles", register(('articles = ["3"]\n', "")), "law", "register.toml:10", "no articles"),
    ("a law twice", register(("[retention]", '[[law]]\nid = "Ships Act"\nnames = { en = "S" }\nassumed = true\n[retention]')), "law", "register.toml:10", "twice"),
    ("retention without a law", register(('ground = "Ships Act"', 'ground = "custom"')), "law", "register.toml:15", "custom"),
    ("retention for ever", register(("= 10", "= 10000")), "value", "register.toml:14", "1000"),
    ("a version that is none", register(('"1"', '"first"')), "value", "register.toml:3", "first"),
    ("four eyes for nothing", register(("[[law]]", '[desk]\nfour-eyes = ["sinking"]\n[[law]]')), "offer", "register.toml:10", "sinking"),
    ("an offer's field that isn't there", offers(('"length", "state", "note"', '"lenght", "state", "note"')), "offer", "offers.toml:5", "did you mean 'length'"),
    ("a look-up that nobody indexed", offers(('look-up = ["number"]', 'look-up = ["state"]')), "offer", "offers.toml:7", "x-index"),
    ("records that can't be opened", offers(('fields = ["number", "length", "state", "note"]\n[[change]]', 'fields = ["number"]\n[[change]]')), "offer", "offers.toml:12", "'state'"),
    ("a question that nothing answers", offers(("look-up", 'where = { state = "lost" }\nlook-up')), "offer", "offers.toml:7", "'lost'"),
    ("a right beyond the offer", right(('"length", "state", "note"]', '"depth"]')), "right", "rights.toml:8", "depth"),
    ("a right for everybody", right(('client = { role = "insurer" }', "client = {}")), "right", "rights.toml:30", "role"),
    ("a right to nothing", right(('fields = ["number", "state"]', "fields = []")), "right", "rights.toml:26", "nothing"),
    ("a right twice", {"rights_toml": text("rights.toml") * 2}, "right", "rights.toml:35", "twice"),
    ("a subscription by statement", right(('"insurer" }\naction = "read"', '"insurer" }\naction = "subscribe"'), ('fields = ["number", "state"]\nstatement = "not-needed"', 'fields = ["number"]\nstatement = "required"')), "right", "rights.toml:33", "days to come"),
    ("a field without a word", {"locale_en_toml": text("locale/en.toml", ('note = "Note"\n', ""))}, "texts", "record.json:19", "note"),
    ("a word that is none", {"locale_en_toml": text("locale/en.toml", ('"Note"', '" "'))}, "texts", "locale/en.toml:6", "empty"),
    ("a name without a language", offers(('names = { en = "A boat" }', "names = { }")), "texts", "offers.toml:4", "name in en"),
    ("a test of another reason", cases(('expect = "fields"', 'expect = "field"')), "case", "cases/rights.toml:11", "'field'"),
    ("a test of a field that isn't there", cases(('"note"', '"depth"')), "case", "cases/rights.toml:11", "depth"),
    ("two tests of one id", cases(("an insurer may not read notes", "an insurer sees whether a boat floats")), "case", "cases/rights.toml:3", "one id"),
    ("no refusal", cases(('fields = ["note"]\nexpect = "fields"', 'expect = "ok"')), "case", "cases/", "refusal"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "why", "place", "told"), [g[1:] for g in GRAVE], ids=[g[0] for g in GRAVE]
)
def test_what_keeps_a_folder_from_passing_is_told_with_its_place_and_remedy(
    files, why, place, told
):
    grave = [one for one in found(boats(**files)) if one.grave]
    assert (why, place) in [(one.why, one.place) for one in grave if told in one.text]
    assert all(one.remedy for one in grave)


NOTED = [
    ("a law that nothing rests on", register(("[retention]", '[[law]]\nid = "Old Act"\nnames = { en = "O" }\nassumed = true\n[retention]')), "Old Act"),
    ("a right that no test tries", {}, "no test uses the right of transport to read"),
    ("a field that nobody can ask", {"record_json": schema(depth={"type": "integer"})}, "'depth'"),
    ("codes without words", {"locale_en_toml": text("locale/en.toml", ('"state.sunk" = "sunk"', ""))}, "1 values of state"),
    ("words of nothing", {"locale_en_toml": text("locale/en.toml", ("[purposes]", '[purposes]\nfishing = "Fishing"'))}, "'fishing'"),
    ("a language that nobody named", {"locale_fi_toml": text("locale/en.toml")}, "'fi'"),
]  # fmt: skip


@pytest.mark.parametrize(("files", "told"), [n[1:] for n in NOTED], ids=[n[0] for n in NOTED])
def test_what_is_worth_a_look_is_noted(files, told):
    noted = [one.text for one in found(boats(**files)) if not one.grave]
    assert any(told in text for text in noted), noted


def test_all_of_it_is_told_at_once():
    files = boats(**right(("Ships Act", "Boats Act")), **register(('articles = ["3"]\n', "")))
    grave = [one for one in found(files) if one.grave]
    assert {one.file for one in grave} == {"rights.toml", "register.toml"}


UNREADABLE = [
    ("no TOML", {"rights_toml": 'a = 1\n[[right]\nx = "'}, "rights.toml", 2),
    ("an unknown key", register(("owner =", "owna =")), "register.toml", 4),
    ("a value of another kind", register(("years-after-close = 10", 'years-after-close = "ten"')), "register.toml", 14),
    ("no JSON", {"record_json": '{\n "type": "object",\n}'}, "record.json", 0),
    ("an unknown keyword", {"record_json": schema(note={"typ": "string"})}, "record.json", 19),
    ("two offers of one id", offers(('id = "enter"', 'id = "boat"')), "offers.toml", 0),
    ("a change that says nothing", {"versions_toml": '[[change]]\nto = "2"\nfield = "note"\n'}, "versions.toml", 3),
    ("a field that ended and goes on", {"versions_toml": '[[change]]\nto = "2"\nfield = "note"\nended = true\ndefault = "x"\n'}, "versions.toml", 3),
    ("a default that is a fraction", {"versions_toml": '[[change]]\nto = "2"\nfield = "note"\ndefault = 1.5\n'}, "versions.toml", 0),
    ("a file of tests without one", {"cases_a_toml": ""} , "cases/a.toml", 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("files", "file", "line"), [u[1:] for u in UNREADABLE], ids=[u[0] for u in UNREADABLE]
)
def test_what_cant_be_read_is_refused_at_its_place(files, file, line):
    made = boats(**files)
    with pytest.raises(Refused) as refused:
        draft_register(made)
    assert place_of_refusal(refused.value, made) == (file, line)
