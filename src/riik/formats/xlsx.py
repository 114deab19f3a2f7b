"""Workbooks from outside (ISO/IEC 29500 SpreadsheetML): the values of one sheet, row by row.

Streaming: entries of the ZIP go through expat in pieces and nothing of a sheet is kept but the
row that is being read. Refused before anything is read: encryption, two entries of one name, more
than the limits allow, contents out of all proportion to the file. Refused while reading: document
type declarations (so there are no entities), nesting, references to other files. Of a formula only
the value counts that the program kept; nothing is ever calculated, fetched or run.

A value becomes the text that a file of separated values would have: numbers as Excel shows them,
15 digits and a point; days as ISO 8601, by the workbook's own calendar (1900 with its day that
never was, §18.17.4.1, or 1904).
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Context, Decimal, InvalidOperation
from posixpath import dirname, join, normpath
from typing import IO, Any, Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from riik.core import Refused
from riik.formats.date_formats import is_date_format

__all__ = ["Limits", "Sheet", "SheetRow", "Workbook", "XlsxRefused", "open_workbook"]

_MAIN: Final = frozenset({
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main",
    "http://purl.oclc.org/ooxml/spreadsheetml/main",
})  # fmt: skip
_RELATIONS: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_PIECE: Final = 65_536
_DEEPEST: Final = 64
_MOST_COLUMNS: Final = 16_384
_MOST_TEXT, _MOST_ROW = 1_000_000, 4_000_000
_FIFTEEN: Final = Context(prec=15)
_LAST_SERIAL: Final = 2_958_466


class XlsxRefused(Refused):
    """The bytes are no workbook, or one that could harm who reads it."""

    code = "formats.xlsx-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much a workbook may hold.

    Attributes:
        entries: Number of files in it.
        content: Bytes of all of them together.
        ratio: How many times larger than the file, once they exceed ``ratio_from`` bytes.
        strings: Letters of all shared strings; each counts sixteen more.
        part: Bytes of every part that is no sheet and no list of strings.
    """

    entries: int = 2_000
    content: int = 2_000_000_000
    ratio: int = 150
    ratio_from: int = 4_000_000
    strings: int = 200_000_000
    part: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet: its name, whether people see it, and its place in the file."""

    name: str
    hidden: bool
    place: str


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that has a value.

    Attributes:
        number: As the program shows it.
        cells: Its texts, from the first column; what is empty is empty.
        formulas: How many of them a formula gave.
        fault: ``formula-error`` (such as ``#N/A``), ``formula-empty``: it was never calculated.
    """

    number: int
    cells: list[str]
    formulas: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """A workbook that was looked at; its sheets are read when they are asked for.

    Attributes:
        sheets: In their order.
        from_1904: Its days are counted from 1904.
    """

    sheets: tuple[Sheet, ...]
    from_1904: bool
    _archive: ZipFile = field(repr=False)
    _strings: Sequence[str] = field(repr=False)
    _dates: frozenset[int] = field(repr=False)

    def rows(self, sheet: Sheet) -> Iterator[SheetRow]:
        """Every row of a sheet that has a value.

        Raises:
            XlsxRefused: For ``syntax``, ``doctype``, ``depth``, ``row``, ``text``, ``string``
                or ``damaged``.
        """
        reader = _SheetReader(self._strings, self._dates, from_1904=self.from_1904)
        for _ in _parsed(self._archive, sheet.place, reader.start, reader.end, reader.text):
            yield from reader.taken()
        yield from reader.taken()


