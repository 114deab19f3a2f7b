"""`riik register`: make a register, check and publish it, and fill it from an existing table."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from riik.cli.files import read_folder, write_folder
from riik.cli.folders import tell
from riik.cli.importing import (
    Order,
    enrol_residents,
    import_table,
    new_register,
    propose_mapping,
    undo_run,
)

__all__ = ["register"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def register() -> None:
    """Make, check and fill registers, which are folders of data."""


@register.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=FOLDER)
@click.option("--node", metavar="NODE.TOML", type=FILE, help="Look at the table read in place too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a folder.")
def check(folders: Sequence[Path], *, node: Path | None, as_json: bool) -> None:
    """Find what is wrong with each DIR before it runs, and run its tests (cases/*.toml).

    What is to be corrected is told with its file, its line and a remedy. What was published in
    DIR is compared with what it is now: nothing of it may break unsaid. With --node the table
    that DIR reads in place is looked at, whether it has the columns that source.toml names.

    Exit status: 0 all passed, 1 some did not or a folder was refused, 2 the command was wrong.
    """
    from riik.cli.checking import check_register

    checks = [check_register(folder) for folder in folders]
    for told in checks:
        tell(told, as_json=as_json)
    for folder in folders if node is not None else ():
        _check_source(folder, node)
    raise SystemExit(0 if all(told.passed for told in checks) else 1)


@register.command()
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--from", "source", metavar="FILE", default="", help="A table whose columns to take.")
@click.option(
    "--table", default="", help="Table of a database, whose address FILE is; or a sheet of FILE."
)
@click.option("--in-place", is_flag=True, help="Read that database's table where it is; no copy.")
@click.option("--owner", default="owner", help="Role of the member that answers for it.")
@click.option("--language", "languages", multiple=True, default=("en",), show_default=True)
def new(folder: Path, *, source: str, table: str, in_place: bool, **said: Any) -> None:
    """Make a register's folder in DIR; its name is the register's id.

    With --from its fields are guessed from a table's columns; each guess is printed and stands
    marked in the folder. What is made passes `riik register check`. With --in-place the register
    answers from the database's table itself (source.toml) and takes no changes.

    Exit status: 0 made, 1 refused, 2 the command was wrong.
    """
    if in_place and (not table or Path(source).is_file()):
        raise click.UsageError("--in-place is for --table of a database")
    new_register(folder, source=source, table=table, in_place=in_place, **said)


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
@click.option(
    "--enrol", is_flag=True, help="Enrol the people at NODE's identity authority instead."
)
@click.option("--undo", metavar="RUN", default="", help="Take a run back.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as one JSON object.")
def import_(
    folder: Path, *, source: str, propose: bool, enrol: bool, undo: str, **asked: Any
) -> None:
    """Copy the rows of FILE into the register of REGISTER-FOLDER.

    FILE is a file of separated values or a workbook (XLSX), of which --table names the sheet. With
    --table it may be a database's address as SQLAlchemy writes it, or a secret's place:
    `env:NAME`, `file:PATH`.

    With --enrol the same file and mapping enrol residents: REGISTER-FOLDER is the population's,
    NODE the identity authority's. What was cut off goes on when it is begun again.

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
    elif enrol:
        enrol_residents(order)
    else:
        import_table(order)


@register.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--node", "node", metavar="NODE.TOML", type=FILE, help="Use the seal of this node's member."
)
@click.option("--key", type=FILE, help="Private key of the seal (PEM), instead of a node's.")
@click.option("--certificate", type=FILE, help="Certificate of that key (PEM or DER).")
def publish(folder: Path, *, node: Path | None, key: Path | None, certificate: Path | None) -> None:
    """Publish DIR as its owner: keep this version in published/, and seal all of the folder.

    DIR has to pass its check first. A version is published once; a later one must answer for what
    it takes away (versions.toml).

    Exit status: 0 published, 1 the check failed or it was refused, 2 the command was wrong.
    """
    from riik.cli.checking import check_register
    from riik.cli.sealing import seal_from_files, seal_of_node
    from riik.registers import publish_folder
    from riik.runtime.clock import SystemClock

    if node is not None:
        signer, der = seal_of_node(node)
    elif key is not None and certificate is not None:
        signer, der = seal_from_files(key, certificate)
    else:
        raise click.UsageError("name --node, or --key with --certificate")
    told = check_register(folder)
    if not told.passed:
        tell(told, as_json=False)
        raise SystemExit(1)
    files = read_folder(folder)
    sealed = publish_folder(files, signer=signer, certificate=der, at=SystemClock().now())
    write_folder({name: sealed[name] for name in sealed if sealed[name] != files.get(name)}, folder)
    click.echo(f"{folder}: {told.id} {told.version} is published under its owner's seal.")


@register.command()
@click.argument("folder", metavar="[DIR]", required=False, type=FOLDER)
@click.option("--node", metavar="NODE.TOML", type=FILE, help="What this node ran instead.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a version.")
def history(folder: Path | None, *, node: Path | None, as_json: bool) -> None:
    """List the versions of a register, the oldest first, and what each changed.

    Of DIR: those that its owner published. With --node: those that the node ran, and since when;
    DIR then says of which register, without it of all that the node keeps.

    Exit status: 0 told, 1 there is none, 2 the command was wrong.
    """
    if folder is None and node is None:
        raise click.UsageError("name DIR, or --node")
    rows = _ran(node, folder) if node is not None else _published(folder)
    for row in rows:
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
            continue
        click.echo("  ".join(filter(None, [row["register"], row["version"], row["at"], row["by"]])))
        for sentence in row["changed"]:
            click.echo(f"    {sentence}")
    if not rows:
        click.echo("No version was published yet: riik register publish DIR", err=True)
    raise SystemExit(0 if rows else 1)


def _check_source(folder: Path, node: Path | None) -> None:
    """Compare a table that is read in place with source.toml, in the node that knows where."""
    from riik.node import check_source, read_config
    from riik.registers import load_register

    if node is not None:
        check_source(read_config(node), load_register(read_folder(folder)))
        click.echo(f"{folder}: the table has every column that source.toml names", err=True)


def _published(folder: Path | None) -> list[dict[str, Any]]:
    from cryptography.x509 import load_der_x509_certificate

    from riik.core import to_text
    from riik.registers import load_register, published_versions

    files = read_folder(folder or Path())
    register = load_register(files).id
    return [
        {
            "register": register,
            "version": one.version,
            "at": to_text(one.seal.at) if one.seal else "",
            "by": load_der_x509_certificate(one.seal.certificate).subject.rfc4514_string()
            if one.seal
            else "",
            "digest": one.seal.digest if one.seal else "",
            "changed": list(one.changed),
        }
        for one in published_versions(files)
    ]


def _ran(node: Path, folder: Path | None) -> list[dict[str, Any]]:
    from riik.core import to_text
    from riik.node import read_config, versions_ran
    from riik.registers import load_register

    config = read_config(node)
    wanted = [load_register(read_folder(folder)).id] if folder else []
    return [
        {
            "register": register,
            "version": one.version,
            "at": to_text(one.began_at),
            "by": "",
            "digest": one.digest,
            "changed": list(one.changed),
        }
        for register, ran in versions_ran(config, wanted).items()
        for one in ran
    ]
