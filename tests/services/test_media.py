"""What a file is inside, and what is not kept: liars, bombs, what runs, what nobody can open."""

import base64
import struct
import zipfile
import zlib
from io import BytesIO

import pytest

from riik.services.forms.media import MediaRefused, kind_inside


def pdf(more=b""):
    return b"%PDF-1.7\n1 0 obj\n<<" + more + b">>\nendobj\ntrailer\n%%EOF\n"


def png(width=10, height=10, *, check=None):
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    mark = zlib.crc32(head) if check is None else check
    end = b"\0\0\0\0IEND\xaeB`\x82"
    return b"\x89PNG\r\n\x1a\n\0\0\0\x0d" + head + struct.pack(">I", mark) + end


def jpeg(width=10, height=10, end=b"\xff\xd9"):
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x11\x00\x00"
    return b"\xff\xd8\xff\xe0\x00\x04ab" + frame + b"\xff\xda\x00\x02data" + end


SIGNATURE = "META-INF/signatures0.xml"


def container(
    mimetype="application/vnd.etsi.asic-e+zip", content=b"text", name="a.txt", signature=SIGNATURE
):
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        archive.writestr(name, content)
        archive.writestr(signature, "<XAdESSignatures/>")
    return made.getvalue()


def chunk(kind, data):
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def with_chunk(kind, data):
    """A picture with one more chunk before its end."""
    made = png()
    return made[:33] + chunk(kind, data) + made[33:]


def objects(content):
    """A PDF with one more object stream."""
    packed = zlib.compress(content)
    head = b"2 0 obj\n<</Type/ObjStm/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return pdf().replace(b"trailer", head + packed + b"\nendstream\nendobj\ntrailer")


def packed(content, filters, type_=b"/ObjStm"):
    """A PDF with an object stream that is packed in another way."""
    head = b"2 0 obj\n<</Type%s%s/First 4/N 1/Length %d>>\nstream\n"
    made = head % (type_, filters, len(content)) + content + b"\nendstream\nendobj\ntrailer"
    return pdf().replace(b"trailer", made)


FLATE, SCRIPT = b"/Filter/FlateDecode", b"1 0 <</S/JavaScript/JS(app.alert(1))>>"
DEFLATED = zlib.compress(SCRIPT)
UP = zlib.compress(b"\2" + SCRIPT)
UP_PARMS = b"/DecodeParms<</Predictor 12/Columns %d>>" % len(SCRIPT)
HARMLESS = zlib.compress(b"1 0 <</Type/Page>>")


def picture(data):
    """A PDF with one more packed stream, as a scan is."""
    head = b"2 0 obj\n<</Subtype/Image/Filter/DCTDecode/Length %d>>\nstream\n" % len(data)
    return pdf().replace(b"trailer", head + data + b"\nendstream\nendobj\ntrailer")


def frame(width, height, marker=0xC2):
    return bytes([0xFF, marker]) + b"\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\1\1\0\0"


def archive():
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        opened.writestr("evil.exe", "MZ")
    return made.getvalue()


def attached(name):
    return pdf(b"/Names<</EmbeddedFiles 2 0 R>>/Type/Filespec/F(%s)/UF(%s)/EF 3 0 R" % (name, name))


