"""Tables of others: separated values, a sheet, a table of a database; and rejected rows.

A file is read twice: once for its digest, by which a run knows its source again, and once for
its rows, in one pass and never whole. A database is read in one snapshot.
"""

import csv
import errno
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import MetaData, Table, create_engine, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from riik.formats.xlsx import Sheet, SheetRow, Workbook, open_workbook
from riik.registers.errors import ImportRefused
from riik.registers.importing.encodings import Encoding, encoding_named, recognise, repaired
from riik.registers.importing.mapping import SourceShape
from riik.registers.importing.table import (
    LINE,
    REASON,
    Form,
    Row,
    as_it_was,
    cell_of,
    checked_header,
    fault_of,
    guess_form,
    neutral,
    read_header,
    read_rows,
)
from riik.runtime.errors import DiskUnavailable

__all__ = ["FileSource", "RejectedFile", "SheetSource", "TableSource", "open_file", "open_table"]

SAMPLE: Final = 262_144
MOST_LINE: Final = 4_000_000
SHOWN: Final = 200
ZIP, OLD_WORKBOOK = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSource:
    """A file of separated values, as it was when it was opened.

    Attributes:
        path: Where it lies.
        found: Its encoding.
        form: Its delimiter and quote.
        header: Its columns, without those that a file of rejected rows adds.
        digest: SHA-256 of its bytes, hex.
        stamp: Size and time of change, compared at every batch.
        returned: It is a file of rejected rows that comes back corrected.
        ordered: Always: the digest says that it is the same file.
    """

    path: Path
    found: Encoding
    form: Form
    header: tuple[str, ...]
    digest: str
    stamp: tuple[int, int]
    returned: bool
    ordered: bool = True

    @property
    def encoding(self) -> str:
        """The encoding's name."""
        return self.found.name

    @property
    def delimiter(self) -> str:
        """What divides its cells."""
        return self.form.delimiter

    @property
    def told(self) -> tuple[str, ...]:
        """What is to be said of it to whoever imports."""
        note = f" ({self.found.note})" if self.found.note else ""
        back = "; rejected rows that come back" if self.returned else ""
        form = f"delimiter {self.form.delimiter!r}, {len(self.header)} columns{back}"
        return (f"{self.path.name}: {self.encoding}{note}, {form}",)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said when it was read: nothing."""
        return ()

    def rows(self) -> Iterator[Row]:
        """The rows after the header.

        Raises:
            ImportRefused: For ``changed`` or ``line-size``.
        """
        self.check()
        for row in read_rows(_lines(self.path, self.found), self.form):
            yield self._without_additions(row) if self.returned else row

    def check(self) -> None:
        """Refuse to go on in a file that is another one by now.

        Raises:
            ImportRefused: For ``changed``.
        """
        if _stamp(self.path) != self.stamp:
            raise ImportRefused("the file changed while it was read", why="changed")

    def _without_additions(self, row: Row) -> Row:
        cells = [as_it_was(cell) for cell in row.cells[: len(self.header)]]
        return Row(row.line, cells, row.fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetSource:
    """A sheet of a workbook (XLSX), as the file was when it was opened.

    Attributes:
        path: Where the file lies.
        sheet: Which sheet is read.
        others: Sheets that aren't, the hidden ones too.
        header: Its columns.
        digest: SHA-256 of the file and the sheet's name, hex.
        stamp: Size and time of change, compared at every batch.
        from_1904: Its days are counted from 1904.
        formulas: How many ``cells`` a formula gave; counted while it is read.
    """

    path: Path
    sheet: Sheet
    others: tuple[Sheet, ...]
    header: tuple[str, ...]
    digest: str
    stamp: tuple[int, int]
    from_1904: bool
    formulas: Counter[str] = field(default_factory=Counter)
    encoding: str = "utf-8"
    delimiter: str = ""
    ordered: bool = True

    @property
    def told(self) -> tuple[str, ...]:
        """What is to be said of it to whoever imports."""
        seen = " (hidden)" if self.sheet.hidden else ""
        days = "; days counted from 1904" if self.from_1904 else ""
        lines = [
            f"{self.path.name}: sheet {self.sheet.name!r}{seen}, {len(self.header)} columns{days}"
        ]
        for other in self.others:
            hidden = "the hidden sheet" if other.hidden else "the sheet"
            lines.append(f"{hidden} {other.name!r} is not read")
        return tuple(lines)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said when it was read."""
        count = self.formulas["cells"]
        said = f"{count} cells come from formulas: the values that the file keeps were read"
        return (said,) if count else ()

    def rows(self) -> Iterator[Row]:
        """The rows after the header.

        Raises:
            ImportRefused: For ``changed``.
            XlsxRefused: For what is wrong inside.
        """
        self.check()
        self.formulas.clear()
        with _workbook(self.path) as book:
            for row in islice(book.rows(self.sheet), 1, None):
                yield self._row(row)

    def check(self) -> None:
        """Refuse to go on in a file that is another one by now.

        Raises:
            ImportRefused: For ``changed``.
        """
        if _stamp(self.path) != self.stamp:
            raise ImportRefused("the file changed while it was read", why="changed")

    def _row(self, row: SheetRow) -> Row:
        """Cells that are empty at a row's end don't stand in the file."""
        self.formulas["cells"] += row.formulas
        cells = [*row.cells, *[""] * (len(self.header) - len(row.cells))]
        while len(cells) > len(self.header) and not cells[-1]:
            cells.pop()
        return Row(row.number, cells, row.fault or fault_of(cells, width=len(self.header)))


