"""Sealed PDF: the letter stays as it was, and others' programs agree that it is sealed."""

import io
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from functools import partial

import pikepdf
import pytest
import typst
from asn1crypto import cms, core, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import async_validate_pdf_signature
from pyhanko_certvalidator import ValidationContext
from tests.signatures.house import Stamper, component, refusal

from riik.signatures import OrganisationSeal, PdfRefused
from riik.testing.pki import AT, make_pki
from riik.trust import NotGood

pytestmark = pytest.mark.anyio
LETTER = b"""#set document(title: "Otsus", date: datetime(year: 2026, month: 6, day: 1))
#set text(lang: "et")
= Otsus
Juhiluba on antud.
"""


@pytest.fixture(scope="module")
def letter():
    """A tagged letter, PDF/UA-1 and PDF/A-3a."""
    return typst.compile(LETTER, pdf_standards=["a-3a", "ua-1"])


@pytest.fixture
async def sealed(pki, agency, letter):
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    return await component(pki).seal_pdf(letter, seal=seal, reason="Otsus")


async def test_the_letter_s_bytes_stay_as_they_were(letter, sealed):
    assert sealed.startswith(letter)


async def test_tags_and_metadata_stay_and_nothing_is_shown(letter, sealed):
    with pikepdf.open(io.BytesIO(letter)) as old, pikepdf.open(io.BytesIO(sealed)) as new:
        assert new.Root.StructTreeRoot.objgen == old.Root.StructTreeRoot.objgen
        assert new.Root.Metadata.read_bytes() == old.Root.Metadata.read_bytes()
        [widget] = new.pages[0].Annots
        box = [float(side) for side in new.pages[0].MediaBox]
        assert not box[0] <= float(widget.Rect[0]) <= box[2]
        assert int(widget.F) & 0b100  # printed, not hidden: ISO 19005-3 §6.3.2


async def test_it_is_of_level_lt(sealed):
    reader = PdfFileReader(io.BytesIO(sealed))
    [signature] = reader.embedded_signatures
    assert signature.sig_object["/SubFilter"] == "/ETSI.CAdES.detached"
    attributes = {each["type"].native for each in signature.signer_info["unsigned_attrs"]}
    assert attributes == {"signature_time_stamp_token"}
    store = reader.root["/DSS"]
    assert len(store["/OCSPs"]) == 1
    assert len(store["/Certs"]) >= 2


async def test_pyhanko_says_that_it_is_whole_and_trusted(pki, sealed):
    reader = PdfFileReader(io.BytesIO(sealed))
    roots = [x509.Certificate.load(each) for each in (pki.root.certificate, pki.ca.certificate)]
    context = ValidationContext(trust_roots=roots, moment=AT, allow_fetching=False)
    status = await async_validate_pdf_signature(reader.embedded_signatures[0], context)
    assert status.bottom_line, status.summary()
    assert status.timestamp_validity.valid


def pdfsig(path):
    done = subprocess.run(
        ["pdfsig", "-nocert", path], capture_output=True, text=True, check=False, timeout=60
    )
    return done.stdout


@pytest.mark.skipif(shutil.which("pdfsig") is None, reason="poppler-utils isn't installed")
async def test_poppler_says_that_it_is_valid(sealed, tmp_path):
    path = tmp_path / "sealed.pdf"
    path.write_bytes(sealed)
    said = pdfsig(path)
    assert "Signature Validation: Signature is Valid." in said
    assert "Signature Type: ETSI.CAdES.detached" in said


async def test_one_byte_changed_is_seen(pki, sealed):
    at = sealed.index(b"/StructTreeRoot")
    changed = sealed[:at] + b"/structTreeRoot" + sealed[at + 15 :]
    signature = PdfFileReader(io.BytesIO(changed)).embedded_signatures[0]
    signature.compute_integrity_info()
    status = await async_validate_pdf_signature(
        signature, ValidationContext(trust_roots=[], moment=AT, allow_fetching=False)
    )
    assert not status.intact


@pytest.mark.parametrize("pdf", [b"", b"words", b"%PDF-1.7\n", b"%PDF-1.7\nxref\n0 1\ntrailer"])
async def test_what_is_no_pdf_is_refused(pdf, pki, agency):
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    with refusal(PdfRefused, "pdf"):
        await component(pki).seal_pdf(pdf, seal=seal)


async def test_a_revoked_seal_seals_nothing(letter):
    own = make_pki()
    credential = own.seal()
    own.revoke(credential.certificate)
    seal = OrganisationSeal(signer=credential.key, certificate=credential.certificate)
    with pytest.raises(NotGood):
        await component(own).seal_pdf(letter, seal=seal)


class Padding(Stamper):
    """A time-stamp authority whose tokens are longer by so many bytes."""

    longer = 0

    async def stamp(self, imprint, /, *, hash_name="sha256"):
        token = cms.ContentInfo.load(await super().stamp(imprint, hash_name=hash_name))
        [signer] = token["content"]["signer_infos"]
        value = {"type": "1.2.3.4", "values": [core.OctetString(bytes(self.longer))]}
        signer["unsigned_attrs"] = cms.CMSAttributes([cms.CMSAttribute(value)])
        return token.dump()


def head_of(pdf):
    """How SignedData begins, with its length, after ContentInfo's own head and its type.

    Read by hand: asn1crypto takes a minute to write out what it read at an unlucky length.
    """
    contents = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].pkcs7_content
    return contents[15:23]


def count_encoding(calls, frame, what, _of):
    """Calls of the encoder alone: other work may share the process."""
    if "asn1crypto" in frame.f_code.co_filename:
        calls.update((what,))


async def test_the_work_of_a_seal_does_not_depend_on_its_length(pki, agency, letter):
    """Lengths whose last byte is 0x80 look like the mark of an indefinite one."""
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    stamper, work, unlucky = Padding(pki), [], 0
    signatures = replace(component(pki), stamper=stamper)
    for _ in range(90):
        calls = Counter()
        sys.setprofile(partial(count_encoding, calls))
        try:
            pdf = await signatures.seal_pdf(letter, seal=seal)
        finally:
            sys.setprofile(None)
        work.append(calls["call"])
        head = head_of(pdf)
        stamper.longer += (0x80 - head[-1]) % 256
        unlucky += head[-1] == 0x80
        if unlucky > 2:
            break
    assert unlucky > 2
    assert max(work[1:]) < 3 * min(work[1:])
