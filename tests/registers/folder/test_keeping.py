"""A node's versions of a register: kept, compared before the next one runs, read through steps."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text as sql
from tests.registers.folder.house import boats, draft, schema, text, version
from tests.registers.folder.test_versions import RENAMED
from tests.registers.house import House, P256Signer

from riik.core import ClientId, MemberId, PersonCode
from riik.registers import (
    Caller,
    ChangeRequest,
    DefinitionRefused,
    Holding,
    Look,
    NewRecord,
    RecordRefused,
    UnknownSubject,
)
from riik.registers.folder.keeping import keep_version, ran_versions
from riik.registers.folder.store import SqlFolderStore

OWNER = ClientId(MemberId.parse("EE-DEMO/GOV/70001053"), "boats")
SKIPPER = PersonCode("EE49001019904")


@pytest.fixture
def node(tmp_path):
    built = House(tmp_path, names=())
    yield built
    built.closed()


def run(node, files):
    """Start with this folder, as a node does; answers its registers."""
    definition = draft(files)
    with node.database.work() as work:
        oldest = keep_version(
            definition, files, store=SqlFolderStore(), at=node.clock.now(), work=work
        )
    held = Holding(definition=definition, provider=OWNER, signer=P256Signer(), oldest=oldest)
    return replace(
        node.registers, holdings={"boats": held}, roles=lambda client: frozenset({"transport"})
    )


def enter(registers, **values):
    boat = {"number": "AB 1", "state": "sunk", "note": "leaks", **values}
    new = NewRecord(subject=SKIPPER, values=boat, valid_from=date(2020, 1, 1))
    [record] = registers.open_many("boats", [new], ground="Ships Act")
    return record


def ask(registers, *, key=None, fields=None, known_at=None):
    caller = Caller(client=OWNER, purpose="register-keeping", legal_basis="Ships Act")
    look = Look(register="boats", offer="boat", caller=caller, subject=None if key else SKIPPER,
                key=key, fields=fields, known_at=known_at)  # fmt: skip
    return [dict(values) for values in registers.read(look).records]


def correct(registers, **values):
    caller = Caller(client=OWNER, purpose="register-keeping", legal_basis="Ships Act")
    asked = ChangeRequest(register="boats", offer="correction", caller=caller, subject=SKIPPER,
                          values=values, valid_from=date(2020, 1, 1))  # fmt: skip
    return registers.correct(asked)


STEPS = """
[[change]]
to = "2"
field = "remark"
renamed-from = "note"
[[change]]
to = "2"
field = "state"
values = { sunk = "wreck" }
"""
NEXT = {
    **RENAMED,
    "record_json": schema(
        note=None, remark={"type": "string", "maxLength": 10}, state={"enum": ["afloat", "wreck"]}
    ),
    "versions_toml": STEPS,
}


def test_an_old_record_is_read_and_changed_as_the_new_version_has_it(node):
    enter(run(node, boats()))
    registers = run(node, version("2", **NEXT))
    [boat] = ask(registers)
    assert (boat["remark"], boat["state"]) == ("leaks", "wreck")
    node.clock.advance(minutes=1)
    correct(registers, state="afloat")
    assert ask(registers)[0]["state"] == "afloat"


def test_what_was_signed_stays_as_it_was_written(node):
    enter(run(node, boats()))
    registers = run(node, version("2", **NEXT))
    [[opened]] = registers.history("boats", SKIPPER)
    assert opened.change.values["note"] == "leaks"


def test_what_was_known_before_the_version_is_told_in_its_words_too(node):
    enter(run(node, boats()))
    before = node.clock.now()
    node.clock.advance(days=1)
    registers = run(node, version("2", **NEXT))
    correct(registers, state="afloat")
    assert ask(registers, known_at=before)[0]["state"] == "wreck"


def test_a_record_is_found_by_a_field_that_was_called_otherwise(node):
    enter(run(node, boats()))
    files = {name: content.replace(b'"number"', b'"plate"').replace(b"number =", b"plate =")
             for name, content in version("2").items()}  # fmt: skip
    steps = b'[[change]]\nto = "2"\nfield = "plate"\nrenamed-from = "number"\n'
    registers = run(node, {**files, "versions.toml": steps})
    assert ask(registers, key=("plate", "AB 1"))[0]["plate"] == "AB 1"
    with pytest.raises(UnknownSubject):
        ask(registers, key=("plate", "AB 2"))
    with pytest.raises(UnknownSubject):
        ask(registers, key=("number", "AB 1"))


def test_the_new_schema_decides_about_what_is_written_now(node):
    enter(run(node, boats()))
    registers = run(node, version("2", **NEXT))
    with pytest.raises(RecordRefused) as refused:
        correct(registers, state="sunk")
    assert refused.value.why == "schema"


def test_a_node_keeps_every_version_that_it_ran(node):
    run(node, boats())
    run(node, boats())
    node.clock.advance(days=1)
    run(node, version("2", **NEXT))
    with node.database.read() as work:
        ran = list(ran_versions("boats", store=SqlFolderStore(), work=work))
    assert [one.version for one in ran] == ["1", "2"]
    assert ran[0].began_at < ran[1].began_at
    assert "field note is called remark" in ran[1].changed


BROKEN = [
    ("a field lost", boats(record_json=schema(note=None))),
    ("a field lost in a new version", version("2", record_json=schema(note=None))),
    ("a step to another version", version("2", **{**NEXT, "versions_toml": STEPS.replace('"2"', '"3"')})),
    ("a right lost", boats(rights_toml=text("rights.toml", ('fields = ["number", "state"]', 'fields = ["number"]')))),
]  # fmt: skip


@pytest.mark.parametrize("files", [b[1] for b in BROKEN], ids=[b[0] for b in BROKEN])
def test_a_version_that_breaks_what_is_there_does_not_start_and_leaves_nothing(node, files):
    run(node, boats())
    with pytest.raises(DefinitionRefused) as refused:
        run(node, files)
    assert refused.value.why == "version"
    assert "versions.toml" in str(refused.value)
    with node.database.read() as work:
        assert len(list(ran_versions("boats", store=SqlFolderStore(), work=work))) == 1


def test_a_version_that_was_left_does_not_come_back(node):
    run(node, boats())
    run(node, version("2", **NEXT))
    with pytest.raises(DefinitionRefused) as refused:
        run(node, boats())
    assert refused.value.why == "version"


def test_a_compatible_change_starts_under_the_same_version(node):
    enter(run(node, boats()))
    registers = run(node, boats(record_json=schema(depth={"type": "integer"})))
    assert ask(registers)[0]["number"] == "AB 1"


def test_what_was_written_before_versions_were_kept_is_of_the_oldest(node):
    enter(run(node, boats()))
    with node.database.work() as work:
        work.execute(sql("UPDATE registers_version SET edition = ''"))
    assert ask(run(node, version("2", **NEXT)))[0]["state"] == "wreck"
