"""The corpus `eid`: tokens, OCSP answers, cards' transcripts, codes and identifiers.

Credentials for the wallet (SD-JWT, mdoc, status lists) are not login's; they are left out.
"""

import json
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from tests.corpora import ACCEPT, REJECT, Outcome, attempt, lines, material

from riik.identity import estonian, semantics_identifier
from riik.identity.device import EstEidCard, FinEidCard, Pin
from riik.login.codes import device_link_auth_code, mobile_id_code, smart_id_code
from riik.login.tara import read_id_token
from riik.login.webeid import verify_token
from riik.trust import ServiceKind, TrustAnchor, read_certificate, verify_ocsp

Case = dict[str, Any]
Judge = Callable[[Case, Callable[[str], Path]], Outcome]

WALLETS = {"sd-jwt", "mdoc-device-response", "status-list"}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def run(folder: Path, shared: Path) -> Iterable[Outcome]:
    """Judge every case of the manifest."""
    find = partial(material, folder=folder, shared=shared)
    for case in lines(folder / "manifest.jsonl"):
        judge = JUDGES.get(case["kind"])
        if judge is None:
            why = "of the wallet" if case["kind"] in WALLETS else "no such kind is known here"
            yield Outcome.left(case["id"], expected=str(case["expect"]), why=why)
        else:
            yield judge(case, find)


def compared(case: Case, action: Callable[[], Any], *, expected: Any = None) -> Outcome:
    """Right when the action gives exactly what the case expects."""
    wanted = case["expect"] if expected is None else expected
    found: list[Any] = []
    said = attempt(lambda: found.append(action()))
    got = found[0] if said == ACCEPT else said
    return Outcome(id=case["id"], expected=str(wanted), got=str(got), right=got == wanted)


def judged(case: Case, action: Callable[[], dict[str, Any]]) -> Outcome:
    """Accepted or rejected; and what was read says what the case says besides."""
    read: dict[str, Any] = {}
    got = attempt(lambda: read.update(action()))
    wrong = [name for name, value in read.items() if name in case and case[name] != value]
    if got == ACCEPT and case["expect"] == ACCEPT and wrong:
        got = f"accepted, but read another {wrong[0]}"
    return Outcome.judged(case["id"], expected=case["expect"], got=got)


def web_eid_token(case: Case, find: Callable[[str], Path]) -> Outcome:
    def read() -> dict[str, Any]:
        credential = verify_token(
            find(case["files"][0]).read_text(encoding="utf-8"),
            nonce=case["nonce"],
            origin=case["origin"],
            anchors=[TrustAnchor.granted(der(find(ca)), since=LONG_AGO) for ca in case["trusted"]],
            at=datetime.fromisoformat(case["now"]),
        )
        return {
            "subject": credential.identifier,
            "given_name": credential.given_names,
            "surname": credential.surname,
            "country": credential.country,
        }

    return judged(case, read)


def ocsp_response(case: Case, find: Callable[[str], Path]) -> Outcome:
    """The responses carry no question: ask about what they name, of the CA they name.

    Responders whose certificate lies among the CAs are designated, as a list would do.
    """
    response = find(case["files"][0]).read_bytes()
    known = [der(path) for path in sorted(find("webeid/ca").iterdir())]
    responders = [
        TrustAnchor.granted(each, since=LONG_AGO, kind=ServiceKind.OCSP)
        for each in known
        if not read_certificate(each).is_ca
    ]
    serial, named = question(response)
    issuer = next((ca for ca in known if read_certificate(ca).subject_key == named), known[0])

    def status() -> str:
        certificate = somebody_with_serial(serial)
        believed = verify_ocsp(response, certificate=certificate, issuer=issuer, anchors=responders)
        return believed.status.value

    if case["expect"] != REJECT:
        return compared(case, status)
    return Outcome.judged(case["id"], expected=REJECT, got=attempt(status))


def question(response: bytes) -> tuple[int, bytes]:
    """Serial number and issuer's key hash in the answer; any, where it can't be read."""
    try:
        named = next(iter(ocsp.load_der_ocsp_response(response).responses))
    except ValueError:
        return 1, b""
    return named.serial_number, named.issuer_key_hash


def apdu_transcript(case: Case, find: Callable[[str], Path]) -> Outcome:
    """The client, led by the transcript's own answers, sends the transcript's commands."""
    sent = [row for row in json.loads(find(case["files"][0]).read_text()) if row["c"]]
    chunks = [row["r"][:-4] for row in sent if row["c"].startswith("00b0")]
    digest, pin = asked(row["c"] for row in sent)
    replies = iter(sent)

    def transmit(command: bytes) -> bytes:
        row = next(replies)
        if command.hex() != row["c"]:
            raise AssertionError(f"sent {command.hex()}, not {row['c']}")
        return bytes.fromhex(row["r"])

    def replay() -> str:
        drive, certificate = DRIVES[driver_of(sent)](transmit, digest, pin)
        if certificate.hex() != "".join(chunks) or next(replies, None) is not None:
            return "another certificate, or commands left over"
        x509.load_der_x509_certificate(certificate)
        return "replay" if drive else "no signature"

    return compared(case, replay)


