"""`riik validate`: who signed these files, when, and does it hold?"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from riik.cli.complaints import CommandRefused, complaint
from riik.cli.files import beside_demonstration, read_certificates, read_file
from riik.core import Refused, TimeRefused, from_text

if TYPE_CHECKING:
    from riik.signatures import Report, SignatureReport
    from riik.trust import TrustAnchor

__all__ = ["validate"]

PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


class Moment(click.ParamType[datetime]):
    """A time of RFC 3339 with its zone."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Read it, or say that the command was wrong."""
        try:
            return from_text(value)
        except TimeRefused:
            self.fail(f"{value!r} is no time with a zone, such as 2026-11-23T12:00:00Z", param, ctx)


@click.command()
@click.argument("files", nargs=-1, type=PATH, metavar="FILE...")
@click.option("--trusted-list", type=PATH, help="Trust the services of this list (XML).")
@click.option("--signer", type=PATH, help="Certificate of who seals the list (PEM or DER).")
@click.option(
    "--anchors",
    multiple=True,
    type=PATH,
    help="Trust these certificates (PEM or DER) instead of a list; may be repeated.",
)
@click.option(
    "--qr",
    metavar="TEXT",
    help="Check what a paper's QR code says, by the issuer's certificate in --signer.",
)
@click.option("--at", type=Moment(), metavar="TIME", help="Judge at this time instead of now.")
@click.option(
    "--policy",
    type=click.Choice(["qualified", "advanced"]),
    default="qualified",
    show_default=True,
    help="What a signature must be to pass.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print SiVa's report, one JSON object a file."
)
def validate(
    files: Sequence[Path],
    *,
    trusted_list: Path | None,
    signer: Path | None,
    anchors: Sequence[Path],
    qr: str | None,
    at: datetime | None,
    policy: str,
    as_json: bool,
) -> None:
    """Say who signed each FILE, and whether it holds.

    Trust comes from a sealed list of trust services, or from certificates you name. Without
    either, the list that the demonstration left in ./demo-out is used, and that is said.

    With --qr no file and no network is needed: the text of a paper's QR code is believed by
    the certificate of its issuer's seal, which must name that issuer; with --anchors it must
    lead to one of them on the paper's day. Whether the paper still holds, the issuer knows.

    Exit status: 0 every file is signed and every signature passed, 1 some did not, 2 the
    command was wrong.
    """
    if qr is not None:
        _paper(qr, signer, anchors=anchors, as_json=as_json)
    if not files:
        raise click.UsageError("Missing argument 'FILE...'.")
    from riik.runtime.clock import SystemClock
    from riik.signatures import Policy, validate as judge  # isort: skip

    now = SystemClock().now()
    moment = at or now
    # Of a day that is to come there is no list yet: what is trusted stands in today's.
    listed = min(moment, now)
    trusted = _anchors(trusted_list=trusted_list, signer=signer, anchors=anchors, at=listed)
    if moment > now and not anchors:
        text = "That day's trusted list is not known yet: judging by the list as it stands today."
        click.echo(text, err=True)
    wanted = Policy.QUALIFIED if policy == "qualified" else Policy.ADES
    passed = 0
    for path in files:
        try:
            report = judge(read_file(path), anchors=trusted, at=moment, policy=wanted)
        except Refused as refused:
            _tell_refusal(path, refused, as_json=as_json)
        else:
            _tell(path, report, as_json=as_json)
            passed += report.valid
    if passed < len(files):
        click.echo(f"{len(files) - passed} of {len(files)} files did not pass.", err=True)
    raise SystemExit(0 if passed == len(files) else 1)


def _paper(text: str, signer: Path | None, *, anchors: Sequence[Path], as_json: bool) -> NoReturn:
    """What a paper says of itself; nobody is asked."""
    from riik.documents import read_statement
    from riik.trust import read_certificate, validate_path

    if signer is None:
        raise CommandRefused("a paper is worth what its seal is worth", why="no-signer")
    [certificate, *above] = read_certificates(signer)
    try:
        seal = read_certificate(certificate)
        said = read_statement(text, key=seal.public_key)
        # EN 319 412-3 §5.1.4: NTREE-70000001. Who can seal can't speak as another organisation.
        named = (seal.subject.organisation_identifier or "").partition("-")[2]
        if not named or named != said.issuer.rpartition("/")[2]:
            raise CommandRefused("the certificate is another organisation's", why="issuer")
        if anchors:
            day = datetime.combine(said.day, time(12), tzinfo=UTC)
            trusted = _anchors(trusted_list=None, signer=None, anchors=anchors, at=day)
            validate_path(certificate, intermediates=above, anchors=trusted, at=day)
    except Refused as refused:
        click.echo(f"NOT VALID, {refused} ({refused.why})")
        click.echo(complaint(refused), err=True)
        raise SystemExit(1) from refused
    told = {
        "issuer": said.issuer,
        "kind": said.kind,
        "issued": said.day.isoformat(),
        "token": said.token,
        "data-sha256": said.digest.hex(),
        "chain": "holds" if anchors else "not looked at",
    }
    if as_json:
        click.echo(json.dumps(told))
    else:
        click.echo("valid: the issuer's seal holds; whether the paper still does, the issuer knows")
        for name, value in told.items():
            click.echo(f"  {name:<12} {value}")
    raise SystemExit(0)


