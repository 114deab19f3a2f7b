"""Imports as a whole: once, resumable, reconciled, and taken back with their history."""

import csv
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import text
from tests.registers.importing.conftest import HEADER, at_once, estonian, mapping, row

from riik.core import PersonCode
from riik.registers import ImportRefused, RecordRefused
from riik.registers.importing.client import RejectedFile
from riik.registers.model import Kind
from riik.registers.writing import Draft
from riik.runtime.errors import DiskUnavailable

VALUES = {"number": "K-1", "issued": "2024-04-13", "fee": 1250}


class CutOff(Exception):
    """The process ends here."""


def test_rows_become_signed_records_with_history(bench):
    run, report = bench.run(bench.file(row(1), row(2)))
    assert (run.state, report.written, report.rejected) == ("done", 2, 0)
    assert bench.history(1) == [["open"]]


def test_the_same_file_twice_writes_once(bench):
    path = bench.file(row(1), row(2), row(1))
    _, first = bench.run(path)
    _, second = bench.run(path)
    assert (first.written, first.repeated) == (2, 1)
    assert (second.written, second.repeated) == (0, 3)
    assert bench.alive() == 2


def test_a_dry_run_tells_what_the_run_then_does_and_writes_nothing(bench):
    rows = [row(1), row(2, issued="31.02.2024"), row(1), row(1, number="other"), row(3)]
    path = bench.file(*rows)
    dry = bench.dry_run(path)
    assert bench.alive() == 0
    assert bench.run(path)[1].to_json() == dry.to_json()


def test_totals_of_written_and_rejected_rows_add_up(bench):
    _, report = bench.run(bench.file(row(1), row(2, issued="never", fee="1.000,25")))
    assert report.totals == {"fee": {"read": "1012.75", "written": "12.50", "rejected": "1000.25"}}


REASONS = [
    ("a day that isn't", {"issued": "31.02.2024"}, "date:issued"),
    ("no day", {"issued": "soon"}, "date-form:issued"),
    ("a wrong check digit", {"code": "49001019905"}, "code-check-digit:code"),
    ("a code of letters", {"code": "abc"}, "code-digits:code"),
    ("no code", {"code": ""}, "empty:code"),
    ("no amount", {"fee": "much"}, "amount:fee"),
    ("a needed cell that is empty", {"number": ""}, "schema-required:number"),
    ("a text too long for the register", {"place": "x" * 60}, "schema-maxLength:place"),
    ("a NUL", {"place": "a\x00b"}, "nul"),
    ("an enormous cell", {"place": "x" * 200_000}, "cell-size"),
]


@pytest.mark.parametrize(("cells", "why"), [r[1:] for r in REASONS], ids=[r[0] for r in REASONS])
def test_a_row_is_rejected_and_the_others_come_in(many, cells, why):
    _, report = many.run(many.file(row(1), row(2, **cells), row(3)))
    assert report.reasons == {why: 1}
    assert (report.read, report.written, report.rejected) == (3, 2, 1)


def test_ragged_rows_are_rejected(many):
    _, report = many.run(many.file(row(1), row(2)[:-1], [*row(3), "more"], []))
    assert report.reasons == {"ragged": 2}


def test_a_second_record_of_a_person_is_rejected_where_there_is_one_each(bench):
    bench.run(bench.file(row(1)))
    _, report = bench.run(bench.file(row(1, number="K-2"), name="second.csv"))
    assert report.reasons == {"subject-has-record": 1}


def test_rows_that_share_their_key_and_differ_are_rejected(many):
    keyed = mapping('key = ["number"]')
    path = many.file(row(1), row(1, fee="13,00"), row(1))
    _, report = many.run(path, mapping=keyed)
    assert (report.written, report.repeated, report.reasons) == (1, 1, {"duplicate-key": 1})


def test_a_key_that_is_there_from_an_earlier_file_is_known_again(many):
    keyed = mapping('key = ["number"]')
    many.run(many.file(row(1)), mapping=keyed)
    other = many.file(row(1, fee="13,00"), row(1), name="other.csv")
    _, report = many.run(other, mapping=keyed)
    assert (report.repeated, report.reasons) == (1, {"duplicate-key": 1})


def test_dates_that_could_be_read_otherwise_are_counted(many):
    rows = [row(1, issued="03.04.2024"), row(2, issued="13.04.2024"), row(3, issued="4.4.2024")]
    _, report = many.run(many.file(*rows))
    assert report.ambiguous == {"issued": 1}


def test_rejected_rows_can_be_corrected_and_come_back(bench):
    bench.run(bench.file(row(1), row(2, issued="31.02.2024", place="=cmd()")))
    with bench.rejected.open(encoding="utf-8", newline="") as file:
        header, rejected = csv.reader(file)
    assert header == [*HEADER, "riik_line", "riik_reason"]
    assert rejected[4:] == ["'=cmd()", "3", "date:issued"]
    rejected[2] = "29.02.2024"
    back = bench.file(rejected, name="back.csv", header=header)
    _, report = bench.run(back)
    assert report.written == 1
    [[opened]] = bench.house.registers.history("permits", PersonCode(f"EE{estonian(2)}"))
    assert opened.change.values["place"] == "=cmd()"


