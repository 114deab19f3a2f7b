"""`riik payments`: a bank's files at an authority's node, and at a bank's."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

__all__ = ["payments"]

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def payments() -> None:
    """Take a bank's file (camt.054), or write one."""


@payments.command()
@click.argument("node", metavar="NODE.TOML", type=PATH)
@click.argument("file", metavar="FILE", type=PATH)
def reconcile(node: Path, file: Path) -> None:
    """Take a bank's FILE (camt.054.001.08) at the authority of NODE.TOML.

    What settles a fee moves its case on; what does not waits at /desk/payments. The same file
    again changes nothing; a file whose sums do not add up is refused with the difference.

    Exit status: 0 taken, 1 refused and nothing taken, 2 the command was wrong.
    """
    from riik.node import read_config, reconcile_file

    taken = reconcile_file(read_config(node), file.read_bytes())
    click.echo(json.dumps({"new": taken.new, "known": taken.known, "standings": taken.standings}))


@payments.command()
@click.argument("node", metavar="NODE.TOML", type=PATH)
@click.argument("account", metavar="IBAN")
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="In UTC.")
def export(node: Path, account: str, day: datetime) -> None:
    """Write what was booked on IBAN on a day, at the bank of NODE.TOML, as camt.054.001.08.

    Exit status: 0 written, 1 refused, 2 the command was wrong.
    """
    from riik.node import export_movements, read_config

    since = day.replace(tzinfo=UTC)
    content = export_movements(
        read_config(node), account, since=since, until=since + timedelta(days=1)
    )
    click.echo(content, nl=False)
