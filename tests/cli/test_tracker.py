"""`riik tracker verify`: one look, proved with keys alone."""

import json
import shutil

import pytest


@pytest.fixture
def keys(receipts):
    return ("--log-key", receipts / "log-keys.txt", "--witness-key", receipts / "witness-keys.txt")


def test_a_look_is_shown_as_a_person_can_read_it(riik, receipts, keys):
    done = riik("tracker", "verify", receipts / "look.tlog-proof", *keys)
    assert done.exit_code == 0, done.output
    for part in ("EE-DEMO/GOV/70000005/services", "given_names, residence", "entry 1 of 2",
                 "driving-licence-renewal", "by a computer; no person saw it", "witness.example/w1"):  # fmt: skip
        assert part in done.stdout
    assert done.stderr == ""


def test_a_machine_gets_the_look_as_json(riik, receipts, keys):
    told = json.loads(
        riik("tracker", "verify", receipts / "look.tlog-proof", "--json", *keys).stdout
    )
    assert (told["proved"], told["index"], told["size"]) == (True, 0, 2)
    assert told["access"]["case"] == "2026-000017"


def test_a_key_may_be_given_as_it_is(riik, receipts):
    key = (receipts / "log-keys.txt").read_text().splitlines()[1]
    done = riik("tracker", "verify", receipts / "look.tlog-proof", "--log-key", key)
    assert done.exit_code == 0
    assert "No witness you named has seen this head" in done.stderr


def test_the_demonstration_s_keys_are_found_and_named(riik, receipts, tmp_path, monkeypatch):
    folder = tmp_path / "demo-out"
    folder.mkdir()
    for name in ("log-keys.txt", "witness-keys.txt"):
        shutil.copy(receipts / name, folder)
    monkeypatch.chdir(tmp_path)
    done = riik("tracker", "verify", receipts / "look.tlog-proof")
    assert done.exit_code == 0, done.output
    assert "a demonstration, it binds nobody" in done.stderr


REFUSED = [
    ("a look that was changed", "changed.tlog-proof", "log-keys.txt", [], "transparency.proof-refused, root"),
    ("a file that is no proof", "nothing.tlog-proof", "log-keys.txt", [], "transparency.proof-refused, shape"),
    ("another log's key", "look.tlog-proof", "stranger.txt", [], "transparency."),
    ("more witnesses than there are", "look.tlog-proof", "log-keys.txt", ["--threshold", "1"], "threshold"),
    ("a key that is none", "look.tlog-proof", "changed.tlog-proof", [], "key-shape"),
    ("a key file that isn't there", "look.tlog-proof", "nowhere.txt", [], "cli.refused, file"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "key", "more", "why"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_is_not_proved_ends_with_1_and_one_line(riik, receipts, file, key, more, why):
    done = riik("tracker", "verify", receipts / file, "--log-key", receipts / key, *more)
    assert done.exit_code == 1
    assert why in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_without_any_key_nothing_is_proved(riik, receipts, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = riik("tracker", "verify", receipts / "look.tlog-proof")
    assert (done.exit_code, "no-log-key" in done.stderr) == (1, True)
