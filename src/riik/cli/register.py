"""`riik register`: is this folder a register, and are its rights what its tests say?"""

from collections.abc import Sequence
from pathlib import Path

import click

from riik.cli.files import read_folder
from riik.cli.folders import Told, tell

__all__ = ["register"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def register() -> None:
    """Check registers, which are folders of data."""


@register.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a folder.")
def check(folders: Sequence[Path], *, as_json: bool) -> None:
    """Read each DIR as a register and run its tests (cases/*.toml).

    Exit status: 0 all passed, 1 some did not or a folder was refused, 2 the command was wrong.
    """
    checks = [_check(folder) for folder in folders]
    for told in checks:
        tell(told, as_json=as_json)
    raise SystemExit(0 if all(told.passed for told in checks) else 1)


def _check(folder: Path) -> Told:
    from riik.registers import check as run_tests
    from riik.registers import load_register

    definition = load_register(read_folder(folder))
    return Told(
        kind="register",
        id=definition.id,
        version=definition.version,
        digest=definition.digest,
        outcomes=run_tests(definition),
    )
