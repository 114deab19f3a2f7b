"""What `riik register new` and `riik register import` do, and how they tell it."""

import json
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from riik.cli.complaints import CommandRefused
from riik.cli.files import read_file, read_folder

if TYPE_CHECKING:
    from riik.node import NodeConfig
    from riik.registers import MappingFile, Plan, RegisterDefinition, Report

__all__ = [
    "Order",
    "enrol_residents",
    "import_table",
    "new_register",
    "propose_mapping",
    "undo_run",
]

SAMPLE_ROWS = 5_000
ENROLLED = "enrolled"
"""Stands for a run: of enrolments nothing is kept but the people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked on the command line.

    Attributes:
        folder: The register's.
        source: A file, or a database's address when `table` is given.
        table: A table of it; of a workbook, a sheet.
        mapping: The mapping file.
        node: The node's file.
        rejected: Where rejected rows go.
        dry: Nothing is written.
        resume: A run that was cut off goes on.
        as_json: The report is one JSON object.
    """

    folder: Path
    source: str
    table: str
    mapping: Path | None
    node: Path | None
    rejected: Path | None
    dry: bool
    resume: bool
    as_json: bool

    @property
    def is_file(self) -> bool:
        """Is the source a file? `table` is then the sheet of a workbook."""
        return not self.table or Path(self.source).is_file()


def new_register(
    folder: Path,
    *,
    source: str,
    table: str,
    owner: str,
    languages: tuple[str, ...],
    in_place: bool,
) -> None:
    """Write a register's folder, and say everything that was guessed."""
    from riik.node import birth_places, open_source
    from riik.registers import SourceShape, check, found_register, guess_columns, load_register

    if folder.exists() and any(folder.iterdir()):
        raise CommandRefused(f"{folder} is not empty", why="file")
    guesses: tuple[Any, ...] = ()
    if source:
        found = open_source(source, table=table, shape=SourceShape(), config=None)
        rows = [row.cells for row in islice(found.rows(), SAMPLE_ROWS) if not row.fault]
        guesses = guess_columns(found.header, rows, places=birth_places())
    made = found_register(
        folder.name,
        owner=owner,
        languages=languages,
        columns=guesses,
        table=table if in_place else "",
    )
    definition = load_register(made.files)
    failed = [outcome.id for outcome in check(definition) if not outcome.passed]
    if failed:
        raise CommandRefused(f"the new folder fails its own test {failed[0]!r}", why="folder")
    for name, content in made.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    for guess in made.guesses:
        click.echo(f"guessed  {guess}")
    click.echo(f"{folder}: {len(definition.schema.fields)} fields; read every guess.", err=True)


def propose_mapping(order: Order) -> None:
    """Print a mapping for this table, to be read and corrected."""
    from riik.node import birth_places, open_source
    from riik.registers import SourceShape, guess_columns, propose

    found = open_source(
        order.source, table=order.table, shape=SourceShape(), config=_config(order.node)
    )
    rows = [row.cells for row in islice(found.rows(), SAMPLE_ROWS) if not row.fault]
    text = propose(
        _definition(order.folder),
        guess_columns(found.header, rows, places=birth_places()),
        encoding=found.encoding,
        sheet=order.table if order.is_file else "",
        delimiter=found.delimiter,
        country="EE",
        today=date.today(),  # noqa: DTZ011
    )
    click.echo(text, nl=False)


def import_table(order: Order) -> None:
    """Import a table, or try it out."""
    from riik.node import open_importer, open_rejects

    config, source = _opened(order)
    with open_importer(config, _definition(order.folder, country=_country(config))) as importer:
        plan = _plan(order, importer.holding.definition, source)
        path = _apart(order.rejected or _beside(order), order)
        rejects = open_rejects(path, source)
        if order.dry:
            rejects.cut(0)
            report = importer.dry_run(plan, source, rejects=rejects, told=_progress)
            run = ""
        else:
            done, report = importer.run(
                plan, source, rejects=rejects, resume=order.resume, told=_progress
            )
            run = done.run
    _end(order, report, source, run=run, path=path)


