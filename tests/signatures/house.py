"""A country's trust services and what a node needs to sign with them."""

import json
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import new as new_hash
from pathlib import Path

import pytest

from riik.formats.zip import Entry, read_zip, write_zip
from riik.signatures import DataFile, Signatures, finish, prepare, stamped
from riik.signatures.references import to_raw
from riik.testing.pki import AT, Pki
from riik.testing.ports import ImmediateThread, StandingClock
from riik.trust.responders import TimeStampRequest, make_token

VECTORS = Path(__file__).parents[1] / "vectors" / "signatures"
FILES = [
    DataFile("application.txt", "Palun välja anda juhiluba.\n".encode(), "text/plain"),
    DataFile("lisad/pilt õ & 1.bin", bytes(range(256)), "application/octet-stream"),
]
LATER = AT + timedelta(hours=1)


def load(name):
    cases = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    return [pytest.param(case, id=case["id"]) for case in cases]


def refusal(error, why):
    return pytest.raises(error, check=lambda refused: refused.why == why)


def expected(case, error):
    """Nothing, or the refusal with this `why`."""
    return nullcontext() if case["expect"] == "ok" else refusal(error, case["expect"])


@dataclass
class Stamper:
    """The country's time-stamp authority as a port."""

    pki: Pki
    asked: list = field(default_factory=list)

    async def stamp(self, imprint, /, *, hash_name="sha256"):
        self.asked.append("time-stamp")
        request = TimeStampRequest(imprint=imprint, hash_name=hash_name, nonce=None)
        tsa = self.pki.tsa
        return make_token(
            request,
            certificate=tsa.certificate,
            signer=tsa.key,
            policy="1.2.3",
            serial=len(self.asked),
            at=self.pki.at,
        )


@dataclass
class Responder:
    """The country's OCSP responder as a port."""

    pki: Pki
    asked: list
    late: timedelta = timedelta()

    async def ocsp(self, certificate, issuer, /, *, nonce=None):
        self.asked.append("ocsp")
        return self.pki.ocsp(certificate, nonce=nonce, late=self.late)


def component(pki, *, late=timedelta()):
    """One node's component over the country's services."""
    stamper = Stamper(pki)
    return Signatures(
        clock=StandingClock(AT),
        in_thread=ImmediateThread(),
        stamper=stamper,
        revocation=Responder(pki, stamper.asked, late),
        anchors=lambda: pki.anchors,
        intermediates=pki.chain,
    )


def sign_value(credential, prepared):
    """What a card answers."""
    key = credential.key
    return to_raw(key.sign(prepared.to_sign), public_key=key.public_key)


def make(pki, credential, *, files=FILES, prepared=None, stamp_at=None, ocsp_at=None, **changes):
    """A container of level LT, or one with another time-stamp or OCSP response."""
    prepared = prepared or prepare(files, certificate=credential.certificate, at=AT)
    value = sign_value(credential, prepared)
    covered = stamped(prepared, value)
    evidence = {
        "timestamp": pki.timestamp(covered, at=stamp_at),
        "ocsp": [pki.ocsp(credential.certificate, at=ocsp_at)],
        "certificates": [pki.ca.certificate],
    }
    return finish(prepared, value, **(evidence | changes))


def rewrite(container, change):
    """The container with each entry passed through ``change(name, content)``."""
    entries = []
    for entry in read_zip(container):
        content = change(entry.name, entry.content)
        if content is not None:
            entries.append(Entry(name=entry.name, content=content, stored=entry.stored))
    return write_zip(entries)


def in_signature(container, old, new):
    """The container with a text of its first signature file replaced."""

    def change(name, content):
        if name != "META-INF/signatures0.xml":
            return content
        assert old in content
        return content.replace(old, new, 1)

    return rewrite(container, change)


def digest(content, name="sha256"):
    return new_hash(name, content).digest()
