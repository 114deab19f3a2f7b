"""What `riik service check` finds in a folder: each planted fault, with its line and remedy."""

from pathlib import Path

import pytest

import riik
from riik.cli.checking import check_service, held_by
from riik.services import draft_service, findings

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
REGISTERS = held_by(())


def folder(name):
    root = SOURCE / "catalogue" / "services" / name
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


def changed(files, name, old, new):
    assert old.encode() in files[name], f"{name} has no {old!r}"
    return {**files, name: files[name].replace(old.encode(), new.encode(), 1)}


def look(files, registers=REGISTERS):
    return findings(draft_service(files, standard=STANDARD), files, registers=registers)


def line(files, name, words):
    """The line in which these words stand, reckoned in another way than the check does."""
    (found,) = [n for n, text in enumerate(files[name].decode().splitlines(), 1) if words in text]
    return found


@pytest.mark.parametrize(
    "name", sorted(path.name for path in (SOURCE / "catalogue" / "services").iterdir())
)
def test_the_catalogue_has_nothing_to_correct(name):
    # The ledger of the bank is no register: what it takes is looked at where it is kept.
    assert [one for one in look(folder(name)) if "'payments'" not in one.text] == []


COURSE, LICENCE, INSURANCE = "driving-course", "driving-licence", "motor-insurance"
GROUND_1 = '<outputEntry><text>"too-young"</text></outputEntry>\n        <annotationEntry><text>Terms of the school, 2 (assumed)</text></annotationEntry>'
PLANTED = [
    ("a register that nobody gave", COURSE, "needs.toml", 'provider = "population"', 'provider = "populus"', "need", "populus", "name its folder"),
    ("a question that the register doesn't answer", COURSE, "needs.toml", 'service = "person"', 'service = "persona"', "need", "persona", "mandates, person"),
    ("a field that the offer doesn't have", COURSE, "needs.toml", '"birth_date"]', '"birth_day"]', "need", "birth_day", "ask for some of"),
    ("a field without right", COURSE, "needs.toml", '"birth_date"]', '"birth_date", "email"]', "need", "email", "leave it out"),
    ("a purpose without right", COURSE, "needs.toml", 'purpose = "driving-training"', 'purpose = "marketing"', "need", "marketing", "driving-training"),
    ("a law that is no ground for it", COURSE, "needs.toml", 'legal-basis = "Liiklusseadus"', 'legal-basis = "Reklaamiseadus"', "need", "Reklaamiseadus", "rights.toml"),
    ("a record that the register doesn't take", COURSE, "service.toml", 'service = "enrol"', 'service = "expel"', "need", '"expel"', "enrol"),
    ("a record by another law", COURSE, "service.toml", 'legal-basis = "Liiklusseadus"', 'legal-basis = "Tava"', "need", "Tava", "rights.toml"),
    ("a question that a register answers", COURSE, "form.json", '"x-asked": "What the person wants to learn next, not what they learnt",', "", "ask-once", '"category": {', "driving-training/training"),
    ("an untranslated question", COURSE, "form.json", "Which category do you want to learn?", "Which one?", "texts", "Which one?", "locale/et.po"),
    ("a step that doesn't exist", COURSE, "process.bpmn", 'riik:operation="record"', 'riik:operation="run-shell"', "operation", "run-shell", "collect"),
    ("a task that doesn't exist", COURSE, "process.bpmn", 'riik:task="review"', 'riik:task="guess"', "operation", "guess", "answer, cosign, pay, review, sign"),
    ("a row without its article", COURSE, "rules.dmn", GROUND_1, GROUND_1.replace("Terms of the school, 2 (assumed)", ""), "no-law", '<rule id="Ground-1">', "annotation called 'law'"),
    ("a table with a hole", COURSE, "rules.dmn", '<inputEntry><text>-</text></inputEntry>\n        <inputEntry><text>-</text>', '<inputEntry><text>"B"</text></inputEntry>\n        <inputEntry><text>-</text>', "gap", '<decision id="Ground"', "a last row"),
    ("two rows for one case", COURSE, "rules.dmn", 'hitPolicy="FIRST"', 'hitPolicy="UNIQUE"', "overlap", '<rule id="Ground-3">', "narrow one"),
    ("a name that nobody knows", COURSE, "rules.dmn", "<text>Months</text>", "<text>Moons</text>", "unknown-name", '<decision id="Ground"', "correct the name"),
    ("a fee by no decision", LICENCE, "service.toml", 'fee = "Fee"', 'fee = "Price"', "fee", 'fee = "Price"', "Fee"),
    ("a fee that isn't an amount", LICENCE, "rules.dmn", '<output id="Fee-out0" name="amount"/>', '<output id="Fee-out0" name="sum"/>', "fee", None, "{amount, law}"),
    ("a fee without law", LICENCE, "rules.dmn", '<output id="Fee-out1" name="law"/>', '<output id="Fee-out1" name="lex"/>', "fee", None, "{amount, law}"),
    ("a joint application that asks for nobody", COURSE, "service.toml", "[names]", '[joint]\nfield = "category"\ndays = 14\n\n[names]', "joint", None, "x-kind 'person'"),
    ("a joint application of no days", COURSE, "service.toml", "[names]", '[joint]\nfield = "category"\ndays = 0\n\n[names]', "joint", None, "how long"),
    ("a joint application whose process asks nobody", COURSE, "service.toml", "[names]", '[joint]\nfield = "category"\ndays = 14\n\n[names]', "joint", None, "serviceTask 'invite'"),
    ("a condition on what nobody asks", COURSE, "form.json", '{"id": "language", "fields"', '{"id": "language", "when": "answers.dialect = 1", "fields"', "form", None, "correct the name"),
    ("a condition on what is asked later", COURSE, "form.json", '{"id": "category", "fields"', '{"id": "category", "when": "answers.language = 1", "fields"', "form", None, "move the page"),
    ("a list without end", COURSE, "form.json", '"type": "string",\n      "oneOf": [\n        {"const": "A", "title": "A, motorcycle"},\n        {"const": "B", "title": "B, car"}\n      ]', '"type": "array", "items": {"type": "object", "properties": {"a": {"type": "array"}}}', "form", None, "maxItems"),
    ("files of no kind", COURSE, "form.json", '"type": "string",\n      "oneOf": [\n        {"const": "A", "title": "A, motorcycle"},\n        {"const": "B", "title": "B, car"}\n      ]', '"type": "array", "x-kind": "upload", "maxItems": 1, "x-accept": ["exe"]', "form", None, "pdf, jpeg"),
    ("a field that nobody sees or uses", LICENCE, "needs.toml", '"driving_exam"]', '"driving_exam", "driving_exam_on"]', "unseen", '"driving_exam_on"', "leave it out"),
    ("a need of nobody", COURSE, "needs.toml", 'id = "person"', 'id = "person"\nof = "other"', "joint", 'of = "other"', "[joint]"),
    ("a representative whom nobody knows", LICENCE, "service.toml", "represented-by = []", 'represented-by = ["agent"]', "applicant", 'represented-by = ["agent"]', "parent, guardian"),
    ("a representative twice", COURSE, "service.toml", '["parent", "guardian"]', '["parent", "parent"]', "applicant", 'represented-by = ["parent", "parent"]', "once"),
    ("an age that nobody reaches", LICENCE, "service.toml", "least-age = 18", "least-age = 180", "applicant", "least-age = 180", "leave it out"),
    ("an age below none", LICENCE, "service.toml", "least-age = 18", "least-age = -1", "applicant", "least-age = -1", "leave it out"),
    ("an age that no register tells", LICENCE, "needs.toml", '"birth_date", ', "", "applicant", None, "needs.toml"),
    ("an age by no law", LICENCE, "service.toml", 'law = "Liiklusseadus § 103"', 'law = "Tava"', "applicant", 'law = "Tava"', "Liiklusseadus"),
    ("bounds of what is no day", COURSE, "form.json", '"x-error": "Choose a category",', '"x-error": "Choose a category", "x-latest": "P1D",', "form", None, "leave it out"),
    ("a bound that is no duration", INSURANCE, "form.json", '"x-latest": "P60D"', '"x-latest": "60 days"', "form", None, "P30D"),
    ("a bound of nothing", INSURANCE, "form.json", '"x-latest": "P60D"', '"x-latest": "P"', "form", None, "P30D"),
    ("a bound of hours", INSURANCE, "form.json", '"x-latest": "P60D"', '"x-latest": "PT60H"', "form", None, "P30D"),
    ("bounds the wrong way round", INSURANCE, "form.json", '"x-earliest": "P0D"', '"x-earliest": "P3M"', "form", None, "exchange"),
    ("a day that may be any", INSURANCE, "form.json", '"format": "date",\n      "x-earliest": "P0D",\n      "x-latest": "P60D"', '"format": "date"', "any-day", None, "between which days"),
    ("an amount as a bare number", "family-benefit", "service.toml", 'money = "EUR"\n', "", "money", 'fields = ["child_allowance"]', 'money = "EUR"'),
    ("a fee without currency", LICENCE, "service.toml", '[currency]\ncode = "EUR"\n', "", "fee", 'fee = "Fee"', "[currency]"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "why", "place", "remedy"),
    [p[1:] for p in PLANTED],
    ids=[p[0] for p in PLANTED],
)
def test_a_planted_fault_is_found_with_its_line_and_remedy(
    name, file, old, new, why, place, remedy
):
    files = changed(folder(name), file, old, new)
    told = [one for one in look(files) if one.why == why]
    assert told
    assert any(remedy in one.remedy for one in told)
    assert all(one.line > 0 for one in told)
    if place is not None:
        assert (told[0].file, told[0].line) == (file, line(files, file, place))


