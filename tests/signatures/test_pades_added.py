"""What may follow a seal in a PDF: evidence and other signatures. All else was not signed."""

import io
import re
from datetime import timedelta

import pikepdf
import pytest
import typst
from asn1crypto import ocsp, x509
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name as name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import TimeStamper as PdfTimeStamper
from pyhanko.sign.validation.dss import DocumentSecurityStore
from tests.signatures.house import Stamper, component

from riik.signatures import Indication, OrganisationSeal, PdfRefused, SubIndication, validate
from riik.signatures.pades import sealing
from riik.testing.pki import AT

pytestmark = pytest.mark.anyio
LETTER = (
    b'#set document(title: "Otsus", date: datetime(year: 2026, month: 6, day: 1))\n= Otsus\nJah.'
)
LATER = AT + timedelta(days=1)


@pytest.fixture(scope="module")
async def sealed(pki, agency):
    letter = typst.compile(LETTER, pdf_standards=["a-3a", "ua-1"])
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    return await component(pki).seal_pdf(letter, seal=seal, reason="Otsus")


def judged(pdf, pki):
    return validate(pdf, anchors=pki.anchors, at=LATER).signatures


def verdict(pdf, pki):
    """Nothing for a file that can't be read or in which nobody signed."""
    try:
        [one] = judged(pdf, pki) or [None]
    except PdfRefused:
        return None
    return one and (one.judgement.indication, one.judgement.sub_indication)


class Quiet(IncrementalPdfFileWriter):
    """Writes a revision without a word about itself."""

    def _update_meta(self):
        return


def revised(pdf, change, *, writer=Quiet):
    with_change = writer(io.BytesIO(pdf))
    change(with_change)
    out = io.BytesIO()
    with_change.write(out)
    return out.getvalue()


def dictionary(**values):
    return generic.DictionaryObject({name("/" + key): value for key, value in values.items()})


def text(words):
    return generic.TextStringObject(words)


def numbers(*values):
    return generic.ArrayObject(map(generic.NumberObject, values))


def in_catalogue(key, value):
    def change(writer):
        writer.root[name(key)] = value(writer) if callable(value) else value
        writer.update_root()

    return change


def stream(content, **values):
    return lambda writer: writer.add_object(
        generic.StreamObject(dictionary(**values), stream_data=content)
    )


def page_of(writer):
    return writer.root["/Pages"]["/Kids"][0].get_object()


def evil_note(writer):
    page = page_of(writer)
    note = dictionary(
        Type=name("/Annot"),
        Subtype=name("/FreeText"),
        Rect=numbers(0, 0, 600, 800),
        Contents=text("Ei."),
    )
    page["/Annots"].append(writer.add_object(note))
    writer.update_container(page["/Annots"])


def forged_title(writer):
    known = dict(writer.prev.trailer["/Info"])
    writer.set_info(
        writer.add_object(generic.DictionaryObject(known | {name("/Title"): text("Ei")}))
    )


def forged_xmp(writer):
    old = writer.root["/Metadata"].get_object().data
    assert b"Otsus" in old
    new = generic.StreamObject(
        dictionary(Type=name("/Metadata"), Subtype=name("/XML")),
        stream_data=old.replace(b"Otsus", b"Keeld"),
    )
    writer.root[name("/Metadata")] = writer.add_object(new)
    writer.update_root()


def font_swap(writer):
    fonts = page_of(writer)["/Resources"]["/Font"]
    font = fonts[next(iter(fonts))].get_object()
    font[name("/BaseFont")] = name("/Evil")
    writer.update_container(font)


def page_content(writer):
    page = page_of(writer)
    page[name("/Contents")] = writer.add_object(generic.StreamObject(stream_data=b"BT (Ei) Tj ET"))
    writer.update_container(page)


def picture_on_the_seal(writer):
    field = writer.root["/AcroForm"]["/Fields"][0].get_object()
    shown = generic.StreamObject(
        dictionary(Type=name("/XObject"), Subtype=name("/Form"), BBox=numbers(0, 0, 9, 9)),
        stream_data=b"0 0 9 9 re f",
    )
    field[name("/AP")] = dictionary(N=writer.add_object(shown))
    field[name("/Rect")] = numbers(0, 0, 500, 500)
    writer.update_container(field)