def cut_off_at(batch):
    """Ends the process after this many batches."""
    left = [batch]

    def told(_report):
        left[0] -= 1
        if not left[0]:
            raise CutOff

    return told


def test_a_run_that_was_cut_off_goes_on_where_its_last_batch_ended(bench):
    rows = [row(n, **({"issued": "x"} if n % 100 == 5 else {})) for n in range(2500)]
    path = bench.file(*rows)
    with pytest.raises(CutOff):
        bench.run(path, told=cut_off_at(2))
    assert bench.alive() == 1980
    with pytest.raises(ImportRefused) as refused:
        bench.run(path)
    assert refused.value.why == "unfinished"
    run, report = bench.run(path, resume=True)
    assert (run.state, report.read, report.written, report.rejected) == ("done", 2500, 2475, 25)
    assert len(bench.rejected.read_text().splitlines()) == 26


def test_rejected_rows_after_the_last_batch_are_not_there_twice(many):
    path = many.file(*[row(n, issued="x") for n in range(1500)])
    with pytest.raises(CutOff):
        many.run(path, told=cut_off_at(1))
    with many.rejected.open("a") as file:
        file.write("half a row of a batch that was never")
    many.run(path, resume=True)
    assert len(many.rejected.read_text().splitlines()) == 1501


def test_a_run_goes_on_with_its_own_mapping_only(many):
    path = many.file(*[row(n) for n in range(1500)])
    with pytest.raises(CutOff):
        many.run(path, told=cut_off_at(1))
    with pytest.raises(ImportRefused) as refused:
        many.run(path, mapping=mapping('key = ["number"]'), resume=True)
    assert refused.value.why == "mapping-changed"


def test_nothing_is_resumed_that_was_not_cut_off(many):
    with pytest.raises(ImportRefused) as refused:
        many.run(many.file(row(1)), resume=True)
    assert refused.value.why == "nothing-to-resume"


def test_a_file_that_changes_under_way_ends_the_run(many):
    path = many.file(*[row(n) for n in range(2500)])

    def append(_report):
        with path.open("a") as file:
            file.write("more\n")

    with pytest.raises(ImportRefused) as refused:
        many.run(path, told=append)
    assert refused.value.why == "changed"
    assert many.alive() == 1000


def test_a_full_disk_ends_the_run_and_nothing_of_the_batch_is_written(many):
    plan, table = many.opened(many.file(row(1), row(2, issued="x")))
    full = RejectedFile(
        many.folder / "missing" / "rejected.csv", table.header, encoding=table.encoding
    )
    with pytest.raises(DiskUnavailable):
        many.importer.run(plan, table, rejects=full, resume=False, told=many.told.append)
    assert many.alive() == 0
    _, report = many.run(many.folder / "table.csv", resume=True)
    assert (report.written, report.rejected) == (1, 1)


def test_an_undone_run_is_closed_by_signed_changes_and_its_history_stays(bench):
    run, _ = bench.run(bench.file(row(1), row(2)))
    assert bench.importer.undo(run.run, told=bench.told.append) == 2
    assert bench.history(1) == [["open", "close"]]
    assert bench.alive() == 0


def test_an_undone_file_can_be_imported_again(bench):
    path = bench.file(row(1), row(2))
    run, _ = bench.run(path)
    bench.importer.undo(run.run, told=bench.told.append)
    assert bench.dry_run(path).written == 2
    again, report = bench.run(path)
    assert (report.written, bench.alive()) == (2, 2)
    assert bench.history(1) == [["open", "close", "correct"]]
    assert bench.importer.undo(again.run, told=bench.told.append) == 2
    assert bench.alive() == 0


def change(bench, number):
    """Somebody else changes a record."""
    with bench.house.database.work() as work:
        subject = bench.house.vault.find(PersonCode(f"EE{estonian(number)}"))
        [head] = bench.house.store.records_of("permits", subject, work=work)
        draft = Draft(
            kind=Kind.CHANGE,
            values={"place": "Tartu"},
            valid_from=bench.house.clock.now().date(),
            ground="law",
            actor="somebody",
        )
        bench.importer.writer.change(bench.holding, head, draft, work=work)


def test_a_run_is_not_undone_when_others_have_changed_its_records(bench):
    run, _ = bench.run(bench.file(row(1), row(2)))
    change(bench, 2)
    with pytest.raises(ImportRefused) as refused:
        bench.importer.undo(run.run, told=bench.told.append)
    assert (refused.value.why, refused.value.facts) == ("changed-since", {"records": 1})
    assert bench.history(1) == [["open"]]


