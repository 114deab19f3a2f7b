"""What a file is inside, and what is not kept: liars, bombs, what runs, what nobody can open."""

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


def container(mimetype="application/vnd.etsi.asic-e+zip", content=b"text"):
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), mimetype)
        archive.writestr("a.txt", content)
    return made.getvalue()


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("pdf", pdf()),
        ("pdf", pdf(b"/EmbeddedFiles 1 0 R")),
        ("pdf", pdf(b"/JSFormatOfNothing 1")),
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
        ("acts", pdf(b"/OpenAction << /S /JavaScript /JS (app.alert(1)) >>")),
        ("acts", pdf(b"/S /J#61vaScript")),
        ("acts", pdf(b"/S /Launch")),
        ("acts", pdf(b"/XFA [1 0 R]")),
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
