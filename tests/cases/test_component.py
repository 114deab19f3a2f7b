from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy
from tests.tables import lay_tables

import riik.cases
from riik.cases import Cases, CaseUnknown, Document, Lane, Mark, Pick, State
from riik.cases.store import SqlCaseStore
from riik.core import person_code
from riik.runtime.database import open_database
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
PAPER = Document(name="decision.pdf", media_type="application/pdf", content=b"%PDF Mari Maasikas")


@pytest.fixture
def vault(tmp_path, entropy):
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    lay_tables(keys, {"vault": Path(vault_file).parent / "migrations"})
    yield SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    keys.close()


@pytest.fixture
def cases(database, vault, clock):
    lay_tables(database, {"cases": Path(riik.cases.__file__).parent / "migrations"})
    return Cases(store=SqlCaseStore(), vault=vault, clock=clock)


@pytest.fixture
def case(cases, database, vault):
    with database.work() as work:
        return cases.open("case-1", service="s", subject=vault.subject_of(MARI), work=work)


def test_numbers_follow_each_other_in_a_year(cases, database, vault):
    with database.work() as work:
        opened = [
            cases.open(f"case-{n}", service="s", subject=vault.subject_of(MARI), work=work)
            for n in range(3)
        ]
    assert [case.number for case in opened] == ["2026-000001", "2026-000002", "2026-000003"]


def test_opening_the_same_case_again_answers_the_first(cases, database, vault, case):
    with database.work() as work:
        again = cases.open("case-1", service="s", subject=vault.subject_of(MARI), work=work)
    assert again == case


def test_another_person_cant_take_a_case_over(cases, database, vault, case):
    with database.work() as work, pytest.raises(CaseUnknown) as refused:
        cases.open("case-1", service="s", subject=vault.subject_of(JAAN), work=work)
    assert refused.value.why == "not-yours"


def test_another_persons_case_is_not_found(cases, database, vault, case):
    with database.read() as work, pytest.raises(CaseUnknown):
        cases.find("case-1", subject=vault.subject_of(JAAN), work=work)


def test_what_happened_stands_in_order(cases, database, case):
    with database.work() as work:
        cases.move(case, State.TO_SIGN, kind="submitted", actor="person", work=work)
        cases.move(case, State.IN_PROGRESS, kind="signed", actor="person", work=work)
    with database.read() as work:
        kinds = [event.kind for event in cases.timeline(case, work=work)]
    assert kinds == ["opened", "submitted", "signed"]


def test_a_refused_move_leaves_the_case_where_it_was(cases, database, case):
    with pytest.raises(riik.cases.TransitionRefused), database.work() as work:
        cases.move(case, State.GRANTED, kind="decided", actor="computer", work=work)
    with database.read() as work:
        assert cases.find("case-1", work=work).state is State.DRAFT


def test_a_document_is_sealed_in_the_database_and_opened_for_the_case(cases, database, case):
    with database.work() as work:
        cases.attach(case, PAPER, work=work)
    with database.read() as work:
        kept = cases.store.document(case.id, PAPER.name, work=work)
        opened = cases.document(case, PAPER.name, work=work)
    assert b"Mari" not in kept.content
    assert opened == PAPER


def test_a_document_of_the_same_name_is_kept_once(cases, database, case):
    other = Document(name=PAPER.name, media_type="text/plain", content=b"other")
    with database.work() as work:
        cases.attach(case, PAPER, work=work)
        cases.attach(case, other, work=work)
        assert cases.document(case, PAPER.name, work=work) == PAPER


def given(cases, database, vault, *, number, unit="licences", service="s", hours=0):
    """A case that waits for an official, due so many hours from now."""
    with database.work() as work:
        case = cases.open(
            f"case-{number}", service=service, subject=vault.subject_of(MARI), work=work
        )
        due_at = cases.clock.now() + timedelta(hours=hours)
        cases.move(
            case, State.IN_PROGRESS, kind="proposed", actor="computer", due_at=due_at, work=work
        )
        cases.give(case, unit=unit, mark=Mark(needs=("health-silent",)), work=work)
    return case


def ids(cases, database, **pick):
    """What a question to the queue finds."""
    with database.read() as work:
        return [case.id for case in cases.queue(Pick(**{"lane": Lane.WAITING, **pick}), work=work)]


def test_a_unit_s_queue_has_the_soonest_due_first(cases, database, vault):
    for number, hours in ((1, 5), (2, 1), (3, 3)):
        given(cases, database, vault, number=number, hours=hours)
    assert ids(cases, database, units=("licences",)) == ["case-2", "case-3", "case-1"]


def test_a_queue_without_an_owner_is_empty(cases, database, vault):
    given(cases, database, vault, number=1)
    assert ids(cases, database) == []


def test_a_unit_sees_nothing_of_another(cases, database, vault):
    given(cases, database, vault, number=1, unit="fines")
    assert ids(cases, database, units=("licences",)) == []
    assert ids(cases, database, units=("licences", "fines")) == ["case-1"]


