"""Evidence: one message in a container that proves who sent it, and when at the latest.

Implements the ASiC-E container of X-Road's message log (EN 319 162-1 with its own hash chain
files): message, attachment, signature, the hash chain from the signature to the batch's result,
and the time-stamp over that result. Made by the log, verified by anyone who has the global
configuration of that time; containers of other X-Road software are verified as well. Pure.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import new, sha512
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from riik.core import MemberId, Refused
from riik.exchange.belief import Believed, Believer, member_of
from riik.exchange.errors import EvidenceRefused
from riik.exchange.globalconf import GlobalConf
from riik.exchange.protocol.hashchain import (
    SHA512,
    chain_of,
    leaf_of,
    tree_root,
    verify_chain,
    write_result,
)
from riik.exchange.protocol.messages import Message
from riik.exchange.protocol.signature import (
    ATTACHMENT,
    MESSAGE,
    Signature,
    check,
    check_documents,
    read_signature,
)
from riik.trust import TimeStamp, TrustRefused, read_timestamp, verify_ocsp, verify_timestamp

__all__ = ["Evidence", "TimeStamped", "verify_evidence", "write_container"]

MIME_TYPE = b"application/vnd.etsi.asic-e+zip"
MOST_BYTES = 64 * 1024 * 1024
MOST_FILES = 64

_SIGNATURE = "META-INF/signatures.xml"
_STAMP = "META-INF/timestamp.tst"
_RESULT, _CHAIN = "ts-hashchainresult.xml", "ts-hashchain.xml"
_SIG_RESULT, _SIG_CHAIN = "/sig-hashchainresult.xml", "/sig-hashchain.xml"
_LATEST = timedelta(hours=8)
"""How long after signing the time-stamp may come: the log refuses to go on after four hours."""

_DATE = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class TimeStamped:
    """A batch's time-stamp and where in it one signature stands."""

    token: bytes
    leaves: Sequence[bytes]
    position: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a verified container proves.

    Attributes:
        member: Who signed.
        signed_at: When, as the signer states it.
        existed_at: When at the latest, as the time-stamp proves it.
        header_part: The message, exactly as signed.
        body: Its body; empty when there was none.
        request_id: ``x-road-request-id`` of a REST message: the same in all four records.
    """

    member: MemberId
    signed_at: datetime
    existed_at: datetime
    header_part: bytes
    body: bytes
    request_id: str | None


# --- making -----------------------------------------------------------------------------------


def write_container(message: Message, *, stamp: TimeStamped) -> bytes:
    """Put one message of the log into a container.

    Args:
        message: Header part, body and signature as logged.
        stamp: The time-stamp of its batch.
    """
    result = write_result(tree_root(stamp.leaves), chain=f"/{_CHAIN}")
    chain = chain_of(stamp.leaves, index=stamp.position, document=f"/{_SIGNATURE}")
    files = {
        "message.xml": message.header_part,
        _SIGNATURE: message.signature,
        _RESULT: result,
        _CHAIN: chain,
        _STAMP: stamp.token,
        "META-INF/ASiCManifest.xml": _write_stamp_manifest(result),
    }
    if message.body:
        files["attachment1"] = message.body
    files["META-INF/manifest.xml"] = _write_manifest(list(files))
    made = BytesIO()
    with ZipFile(made, "w") as archive:
        archive.writestr(_entry("mimetype", ZIP_STORED), MIME_TYPE)
        for name, content in files.items():
            archive.writestr(_entry(name, ZIP_DEFLATED), content)
    return made.getvalue()


def _entry(name: str, method: int) -> ZipInfo:
    entry = ZipInfo(name, date_time=_DATE)
    entry.compress_type = method
    return entry


def _write_stamp_manifest(result: bytes) -> bytes:
    digest = b64encode(sha512(result).digest()).decode("ascii")
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/2918/v1.2.1#"'
        ' xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
        f'<asic:SigReference URI="{_STAMP}" MimeType="vnd.etsi.timestamp-token"/>\n'
        f'<asic:DataObjectReference URI="{_RESULT}" MimeType="text/xml">\n'
        f'<ds:DigestMethod Algorithm="{SHA512}"/><ds:DigestValue>{digest}</ds:DigestValue>\n'
        "</asic:DataObjectReference>\n</asic:ASiCManifest>\n"
    ).encode()


def _write_manifest(names: Sequence[str]) -> bytes:
    kinds = {True: "text/xml", False: "application/octet-stream"}
    entries = "".join(
        f'    <manifest:file-entry manifest:media-type="{kinds[name.endswith(".xml")]}"'
        f' manifest:full-path="{name}"/>\n'
        for name in names
        if not name.startswith("META-INF/")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"'
        ' manifest:version="1.2">\n    <manifest:file-entry'
        f' manifest:media-type="{MIME_TYPE.decode()}" manifest:full-path="/"/>\n'
        f"{entries}</manifest:manifest>\n"
    ).encode()


# --- verifying --------------------------------------------------------------------------------


def verify_evidence(
    container: bytes, *, conf: GlobalConf, member: MemberId | None = None
) -> Evidence:
    """Verify a container against the global configuration of its time.

    Args:
        container: The ASiC-E file.
        conf: A global configuration that named signer and authorities then.
        member: Who should have signed; the certificate says when absent.

    Raises:
        EvidenceRefused: For ``container``, ``message``, ``signature``, ``signer``,
            ``time-stamp``, ``status`` or a hash chain's reasons.
    """
    files = read_container(container)
    signature, covered = _signed(files)
    stamp = _stamped(files, signature, conf)
    try:
        claimed = member or member_of(signature.certificate, conf)
        believed = Believer().signer(
            signature.certificate, member=claimed, conf=conf, at=stamp.time
        )
        check(signature, key=believed.key)
    except Refused as error:
        raise EvidenceRefused(f"the signature: {error}", why="signature") from error
    _check_status(signature, believed, conf=conf, at=stamp.time)
    return Evidence(
        member=claimed,
        signed_at=signature.at,
        existed_at=stamp.time,
        header_part=covered[MESSAGE],
        body=covered.get(ATTACHMENT, b""),
        request_id=_request_id(covered[MESSAGE]),
    )


def read_container(container: bytes) -> dict[str, bytes]:
    """The files of a container by name.

    Raises:
        EvidenceRefused: For ``container``, ``message`` or ``no-signature``.
    """
    try:
        with ZipFile(BytesIO(container)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            names = [entry.filename for entry in entries]
            if len(entries) > MOST_FILES or sum(each.file_size for each in entries) > MOST_BYTES:
                raise EvidenceRefused("the container is too large", why="container")
            if len(set(names)) != len(names):
                raise EvidenceRefused("a file is in it twice", why="container")
            files = {entry.filename: archive.read(entry) for entry in entries}
    except (BadZipFile, NotImplementedError, RuntimeError, EOFError, ValueError) as error:
        raise EvidenceRefused("this is no container", why="container") from error
    if files.get("mimetype") != MIME_TYPE:
        raise EvidenceRefused("this is no ASiC-E container", why="container")
    if "message.xml" not in files:
        raise EvidenceRefused("the container holds no message", why="message")
    if _SIGNATURE not in files:
        raise EvidenceRefused("the container holds no signature", why="no-signature")
    return files


def _signed(files: Mapping[str, bytes]) -> tuple[Signature, dict[str, bytes]]:
    """The signature and the documents it covers, directly or through its hash chain."""
    try:
        signature = read_signature(files[_SIGNATURE])
        named = {f"/{name}": content for name, content in files.items()}
        if [uri for uri, _, _ in signature.references] == [_SIG_RESULT]:
            check_documents(signature, {_SIG_RESULT: named.get(_SIG_RESULT, b"")})
            inputs = {name: None for name in named if _is_message(name)}
            verify_chain(named[_SIG_RESULT], documents=named, inputs=inputs)
        else:
            inputs = {uri: None for uri, _, _ in signature.references}
            check_documents(signature, {uri: named.get(uri, b"") for uri in inputs})
    except EvidenceRefused:
        raise
    except Refused as error:
        raise EvidenceRefused(f"the signature: {error}", why="signature") from error
    if MESSAGE not in inputs or set(inputs) != {name for name in named if _is_message(name)}:
        raise EvidenceRefused("the signature covers other files", why="signature")
    return signature, {name: named[name] for name in inputs}


def _is_message(name: str) -> bool:
    return name == MESSAGE or name.startswith("/attachment")


def _stamped(files: Mapping[str, bytes], signature: Signature, conf: GlobalConf) -> TimeStamp:
    """The time-stamp over this signature, in its own file or inside the signature."""
    if _STAMP in files:
        token, covered = files[_STAMP], files.get(_RESULT, b"")
        named = {f"/{name}": content for name, content in files.items()}
        leaf = {f"/{_SIGNATURE}": leaf_of(files[_SIGNATURE])}
        verify_chain(covered, documents=named, inputs=leaf)
    elif signature.time_stamp is not None:
        token, covered = signature.time_stamp
    else:
        raise EvidenceRefused("the container holds no time-stamp", why="time-stamp")
    try:
        imprint = new(read_timestamp(token).hash_name, covered).digest()
        stamp = verify_timestamp(token, imprint=imprint, anchors=conf.stampers)
    except TrustRefused as error:
        raise EvidenceRefused(f"the time-stamp: {error}", why="time-stamp") from error
    if not -timedelta(minutes=2) <= stamp.time - signature.at <= _LATEST:
        raise EvidenceRefused("signed and stamped at two times", why="time-stamp")
    return stamp


def _check_status(
    signature: Signature, believed: Believed, *, conf: GlobalConf, at: datetime
) -> None:
    """Some OCSP response inside must say good, and be fresh at signing or at stamping."""
    freshness = timedelta(seconds=conf.ocsp_freshness)
    for response in signature.ocsp:
        try:
            status = verify_ocsp(
                response,
                certificate=signature.certificate,
                issuer=believed.issuer,
                anchors=conf.responders,
            )
            status.require_good()
        except TrustRefused as error:
            raise EvidenceRefused(f"the certificate's status: {error}", why="status") from error
        if signature.at - freshness <= status.this_update <= at + freshness:
            return
    raise EvidenceRefused("no OCSP response of that time", why="status")


def _request_id(header_part: bytes) -> str | None:
    for line in header_part.split(b"\r\n")[2:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"x-road-request-id":
            return value.decode("ascii", errors="replace")
    return None
