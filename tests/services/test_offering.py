"""A service that comes to people: what begins it, to whom it is offered, and when it isn't."""

import pytest
from tests.services.test_checks import STANDARD, folder

from riik.core import PersonCode
from riik.services import FolderRefused, read_service
from riik.services.offering.component import _id, _named

MARI, JAAN = "EE49001019904", "EE38001019903"


def changed(name, old, new):
    files = folder("family-benefit")
    source = files[name].decode()
    assert old in source
    return {**files, name: source.replace(old, new).encode()}


WRONG = [
    ("a need that asks somebody else", "service.toml", 'need = "child"', 'need = "person"'),
    ("a field that nobody asks", "service.toml", 'to = "parents"', 'to = "guardians"'),
    ("another register than is asked", "service.toml", 'register = "population"\nkind', 'register = "land"\nkind'),
    ("an end is no beginning", "service.toml", 'kind = "open"', 'kind = "close"'),
    ("a question that isn't there", "service.toml", 'question = "child"', 'question = "baby"'),
    ("nothing is said", "service.toml", "[notices.offered]", "[notices.other]"),
    ("no step offers it", "process.bpmn", 'riik:operation="offer"', 'riik:operation="collect"'),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_an_offer_that_could_not_be_made_is_refused(file, old, new):
    with pytest.raises(FolderRefused) as refused:
        read_service(changed(file, old, new), standard=STANDARD)
    assert refused.value.why == "offer"


def test_a_need_of_nobody_known_is_refused():
    with pytest.raises(FolderRefused) as refused:
        read_service(changed("needs.toml", '"occasion"', '"neighbour"'), standard=STANDARD)
    assert refused.value.why == "needs"


NAMED = [
    ("the mother before the father", [{"person": JAAN, "role": "father"}, {"person": MARI, "role": "mother"}], MARI),
    ("the only one, whatever the role", [{"person": JAAN, "role": "father"}], JAAN),
    ("a code that stands alone", JAAN, JAAN),
    ("nobody in an empty list", [], None),
    ("nobody where nothing is said", None, None),
]  # fmt: skip


@pytest.mark.parametrize(("value", "to"), [n[1:] for n in NAMED], ids=[n[0] for n in NAMED])
def test_whom_a_field_names(value, to):
    assert _named(value, first="mother") == (PersonCode(to) if to else None)


def test_the_same_event_is_one_case_and_another_is_another():
    assert _id("family-benefit a 1") == _id("family-benefit a 1") != _id("family-benefit a 2")
