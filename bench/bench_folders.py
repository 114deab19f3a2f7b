"""How long does the check of a service's folder take, beside only reading and testing it?

``python -m bench.bench_folders`` prints one JSON object: for each folder of the catalogue the
seconds of the whole check (findings with their lines, against the catalogue's registers) and of
`read_service` with the folder's tests, in the same run, the median of several rounds; and of the
whole command, with Python's start.
"""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import riik
from riik.cli.checking import check_service, held_by, standard_process
from riik.cli.files import read_folder
from riik.services import check, read_service

CATALOGUE = Path(riik.__file__).parent / "catalogue" / "services"
ROUNDS = 5


def took(action: Callable[[], object]) -> float:
    """Seconds, the median of several rounds."""
    found = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        found.append(time.perf_counter() - start)
    return median(found)


def read_and_test(folder: Path) -> None:
    files = read_folder(folder)
    check(files, definition=read_service(files, standard=standard_process()))


def command(folder: Path) -> None:
    words = [sys.executable, "-m", "riik.cli", "service", "check", str(folder)]
    subprocess.run(words, check=True, capture_output=True)


def main() -> None:
    held = held_by(())
    told = {}
    for folder in sorted(CATALOGUE.iterdir()):
        checked = took(lambda folder=folder: check_service(folder, registers=held))
        tested = took(lambda folder=folder: read_and_test(folder))
        told[folder.name] = {
            "check_s": round(checked, 3),
            "read_and_test_s": round(tested, 3),
            "ratio": round(checked / tested, 2),
            "command_s": round(took(lambda folder=folder: command(folder)), 2),
        }
    registers = round(took(lambda: held_by(())), 3)
    print(json.dumps({"folders": told, "registers_read_s": registers}, indent=1))


if __name__ == "__main__":
    main()
