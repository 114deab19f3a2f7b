"""Files that commands are given: a signed container, a sealed list, a receipt of a look."""

import asyncio
from base64 import b64encode
from datetime import timedelta

import pytest
import typst
from click.testing import CliRunner
from tests.signatures.house import component, make, rewrite

from riik.cli import main
from riik.core import ClientId, KeyKind, SubjectId
from riik.runtime.clock import SystemClock
from riik.signatures import OrganisationSeal, XmlSeal
from riik.testing.pki import AT, MemoryKey, make_pki
from riik.testing.ports import StandingClock
from riik.transparency import Access, Checkpoint, Proof
from riik.transparency.access import Opening
from riik.transparency.merkle import hash_leaf, hash_pair
from riik.transparency.notes import KeyType, sign_note, verifier_key
from riik.trust import Scheme
from riik.trust.trustlist import Provider, make_trusted_list

LETTER = b'#set document(title: "Otsus")\n= Otsus'
LOG, WITNESS = "log.example/population", "witness.example/w1"


@pytest.fixture
def riik():
    """Runs the command and answers its result: exit_code, stdout, stderr."""
    return lambda *words: CliRunner().invoke(main, [str(word) for word in words])


@pytest.fixture(scope="session")
def signed(tmp_path_factory):
    """A folder with containers, a sealed trusted list and the certificates of one country."""
    folder, pki = tmp_path_factory.mktemp("signed"), make_pki()
    mari, agency = pki.person().signature, pki.seal()
    seal = XmlSeal(signer=agency.key, certificate=agency.certificate, clock=StandingClock(AT))
    scheme = Scheme(
        territory="EE",
        operator="Authority",
        street="Street 1",
        locality="Town",
        email="a@example.org",
        website="http://127.0.0.1/",
    )
    trusted = make_trusted_list(
        scheme,
        [Provider(name="Trust Centre", services=pki.anchors)],
        sequence=1,
        issued=AT,
        next_update=AT + timedelta(days=170),
    )
    today = make_trusted_list(
        scheme,
        [Provider(name="Trust Centre", services=pki.anchors)],
        sequence=2,
        issued=SystemClock().now(),
        next_update=SystemClock().now() + timedelta(days=170),
    )
    whole = make(pki, mari)
    own = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    sealed = asyncio.run(component(pki).seal_pdf(typst.compile(LETTER), seal=own))
    written = {
        "application.asice": whole,
        "changed.asice": rewrite(
            whole, lambda name, content: content.replace(b"Palun", b"Ei soovi")
        ),
        "notes.txt": b"nobody signed this",
        "trusted-list.xml": seal(trusted),
        "list-of-today.xml": seal(today),
        "trusted-list-signer.pem": pem(agency.certificate),
        "decision.pdf": typst.compile(LETTER),
        "signed.pdf": sealed,
        "cut.pdf": sealed[:-700],
        "stranger.pem": pem(make_pki().seal().certificate),
        "ca.der": pki.ca.certificate,
        "tsa.der": pki.tsa.certificate,
        "ocsp.der": pki.responder.certificate,
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return folder


def pem(certificate):
    text = b64encode(certificate).decode()
    return f"-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n".encode()


@pytest.fixture(scope="session")
def receipts(tmp_path_factory):
    """A receipt of a look, one that was changed, and the keys that verify it."""
    folder = tmp_path_factory.mktemp("receipts")
    log, witness = MemoryKey(KeyKind.ED25519), MemoryKey(KeyKind.ED25519)
    opening = Opening(look(), bytes(32))
    sibling = hash_leaf(b"another look")
    head = Checkpoint(LOG, 2, hash_pair(hash_leaf(opening.commitment), sibling))
    lines = [
        str(sign_note(head.text, log, name=LOG)),
        str(sign_note(head.text, witness, name=WITNESS, at=AT)),
    ]
    note = "".join([head.text, "\n", *lines]).encode()
    other = Opening(look(purpose="curiosity"), bytes(32))
    written = {
        "look.tlog-proof": bytes(Proof(0, (sibling,), note, bytes(opening))),
        "changed.tlog-proof": bytes(Proof(0, (sibling,), note, bytes(other))),
        "nothing.tlog-proof": b"hello",
        "log-keys.txt": f"# logs\n{verifier_key(log, name=LOG)}\n".encode(),
        "witness-keys.txt": str(
            verifier_key(witness, name=WITNESS, type=KeyType.COSIGNATURE)
        ).encode(),
        "stranger.txt": str(verifier_key(MemoryKey(KeyKind.ED25519), name=LOG)).encode(),
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    return folder


def look(*, purpose="driving-licence-renewal"):
    return Access(
        subject=SubjectId("s-1"),
        reader=ClientId.parse("EE-DEMO/GOV/70000005/services"),
        purpose=purpose,
        legal_basis="Liiklusseadus",
        service="EE-DEMO/GOV/70000004/population/person",
        at=AT,
        fields=("given_names", "residence"),
        case="2026-000017",
    )
