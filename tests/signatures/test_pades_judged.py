"""PDFs judged: a seal that holds, and everything that must not."""

import io
import zlib
from datetime import timedelta

import pikepdf
import pytest
import typst
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from tests.signatures.house import Stamper, component, refusal

from riik.signatures import (
    Indication,
    OrganisationSeal,
    PdfRefused,
    Policy,
    SubIndication,
    simple_report,
    validate,
)
from riik.signatures.pades.sealing import seal_pdf
from riik.testing.pki import AT, make_pki

pytestmark = pytest.mark.anyio
LETTER = (
    b'#set document(title: "Otsus", date: datetime(year: 2026, month: 6, day: 1))\n= Otsus\nJah.'
)
PASSED, FAILED, UNDECIDED = (
    Indication.TOTAL_PASSED,
    Indication.TOTAL_FAILED,
    Indication.INDETERMINATE,
)
Sub = SubIndication


@pytest.fixture(scope="module")
def letter():
    return typst.compile(LETTER, pdf_standards=["a-3a", "ua-1"])


@pytest.fixture(scope="module")
async def sealed(pki, agency, letter):
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    return await component(pki).seal_pdf(letter, seal=seal, reason="Otsus")


def judged(pdf, pki, *, at=AT, policy=Policy.QUALIFIED):
    return validate(pdf, anchors=pki.anchors, at=at, policy=policy)


def verdict(pdf, pki, **more):
    [one] = judged(pdf, pki, **more).signatures
    return one.judgement.indication, one.judgement.sub_indication


