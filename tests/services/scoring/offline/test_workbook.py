"""Workbooks give what a text file of the same values gives; what would be misread in silence is refused."""

import io
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from services.scoring.offline import workbook
from services.scoring.offline.sheet import TableInvalid
from services.scoring.offline.values_table import read_table
from services.scoring.offline.workbook import read_workbook
from shared.plan.document import read_plan
from shared.plan.values import Given
from tests.services.scoring.offline.test_compute import DATA, PAPI, compute, table_of

PLAN = read_plan(PAPI.read_text(encoding="utf-8"))


def packed(*rows: tuple[object, ...], form: str = "") -> bytes:
    """A workbook with these rows; the cell B2 may have a number format of its own."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if form:
        sheet["B2"].number_format = form
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def values_in(raw: bytes) -> dict[str, dict[str, str]]:
    read = read_table(PLAN, read_workbook(raw)).values
    return {
        agency: {code: str(value.number) for code, value in values.items() if isinstance(value, Given)} for agency, values in read.items()
    }


def codes_of(raw: bytes) -> list[str]:
    with pytest.raises(TableInvalid) as caught:
        read_table(PLAN, read_workbook(raw))
    return [fault.code for fault in caught.value.faults]


def test_a_workbook_of_published_figures_gives_the_published_totals(tmp_path: Path) -> None:
    lines = [line.split(",") for line in (DATA / "2014.csv").read_text(encoding="utf-8").splitlines()]
    rows = [tuple(lines[0]), *((name, *(float(cell) if cell else None for cell in cells)) for name, *cells in lines[1:])]
    path = tmp_path / "2014.xlsx"
    path.write_bytes(packed(*rows))
    assert table_of(compute(PAPI, path)) == table_of(compute(PAPI, DATA / "2014.csv"))


def test_the_digits_that_a_spreadsheet_shows_are_taken() -> None:
    raw = packed(("Province", "SC11", "SC12"), ("P01", 0.1 + 0.2, 46.742800000000003), ("P02", 2, "1,25"))
    assert values_in(raw) == {"P01": {"SC11": "0.3", "SC12": "46.7428"}, "P02": {"SC11": "2", "SC12": "1.25"}}


def test_rows_that_end_early_are_blank_to_the_end() -> None:
    assert values_in(packed(("Province", "SC11", "SC12"), ("P01", 1), (None, None), ("P02", 1, 2))) == {
        "P01": {"SC11": "1"},
        "P02": {"SC11": "1", "SC12": "2"},
    }


def test_a_percentage_is_refused_for_95_percent_is_kept_as_a_fraction() -> None:
    raw = packed(("Province", "SC11"), ("P01", 0.95), form="0%")
    with pytest.raises(TableInvalid) as caught:
        read_table(PLAN, read_workbook(raw))
    assert [(fault.line, fault.column, fault.code) for fault in caught.value.faults] == [(2, "SC11", "value-not-a-number")]
    assert "95" in caught.value.faults[0].sentence_en


@pytest.mark.parametrize("cell", ["=1+1", date(2023, 5, 1), True, "#DIV/0!", "n.a."])
def test_a_cell_that_holds_no_number_is_refused(cell: object) -> None:
    assert codes_of(packed(("Province", "SC11"), ("P01", cell))) == ["value-not-a-number"]


def test_an_empty_workbook_says_so() -> None:
    assert codes_of(packed()) == ["table-empty"]


def test_a_workbook_of_the_old_kind_is_refused_in_a_sentence() -> None:
    assert codes_of(b"\xd0\xcf\x11\xe0" + bytes(600)) == ["workbook-not-xlsx"]


def test_what_only_looks_like_a_workbook_is_refused_in_a_sentence() -> None:
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as files:
        files.writestr("a.txt", "a")
    whole = packed(("Province", "SC11"), ("P01", 1))
    for raw in (other.getvalue(), whole[: len(whole) // 2], b"PK\x03\x04"):
        assert codes_of(raw) == ["workbook-unreadable"]


def test_a_workbook_that_unpacks_too_large_is_refused_before_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = packed(("Province", "SC11"), ("P01", 1))
    with zipfile.ZipFile(io.BytesIO(raw)) as files:
        size, count = sum(file.file_size for file in files.infolist()), len(files.infolist())
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", size)
    monkeypatch.setattr(workbook, "FILES_MAX", count)
    assert read_workbook(raw).rows
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", size - 1)
    assert codes_of(raw) == ["workbook-too-large"]
    monkeypatch.setattr(workbook, "UNPACKED_BYTES_MAX", size)
    monkeypatch.setattr(workbook, "FILES_MAX", count - 1)
    assert codes_of(raw) == ["workbook-too-large"]


def test_a_sheet_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = packed(("Province", "SC11"), ("P01", 1), ("P02", 1))
    for name, enough in (("ROWS_MAX", 3), ("COLUMNS_MAX", 2), ("CELLS_MAX", 6)):
        with monkeypatch.context() as context:
            context.setattr(f"services.scoring.offline.sheet.{name}", enough)
            assert len(read_workbook(raw).rows) == 3
            context.setattr(f"services.scoring.offline.sheet.{name}", enough - 1)
            assert codes_of(raw) == ["table-too-large"]
