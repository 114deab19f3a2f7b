"""`check.sh`: other people's programs say no to every file that was changed."""

import shutil
import subprocess
from base64 import b64encode

import pytest
import typst
from tests.signatures.house import component, make, rewrite

from riik.demo.checks import write_checks
from riik.signatures import DataFile, OrganisationSeal
from riik.testing.pki import make_pki

PROGRAMS = ("openssl", "unzip", "xmlsec1", "pdfsig")
MISSING = [name for name in PROGRAMS if shutil.which(name) is None]

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
]
LETTER = b'#set document(title: "Otsus")\n#set text(lang: "et")\n= Otsus\nJuhiluba on antud.\n'


@pytest.fixture(scope="module")
def anyio_backend():
    """One loop for the module: the papers are made in it."""
    return "asyncio"


@pytest.fixture(scope="module")
async def papers(anyio_backend, tmp_path_factory):
    """What a journey leaves: application, decision, authorities, and the script."""
    folder, pki = tmp_path_factory.mktemp("papers"), make_pki()
    mari, agency = pki.person().signature, pki.seal()
    content = DataFile("application.json", b'{"reason":"expiring"}', "application/json")
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    letter = typst.compile(LETTER, pdf_standards=["a-3a", "ua-1"])
    written = {
        "application.asice": make(pki, mari, files=[content]),
        "decision.pdf": await component(pki).seal_pdf(letter, seal=seal, reason="Otsus"),
        "root.der": pki.root.certificate,
        "issuing.der": pki.ca.certificate,
        "ocsp.der": pki.responder.certificate,
        "tsa.der": pki.tsa.certificate,
    }
    for name, content in written.items():
        (folder / name).write_bytes(content)
    (folder / "check").mkdir()
    write_checks(folder)
    return folder


@pytest.fixture
def folder(papers, tmp_path):
    """A copy of it, to be changed."""
    return shutil.copytree(papers, tmp_path / "demo-out")


def check(folder, **environment):
    return subprocess.run(
        ["sh", folder / "check" / "check.sh"],
        capture_output=True, text=True, check=False, timeout=60, **environment,
    )  # fmt: skip


def flip(path, at):
    """One bit of one byte."""
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


async def test_what_was_not_changed_holds_without_a_word_that_frightens(folder):
    done = check(folder)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    assert done.stdout.endswith("All of it holds.\n")
    assert "cannot say whether to trust who issued" in done.stdout


async def test_a_byte_of_the_decision_breaks_its_seal(folder):
    decision = folder / "decision.pdf"
    flip(decision, decision.read_bytes().index(b"stream\n") + 40)
    done = check(folder)
    assert done.returncode == 1
    assert "NO: the seal of the decision does not hold" in done.stderr
    assert "All" not in done.stdout


async def test_a_decision_without_a_seal_is_none(folder):
    (folder / "decision.pdf").write_bytes(typst.compile(LETTER))
    assert check(folder).returncode == 1


@pytest.mark.parametrize("name", ["application.json", "META-INF/signatures0.xml"])
async def test_the_application_itself_is_looked_at(folder, name):
    path = folder / "application.asice"
    changed = rewrite(path.read_bytes(), lambda one, old: old + b" " if one == name else old)
    path.write_bytes(changed)
    done = check(folder)
    assert done.returncode == 1
    assert "is not the one of ../application.asice" in done.stderr


async def test_an_application_that_says_something_else_in_both_places_is_found(folder):
    path, other = folder / "application.asice", b'{"reason":"lost"}'
    path.write_bytes(
        rewrite(path.read_bytes(), lambda one, old: other if one == "application.json" else old)
    )
    (folder / "check" / "application.json").write_bytes(other)
    done = check(folder)
    assert done.returncode == 1
    assert "NO: the signature of the application does not hold" in done.stderr


@pytest.mark.parametrize("name", ["root.der", "issuing.der", "ocsp.der", "tsa.der"])
async def test_a_changed_authority_is_none(folder, name):
    flip(folder / name, -3)
    assert check(folder).returncode == 1


@pytest.mark.parametrize(
    "name",
    [
        "signatures.xml",
        "application.json",
        "signature-value.xml",
        "timestamp.tst",
        "ocsp.resp",
        "signer.der",
    ],
)
async def test_a_changed_piece_is_none_of_the_application(folder, name):
    flip(folder / "check" / name, -20)
    assert check(folder).returncode == 1


async def test_a_time_stamp_that_is_broken_in_both_places_is_seen(folder):
    piece, path = folder / "check" / "timestamp.tst", folder / "application.asice"
    right = b64encode(piece.read_bytes())
    flip(piece, -3)
    wrong = b64encode(piece.read_bytes())
    path.write_bytes(rewrite(path.read_bytes(), lambda name, old: old.replace(right, wrong)))
    signatures = folder / "check" / "signatures.xml"
    signatures.write_bytes(signatures.read_bytes().replace(right, wrong))
    done = check(folder)
    assert done.returncode == 1
    assert "NO: the time-stamp does not hold" in done.stderr


async def test_a_program_that_is_missing_is_named(folder, tmp_path):
    few = tmp_path / "bin"
    few.mkdir()
    for name in ("sh", "dirname", "openssl", "unzip", "cmp", "tr", "sed", "cat", "grep"):
        (few / name).symlink_to(shutil.which(name))
    done = check(folder, env={"PATH": str(few)})
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("Not everything was asked; install: xmlsec1 pdfsig\n")
