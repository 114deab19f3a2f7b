"""Rules files: what they decide, by which rule of which law, and what is refused at load."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from riik.core import Refused
from riik.rules import (
    DecisionRefused,
    LimitRefused,
    Limits,
    Unsupported,
    check,
    decide,
    explain,
    load,
)

VECTORS = Path(__file__).parents[1] / "vectors" / "rules"
LICENCE = (VECTORS / "licence.dmn").read_bytes()
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)
LIIS = {
    "Application": {"channel": "online", "express": False},
    "Birth date": date(2000, 1, 1),
    "Suspended": False,
}


@pytest.fixture(scope="module")
def licence():
    """Fees and validity of driving licences, by invented articles."""
    return load(LICENCE)


def model(inside, version="20230324"):
    return (
        f'<definitions xmlns="https://www.omg.org/spec/DMN/{version}/MODEL/" '
        f'name="m" namespace="urn:m" id="m">{inside}</definitions>'
    ).encode()


def decision(logic, name="D"):
    return f'<decision id="{name}" name="{name}"><variable name="{name}"/>{logic}</decision>'


def literal(text):
    return f"<literalExpression><text>{text}</text></literalExpression>"


def table(policy, rules, outputs="<output/>", inputs=1):
    columns = "<input><inputExpression><text>1</text></inputExpression></input>" * inputs
    return f"<decisionTable {policy}>{columns}{outputs}{rules}</decisionTable>"


def row(test, *given):
    outputs = "".join(f"<outputEntry><text>{each}</text></outputEntry>" for each in given)
    return f"<rule><inputEntry><text>{test}</text></inputEntry>{outputs}</rule>"


def test_a_decision_has_a_value_and_the_values_on_the_way(licence):
    made = decide(licence, "Outcome", LIIS, now=NOW)
    assert made.plain == {"granted": True, "fee": 23, "years": 10}
    assert made.made["Age"] == Decimal(26)


def test_the_explanation_names_the_rule_the_values_and_the_law(licence):
    made = decide(licence, "Outcome", LIIS, now=NOW)
    fee, validity = explain(made)
    assert fee["law"] == "State Fees Act § 191 (1) 2"
    assert fee["saw"][0] == {"question": "channel", "value": "online", "test": '"online"'}
    assert fee["outputs"] == {"Fee": 23}
    assert (validity["rule"], validity["law"]) == (2, "Traffic Act § 106 (2)")
    assert "State Fees Act" in fee["text"]


def test_a_decision_without_a_table_rests_on_the_law_beside_it(licence):
    made = decide(licence, "Outcome", LIIS, now=NOW)
    assert made.laws == {"Outcome": "Traffic Act § 97"}


def test_the_day_is_the_callers(licence):
    late = datetime(2065, 1, 1, tzinfo=UTC)
    assert decide(licence, "Valid for years", LIIS, now=NOW).plain == 10
    assert decide(licence, "Valid for years", LIIS, now=late).plain == 5


def test_a_service_decides_from_its_parameters_alone(licence):
    asked = {"Application": {"channel": "office", "express": True}}
    assert decide(licence, "Licence service", asked).plain == 63


def test_an_input_of_another_type_is_null(licence):
    wrong = LIIS | {"Application": {"channel": "by pigeon", "express": False}}
    assert decide(licence, "Fee", wrong).value is None


def test_the_digest_is_that_of_the_file(licence):
    assert licence.digest == load(LICENCE).digest
    assert licence.digest != load(LICENCE.replace(b"<text>23<", b"<text>24<")).digest


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ("UNIQUE", None),
        ("ANY", None),
        ("FIRST", 3),
        ("PRIORITY", 2),
        ("RULE ORDER", [3, 1, 2]),
        ("OUTPUT ORDER", [2, 1, 3]),
        ("COLLECT", [3, 1, 2]),
        ('COLLECT" aggregation="SUM', 6),
        ('COLLECT" aggregation="MIN', 1),
        ('COLLECT" aggregation="MAX', 3),
        ('COLLECT" aggregation="COUNT', 3),
    ],
)
def test_each_hit_policy_makes_its_own_of_three_hits(policy, value):
    output = "<output><outputValues><text>2, 1, 3</text></outputValues></output>"
    rows = row("1", 3) + row("-", 1) + row("&lt; 5", 2) + row("&gt; 5", 9)
    rules = load(model(decision(table(f'hitPolicy="{policy}"', rows, output))))
    assert decide(rules, "D", {}).plain == value


@pytest.mark.parametrize("aggregation", ["SUM", "MIN", "MAX"])
def test_nothing_collected_is_null(aggregation):
    policy = f'hitPolicy="COLLECT" aggregation="{aggregation}"'
    rules = load(model(decision(table(policy, row("2", 1)))))
    assert decide(rules, "D", {}).value is None


def test_the_default_applies_when_no_rule_does_and_is_explained():
    output = "<output><defaultOutputEntry><text>7</text></defaultOutputEntry></output>"
    made = decide(load(model(decision(table("", row("2", 1), output)))), "D", {})
    assert made.plain == 7
    assert made.explanation[0].rule == 0


@pytest.mark.parametrize("version", ["20191111", "20211108", "20230324"])
def test_versions_1_3_to_1_5_are_read(version):
    assert decide(load(model(decision(literal("1 + 1")), version)), "D", {}).plain == 2


@pytest.mark.parametrize(
    ("why", "source"),
    [
        ("namespace", b"<definitions/>"),
        ("namespace", model("", "20150101")),
        ("syntax", b"<definitions"),
        ("doctype", b'<!DOCTYPE d [<!ENTITY a "b">]><d>&a;</d>'),
        ("script", model("<script/>")),
        ("grammar", model(decision(literal("1 +")))),
        ("external-function", model(decision(literal("function(x) external {java: {}}")))),
        (
            "function-Java",
            model(decision('<functionDefinition kind="Java"><context/></functionDefinition>')),
        ),
        ("expressionLanguage", model(decision('<literalExpression expressionLanguage="python"/>'))),
        ("rule-width", model(decision(table("", row("1", 1, 2))))),
        ("hitPolicy", model(decision(table('hitPolicy="BEST"', row("1", 1))))),
        (
            "aggregation",
            model(
                decision(
                    table(
                        'hitPolicy="COLLECT" aggregation="SUM"',
                        row("1", 1, 2),
                        "<output/><output/>",
                    )
                )
            ),
        ),
        ("scriptTask", model(decision("<scriptTask/>"))),
        ("id-twice", model(decision("") + decision(""))),
        (
            "unknown-reference",
            model(
                decision(
                    '<informationRequirement><requiredInput href="#x"/></informationRequirement>'
                )
            ),
        ),
        (
            "requirement-cycle",
            model(
                decision(
                    '<informationRequirement><requiredDecision href="#D"/></informationRequirement>'
                )
            ),
        ),
        ("import-missing", model('<import namespace="urn:other" name="o" importType="x"/>')),
        (
            "unknown-type",
            model('<inputData id="i" name="i"><variable name="i" typeRef="nope"/></inputData>'),
        ),
        (
            "recursive-type",
            model(
                '<itemDefinition name="t"><typeRef>t</typeRef></itemDefinition>'
                '<inputData id="i" name="i"><variable name="i" typeRef="t"/></inputData>'
            ),
        ),
        ("too-large", b" " * 2_000_001),
    ],
)
def test_what_can_not_be_run_is_refused_at_load_by_name(why, source):
    with pytest.raises(Refused) as refused:
        load(source)
    assert refused.value.why == why


def test_unsupported_is_a_refusal_of_its_own():
    with pytest.raises(Unsupported):
        load(model(decision("<scriptTask/>")))


def test_an_unknown_decision_is_refused(licence):
    with pytest.raises(DecisionRefused) as refused:
        decide(licence, "Nobody", {})
    assert refused.value.why == "unknown-decision"


def test_rules_have_a_limit_of_steps(licence):
    with pytest.raises(LimitRefused) as refused:
        decide(licence, "Outcome", LIIS, now=NOW, limits=Limits(steps=3))
    assert refused.value.why == "steps"


def test_a_knowledge_model_that_calls_itself_is_stopped():
    knowledge = (
        '<businessKnowledgeModel id="b" name="again"><encapsulatedLogic>'
        f'<formalParameter name="n"/>{literal("again(n)")}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    rules = load(model(knowledge + decision(needs + literal("again(1)"))))
    with pytest.raises(LimitRefused) as refused:
        decide(rules, "D", {})
    assert refused.value.why == "depth"


def test_an_explanation_has_an_end():
    knowledge = (
        '<businessKnowledgeModel id="b" name="once"><encapsulatedLogic>'
        f'<formalParameter name="n"/>{table("", row("-", 1))}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )
    needs = '<knowledgeRequirement><requiredKnowledge href="#b"/></knowledgeRequirement>'
    rules = load(model(knowledge + decision(needs + literal("for i in 1..5000 return once(i)"))))
    with pytest.raises(LimitRefused) as refused:
        decide(rules, "D", {})
    assert refused.value.why == "trail"


def test_check_finds_gaps_overlaps_unreachable_rules_and_unknown_names():
    found = check(load((VECTORS / "holes.dmn").read_bytes()))
    told = {(each.why, each.element) for each in found}
    assert told >= {
        ("gap", "Group"),
        ("overlap", "Group"),
        ("unknown-name", "Fee"),
        ("unreachable", "Fee"),
        ("no-law", "Fee"),
    }


def test_check_finds_nothing_in_good_rules(licence):
    assert check(licence) == []


SHARED = model(
    '<itemDefinition name="Fee"><typeRef>number</typeRef><allowedValues><text>[0..100]</text>'
    "</allowedValues></itemDefinition>"
    '<businessKnowledgeModel id="b" name="twice the fee"><variable name="twice the fee"/>'
    '<encapsulatedLogic typeRef="Fee"><formalParameter name="fee" typeRef="Fee"/>'
    f"{literal('fee * 2')}</encapsulatedLogic></businessKnowledgeModel>"
    '<inputData id="i" name="Base fee"><variable name="Base fee" typeRef="Fee"/></inputData>'
    '<decision id="t" name="Total"><variable name="Total"/>'
    '<informationRequirement><requiredInput href="#i"/></informationRequirement>'
    f"{literal('Base fee + 1')}</decision>"
    '<decisionService id="s" name="Total service"><outputDecision href="#t"/>'
    '<inputData href="#i"/></decisionService>'
).replace(b'"urn:m"', b'"urn:shared"')


def importing(needs, text):
    head = '<import namespace="urn:shared" name="fees" importType="DMN"/>'
    return model(head + decision(needs + literal(text)))


@pytest.mark.parametrize(
    ("needs", "text", "value"),
    [
        ("knowledge#b", "fees.twice the fee(20)", 40),
        ("knowledge#b", "fees.twice the fee(fee: 20)", 40),
        ("knowledge#b", "fees.twice the fee(60)", None),
        ("knowledge#b", "fees.twice the fee(101)", None),
        ("knowledge#s", "fees.Total service(Base fee: 5)", 6),
        ("decision#t", "fees.Total", 8),
        ("decision#t", "5 instance of fees.Fee", True),
        ("decision#t", "500 instance of fees.Fee", False),
    ],
)
def test_knowledge_services_decisions_and_types_are_imported(needs, text, value):
    kind, _, identifier = needs.partition("#")
    kinds = {"knowledge": "requiredKnowledge", "decision": "requiredDecision"}
    about = {"knowledge": "knowledgeRequirement", "decision": "informationRequirement"}
    required = f'<{about[kind]}><{kinds[kind]} href="urn:shared#{identifier}"/></{about[kind]}>'
    rules = load(importing(required, text), imports=[SHARED])
    assert decide(rules, "D", {"Base fee": 7}).plain == value


BOXED = [
    ("<conditional><if>{0}</if><then>{1}</then><else>{2}</else></conditional>", 2),
    ('<for iteratorVariable="i"><in>{3}</in><return>{4}</return></for>', [2, 3, 4]),
    ('<every iteratorVariable="i"><in>{3}</in><satisfies>{5}</satisfies></every>', True),
    ('<some iteratorVariable="i"><in>{3}</in><satisfies>{6}</satisfies></some>', False),
    ("<filter><in>{3}</in><match>{7}</match></filter>", [2, 3]),
    ("<list>{1}{2}</list>", [2, 9]),
    ('<relation><column name="a b"/><row>{1}</row></relation>', [{"a b": 2}]),
]


@pytest.mark.parametrize(("logic", "value"), BOXED, ids=[each[0][1:9] for each in BOXED])
def test_boxed_expressions_mean_what_their_feel_does(logic, value):
    texts = ["1 = 1", "2", "9", "[1,2,3]", "i + 1", "i &gt; 0", "i &gt; 3", "item &gt; 1"]
    rules = load(model(decision(logic.format(*map(literal, texts)))))
    assert decide(rules, "D", {}).plain == value


@pytest.mark.parametrize("part", ["if", "then", "else"])
def test_a_conditional_without_a_part_is_refused(part):
    parts = "".join(
        f"<{name}>{literal('1')}</{name}>" for name in ("if", "then", "else") if name != part
    )
    with pytest.raises(Refused) as refused:
        load(model(decision(f"<conditional>{parts}</conditional>")))
    assert refused.value.why == "conditional"
