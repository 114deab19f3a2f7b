"""OpenSSL as the second opinion: certificates, OCSP both ways, time-stamps both ways."""

import shutil
import subprocess
from base64 import encodebytes
from hashlib import sha256

import pytest

from riik.core import KeyKind, MemberId
from riik.formats import der
from riik.testing.pki import make_pki
from riik.trust import (
    CertificateStatus,
    ServiceKind,
    TrustAnchor,
    make_ocsp_request,
    make_timestamp_request,
    read_certificate,
    verify_ocsp,
    verify_timestamp,
)
from riik.trust.model import Standing
from riik.trust.responders import (
    Failure,
    make_ocsp_response,
    make_timestamp_response,
    make_token,
    read_ocsp_request,
    read_timestamp_request,
    refuse_timestamp,
)
from riik.trust.timestamps import read_timestamp_response

pytestmark = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="needs the openssl program (apt install openssl)"
)
KINDS = [KeyKind.P256, KeyKind.P384, KeyKind.RSA2048]
POLICY = "1.3.6.1.4.1.99999.1.1"


def pem(*certificates):
    return b"".join(
        b"-----BEGIN CERTIFICATE-----\n" + encodebytes(each) + b"-----END CERTIFICATE-----\n"
        for each in certificates
    )


class Desk:
    """A folder with everything as files, and the program that reads them."""

    def __init__(self, folder, pki):
        self.folder, self.pki = folder, pki
        self.card = pki.person().signature.certificate
        self.write("root.pem", pem(pki.root.certificate))
        self.write("chain.pem", pem(pki.root.certificate, pki.ca.certificate))
        self.write("ca.pem", pem(pki.ca.certificate))
        self.write("card.pem", pem(self.card))
        self.write("said", b"what was said")
        self.at = str(int(pki.at.timestamp()))

    def write(self, name, content):
        (self.folder / name).write_bytes(content)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def openssl(self, *arguments):
        ran = subprocess.run(
            ["openssl", *arguments], cwd=self.folder, capture_output=True, check=False, timeout=30
        )
        return ran.returncode, (ran.stdout + ran.stderr).decode(errors="replace")


@pytest.fixture(params=KINDS)
def desk(tmp_path, request):
    return Desk(tmp_path, make_pki(kind=request.param))


@pytest.mark.parametrize("purpose", ["any", "sslclient", "sslserver"])
def test_openssl_verifies_our_chain(desk, purpose):
    _, tls = desk.pki.member(MemberId("EE-TEST", "GOV", "70001490"))
    desk.write("end.pem", pem(tls.certificate))
    status, said = desk.openssl(
        "verify", "-x509_strict", "-attime", desk.at, "-purpose", purpose,
        "-CAfile", "root.pem", "-untrusted", "ca.pem", "end.pem",
    )  # fmt: skip
    assert (status, "OK" in said) == (0, True), said


def test_openssl_verifies_a_card_strictly(desk):
    status, said = desk.openssl(
        "verify", "-x509_strict", "-attime", desk.at, "-CAfile", "root.pem",
        "-untrusted", "ca.pem", "card.pem",
    )  # fmt: skip
    assert status == 0, said


@pytest.mark.parametrize("purpose", ["timestampsign", "ocsphelper"])
def test_openssl_takes_our_services_for_what_they_are(desk, purpose):
    service = desk.pki.tsa if purpose == "timestampsign" else desk.pki.responder
    desk.write("service.pem", pem(service.certificate))
    status, said = desk.openssl(
        "verify", "-attime", desk.at, "-purpose", purpose, "-CAfile", "root.pem",
        "-untrusted", "ca.pem", "service.pem",
    )  # fmt: skip
    assert status == 0, said


@pytest.mark.parametrize(
    ("switch", "word"),
    [
        ("resume", "good"),
        ("suspend", "certificateHold"),
        ("revoke", "revoked"),
        ("forget", "unknown"),
    ],
)
def test_openssl_believes_our_responder(desk, switch, word):
    getattr(desk.pki, switch)(desk.card)
    desk.write("response", desk.pki.ocsp(desk.card))
    status, said = desk.openssl(
        "ocsp", "-respin", "response", "-issuer", "ca.pem", "-cert", "card.pem", "-no_nonce",
        "-CAfile", "chain.pem", "-attime", desk.at,
    )  # fmt: skip
    assert (status, "Response verify OK" in said, word in said) == (0, True, True), said


@pytest.mark.parametrize("hash_name", ["sha1", "sha256"])
def test_our_responder_answers_openssl(desk, hash_name):
    desk.openssl(
        "ocsp", "-issuer", "ca.pem", f"-{hash_name}", "-cert", "card.pem", "-reqout", "asked"
    )
    asked = read_ocsp_request(desk.read("asked"))
    [identifier] = asked.asked
    response = make_ocsp_response(
        [(identifier, Standing(CertificateStatus.GOOD))],
        responder=desk.pki.responder.certificate,
        signer=desk.pki.responder.key,
        at=desk.pki.at,
        nonce=asked.nonce,
    )
    desk.write("response", response)
    status, said = desk.openssl(
        "ocsp", "-respin", "response", "-reqin", "asked", "-issuer", "ca.pem", "-CAfile",
        "chain.pem", "-attime", desk.at,
    )  # fmt: skip
    assert (status, "Nonce" in said, "verify OK" in said) == (0, False, True), said
    found = verify_ocsp(
        response, certificate=desk.card, issuer=desk.pki.ca.certificate, nonce=asked.nonce
    )
    assert found.status is CertificateStatus.GOOD


