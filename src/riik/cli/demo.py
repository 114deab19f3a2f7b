"""`riik demo`: a small country of separate organisations on this machine."""

from functools import partial
from pathlib import Path

import click

__all__ = ["demo"]

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.command()
@click.option("--once", is_flag=True, help="Walk one licence through, then end: 0 or 1.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object as the result.")
@click.option("--processes", is_flag=True, help="Run each node as a process of its own.")
@click.option(
    "--country",
    type=click.Choice(["ee", "vn"]),
    default="ee",
    show_default=True,
    help="By which country's rules.",
)
@click.option("--fresh", is_flag=True, help="Forget what an earlier run left and begin anew.")
@click.option(
    "--state",
    type=FOLDER,
    default=Path("demo-state"),
    show_default=True,
    help="Where the country's keys and databases are.",
)
@click.option(
    "--out",
    type=FOLDER,
    default=Path("demo-out"),
    show_default=True,
    help="Where the journey's papers, evidence and receipts go.",
)
@click.option("--no-browser", is_flag=True, help="Don't open the front page in a browser.")
@click.option("--residents", type=click.IntRange(10, 100_000), help="How many people live there.")
def demo(
    *,
    once: bool,
    as_json: bool,
    processes: bool,
    country: str,
    fresh: bool,
    state: Path,
    out: Path,
    no_browser: bool,
    residents: int | None,
) -> None:
    """Start a demonstration country and renew a driving licence in it.

    Some fifteen organisations, each with its own keys and database, talk over the exchange as
    they would across a country. Nothing of it is real but the protocols, signatures and rules:
    see the page of the country for what is simulated.

    Exit status: 0 the journey ended as it should, 1 it did not, 2 the command was wrong.
    """
    from riik.demo import Options, run, run_demonstration

    options = Options(
        country=country,
        state=state / country,
        out=out,
        once=once,
        processes=processes,
        fresh=fresh,
        as_json=as_json,
        residents=residents,
        opens_browser=not (once or as_json or no_browser),
    )
    good = run(run_demonstration(options, tell=partial(click.echo, err=True), show=click.echo))
    raise SystemExit(0 if good else 1)