def test_a_path_without_end_is_found():
    files = changed(
        folder("driving-course"),
        "process.bpmn",
        'sourceRef="tell-why" targetRef="turned-down"',
        'sourceRef="tell-why" targetRef="old-enough"',
    )
    # The end that nothing leads to goes, and every way back leads to the gateway again.
    files = changed(files, "process.bpmn", '<endEvent id="turned-down"/>', "")
    files = changed(
        files,
        "process.bpmn",
        'sourceRef="tell-place" targetRef="enrolled"',
        'sourceRef="tell-place" targetRef="old-enough"',
    )
    files = changed(
        files,
        "process.bpmn",
        '<endEvent id="enrolled"/>',
        '<endEvent id="enrolled"/><parallelGateway id="both"/><sequenceFlow id="b1" '
        'sourceRef="asked" targetRef="both"/><sequenceFlow id="b2" sourceRef="both" '
        'targetRef="enrolled"/>',
    ).copy()
    files = changed(files, "process.bpmn", 'sourceRef="asked" targetRef="look-up"', 'sourceRef="both" targetRef="look-up"')  # fmt: skip
    found = [one for one in look(files) if one.why == "path"]
    assert {"old-enough", "tell-why"} <= {one.text.partition(":")[0] for one in found}
    assert found[0].line == line(files, "process.bpmn", '<serviceTask id="look-up"')


