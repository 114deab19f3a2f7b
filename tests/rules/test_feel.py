"""FEEL: what expressions give, what isn't FEEL, and that nothing runs without end."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from riik.core import Money
from riik.rules import DecisionRefused, LimitRefused, Limits, RulesRefused, expression, to_plain

VECTORS = Path(__file__).parents[1] / "vectors" / "rules"
# Twenty-two lists, each with the one before it twice: small to write, large to go through.
DOUBLED = ", ".join(f"x{step}: [x{step - 1}, x{step - 1}]" for step in range(1, 23))
DOUBLED = f"{{x0: [1], {DOUBLED}, text: string(x22)}}"
LARGE = '{{s: string join(for i in 1..9000 return "0123456789"), r: for i in 1..9000 return {}}}'
NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)


def vectors(name):
    return json.loads((VECTORS / name).read_bytes())


def by_id(case):
    return case["id"]


@pytest.mark.parametrize("case", vectors("feel.json"), ids=by_id)
def test_an_expression_has_the_value_of_its_clause(case):
    found = expression(case["expression"]).value({}, now=NOW)
    wanted = expression(case["value"]).value({})
    assert to_plain(found) == to_plain(wanted)


@pytest.mark.parametrize("case", vectors("refused.json"), ids=by_id)
def test_what_is_not_feel_is_refused_with_a_reason(case):
    with pytest.raises(RulesRefused) as refused:
        expression(case["expression"])
    assert refused.value.why == case["expect"]


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("steps", "for i in 1..1000000000 return i"),
        ("steps", "some x in 1..100000, y in 1..100000 satisfies x < 0"),
        ("steps", 'matches("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "(a*)*c")'),
        ("steps", 'matches("' + "a" * 40 + '", "' + "(a|a)" * 20 + '+b")'),
        ("steps", "distinct values(for i in 1..2000 return i)"),
        ("steps", "sort(for i in 1..60000 return modulo(i * 7919, 60007), function(a, b) a > b)"),
        ("depth", "{f: function(x) f(x), r: f(1)}.r"),
        ("steps", DOUBLED),
        ("steps", LARGE.format("upper case(s)")),
        ("steps", LARGE.format('s + "x"')),
        ("steps", LARGE.format("[s, string({a: s})]")),
        ("steps", 'count(for d in @"-9999-01-01"..@"9999-01-01" return d)'),
    ],
)
def test_no_expression_runs_without_end(why, text):
    with pytest.raises(LimitRefused) as refused:
        expression(text).value({})
    assert refused.value.why == why


@pytest.mark.parametrize("text", ["(" * 200 + "1" + ")" * 200, "[" * 3000, "-" * 5000 + "1"])
def test_deep_nesting_is_refused(text):
    with pytest.raises(RulesRefused) as refused:
        expression(text)
    assert refused.value.why == "depth"


def test_a_long_chain_is_refused_or_reckoned_but_never_breaks_python():
    with pytest.raises((RulesRefused, LimitRefused)):
        expression("+".join(["1"] * 20_000)).value({})


def test_texts_stay_bounded():
    doubled = 'for i in 1..40 return if i = 1 then "xxxxxxxx" else partial[-1] + partial[-1]'
    assert expression(doubled).value({})[-1] is None


def test_only_given_names_may_be_used():
    assert expression("fee > 0", names=["fee"]).value({"fee": 1}) is True
    with pytest.raises(RulesRefused) as refused:
        expression("fees > 0", names=["fee"])
    assert refused.value.why == "unknown-name"


@pytest.mark.parametrize("name", ["__import__", "__class__", "open", "exec", "os"])
def test_nothing_of_python_can_be_named(name):
    assert expression(f'{name}("os")').value({"x": 1}) is None
    assert expression(f"x.{name}").value({"x": "text"}) is None


@pytest.mark.parametrize(
    ("why", "value"),
    [
        ("float", 1.5),
        ("float", {"a": [1.0]}),
        ("input-type", object()),
        ("input-type", {1: 2}),
        ("input-type", Decimal("Infinity")),
        ("input-type", b"bytes"),
    ],
)
def test_values_that_are_no_feel_values_are_refused(why, value):
    with pytest.raises(DecisionRefused) as refused:
        expression("x").value({"x": value})
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (NOW, "2026-11-23T10:00:00Z"),
        (datetime(2026, 11, 23, 10, 30), "2026-11-23T10:30:00"),
        (NOW.date(), "2026-11-23"),
        (timedelta(hours=-36), "-P1DT12H"),
        (Money("EUR", 2300), "23"),
        (Money("VND", 115000), "115000"),
    ],
)
def test_values_of_python_arrive_as_feel_has_them(value, text):
    assert expression("string(x)").value({"x": value}) == text


@given(st.integers(-(10**15), 10**15), st.integers(-(10**15), 10**15))
def test_whole_numbers_are_exact(first, second):
    found = expression("[a + b, a - b, a * b]").value({"a": first, "b": second})
    assert [int(each) for each in found] == [first + second, first - second, first * second]


@given(st.dates(), st.integers(-5000, 5000))
def test_days_are_added_as_the_calendar_does(day, days):
    try:
        wanted = (day + timedelta(days=days)).isoformat()
    except OverflowError:
        return
    given_days = timedelta(days=days)
    assert expression("string(d + n)").value({"d": day, "n": given_days}) == wanted


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=30))
def test_any_text_survives_as_a_literal(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    assert expression(f'"{escaped}"').value({}) == text


@given(st.text(alphabet="abc()|*+?[]^-\\d.{}0123$", max_size=14), st.text("abc1", max_size=10))
def test_any_pattern_answers_or_is_stopped(pattern, text):
    try:
        found = expression("matches(t, p)").value({"t": text, "p": pattern})
    except LimitRefused:
        return
    assert found in (True, False, None)


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused(text):
    try:
        expression(text).value({}, limits=Limits(steps=2000))
    except (RulesRefused, LimitRefused):
        return
