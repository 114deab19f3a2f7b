"""`riik service`: can this folder run as a public service, and does it do what its tests say?"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import cast

import click

from riik.cli.complaints import CommandRefused
from riik.cli.files import read_certificates, read_folder, write_folder
from riik.cli.folders import tell
from riik.core import Finding

__all__ = ["service"]

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def service() -> None:
    """Begin, check, sign and compare public services, which are folders of data."""


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


@service.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--from", "other", metavar="ID", help="Copy this service of the catalogue.")
@click.option(
    "--languages", default="en", show_default=True, help="Some of en,et,vi; the law's first."
)
def new(folder: Path, *, other: str | None, languages: str) -> None:
    """Begin a service in DIR, whose name becomes its id: small, whole, and passing its check."""
    from riik.cli.checking import catalogue_folder
    from riik.runtime.clock import SystemClock
    from riik.services import begin_folder, begin_from

    if folder.exists() and any(folder.iterdir()):
        raise CommandRefused(f"{folder} is not empty", why="not-empty")
    name = folder.resolve().name
    if other:
        files = begin_from(read_folder(catalogue_folder(other)), name)
    else:
        wanted = [one.strip() for one in languages.split(",") if one.strip()]
        files = begin_folder(name, languages=wanted, today=SystemClock().now().date())
    write_folder(files, folder)
    lines = sum(content.count(b"\n") for content in files.values())
    click.echo(f"{folder}: {len(files)} files, {lines} lines.", err=True)
    click.echo(f"Next: riik service check {folder}", err=True)


@service.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
def test(folder: Path) -> None:
    """Run the tests of DIR as a table, and say which rows of its rules no test reached.

    Exit status: 0 all passed, 1 some did not.
    """
    from riik.cli.checking import table_of_tests

    passed, lines = table_of_tests(folder)
    for line in lines:
        click.echo(line)
    raise SystemExit(0 if passed else 1)


@service.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--port", default=8100, show_default=True, help="Where on this machine.")
@click.option("--country", default="ee", show_default=True, help="Whose ways of writing: ee, vn.")
def preview(folder: Path, *, port: int, country: str) -> None:
    """Serve the pages of DIR on this machine alone, with made-up people and facts.

    Every page says that it is a preview, and what `check` finds; the folder is read again when
    it changes. Nothing is asked, signed or paid. Stop it with Ctrl-C.
    """
    import asyncio

    asyncio.run(_preview(folder, port=port, country=country))


async def _preview(folder: Path, *, port: int, country: str) -> None:
    """Serve the preview until it is interrupted."""
    import asyncio
    import tempfile

    from riik.cli.checking import check_service, held_by, standard_process
    from riik.node import Watched, serve_preview

    held = held_by(())

    def checked(path: Path) -> list[Finding]:
        return cast("list[Finding]", list(check_service(path, registers=held).findings))

    watched, standard = Watched(folder, read=read_folder, check=checked), standard_process()
    with tempfile.TemporaryDirectory(prefix="riik-preview-") as kept:
        server, address = await serve_preview(
            watched, country=country, port=port, standard=standard, kept=Path(kept)
        )
        click.echo(f"Preview of {folder}: {address}/ (Ctrl-C ends it)", err=True)
        try:
            await asyncio.Event().wait()
        finally:
            await server.stop()


@service.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.argument("to", metavar="OUT", type=click.Path(file_okay=False, path_type=Path))
def export(folder: Path, to: Path) -> None:
    """Write the process (BPMN 2.0) and the rules (DMN) of DIR as standard files into OUT.

    What the folder says as a list or as tables is written out; what it leaves to the platform, too.
    """
    from riik.cli.checking import standard_process
    from riik.services import export_folder, read_service

    files = read_folder(folder)
    read_service(files, standard=standard_process())
    exported = export_folder(files, standard=standard_process())
    write_folder(exported, to)
    for name in sorted(exported):
        click.echo(f"{to / name}")


@service.command()
@click.argument("old", metavar="OLD", type=FOLDER)
@click.argument("new", metavar="NEW", type=FOLDER)
@click.option("--on", "day", metavar="DAY", help="Reckon fees for this day instead of today.")
def diff(old: Path, new: Path, *, day: str | None) -> None:
    """Say in words what changes for people from OLD to NEW.

    Exit status: 0 nothing changes, 1 something does.
    """
    from riik.cli.checking import standard_process
    from riik.runtime.clock import SystemClock
    from riik.services import differences, read_service

    files = [read_folder(folder) for folder in (old, new)]
    one, other = (read_service(each, standard=standard_process()) for each in files)
    today = date.fromisoformat(day) if day else SystemClock().now().date()
    found = differences(one, files[0], other, files[1], today=today)
    heading = ""
    for difference in found:
        if difference.heading != heading:
            heading = difference.heading
            click.echo(f"{heading}:")
        click.echo(f"  {difference.text}")
    raise SystemExit(1 if found else 0)


@service.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option(
    "--node", "node", metavar="NODE.TOML", type=FILE, help="Use the seal of this node's member."
)
@click.option("--key", type=FILE, help="Private key of the seal (PEM), instead of a node's.")
@click.option("--certificate", type=FILE, help="Certificate of that key (PEM or DER).")
def sign(folder: Path, *, node: Path | None, key: Path | None, certificate: Path | None) -> None:
    """Seal DIR as its owner: writes signature.jws over the digest of all its files."""
    from riik.cli.checking import standard_process
    from riik.cli.sealing import seal_from_files, seal_of_node
    from riik.formats.folders import SIGNATURE, seal_folder
    from riik.runtime.clock import SystemClock
    from riik.services import read_service

    if node is not None:
        signer, der = seal_of_node(node)
    elif key is not None and certificate is not None:
        signer, der = seal_from_files(key, certificate)
    else:
        raise click.UsageError("name --node, or --key with --certificate")
    files = read_folder(folder)
    definition = read_service(files, standard=standard_process())
    sealed = seal_folder(files, signer=signer, certificate=der, at=SystemClock().now())
    write_folder({SIGNATURE: sealed[SIGNATURE]}, folder)
    click.echo(f"{folder}/{SIGNATURE}: {definition.id} {definition.version}, {definition.digest}")


@service.command("import")
@click.argument("source", metavar="FILE", type=click.Path(exists=True, path_type=Path))
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--owner", required=True, metavar="ROLE", help="Who answers for it from now on.")
@click.option(
    "--signer",
    "signers",
    required=True,
    multiple=True,
    type=FILE,
    help="Certificate (PEM or DER) of who may have signed it; may be repeated.",
)
def adopt(source: Path, folder: Path, *, owner: str, signers: Sequence[Path]) -> None:
    """Make the signed service FILE (a folder or a ZIP of one) one's own in DIR.

    Its signature must hold. The owner is replaced, the signature kept in origin/; sign DIR next.
    """
    from riik.cli.checking import standard_process
    from riik.cli.sealing import read_service_file
    from riik.services import adopt_folder, read_service

    if folder.exists() and any(folder.iterdir()):
        raise CommandRefused(f"{folder} is not empty", why="not-empty")
    trusted = [one for path in signers for one in read_certificates(path)]
    files = adopt_folder(read_service_file(source), signers=trusted, owner=owner)
    read_service(files, standard=standard_process())
    write_folder(files, folder)
    click.echo(f"{folder}: owner {owner}; its origin is in origin/.", err=True)
    click.echo(f"Next: riik service check {folder}, then riik service sign {folder}", err=True)


@service.command()
@click.argument("file", metavar="NODE.TOML", type=FILE)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Into this file.")
def catalogue(file: Path, *, out: Path | None) -> None:
    """Write the services of NODE.TOML as open data: CPSV-AP 3.2 in JSON-LD.

    The same that the node serves at /catalogue.jsonld, with the fees of today; nothing is started.

    Exit status: 0 written, 1 the node has no services or a folder was refused.
    """
    import json

    from riik.node import catalogue_of, read_config
    from riik.runtime.clock import SystemClock

    document = catalogue_of(read_config(file), clock=SystemClock())
    content = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    if out is None:
        click.echo(content, nl=False)
        return
    out.write_text(content, encoding="utf-8")
    services = sum(one["@type"] == "cpsv:PublicService" for one in document["@graph"])
    click.echo(f"{out}: {services} services, {len(content.encode())} bytes.", err=True)


@service.command()
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--language", default="", help="One of the service's; its first when left out.")
@click.option("--authority", default="", help="What the form calls the authority.")
@click.option("--answers", type=FILE, help="A draft's answers (JSON), to be printed in.")
def paper(folder: Path, *, out: Path, language: str, authority: str, answers: Path | None) -> None:
    """Print DIR as a form for paper: a tagged PDF, blank or with a draft's answers.

    Exit status: 0 printed, 1 the folder or the answers were refused.
    """
    from riik.cli.checking import standard_process
    from riik.cli.files import read_answers
    from riik.node import print_form
    from riik.runtime.clock import SystemClock
    from riik.services import read_service

    definition = read_service(read_folder(folder), standard=standard_process())
    content = print_form(
        definition,
        language=language or definition.languages[0],
        authority=authority or definition.owner,
        answers=read_answers(answers) if answers else {},
        clock=SystemClock(),
    )
    out.write_bytes(content)
    click.echo(f"{out}: {len(content)} bytes.", err=True)
