"""Signatures in a PDF: which there are, what each covers, and what was added afterwards.

Reads ISO 32000-2 §12.8 and the document security store of EN 319 142-1 §5.4.2, by pyHanko
behind this adapter; nothing is believed here. The file is a stranger's: what may be read of it,
unpacked from it and nested in it is limited by counting, so that no machine's speed matters.
Whether a signature holds is `judging`, what stands inside it `cms`.
"""

import logging
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils.decode_limits import DecodeLimits, DocumentDecodeBudget, StreamDecodeLimits
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import DiffResult, ModificationLevel
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import SignatureCoverageLevel
from pyhanko.sign.validation.errors import SignatureValidationError

from riik.formats.ber import first_to_der
from riik.formats.der import DerRefused
from riik.signatures.errors import PdfRefused
from riik.signatures.pades.additions import Purpose, purpose_of
from riik.signatures.pades.bytewise import check_bytes
from riik.signatures.pades.errors import Unexplained

__all__ = ["Added", "PdfSignature", "SignedPdf", "read_pdf"]

MOST_BYTES: Final = 64 * 1024 * 1024
MOST_READS: Final = 1_000_000
"""How often the file may be read or sought in: a letter takes some 20 thousand times."""

MOST_UNPACKED: Final = 16 * 1024 * 1024
MOST_SIGNATURES: Final = 16
MOST_EVIDENCE: Final = 64