def text_field(writer):
    field = dictionary(
        FT=name("/Tx"),
        T=text("amount"),
        V=text("1000000"),
        Type=name("/Annot"),
        Subtype=name("/Widget"),
        Rect=numbers(0, 0, 300, 300),
    )
    form = writer.root["/AcroForm"]
    form["/Fields"].append(writer.add_object(field))
    writer.update_container(form["/Fields"])


def unsigned_field(writer):
    fields.append_signature_field(writer, fields.SigFieldSpec("Later"))


def script_in_names(writer):
    act = dictionary(S=name("/JavaScript"), JS=text("app.alert(1)"))
    tree = dictionary(JavaScript=dictionary(Names=generic.ArrayObject([text("a"), act])))
    in_catalogue("/Names", tree)(writer)


def need_appearances(writer):
    form = writer.root["/AcroForm"]
    form[name("/NeedAppearances")] = generic.BooleanObject(True)
    writer.update_container(form)


def orphan(writer):
    writer.add_object(dictionary(Type=name("/Page"), Words=text("Ei.")))


def store(writer):
    return writer.root["/DSS"].get_object()


def into_store(value):
    def change(writer):
        store(writer)["/Certs"].append(value(writer))
        writer.update_container(store(writer)["/Certs"])

    return change


def hung_on_evidence(writer):
    """A stream of the store that leads on to a page."""
    page = writer.add_object(dictionary(Type=name("/Page"), Words=text("Ei.")))
    der = generic.StreamObject(dictionary(Next=page), stream_data=b"\x30\x00")
    return writer.add_object(der)


def freed(pdf):
    sized = int(re.findall(rb"/Size (\d+)", pdf)[-1])
    return tail(pdf, b"xref\n5 1\n0000000000 00001 f \n", size=sized)


def tail(pdf, table, *, size, root=b"", between=b""):
    """A revision by hand."""
    before = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    kept = root or re.findall(rb"/Root (\d+ \d+ R)", pdf)[-1]
    start = len(pdf) + len(between)
    return (
        pdf
        + between
        + table
        + (
            b"trailer\n<</Size %d /Root %s /Prev %d>>\nstartxref\n%d\n%%%%EOF\n"
            % (size, kept, before, start)
        )
    )


def size_of(pdf):
    return int(re.findall(rb"/Size (\d+)", pdf)[-1])


def root_replaced(pdf):
    """Hide-and-replace: the document begins in another catalogue."""
    size = size_of(pdf)
    one = b"%d 0 obj\n<</Type/Catalog/Pages %d 0 R>>\nendobj\n" % (size, size + 1)
    two = b"%d 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n" % (size + 1)
    table = b"xref\n%d 2\n%010d 00000 n \n%010d 00000 n \n" % (size, len(pdf), len(pdf) + len(one))
    return tail(pdf, table, size=size + 2, root=b"%d 0 R" % size, between=one + two)


def repointed(pdf):
    """Replace: a page's number names an object that hid in the signed part."""
    [offset] = [found.start() for found in re.finditer(rb"(?<=\n)\d+ 0 obj", pdf)][:1]
    number = int(pdf[offset:].split(b" ", 1)[0])
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, offset)
    return tail(pdf, table, size=size_of(pdf))


def unlisted(pdf):
    """An object that no table names, for those who repair."""
    return tail(
        pdf,
        b"xref\n0 1\n0000000000 65535 f \n",
        size=size_of(pdf),
        between=b"3 0 obj\n<</Type/Page>>\nendobj\n",
    )


def hybrid(pdf):
    size = size_of(pdf)
    rows = b"\x01" + len(pdf).to_bytes(4, "big") + b"\x00"
    table = b"%d 0 obj\n<</Type/XRef/Size %d/Index[%d 1]/W[1 4 1]/Length 6>>stream\n" % (
        size,
        size + 1,
        size,
    )
    between = table + rows + b"\nendstream\nendobj\n"
    made = tail(pdf, b"xref\n0 0\n", size=size + 1, between=between)
    return made.replace(
        b"/Size %d /Root" % (size + 1), b"/XRefStm %d/Size %d /Root" % (len(pdf), size + 1)
    )


def twice(pdf):
    """The catalogue again, one key twice: each reader takes its own."""
    number = int(re.findall(rb"/Root (\d+) \d+ R", pdf)[-1])
    start = [each.start() for each in re.finditer(rb"(?<=\n)%d 0 obj" % number, pdf)][-1]
    body = pdf[start : pdf.index(b"endobj", start) + 7]
    doubled = body.replace(b"<<", b"<< /Pages 9999 0 R ", 1)
    table = b"xref\n%d 1\n%010d 00000 n \n" % (number, len(pdf))
    return tail(pdf, table, size=size_of(pdf), between=doubled)


