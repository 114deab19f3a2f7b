"""What other people's programs check: the pieces of the papers, and a script that does it.

And the commands that are printed for it, which work as they are printed: our own trust what lies
in ``./demo-out`` unless they are told otherwise, so for a folder elsewhere they are told.

Takes a signed application apart into what `openssl` and `xmlsec1` want as files. Nothing is
made here: each piece is bytes of the container, or their canonical form.
"""

import io
import shlex
import sys
import zipfile
from base64 import b64decode
from collections.abc import Mapping, Sequence
from pathlib import Path

from lxml import etree

from riik.formats import xml
from riik.runtime.files import Disk

__all__ = ["check_command", "tracker_command", "validate_command", "write_checks"]

USUAL = "demo-out"

DS = "http://www.w3.org/2000/09/xmldsig#"
XADES = "http://uri.etsi.org/01903/v1.3.2#"
_PATHS: Mapping[str, str] = {"ds": DS, "xades": XADES}

SCRIPT = r"""#!/bin/sh
# Other people's programs look at what the journey left. Each asks a question; the line below
# answers. It ends with an error at the first that says no.
set -eu
cd "$(dirname "$0")"
LC_ALL=C OPENSSL_CONF=/dev/null
export LC_ALL OPENSSL_CONF
skipped=""

no() {
  [ -z "${2:-}" ] || printf '%s\n' "$2" >&2
  printf '  NO: %s\n' "$1" >&2
  exit 1
}
has() {
  ! command -v "$1" >/dev/null || return 0
  echo "  not asked: $1 is not installed"
  skipped="$skipped $1"
  return 1
}
pem() {
  said=$(openssl x509 -inform DER -in "$1" -out "$2" 2>&1) || no "$1 is no certificate" "$said"
}
packed() {
  if command -v unzip >/dev/null; then
    unzip -p ../application.asice "$1"
  else
    python3 -c 'import sys, zipfile
sys.stdout.buffer.write(zipfile.ZipFile("../application.asice").read(sys.argv[1]))' "$1"
  fi
}

command -v openssl >/dev/null || no "openssl is not installed, nothing was checked"

echo "cmp: are the pieces in this folder those of ../application.asice?"
packed META-INF/signatures0.xml 2>/dev/null | cmp -s - signatures.xml \
  || no "signatures.xml is not the one of ../application.asice"
packed application.json 2>/dev/null | cmp -s - application.json \
  || no "application.json is not the one of ../application.asice"
inside=$(tr -d ' \t\r\n' <signatures.xml)
for piece in timestamp.tst ocsp.resp signer.der; do
  case $inside in
    *">$(openssl base64 -A -in "$piece")<"*) ;;
    *) no "$piece is not the one of ../application.asice" ;;
  esac
done
value=$(sed 's/<[^>]*>//g' signature-value.xml | tr -d ' \t\r\n')
case $inside in
  *">$value<"*) ;;
  *) no "signature-value.xml is not the one of ../application.asice" ;;
esac
echo "  yes"

echo "openssl verify: does every certificate come from ../root.der?"
pem ../root.der root.pem
pem ../issuing.der issuing.pem
pem ../ocsp.der ocsp.pem
pem ../tsa.der tsa.pem
pem signer.der signer.pem
cat issuing.pem root.pem >chain.pem
for name in root issuing ocsp tsa signer; do
  said=$(openssl verify -check_ss_sig -CAfile root.pem -untrusted issuing.pem "$name.pem" 2>&1) \
    || no "the certificate $name does not hold" "$said"
done
echo "  yes; that this root is the country's, no program can know: you were given it with the files"

echo "openssl ts: does the time-stamp cover the signature value?"
said=$(openssl ts -verify -data signature-value.xml -in timestamp.tst -token_in \
  -CAfile root.pem -untrusted issuing.pem 2>&1) || no "the time-stamp does not hold" "$said"
echo "  yes"

echo "openssl ocsp: was the signer's certificate good?"
said=$(openssl ocsp -respin ocsp.resp -issuer issuing.pem -cert signer.pem -CAfile chain.pem \
  -VAfile ocsp.pem -no_nonce -validity_period 3153600000 2>&1) \
  || no "the answer does not hold" "$said"
case $said in
  *"Response verify OK"*"signer.pem: good"*) echo "  yes" ;;
  *) no "the certificate was not good, or nobody trusted says so" "$said" ;;
esac

echo "xmlsec1: do the digests and the signature of the application hold?"
if has xmlsec1; then
  said=$(xmlsec1 --verify --enabled-key-data x509 --trusted-pem root.pem \
    --untrusted-pem issuing.pem \
    --id-attr:Id "http://uri.etsi.org/01903/v1.3.2#:SignedProperties" signatures.xml 2>&1) \
    || no "the signature of the application does not hold" "$said"
  echo "  yes"
fi

echo "pdfsig: is what the seal of ../decision.pdf covers unchanged?"
if [ ! -e ../decision.pdf ]; then
  echo "  not asked: this journey ended without a decision"
elif has pdfsig; then
  said=$(pdfsig -nocert ../decision.pdf 2>&1) || no "pdfsig could not check the seal" "$said"
  seals=$(printf '%s\n' "$said" | grep -c '^Signature #') || true
  valid=$(printf '%s\n' "$said" | grep -c 'Signature Validation: Signature is Valid\.$') || true
  [ "$seals" -gt 0 ] && [ "$seals" = "$valid" ] \
    || no "the seal of the decision does not hold" "$said"
  echo "  yes, says the seal of:$(printf '%s\n' "$said" | sed -n 's/.*Common Name://p')"
  echo "  pdfsig does not know this country's root, so it cannot say whether to trust who issued"
  echo "  that certificate; nor does it check the evidence that stands after the sealed bytes."
fi

if [ -n "$skipped" ]; then
  echo "All that was asked holds. Not everything was asked; install:$skipped"
else
  echo "All of it holds."
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


def check_command(folder: Path) -> str:
    """Other people's programs look at all of it."""
    return shlex.join(["sh", str(folder / "check" / "check.sh")])


def validate_command(folder: Path, *, at: str = "") -> str:
    """Does the signed application hold?

    Args:
        folder: Where the journey's files are.
        at: The time to judge at, RFC 3339; now when empty.
    """
    words = [*_program(), "validate", str(folder / "application.asice")]
    if not _is_usual(folder):
        words += ["--trusted-list", str(folder / "trusted-list.xml")]
        words += ["--signer", str(folder / "trusted-list-signer.pem")]
    return shlex.join([*words, "--at", at] if at else words)


def tracker_command(folder: Path, receipt: str) -> str:
    """Is this look in the log?

    Args:
        folder: Where the journey's files are.
        receipt: The receipt's place in it.
    """
    words = [*_program(), "tracker", "verify", str(folder / receipt)]
    if not _is_usual(folder):
        words += ["--log-key", str(folder / "log-keys.txt")]
        words += ["--witness-key", str(folder / "witness-keys.txt")]
    return shlex.join(words)


def _is_usual(folder: Path) -> bool:
    return folder.resolve() == Path.cwd() / USUAL


def _program() -> Sequence[str]:
    """How to call `riik` from here: it need not be on the path, nor be a file of its own."""
    here = Path(sys.executable).with_name("riik")
    if not here.is_file():
        return [sys.executable, "-m", "riik.cli"]
    return [str(here.relative_to(Path.cwd()) if here.is_relative_to(Path.cwd()) else here)]
