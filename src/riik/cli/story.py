"""`riik story`: people's stories, told against the demonstration country."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from riik.demo import Step, Told

__all__ = ["story"]

RESIDENTS = 60
"""Of a small country in which one story is told: few are founded quickly."""


@click.command()
@click.argument("name", required=False)
@click.option("--as", "variant", default="", help="A variant, such as `refused-medical`.")
@click.option("--all", "every", is_flag=True, help="Every variant of the story.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a story.")
@click.option(
    "--country",
    type=click.Choice(["ee", "vn"]),
    default=None,
    help="Where; by default in the country whose story it is, else in ee.",
)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("demo-state"),
    show_default=True,
    help="Where the country's keys and databases are.",
)
def story(
    name: str | None,
    *,
    variant: str,
    every: bool,
    as_json: bool,
    country: str | None,
    state: Path,
) -> None:
    """Tell a story, such as `driving-licence`; without a NAME, list those there are.

    With --country only its own are listed.

    Exit status: 0 it ended as its data say, 1 it did not, 2 the command was wrong.
    """
    from riik.demo import countries_of, run, stories

    known = stories()
    if name is None:
        told = [one for one in known if country is None or country in countries_of(one)]
        for one, variants in ((one, known[one]) for one in told):
            click.echo(f"{one}: {', '.join(variants)}")
        return
    _check(name, known, hint="NAME", what="story")
    if variant:
        _check(variant, known[name], hint="--as", what=f"variant of {name}")
    lived = countries_of(name)
    here = country or lived[0]
    _check(here, lived, hint="--country", what=f"country of {name}")
    chosen = list(known[name]) if every else [variant]
    good = run(_tell(name, chosen, here, state / here, as_json=as_json))
    raise SystemExit(0 if good else 1)


def _check(name: str, known: Collection[str], *, hint: str, what: str) -> None:
    if name not in known:
        message = f"there is no {what} {name!r}; there are: {', '.join(known)}."
        raise click.BadParameter(message, param_hint=hint)


async def _tell(
    name: str, variants: list[str], country: str, folder: Path, *, as_json: bool
) -> bool:
    from riik.demo import needs_of, open_demonstration, read_story, tell_story
    from riik.runtime.clock import SystemClock

    chosen = [read_story(name, variant) for variant in variants]
    members = needs_of(name)
    small: dict[str, Any] = {"members": members, "residents": RESIDENTS, "fresh": True}
    running = await open_demonstration(
        country,
        folder.with_name(f"{country}-{name}") if members else folder,
        tell=lambda line: click.echo(line, err=True),
        **(small if members else {}),
    )
    good = True
    try:
        for service, one in chosen:
            if not as_json:
                click.echo(f"\n{name}, {one.id}")
            told = await tell_story(
                running,
                service,
                one,
                clock=SystemClock().monotonic,
                tell=(lambda step: None) if as_json else _line,
            )
            click.echo(json.dumps(_plain(told), ensure_ascii=False) if as_json else _end(told))
            good = good and told.as_expected
    finally:
        await running.close()
    return good


def _line(step: "Step") -> None:
    detail = f": {step.detail}" if step.detail else ""
    click.echo(f"{step.seconds * 1000:7.0f} ms  {step.title}{detail}")


def _end(told: "Told") -> str:
    verdict = "as expected" if told.as_expected else f"expected {told.story.expect}"
    return f"The case is {told.result.outcome}: {verdict}."


def _plain(told: "Told") -> dict[str, Any]:
    return {
        "story": told.story.id,
        "outcome": told.result.outcome,
        "expected": told.story.expect,
        "as_expected": told.as_expected,
        "steps": [
            {"title": s.title, "detail": s.detail, "seconds": round(s.seconds, 4)}
            for s in told.result.steps
        ],
        "status": told.result.status,
    }
