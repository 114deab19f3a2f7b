"""A paper's QR code: read by a stranger, believed by its issuer's key, and by no other."""

import json
import shutil
import subprocess
from datetime import UTC, date, datetime

import pytest
from tests.documents.conftest import VECTORS

from riik.core import KeyKind, Refused
from riik.documents import (
    Check,
    PaperRefused,
    PaperStatement,
    code_of,
    read_code,
    read_statement,
    token_of,
    write_statement,
)
from riik.documents.device import TEMPLATES
from riik.formats import canonical_json, jose
from riik.testing.pki import MemoryKey

SEAL, OTHER = MemoryKey(KeyKind.P256), MemoryKey(KeyKind.P256)
TOKEN = token_of(bytes(range(16)))
SAID = PaperStatement(
    issuer="EE/GOV/70001490",
    token=TOKEN,
    kind="decision",
    day=date(2026, 12, 1),
    digest=bytes(32),
)
CODE = code_of("70001490", TOKEN)
STATEMENT = write_statement(SAID, signer=SEAL)
ADDRESS = f"https://portal.ee/check/{CODE}#{STATEMENT}"
needs_readers = pytest.mark.skipif(
    shutil.which("zbarimg") is None or shutil.which("pdftoppm") is None,
    reason="zbarimg or pdftoppm is not installed",
)


def test_a_statement_is_short_and_is_believed_by_its_issuers_key():
    assert len(STATEMENT) <= 340
    assert read_statement(ADDRESS, key=SEAL.public_key) == SAID
    assert read_statement(STATEMENT, key=SEAL.public_key) == SAID


@pytest.mark.parametrize(
    "text",
    [
        CODE.lower(),
        CODE.replace("0", "O").replace("1", "l"),
        f" https://portal.ee/check/{CODE}/ ",
        ADDRESS,
    ],
)
def test_a_code_is_read_as_people_type_it(text):
    assert read_code(text)[1] == TOKEN


@pytest.mark.parametrize(
    "text",
    ["", "70001490", CODE[:-1], CODE + "0", "-" + TOKEN, "7000 1490-" + TOKEN, CODE[:-1] + "U"],
)
def test_what_is_no_code_is_refused(text):
    with pytest.raises(PaperRefused) as refused:
        read_code(text)
    assert refused.value.why == "code"


def signed(claims, header="paper", key=SEAL):
    return jose.sign(canonical_json.encode(claims), signer=key, header={"typ": header})


GOOD = {"d": TOKEN, "h": "A" * 43, "i": "EE/GOV/1", "k": "decision", "t": "2026-12-01"}


@pytest.mark.parametrize(
    ("why", "text"),
    [
        ("signature", signed(GOOD, key=OTHER)),
        ("parts", "nothing"),
        ("size", "a" * 1_001),
        ("type", signed(GOOD, header="jwt")),
        ("claims", signed(GOOD | {"x": "1"})),
        ("claims", signed(GOOD | {"k": 1})),
        ("claims", signed(GOOD | {"t": "2026-13-01"})),
        ("claims", signed(GOOD | {"h": "AAAA"})),
        ("claims", signed(GOOD | {"d": "short"})),
        ("code", f"https://portal.ee/check/{code_of('1', token_of(bytes(16)))}#{STATEMENT}"),
    ],
)
def test_a_statement_that_nobody_should_believe_is_refused(why, text):
    with pytest.raises(Refused) as refused:
        read_statement(text, key=SEAL.public_key)
    assert refused.value.why == why


@needs_readers
@pytest.mark.parametrize("language", ["et", "vi", "en"])
def test_a_stranger_reads_the_code_of_a_printed_page(documents, tmp_path, language):
    letter = json.loads((VECTORS / f"decision-{language}.json").read_bytes())
    pdf = documents.render(
        (TEMPLATES / "decision.typ").read_bytes(),
        letter,
        language=language,
        title=letter["title"],
        author=letter["organisation"]["name"],
        at=datetime(2026, 12, 1, tzinfo=UTC),
        check=Check(place="portal.ee/check", address=ADDRESS, code=CODE),
    )
    (tmp_path / "a.pdf").write_bytes(pdf)
    pages = str(tmp_path / "page")
    subprocess.run(["pdftoppm", "-r", "150", "-png", str(tmp_path / "a.pdf"), pages], check=True)
    found = [
        subprocess.run(
            ["zbarimg", "--raw", "--quiet", str(page)], capture_output=True, text=True, check=False
        ).stdout.strip()
        for page in sorted(tmp_path.glob("page*.png"))
    ]
    assert ADDRESS in found
    text = subprocess.run(
        ["pdftotext", str(tmp_path / "a.pdf"), "-"], capture_output=True, text=True, check=True
    ).stdout
    assert CODE in text


def test_a_draft_has_no_code(documents):
    letter = json.loads((VECTORS / "decision-en.json").read_bytes()) | {"draft": True}
    given = {"language": "en", "title": "T", "author": "A", "at": datetime(2026, 12, 1, tzinfo=UTC)}
    template = (TEMPLATES / "decision.typ").read_bytes()
    check = Check(place="portal.ee/check", address=ADDRESS, code=CODE)
    bare = documents.render(template, letter, digest=b"a" * 32, **given)
    assert len(documents.render(template, letter, digest=b"a" * 32, check=check, **given)) == len(
        bare
    )
