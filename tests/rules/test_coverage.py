"""Gaps, overlaps and rows that never apply: what is told of a table, and what is not."""

import pytest

from riik.rules import check, load

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="urn:t">'


def told(policy, *rows, columns=("X",), outputs=None, domains=None, default=""):
    """What `check` says of one table whose rows are the cells of its columns."""
    names = dict.fromkeys(each.partition(".")[0].split()[0] for each in columns)
    inputs = "".join(
        f'<inputData id="{n}" name="{n}"><variable name="{n}"/></inputData>' for n in names
    )
    needs = "".join(
        f'<informationRequirement><requiredInput href="#{n}"/></informationRequirement>'
        for n in names
    )
    heads = "".join(
        f"<input><inputExpression><text>{each}</text></inputExpression></input>" for each in columns
    )
    rules = ""
    for number, row in enumerate(rows):
        cells = (row,) if isinstance(row, str) else row
        given = outputs[number] if outputs else f'"{number}"'
        tests = "".join(
            f"<inputEntry><text>{cell.replace('<', '&lt;')}</text></inputEntry>" for cell in cells
        )
        rules += (
            f"<rule>{tests}<outputEntry><text>{given}</text></outputEntry>"
            "<annotationEntry><text>§ 1</text></annotationEntry></rule>"
        )
    source = (
        f'{HEAD}{inputs}<decision id="d" name="D"><variable name="D"/>{needs}'
        f'<decisionTable hitPolicy="{policy}">{heads}<output>{default}</output>'
        f'<annotation name="law"/>{rules}</decisionTable></decision></definitions>'
    )
    found = check(load(source.encode()), domains=domains)
    return [(each.why, each.rule) for each in found], " ".join(each.text for each in found)


DAY = 'date("2026-01-01")'
NEXT = 'date("2026-01-02")'
AFTER = 'date("2026-01-03")'
FINE = [
    ("numbers that meet", "UNIQUE", ["< 18", ">= 18"]),
    ("a closed and an open end at one number", "UNIQUE", ["[0..10)", ">= 10", "< 0"]),
    ("not() and its own opposite", "UNIQUE", ["[1..3]", "not([1..3])"]),
    ("days that follow each other", "UNIQUE", [f"<= {DAY}", f">= {NEXT}"]),
    ("durations in months", "UNIQUE", ['< duration("P18Y")', '>= duration("P216M")']),
    ("true and false", "UNIQUE", ["true", "false"]),
    ("null and everything else", "UNIQUE", ["null", "not(null)"]),
    ("a text and every other", "UNIQUE", ['"a"', 'not("a")']),
    ("first: a row for the rest", "FIRST", ["> 10", "-"]),
    ("any: two rows that say the same", "ANY", ["<= 5", ">= 5"]),
    ("collected: nothing at all is a list too", "COLLECT", ["> 5", "> 3"]),
]  # fmt: skip


@pytest.mark.parametrize(("policy", "rows"), [f[1:] for f in FINE], ids=[f[0] for f in FINE])
def test_a_sound_table_is_left_in_peace(policy, rows):
    same = ['"x"'] * len(rows) if policy == "ANY" else None
    assert told(policy, *rows, outputs=same) == ([], "")


WRONG = [
    ("a hole at one number", "UNIQUE", ["< 18", "> 18"], [("gap", 0)], "X = 18"),
    ("a hole between whole numbers, for 17.5 is a number", "UNIQUE", ["<= 17", ">= 18"], [("gap", 0)], "between 17 and 18"),
    ("a hole below", "FIRST", [">= 0"], [("gap", 0)], "X < 0"),
    ("one day that nobody thought of", "UNIQUE", [f"<= {DAY}", f">= {AFTER}"], [("gap", 0)], "between 2026-01-01 and 2026-01-03"),
    ("one day that is in both", "UNIQUE", [f"<= {NEXT}", f">= {NEXT}"], [("overlap", 2)], "X = 2026-01-02"),
    ("both ends closed", "UNIQUE", ["<= 5", ">= 5"], [("overlap", 2)], "rules 1 and 2 both hold for X = 5"),
    ("any: two rows that differ", "ANY", ["<= 5", ">= 5"], [("overlap", 2)], "X = 5"),
    ("a text that is new", "UNIQUE", ['"a"', '"b"'], [("gap", 0)], "something else"),
    ("only one truth", "UNIQUE", ["true"], [("gap", 0)], "X = false"),
    ("null was thought of, the rest was not", "UNIQUE", ["null"], [("gap", 0)], "anything else"),
    ("a row behind a wider one", "FIRST", ["> 10", "> 20", "-"], [("unreachable", 2)], "rule 2 never applies"),
    ("collected: a row that holds for nothing", "COLLECT", ["> 5", "(5..5)"], [("unreachable", 2)], "rule 2"),
    ("a sum of nothing is null", 'COLLECT" aggregation="SUM', ["> 5"], [("gap", 0)], "X < 5"),
    ("a cell that reckons", "UNIQUE", ["? * 2 > 3"], [("not-judged", 0)], "can't be judged"),
    ("two kinds in one column", "UNIQUE", ["1", '"a"'], [("not-judged", 0)], "several kinds"),
    ("a text by size", "UNIQUE", ['< "m"', '>= "m"'], [("not-judged", 0)], "by size"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "rows", "why", "words"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG]
)
def test_what_is_wrong_is_told_with_a_case(policy, rows, why, words):
    numbers = [str(n) for n in range(len(rows))] if "SUM" in policy else None
    found, text = told(policy, *rows, outputs=numbers)
    assert found == why
    assert words in text


def test_what_a_form_can_answer_closes_a_table():
    rows = ['"a"', '"b"']
    assert told("UNIQUE", *rows, domains={"X": ("a", "b")})[0] == []
    assert told("UNIQUE", *rows, domains={"X": ("a", "b", "c")})[0] == [("gap", 0)]


def test_who_asks_the_same_twice_gets_the_same_answer():
    rows = [("< 5", "< 5"), (">= 5", ">= 5")]
    assert told("UNIQUE", *rows, columns=("X", "X"))[0] == []
    assert told("UNIQUE", *rows, columns=("X", "Y"))[0] == [("gap", 0)]


def test_a_default_closes_every_gap():
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    assert told("UNIQUE", "> 5", default=default)[0] == []


def test_a_wide_table_is_gone_through_in_the_time_of_a_narrow_one():
    columns = tuple(f"C{number}" for number in range(12))
    rows = [
        tuple("true" if place == number else "-" for place in range(12)) for number in range(12)
    ]
    found, text = told("FIRST", *rows, columns=columns)
    assert found == [("gap", 0)]
    assert "C11 = false" in text