def test_a_join_that_waits_for_a_way_not_taken_is_found():
    files = changed(
        folder("driving-course"),
        "process.bpmn",
        '<endEvent id="turned-down"/>',
        '<parallelGateway id="join"/><sequenceFlow id="j1" sourceRef="join" '
        'targetRef="turned-down"/><endEvent id="turned-down"/>',
    )
    files = changed(files, "process.bpmn", 'sourceRef="tell-why" targetRef="turned-down"', 'sourceRef="tell-why" targetRef="join"')  # fmt: skip
    files = changed(files, "process.bpmn", 'sourceRef="tell-place" targetRef="enrolled"', 'sourceRef="tell-place" targetRef="join"')  # fmt: skip
    files = changed(files, "process.bpmn", '<endEvent id="enrolled"/>', "")
    (found,) = [one for one in look(files) if one.why == "path"]
    assert found.text.startswith("join: can wait for ever")


def test_a_text_that_nobody_uses_is_noted_once():
    files = folder("driving-course")
    extra = b'\nmsgid "We are the best school"\nmsgstr "x"\n'
    files |= {name: files[name] + extra for name in ("locale/et.po", "locale/vi.po")}
    (found,) = look(files)
    assert (found.why, found.grave) == ("unused-text", False)
    assert found.line == line(files, found.file, "We are the best school")


