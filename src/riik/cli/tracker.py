"""`riik tracker`: was a look at my data logged, and did others see that log?"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riik.cli.complaints import CommandRefused
from riik.cli.files import beside_demonstration, read_file

if TYPE_CHECKING:
    from riik.transparency import Disclosed, VerifierKey

__all__ = ["tracker"]

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def tracker() -> None:
    """Check records of who looked at your data."""


@tracker.command()
@click.argument("file", type=PATH)
@click.option(
    "--log-key",
    "log_keys",
    multiple=True,
    help="Key of the log: a verifier key, or a file of them.",
)
@click.option(
    "--witness-key",
    "witness_keys",
    multiple=True,
    help="Key of a witness you trust: a verifier key, or a file of them; may be repeated.",
)
@click.option(
    "--threshold",
    type=click.IntRange(min=0),
    help="How many witnesses must have cosigned; all that are named unless you say fewer.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify(
    file: Path,
    *,
    log_keys: Sequence[str],
    witness_keys: Sequence[str],
    threshold: int | None,
    as_json: bool,
) -> None:
    """Check the receipt of one look, with nothing but keys you trust.

    FILE is a proof that you downloaded from the record of looks. No network is used. Without
    keys, those that the demonstration left in ./demo-out are used, and that is said.

    Exit status: 0 the look is proved, 1 it is not, 2 the command was wrong.
    """
    from riik.transparency import Proof, verify_file

    source = read_file(file, most=1_000_000)
    logs = _keys(log_keys, usual="log-keys.txt")
    witnesses = _keys(witness_keys, usual="" if log_keys else "witness-keys.txt")
    if not logs:
        raise CommandRefused("no log's key is known", why="no-log-key")
    origin = Proof.parse(source).checkpoint.partition(b"\n")[0].decode(errors="replace")
    log = next((key for key in logs if key.name == origin), logs[0])
    needed = len({key.name for key in witnesses}) if threshold is None else threshold
    look = verify_file(source, log=log, witnesses=witnesses, threshold=needed)
    if as_json:
        click.echo(json.dumps(_told(look), ensure_ascii=False))
    else:
        for line in _lines(look):
            click.echo(line)
    if not look.witnesses:
        click.echo("No witness you named has seen this head: the log's own word only.", err=True)


def _keys(given: Sequence[str], *, usual: str) -> "list[VerifierKey]":
    """Verifier keys that were named, or those of the demonstration."""
    from riik.transparency import VerifierKey

    names = list(given)
    if not names and usual:
        found = beside_demonstration(usual)
        if found is None:
            return []
        click.echo(f"Trusting {found}: a demonstration, it binds nobody.", err=True)
        names = [str(found)]
    keys = []
    for name in names:
        is_file = name.count("+") < 2 or Path(name).is_file()
        texts = _read_lines(Path(name)) if is_file else [name]
        keys += [VerifierKey.parse(text) for text in texts]
    return keys


def _read_lines(path: Path) -> list[str]:
    lines = read_file(path, most=100_000).decode(errors="replace").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _told(look: "Disclosed") -> dict[str, object]:
    return {
        "proved": True,
        "access": look.access.to_json(),
        "index": look.index,
        "log": look.checkpoint.origin,
        "size": look.checkpoint.size,
        "root": look.checkpoint.root.hex(),
        "witnesses": {name: _when(at) for name, at in sorted(look.witnesses.items())},
    }


def _lines(look: "Disclosed") -> Iterator[str]:
    access, head = look.access, look.checkpoint
    yield "This look at personal data is in the log."
    yield f"  who       {access.reader}"
    yield f"  what      {access.service}: {', '.join(access.fields) or 'no fields'}"
    yield f"  purpose   {access.purpose}"
    yield f"  law       {access.legal_basis}"
    yield f"  when      {_when(access.at)}"
    yield f"  how       {access.action.value}, {_by(access.acting)}"
    if access.case:
        yield f"  case      {access.case}"
    if access.message_id:
        yield f"  message   {access.message_id}"
    yield f"  log       {head.origin}, entry {look.index + 1} of {head.size}"
    yield f"  head      {head.root.hex()}"
    for name, at in sorted(look.witnesses.items()):
        yield f"  witness   {name}, {_when(at)}"


def _by(acting: str | None) -> str:
    return f"on behalf of or by {acting}" if acting else "by a computer; no person saw it"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
