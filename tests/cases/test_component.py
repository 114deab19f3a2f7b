from pathlib import Path

import pytest

import riik.cases
from riik.cases import Cases, CaseUnknown, Document, State
from riik.cases.store import SqlCaseStore
from riik.core import person_code
from riik.runtime.database import open_database
from riik.runtime.migrate import migrate
from riik.runtime.vault import SqlVault
from riik.runtime.vault import __file__ as vault_file

MARI, JAAN = person_code("EE49001010001"), person_code("EE38001085718")
PAPER = Document(name="decision.pdf", media_type="application/pdf", content=b"%PDF Mari Maasikas")


@pytest.fixture
def vault(tmp_path, entropy):
    keys = open_database(f"sqlite:///{tmp_path}/vault.db", name="vault")
    migrate(keys, {"vault": Path(vault_file).parent / "migrations"})
    yield SqlVault(keys, vault_key=entropy.bytes(32), entropy=entropy)
    keys.close()


@pytest.fixture
def cases(database, vault, clock):
    migrate(database, {"cases": Path(riik.cases.__file__).parent / "migrations"})
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


def test_the_queue_holds_what_waits_for_an_official(cases, database, case):
    with database.work() as work:
        cases.move(case, State.IN_PROGRESS, kind="proposed", actor="computer", work=work)
        cases.move(case, State.WITH_OFFICIAL, kind="given", actor="computer", work=work)
        assert [waiting.id for waiting in cases.queue(work=work)] == ["case-1"]