def test_a_need_is_not_judged_without_registers():
    files = changed(folder("driving-course"), "needs.toml", '"birth_date"]', '"email"]')
    files = changed(files, "service.toml", '"birth_date"]', '"email"]')
    assert not [one for one in look(files, registers=()) if one.why == "need"]


def write(files, to):
    for name, content in files.items():
        (to / name).parent.mkdir(parents=True, exist_ok=True)
        (to / name).write_bytes(content)
    return to


REFUSED = [
    ("decisions that need each other", "rules.dmn", '<informationRequirement><requiredInput href="#person"/>', '<informationRequirement><requiredDecision href="#Ground"/>', "needs itself"),
    ("TOML that isn't", "service.toml", "deadline-days = 5", "deadline-days = = 5", "not TOML"),
    ("an unknown key", "needs.toml", "purpose =", "porpoise =", "porpoise"),
    ("XML that isn't", "process.bpmn", '<startEvent id="asked"/>', '<startEvent id="asked">', "well-formed"),
    ("a script", "process.bpmn", '<endEvent id="enrolled"/>', '<endEvent id="enrolled"/>\n    <scriptTask id="x"/>', "scriptTask"),
    ("a question on no page", "form.json", '{"id": "language", "fields": ["language"]}', '{"id": "language", "fields": ["languages"]}', "languages"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_cant_be_read_is_told_with_its_line(tmp_path, file, old, new, words):
    told = check_service(
        write(changed(folder("driving-course"), file, old, new), tmp_path), registers=REGISTERS
    )
    (found,) = told.findings
    assert words in found.text
    assert found.file == file
    assert found.line > 0
    assert found.remedy
    assert not told.passed


def test_a_folder_that_tries_everything_forbidden_is_told_all_of_it(tmp_path):
    files = folder("driving-licence")
    for file, old, new in (
        ("needs.toml", 'purpose = "driving-licence-renewal"', 'purpose = "marketing"'),
        ("service.toml", 'fee = "Fee"', 'fee = "Price"'),
        ("form.json", "Which photo do you want on your licence?", "Which photo?"),
        ("rules.dmn", "<text>answers.reason</text>", "<text>reply.reason</text>"),
        ("form.json", '"properties": {', '"properties": {"email": {"type": "string"},'),
        ("form.json", '"x-pages": [', '"x-pages": [{"id": "email", "fields": ["email"]},'),
    ):
        files = changed(files, file, old, new)
    process = STANDARD.replace(b'riik:operation="propose"', b'riik:operation="exec"')
    assert process != STANDARD
    files["process.bpmn"] = process
    files["locale/et.po"] += b'\nmsgid "{{ 7*7 }}"\nmsgstr "x"\n'
    write(files, tmp_path)
    told = check_service(tmp_path, registers=REGISTERS)
    whys = {one.why for one in told.findings}
    assert whys >= {"need", "fee", "texts", "unknown-name", "ask-once", "operation", "unused-text"}
    assert not told.passed