def enrol_residents(order: Order) -> None:
    """Enrol the people of a file at the identity authority, or try it out."""
    from riik.node import open_enrolling, open_rejects

    config, source = _opened(order)
    definition = _definition(order.folder, country=_country(config))
    plan = _plan(order, definition, source)
    path = _apart(order.rejected or _beside(order), order)
    with open_enrolling(config, definition) as enrolling:
        rejects = open_rejects(path, source)
        report = enrolling(plan, source, rejects=rejects, dry=order.dry, told=_progress)
    _end(order, report, source, run="" if order.dry else ENROLLED, path=path)


def _opened(order: Order) -> "tuple[NodeConfig, Any]":
    """The node and the source; what was recognised is told."""
    from riik.node import open_source

    config, shape = _needed(order.node), _mapping(order).source
    source = open_source(order.source, table=order.table, shape=shape, config=config)
    for line in source.told:
        click.echo(line, err=True)
    return config, source


def _plan(order: Order, definition: "RegisterDefinition", source: Any) -> "Plan":
    from riik.node import birth_places
    from riik.registers import make_plan

    return make_plan(
        _mapping(order),
        header=source.header,
        definition=definition,
        places=birth_places(),
        encoding=source.encoding,
    )


def _end(order: Order, report: "Report", source: Any, *, run: str, path: Path) -> None:
    """Tell what became of the rows; exit status 1 when some were rejected."""
    for line in source.remarks:
        click.echo(line, err=True)
    _tell(report, run=run, rejected=path if report.rejected else None, as_json=order.as_json)
    raise SystemExit(1 if report.rejected else 0)


def undo_run(order: Order, run: str) -> None:
    """Take a run back."""
    from riik.node import open_importer

    config = _needed(order.node)
    definition = _definition(order.folder, country=_country(config))
    with open_importer(config, definition) as importer:
        closed = importer.undo(run, told=lambda count: click.echo(f"{count} closed", err=True))
    if order.as_json:
        click.echo(json.dumps({"run": run, "closed": closed}))
    else:
        click.echo(f"run {run} is undone: {closed} records closed; their history stays")


def _mapping(order: Order) -> "MappingFile":
    from riik.registers import read_mapping

    if order.mapping is None:
        raise CommandRefused("no mapping was given", why="mapping")
    return read_mapping(read_file(order.mapping, most=1_000_000))


def _definition(folder: Path, *, country: str = "") -> "RegisterDefinition":
    from riik.registers import load_register

    return load_register(read_folder(folder), country=country)


def _config(node: Path | None) -> "NodeConfig | None":
    from riik.node import read_config

    return read_config(node) if node else None


def _needed(node: Path | None) -> "NodeConfig":
    config = _config(node)
    if config is None:
        raise CommandRefused("no node was given", why="node")
    return config


def _country(config: "NodeConfig") -> str:
    return config.file.node.profile


def _beside(order: Order) -> Path:
    """The file of rejected rows lies beside the source, or here for a database's table."""
    name = Path(order.source if order.is_file else order.table)
    return name.with_name(f"{name.stem}.rejected.csv")


def _apart(path: Path, order: Order) -> Path:
    """The file of rejected rows is written anew: never over what it must not touch."""
    kept = [order.mapping, order.node, Path(order.source) if order.is_file else None]
    if any(one is not None and path.exists() and path.samefile(one) for one in kept):
        raise CommandRefused(f"{path} is needed for the import itself", why="rejected")
    return path


def _progress(report: "Report") -> None:
    click.echo(
        f"{report.read} read, {report.written} written, {report.repeated} repeated,"
        f" {report.rejected} rejected",
        err=True,
    )


def _tell(report: "Report", *, run: str, rejected: Path | None, as_json: bool) -> None:
    told = report.to_json()
    if as_json:
        click.echo(json.dumps({"run": run, **told, "file": str(rejected or "")}))
        return
    if run != ENROLLED:
        click.echo(f"run {run}" if run else "dry run, nothing was written")
    for name in ("read", "written", "repeated", "rejected"):
        click.echo(f"  {name:<10}{told[name]:>12}")
    for reason, count in told["reasons"].items():
        click.echo(f"    {count:>8}  {reason}")
    for column, count in told["ambiguous"].items():
        click.echo(f"  {column}: {count} dates would be other days in another order")
    for column, sums in told["totals"].items():
        parts = ", ".join(f"{name} {amount}" for name, amount in sums.items())
        click.echo(f"  total of {column}: {parts}")
    if rejected:
        click.echo(f"  rejected rows with line and reason: {rejected}")
