from pathlib import Path

import pytest

import riik
from riik.core import Refused
from riik.services import check, read_service

SOURCE = Path(riik.__file__).parent
STANDARD = (SOURCE / "services" / "standard.bpmn").read_bytes()
CATALOGUE = SOURCE / "catalogue" / "services"
SERVICES = sorted(path.name for path in CATALOGUE.iterdir())


def folder(name):
    root = CATALOGUE / name
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def checked(files):
    return check(files, definition=read_service(files, standard=STANDARD))


def changed(name, old, new):
    """The driving course with one text of one file changed."""
    files = folder("driving-course")
    source = files[name].decode()
    assert old in source
    return {**files, name: source.replace(old, new, 1).encode()}


def case(text):
    """The driving course with one test of its own."""
    head = (
        'today = "2026-11-23"\nanswers = { category = "B", language = "et" }\n[[case]]\nid = "x"\n'
    )
    return {**folder("driving-course"), "cases/age.toml": (head + text).encode()}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_does_what_its_tests_say(name):
    found = checked(folder(name))
    assert [outcome for outcome in found.outcomes if not outcome.passed] == []
    assert found.passed


@pytest.mark.parametrize("name", SERVICES)
def test_every_rule_is_met_by_a_test(name):
    assert checked(folder(name)).unmet == ()


BENT_RULES = [
    ("another age", "&lt; 186", "&lt; 187"),
    ("another ground", '"too-young"', '"young"'),
    ("another outcome", '{outcome: "refuse"', '{outcome: "grant"'),
]


@pytest.mark.parametrize(
    ("old", "new"), [b[1:] for b in BENT_RULES], ids=[b[0] for b in BENT_RULES]
)
def test_a_rule_that_changes_fails_a_test(old, new):
    assert not checked(changed("rules.dmn", old, new)).passed


def test_a_failed_test_says_what_differs():
    [outcome] = checked(case('outcome = "grant"\nfee = 100')).outcomes
    assert outcome.found == "fee 0; outcome official"
    assert outcome.expected == "fee 100; outcome grant"


def test_rules_that_no_test_meets_are_named():
    assert checked(case('outcome = "official"')).unmet == (("Ground", 1), ("Ground", 2))


def test_a_folder_without_tests_does_not_pass():
    files = {k: v for k, v in folder("driving-course").items() if not k.startswith("cases/")}
    assert not checked(files).passed


UNFIT = [
    ("an answer that is no choice", 'answers = { category = "X" }\noutcome = "official"'),
    ("an answer to no question", 'answers = { colour = "red" }\noutcome = "official"'),
]


@pytest.mark.parametrize("text", [u[1] for u in UNFIT], ids=[u[0] for u in UNFIT])
def test_a_test_that_no_person_could_answer_fails(text):
    assert not checked(case(text)).passed


WRONG = [
    ("a need that isn't asked", 'facts.health = { fit = true }\noutcome = "official"', "case"),
    ("a field that isn't asked", 'facts.person = { email = "a" }\noutcome = "official"', "case"),
    ("a silent need that isn't asked", 'unavailable = ["health"]\noutcome = "official"', "case"),
    ("an unknown key", 'outcom = "official"', "unknown-key"),
    ("no outcome", "fee = 0", "value"),
    ("one id twice", 'outcome = "official"\n[[case]]\nid = "x"\noutcome = "official"', "case"),
]


@pytest.mark.parametrize(("text", "why"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_a_malformed_test_is_refused(text, why):
    with pytest.raises(Refused) as refused:
        checked(case(text))
    assert refused.value.why == why