BOMB = zlib.compress(bytes(30_000_000), 9)


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", pdf()),
        ("pdf", pdf(b"/EmbeddedFiles 1 0 R")),
        ("pdf", pdf(b"/JSFormatOfNothing 1")),
        ("pdf", attached(b"otsus.json")),
        ("pdf", pdf(b"/A<</S/URI/URI(https://www.riigiteataja.ee/akt/1)>>")),
        ("pdf", pdf(b"/A<</Type/Action/S/URI/URI<6D61696C746F3A61>>>")),
        ("pdf", picture(b"\xff\xd8/JS(/3D /URI(x /Sound\xff\xd9")),
        ("pdf", objects(b"1 0 <</Type/Page>>")),
        ("pdf", pdf() + b"\r\n"),
        ("pdf", packed(HARMLESS, FLATE)),
        ("pdf", packed(HARMLESS, b"/Extends 9 0 R/Filter [ /FlateDecode ]")),
        ("pdf", packed(HARMLESS, FLATE + b"/DecodeParms null")),
        ("pdf", packed(HARMLESS, FLATE + b"/DecodeParms[<</Predictor 1/Columns 4>>]")),
        ("pdf", packed(b"1 0 <</Type/Page>>", b"")),
        ("pdf", pdf(b"/Type/Outlines/First 12 0 R/Last 3 0 R")),
        ("pdf", pdf(b"/FirstChar 32/AS/First")),
        ("png", with_chunk(b"tEXt", b"Comment\0words")),
        ("png", with_chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"words"))),
        ("jpeg", jpeg() + jpeg()),
        ("jpeg", jpeg().replace(b"data", b"da\xff\x00\xff\xd0ta")),
        ("asice", container(name="lisad/pilt õ & 1.bin")),
        ("asice", container(signature="META-INF/signature.p7s")),
        ("png", png()),
        ("jpeg", jpeg()),
        ("asice", container()),
    ],
)
def test_a_file_is_what_is_in_it(kind, content):
    assert kind_inside(content) == kind


