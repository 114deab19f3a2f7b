"""`run.py`, the first thing a newcomer starts: what is missing is told with its remedy."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def starter():
    """`run.py` as a module; importing it starts nothing."""
    spec = importlib.util.spec_from_file_location("starter", ROOT / "run.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SAID = [
    ("OSError: [Errno 28] No space left on device", "the disk is full"),
    ("ProxyError('Cannot connect to proxy')", "the proxy did not let pip through"),
    ("SSLError: CERTIFICATE_VERIFY_FAILED", "TLS to the package index failed"),
    ("THESE PACKAGES DO NOT MATCH THE HASHES", "a package differs from its pin"),
    ("NewConnectionError: connection refused", "the package index can't be reached"),
    ("No matching distribution found for x==1", "a pinned package is not to be had"),
    ("something new", "pip failed"),
]


@pytest.mark.parametrize(("output", "problem"), SAID, ids=[said[1] for said in SAID])
def test_what_pip_says_becomes_a_problem_with_a_remedy(starter, output, problem):
    found, remedy = starter.remedy_for(output)
    assert found.startswith(problem)
    assert remedy


def test_a_problem_is_one_line_and_ends_with_2(starter, capsys):
    with pytest.raises(SystemExit) as ended:
        starter.stop("the disk is full", "free some")
    assert ended.value.code == 2
    assert capsys.readouterr().err == "riik: the disk is full. Remedy: free some\n"


def test_an_old_python_is_told_which_one_is_needed(starter, capsys, tmp_path):
    program = (ROOT / "run.py").read_text().replace("(3, 11)", "(9, 0)")
    program = program.replace('"python3.14", "python3.13", "python3.12", "python3.11"', '"none"')
    (tmp_path / "run.py").write_text(program)
    done = subprocess.run(
        [sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "Riik needs 3.11 or later" in done.stderr


def test_a_full_disk_is_told_before_anything_is_installed(starter, capsys, tmp_path):
    starter.VENV, kept = str(tmp_path / "none"), starter.VENV
    starter.NEEDED_MB, needed = 10**9, starter.NEEDED_MB
    try:
        with pytest.raises(SystemExit):
            starter.check_disk()
    finally:
        starter.VENV, starter.NEEDED_MB = kept, needed
    assert "MB are free here" in capsys.readouterr().err
