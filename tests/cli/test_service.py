"""`riik service new`, `test` and `diff`, as a developer of an agency uses them."""

import json
import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

import riik as package
from riik.runtime.clock import SystemClock
from riik.testing.pki import make_pki

CATALOGUE = Path(package.__file__).parent / "catalogue" / "services"


def lines_in(folder):
    return sum(len(path.read_bytes().splitlines()) for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("languages", ["en", "et", "vi,en", "et,vi,en"])
def test_a_new_service_passes_its_check_in_under_60_lines(riik, tmp_path, languages):
    folder = tmp_path / "tree-felling"
    assert riik("service", "new", folder, "--languages", languages).exit_code == 0
    told = json.loads(riik("service", "check", "--json", folder).stdout)
    assert (told["id"], told["passed"], told["findings"]) == ("tree-felling", True, [])
    assert lines_in(folder) < 60


def test_a_copy_has_its_own_id_and_passes(riik, tmp_path):
    folder = tmp_path / "second-course"
    assert riik("service", "new", folder, "--from", "driving-course").exit_code == 0
    told = json.loads(riik("service", "check", "--json", folder).stdout)
    assert (told["id"], told["version"], told["passed"]) == ("second-course", "0.1", True)


REFUSED = [
    ("an id with a capital", "Tree", [], "no id"),
    ("an id that climbs", "..x", [], "no id"),
    ("a language without words", "tree", ["--languages", "en,fr"], "not in ['fr']"),
    ("no language", "tree", ["--languages", ","], "has words in"),
    ("a service that isn't there", "tree", ["--from", "../../etc"], "no service"),
]


@pytest.mark.parametrize(
    ("name", "options", "words"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_what_makes_no_service_is_refused_and_leaves_nothing(riik, tmp_path, name, options, words):
    done = riik("service", "new", tmp_path / name, *options)
    assert done.exit_code == 1
    assert words in done.stderr
    assert not (tmp_path / name).exists()


def test_a_folder_that_has_something_is_left_alone(riik, tmp_path):
    (tmp_path / "mine.txt").write_text("keep me")
    done = riik("service", "new", tmp_path)
    assert (done.exit_code, [path.name for path in tmp_path.iterdir()]) == (1, ["mine.txt"])


def copy(tmp_path, name="driving-licence"):
    folder = tmp_path / name
    shutil.copytree(CATALOGUE / name, folder)
    return folder


def change(folder, name, old, new):
    source = (folder / name).read_text(encoding="utf-8")
    assert old in source
    (folder / name).write_text(source.replace(old, new, 1), encoding="utf-8")


def test_cases_are_a_table_with_the_rows_they_reached(riik):
    done = riik("service", "test", CATALOGUE / "driving-course")
    assert done.exit_code == 0
    assert "8 of 8 cases passed; 3 of 3 rows of rules reached" in done.stdout
    assert "too-young" in done.stdout


def test_a_row_that_no_case_reached_is_named_and_a_failure_shown(riik, tmp_path):
    folder = copy(tmp_path, "driving-course")
    source = (folder / "cases" / "age.toml").read_text(encoding="utf-8")
    kept = "[[case]]".join(source.split("[[case]]")[:2]).replace("official", "grant")
    (folder / "cases" / "age.toml").write_text(kept, encoding="utf-8")
    done = riik("service", "test", folder)
    assert done.exit_code == 1
    assert "Ground: 1 of 3 rows reached; no case reached 1, 2" in done.stdout
    assert "found outcome official; wanted outcome grant" in done.stdout


def test_the_same_folder_has_no_difference(riik):
    done = riik("service", "diff", CATALOGUE / "driving-licence", CATALOGUE / "driving-licence")
    assert (done.exit_code, done.stdout) == (0, "")


CHANGES = [
    ("a fee", "rules.dmn", "<text>2300</text>", "<text>2500</text>", ["fees:", "online: was 23.00 EUR, is 25.00 EUR", "row 7: was otherwise → 2300"]),
    ("a deadline", "service.toml", "deadline-days = 14", "deadline-days = 30", ["days to decide: was 14, is 30"]),
    ("a choice", "form.json", '{"const": "lost", "title": "I lost it"},', "", ["choice of reason is gone: lost: I lost it"]),
    ("a field of a register", "needs.toml", '"residence_days"]', '"residence_days", "middle_names"]', ["field asked of population is new: middle_names"]),
    ("a translation", "locale/et.po", "Miks vajad uut juhiluba?", "Miks sul on vaja uut juhiluba?", ["et, 'Why do you need a new licence?': was Miks vajad"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("file", "old", "new", "words"), [c[1:] for c in CHANGES], ids=[c[0] for c in CHANGES]
)
def test_what_changes_for_people_is_said_in_words(riik, tmp_path, file, old, new, words):
    folder = copy(tmp_path)
    change(folder, file, old, new)
    done = riik("service", "diff", CATALOGUE / "driving-licence", folder, "--on", "2026-11-30")
    assert done.exit_code == 1, done.stderr
    for each in words:
        assert each in done.stdout, done.stdout


def test_what_nobody_meets_is_said_to_be_that(riik, tmp_path):
    folder = copy(tmp_path)
    change(folder, "rules.dmn", "<!-- The law", "<!-- The good law")
    done = riik("service", "diff", CATALOGUE / "driving-licence", folder)
    assert "nothing that people meet" in done.stdout


@pytest.fixture(scope="module")
def seal(tmp_path_factory):
    """Key and certificate of an authority's seal, in files."""
    folder, one = tmp_path_factory.mktemp("seal"), make_pki(at=SystemClock().now()).seal()
    (folder / "key.pem").write_bytes(one.key.pem())
    (folder / "seal.der").write_bytes(one.certificate)
    return folder


def test_a_service_is_signed_and_taken_over_by_another_authority(riik, tmp_path, seal):
    folder, mine = copy(tmp_path, "driving-course"), tmp_path / "mine"
    keys = ("--key", seal / "key.pem", "--certificate", seal / "seal.der")
    done = riik("service", "sign", folder, *keys)
    assert done.exit_code == 0, done.stderr
    adopt = ("service", "import", folder, mine, "--owner", "school", "--signer", seal / "seal.der")
    assert riik(*adopt).exit_code == 0
    assert (mine / "origin" / "1.jws").read_bytes() == (folder / "signature.jws").read_bytes()
    assert riik("service", "check", mine).exit_code == 0
    assert riik(*adopt).exit_code == 1  # there is something now


def test_a_changed_byte_is_not_taken_over(riik, tmp_path, seal):
    folder, mine = copy(tmp_path, "driving-course"), tmp_path / "mine"
    riik("service", "sign", folder, "--key", seal / "key.pem", "--certificate", seal / "seal.der")
    change(folder, "rules.dmn", "186", "187")
    done = riik("service", "import", folder, mine, "--owner", "x", "--signer", seal / "seal.der")
    assert done.exit_code == 1
    assert "changed after it was signed" in done.stderr
    assert not mine.exists()


def test_a_zip_that_climbs_writes_nothing(riik, tmp_path, seal):
    folder, bad = copy(tmp_path, "driving-course"), tmp_path / "bad.zip"
    (folder / "letters").mkdir()
    riik("service", "sign", folder, "--key", seal / "key.pem", "--certificate", seal / "seal.der")
    with ZipFile(bad, "w") as file:
        file.writestr("letters/../../../climbed.typ", "x")
        for path in folder.rglob("*"):
            if path.is_file():
                file.write(path, path.relative_to(folder).as_posix())
    done = riik(
        "service", "import", bad, tmp_path / "m", "--owner", "x", "--signer", seal / "seal.der"
    )
    assert done.exit_code == 1
    assert not list(tmp_path.rglob("climbed.typ"))


def test_nobody_signs_without_a_key(riik, tmp_path):
    assert riik("service", "sign", copy(tmp_path, "driving-course")).exit_code == 2


def test_a_service_is_printed_for_paper(riik, tmp_path):
    out = tmp_path / "form.pdf"
    answers = tmp_path / "answers.json"
    answers.write_text('{"reason": "lost"}')
    done = riik("service", "paper", CATALOGUE / "driving-licence", "--out", out,
                "--language", "et", "--answers", answers)  # fmt: skip
    assert done.exit_code == 0, done.output
    assert out.read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("content", ["", "[]", "{", '"text"', "[" * 100_000])
def test_answers_that_are_none_print_no_form(riik, tmp_path, content):
    out, answers = tmp_path / "form.pdf", tmp_path / "answers.json"
    answers.write_text(content)
    done = riik("service", "paper", CATALOGUE / "driving-licence", "--out", out,
                "--answers", answers)  # fmt: skip
    assert (done.exit_code, out.exists()) == (1, False)


def test_a_language_that_a_service_does_not_speak_prints_no_form(riik, tmp_path):
    out = tmp_path / "form.pdf"
    done = riik("service", "paper", CATALOGUE / "driving-licence", "--out", out, "--language", "fr")
    assert (done.exit_code, out.exists()) == (1, False)