def driver_of(rows: list[dict[str, str]]) -> str:
    """Which card it is, by the first application selected, and which key is used."""
    signs = any(row["c"].startswith(("002a9e9a30", "00200085")) for row in rows)
    finnish = rows[0]["c"] == "00a4040c0ca000000063504b43532d3135"
    return "fineid" if finnish else "esteid-sign" if signs else "esteid-authenticate"


def asked(commands: Iterator[str]) -> tuple[bytes, str]:
    """The digest and the PIN that the transcript's client was given."""
    digest, pin = b"", ""
    for text in commands:
        command = bytes.fromhex(text)
        body = command[5 : 5 + command[4]] if len(command) > 5 else b""
        if command[1] == 0x20:
            pin = body.rstrip(b"\xff\x00").decode()
        elif command[1] == 0x88 or (command[:4] == b"\x00\x2a\x9e\x9a" and body):
            digest = body
        elif command[:4] == b"\x00\x2a\x90\xa0":
            digest = body[2:]
    return digest, pin


def drive_authenticate(transmit: Any, digest: bytes, pin: str) -> tuple[bytes, bytes]:
    card = EstEidCard(transmit)
    certificate = card.authentication_certificate()
    card.tries_left(Pin.PIN1)
    return card.authenticate(digest, pin=pin), certificate


def drive_sign(transmit: Any, digest: bytes, pin: str) -> tuple[bytes, bytes]:
    card = EstEidCard(transmit)
    certificate = card.signature_certificate()
    card.tries_left(Pin.PIN2)
    return card.sign(digest, pin=pin), certificate


def drive_finnish(transmit: Any, digest: bytes, pin: str) -> tuple[bytes, bytes]:
    card = FinEidCard(transmit)
    certificate = card.authentication_certificate()
    card.tries_left()
    return card.authenticate(digest, pin=pin), certificate


DRIVES = {
    "esteid-authenticate": drive_authenticate,
    "esteid-sign": drive_sign,
    "fineid": drive_finnish,
}


def personal_code(case: Case, find: Callable[[str], Path]) -> Outcome:
    def read() -> dict[str, Any]:
        facts = estonian(case["code"])
        return {"birth_date": str(facts.birth_date), "sex": facts.sex.value}

    return judged(case, read)


def identifier(case: Case, find: Callable[[str], Path]) -> Outcome:
    def read() -> dict[str, Any]:
        found = semantics_identifier(case["value"])
        return {"parts": [found.kind, found.country, found.value]}

    return judged(case, read)


def id_token(case: Case, find: Callable[[str], Path]) -> Outcome:
    """Read the claims and write them again: nothing is lost and nothing is added."""
    if case["expect"] == REJECT:
        got = attempt(lambda: read_id_token(case["claims"]))
        return Outcome.judged(case["id"], expected=REJECT, got=got)
    return compared(
        case,
        lambda: "shape" if read_id_token(case["claims"]).claims() == case["claims"] else "other",
    )


def device_link(case: Case, find: Callable[[str], Path]) -> Outcome:
    secret = b64decode(case["session_secret"])
    return compared(case, lambda: device_link_auth_code(secret, parts=case["parts"]))


JUDGES: dict[str, Judge] = {
    "web-eid-token": web_eid_token,
    "ocsp-response": ocsp_response,
    "apdu-transcript": apdu_transcript,
    "mobile-id-code": lambda case, find: compared(
        case, lambda: mobile_id_code(bytes.fromhex(case["hash_hex"]))
    ),
    "smart-id-code": lambda case, find: compared(
        case, lambda: smart_id_code(bytes.fromhex(case["data_hex"]))
    ),
    "personal-code": personal_code,
    "semantics-identifier": identifier,
    "tara-id-token": id_token,
    "device-link-auth-code": device_link,
}


def der(path: Path) -> bytes:
    """A certificate file's DER, whatever way it was written."""
    content = path.read_bytes()
    if content.startswith(b"-----"):
        return x509.load_pem_x509_certificate(content).public_bytes(Encoding.DER)
    return content


def somebody_with_serial(serial: int) -> bytes:
    """A certificate that has nothing but a serial number: a question for the verifier."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([])
    builder = x509.CertificateBuilder(name, name, key.public_key(), serial)
    begin = datetime(2020, 1, 1, tzinfo=UTC)
    dated = builder.not_valid_before(begin).not_valid_after(begin + timedelta(days=1))
    return dated.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