def open_workbook(source: IO[bytes], *, limits: Limits = Limits()) -> Workbook:
    """Look at a workbook: its sheets, shared strings and date formats.

    Args:
        source: The file, which stays open while sheets are read.
        limits: How much it may hold.

    Raises:
        XlsxRefused: For ``no-zip``, ``no-workbook``, ``encrypted``, ``duplicate``, ``entries``,
            ``content``, ``ratio``, ``strings``, ``external``, ``sheets``, and as `Workbook.rows`.
    """
    size, most = source.seek(0, 2), limits.part
    try:
        archive = ZipFile(source)
    except (BadZipFile, ValueError, NotImplementedError) as error:
        raise XlsxRefused("this is no workbook", why="no-zip") from error
    _check_size(archive, size, limits)
    [book] = list(_related(archive, "_rels/.rels", most, kind="/officeDocument").values())[:1] or [
        ""
    ]
    if book not in archive.namelist():
        raise XlsxRefused("there is no workbook in this file", why="no-workbook")
    beside = f"{dirname(book)}/_rels/{book.rpartition('/')[2]}.rels"
    places = _related(archive, beside, most)
    listed: list[dict[str, str]] = []
    settings: dict[str, str] = {}

    def start(name: str, held: Mapping[str, str]) -> None:
        if name == "sheet":
            listed.append(dict(held))
        elif name == "workbookPr":
            settings.update(held)

    _whole(archive, book, start, most=most)
    sheets = tuple(_sheet(one, places, archive) for one in listed)
    if not sheets:
        raise XlsxRefused("the workbook has no sheet", why="sheets")
    found = {
        kind: _related(archive, beside, most, kind=f"/{kind}")
        for kind in ("sharedStrings", "styles")
    }
    return Workbook(
        sheets=sheets,
        from_1904=settings.get("date1904") in ("1", "true"),
        _archive=archive,
        _strings=_shared_strings(archive, found["sharedStrings"], limits),
        _dates=_date_styles(archive, found["styles"], most),
    )


def _check_size(archive: ZipFile, size: int, limits: Limits) -> None:
    entries = archive.infolist()
    if len(entries) > limits.entries:
        raise XlsxRefused("the workbook has too many files", why="entries", most=limits.entries)
    if len({entry.filename for entry in entries}) < len(entries):
        raise XlsxRefused("two files of the workbook have one name", why="duplicate")
    if any(entry.flag_bits & 0x2041 for entry in entries):
        raise XlsxRefused("the workbook is encrypted", why="encrypted")
    total = sum(entry.file_size for entry in entries)
    if total > limits.content:
        raise XlsxRefused("the workbook's contents are too large", why="content")
    if total > limits.ratio_from and total > limits.ratio * size:
        raise XlsxRefused("the contents are out of proportion to the file", why="ratio")


def _parsed(
    archive: ZipFile,
    place: str,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda _name: None,
    text: Callable[[str], None] = lambda _text: None,
) -> Iterator[None]:
    """Read one entry piece by piece; yields after each. Names come without their namespace.

    `ZipExtFile` gives no more than the size that the directory tells, and checks the CRC.
    """
    depth = [0]

    def opened(name: str, held: dict[str, str]) -> None:
        depth[0] += 1
        if depth[0] > _DEEPEST:
            raise XlsxRefused("elements are nested too deeply", why="depth")
        namespace, _, local = name.rpartition(" ")
        start(local if namespace in _MAIN or namespace == _RELATIONS else f"other {local}", held)

    def closed(name: str) -> None:
        depth[0] -= 1
        namespace, _, local = name.rpartition(" ")
        end(local if namespace in _MAIN else f"other {local}")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = opened, closed
    parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        with archive.open(place) as entry:
            while piece := entry.read(_PIECE):
                parser.Parse(piece, False)
                yield
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise XlsxRefused("a part of the workbook is not well-formed XML", why="syntax") from error
    except (BadZipFile, KeyError, EOFError, OSError, NotImplementedError, RuntimeError) as error:
        raise XlsxRefused("a part of the workbook is missing or damaged", why="damaged") from error
    except zlib.error as error:
        raise XlsxRefused("a part of the workbook is damaged", why="damaged") from error


def _no_doctype(*_: Any) -> None:
    raise XlsxRefused("a document type declaration is not allowed", why="doctype")


def _whole(
    archive: ZipFile,
    place: str,
    start: Callable[[str, Mapping[str, str]], None],
    end: Callable[[str], None] = lambda _name: None,
    text: Callable[[str], None] = lambda _text: None,
    *,
    most: int,
) -> None:
    """Read a part of at most so many bytes to its end."""
    if archive.getinfo(place).file_size > most:
        raise XlsxRefused("a part of the workbook is too large", why="content")
    for _ in _parsed(archive, place, start, end, text):
        pass


