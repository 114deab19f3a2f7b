"""`riik service`: can this folder run as a public service, and does it do what its tests say?"""

from collections.abc import Sequence
from pathlib import Path

import click

from riik.cli.folders import tell

__all__ = ["service"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def service() -> None:
    """Check public services, which are folders of data."""


@service.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@click.option(
    "--registers",
    multiple=True,
    type=FOLDER,
    metavar="DIR",
    help="Register folder that the services ask; may be repeated. Default: the catalogue's.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a folder.")
def check(folders: Sequence[Path], *, registers: Sequence[Path], as_json: bool) -> None:
    """Find what is wrong with each DIR before it runs, and run its tests (cases/*.toml).

    What is to be corrected is told with its file, its line and a remedy. Rules that no test meets,
    and what else is worth a look, are noted.

    Exit status: 0 all passed, 1 some did not or a folder was refused, 2 the command was wrong.
    """
    from riik.cli.checking import check_service, held_by

    held = held_by(registers)
    checks = [check_service(folder, registers=held) for folder in folders]
    for told in checks:
        tell(told, as_json=as_json)
    raise SystemExit(0 if all(told.passed for told in checks) else 1)
