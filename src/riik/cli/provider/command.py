"""`riik provider`: an organisation that is no authority joins with services of its own."""

import json
from collections.abc import Sequence
from functools import partial
from importlib.resources import files as package_files
from pathlib import Path
from typing import TYPE_CHECKING

import click

from riik.cli.complaints import CommandRefused
from riik.cli.files import read_certificates, read_file, write_folder

if TYPE_CHECKING:
    from riik.demo import Provider

__all__ = ["provider"]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COUNTRY = "ee"


@click.group()
def provider() -> None:
    """Join a country as a provider: begin, agree on rights, try it among synthetic people."""


@provider.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--name", required=True, help="How people call the organisation.")
@click.option("--code", default="10009006", show_default=True, help="Of the business register.")
@click.option("--from", "other", metavar="ID", help="Begin with this service of the catalogue.")
def new(folder: Path, *, name: str, code: str, other: str | None) -> None:
    """Begin a provider in DIR, whose name becomes its role, with one service that can run."""
    from riik.cli.checking import catalogue_folder
    from riik.cli.files import read_folder
    from riik.demo import begin_provider
    from riik.runtime.clock import SystemClock
    from riik.services import begin_folder, begin_from

    if folder.exists() and any(folder.iterdir()):
        raise CommandRefused(f"{folder} is not empty", why="not-empty")
    role = folder.resolve().name
    names = dict.fromkeys(("et", "vi", "en"), name)
    service = f"{role}-service"
    if other:
        files = begin_from(read_folder(catalogue_folder(other)), service)
    else:
        today = SystemClock().now().date()
        files = begin_folder(service, languages=("et", "vi", "en"), today=today)
    owned = files["service.toml"].decode()
    lines = [
        f'owner = "{role}"' if one.startswith("owner = ") else one for one in owned.split("\n")
    ]
    files = {**files, "service.toml": "\n".join(lines).encode()}
    files.pop("signature.jws", None)
    write_folder({"provider.toml": begin_provider(role, names=names, code=code)}, folder)
    write_folder(files, folder / "services" / service)
    click.echo(f"{folder}: provider.toml and services/{service}, {len(files)} files.", err=True)
    click.echo(f"Next: riik provider agreement {folder}; riik provider sandbox {folder}", err=True)


@provider.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def agreement(folder: Path) -> None:
    """Print the rights that the provider in DIR asks of registers which others keep.

    Each row is what `rights.toml` of the register will hold when its keeper agrees.
    """
    from riik.demo import wishes_of, words_of

    click.echo(words_of(wishes_of(_read(folder))), nl=False)


@provider.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("register", metavar="REGISTER_DIR", type=FOLDER)
def grant(folder: Path, register: Path) -> None:
    """As the keeper of REGISTER_DIR: give the provider in DIR the rights that it asks for.

    The folder is unsealed by it: check it, then `riik register publish` it anew.
    """
    from riik.cli.files import read_folder
    from riik.demo import granted, wishes_of
    from riik.registers import load_register

    files = read_folder(register)
    definition = load_register(files)
    wishes = wishes_of(_read(folder))
    mine = [one for one in wishes if one.register == definition.id]
    if not mine:
        raise CommandRefused(f"nothing is asked of {definition.id}", why="nothing")
    given = granted(files, wishes, register=definition)
    load_register(given)
    write_folder(given, register)
    (register / "signature.jws").unlink(missing_ok=True)
    click.echo(f"{definition.id}: {len(mine)} rights given to {mine[0].role}.", err=True)


@provider.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--as", "person", default="mari", show_default=True, help="Who applies.")
@click.option("--once", is_flag=True, help="End after the journeys: 0 or 1.")
@click.option("--outage", is_flag=True, help="Fall silent, be suspended, and come back.")
@click.option("--listen", type=click.IntRange(1, 60), default=5, show_default=True)
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("sandbox-state"),
    show_default=True,
    help="Where the small country is; each start forgets it.",
)
def sandbox(
    folder: Path, *, person: str, once: bool, outage: bool, listen: int, state: Path
) -> None:
    """Run the provider in DIR in a small country of synthetic people, and let one of them apply.

    Its folders are sealed by its own node, its rights are granted as asked, the portal lists it
    like any other. LISTEN is every how many seconds the portal asks whether it is there.

    Exit status: 0 every case ended, 1 one did not, 2 the command was wrong.
    """
    from riik.demo import Joining, Trial, run, try_provider
    from riik.runtime.clock import SystemClock

    catalogue = Path(str(package_files("riik").joinpath("catalogue/registers")))
    joining = Joining(provider=_read(folder), catalogue=catalogue, clock=SystemClock())
    trial = Trial(
        joining=joining,
        state=state,
        person=person,
        once=once,
        outage=outage,
        listen=listen,
        tell=partial(click.echo, err=True),
        show=click.echo,
    )
    raise SystemExit(0 if run(try_provider(trial)) else 1)


@provider.command()
@click.argument("file", type=FILE)
@click.option("--certificate", type=FILE, help="The portal's seal; else the one in the decisions.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a decision.")
def decisions(file: Path, *, certificate: Path | None, as_json: bool) -> None:
    """Check a portal's decisions to suspend providers, as downloaded from /providers.

    None may be missing or changed, and each must follow from the rounds that it names. Without
    CERTIFICATE it is checked only that all are under one seal, not whose.
    """
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509 import load_der_x509_certificate

    from riik.formats.jose import read
    from riik.portal import check_decisions

    tokens = read_file(file, most=20_000_000).decode().split()
    if not tokens:
        click.echo("No decision.")
        return
    chain = read(tokens[0], algorithms=("ES256", "ES384", "RS256")).certificates
    if not (certificate or chain):
        raise CommandRefused("the decisions bear no certificate: name it", why="certificate")
    der = read_certificates(certificate)[0] if certificate else chain[0]
    public = load_der_x509_certificate(der).public_key()
    key = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    _tell(check_decisions(tokens, key=key), as_json=as_json)


def _tell(told: Sequence[dict[str, object]], *, as_json: bool) -> None:
    for one in told:
        plain = f"{one['number']:>4}  {one['at']}  {one['decision']:<14}{one['provider']}"
        click.echo(json.dumps(one) if as_json else plain)
    click.echo(f"{len(told)} decisions: whole, and each follows from its rounds.", err=True)


def _read(folder: Path) -> "Provider":
    from riik.cli.checking import standard_process
    from riik.demo import read_provider

    return read_provider(folder, standard=standard_process(), country=COUNTRY)
