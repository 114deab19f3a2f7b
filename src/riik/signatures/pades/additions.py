"""What was added to a PDF after it was signed: is it only what keeps the signature alive?

Allows what level LT and LTA need and nothing else (EN 319 142-1 §5.4, §5.5, §6.3): the document
security store, time-stamps over the whole document with their fields, the notes of who wrote
them, and later signatures that show nothing. Every object of a later revision must be explained
by that; pyHanko's own policy lets titles, accessibility marks and objects without a use pass as
"evidence", which readers show or repair into something else. Where the bytes of a revision lie
is `bytewise`, metadata `authorship`. That nothing else uses an object that was replaced,
pyHanko's policy has looked at before.
"""

import re
from collections.abc import Iterator
from enum import Enum
from io import BytesIO
from typing import Any, Final

from pyhanko.pdf_utils import generic

from riik.formats.ber import first_to_der
from riik.formats.der import DerRefused
from riik.signatures.pades.authorship import check_document_information, check_metadata
from riik.signatures.pades.errors import Unexplained, called

__all__ = ["Purpose", "purpose_of"]

TRAILER: Final = frozenset(
    {"/Prev", "/Size", "/ID", "/Info", "/Root"}
    | {"/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms"}
)
CATALOGUE: Final = frozenset({"/AcroForm", "/DSS", "/Extensions", "/Version", "/Metadata"})
STORE: Final = ("/Certs", "/CRLs", "/OCSPs")
OF_ONE: Final = ("/Cert", "/CRL", "/OCSP")
FIELD: Final = frozenset(
    {"/FT", "/T", "/TU", "/Type", "/Subtype", "/F", "/Ff", "/P", "/Rect", "/V"}
)
SPOKEN: Final = frozenset({"Timestamp", "Signature"})
"""Names of fields that may be read aloud: a name of somebody's choice would be a text."""

VALUE: Final = frozenset(
    {"/Type", "/Filter", "/SubFilter", "/Contents", "/ByteRange", "/M", "/V", "/Prop_Build"}
    | {"/Name", "/Reason", "/Location", "/ContactInfo"}
)
EXTENSION: Final = frozenset(
    {"/Type", "/BaseVersion", "/ExtensionLevel", "/ExtensionRevision", "/URL"}
)
PLAIN_STREAM: Final = frozenset({"/Length", "/Filter", "/DecodeParms"})
_HASH: Final = re.compile(r"/[0-9A-F]{40}")
_VERSION: Final = re.compile(r"/(1\.[3-7]|2\.0)")
_ASIDE: Final = re.compile(r"/(ESIC|ADBE|ISO_)")
SEQUENCE: Final = b"\x30"


class Purpose(Enum):
    """What a revision is for."""

    EVIDENCE = "evidence"
    SIGNATURE = "signature"


def purpose_of(reader: Any, revision: int) -> Purpose:
    """Explain every object of a revision.

    Args:
        reader: pyHanko's, strict.
        revision: From 1; it is compared with the one before it.

    Raises:
        Unexplained: It holds something that neither evidence nor a signature needs.
    """
    return _Revision(
        reader.get_historical_resolver(revision - 1), reader.get_historical_resolver(revision)
    ).purpose()


def _name(reference: Any) -> tuple[int, int]:
    return reference.idnum, reference.generation


def _written(value: Any) -> bytes:
    """A value as it stands in a file: two that are written alike are the same."""
    out = BytesIO()
    value.write_to_stream(out, None)
    return out.getvalue()


def _is_reference(value: Any) -> bool:
    return isinstance(value, generic.IndirectObject)


def _nothing() -> Any:
    return generic.DictionaryObject()  # type: ignore[no-untyped-call]


def _raw(dictionary: Any, key: str) -> Any:
    return dictionary.raw_get(key) if key in dictionary else None


def _check_same(old: Any, new: Any, *, but: frozenset[str]) -> None:
    """Two dictionaries, the same but for these keys."""
    for each in (old, new):
        if not isinstance(each, generic.DictionaryObject):
            raise Unexplained("something else stands where a dictionary stood")
    for key in (old.keys() | new.keys()) - but:
        if key not in old or key not in new:
            raise Unexplained(f"{called(key)} was added or taken away")
        if _written(old.raw_get(key)) != _written(new.raw_get(key)):
            raise Unexplained(f"{called(key)} was changed")


def _check_keys(dictionary: Any, allowed: frozenset[str], *, what: str) -> None:
    if not isinstance(dictionary, generic.DictionaryObject) or dictionary.keys() - allowed:
        raise Unexplained(f"{what} holds what it has no use for")


def _check_direct(value: Any) -> None:
    """Nothing in it leads elsewhere."""
    if _is_reference(value):
        raise Unexplained("evidence leads to something else")
    if isinstance(value, generic.DictionaryObject):
        for key in value:
            _check_direct(value.raw_get(key))
    elif isinstance(value, generic.ArrayObject):
        for position in range(len(value)):
            _check_direct(value.raw_get(position))