def test_we_believe_openssl_as_responder(desk):
    """OpenSSL's own responder signs with our delegated key and its index of certificates."""
    serial = read_certificate(desk.card).serial
    digits = f"{serial:X}"
    digits = digits.rjust(len(digits) + len(digits) % 2, "0")
    desk.write("index", f"V\t310101000000Z\t\t{digits}\tunknown\t/CN=x\n".encode())
    desk.write("key.pem", desk.pki.responder.key.pem())
    desk.write("responder.pem", pem(desk.pki.responder.certificate))
    asked = make_ocsp_request(desk.card, issuer=desk.pki.ca.certificate, nonce=b"n" * 16)
    desk.write("asked", asked)
    status, said = desk.openssl(
        "ocsp", "-index", "index", "-CA", "ca.pem", "-rsigner", "responder.pem", "-rkey",
        "key.pem", "-reqin", "asked", "-respout", "response", "-ndays", "3650",
    )  # fmt: skip
    assert status == 0, said
    found = verify_ocsp(
        desk.read("response"),
        certificate=desk.card,
        issuer=desk.pki.ca.certificate,
        nonce=b"n" * 16,
    )
    assert found.status is CertificateStatus.GOOD


def test_openssl_believes_our_time_stamp(desk):
    desk.write("token", desk.pki.timestamp(b"what was said"))
    status, said = desk.openssl(
        "ts", "-verify", "-token_in", "-in", "token", "-data", "said", "-CAfile", "root.pem",
        "-untrusted", "ca.pem", "-attime", desk.at,
    )  # fmt: skip
    assert (status, "Verification: OK" in said) == (0, True), said


def test_openssl_does_not_believe_it_over_other_bytes(desk):
    desk.write("token", desk.pki.timestamp(b"something else"))
    status, said = desk.openssl(
        "ts", "-verify", "-token_in", "-in", "token", "-data", "said", "-CAfile", "root.pem",
        "-untrusted", "ca.pem", "-attime", desk.at,
    )  # fmt: skip
    assert (status, "message imprint mismatch" in said) == (1, True), said


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
def test_our_authority_answers_openssl(desk, hash_name):
    desk.openssl("ts", "-query", "-data", "said", f"-{hash_name}", "-cert", "-out", "asked")
    token = make_token(
        read_timestamp_request(desk.read("asked")),
        certificate=desk.pki.tsa.certificate,
        signer=desk.pki.tsa.key,
        policy=POLICY,
        serial=1,
        at=desk.pki.at,
    )
    desk.write("reply", make_timestamp_response(token))
    status, said = desk.openssl(
        "ts", "-verify", "-queryfile", "asked", "-in", "reply", "-CAfile", "root.pem",
        "-untrusted", "ca.pem", "-attime", desk.at,
    )  # fmt: skip
    assert (status, "Verification: OK" in said) == (0, True), said


def test_openssl_reads_why_we_refuse(desk):
    desk.write("reply", refuse_timestamp(Failure.BAD_ALG))
    _, said = desk.openssl("ts", "-reply", "-in", "reply", "-text")
    assert "unrecognized or unsupported algorithm" in said


CONFIGURATION = f"""
[tsa]
default_tsa = here
[here]
serial = serial
signer_digest = sha256
default_policy = {POLICY}
digests = sha256
accuracy = secs:1, millisecs:500, microsecs:100
tsa_name = yes
ordering = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def test_we_believe_openssl_as_authority(desk):
    desk.write("conf", CONFIGURATION.encode())
    desk.write("tsa.pem", pem(desk.pki.tsa.certificate))
    desk.write("key.pem", desk.pki.tsa.key.pem())
    imprint = sha256(b"what was said").digest()
    desk.write("asked", make_timestamp_request(imprint, nonce=77))
    status, said = desk.openssl(
        "ts", "-reply", "-config", "conf", "-queryfile", "asked", "-signer", "tsa.pem", "-inkey",
        "key.pem", "-out", "reply",
    )  # fmt: skip
    assert status == 0, said
    anchor = TrustAnchor.granted(
        desk.pki.tsa.certificate,
        since=read_certificate(desk.pki.tsa.certificate).not_before,
        kind=ServiceKind.TSA_QTST,
    )
    token = read_timestamp_response(desk.read("reply"))
    found = verify_timestamp(token, imprint=imprint, anchors=[anchor], nonce=77)
    assert (found.accuracy, found.policy) == (1.5001, POLICY)


def test_openssl_parses_every_element_we_write(desk):
    desk.write("card.der", desk.card)
    status, said = desk.openssl("asn1parse", "-inform", "der", "-in", "card.der")
    assert (status, der.Reader(desk.card).peek()) == (0, der.SEQUENCE), said
