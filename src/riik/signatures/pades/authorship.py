"""Notes of who last wrote a PDF: may a program that adds evidence have made this change?

Programs that write a revision set its date and their own name (ISO 32000-2 §14.3.3, ISO 16684-1
§8.4, §8.6). Title, author, subject, keywords, language and everything else are what a reader shows
in its title bar and what an archive files it under: they stay as they were signed.
"""

import re
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.metadata import model
from pyhanko.pdf_utils.metadata.xmp_xml import parse_xmp
from pyhanko.pdf_utils.misc import PdfError

from riik.signatures.pades.errors import Unexplained, called

__all__ = ["check_document_information", "check_metadata"]

WRITTEN_AT: Final = "/ModDate"
WRITER: Final = "/Producer"
_PDF_DATE: Final = re.compile(r"D:\d{4,14}(Z|[+-]\d{2}'?(\d{2}'?)?)?")
_XMP_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?")
_PROGRAM: Final = re.compile(r"pyHanko \d+(\.\d+)*(\S{0,16})")
MOST_XML: Final = 256 * 1024
DATES: Final = (
    model.XMP_MODDATE,
    model.ExpandedName(ns=model.NS["xmp"], local_name="MetadataDate"),
)
STREAM: Final = frozenset({"/Type", "/Subtype", "/Length", "/Filter", "/DecodeParms"})


def check_document_information(old: Any, new: Any) -> None:
    """The trailer's ``/Info``: only date and writer may be new.

    Raises:
        Unexplained: Something else is.
    """
    old = {} if old is None else old
    for each in (old, new):
        if not isinstance(each, dict):
            raise Unexplained("the document's particulars are none")
    for key in old.keys() | new.keys():
        before, after = (_text(one, key) for one in (old, new))
        if before == after:
            continue
        if key == WRITTEN_AT and after is not None and _PDF_DATE.fullmatch(after):
            continue
        if key == WRITER and after is not None and _is_program(before, after):
            continue
        raise Unexplained(f"{called(key)} of the document was changed")


def _text(dictionary: Any, key: str) -> str | None:
    if key not in dictionary:
        return None
    value = dictionary.raw_get(key)
    if isinstance(value, generic.IndirectObject):
        # It would be compared by its name and read by its value.
        raise Unexplained("a particular of the document stands elsewhere")
    return str(value)


def _is_program(before: str | None, after: str) -> bool:
    """The old writer's name and the program's after it, or the program's alone."""
    own = after.removeprefix(f"{before}; ") if before else after
    return _PROGRAM.fullmatch(own) is not None


def check_metadata(old: Any, new: Any) -> None:
    """The catalogue's ``/Metadata``: only date and writer may be new.

    Raises:
        Unexplained: Something else is, or it can't be read.
    """
    if new is None:
        raise Unexplained("the metadata was taken away")
    if old is not None and _stands(old) == _stands(new):
        return
    before, after = _properties(old), _properties(new)
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name) and not _is_of_writing(name, after.get(name)):
            raise Unexplained("something in the metadata was changed")


def _stands(stream: Any) -> tuple[bytes, str]:
    if not isinstance(stream, generic.StreamObject) or stream.keys() - STREAM:
        raise Unexplained("the metadata is none")
    return bytes(stream.data), str(sorted((key, str(stream.get(key))) for key in stream))


def _properties(stream: Any) -> dict[Any, Any]:
    if stream is None:
        return {}
    content, _ = _stands(stream)
    if len(content) > MOST_XML or b"<!" in content:
        raise Unexplained("the metadata can't be read safely")
    try:
        roots = parse_xmp(BytesIO(content))
    except (PdfError, ValueError, SyntaxError) as error:
        raise Unexplained("the metadata can't be read") from error
    found: dict[Any, Any] = {}
    for root in roots:
        for name, value in root:
            if name in found:
                raise Unexplained("the metadata says something twice")
            found[name] = value
    return found


def _is_of_writing(name: Any, value: Any) -> bool:
    text = getattr(value, "value", None)
    if not isinstance(text, str):
        return False
    if name in DATES:
        return _XMP_DATE.fullmatch(text) is not None
    return bool(name == model.PDF_PRODUCER and _PROGRAM.fullmatch(text))
