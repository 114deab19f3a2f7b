"""`riik service`: can this folder run as a public service, and does it do what its tests say?"""

from collections.abc import Sequence
from importlib.resources import files as package_files
from pathlib import Path
from textwrap import shorten

import click

from riik.cli.files import read_folder
from riik.cli.folders import Told, tell

__all__ = ["service"]

LONGEST_NOTE = 160
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def service() -> None:
    """Check public services, which are folders of data."""


@service.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a folder.")
def check(folders: Sequence[Path], *, as_json: bool) -> None:
    """Read each DIR as a public service and run its tests (cases/*.toml).

    What the platform can't run is refused by name. Rules that no test meets, and what else is
    worth a look, are noted.

    Exit status: 0 all passed, 1 some did not or a folder was refused, 2 the command was wrong.
    """
    checks = [_check(folder) for folder in folders]
    for told in checks:
        tell(told, as_json=as_json)
    raise SystemExit(0 if all(told.passed for told in checks) else 1)


def _check(folder: Path) -> Told:
    from riik.rules import check as look_over
    from riik.services import check as run_tests
    from riik.services import read_service

    files = read_folder(folder)
    standard = package_files("riik.services").joinpath("standard.bpmn").read_bytes()
    definition = read_service(files, standard=standard)
    found = run_tests(files, definition=definition)
    notes = [f"no test meets rule {number} of {table}" for table, number in found.unmet]
    notes += [
        f"officials read what the person reads of {one.code!r} in {language}"
        for language in definition.languages
        for one in definition.grounds
        if definition.ground(one.code, language)["quoted"]
    ]
    if definition.rules is not None:
        notes += [shorten(one.text, LONGEST_NOTE) for one in look_over(definition.rules)]
    return Told(
        kind="service",
        id=definition.id,
        version=definition.version,
        digest=definition.digest,
        outcomes=found.outcomes,
        notes=notes,
    )