LIMITS: Final = DecodeLimits(
    per_stream=StreamDecodeLimits(max_ratio=200, max_output_size=MOST_UNPACKED),
    document_budget=DocumentDecodeBudget(base_allowance=2 * MOST_UNPACKED, max_ratio=0),
)
_AT_FAULT: Final = (
    DerRefused,
    PdfError,
    SigningError,
    SignatureValidationError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    MemoryError,
    NotImplementedError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What pyHanko raises at files that are no PDF, or a PDF against somebody."""


# What pyHanko would log quotes the file, and so a person's words: it says nothing anywhere.
_LOG: Final = logging.getLogger("pyhanko")
_LOG.addHandler(logging.NullHandler())
_LOG.propagate = False


class Added(Enum):
    """What stands in the file after the part that is signed.

    Attributes:
        NOTHING: It is signed to its last byte, or nothing but evidence follows.
        SIGNATURES: Evidence, and later signatures that show nothing.
        CONTENT: Answers in fields, signatures with a picture: what a form may add.
        CHANGES: Something else, be it seen or not.
    """

    NOTHING = "nothing"
    SIGNATURES = "signatures"
    CONTENT = "content"
    CHANGES = "changes"


@dataclass(frozen=True, slots=True, kw_only=True)
class PdfSignature:
    """One signature, unbelieved.

    Attributes:
        field: Name of the field that it is in.
        kind: The format that it says it has (``/SubFilter``).
        cms: ContentInfo, DER.
        covered: The two parts of the file that it is over.
        added: What stands after them.
        because: What of it was not expected, for who looks into it.
        claimed: When the signer says it was made.
    """

    field: str
    kind: str
    cms: bytes
    covered: tuple[memoryview, memoryview]
    added: Added
    because: str
    claimed: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPdf:
    """All signatures of a PDF, and the evidence beside them.

    Attributes:
        signatures: In the order of their fields.
        certificates: Of the document security store, DER.
        ocsp: Its OCSP responses, DER.
        archived: How many time-stamps over the whole document there are.
    """

    signatures: tuple[PdfSignature, ...]
    certificates: tuple[bytes, ...]
    ocsp: tuple[bytes, ...]
    archived: int


class _Counted(BytesIO):
    """The file, with an end to how often it may be read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self._left = MOST_READS

    def _spend(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise PdfRefused("reading it would take too long", why="too-complex")

    def read(self, size: int | None = -1, /) -> bytes:
        self._spend()
        return super().read(size)

    def seek(self, offset: int, whence: int = 0, /) -> int:
        self._spend()
        return super().seek(offset, whence)


def read_pdf(document: bytes) -> SignedPdf:
    """Find the signatures of a PDF of at most 64 MiB.

    Raises:
        PdfRefused: For ``too-long``, ``too-complex``, ``encrypted`` or ``pdf``.
    """
    if len(document) > MOST_BYTES:
        raise PdfRefused("the PDF is too large", why="too-long", most=MOST_BYTES)
    try:
        reader = PdfFileReader(_Counted(document), strict=True, decode_limits=LIMITS)
        if reader.encrypted:
            raise PdfRefused("the PDF is encrypted", why="encrypted")
        return _read(reader, document)
    except _AT_FAULT as error:
        raise PdfRefused(f"not a PDF that can be read safely: {error}", why="pdf") from error


def _read(reader: Any, document: bytes) -> SignedPdf:
    found = reader.embedded_signatures
    if len(found) > MOST_SIGNATURES:
        raise PdfRefused("it has too many signatures", why="too-complex", most=MOST_SIGNATURES)
    signed = [one for one in found if one.sig_object_type != "/DocTimeStamp"]
    for one in found:
        if one not in signed:
            _covered(document, [int(each) for each in one.byte_range], bytes(one.pkcs7_content))
    store = _entry(reader.root, "/DSS", {})
    return SignedPdf(
        signatures=tuple(_signature(one, document) for one in signed),
        certificates=_streams(_entry(store, "/Certs", ())),
        ocsp=_streams(_entry(store, "/OCSPs", ())),
        archived=len(found) - len(signed),
    )


def _entry(dictionary: Any, key: str, other: Any) -> Any:
    """A value with its reference followed; ``get`` would give the reference."""
    try:
        return dictionary[key]
    except KeyError:
        return other


def _streams(given: Sequence[Any]) -> tuple[bytes, ...]:
    if len(given) > MOST_EVIDENCE:
        raise PdfRefused("it has too much evidence", why="too-complex", most=MOST_EVIDENCE)
    return tuple(bytes(one.get_object().data) for one in given)


def _signature(one: Any, document: bytes) -> PdfSignature:
    one.compute_integrity_info()
    claimed = one.self_reported_timestamp
    zoned = isinstance(claimed, datetime) and claimed.tzinfo is not None
    contents = bytes(one.pkcs7_content)
    added, because = _added(one, document)
    return PdfSignature(
        field=str(one.field_name),
        kind=str(_entry(one.sig_object, "/SubFilter", "")).lstrip("/"),
        cms=_trimmed(contents),
        covered=_covered(document, [int(each) for each in one.byte_range], contents),
        added=added,
        because=because,
        claimed=claimed if zoned else None,
    )


def _trimmed(contents: bytes) -> bytes:
    """Without the zeros that fill the room that was kept (ISO 32000-2 §12.8.3.3)."""
    found, rest = first_to_der(contents)
    if any(rest):
        raise PdfRefused("something follows the signature in its place", why="pdf")
    return found


def _covered(
    document: bytes, byte_range: Sequence[int], contents: bytes
) -> tuple[memoryview, memoryview]:
    """All of the file from its first byte, but for the signature itself (§12.8.1).

    The gap holds the hexadecimal contents and nothing else: what stands in a wider one would be
    seen and not signed.
    """
    if len(byte_range) != 4 or byte_range[0] != 0 or min(byte_range) < 0:
        raise PdfRefused("it is not signed from its first byte", why="pdf")
    _, before, after, length = byte_range
    gap = document[before:after]
    if after + length > len(document) or gap[:1] != b"<" or gap[-1:] != b">":
        raise PdfRefused("more than the signature is left out of what is signed", why="pdf")
    if len(gap) != 2 * len(contents) + 2 or bytes.fromhex(gap[1:-1].decode("ascii")) != contents:
        raise PdfRefused("the signature is not the one that is left out", why="pdf")
    view = memoryview(document)
    return view[:before], view[after : after + length]


def _added(one: Any, document: bytes) -> tuple[Added, str]:
    if one.coverage is SignatureCoverageLevel.ENTIRE_FILE:
        return Added.NOTHING, ""
    result = one.diff_result
    if not isinstance(result, DiffResult):
        return Added.CHANGES, "what is shown may be another"
    try:
        return _purpose(one, document), ""
    except Unexplained as found:
        # A form that was filled in is told apart from what pyHanko takes for evidence.
        level = result.modification_level
        filled = ModificationLevel.LTA_UPDATES < level <= ModificationLevel.ANNOTATIONS
        return Added.CONTENT if filled else Added.CHANGES, str(found)


def _purpose(one: Any, document: bytes) -> Added:
    reader, revision = one.reader, one.signed_revision
    _, _, after, length = (int(each) for each in one.byte_range)
    check_bytes(reader, document, revision=revision, signed=after + length)
    later = range(revision + 1, reader.xrefs.total_revisions)
    found = {purpose_of(reader, each) for each in later}
    return Added.SIGNATURES if Purpose.SIGNATURE in found else Added.NOTHING
