"""A table of values in a file, wide or long, as the reports of a period. Every fault is named with its line and column, all at once.

Wide: the first column names the agency, each other column is a criterion. Long: the columns agency, criterion, value.
An agency is known by code, name or alias. A blank is missing and `n/a` is not applicable; neither is ever zero.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from services.scoring.domain.scores import ReportInput
from shared.plan.names import agencies_by_label, folded
from shared.plan.types import AgencyCode, Plan
from shared.plan.values import (
    MISSING,
    NOT_APPLICABLE,
    IndicatorValue,
    ValueRefused,
    check_values,
    nearest_codes,
    shown,
    unknown_criterion,
    value_from_text,
)

LONG_HEADER = ["agency", "criterion", "value"]
DELIMITERS = ",;\t"
CELL_LENGTH_MAX = 10_000
FAULTS_MAX = 200


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One value as written, with where it stands."""

    line: int
    agency: str
    criterion: str
    text: str


@dataclass(slots=True)
class Table:
    """The reports gathered so far, and what is wrong."""

    plan: Plan
    decimal_comma: bool
    values: dict[AgencyCode, dict[str, IndicatorValue]] = field(default_factory=dict)
    lines: dict[tuple[AgencyCode, str], int] = field(default_factory=dict)
    faults: list[TableFault] = field(default_factory=list)

    def note(self, line: int, column: str, refused: ValueRefused) -> None:
        self.faults.append(
            TableFault(line=line, column=shown(column), code=refused.code, sentence_vi=refused.sentence_vi, sentence_en=refused.sentence_en)
        )


def read_table(plan: Plan, text: str) -> Mapping[AgencyCode, ReportInput]:
    """The reports that the file holds, checked against the plan. Raises `TableInvalid`."""
    first_line = text.lstrip("\ufeff").split("\n", 1)[0]
    delimiter = max(DELIMITERS, key=first_line.count)
    table = Table(plan=plan, decimal_comma=delimiter != ",")
    rows = rows_of(table, text, delimiter)
    header = next(rows, None)
    if header is None:
        table.note(1, "", refusal("table-empty", "Tệp số liệu trống.", "The file of values is empty."))
        raise TableInvalid(table.faults)
    is_long = [folded(name) for name in header[1]] == LONG_HEADER
    gather(table, long_cells(table, rows) if is_long else wide_cells(table, header, rows))
    note_what_the_plan_forbids(table)
    if table.faults:
        raise TableInvalid(table.faults)
    return {agency: ReportInput(version=1, values=values) for agency, values in table.values.items()}


def refusal(code: str, vi: str, en: str) -> ValueRefused:
    return ValueRefused(code, vi, en)


