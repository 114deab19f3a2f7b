"""What other people's programs check: the pieces of the papers, and a script that does it.

Takes a signed application apart into what `openssl` and `xmlsec1` want as files. Nothing is
made here: each piece is bytes of the container, or their canonical form.
"""

import io
import zipfile
from base64 import b64decode
from collections.abc import Mapping
from pathlib import Path

from lxml import etree

from riik.formats import xml
from riik.runtime.files import Disk

__all__ = ["write_checks"]

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_PATHS: Mapping[str, str] = {"ds": DS, "xades": XADES}

SCRIPT = """#!/bin/sh
# Other people's programs look at what the journey left. Each line says what it asks.
set -eu
cd "$(dirname "$0")"

pem() { openssl x509 -inform DER -in "$1" -out "$2"; }
pem ../root.der root.pem
pem ../issuing.der issuing.pem
pem ../ocsp.der ocsp.pem
pem ../tsa.der tsa.pem
pem signer.der signer.pem
cat issuing.pem root.pem > chain.pem

echo "openssl ts: the time-stamp covers the signature value"
openssl ts -verify -data signature-value.xml -in timestamp.tst -token_in \\
  -CAfile chain.pem -untrusted tsa.pem

echo "openssl ocsp: the signer's certificate was good"
openssl ocsp -respin ocsp.resp -issuer issuing.pem -cert signer.pem -CAfile chain.pem \\
  -VAfile ocsp.pem -no_nonce -validity_period 31536000

echo "xmlsec1: digests and signature of the application hold"
if command -v xmlsec1 >/dev/null; then
  xmlsec1 --verify --enabled-key-data x509 --trusted-pem root.pem --untrusted-pem issuing.pem \\
    --id-attr:Id "http://uri.etsi.org/01903/v1.3.2#:SignedProperties" signatures.xml
else
  echo "xmlsec1 is not installed, skipped" >&2
fi

echo "pdfsig: the seal of the decision is valid"
if command -v pdfsig >/dev/null; then
  pdfsig ../decision.pdf | grep "Signature Validation"
else
  echo "pdfsig is not installed, skipped" >&2
fi
"""


def write_checks(folder: Path) -> None:
    """Take ``application.asice`` apart into ``check/``, where there is one."""
    application = folder / "application.asice"
    if not application.is_file():
        return
    with zipfile.ZipFile(io.BytesIO(application.read_bytes())) as container:
        signatures = container.read("META-INF/signatures0.xml")
        content = container.read("application.json")
    root = xml.parse(signatures)
    [value] = root.iterfind(".//ds:SignatureValue", _PATHS)
    pieces = {
        "signatures.xml": signatures,
        "application.json": content,
        "signature-value.xml": xml.canonicalise(value, exclusive=True),
        "timestamp.tst": _decoded(root, ".//xades:EncapsulatedTimeStamp"),
        "ocsp.resp": _decoded(root, ".//xades:EncapsulatedOCSPValue"),
        "signer.der": _decoded(root, ".//ds:KeyInfo//ds:X509Certificate"),
        "check.sh": SCRIPT.encode(),
    }
    for name, piece in pieces.items():
        Disk().write(folder / "check" / name, piece, mode=0o644)


def _decoded(root: etree._Element, path: str) -> bytes:
    return b64decode(root.findtext(path, namespaces=dict(_PATHS)) or "")
