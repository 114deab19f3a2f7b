"""Other people's programs believe what Riik signed: xmlsec1 and OpenSSL."""

import re
import shutil
import subprocess
from base64 import b64decode

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate
from tests.signatures.house import FILES, in_signature, make, rewrite

from riik.formats.zip import read_zip
from riik.signatures import XmlSeal, open_container, prepare, stamped
from riik.testing.pki import AT, make_pki
from riik.testing.ports import StandingClock

XADES = "http://uri.etsi.org/01903/v1.3.2#"
has_xmlsec1 = pytest.mark.skipif(shutil.which("xmlsec1") is None, reason="xmlsec1 isn't installed")
has_openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl isn't installed")


@pytest.fixture(scope="module")
def pki():
    return make_pki()


@pytest.fixture(scope="module")
def mari(pki):
    return pki.person().signature


def run(*arguments, folder):
    return subprocess.run(
        arguments, cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )


def pem(folder, name, certificate):
    path = folder / name
    path.write_bytes(load_der_x509_certificate(certificate).public_bytes(Encoding.PEM))
    return path


def xmlsec1(path, pki, *, folder):
    """What xmlsec1 says of a signature, with the data files beside it."""
    return run(
        "xmlsec1", "--verify", "--id-attr:Id", f"{XADES}:SignedProperties",
        "--trusted-pem", pem(folder, "root.pem", pki.root.certificate),
        "--untrusted-pem", pem(folder, "ca.pem", pki.ca.certificate),
        "--verification-time", f"{AT:%Y-%m-%d %H:%M:%S}", path, folder=folder,
    )  # fmt: skip


def of_container(container, pki, *, folder):
    for entry in read_zip(container):
        path = folder / entry.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(entry.content)
    return xmlsec1("META-INF/signatures0.xml", pki, folder=folder)


@has_xmlsec1
def test_xmlsec1_verifies_a_signature_over_files(pki, mari, tmp_path):
    said = of_container(make(pki, mari, files=FILES[:1]), pki, folder=tmp_path)
    assert said.returncode == 0, said.stderr


@has_xmlsec1
def test_xmlsec1_sees_a_changed_file_as_we_do(pki, mari, tmp_path):
    container = make(pki, mari, files=FILES[:1])
    changed = rewrite(container, lambda name, content: content.replace(b"Palun", b"palun"))
    assert of_container(changed, pki, folder=tmp_path).returncode != 0


@has_xmlsec1
def test_xmlsec1_sees_a_changed_signing_time_as_we_do(pki, mari, tmp_path):
    container = in_signature(make(pki, mari, files=FILES[:1]), b"2026-06-01T", b"2025-06-01T")
    assert of_container(container, pki, folder=tmp_path).returncode != 0


@has_xmlsec1
def test_xmlsec1_verifies_a_sealed_document(pki, tmp_path):
    credential = pki.seal()
    seal = XmlSeal(
        signer=credential.key, certificate=credential.certificate, clock=StandingClock(AT)
    )
    (tmp_path / "sealed.xml").write_bytes(seal(b"<list>\n <one/>\n</list>"))
    said = xmlsec1("sealed.xml", pki, folder=tmp_path)
    assert said.returncode == 0, said.stderr


@has_openssl
def test_openssl_verifies_the_time_stamp_inside(pki, mari, tmp_path):
    prepared = prepare(FILES, certificate=mari.certificate, at=AT)
    container = open_container(make(pki, mari, prepared=prepared))
    content = container.signatures[0].content
    token = re.search(rb"<xades:EncapsulatedTimeStamp>([^<]*)", content)[1]
    value = re.search(rb'-SIG">([^<]*)', content)[1]
    (tmp_path / "token.tst").write_bytes(b64decode(token))
    (tmp_path / "stamped").write_bytes(stamped(prepared, b64decode(value)))
    pem(tmp_path, "root.pem", pki.root.certificate)
    pem(tmp_path, "ca.pem", pki.ca.certificate)
    said = run(
        "openssl", "ts", "-verify", "-data", "stamped", "-in", "token.tst", "-token_in",
        "-CAfile", "root.pem", "-untrusted", "ca.pem", "-attime", f"{AT.timestamp():.0f}",
        folder=tmp_path,
    )  # fmt: skip
    assert "Verification: OK" in said.stdout + said.stderr