def _anchors(
    *, trusted_list: Path | None, signer: Path | None, anchors: Sequence[Path], at: datetime
) -> "Sequence[TrustAnchor]":
    """Whom to trust: the certificates named, or the services of a list."""
    from riik.signatures import verify_xml
    from riik.trust import ServiceKind, TrustAnchor, read_certificate, read_trusted_list

    if anchors:
        certificates = [found for path in anchors for found in read_certificates(path)]
        return [
            TrustAnchor.granted(found, since=read_certificate(found).not_before, kind=kind)
            for found in certificates
            for kind in (ServiceKind.CA_QC, ServiceKind.OCSP_QC, ServiceKind.TSA_QTST)
        ]
    if trusted_list is None:
        trusted_list = beside_demonstration("trusted-list.xml")
        if trusted_list is None:
            raise CommandRefused("there is nothing to trust", why="no-trust")
        click.echo(f"Trusting {trusted_list}: a demonstration, it binds nobody.", err=True)
        signer = signer or trusted_list.with_name("trusted-list-signer.pem")
    if signer is None:
        raise CommandRefused("a list is worth what its seal is worth", why="no-signer")
    source = read_file(trusted_list, most=16_000_000)
    signers = read_certificates(signer)
    return read_trusted_list(source, signers=signers, verify_xml=verify_xml, at=at).anchors


def _tell(path: Path, report: "Report", *, as_json: bool) -> None:
    if as_json:
        from riik.signatures import simple_report

        click.echo(json.dumps(simple_report(report, filename=path.name), ensure_ascii=False))
        return
    verdict = "valid" if report.valid else "NOT VALID" if report.checked else "NOT CHECKED"
    form = "no known form" if report.form in {"", "unknown"} else report.form
    click.echo(f"{path}: {verdict}, {form}")
    for line in _lines(report):
        click.echo(f"  {line}")


def _tell_refusal(path: Path, refused: Refused, *, as_json: bool) -> None:
    """A file that isn't even a container of signatures; the others go on."""
    if as_json:
        errors = [{"key": refused.why, "message": str(refused)}]
        click.echo(json.dumps({"file": path.name, "requestErrors": errors}, ensure_ascii=False))
        return
    click.echo(f"{path}: NOT VALID, {refused} ({refused.why})")
    click.echo(complaint(refused), err=True)


def _lines(report: "Report") -> Iterator[str]:
    if not report.signatures:
        yield "nobody signed it"
    for signature in report.signatures:
        read = report.checked and signature.judgement.sub_indication != "GENERIC"
        yield from _signature(signature) if read else _unread(signature)
    for warning in report.warnings:
        yield f"note     {warning}"


def _unread(signature: "SignatureReport") -> Iterator[str]:
    """Of a form that nobody here reads: no word about who signed, for nobody looked."""
    judgement = signature.judgement
    yield f"verdict  {judgement.indication}, {judgement.sub_indication}"
    yield f"why      {judgement.message}"


def _signature(signature: "SignatureReport") -> Iterator[str]:
    judgement = signature.judgement
    sub = f", {judgement.sub_indication}" if judgement.sub_indication else ""
    yield f"verdict  {judgement.indication}{sub}"
    if judgement.message and not signature.passed:
        yield f"why      {judgement.message}"
    yield f"who      {signature.signed_by or 'unknown'}"
    if signature.best_time:
        yield f"when     {_when(signature.best_time)} (proved)"
    elif signature.claimed_time:
        yield f"when     {_when(signature.claimed_time)} (the signer's word only)"
    yield f"what     {', '.join(signature.scopes) or 'nothing'}"
    yield f"as       {signature.format}, {signature.qualification}"
    for warning in signature.warnings:
        yield f"note     {warning}"


def _when(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