def _related(archive: ZipFile, place: str, most: int, *, kind: str = "") -> dict[str, str]:
    """The relationships of a part (ISO/IEC 29500-2 §9.3): id and place of what it refers to."""
    found: dict[str, str] = {}
    base = dirname(dirname(place))

    def start(name: str, held: Mapping[str, str]) -> None:
        if name == "Relationship" and held.get("Type", "").endswith(kind):
            target = held.get("Target", "")
            inside = target[1:] if target.startswith("/") else normpath(join(base, target))
            # Links of cells point outside as well; that one is refused that is a sheet.
            outside = held.get("TargetMode") == "External"
            found[held.get("Id", "")] = "" if outside else inside

    if place in archive.namelist():
        _whole(archive, place, start, most=most)
    return found


def _sheet(held: Mapping[str, str], places: Mapping[str, str], archive: ZipFile) -> Sheet:
    wanted = next((text for name, text in held.items() if name.endswith(" id")), "")
    place = places.get(wanted, "")
    if place not in archive.namelist():
        raise XlsxRefused("a sheet lies outside the workbook", why="external")
    return Sheet(held.get("name", ""), held.get("state", "visible") != "visible", place)


def _shared_strings(archive: ZipFile, places: Mapping[str, str], limits: Limits) -> list[str]:
    """The texts that cells refer to by number (§18.4.8); phonetic hints are left out."""
    found: list[str] = []
    parts: list[str] = []
    state = {"text": False, "hint": False, "letters": 0}

    def count(letters: int) -> None:
        state["letters"] += letters
        if state["letters"] > limits.strings:
            raise XlsxRefused("the workbook's texts are too large", why="strings")

    def start(name: str, _held: Mapping[str, str]) -> None:
        state["hint"] = state["hint"] or name == "rPh"
        state["text"] = name == "t" and not state["hint"]

    def end(name: str) -> None:
        state["text"] = False
        if name == "rPh":
            state["hint"] = False
        elif name == "si":
            found.append("".join(parts))
            parts.clear()
            count(16)

    def text(piece: str) -> None:
        if state["text"]:
            parts.append(piece)
            count(len(piece))

    for place in list(places.values())[:1]:
        _whole(archive, place, start, end, text, most=limits.content)
    return found


def _date_styles(archive: ZipFile, places: Mapping[str, str], most: int) -> frozenset[int]:
    """The styles of cells whose numbers are days or times (§18.8.30, §18.8.45)."""
    own: dict[int, str] = {}
    styles: list[int] = []
    inside = {"cellXfs": False}

    def start(name: str, held: Mapping[str, str]) -> None:
        if name == "numFmt":
            own[_number(held.get("numFmtId", ""))] = held.get("formatCode", "")
        elif name == "cellXfs":
            inside["cellXfs"] = True
        elif name == "xf" and inside["cellXfs"]:
            styles.append(_number(held.get("numFmtId", "0")))

    def end(name: str) -> None:
        if name == "cellXfs":
            inside["cellXfs"] = False

    for place in list(places.values())[:1]:
        _whole(archive, place, start, end, most=most)
    return frozenset(n for n, one in enumerate(styles) if is_date_format(one, own.get(one)))


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


