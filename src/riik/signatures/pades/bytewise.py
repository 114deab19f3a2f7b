"""Where the bytes of a later revision lie: does every byte belong to an object that is listed?

A program that repairs a PDF looks for objects wherever they stand (ISO 32000-2 §7.5.4–7.5.6, Annex
I). What lies between the listed objects, after the end, or in the signed part under a new name is
content that nobody signed and this reader would not see. Pure but for pyHanko's stream.
"""

import re
from typing import Any, Final

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import read_non_whitespace
from pyhanko.pdf_utils.xref import XRefSectionType, read_object_header

from riik.signatures.pades.errors import Unexplained

__all__ = ["check_bytes"]

_BLANK: Final = re.compile(rb"[\x00\t\n\x0c\r ]*")
_TABLE: Final = re.compile(
    rb"xref[\r\n ]+(?:\d{1,10} \d{1,10} ?[\r\n]+(?:\d{10} \d{5} [nf](?: [\r\n]|\r\n)\s*)*)+"
    rb"trailer\s*"
)
_END: Final = re.compile(
    rb"[\x00\t\n\x0c\r ]*(?:%[\w.,:;()+/ -]{0,80}[\r\n]+)?startxref[\r\n ]+(\d{1,10})[\r\n ]+%%EOF"
)
ENDOBJ: Final = b"endobj"


def check_bytes(reader: Any, document: bytes, *, revision: int, signed: int) -> None:
    """Look at every byte after the signed part.

    Args:
        reader: pyHanko's, strict.
        document: The whole file.
        revision: The one that is signed; all later ones are looked at.
        signed: How many bytes are.

    Raises:
        Unexplained: There are bytes that belong to nothing.
    """
    position = signed
    for later in range(revision + 1, reader.xrefs.total_revisions):
        position = _end_of(reader, document, revision=later, start=position)
    if _skip(document, position) != len(document):
        raise Unexplained("bytes follow the end")


def _skip(document: bytes, position: int) -> int:
    found = _BLANK.match(document, position)
    return position if found is None else found.end()


def _end_of(reader: Any, document: bytes, *, revision: int, start: int) -> int:
    """One revision after the other: objects, table, trailer, end."""
    table = reader.xrefs.get_xref_container_info(revision)
    places = {
        reader.xrefs.get_historical_ref(each, revision)
        for each in reader.xrefs.explicit_refs_in_revision(revision)
    }
    starts = {each for each in places if isinstance(each, int)}
    is_stream = table.xref_section_type is XRefSectionType.STREAM
    if is_stream:
        starts.add(table.declared_startxref)
    position = start
    for each in sorted(starts):
        if _skip(document, position) != _skip(document, each) or each < start:
            raise Unexplained("bytes stand between the objects")
        position = _end_of_object(reader.stream, each)
    if not is_stream:
        position = _end_of_table(reader, document, table, position)
    end = _END.match(document, position)
    if end is None or int(end.group(1)) != table.declared_startxref:
        raise Unexplained("bytes stand before the end of a revision")
    return end.end()


def _end_of_object(stream: Any, start: int) -> int:
    stream.seek(start)
    number, generation = read_object_header(stream, strict=True)  # type: ignore[no-untyped-call]
    generic.read_object(stream, generic.Reference(number, generation))
    read_non_whitespace(stream, seek_back=True)  # type: ignore[no-untyped-call]
    if stream.read(len(ENDOBJ)) != ENDOBJ:
        raise Unexplained("an object has no end")
    return int(stream.tell())


def _end_of_table(reader: Any, document: bytes, table: Any, position: int) -> int:
    found = _TABLE.match(document, _skip(document, position))
    if found is None or found.start() != _skip(document, table.declared_startxref):
        raise Unexplained("bytes stand before the table")
    reader.stream.seek(found.end())
    place: Any = generic.TrailerReference(reader)  # type: ignore[no-untyped-call]
    generic.DictionaryObject.read_from_stream(reader.stream, place)
    return int(reader.stream.tell())