WRITTEN = {
    "title": forged_title,
    "xmp": forged_xmp,
    "no-xmp": in_catalogue("/Metadata", generic.NullObject()),
    "mark-info": in_catalogue("/MarkInfo", dictionary(Marked=generic.BooleanObject(False))),
    "orphan": orphan,
    "open-action": in_catalogue(
        "/OpenAction", dictionary(S=name("/URI"), URI=generic.ByteStringObject(b"http://x"))
    ),
    "page": page_content,
    "note": evil_note,
    "names": script_in_names,
    "layers": in_catalogue("/OCProperties", dictionary(OCGs=generic.ArrayObject())),
    "language": in_catalogue("/Lang", text("vi")),
    "viewer": in_catalogue("/ViewerPreferences", dictionary(DisplayDocTitle=name("/x"))),
    "font": font_swap,
    "picture": picture_on_the_seal,
    "text-field": text_field,
    "unsigned-field": unsigned_field,
    "need-appearances": need_appearances,
    "extension": in_catalogue("/Extensions", dictionary(EVIL=dictionary(X=text("Ei")))),
    "evidence-with-a-page": into_store(hung_on_evidence),
    "evidence-of-words": into_store(stream(b"Ei.")),
    "evidence-with-more": into_store(stream(b"\x30\x00Ei.")),
    "associated-files": in_catalogue("/AF", generic.ArrayObject()),
    "version": in_catalogue("/Version", name("/9.9")),
}
BY_HAND = {
    "freed": freed,
    "root": root_replaced,
    "repointed": repointed,
    "unlisted": unlisted,
    "hybrid": hybrid,
    "twice": twice,
    "comment": lambda pdf: pdf + b"% Ei.\n%%EOF\n",
    "words": lambda pdf: pdf + b"Ei.",
    "zeros-and-words": lambda pdf: pdf + bytes(2000) + b"Ei.",
}


@pytest.mark.parametrize("change", WRITTEN.values(), ids=WRITTEN)
async def test_what_was_added_was_not_signed(pki, sealed, change):
    found = verdict(revised(sealed, change), pki)
    assert found is None or found[1] is SubIndication.HASH_FAILURE


@pytest.mark.parametrize("change", BY_HAND.values(), ids=BY_HAND)
async def test_what_was_written_by_hand_was_not_signed(pki, sealed, change):
    found = verdict(change(sealed), pki)
    assert found is None or found[1] is SubIndication.HASH_FAILURE


async def test_what_was_hidden_is_not_covered_by_evidence_that_follows(pki, sealed):
    forged = revised(revised(sealed, orphan), into_store(evidence_of(pki)))
    assert verdict(forged, pki)[1] is SubIndication.HASH_FAILURE


def evidence_of(pki):
    return stream(pki.ca.certificate)


async def test_a_certificate_may_be_added_to_the_evidence(pki, sealed):
    found = verdict(revised(sealed, into_store(evidence_of(pki))), pki)
    assert found[0] is Indication.TOTAL_PASSED


@pytest.mark.parametrize("writer", [Quiet, IncrementalPdfFileWriter])
async def test_a_store_that_pyhanko_keeps_up_to_date_passes(pki, agency, sealed, writer):
    response = ocsp.OCSPResponse.load(pki.ocsp(agency.certificate, at=AT))

    def change(given):
        DocumentSecurityStore.supply_dss_in_writer(
            given, b"AB" * 20, certs=[x509.Certificate.load(pki.root.certificate)], ocsps=[response]
        )

    assert verdict(revised(sealed, change, writer=writer), pki)[0] is Indication.TOTAL_PASSED


class Asked(PdfTimeStamper):
    """pyHanko's time-stamper over the country's."""

    def __init__(self, pki):
        super().__init__(include_nonce=False)
        self.stamper = Stamper(pki)

    async def async_timestamp(self, message_digest, md_algorithm):
        token = await self.stamper.stamp(message_digest, hash_name=md_algorithm)
        return sealing._loaded(sealing.cms.ContentInfo, token)


