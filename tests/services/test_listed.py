"""Processes as lists and rules as tables, and the standard files that they stand for."""

import pytest
from tests.services.test_checks import CATALOGUE

from riik.cli.checking import standard_process
from riik.rules import RulesRefused, decide, load, write_rules
from riik.services import FolderRefused, as_standard, draft_service, export_folder, findings
from riik.services.process import complete, read_process, start, waiting
from riik.services.process.listed import write_process
from riik.services.process.ways import endless, stuck

STEPS = b"""# What happens, in order.
steps = [
  "collect",
  "answer",
  { do = "owe-fee", when = "fee.amount > 0" },
  { do = "pay", when = "fee.amount > 0", within = "P30D", otherwise = "lapse" },
  "propose",
  { end = true, when = 'proposal.outcome = "withdrawn"' },
  { do = "review", when = 'proposal.outcome = "official"', times = "2" },
  "decide",
  { together = ["record", "notify"] },
  { wait = "P1D" },
  "notify",
]
"""
WAYS = [
    ("a clear case", {"amount": 0}, "grant", "collect answer propose decide notify record"),
    ("with a fee", {"amount": 5}, "grant", "collect answer owe-fee pay propose decide notify record"),
    ("two officials", {"amount": 0}, "official", "collect answer propose review review decide notify record"),
    ("an early end", {"amount": 0}, "withdrawn", "collect answer propose"),
]  # fmt: skip


def written(steps):
    return "".join(f"{line}\n" for line, _ in write_process(steps)).encode()


@pytest.mark.parametrize(
    ("fee", "outcome", "tasks"), [w[1:] for w in WAYS], ids=[w[0] for w in WAYS]
)
def test_a_list_runs_in_its_order(fee, outcome, tasks):
    process = read_process(written(STEPS))
    known, seen = {"fee": fee, "proposal": {"outcome": outcome}}, []
    state = start(process, known)
    while found := waiting(process, state):
        seen.append(found[0].does)
        state = complete(process, state, found[0].id, known)
    assert " ".join(seen) == tasks
    assert list(endless(process)) == list(stuck(process)) == []


def test_each_written_line_remembers_its_step():
    lines = write_process(STEPS)
    [pay] = [line for text, line in lines if 'riik:task="pay"' in text]
    [both] = [line for text, line in lines if 'parallelGateway id="all"' in text]
    assert (
        STEPS.splitlines()[pay - 1].split()[3],
        b"together" in STEPS.splitlines()[both - 1],
    ) == (b'"pay",', True)


NO_LISTS = [
    ("nothing", b"steps = []", "1 to 60"),
    ("a step that says nothing", b'steps = [{ when = "x" }]', "has one of"),
    ("a step that says two things", b'steps = [{ do = "pay", wait = "P1D" }]', "has one of"),
    ("an end without a reason", b"steps = [{ end = true }]", "when it is one"),
    ("a wait within", b'steps = [{ wait = "P1D", within = "P2D" }]', "within belongs"),
    ("a message within", b'steps = [{ message = "m", within = "P2D" }]', "process.bpmn"),
    ("waits several times", b'steps = [{ wait = "P1D", times = "2" }]', "times belongs"),
    ("an unknown key", b'steps = [{ doo = "pay" }]', "doo"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "told"), [n[1:] for n in NO_LISTS], ids=[n[0] for n in NO_LISTS]
)
def test_a_list_that_isnt_one_is_refused(source, told):
    with pytest.raises(Exception, match=told) as refused:
        write_process(source)
    assert refused.type.__name__ in ("FolderRefused", "TomlRefused")


FEE = b"""Fee,first,,,
in,in,out,out,law
answers.speed,channel,amount,law,
"express, urgent",desk,6300,"""
FEE += '"""SFA § 261""",State Fees Act § 261\nexpress,-,5000,"""SFA""",x\n,,2300,"""SFA""",State Fees Act\n'.encode()
MONTHS = b'Months,=,"if person.age > 17 then 12 else null"\n'
GROUND = b"# who is too young\nGround,collect\nin,out,out,law\nMonths,code,effect\nnull,too-young,refuse,Traffic Act 100\n"
TABLES = {"rules/fee.csv": FEE, "rules/months.csv": MONTHS, "rules/ground.csv": GROUND}