def test_a_run_is_undone_once(bench):
    run, _ = bench.run(bench.file(row(1)))
    bench.importer.undo(run.run, told=bench.told.append)
    with pytest.raises(ImportRefused) as refused:
        bench.importer.undo(run.run, told=bench.told.append)
    assert refused.value.why == "undone"


def test_nobody_knows_a_run_that_never_was(many):
    with pytest.raises(ImportRefused) as refused:
        many.importer.undo("00", told=many.told.append)
    assert refused.value.why == "run"


def test_no_cell_stands_readable_in_what_is_kept_of_a_run(many):
    many.run(many.file(row(1, place="Kuressaare"), row(2, place="Kuressaare", issued="x")))
    with many.house.database.read() as work:
        for table in ("registers_import", "registers_import_batch", "registers_change"):
            kept = repr(work.execute(text(f"SELECT * FROM {table}")).all())
            assert "Kuressaare" not in kept
            assert estonian(1) not in kept


def beside_in(bench):
    """A second import into the same register, as another process would run it."""
    folder = bench.folder / "second"
    folder.mkdir()
    other = replace(bench, folder=folder)
    # The registers are the first one's; only the files of rejected rows are apart.
    other.house, other.holding, other.importer = bench.house, bench.holding, bench.importer
    return other


def test_two_imports_of_the_same_rows_write_each_row_once(bench):
    """Both have read, signed and sealed before either writes."""
    first, again = bench.file(*map(row, range(40))), bench.file(*map(row, range(41)), name="b.csv")
    second = beside_in(bench)
    reports = []

    def overtaken(action):
        if not reports:
            reports.append(second.run(again)[1])
        return at_once(action)

    bench.importer = replace(bench.importer, beside=overtaken)
    _, report = bench.run(first)
    assert (reports[0].written, report.written, report.repeated) == (41, 0, 40)
    assert bench.alive() == 41


def test_imports_at_the_same_time_lose_nothing_and_end_in_words(bench):
    people = [row(n) for n in range(300)]
    paths = [bench.file(*people), bench.file(*reversed(people), name="b.csv")]
    seconds = [bench, beside_in(bench)]
    for one in seconds:
        one.importer = replace(bench.importer, batch=20)
    with ThreadPoolExecutor(2) as pool:
        ended = [pool.submit(one.run, path) for one, path in zip(seconds, paths, strict=True)]
    for one, path, run in zip(seconds, paths, ended, strict=True):
        if run.exception() is not None:
            assert run.exception().why == "raced"
            one.run(path, resume=True)
    assert bench.alive() == 300
    assert [bench.history(n) for n in (0, 150, 299)] == [[["open"]]] * 3


def test_a_run_is_gone_on_with_by_one_process_only(many):
    path = many.file(*map(row, range(2500)))
    with pytest.raises(CutOff):
        many.run(path, told=cut_off_at(1))
    second = beside_in(many)
    left = [second.run]

    def overtaken(_report):
        if left:
            left.pop()(path, resume=True)

    with pytest.raises(ImportRefused) as refused:
        many.run(path, resume=True, told=overtaken)
    assert refused.value.why == "raced"
    assert many.alive() == 2500


def test_the_same_wish_twice_is_refused_in_words(bench):
    subject = bench.house.vault.subject_of(PersonCode(f"EE{estonian(1)}"))
    draft = Draft(
        kind=Kind.OPEN,
        values={},
        valid_from=bench.house.clock.now().date(),
        ground="law",
        actor="somebody",
        wish="w",
    )
    openings = bench.importer.writer.prepare(
        bench.holding, [subject], [replace(draft, values=VALUES)]
    )
    again = bench.importer.writer.prepare(bench.holding, [subject], [replace(draft, values=VALUES)])
    with pytest.raises(RecordRefused) as refused, bench.house.database.work() as work:
        bench.importer.writer.insert(openings + again, work=work)
    assert refused.value.why == "raced"
    assert bench.alive() == 0


def test_imported_records_are_signed_together_and_changed_alone(many):
    many.run(many.file(*map(row, range(70))))
    change(many, 1)
    [[opened, changed]] = many.house.registers.history("permits", PersonCode(f"EE{estonian(1)}"))
    assert (opened.change.together, changed.change.together) == (True, False)


def test_what_was_begun_beside_is_ended_before_a_run_is_refused(many):
    """A file goes bad while a batch is being written: the batch is there, and counted."""
    path = many.file(*map(row, range(2500)))
    pool = ThreadPoolExecutor(1)

    def beside(action):
        with path.open("a") as file:
            file.write("more\n")
        return pool.submit(action).result

    many.importer = replace(many.importer, beside=beside)
    with pytest.raises(ImportRefused) as refused:
        many.run(path)
    assert refused.value.why == "changed"
    assert many.alive() == 1000