@dataclass(frozen=True, slots=True, kw_only=True)
class TableSource:
    """A table or view of a database that SQLAlchemy reaches.

    Attributes:
        url: Its address, with the password in it: it is in no message.
        table: Its name, perhaps with the schema in front.
        header: Its columns.
        digest: Of address without password, table and columns.
        told: Nothing is guessed.
        remarks: Nothing either.
        ordered: Never: others may write between two readings.
    """

    url: str
    table: str
    header: tuple[str, ...]
    digest: str
    encoding: str = "utf-8"
    delimiter: str = ""
    told: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    ordered: bool = False

    def rows(self) -> Iterator[Row]:
        """The rows in the order of the primary key, in one snapshot.

        Raises:
            ImportRefused: For ``source``: the database failed or the table is another by now.
        """
        engine = create_engine(self.url, hide_parameters=True)
        try:
            with engine.connect() as connection:
                if engine.dialect.name == "postgresql":
                    connection.execution_options(isolation_level="REPEATABLE READ")
                table = _reflected(engine, self.table)
                query = select(*(table.c[name] for name in self.header))
                query = query.order_by(*table.primary_key.columns)
                streamed = connection.execution_options(stream_results=True, max_row_buffer=2000)
                for line, row in enumerate(streamed.execute(query), 1):
                    cells = [cell_of(value) for value in row]
                    yield Row(line, cells, fault_of(cells, width=len(self.header)))
        except (SQLAlchemyError, KeyError) as error:
            raise ImportRefused("the source can't be read any further", why="source") from error
        finally:
            engine.dispose()

    def check(self) -> None:
        """Refuse a table whose columns are others by now.

        Raises:
            ImportRefused: For ``changed`` or ``source``.
        """
        if open_table(self.url, self.table).digest != self.digest:
            raise ImportRefused("the table has other columns by now", why="changed")


def open_file(path: Path, shape: SourceShape, *, sheet: str = "") -> FileSource | SheetSource:
    """Look at a file: encoding, delimiter, columns, digest; or which sheet of a workbook.

    Raises:
        ImportRefused: For ``file``, ``encoding``, ``header``, ``line-size``, ``sheet`` or
            ``old-workbook``.
        XlsxRefused: For a workbook that can't be read, or must not be.
    """
    stamp = _stamp(path)
    digest, sample = _digest(path)
    if sample.startswith(OLD_WORKBOOK):
        message = "an old or locked workbook: save it as XLSX without a password, or as CSV UTF-8"
        raise ImportRefused(message, why="old-workbook")
    if sample.startswith(ZIP):
        return _open_sheet(path, sheet or shape.sheet, digest, stamp)
    if _ours(sample):
        # Rejected rows are written in our own form, whatever form the table has.
        found, form = Encoding("utf-8"), Form()
        shown = list(islice(_lines(path, found), SHOWN))
    else:
        found = encoding_named(shape.encoding) if shape.encoding else recognise(sample)
        shown = list(islice(_lines(path, found), SHOWN))
        form = Form(shape.delimiter or guess_form(shown).delimiter, shape.quote)
    header = [repaired(name, encoding=found.name) for name in read_header(shown, form)]
    returned = header[-2:] == [LINE, REASON]
    return FileSource(
        path=path,
        found=found,
        form=form,
        header=tuple(header[:-2] if returned else header),
        digest=digest,
        stamp=stamp,
        returned=returned,
    )


def _open_sheet(path: Path, wanted: str, digest: str, stamp: tuple[int, int]) -> SheetSource:
    """The sheet that is named, or the first that people see and that has anything in it."""
    with _workbook(path) as book:
        named = [one for one in book.sheets if wanted in ("", one.name)]
        for sheet in sorted(named, key=lambda one: one.hidden):
            first = next(iter(book.rows(sheet)), None)
            if first is None:
                continue
            header = checked_header(first.cells)
            return SheetSource(
                path=path,
                sheet=sheet,
                others=tuple(one for one in book.sheets if one is not sheet),
                header=tuple(header),
                digest=sha256(f"{digest}\x1f{sheet.name}".encode()).hexdigest(),
                stamp=stamp,
                from_1904=book.from_1904,
            )
        names = ", ".join(repr(one.name) for one in book.sheets)
        raise ImportRefused(f"no such sheet, or nothing in it; there are {names}", why="sheet")