@pytest.mark.parametrize(
    ("why", "content"),
    [
        ("empty", b""),
        ("unknown-kind", b"<html><script>alert(1)</script>"),
        ("unknown-kind", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("unknown-kind", b"MZ\x90\x00 a program"),
        ("unknown-kind", b" %PDF-1.7 %%EOF"),
        ("unknown-kind", b"GIF89a"),
        ("unknown-kind", container("application/epub+zip")),
        ("broken", b"%PDF-1.7 without an end"),
        ("broken", png(check=1)),
        ("broken", png()[:40]),
        ("broken", jpeg(end=b"")),
        ("broken", b"\xff\xd8\xff\xd9"),
        ("broken", container()[:-10]),
        ("broken", b"PK\x03\x04"),
        ("locked", pdf(b"/Encrypt 3 0 R")),
        ("locked", pdf(b"/#45ncrypt 3 0 R")),
        ("locked", packed(b"sealed", FLATE).replace(b"trailer", b"/Encrypt 3 0 R")),
        ("acts", pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")),
        ("acts", pdf(b"/S /J#61vaScript")),
        ("acts", pdf(b"/S /Launch")),
        ("acts", pdf(b"/XFA [1 0 R]")),
        ("acts", pdf(b"/S/GoToR/F(\\\\\\\\evil\\\\share\\\\x.pdf)")),
        ("acts", pdf(b"/S/GoToE/F(x)")),
        ("acts", pdf(b"/S /ImportData /F (x.fdf)")),
        ("acts", pdf(b"/S /Rendition /R 3 0 R")),
        ("acts", pdf(b"/S /GoTo3DView")),
        ("acts", pdf(b"/Subtype /3D")),
        ("acts", pdf(b"/Subtype /Movie")),
        ("acts", pdf(b"/Length 0/F(x)/FFilter[]")),
        ("acts", pdf(b"/S/URI/URI(javascript:alert\\(1\\))")),
        ("acts", pdf(b"/S/URI/URI(java(x)script:1)")),
        ("acts", pdf(b"/S/URI/URI(\\152avascript:1)")),
        ("acts", pdf(b"/S/URI/URI<6A 61 76 61736372697074 3A>")),
        ("acts", pdf(b"/S/URI/#55RI(JAVASCRIPT:1)")),
        ("acts", pdf(b"/S/URI/URI 5 0 R")),
        ("acts", pdf(b"/S/URI/URI(file:///etc/passwd)")),
        ("acts", pdf(b"/URI<</Base(javascript:)>>")),
        ("acts", objects(b"1 0 <</S/JavaScript/JS(app.alert(1))>>")),
        ("acts", objects(b"1 0 <</S/URI/URI(javascript:1)>>")),
        ("acts", packed(DEFLATED, FLATE)),
        ("broken", packed(DEFLATED, FLATE, b"/Nothing")),
        ("acts", packed(DEFLATED, FLATE + b"/DecodeParms null")),
        ("acts", packed(SCRIPT, b"")),
        ("broken", packed(DEFLATED, FLATE, b"/Obj#53tm")),
        ("broken", packed(DEFLATED.hex().encode() + b">", b"/Filter[/ASCIIHexDecode/FlateDecode]")),
        ("broken", packed(zlib.compress(DEFLATED), b"/Filter[/FlateDecode/FlateDecode]")),
        ("broken", packed(base64.a85encode(SCRIPT) + b"~>", b"/Filter/ASCII85Decode")),
        ("broken", packed(UP, FLATE + UP_PARMS)),
        ("broken", packed(UP, FLATE + UP_PARMS.replace(b"DecodeParms", b"DP"))),
        ("broken", packed(UP, FLATE + b"/DecodeParms 8 0 R")),
        ("broken", packed(DEFLATED, b"/Filter 8 0 R")),
        ("broken", packed(DEFLATED, b"/F/Fl")),
        ("broken", packed(DEFLATED, FLATE + b"/X(stream\n)")),
        ("broken", packed(DEFLATED, FLATE + b" " * 3000 + b"%\n")),
        ("broken", packed(DEFLATED, FLATE + b"/First%\n4", b"/Nothing")),
        ("broken", packed(HARMLESS[:-5], FLATE)),
        ("broken", packed(HARMLESS[:-1] + b"\0", FLATE)),
        ("broken", packed(b"nothing", FLATE)),
        ("acts", pdf(b"%/Filter>>stream\n/A<</S/JavaScript/JS(1)>>%endstream\n")),
        ("acts", pdf(b"/X(obj/Filter>>stream\n)/A<</S/Launch>>/Y(endstream)")),
        ("attached", attached(b"a.exe")),
        ("attached", attached(b"otsus.json.js")),
        ("attached", attached(b"otsus.exe. ")),
        ("attached", objects(b"1 0 <</Type/Filespec/EF 3 0 R/UF<FEFF0061002E006500780065>>>")),
        ("two-kinds", pdf() + archive()),
        ("two-kinds", pdf() + b"<html><script>"),
        ("two-kinds", png() + archive()),
        ("two-kinds", png() + b"<html>"),
        ("two-kinds", jpeg() + archive()),
        ("bomb", objects(bytes(20_000_000))),
        ("bomb", with_chunk(b"zTXt", b"Comment\0\0" + BOMB)),
        ("bomb", with_chunk(b"iTXt", b"Comment\0\1\0en\0\0" + BOMB)),
        ("broken", with_chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))),
        ("broken", png().replace(b"IHDR", b"IHDX")),
        ("broken", jpeg().replace(b"\xff\xda", frame(65_000, 65_000) + b"\xff\xda")),
        ("broken", jpeg().replace(b"\xff\xd9", frame(65_000, 65_000) + b"\xff\xd9")),
        ("broken", jpeg().replace(b"\xff\xd9", b"\xff\xff\xc1" + frame(9, 9)[2:] + b"\xff\xd9")),
        ("bomb", jpeg(10, 0)),
        ("path", container(name="../../evil.txt")),
        ("path", container(name="/etc/passwd")),
        ("path", container(name="a/./b")),
        ("path", container(name="C:evil.txt")),
        ("path", container(name="a\\b.txt")),
        ("path", container(name="a\u202etxt.b")),
        ("path", container(name="meta-inf/SIGNATURES0.XML")),
        ("program", container(name="a.exe")),
        ("program", container(name="Otsus.pdf.JS")),
        ("program", container(name="a.html")),
        ("program", container(name="a.lnk. ")),
        ("program", container(content=b"MZ\x90\0")),
        ("program", container(content=b"\x7fELF")),
        ("program", container(content=b"#!/bin/sh")),
        ("unsigned", container(signature="signatures0.xml")),
        ("unsigned", container(signature="META-INF/manifest.xml")),
        ("bomb", png(60_000, 60_000)),
        ("bomb", png(0, 10)),
        ("bomb", jpeg(65_000, 65_000)),
        ("bomb", container(content=b"\0" * 40_000_000)),
    ],
)
def test_a_file_that_lies_or_harms_is_refused(why, content):
    with pytest.raises(MediaRefused) as refused:
        kind_inside(content)
    assert refused.value.why == why
