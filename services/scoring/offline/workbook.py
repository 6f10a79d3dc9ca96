"""The first sheet of a workbook (XLSX), read row by row and within bounds, however much it would unpack to.

A spreadsheet keeps numbers in binary and shows 15 digits of them: these digits are taken, so that 46.7428 is 46.7428 and the 0.1 + 0.2 of
a formula is 0.3. What would be misread in silence becomes text, and is then refused as no number: a percentage, whose 95 % is kept as
0.95; a formula that was never calculated; a date that a number was taken for.
"""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils.exceptions import InvalidFileException

from services.scoring.offline.sheet import CELL_LENGTH_MAX, Gathering, Sheet, TableInvalid, unreadable

ZIP_MARK = b"PK\x03\x04"
OLD_WORKBOOK_MARK = b"\xd0\xcf\x11\xe0"
UNPACKED_BYTES_MAX = 200_000_000
FILES_MAX = 1_000
LINES_MAX = 1_048_576  # as many as the format knows
DIGITS_KEPT = 15
UNREADABLE = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
)


def is_workbook(raw: bytes) -> bool:
    return raw.startswith((ZIP_MARK, OLD_WORKBOOK_MARK))


def read_workbook(raw: bytes) -> Sheet:
    """Read the first sheet. Raises `TableInvalid`."""
    if raw.startswith(OLD_WORKBOOK_MARK):
        vi, en = "Tệp Excel cũ hoặc có mật khẩu.", "This is a workbook of the old kind, or one with a password; save it as XLSX or CSV."
        raise unreadable(1, "workbook-not-xlsx", vi + " Hãy lưu dạng XLSX hoặc CSV.", en)
    try:
        refuse_what_unpacks_too_large(raw)
        return gathered(raw)
    except UNREADABLE as error:
        vi, en = "Không đọc được tệp XLSX.", f"This workbook cannot be read ({type(error).__name__}); save it again as XLSX or CSV."
        raise unreadable(1, "workbook-unreadable", vi + " Hãy lưu lại dạng XLSX hoặc CSV.", en) from error


def refuse_what_unpacks_too_large(raw: bytes) -> None:
    """A packed file names what it unpacks to, and is never unpacked further than that."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        files = packed.infolist()
    if len(files) > FILES_MAX or sum(file.file_size for file in files) > UNPACKED_BYTES_MAX:
        vi, en = "Tệp XLSX bung ra quá lớn.", f"The workbook unpacks to more than {UNPACKED_BYTES_MAX} bytes or {FILES_MAX} files."
        raise unreadable(1, "workbook-too-large", vi, en)


def gathered(raw: bytes) -> Sheet:
    gathering = Gathering()
    with first_sheet(raw, is_calculated=True) as values, first_sheet(raw, is_calculated=False) as formulas:
        for line, (found, written) in enumerate(zip(rows_of(values), rows_of(formulas), strict=False), start=1):
            if line > LINES_MAX:
                raise too_many_lines(line)
            gathering.add(line, tuple(said(*pair) for pair in zip(found, written, strict=False)))
    return padded(gathering.sheet(separated_by_commas=False))


def too_many_lines(line: int) -> TableInvalid:
    return unreadable(line, "table-too-large", "Bảng có quá nhiều dòng.", f"The sheet has more than {LINES_MAX} rows.")


@contextmanager
def first_sheet(raw: bytes, *, is_calculated: bool) -> Iterator[Any]:
    """Open the first sheet that has cells, with what formulas came to or with the formulas themselves."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and checks in the workbook that concern no value
        book = openpyxl.load_workbook(io.BytesIO(raw), read_only=True, data_only=is_calculated, keep_links=False)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its own size is not believed
            yield sheet
        finally:
            book.close()


def rows_of(sheet: Any) -> Iterable[tuple[Any, ...]]:
    rows: Iterable[tuple[Any, ...]] = sheet.iter_rows()
    return rows


def said(found: Any, written: Any) -> str | Decimal:
    """What a cell says: a number as a number, all else as text."""
    value = found.value
    if value is None:
        return "" if written.value is None else str(written.value)[:CELL_LENGTH_MAX]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).strip()[:CELL_LENGTH_MAX]
    number = Decimal(value) if isinstance(value, int) else Decimal(format(value, f".{DIGITS_KEPT}g"))
    return f"{number * 100:f}%" if "%" in str(found.number_format) else number


def padded(sheet: Sheet) -> Sheet:
    """Give every row the cells that the header has: a workbook leaves out the empty ones at the end."""
    width = len(sheet.rows[0].cells)
    rows = (replace(row, cells=row.cells + ("",) * (width - len(row.cells))) for row in sheet.rows)
    return replace(sheet, rows=tuple(rows))