def added_to(pdf, *, change):
    """The PDF with one more revision."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


async def test_a_seal_tells_who_when_and_that_it_is_over_everything(pki, sealed):
    report = judged(sealed, pki)
    [one] = report.signatures
    assert report.valid
    assert report.checked
    assert (one.signed_by, one.qualification) == ("Transpordiamet", "ADESEAL_QC")
    assert (one.format, one.best_time) == ("PAdES_BASELINE_LT", AT)
    assert one.scopes == ("the whole document",)


async def test_the_report_has_siva_s_words(pki, sealed):
    said = simple_report(judged(sealed, pki), filename="decision.pdf")
    told = said["validationReport"]["validationConclusion"]
    assert (told["signatureForm"], told["validSignaturesCount"]) == ("PAdES", 1)
    assert told["signatures"][0]["indication"] == "TOTAL-PASSED"


async def test_a_person_s_signature_is_named_as_one(pki, mari, letter):
    signed = await seal_pdf(letter, **services(pki, mari))
    [one] = judged(signed, pki).signatures
    assert (one.judgement.indication, one.qualification) == (PASSED, "QESIG")


async def test_a_letter_that_nobody_signed_has_no_signatures(pki, letter):
    report = judged(letter, pki)
    assert report.signatures == ()
    assert not report.valid


def services(pki, credential, *, at=AT):
    async def ask():
        return pki.ocsp(credential.certificate)

    return {
        "signer": credential.key,
        "certificate": credential.certificate,
        "issuers": pki.chain,
        "stamper": Stamper(pki),
        "ask_ocsp": ask,
        "at": at,
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"/StructTreeRoot", b"/structTreeRoot"), (b"%PDF-1.7", b"%PDF-1.6"), (b"Seal", b"Deal")],
)
async def test_a_byte_that_was_changed_fails(pki, sealed, old, new):
    assert verdict(sealed.replace(old, new, 1), pki) == (FAILED, Sub.HASH_FAILURE)


def other_page(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Contents"] = writer.add_object(generic.StreamObject(stream_data=b"BT (Ei.) Tj ET"))
    writer.update_container(page)


def other_language(writer):
    writer.root["/Lang"] = generic.TextStringObject("vi")
    writer.update_root()


@pytest.mark.parametrize("change", [other_page, other_language])
async def test_a_revision_that_changes_what_is_shown_fails(pki, sealed, change):
    assert verdict(added_to(sealed, change=change), pki) == (FAILED, Sub.HASH_FAILURE)


def a_note(writer):
    page = writer.root["/Pages"]["/Kids"][0]
    note = generic.DictionaryObject(
        {
            generic.NameObject("/Type"): generic.NameObject("/Annot"),
            generic.NameObject("/Subtype"): generic.NameObject("/Text"),
            generic.NameObject("/Rect"): generic.ArrayObject(
                map(generic.NumberObject, [0, 0, 9, 9])
            ),
            generic.NameObject("/Contents"): generic.TextStringObject("Ei."),
        }
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


async def test_a_note_that_was_added_does_not_pass(pki, sealed):
    assert verdict(added_to(sealed, change=a_note), pki)[0] is not PASSED


async def test_words_after_the_end_do_not_pass(pki, sealed):
    with refusal(PdfRefused, "pdf"):
        judged(sealed + b"\nEi.\n" * 500, pki)


async def test_without_its_evidence_it_decides_nothing(pki, sealed):
    first = sealed[: sealed.index(b"%%EOF", sealed.index(b"/ByteRange")) + 6]
    assert verdict(first, pki) == (UNDECIDED, Sub.TRY_LATER)


async def test_a_gap_that_leaves_out_more_is_refused(pki, sealed):
    start = sealed.index(b"/ByteRange")
    numbers = sealed[start : sealed.index(b"]", start)]
    _, before, after, rest = (int(each) for each in numbers.split(b"[")[1].split())
    wider = b"/ByteRange [0 %d %d %d" % (before - 1, after, rest)
    with refusal(PdfRefused, "pdf"):
        judged(sealed.replace(numbers, wider.ljust(len(numbers))), pki)


async def test_a_signature_of_another_letter_fails(pki, sealed, agency, letter):
    other = await seal_pdf(
        letter.replace(b"%PDF-1.7", b"%PDF-1.7"), **services(pki, agency, at=AT + timedelta(1))
    )
    start, end = sealed.index(b"/Contents <") + 11, sealed.index(b">", sealed.index(b"/Contents <"))
    foreign = other[other.index(b"/Contents <") + 11 :][: end - start]
    swapped = sealed[:start] + foreign + sealed[end:]
    assert verdict(swapped, pki) == (FAILED, Sub.HASH_FAILURE)


async def test_a_stranger_s_seal_is_not_trusted(pki, sealed):
    assert verdict(sealed, make_pki())[0] is UNDECIDED


async def test_a_stranger_s_time_stamp_is_not_trusted(pki, sealed):
    anchors = (*pki.anchors[:2], make_pki().anchors[2])
    [one] = validate(sealed, anchors=anchors, at=AT).signatures
    assert one.judgement.sub_indication is Sub.NO_CERTIFICATE_CHAIN_FOUND


async def test_a_revoked_seal_decides_nothing(letter):
    own = make_pki()
    credential = own.seal()
    own.revoke(credential.certificate)
    pdf = await seal_pdf(letter, **services(own, credential))
    assert verdict(pdf, own) == (UNDECIDED, Sub.REVOKED_NO_POE)


async def test_a_key_that_is_not_for_signatures_does_not_pass(pki, letter):
    signed = await seal_pdf(letter, **services(pki, pki.person().authentication))
    assert verdict(signed, pki) == (UNDECIDED, Sub.CHAIN_CONSTRAINTS_FAILURE)


async def test_evidence_of_tomorrow_decides_nothing_today(pki, sealed):
    assert verdict(sealed, pki, at=AT - timedelta(days=1)) == (UNDECIDED, Sub.NO_POE)


def encrypted(pdf):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        opened.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
    return out.getvalue()


def bomb(_pdf):
    """An object stream that unpacks to 300 MB."""
    packed = zlib.compress(b"1 0 " + b" " * 300_000_000, 9)
    head = b"%%PDF-1.7\n4 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n"
    body = head % len(packed) + packed + b"\nendstream endobj\n"
    at = len(body)
    rows = (
        b"".join(
            bytes(row)
            for row in [(0, 0, 0, 0, 0), (2, 0, 0, 4, 0), (0, 0, 0, 0, 0), (0, 0, 0, 0, 0)]
        )
        + b"\x01"
        + (9).to_bytes(3, "big")
        + b"\x00"
        + b"\x01"
        + at.to_bytes(3, "big")
        + b"\x00"
    )
    table = b"5 0 obj<</Type/XRef/Size 6/W[1 3 1]/Root 1 0 R/Length %d>>stream\n" % len(rows)
    return body + table + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF\n" % at


def nested(_pdf):
    deep = b"[" * 200_000
    body = b"%PDF-1.7\n1 0 obj" + deep + b"endobj\n"
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \n"
    end = b"trailer<</Size 2/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    return body + table + end


def long_table(_pdf):
    """A table of more lines than anybody reads, each of its own section."""
    table = b"xref\n" + b"".join(b"%d 1\n0000000009 00000 n \n" % one for one in range(400_000))
    return b"%PDF-1.7\n" + table + b"trailer<</Size 9>>\nstartxref\n9\n%%EOF\n"


def circle(_pdf):
    return b"%PDF-1.7\nxref\n0 0\ntrailer<</Size 1/Prev 9>>\nstartxref\n9\n%%EOF\n"


@pytest.mark.parametrize(
    "hostile", [bomb, nested, long_table, circle, lambda pdf: pdf[:-900], lambda _: b"%PDF-1.7"]
)
async def test_a_hostile_pdf_is_refused(pki, sealed, hostile):
    with pytest.raises(PdfRefused):
        judged(hostile(sealed), pki)


async def test_an_encrypted_pdf_is_refused(pki, letter):
    with refusal(PdfRefused, "encrypted"):
        judged(encrypted(letter), pki)


async def test_too_large_a_pdf_is_refused(pki):
    with refusal(PdfRefused, "too-long"):
        judged(b"%PDF-1.7\n" + bytes(64 * 1024 * 1024), pki)
