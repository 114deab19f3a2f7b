"""`riik service check` and `riik register check`."""

import json
import shutil
from pathlib import Path

import pytest

import riik as package

CATALOGUE = Path(package.__file__).parent / "catalogue"
FOLDERS = [
    (path.parent.name.removesuffix("s"), path)
    for path in sorted([*CATALOGUE.glob("services/*"), *CATALOGUE.glob("registers/*")])
]


@pytest.mark.parametrize(("kind", "folder"), FOLDERS, ids=lambda each: getattr(each, "name", each))
def test_every_folder_of_the_catalogue_passes(riik, kind, folder):
    done = riik(kind, "check", folder)
    assert done.exit_code == 0, done.output
    assert "NO  " not in done.stdout
    assert "0 failed." in done.stderr


def copy(kind, name, to):
    folder = to / name
    shutil.copytree(CATALOGUE / f"{kind}s" / name, folder)
    return folder


def change(folder, name, old, new):
    source = (folder / name).read_text(encoding="utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1), encoding="utf-8")


def test_a_test_that_fails_says_what_was_found_and_wanted(riik, tmp_path):
    folder = copy("service", "driving-course", tmp_path)
    change(folder, "rules.dmn", "&lt; 186", "&lt; 187")
    done = riik("service", "check", folder)
    assert done.exit_code == 1
    assert "NO  who is 15 years and 6 months old today" in done.stdout
    assert "      wanted  outcome official" in done.stdout


def test_a_ground_without_words_for_officials_is_noted(riik, tmp_path):
    folder = copy("service", "driving-course", tmp_path)
    change(folder, "locale/et.po", 'msgctxt "official"\nmsgid "too-young"', 'msgid "too-old"')
    told = json.loads(riik("service", "check", "--json", folder).stdout)
    noted = [one for one in told["notes"] if one.startswith("officials read")]
    assert noted == ["officials read what the person reads of 'too-young' in et"]


def test_a_machine_gets_every_test(riik, tmp_path):
    folder = copy("service", "driving-course", tmp_path)
    told = json.loads(riik("service", "check", "--json", folder).stdout)
    assert (told["id"], told["passed"]) == ("driving-course", True)
    assert all(test["passed"] for test in told["tests"])


REFUSED = [
    ("an unknown key", "service", "driving-course", "service.toml", "deadline-days", "dedline-days", "did you mean 'deadline-days'"),
    ("rules that aren't XML", "service", "driving-course", "rules.dmn", "<definitions", "<<", "Remedy"),
    ("a process with a script", "service", "driving-course", "process.bpmn", '<startEvent id="asked"/>', '<startEvent id="asked"/><scriptTask id="x"/>', "scriptTask"),
    ("an unknown key of a register", "register", "population", "register.toml", "owner =", "owna =", "did you mean 'owner'"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "name", "file", "old", "new", "why"),
    [r[1:] for r in REFUSED],
    ids=[r[0] for r in REFUSED],
)
def test_a_folder_that_cant_run_is_refused_in_one_line(
    riik, tmp_path, kind, name, file, old, new, why
):
    folder = copy(kind, name, tmp_path)
    change(folder, file, old, new)
    done = riik(kind, "check", folder)
    assert done.exit_code == 1
    assert why in done.stderr
    # A check says in a last line of its own how it ended.
    assert done.stderr.count("\n") == 2
    assert f"{file}:" in done.stderr


def test_links_and_hidden_files_are_left_out(riik, tmp_path):
    folder = copy("service", "driving-course", tmp_path)
    (folder / "passwd").symlink_to("/etc/passwd")
    (folder / ".DS_Store").write_bytes(b"x")
    assert riik("service", "check", folder).exit_code == 0


def test_a_folder_without_tests_does_not_pass(riik, tmp_path):
    folder = copy("service", "driving-course", tmp_path)
    shutil.rmtree(folder / "cases")
    done = riik("service", "check", folder)
    assert (done.exit_code, "no tests in cases/" in done.stderr) == (1, True)