def test_an_official_has_what_is_assigned_to_them_and_to_whom_they_stand_in_for(
    cases, database, vault
):
    jaan, mari = vault.subjects_of([JAAN, MARI])
    for number, hours, owner in ((1, 5, jaan), (2, 1, mari), (3, 3, None)):
        case = given(cases, database, vault, number=number, hours=hours)
        with database.work() as work:
            cases.assign(case, official=owner, kind="taken", work=work)
    assert ids(cases, database, officials=(jaan,)) == ["case-1"]
    assert ids(cases, database, officials=(jaan, mari)) == ["case-2", "case-1"]


def test_pages_follow_each_other_without_a_gap(cases, database, vault):
    made = [given(cases, database, vault, number=number, hours=number // 2) for number in range(5)]
    first = ids(cases, database, units=("licences",), limit=2)
    with database.read() as work:
        last = cases.find(first[-1], work=work)
    rest = ids(cases, database, units=("licences",), after=last.place)
    assert first + rest == [case.id for case in made]


def test_what_is_overdue_and_of_one_service(cases, database, vault, clock):
    given(cases, database, vault, number=1, hours=-1, service="a")
    given(cases, database, vault, number=2, hours=-1, service="b")
    given(cases, database, vault, number=3, hours=1, service="b")
    assert ids(cases, database, units=("licences",), service="b", due_before=clock.now()) == [
        "case-2"
    ]


def test_cases_are_counted_up_to_a_limit(cases, database, vault):
    for number in range(3):
        given(cases, database, vault, number=number)
    with database.read() as work:
        pick = Pick(lane=Lane.WAITING, units=("licences",))
        assert [cases.count(pick, most=most, work=work) for most in (2, 9)] == [2, 3]


def test_a_case_is_found_by_its_number(cases, database, case):
    with database.read() as work:
        assert cases.numbered(case.number, work=work) == case
        with pytest.raises(CaseUnknown):
            cases.numbered("2026-999999", work=work)


@pytest.mark.parametrize(("stops", "hours"), [(True, 15), (False, 10)], ids=["stops", "runs-on"])
def test_the_time_to_decide_stands_still_while_the_person_is_asked(
    cases, database, vault, clock, stops, hours
):
    due = clock.now() + timedelta(hours=hours)
    case = given(cases, database, vault, number=1, hours=10)
    with database.work() as work:
        cases.ask(case, work=work)
    assert ids(cases, database, units=("licences",)) == []
    assert ids(cases, database, units=("licences",), lane=Lane.ASKED) == ["case-1"]
    clock.advance(timedelta(hours=5))
    with database.work() as work:
        cases.answered(case, kind="amended", actor="person", stops=stops, work=work)
        after = cases.find(case.id, work=work)
    assert (after.due_at, after.state, after.asked_at) == (due, State.WITH_OFFICIAL, None)


def test_a_case_nobody_waits_for_cant_be_asked_about(cases, database, case):
    with pytest.raises(riik.cases.TransitionRefused), database.work() as work:
        cases.ask(case, work=work)


def test_cases_that_ended_stand_newest_first(cases, database, vault, clock):
    for number in (1, 2):
        case = given(cases, database, vault, number=number, hours=9 - number)
        clock.advance(timedelta(minutes=1))
        with database.work() as work:
            cases.move(case, State.REFUSED, kind="decided", actor="official", work=work)
    assert ids(cases, database, units=("licences",), lane=Lane.ENDED) == ["case-2", "case-1"]


def test_a_case_that_a_computer_decided_was_in_no_queue(cases, database, case):
    with database.work() as work:
        cases.move(case, State.IN_PROGRESS, kind="signed", actor="person", work=work)
        cases.move(case, State.GRANTED, kind="decided", actor="computer", work=work)
        assert cases.find(case.id, work=work).lane is Lane.NONE


def test_every_question_of_the_queue_reads_one_index(cases, database, vault):
    """An official's permission is in the index: none of a million other cases is touched."""
    jaan = vault.subject_of(JAAN)
    for owner, index in (
        ({"units": ("licences",)}, "cases_case_of_unit"),
        ({"units": ("licences",), "service": "s"}, "cases_case_of_service"),
        ({"officials": (jaan,)}, "cases_case_of_official"),
    ):
        pick = Pick(lane=Lane.WAITING, after=("2026", "1"), **owner)
        plan = explained(database, lambda work, pick=pick: cases.queue(pick, work=work))
        assert index in plan
        assert "TEMP B-TREE" not in plan
        assert "SCAN" not in plan


def explained(database, question):
    """SQLite's plan for the query that a question makes."""
    seen = []

    class Watch:
        def __init__(self, work):
            self.work = work

        def execute(self, statement, parameters=None, /):
            text = str(statement.compile(compile_kwargs={"literal_binds": True}))
            seen.extend(
                row[3] for row in self.work.execute(sqlalchemy.text(f"EXPLAIN QUERY PLAN {text}"))
            )
            return self.work.execute(statement)

    with database.read() as work:
        question(Watch(work))
    return " ".join(seen)