class _SheetReader:
    """Makes rows of what expat tells of a sheet (§18.3.1)."""

    def __init__(self, strings: Sequence[str], dates: frozenset[int], *, from_1904: bool) -> None:
        self._strings, self._dates, self._from_1904 = strings, dates, from_1904
        self._rows: list[SheetRow] = []
        self._row = SheetRow(0, [])
        self._number = self._column = 0
        self._held: Mapping[str, str] = {}
        self._parts: list[str] = []
        self._letters = self._in_row = 0
        self._listens = self._hint = self._formula = False
        self._formulas, self._fault = 0, ""

    def taken(self) -> list[SheetRow]:
        """The rows that are complete since the last time."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, held: Mapping[str, str]) -> None:
        if name == "row":
            number = _number(held.get("r", "")) if "r" in held else self._number + 1
            if number <= self._number:
                raise XlsxRefused("the rows of a sheet are in no order", why="row")
            self._number, self._column, self._in_row = number, 0, 0
            self._row, self._formulas, self._fault = SheetRow(number, []), 0, ""
        elif name == "c":
            self._column = _column(held["r"]) if "r" in held else self._column + 1
            if not len(self._row.cells) < self._column <= _MOST_COLUMNS:
                raise XlsxRefused("the cells of a row are in no order", why="row")
            self._held, self._formula = held, False
            self._parts.clear()
        elif name == "f":
            self._formula = True
        elif name == "rPh":
            self._hint = True
        self._listens = name == "v" or (name == "t" and not self._hint)
        self._letters = 0 if self._listens else self._letters

    def text(self, piece: str) -> None:
        if self._listens:
            self._letters += len(piece)
            self._in_row += len(piece)
            if self._letters > _MOST_TEXT or self._in_row > _MOST_ROW:
                raise XlsxRefused("a cell is beyond every measure", why="text")
            self._parts.append(piece)

    def end(self, name: str) -> None:
        self._listens = False
        if name == "c":
            self._end_cell()
        elif name == "rPh":
            self._hint = False
        elif name == "row" and any(self._row.cells):
            row = SheetRow(self._number, self._row.cells, self._formulas, self._fault)
            self._rows.append(row)

    def _end_cell(self) -> None:
        value = self._value("".join(self._parts))
        if self._formula:
            self._formulas += 1
            if not self._parts and self._held.get("t") != "str":
                self._fault = self._fault or "formula-empty"
        if self._held.get("t") == "e":
            self._fault = self._fault or "formula-error"
        cells = self._row.cells
        cells += [""] * (self._column - 1 - len(cells))
        cells.append(value)

    def _value(self, raw: str) -> str:
        match self._held.get("t", "n"):
            case "s":
                index = _number(raw)
                if not 0 <= index < len(self._strings):
                    raise XlsxRefused("a cell refers to a text that isn't there", why="string")
                return self._strings[index]
            case "b":
                return {"1": "true", "0": "false"}.get(raw, raw)
            case "n" if raw:
                dated = _number(self._held.get("s", "0")) in self._dates
                return _moment(raw, from_1904=self._from_1904) if dated else _shown(raw)
            case "d":
                return raw.removesuffix("T00:00:00")
        return raw


def _column(reference: str) -> int:
    """``AB12`` is in column 28."""
    number = 0
    for sign in reference[:8]:
        if not "A" <= sign <= "Z":
            break
        number = number * 26 + ord(sign) - 64
    return number


def _shown(raw: str) -> str:
    """A number as Excel shows it: 15 digits, and never three behind the point.

    Who takes a point for a sign that groups thousands must not read 1.125 as 1125.
    """
    try:
        number = _FIFTEEN.create_decimal(raw)
    except InvalidOperation:
        return raw
    if not number.is_finite() or abs(number.adjusted()) > 20:
        return raw
    if number == number.to_integral_value():
        return f"{Decimal(raw).to_integral_value():f}" if number else "0"
    text = f"{number:f}".rstrip("0")
    return f"{text}0" if len(text.partition(".")[2]) == 3 else text


def _moment(raw: str, *, from_1904: bool) -> str:
    """A day, a day with its time, or a time, from its serial number (§18.17.4.1)."""
    try:
        serial = Decimal(raw)
    except InvalidOperation:
        return raw
    if not serial.is_finite() or not 0 <= serial < _LAST_SERIAL:
        return raw
    days, part = divmod(serial, 1)
    seconds = int((part * 86_400).to_integral_value())
    if serial < 1 and not from_1904:
        return str(timedelta(seconds=seconds)).rjust(8, "0")
    if days == 60 and not from_1904:
        return "1900-02-29"  # Excel has this day, and the calendar hasn't: the row is rejected.
    first = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)  # noqa: DTZ001
    if not from_1904 and days < 60:
        days += 1
    found = first + timedelta(days=int(days), seconds=seconds)
    return found.date().isoformat() if not seconds else found.isoformat()
