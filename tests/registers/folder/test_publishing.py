"""A register published: sealed by its owner, its versions kept, nothing published twice."""

from datetime import timedelta

import pytest
from tests.registers.folder.house import boats, schema, text, version

from riik.core import Refused
from riik.formats.folders import admit_folder, verify_folder
from riik.registers import load_register, publish_folder, published_versions
from riik.testing.pki import AT, make_pki

PKI = make_pki()
OWNER, STRANGER = PKI.seal(), PKI.seal()
NEXT = version("2", record_json=schema(depth={"type": "integer"}))
SUMMARY = {"locale_en_toml": text("locale/en.toml", ("[purposes]", 'depth = "Depth"\n[purposes]'))}


def publish(files, *, at=AT, by=OWNER):
    return publish_folder(files, signer=by.key, certificate=by.certificate, at=at)


def grown(files, changed):
    """A published folder as its owner goes on with it."""
    return {**files, **changed}


def second(**others):
    return grown(publish(boats()), version("2", **others))


def test_a_published_folder_holds_its_versions_under_the_owners_seal():
    files = publish(boats())
    assert verify_folder(files, signers=[OWNER.certificate]).at == AT
    assert files["published/1/record.json"] == boats()["record.json"]
    assert load_register(files).version == "1"


def test_the_next_version_keeps_the_seal_of_the_one_before():
    later = AT + timedelta(days=9)
    deeper = {"record_json": schema(depth={"type": "integer"}), **SUMMARY}
    first = publish(boats())
    files = publish(grown(first, version("2", **deeper)), at=later)
    assert files["published/1/signature.jws"] == first["signature.jws"]
    told = list(published_versions(files))
    assert [(one.version, one.seal.at) for one in told] == [("1", AT), ("2", later)]
    assert "field depth is new" in told[1].changed


def test_a_version_may_be_sealed_again_when_only_its_words_change():
    files = grown(publish(boats()), {"locale/en.toml": text("locale/en.toml").encode() + b"\n"})
    again = publish(files, at=AT + timedelta(days=1))
    assert [one.version for one in published_versions(again)] == ["1"]


REFUSED = [
    ("a version that was published otherwise", lambda: grown(publish(boats()), boats(record_json=schema(depth={"type": "integer"}), **SUMMARY)), "published"),
    ("a version that breaks the one before", lambda: second(record_json=schema(state={"enum": ["afloat"]})), "version"),
    ("a version before the published one", lambda: grown(publish(version("2")), boats(record_json=schema(state={"enum": ["afloat"]}))), ""),
    ("a folder that is wrong", lambda: boats(rights_toml=text("rights.toml", ("insurer", "insurer"), ('basis = "Ships Act"', 'basis = "X"'))), "law"),
    ("a file that has no place", lambda: {**boats(), "published/1/notes.txt": b""}, "file"),
    ("a version that is none", lambda: {**boats(), "published/first/record.json": b"{}"}, "file"),
    ("a file deeper", lambda: {**boats(), "published/1/cases/a.toml": b""}, "file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("make", "why"),
    [r[1:] for r in REFUSED if r[2]],
    ids=[r[0] for r in REFUSED if r[2]],
)
def test_what_would_break_or_hide_something_is_not_published(make, why):
    with pytest.raises(Refused) as refused:
        publish(make())
    assert refused.value.why == why


@pytest.mark.parametrize(
    ("by", "at"),
    [(OWNER, AT + timedelta(days=9999)), (OWNER, AT - timedelta(days=9999))],
)
def test_a_seal_outside_its_time_publishes_nothing(by, at):
    with pytest.raises(Refused) as refused:
        publish(boats(), by=by, at=at)
    assert refused.value.why == "signer"


CHANGED = [
    ("a right more", lambda files: {**files, "rights.toml": files["rights.toml"] + b"\n"}),
    ("an older version", lambda files: {**files, "published/1/offers.toml": b"\n"}),
    ("a version less", lambda files: {k: v for k, v in files.items() if "published" not in k}),
]


@pytest.mark.parametrize("unsigned", [True, False])
@pytest.mark.parametrize("change", [c[1] for c in CHANGED], ids=[c[0] for c in CHANGED])
def test_what_was_changed_after_it_was_published_runs_nowhere(change, unsigned):
    with pytest.raises(Refused) as refused:
        admit_folder(
            change(publish(boats())), unsigned=unsigned, signers=lambda: [OWNER.certificate]
        )
    assert refused.value.why == "changed"


def test_a_strangers_seal_is_not_the_owners():
    with pytest.raises(Refused) as refused:
        admit_folder(
            publish(boats(), by=STRANGER), unsigned=False, signers=lambda: [OWNER.certificate]
        )
    assert refused.value.why == "signer"