@pytest.mark.parametrize("writer", [Quiet, IncrementalPdfFileWriter])
async def test_a_time_stamp_over_the_whole_passes(pki, sealed, writer):
    stamped = await stamp(pki, sealed, writer=writer)
    assert stamped.count(b"/DocTimeStamp") == 1
    [one] = judged(stamped, pki)
    assert one.passed, one.judgement
    assert not one.signed_again


async def stamp(pki, pdf, *, writer=Quiet):
    stamper = signers.PdfTimeStamper(Asked(pki))
    done = await stamper.async_timestamp_pdf(writer(io.BytesIO(pdf)), "sha256")
    return done.getvalue()


async def test_what_was_added_before_a_time_stamp_was_not_signed(pki, sealed):
    stamped = await stamp(pki, revised(sealed, forged_title))
    assert verdict(stamped, pki)[1] is SubIndication.HASH_FAILURE


async def sign_again(pki, pdf, credential, *, box=None, writer=Quiet):
    key = sealing._KeptKey(credential.key, certificate=credential.certificate, issuers=pki.chain)
    metadata = signers.PdfSignatureMetadata(
        field_name="Later", md_algorithm="sha256", subfilter=fields.SigSeedSubFilter.PADES
    )
    signer = signers.PdfSigner(
        metadata,
        signer=key,
        timestamper=Asked(pki),
        new_field_spec=fields.SigFieldSpec("Later", box=box),
    )
    return (await signer.async_sign_pdf(writer(io.BytesIO(pdf)))).getvalue()


@pytest.mark.parametrize("writer", [Quiet, IncrementalPdfFileWriter])
async def test_who_signs_again_forges_nothing(pki, sealed, writer):
    twice_signed = await sign_again(pki, sealed, pki.seal(), writer=writer)
    first, second = sorted(judged(twice_signed, pki), key=lambda one: not one.signed_again)
    assert (first.id, first.passed, first.signed_again) == ("Seal", True, True)
    assert (second.id, second.signed_again) == ("Later", False)
    assert any("signed again" in one for one in first.warnings)
    assert not any("signed again" in one for one in second.warnings)


async def test_a_signature_with_a_picture_is_seen_and_so_not_passed(pki, sealed):
    signed = await sign_again(pki, sealed, pki.seal(), box=(10, 10, 400, 400))
    [first] = [one for one in judged(signed, pki) if one.id == "Seal"]
    assert first.judgement.indication is Indication.INDETERMINATE


@pytest.fixture(scope="module")
async def packed(pki, agency):
    """A letter whose objects and table are packed into streams, sealed."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(typst.compile(LETTER))) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    seal = OrganisationSeal(signer=agency.key, certificate=agency.certificate)
    return await component(pki).seal_pdf(out.getvalue(), seal=seal)


@pytest.mark.parametrize("writer", [Quiet, IncrementalPdfFileWriter])
async def test_a_packed_letter_is_whole_and_so_with_evidence_and_time_stamp(pki, packed, writer):
    assert b"/ObjStm" in packed
    for pdf in (
        packed,
        revised(packed, into_store(evidence_of(pki)), writer=writer),
        await stamp(pki, packed, writer=writer),
        await stamp(pki, await stamp(pki, packed, writer=writer), writer=writer),
    ):
        assert verdict(pdf, pki)[0] is Indication.TOTAL_PASSED


def in_a_stream(change):
    """The same change, its objects hidden in an object stream."""

    def packing(writer):
        change(writer)
        stream = writer.prepare_object_stream()
        writer.add_object(dictionary(Type=name("/Page"), Words=text("Ei.")), obj_stream=stream)

    return packing


@pytest.mark.parametrize(
    "change",
    [
        orphan,
        WRITTEN["mark-info"],
        WRITTEN["xmp"],
        WRITTEN["note"],
        in_a_stream(WRITTEN["mark-info"]),
    ],
    ids=["orphan", "mark-info", "xmp", "note", "object-stream"],
)
async def test_what_was_added_to_a_packed_letter_was_not_signed(pki, packed, change):
    found = verdict(revised(packed, change), pki)
    assert found is None or found[1] is SubIndication.HASH_FAILURE


async def test_what_hides_beside_evidence_in_a_stream_of_objects_was_not_signed(pki, packed):
    forged = revised(packed, in_a_stream(into_store(evidence_of(pki))))
    assert forged.count(b"/ObjStm") > packed.count(b"/ObjStm")
    assert verdict(forged, pki)[1] is SubIndication.HASH_FAILURE