def rows_of(table: Table, text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows with their line numbers; rows without any content are passed over."""
    csv.field_size_limit(CELL_LENGTH_MAX)
    reader = csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    try:
        yield from ((reader.line_num, [cell.strip() for cell in row]) for row in reader if any(map(str.strip, row)))
    except csv.Error as error:
        vi, en = f"Không đọc được CSV ({error}).", f"This is not CSV ({error}); look for a quotation mark that is not closed."
        table.note(reader.line_num, "", refusal("table-malformed", vi, en))


def wide_cells(table: Table, header: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Cell]:
    """Each row is one agency. A blank agency with values, a repeated agency and a row of another length are faults."""
    columns = columns_of(table, header)
    seen: set[str] = set()
    for line, row in rows:
        if len(row) != len(header[1]):
            vi = f"Dòng có {len(row)} ô, dòng tiêu đề có {len(header[1])}."
            en = f"The row has {len(row)} cells and the header {len(header[1])}."
            table.note(line, "", refusal("row-length", vi, en))
            continue
        if folded(row[0]) in seen:
            vi, en = f"“{shown(row[0])}” có hai dòng.", f"“{shown(row[0])}” has two rows."
            table.note(line, header[1][0], refusal("agency-repeated", vi, en))
            continue
        seen.add(folded(row[0]))
        for criterion, text in zip(columns, row[1:], strict=True):
            yield Cell(line=line, agency=row[0], criterion=criterion, text=text)


def columns_of(table: Table, header: tuple[int, list[str]]) -> list[str]:
    """The criterion of each column after the first, by code or name; an unknown or repeated one is noted."""
    known = criteria_by_label(table.plan)
    line, names = header
    columns = [known.get(folded(name), name) for name in names[1:]]
    if not columns:
        table.note(line, "", refusal("table-without-criteria", "Không có cột tiêu chí nào.", "There is no column for a criterion."))
    for index, column in enumerate(columns):
        if column not in known.values():
            table.note(line, column, unknown_criterion(column, sorted(set(known.values()))))
        if column in columns[:index]:
            vi, en = f"Cột “{shown(column)}” xuất hiện hai lần.", f"The column “{shown(column)}” stands there twice."
            table.note(line, column, refusal("column-repeated", vi, en))
    return columns


def criteria_by_label(plan: Plan) -> dict[str, str]:
    """Codes win over names, and a name that several criteria share finds none of them."""
    sources = [(item.code, item.name_vi, item.name_en) for item in plan.leaves]
    sources += [(item.code, item.name_vi, item.name_en) for item in plan.events]
    names = [(folded(name), code) for code, *labels in sources for name in set(labels)]
    counted = [name for name, _ in names]
    by_name = {name: str(code) for name, code in names if counted.count(name) == 1}
    return by_name | {folded(code): str(code) for code, *_ in sources}


def long_cells(table: Table, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Cell]:
    known = criteria_by_label(table.plan)
    for line, row in rows:
        if len(row) != len(LONG_HEADER):
            vi, en = "Mỗi dòng phải có ba ô: agency,criterion,value.", "Each row has three cells: agency,criterion,value."
            table.note(line, "", refusal("row-length", vi, en))
            continue
        criterion = known.get(folded(row[1]), row[1])
        if criterion not in known.values():
            table.note(line, "criterion", unknown_criterion(criterion, sorted(set(known.values()))))
            continue
        yield Cell(line=line, agency=row[0], criterion=criterion, text=row[2])


def gather(table: Table, cells: Iterator[Cell]) -> None:
    """Put each value with its agency. An unknown agency is noted once for each line."""
    labels = agencies_by_label(table.plan)
    unknown: set[int] = set()
    for cell in cells:
        agency = labels.get(folded(cell.agency))
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
    if not cell.text:
        return MISSING
    if folded(cell.text) == "n/a":
        return NOT_APPLICABLE
    try:
        return value_from_text(cell.text.replace(",", ".") if table.decimal_comma else cell.text)
    except ValueRefused as refused:
        table.note(cell.line, cell.criterion, refused)
        return MISSING


def unknown_agency(label: str, plan: Plan) -> ValueRefused:
    names = [name for agency in plan.agencies for name in (agency.code, agency.name_vi, agency.name_en, *agency.aliases)]
    nearest = ", ".join(nearest_codes(label, names))
    return refusal(
        "agency-unknown",
        f"Kế hoạch không có đơn vị “{shown(label)}”." + (f" Có phải là {nearest}?" if nearest else ""),
        f"The plan has no agency “{shown(label)}”." + (f" Did you mean {nearest}?" if nearest else ""),
    )


def note_what_the_plan_forbids(table: Table) -> None:
    """Hold every value of a known criterion against the plan; an unknown one is noted already."""
    known = set(criteria_by_label(table.plan).values())
    placed = [(agency, criterion, value) for agency, values in table.values.items() for criterion, value in values.items()]
    for agency, criterion, value in placed:
        problems = check_values(table.plan, {criterion: value}) if criterion in known else ()
        for problem in problems:
            refused = refusal(problem.code, problem.sentence_vi, problem.sentence_en)
            table.note(table.lines[agency, criterion], criterion, refused)
