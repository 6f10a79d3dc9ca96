"""A sheet of values as rows of cells, whatever kind of file it came from, and what can be wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

ROWS_MAX = 200_000
COLUMNS_MAX = 2_000
CELLS_MAX = 2_000_000
CELL_LENGTH_MAX = 10_000
FAULTS_MAX = 200

Cells = tuple[str | Decimal, ...]  # a workbook keeps numbers as numbers; all else is text as it is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row that has some content, and its number in the file."""

    line: int
    cells: Cells


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """The rows, the header first. In a sheet separated by commas a number with a comma may be one in thousands."""

    rows: tuple[Row, ...]
    separated_by_commas: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TableFault:
    line: int
    column: str
    code: str
    sentence_vi: str
    sentence_en: str


class TableInvalid(Exception):
    """The table cannot be scored; `faults` names what must be mended, at most 200 of it."""

    def __init__(self, faults: list[TableFault]) -> None:
        super().__init__(f"{len(faults)} fault(s) in the table of values")
        self.faults = tuple(faults[:FAULTS_MAX])


def unreadable(line: int, code: str, vi: str, en: str) -> TableInvalid:
    """One fault that ends the reading."""
    return TableInvalid([TableFault(line=line, column="", code=code, sentence_vi=vi, sentence_en=en)])


def too_large(line: int) -> TableInvalid:
    vi = f"Bảng quá lớn: tối đa {ROWS_MAX} dòng, {COLUMNS_MAX} cột, {CELLS_MAX} ô."
    en = f"The table is too large: at most {ROWS_MAX} rows, {COLUMNS_MAX} columns, {CELLS_MAX} cells."
    return unreadable(line, "table-too-large", vi, en)


class Gathering:
    """Rows as they are read, never more than a table may have; rows without content are passed over."""

    def __init__(self) -> None:
        self._rows: list[Row] = []
        self._cells = 0

    def add(self, line: int, cells: Cells) -> None:
        if all(cell == "" for cell in cells):
            return
        self._cells += len(cells)
        if len(self._rows) == ROWS_MAX or len(cells) > COLUMNS_MAX or self._cells > CELLS_MAX:
            raise too_large(line)
        self._rows.append(Row(line=line, cells=cells))

    def sheet(self, *, separated_by_commas: bool) -> Sheet:
        """The whole; an empty one is a fault."""
        if not self._rows:
            raise unreadable(1, "table-empty", "Tệp số liệu trống.", "The file of values is empty.")
        return Sheet(rows=tuple(self._rows), separated_by_commas=separated_by_commas)
