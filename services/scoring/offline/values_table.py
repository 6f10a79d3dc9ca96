"""A table of values, wide or long, as the reports of a period. Every fault is named with its line and column, all at once.

Wide: the first column names the agency, each other column is a criterion; a column that is known to be none (a total, a rank, a note) is
passed over and named. Long: the columns agency, criterion, value. A blank is missing and `n/a` is not applicable; neither is ever zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from services.scoring.offline.commas import has_decimal_commas
from services.scoring.offline.labels import NUMBER_OF_ORDER, Labels
from services.scoring.offline.sheet import Row, Sheet, TableFault, TableInvalid
from shared.plan.names import folded
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import (
    MISSING,
    NOT_APPLICABLE,
    Given,
    IndicatorValue,
    ValueRefused,
    bounded,
    check_values,
    nearest_codes,
    shown,
    unknown_criterion,
    value_from_text,
)

LONG_HEADER = ["agency", "criterion", "value"]

Values = Mapping[str, IndicatorValue]


@dataclass(frozen=True, slots=True, kw_only=True)
class TableRead:
    """The values of each agency, and the columns that are no criteria."""

    values: Mapping[AgencyCode, Values]
    passed_over: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value as written, with where it stands."""

    line: int
    agency: str
    criterion: str
    written: str | Decimal


@dataclass(slots=True)
class Table:
    """The reports gathered so far, and what is wrong."""

    plan: Plan
    labels: Labels
    decimal_comma: bool = False
    values: dict[AgencyCode, dict[str, IndicatorValue]] = field(default_factory=dict)
    lines: dict[tuple[AgencyCode, str], int] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    faults: list[TableFault] = field(default_factory=list)

    def note(self, line: int, column: str, refused: ValueRefused) -> None:
        self.faults.append(
            TableFault(line=line, column=shown(column), code=refused.code, sentence_vi=refused.sentence_vi, sentence_en=refused.sentence_en)
        )


def read_table(plan: Plan, sheet: Sheet) -> TableRead:
    """The reports that the sheet holds, checked against the plan. Raises `TableInvalid`."""
    table = Table(plan=plan, labels=Labels(plan))
    header, *rows = sheet.rows
    is_long = [folded(str(name)) for name in header.cells] == LONG_HEADER
    cells = list(long_cells(table, rows) if is_long else wide_cells(table, header, rows))
    numbers = [(cell.line, cell.written) for cell in cells if isinstance(cell.written, str)]
    table.decimal_comma = has_decimal_commas(numbers, separated_by_commas=sheet.separated_by_commas)
    gather(table, cells)
    note_what_the_plan_forbids(table)
    if table.faults:
        raise TableInvalid(table.faults)
    return TableRead(values=table.values, passed_over=tuple(table.passed_over))


def refusal(code: str, vi: str, en: str) -> ValueRefused:
    return ValueRefused(code, vi, en)


def wide_cells(table: Table, header: Row, rows: list[Row]) -> Iterator[Cell]:
    """Each row is one agency. A blank agency with values, a repeated agency and a row of another length are faults."""
    header, rows = without_numbers_of_order(table, header, rows)
    columns = columns_of(table, header)
    seen: set[str] = set()
    for row in rows:
        name = str(row.cells[0])
        if not has_length(table, row, len(header.cells)):
            continue
        if folded(name) in seen:
            vi, en = f"“{shown(name)}” có hai dòng.", f"“{shown(name)}” has two rows."
            table.note(row.line, str(header.cells[0]), refusal("agency-repeated", vi, en))
            continue
        seen.add(folded(name))
        note_values_without_column(table, header, row)
        pairs = zip(columns, row.cells[1:], strict=False)
        yield from (Cell(line=row.line, agency=name, criterion=code, written=cell) for code, cell in pairs if code is not None)


def without_numbers_of_order(table: Table, header: Row, rows: list[Row]) -> tuple[Row, list[Row]]:
    """A sheet often begins with a column of numbers of order; the agency is then in the second."""
    first = str(header.cells[0])
    if len(header.cells) == 1 or folded(first) not in NUMBER_OF_ORDER:
        return header, rows
    table.passed_over.append(first)
    return replace(header, cells=header.cells[1:]), [replace(row, cells=row.cells[1:] or ("",)) for row in rows]


def note_values_without_column(table: Table, header: Row, row: Row) -> None:
    """A column without a name is let pass only where it is empty."""
    if any(cell != "" for name, cell in zip(header.cells[1:], row.cells[1:], strict=False) if name == ""):
        vi, en = "Có số liệu ở cột không có tên.", "There are values in a column without a name."
        table.note(row.line, "", refusal("column-without-name", vi, en))


