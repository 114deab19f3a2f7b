"""`riik register`: make a register, check it, and fill it from an existing table."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from riik.cli.files import read_folder
from riik.cli.folders import Told, tell
from riik.cli.importing import Order, import_table, new_register, propose_mapping, undo_run

__all__ = ["register"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def register() -> None:
    """Make, check and fill registers, which are folders of data."""


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


@register.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "source", metavar="FILE", default="", help="A table whose columns to take.")
@click.option(
    "--table", default="", help="Table of a database, whose address FILE is; or a sheet of FILE."
)
@click.option("--owner", default="owner", help="Role of the member that answers for it.")
@click.option("--language", "languages", multiple=True, default=("en",), show_default=True)
def new(folder: Path, *, source: str, table: str, owner: str, languages: tuple[str, ...]) -> None:
    """Make a register's folder in DIR; its name is the register's id.

    With --from its fields are guessed from a table's columns; each guess is printed and stands
    marked in the folder. What is made passes `riik register check`.

    Exit status: 0 made, 1 refused, 2 the command was wrong.
    """
    new_register(folder, source=source, table=table, owner=owner, languages=languages)


@register.command("import")
@click.argument("folder", metavar="REGISTER-FOLDER", type=FOLDER)
@click.argument("source", metavar="[FILE]", default="")
@click.option(
    "--table", default="", help="Table of a database, whose address FILE is; or a sheet of FILE."
)
@click.option("--mapping", type=FILE, help="Which column becomes which field.")
@click.option("--node", type=FILE, help="The node that keeps the register.")
@click.option(
    "--rejected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where rejected rows go; FILE.rejected.csv is the default.",
)
@click.option("--propose", is_flag=True, help="Print a mapping to begin with, and do no more.")
@click.option("--dry-run", "dry", is_flag=True, help="Say what would be written.")
@click.option("--resume", is_flag=True, help="Go on with a run that was cut off.")
@click.option("--undo", metavar="RUN", default="", help="Take a run back.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def import_(folder: Path, *, source: str, propose: bool, undo: str, **asked: Any) -> None:
    """Copy the rows of FILE into the register of REGISTER-FOLDER.

    FILE is a file of separated values or a workbook (XLSX), of which --table names the sheet. With
    --table it may be a database's address as SQLAlchemy writes it, or a secret's place:
    `env:NAME`, `file:PATH`.

    Exit status: 0 every row is in the register, 1 some were rejected or the import was refused,
    2 the command was wrong.
    """
    order = Order(folder=folder, source=source, **asked)
    if not source and not undo:
        raise click.UsageError("FILE is missing")
    if undo:
        undo_run(order, undo)
    elif propose:
        propose_mapping(order)
    else:
        import_table(order)


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
