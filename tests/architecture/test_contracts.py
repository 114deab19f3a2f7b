"""The contracts of pyproject.toml hold, and each catches the trespass planted for it."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# One line of code in a room where it must not be, for each contract.
TRESPASSES = [
    ("layers", "formats/planted.py", "import riik.trust\n"),
    ("layers", "transparency/planted.py", "import riik.signatures\n"),
    ("layers", "exchange/planted.py", "import riik.cases\n"),
    ("layers", "kitchen/__init__.py", '"""A room that no layer knows."""\n'),
    ("roots", "exchange/planted.py", "import riik.trust.paths\n"),
    ("input-output", "registers/planted.py", "import riik.registers.store\n"),
    ("roots", "demo/planted.py", "import riik.portal.operator.page\n"),
    ("input-output", "portal/citizen/planted.py", "import riik.portal.design.http\n"),
    ("engines", "trust/planted.py", "import riik.runtime.clock\n"),
    ("simulators", "node/planted.py", "import riik.testing\n"),
    ("citizen", "portal/planted.py", "import riik.services\n"),
    ("once-only", "services/planted.py", "import riik.registers\n"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as run; run()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": f"{folder / 'src'}:{folder}", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    """A copy of the house in which trespasses can be planted."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "src", folder / "src", ignore=shutil.ignore_patterns("*.egg-info"))
    shutil.copytree(ROOT / "tests" / "architecture", folder / "tests" / "architecture")
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_all_contracts_are_kept(house):
    done = lint(house)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize(("contract", "place", "line"), TRESPASSES, ids=str)
def test_a_planted_trespass_is_caught(house, contract, place, line):
    planted = house / "src" / "riik" / place
    planted.parent.mkdir(exist_ok=True)
    planted.write_text(line)
    try:
        done = lint(house)
    finally:
        planted.unlink()
        if not any(planted.parent.glob("*.py")):
            shutil.rmtree(planted.parent)
    assert done.returncode == 1, done.stdout
    assert f"{name_of(contract)} BROKEN" in done.stdout.replace("\n", " ")


def name_of(contract: str) -> str:
    import tomllib

    tool = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return next(c["name"] for c in tool["contracts"] if c["id"] == contract)
