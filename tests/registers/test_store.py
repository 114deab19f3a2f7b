"""The store on both engines: who is found how, and what two writers at once may do."""

from datetime import date

import pytest
from tests.registers.house import JAAN, MARI, asks, look, person

from riik.registers import RecordRefused, UnknownSubject


def test_reading_is_the_same_on_both_engines(either):
    either.fill(person(), person(JAAN, given_names="Jaan"))
    [values] = either.registers.read(look(JAAN, caller=asks(about=JAAN))).records
    assert values["given_names"] == "Jaan"
    with pytest.raises(UnknownSubject):
        either.registers.read(look(as_of=date(2019, 12, 31)))


def test_a_value_is_found_by_its_blind_index_and_under_its_own_field_only(either):
    [record] = either.fill(person())
    register = "population"
    with either.database.read() as work:
        own = either.vault.blind(MARI, field=f"{register}/code")
        found = either.store.records_with(register, "code", own, work=work)
        other = either.vault.blind(MARI, field=f"{register}/phone")
        assert either.store.records_with(register, "code", other, work=work) == []
    assert [row.record for row in found] == [record]


def test_a_change_that_came_too_late_is_refused(keeper):
    record = keeper.keep(keeper.opening())
    with keeper.house.database.read() as work:
        stale = keeper.row(record, work)
    keeper.change(stale)
    with pytest.raises(RecordRefused) as refused:
        keeper.change(stale)
    assert refused.value.why == "raced"


def test_one_subject_of_many_is_seen_to_have_a_record(either):
    either.fill(person())
    subjects = either.vault.subjects_of([MARI, JAAN])
    with either.database.read() as work:
        assert either.store.any_record_of("population", subjects, work=work)
        assert not either.store.any_record_of("population", subjects[1:], work=work)
        assert not either.store.any_record_of("business", subjects, work=work)


def test_a_row_moved_to_another_place_does_not_open(keeper):
    record = keeper.keep(keeper.opening())
    with keeper.house.database.read() as work:
        [row] = keeper.house.store.changes(record, work=work)
    with pytest.raises(Exception, match="sealed for another"):
        keeper.writer.open_change(keeper.subject, row._replace(position=1))