@contextmanager
def _workbook(path: Path) -> Iterator[Workbook]:
    try:
        with path.open("rb") as file:
            yield open_workbook(file)
    except OSError as error:
        raise ImportRefused("the file can't be read", why="file") from error


def open_table(url: str, table: str) -> TableSource:
    """Look at a table of a database.

    Raises:
        ImportRefused: For ``source``.
    """
    try:
        address = make_url(url)
        engine = create_engine(address, hide_parameters=True)
        try:
            header = tuple(column.name for column in _reflected(engine, table).columns)
        finally:
            engine.dispose()
    except (SQLAlchemyError, ImportError) as error:
        message = f"the source can't be opened ({type(error).__name__})"
        raise ImportRefused(message, why="source") from error
    named = "\x1f".join((address.set(password=None).render_as_string(), table, *header))
    digest = sha256(named.encode()).hexdigest()
    return TableSource(url=url, table=table, header=header, digest=digest)


class RejectedFile:
    """Rejected rows with line and reason, to be corrected and imported again.

    In it no cell begins a formula: what would is given an apostrophe, which the import of this
    very file takes away again.
    """

    def __init__(self, path: Path, header: Sequence[str], *, encoding: str) -> None:
        """Name the file; it comes into being with the first rejected row.

        Args:
            path: Where.
            header: The table's columns.
            encoding: The table's: old letters are repaired before they are written in UTF-8.
        """
        self.path = path
        self._encoding = encoding
        self._header = [*map(neutral, header), LINE, REASON]
        self._kept: list[list[str]] = []
        self._length = 0

    def cut(self, length: int, /) -> None:
        """Keep the first ``length`` bytes only: what a run that was cut off knew of.

        Raises:
            DiskUnavailable: For what the disk says.
        """
        self._length = length
        self._kept.clear()
        try:
            if length or self.path.exists():
                handle = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
                os.truncate(handle, length)
                os.close(handle)
        except OSError as error:
            raise _disk(error) from error

    def write(self, row: Row, reasons: Sequence[str], /) -> None:
        """Keep one row until `flush`."""
        cells = [neutral(repaired(cell, encoding=self._encoding)) for cell in row.cells]
        # A row that lacks cells gets empty ones, so that line and reason stand in their columns.
        cells += [""] * (len(self._header) - 2 - len(cells))
        self._kept.append([*cells, str(row.line), " ".join(reasons)])

    def flush(self) -> int:
        """Write what is kept, durably, and answer how long the file is.

        Raises:
            DiskUnavailable: For what the disk says, such as ``full``.
        """
        if not self._kept:
            return self._length
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8", newline="", errors="replace") as file:
                writer = csv.writer(file)
                if self._length == 0:
                    writer.writerow(self._header)
                writer.writerows(self._kept)
                file.flush()
                os.fsync(file.fileno())
                self._length = os.fstat(file.fileno()).st_size
        except OSError as error:
            raise _disk(error) from error
        self._kept.clear()
        return self._length


def _ours(sample: bytes) -> bool:
    """Is this a file of rejected rows, as `RejectedFile` writes it?"""
    first = sample.split(b"\n", 1)[0].decode("utf-8", "replace").rstrip("\r")
    return first.endswith(f",{LINE},{REASON}")


def _lines(path: Path, found: Encoding) -> Iterator[str]:
    """Lines of text; bytes that are no text stay visible as half characters."""
    errors = "replace" if found.codec.startswith("utf-16") else "surrogateescape"
    try:
        with path.open(encoding=found.codec, errors=errors, newline="") as file:
            while line := file.readline(MOST_LINE):
                if len(line) == MOST_LINE:
                    raise ImportRefused("a line is beyond every measure", why="line-size")
                yield line
    except UnicodeError as error:
        raise ImportRefused(f"the file is not {found.name}", why="encoding") from error
    except OSError as error:
        raise ImportRefused("the file can't be read", why="file") from error


def _digest(path: Path) -> tuple[str, bytes]:
    """The digest of a file, and its beginning."""
    digest, sample = sha256(), b""
    try:
        with path.open("rb") as file:
            while part := file.read(SAMPLE):
                digest.update(part)
                sample = sample or part
    except OSError as error:
        raise ImportRefused("the file can't be read", why="file") from error
    return digest.hexdigest(), sample


def _stamp(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise ImportRefused("the file can't be read", why="file") from error
    return found.st_size, found.st_mtime_ns


def _reflected(engine: Any, name: str) -> Table:
    """The table or view as the database describes it now."""
    schema, _, plain = name.rpartition(".")
    if not inspect(engine).has_table(plain, schema=schema or None):
        raise ImportRefused("the source has no such table", why="source")
    return Table(plain, MetaData(), schema=schema or None, autoload_with=engine)


def _disk(error: OSError) -> DiskUnavailable:
    return DiskUnavailable("the file of rejected rows can't be written", why=_why(error))


def _why(error: OSError) -> str:
    return {errno.ENOSPC: "full", errno.EDQUOT: "full"}.get(error.errno or 0, "disk")