def rules_of(tables):
    return load("".join(f"{line}\n" for line, _, _ in write_rules(tables)).encode())


DECISIONS = [
    ("Fee", {"answers": {"speed": "urgent"}, "channel": "desk"}, {"amount": 6300, "law": "SFA § 261"}),
    ("Fee", {"answers": {"speed": "express"}, "channel": "web"}, {"amount": 5000, "law": "SFA"}),
    ("Fee", {"answers": {"speed": "slow"}, "channel": "web"}, {"amount": 2300, "law": "SFA"}),
    ("Months", {"person": {"age": 18}}, 12),
    ("Ground", {"person": {"age": 17}}, [{"code": "too-young", "effect": "refuse"}]),
    ("Ground", {"person": {"age": 18}}, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "known", "value"), DECISIONS)
def test_a_table_decides(name, known, value):
    assert decide(rules_of(TABLES), name, known).plain == value


NO_TABLES = [
    ("no rows", b"Fee,first\nin,out\nx,y\n", "no rows"),
    ("an unknown policy", b"Fee,best\nin,out\nx,y\n-,1\n", "best"),
    ("an unknown column", b"Fee,first\nin,outt\nx,y\n-,1\n", "in, out or law"),
    ("no output", b"Fee,first\nin,law\nx,y\n-,1\n", "in, out or law"),
    ("a name that is none", b"the fee,first\nin,out\nx,y\n-,1\n", "names no decision"),
    ("too many cells", b"Fee,first\nin,out\nx,y\n-,1,2\n", "line 4"),
    ("no text", b"\xff\xfe", "UTF-8"),
    ("a formula of a spreadsheet", b"Fee,first\nin,out\nx,y\n-,=1+1\n", "."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "told"), [n[1:] for n in NO_TABLES], ids=[n[0] for n in NO_TABLES]
)
def test_a_table_that_isnt_one_is_refused(source, told):
    with pytest.raises(RulesRefused, match=told):
        rules_of({"rules/fee.csv": source})


def test_two_tables_of_one_name_are_refused():
    with pytest.raises(RulesRefused, match="one name"):
        write_rules({"rules/a.csv": FEE, "rules/b.csv": FEE})


def course():
    folder = CATALOGUE / "driving-course"
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture
def listed():
    """The school's service with a list instead of its process."""
    files = course()
    del files["process.bpmn"]
    return files | {"process.toml": b'steps = [\n  "collect",\n  "answer",\n  "propose",\n  "review",\n  "decide",\n  "notify",\n]\n'}  # fmt: skip


def test_a_folder_with_a_list_is_a_service_of_its_own_digest(listed):
    definition = draft_service(listed, standard=standard_process())
    assert definition.process.user_tasks == {"answer", "review"}
    assert definition.digest != draft_service(course(), standard=standard_process()).digest
    assert findings(definition, listed) == []


def test_a_finding_points_to_the_list(listed):
    wrong = listed | {"process.toml": listed["process.toml"].replace(b"notify", b"shout")}
    [found] = findings(draft_service(wrong, standard=standard_process()), wrong)
    assert (found.file, found.line, found.why) == ("process.toml", 7, "operation")


def test_what_is_exported_is_read_again_as_the_same(listed):
    exported = export_folder(listed, standard=standard_process())
    again = {name: one for name, one in listed.items() if name != "process.toml"} | exported
    one, other = (draft_service(f, standard=standard_process()) for f in (listed, again))
    assert (one.process.nodes, one.process.id) == (other.process.nodes, other.process.id)
    assert b"BPMNShape" in exported["process.bpmn"]


def test_a_list_beside_the_file_that_it_stands_for_is_refused(listed):
    with pytest.raises(FolderRefused) as refused:
        as_standard(listed | {"process.bpmn": standard_process()})
    assert refused.value.why == "file"
