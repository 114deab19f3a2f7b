"""The runner counts as its closing line says, and an unsafe verdict is never lost."""

import pytest
from tests.corpora import Outcome, attempt, lines, material
from tests.corpora.__main__ import count, describe, main

from riik.core import Refused

VERDICTS = [
    ("accept", "accept", True, False),
    ("reject", "reject: root", True, False),
    ("reject", "accept", False, True),
    ("accept", "reject: root", False, False),
    ("reject", "crash: KeyError", False, False),
]


@pytest.mark.parametrize(("expected", "got", "right", "unsafe"), VERDICTS)
def test_a_verdict_is_judged(expected, got, right, unsafe):
    outcome = Outcome.judged("case", expected=expected, got=got)
    assert (outcome.right, outcome.unsafe) == (right, unsafe)


def test_skipped_cases_count_nowhere_else(capsys):
    outcomes = [
        Outcome.judged("good", expected="accept", got="accept"),
        Outcome.judged("bad", expected="reject", got="accept"),
        Outcome.left("later", expected="accept", why="no such key"),
    ]
    assert count(outcomes) == ("right 1 of 2, unsafe 1, skipped 1", 1)
    assert "UNSAFE" in capsys.readouterr().out
    assert describe(outcomes[2]) == "later\taccept\tskipped: no such key"


def test_a_crash_is_shown_and_is_not_a_refusal():
    def refuse():
        raise Refused("no", why="because")

    assert attempt(refuse) == "reject: because"
    assert attempt(lambda: {}["nothing"]) == "crash: KeyError"


def test_an_unknown_corpus_lists_the_known_ones(capsys):
    assert main(["kitchen"]) == 2
    assert "NAME is one of:" in capsys.readouterr().err


def test_missing_material_comes_from_the_shared_folder(tmp_path):
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "a.jsonl").write_text('{"id": 1}\n\n')
    own = material("a.jsonl", folder=tmp_path / "own", shared=tmp_path)
    assert list(lines(own)) == [{"id": 1}]
    assert material("b", folder=tmp_path / "own", shared=tmp_path) == tmp_path / "b"