def has_length(table: Table, row: Row, wanted: int) -> bool:
    """Whether a row has the cells of the header; empty ones beyond it do not count."""
    if len(row.cells) == wanted or (len(row.cells) > wanted and all(cell == "" for cell in row.cells[wanted:])):
        return True
    vi, en = (
        f"Dòng có {len(row.cells)} ô, dòng tiêu đề có {wanted}.",
        f"The row has {len(row.cells)} cells and the header {wanted}.",
    )
    table.note(row.line, "", refusal("row-length", vi, en))
    return False


def columns_of(table: Table, header: Row) -> list[str | None]:
    """The criterion of each column after the first, by code or name; none for a column that is no criterion."""
    names = [str(name) for name in header.cells[1:]]
    columns = [column_of(table, header.line, name) for name in names]
    if not any(columns) and not table.faults:
        fault = refusal("table-without-criteria", "Không có cột tiêu chí nào.", "There is no column for a criterion.")
        table.note(header.line, "", fault)
    for index, column in enumerate(columns):
        if column is not None and column in columns[:index]:
            vi, en = f"Cột “{shown(column)}” xuất hiện hai lần.", f"The column “{shown(column)}” stands there twice."
            table.note(header.line, column, refusal("column-repeated", vi, en))
    return columns


def column_of(table: Table, line: int, name: str) -> str | None:
    found = table.labels.criterion(name)
    if found is not None:
        return found
    if table.labels.is_no_criterion(name):
        table.passed_over.extend([name] if name else [])
        return None
    table.note(line, name, unknown_criterion(name, table.labels.codes))
    return None


def long_cells(table: Table, rows: list[Row]) -> Iterator[Cell]:
    for row in rows:
        if len(row.cells) != len(LONG_HEADER):
            vi, en = "Mỗi dòng phải có ba ô: agency,criterion,value.", "Each row has three cells: agency,criterion,value."
            table.note(row.line, "", refusal("row-length", vi, en))
            continue
        criterion = table.labels.criterion(str(row.cells[1]))
        if criterion is None:
            table.note(row.line, "criterion", unknown_criterion(str(row.cells[1]), table.labels.codes))
            continue
        yield Cell(line=row.line, agency=str(row.cells[0]), criterion=criterion, written=row.cells[2])


def gather(table: Table, cells: list[Cell]) -> None:
    """Put each value with its agency. An unknown agency is noted once for each line."""
    unknown: set[int] = set()
    for cell in cells:
        agency = table.labels.agency(cell.agency)
        if agency is not None:
            keep(table, agency, cell)
        elif cell.line not in unknown:
            table.note(cell.line, "agency", unknown_agency(cell.agency, table.plan))
            unknown.add(cell.line)


def keep(table: Table, agency: AgencyCode, cell: Cell) -> None:
    """Put a value with its agency; a second value for the same criterion is noted."""
    place = (agency, cell.criterion)
    if place in table.lines:
        vi = f"{agency} đã có số liệu {cell.criterion} ở dòng {table.lines[place]}."
        en = f"{agency} has a value for {cell.criterion} on line {table.lines[place]} already."
        table.note(cell.line, cell.criterion, refusal("value-repeated", vi, en))
    table.lines[place] = cell.line
    table.values.setdefault(agency, {})[cell.criterion] = value_in(table, cell)


def value_in(table: Table, cell: Cell) -> IndicatorValue:
    """What a cell says; one that is no number is noted and held for missing, so that the rest is still examined."""
    try:
        return value_of(cell.written, decimal_comma=table.decimal_comma)
    except ValueRefused as refused:
        table.note(cell.line, cell.criterion, refused)
        return MISSING


def value_of(written: str | Decimal, *, decimal_comma: bool) -> IndicatorValue:
    if isinstance(written, Decimal):
        return Given(bounded(written))
    if not written:
        return MISSING
    if folded(written) == "n/a":
        return NOT_APPLICABLE
    return value_from_text(written.replace(",", ".") if decimal_comma else written)


def unknown_agency(label: str, plan: Plan) -> ValueRefused:
    names = [name for agency in plan.agencies for name in (agency.code, agency.name_vi, agency.name_en, *agency.aliases)]
    nearest = ", ".join(nearest_codes(label, names))
    return refusal(
        "agency-unknown",
        f"Kế hoạch không có đơn vị “{shown(label)}”." + (f" Có phải là {nearest}?" if nearest else ""),
        f"The plan has no agency “{shown(label)}”." + (f" Did you mean {nearest}?" if nearest else ""),
    )


def note_what_the_plan_forbids(table: Table) -> None:
    """Hold every value against the plan."""
    placed = [(agency, code, value) for agency, values in table.values.items() for code, value in values.items()]
    for agency, code, value in placed:
        for problem in check_values(table.plan, {code: value}):
            refused = refusal(problem.code, problem.sentence_vi, problem.sentence_en)
            table.note(table.lines[agency, code], code, refused)