def _items(array: Any) -> Iterator[Any]:
    if array is None:
        return
    if not isinstance(array, generic.ArrayObject):
        raise Unexplained("something else stands where a list is meant")
    for position in range(len(array)):
        yield array.raw_get(position)


def _extensions(given: Any) -> set[tuple[str, bytes]]:
    found = set()
    for key in given if given is not None else ():
        value = given.raw_get(key)
        _check_direct(value)
        if key == "/Type":
            continue
        for one in _items(value) if isinstance(value, generic.ArrayObject) else (value,):
            _check_keys(one, EXTENSION, what="an extension")
            found.add((key, _written(one)))
    return found


class _Revision:
    """One revision beside the one before it, and what of it is explained so far."""

    def __init__(self, old: Any, new: Any) -> None:
        self._old = old
        self._new = new
        self._explained: set[tuple[int, int]] = set()
        self._fields: set[tuple[int, int]] = set()
        self._purpose = Purpose.EVIDENCE

    def purpose(self) -> Purpose:
        self._trailer()
        self._catalogue()
        self._structure()
        for reference in self._new.explicit_refs_in_revision():
            if _name(reference) not in self._explained and not self._is_a_copy(reference):
                raise Unexplained("an object was added that no evidence needs")
        return self._purpose

    def _is_a_copy(self, reference: Any) -> bool:
        if self._old.is_ref_unassignable(reference):
            return False
        values = self._old(reference), self._new(reference)
        if any(isinstance(each, generic.StreamObject) for each in values):
            return False
        return _written(values[0]) == _written(values[1])

    def _follow(self, old: Any, new: Any) -> tuple[Any, Any]:
        """Both values; the new one stands where the old one did, or in an object of its own."""
        if _is_reference(new):
            stays = _is_reference(old) and _name(old) == _name(new)
            if not stays and not self._old.is_ref_unassignable(new.reference):
                raise Unexplained("evidence points at what was there before")
            self._explained.add(_name(new))
        return (
            old.get_object() if _is_reference(old) else old,
            new.get_object() if _is_reference(new) else new,
        )

    def _trailer(self) -> None:
        old, new = self._old.trailer_view, self._new.trailer_view
        _check_same(old, new, but=TRAILER)
        if _written(old.raw_get("/Root")) != _written(new.raw_get("/Root")):
            raise Unexplained("the document begins elsewhere")
        self._identifier(old.get("/ID"), new.get("/ID"))
        before, after = self._follow(_raw(old, "/Info"), _raw(new, "/Info"))
        if after is not None:
            check_document_information(before, after)

    def _identifier(self, old: Any, new: Any) -> None:
        """Its first half never changes (ISO 32000-2 §14.4)."""
        if old is not None and (new is None or _written(old[0]) != _written(new[0])):
            raise Unexplained("it became another document")

    def _structure(self) -> None:
        """Streams that hold the table and other objects."""
        xrefs = self._new.reader.xrefs
        table = xrefs.get_xref_container_info(self._new.revision).stream_ref
        if table is not None and self._old.is_ref_unassignable(table):
            self._explained.add(_name(table))
        listed = [
            xrefs.get_historical_ref(each, self._new.revision)
            for each in self._new.explicit_refs_in_revision()
        ]
        for reference in self._new.object_streams_used():
            stream = self._new(reference)
            inside = sum(getattr(one, "obj_stream_id", None) == reference.idnum for one in listed)
            _check_keys(
                stream, PLAIN_STREAM | {"/Type", "/N", "/First"}, what="a stream of objects"
            )
            if not self._old.is_ref_unassignable(reference) or int(stream["/N"]) != inside:
                raise Unexplained("a stream of objects holds more than is listed")
            self._explained.add(_name(reference))

    def _catalogue(self) -> None:
        old, new = self._old.root, self._new.root
        _check_same(old, new, but=CATALOGUE)
        self._explained.add(_name(self._new.root_ref))
        version = _raw(new, "/Version")
        if version is not None and not _VERSION.fullmatch(str(version)):
            raise Unexplained("it has a version that there is not")
        self._extensions(*self._follow(_raw(old, "/Extensions"), _raw(new, "/Extensions")))
        before, after = self._follow(_raw(old, "/Metadata"), _raw(new, "/Metadata"))
        if before is not None or after is not None:
            check_metadata(before, after)
        self._form(*self._follow(_raw(old, "/AcroForm"), _raw(new, "/AcroForm")))
        self._store(*self._follow(_raw(old, "/DSS"), _raw(new, "/DSS")))

    def _extensions(self, old: Any, new: Any) -> None:
        """Which extensions of PDF it uses: words for programs (ISO 32000-2 §7.12)."""
        before, after = _extensions(old), _extensions(new)
        if before - after:
            raise Unexplained("an extension was taken away")
        for key, _ in after - before:
            if not _ASIDE.match(key):
                raise Unexplained("an extension was added")

    def _form(self, old: Any, new: Any) -> None:
        if new is None:
            if old is not None:
                raise Unexplained("the form was taken away")
            return
        old = _nothing() if old is None else old
        _check_same(old, new, but=frozenset({"/Fields", "/SigFlags"}))
        if not isinstance(new.get("/SigFlags", 0), int):
            raise Unexplained("the form's marks are none")
        for field in self._appended(_raw(old, "/Fields"), _raw(new, "/Fields")):
            self._field(field)
        self._pages()

    def _appended(self, old: Any, new: Any) -> list[Any]:
        """What a list has at its end that it had not before; the rest stays."""
        before, after = self._follow(old, new)
        was, now = list(_items(before)), list(_items(after))
        if [_written(each) for each in was] != [_written(each) for each in now[: len(was)]]:
            raise Unexplained("a list was changed, not added to")
        return now[len(was) :]

    def _field(self, reference: Any) -> None:
        """A new field of a signature that shows nothing."""
        if not _is_reference(reference):
            raise Unexplained("a field stands in the form itself")
        _, field = self._follow(None, reference)
        _check_keys(field, FIELD, what="a signature's field")
        if field.get("/FT") != "/Sig" or field.get("/Subtype", "/Widget") != "/Widget":
            raise Unexplained("a field was added that is for no signature")
        if field.get("/TU", "Signature") not in SPOKEN:
            raise Unexplained("a field has a text that is read aloud")
        for key in field.keys() - {"/P", "/V"}:
            _check_direct(field.raw_get(key))
        _, value = self._follow(None, _raw(field, "/V"))
        _check_keys(value, VALUE, what="a signature")
        for key in value:
            _check_direct(value.raw_get(key))
        if value.get("/Type", "/Sig") != "/DocTimeStamp":
            self._purpose = Purpose.SIGNATURE
        self._fields.add(_name(reference))

    def _pages(self) -> None:
        """The pages that the new fields stand on; nothing but the fields is new there."""
        for name in self._fields:
            page = _raw(self._new(generic.Reference(*name, pdf=self._new)), "/P")
            if page is None:
                continue
            if not _is_reference(page) or self._old.is_ref_unassignable(page.reference):
                raise Unexplained("a page was added")
            old, new = self._old(page.reference), self._new(page.reference)
            _check_same(old, new, but=frozenset({"/Annots"}))
            if old.get("/Type") != "/Page":
                raise Unexplained("a signature stands on what is no page")
            added = self._appended(_raw(old, "/Annots"), _raw(new, "/Annots"))
            if not all(_is_reference(one) and _name(one) in self._fields for one in added):
                raise Unexplained("a note was added to a page")
            self._explained.add(_name(page))

    def _store(self, old: Any, new: Any) -> None:
        """The document security store (EN 319 142-1 §5.4.2)."""
        if new is None:
            if old is not None:
                raise Unexplained("the evidence was taken away")
            return
        old = _nothing() if old is None else old
        _check_keys(new, frozenset({*STORE, "/VRI", "/Type"}), what="the evidence")
        if new.get("/Type", "/DSS") != "/DSS":
            raise Unexplained("the evidence calls itself something else")
        known = {_name(one) for key in STORE for one in _items(old.get(key))}
        for key in STORE:
            _, array = self._follow(_raw(old, key), _raw(new, key))
            self._evidence(array, known=known)
        self._of_signatures(*self._follow(_raw(old, "/VRI"), _raw(new, "/VRI")), known=known)

    def _of_signatures(self, old: Any, new: Any, *, known: set[tuple[int, int]]) -> None:
        """Which evidence belongs to which signature (§5.4.2.3)."""
        for key in new if new is not None else ():
            if old is not None and key in old:
                if _written(old.raw_get(key)) != _written(new.raw_get(key)):
                    raise Unexplained("the evidence of a signature was changed")
                continue
            _, one = self._follow(None, new.raw_get(key))
            if not _HASH.fullmatch(key):
                raise Unexplained("the evidence belongs to no signature")
            _check_keys(one, frozenset({*OF_ONE, "/Type", "/TU", "/TS"}), what="the evidence")
            _check_direct(one.raw_get("/TU") if "/TU" in one else None)
            for kind in OF_ONE:
                _, array = self._follow(None, _raw(one, kind))
                self._evidence(array, known=known)
            if "/TS" in one:
                self._evidence([one.raw_get("/TS")], known=known)

    def _evidence(self, array: Any, *, known: set[tuple[int, int]]) -> None:
        """Streams of one DER value each, and nothing that leads on from them."""
        for reference in array if isinstance(array, list) else _items(array):
            if not _is_reference(reference):
                raise Unexplained("evidence stands where its place should be named")
            if _name(reference) in known:
                continue
            _, stream = self._follow(None, reference)
            _check_keys(stream, PLAIN_STREAM, what="a piece of evidence")
            for key in stream:
                _check_direct(stream.raw_get(key))
            _check_der(stream)
            known.add(_name(reference))


def _check_der(stream: Any) -> None:
    if not isinstance(stream, generic.StreamObject):
        raise Unexplained("a piece of evidence is none")
    content = bytes(stream.data)
    try:
        _, rest = first_to_der(content)
    except DerRefused as error:
        raise Unexplained("a piece of evidence is none") from error
    if rest or content[:1] != SEQUENCE:
        raise Unexplained("a piece of evidence is none")
