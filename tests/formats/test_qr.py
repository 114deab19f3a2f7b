"""QR codes say what was put in: read again by a stranger, zbar."""

import shutil
import subprocess

import pytest

from riik.formats.qr import MOST_BYTES, QrRefused, qr_modules

needs_zbar = pytest.mark.skipif(shutil.which("zbarimg") is None, reason="zbarimg is not installed")

SAID = [
    "https://portal.example/verify?d=3V7K-9QXM",
    "Õiendõ šokk",
    "Đổi giấy phép lái xe",
    "BCD\n002\n1\nSCT\n\nRiik\nEE471000001020145685\nEUR23.00\n\n\nVIITENUMBER",
    "x" * MOST_BYTES,
]


def picture(modules, *, scale=4, margin=4):
    """A portable graymap of a code, as a camera would see it."""
    side = len(modules) + 2 * margin
    blank = "0" * side
    padded = [blank] * margin + [f"{'0' * margin}{row}{'0' * margin}" for row in modules]
    rows = [*padded, *[blank] * margin]
    shades = {"0": b"\xff" * scale, "1": b"\x00" * scale}
    body = b"".join(b"".join(shades[module] for module in row) * scale for row in rows)
    return f"P5 {side * scale} {side * scale} 255\n".encode() + body


@needs_zbar
@pytest.mark.parametrize("correction", ["L", "M", "Q", "H"])
@pytest.mark.parametrize("text", SAID[:4])
def test_another_program_reads_what_was_said(text, correction, tmp_path):
    file = tmp_path / "code.pgm"
    file.write_bytes(picture(qr_modules(text, correction=correction)))
    read = subprocess.run(
        ["zbarimg", "--raw", "--quiet", "-Sbinary", str(file)], capture_output=True, check=True
    )
    assert read.stdout.decode().rstrip("\n") == text


@pytest.mark.parametrize("text", SAID, ids=range(len(SAID)))
def test_a_code_is_square_and_of_a_version_of_the_standard(text):
    modules = qr_modules(text)
    assert {len(row) for row in modules} == {len(modules)}
    assert (len(modules) - 17) % 4 == 0
    assert len(modules) <= 141


@pytest.mark.parametrize(
    ("text", "why"), [("", "empty"), ("x" * (MOST_BYTES + 1), "long"), ("õ" * MOST_BYTES, "long")]
)
def test_what_fits_no_code_is_refused(text, why):
    with pytest.raises(QrRefused) as refused:
        qr_modules(text)
    assert refused.value.why == why
